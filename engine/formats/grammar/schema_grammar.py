"""JSON Schema (2020-12, and what earlier drafts share) to GBNF.

The grammar accepts every document that satisfies the schema and few others. What a grammar cannot express, or
only in too many rules, is widened and reported with a JSON pointer and a reason; no schema is refused. Only
spellings are narrowed: bounded white space, bounded digits, a given object's members in their given order.
`format` is taken at its word.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from engine.formats.grammar.gbnf.notations import Json
from engine.formats.grammar.gbnf.rules import Rules, alternatives
from engine.formats.grammar.schema_merge import Schema, same
from engine.formats.grammar.schema_reading import Copied, Document, fingerprint, pointer, references
from engine.formats.grammar.schema_types import Kinds
from engine.text import clean_text

DEEPEST = 48
MOST_SCHEMAS = 5_000
MOST_READ = 20_000_000  # characters of schemas, those of their parts counted again
MOST_GIVEN = 1_000
MOST_GIVEN_CHARACTERS = 40_000
# Keywords that a context-free grammar of reasonable size cannot follow.
_BEYOND = (
    "not", "if", "dependentSchemas", "dependentRequired", "dependencies", "unevaluatedItems",
)  # fmt: skip


class SchemaGrammar(msgspec.Struct, frozen=True):
    """`gbnf` starts at its rule `root`, which is the rule named by `root`. `widened`: "POINTER: reason"."""

    gbnf: str
    root: str
    widened: tuple[str, ...] = ()


def schema_grammar(schema: Any) -> SchemaGrammar:
    """The grammar of all JSON texts that satisfy `schema`. Never raises, whatever it is given."""
    rules = Rules()
    compiler = SchemaCompiler(rules, schema)
    root = compiler.root()
    return SchemaGrammar(rules.text(root), root, compiler.widened)


class SchemaCompiler:
    """Writes the rules of one schema document; `at` names the document in reports. `kinds` writes single
    types."""

    def __init__(
        self,
        rules: Rules,
        document: Any,
        at: str = "#",
        notation: Json | None = None,
        kinds: type[Kinds] = Kinds,
    ) -> None:
        self._rules = rules
        self._notation = notation or Json(rules)
        self.at = at
        self._widened: dict[str, None] = {}
        copied = Copied(document)
        self._document_value = copied.value
        self._document = Document(self._document_value, self.widen)
        self.kinds = kinds(rules, self._notation, self.member_value, self.widen)
        self._done: dict[str, str | None] = {}
        self._reserved: dict[str, str] = {}
        self._used: set[str] = set()
        self._depth = self._written_schemas = self._read_characters = 0
        # Schemas that are being written for one and the same value: one that is met again here is a circle.
        self._open: list[str] = []
        if copied.cut:
            self.widen(at, "it is too large or nested too deep")

    @property
    def widened(self) -> tuple[str, ...]:
        return tuple(self._widened)

    def widen(self, at: str, reason: str) -> None:
        self._widened[clean_text(f"{at}: {reason}")] = None

    def root(self) -> str:
        """The rule for the whole document's values."""
        return self.value(self._document_value, self.at)

    def flat(self, schema: Schema, at: str) -> Schema | None:
        return self._document.flat(schema, at)

    def value(self, schema: Any, at: str) -> str:
        """The rule for the values of a schema of this document; any value where nothing can satisfy it."""
        name = self.member_value(schema, at)
        if name is None:
            self.widen(at, "nothing can satisfy it")
            return self._notation.any_value()
        return name

    def member_value(self, schema: Any, at: str) -> str | None:
        """The same for a part of a value that has begun; None where nothing can satisfy it."""
        outer, self._open = self._open, []
        try:
            return self._value(schema, at)
        finally:
            self._open = outer

    def _value(self, schema: Any, at: str) -> str | None:
        if schema is False:
            return None
        if not isinstance(schema, dict):
            if schema is not True:
                self.widen(at, "it is not a schema")
            return self._notation.any_value()
        key = fingerprint(schema)
        if key in self._done:
            return self._done[key]
        reason = self._excess(key)
        if reason:
            self.widen(at, reason)
            return self._notation.any_value()
        if key in self._reserved:
            self._used.add(key)
            return self._reserved[key]
        self._done[key] = result = self._written(schema, key, at)
        return result

    def _excess(self, key: str) -> str:
        if key in self._open:
            return "it refers to itself"
        self._read_characters += len(key)
        if self._rules.is_full or self._read_characters > MOST_READ or self._written_schemas > MOST_SCHEMAS:
            return "the schema is too large"
        return "it is nested too deep" if self._depth >= DEEPEST else ""

    def _written(self, schema: Schema, key: str, at: str) -> str | None:
        hint = at.rpartition("/")[2].removeprefix("#") or "value"
        name = self._reserved[key] = self._rules.reserve(hint)
        self._open.append(key)
        self._depth += 1
        self._written_schemas += 1
        try:
            body = self._body(schema, at)
        finally:
            self._depth -= 1
            self._open.pop()
            del self._reserved[key]
        if key not in self._used:
            return None if body is None else self._rules.add(hint, body)
        self._rules.define(name, "[\\x00]" if body is None else body)
        return None if body is None else name

    def _body(self, schema: Schema, at: str) -> str | None:
        bare = {key for key in schema if key not in _ANNOTATIONS}
        if bare == {"$ref"}:
            return self._referred(schema, at)
        if references(schema) or "allOf" in schema:
            flat = self._document.flat(schema, at)
            return None if flat is None else self._body_of_flat(flat, at)
        return self._body_of_flat(schema, at)

    def _referred(self, schema: Schema, at: str) -> str | None:
        reference = references(schema)[0] if references(schema) else None
        try:
            target = self._document.target(reference) if reference is not None else True
        except KeyError:
            self.widen(at, f"the reference {reference} is not within the schema")
            target = True
        return self._value(target, reference or at)

    def _body_of_flat(self, schema: Schema, at: str) -> str | None:
        for keyword in _BEYOND:
            if keyword in schema:
                self.widen(at, f"{keyword} is not followed")
        for keyword in ("anyOf", "oneOf"):
            options = schema.get(keyword)
            if isinstance(options, list) and options:
                return self._choice(schema, keyword, options, at)
        if "const" in schema or isinstance(schema.get("enum"), list):
            return self._given(schema, at)
        return self.kinds.body(schema, at)

    def _choice(self, schema: Schema, keyword: str, options: list[Any], at: str) -> str | None:
        rest = {key: value for key, value in schema.items() if key != keyword and key not in _ANNOTATIONS}
        if keyword == "oneOf" and not self.kinds.are_apart(options, partial(self._document.flat, at=at)):
            self.widen(at, "oneOf is read as anyOf")
        names = []
        for index, option in enumerate(options):
            both = option if not rest else {"allOf": [rest, option]}
            names.append(self._value(both, pointer(at, keyword, index)))
        found = [name for name in names if name is not None]
        return alternatives(found) if found else None

    def _given(self, schema: Schema, at: str) -> str | None:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        if "const" in schema and isinstance(schema.get("enum"), list):
            values = [value for value in values if any(same(value, other) for other in schema["enum"])]
        values = [value for value in values if self.kinds.may_be(value, schema)]
        for keyword in self.kinds.unchecked(schema):
            self.widen(at, f"{keyword} beside given values is not followed")
        if not values:
            return None
        if len(values) > MOST_GIVEN or len(fingerprint(values)) > MOST_GIVEN_CHARACTERS:
            self.widen(at, "it lists too many values")
            types = sorted({self.kinds.type_of(value) for value in values})
            return self.kinds.body({"type": types}, at)
        return alternatives([self._notation.given(value) for value in values])


_ANNOTATIONS = frozenset(
    {
        "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly",
        "$comment", "$id", "$schema", "$anchor", "$defs", "definitions", "nullable",
    }
)  # fmt: skip
