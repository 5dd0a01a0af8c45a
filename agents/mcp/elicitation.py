"""Elicitation: questions of a server to the user in the middle of a call, as approval requests.

A form is checked against the schema that came with it before it is sent. A link is never opened here and
never fetched: who shows it opens it in the system's browser once the user has agreed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import msgspec

from agents.mcp.sanitize import clean_schema, clean_words
from agents.permissions.values import ApprovalRequest, Decision

if TYPE_CHECKING:
    from jsonschema.protocols import Validator
    from mcp_types import ElicitRequestFormParams, ElicitRequestURLParams, ElicitResult

MOST_MESSAGE = 4000
MOST_FIELDS = 50
MOST_FORM = 64 * 1024  # characters
# Set in tasks whose requests no call waits for: that one of them is refused is no reason to ask, or to end.
in_background: ContextVar[bool] = ContextVar("in_background", default=False)
_KINDS = ("string", "number", "integer", "boolean", "array")


class Question(msgspec.Struct, frozen=True):
    """A question as the server asked it, text sanitized.

    `schema` is that of a form, `url` the whole address.
    """

    kind: Literal["form", "url"]
    message: str
    schema: dict[str, Any] | None = None
    url: str = ""

    def request(self, server: str, tool: str, run: int, call: str) -> ApprovalRequest:
        """The approval request: who asks, and for which call."""
        return ApprovalRequest(
            run=run,
            call=call,
            tool=tool,
            kind=self.kind,
            subject=self.url or self.message,
            reasons=("question",),
            server=server,
            message=self.message,
            schema=self.schema,
        )


def question_of(params: ElicitRequestFormParams | ElicitRequestURLParams) -> Question | None:
    """The question; None for a form of more than plain fields, or a link that is not http or https."""
    message = clean_words(params.message, MOST_MESSAGE)
    if params.mode == "url":
        url = params.url
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= 8000
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or not plain:
            return None
        return Question("url", message, url=url)
    schema = params.requested_schema
    fields = schema.get("properties", {})
    if not isinstance(fields, dict) or len(fields) > MOST_FIELDS:
        return None
    if any(not isinstance(field, dict) or field.get("type") not in _KINDS for field in fields.values()):
        return None
    try:
        clean = clean_schema(schema, MOST_MESSAGE)
    except ValueError:
        return None
    if _refers(clean) or len(json.dumps(clean)) > MOST_FORM:
        return None
    return Question("form", message, clean)


def answer_of(question: Question, decision: Decision | None) -> ElicitResult:
    """The answer to the server: the form if it was sent and fits its schema, declined, or canceled."""
    from mcp_types import ElicitResult

    if decision is None:
        return ElicitResult(action="cancel")
    if not decision.allow:
        return ElicitResult(action="decline")
    if question.kind == "url":
        return ElicitResult(action="accept")
    content = completed(question.schema or {}, decision.content or {})
    if content is None:
        return ElicitResult(action="cancel")
    return ElicitResult(action="accept", content=content)


def completed(schema: dict[str, Any], content: dict[str, Any]) -> dict[str, Any] | None:
    """`content` with defaults for fields that were left out; None when it does not fit the schema.

    Patterns are left to the server: searching one of its could take for ever.
    """
    import jsonschema
    from jsonschema.validators import extend
    from referencing import Registry

    without: Callable[..., type[Validator]] = extend
    kind = without(jsonschema.Draft202012Validator, {"pattern": lambda *_: None})
    nowhere: Any = Registry()  # fetches nothing
    fields = schema.get("properties", {})
    filled = {name: field["default"] for name, field in fields.items() if "default" in field}
    filled |= {name: value for name, value in content.items() if name in fields and value is not None}
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
        kind(schema, registry=nowhere).validate(filled)
    except (jsonschema.ValidationError, jsonschema.SchemaError, RecursionError):
        return None
    return filled


def _refers(value: Any) -> bool:
    """Whether a schema is more than plain fields: it has references, or matches names by patterns."""
    if isinstance(value, dict):
        return any(
            key in ("$ref", "$dynamicRef", "$recursiveRef", "patternProperties") or _refers(item)
            for key, item in value.items()
        )
    return isinstance(value, list) and any(_refers(item) for item in value)
