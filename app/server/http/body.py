"""Bodies of requests: read up to a limit, then as JSON of a known shape."""

from __future__ import annotations

import asyncio
import re
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from app.server.refusal import Refusal, bad_request

T = TypeVar("T")
LIMIT = 16 * 2**20
WITH_PICTURES = 64 * 2**20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Beyond it a float is one whole number of several.
_EXACT = 2.0**53
_LARGE = 256 * 2**10
_AT = re.compile(r" - at `\$\.?(?P<at>[^`]*)`")


def check_length(given: str | None, limit: int) -> None:
    """Raises Refusal 413 for a length that is over the limit, 400 for one that is no number."""
    if given is None:
        return
    if not (given.isascii() and given.isdigit()):
        raise bad_request("The length of the body isn’t a number.")
    if int(given) > limit:
        raise too_large(limit)


async def read_json(request: Request, kind: type[T], limit: int) -> T:
    """The body as a `kind`, whatever its content type says. Raises Refusal 400 for what is no such JSON, 413."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refusal(415, "unsupported_encoding", "Compressed bodies aren’t read.")
    check_length(request.headers.get("content-length"), limit)
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > limit:
                raise too_large(limit)
    except ClientDisconnect as error:
        raise bad_request("The body is cut.") from error
    if len(body) > _LARGE:
        return await asyncio.get_running_loop().run_in_executor(None, decoded, bytes(body), kind)
    return decoded(bytes(body), kind)


def decoded(body: bytes, kind: type[T]) -> T:
    """Raises Refusal 400 with the field that is wrong."""
    body = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.ValidationError:
            return msgspec.convert(_with_whole_numbers(msgspec.json.decode(body)), kind)
    except msgspec.ValidationError as error:
        text = str(error)
        found = _AT.search(text)
        at = found["at"].replace("[...]", "") if found else ""
        raise bad_request(_AT.sub("", text) + (f" in {at!r}." if at else "."), at or None) from error
    except RecursionError as error:
        raise bad_request("The JSON is nested too deep.", code="invalid_json") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(f"The body isn’t valid JSON: {error}."[:300], code="invalid_json") from error


def _with_whole_numbers(value: Any) -> Any:
    """The same JSON with 10 for 10.0: languages that know no other numbers write whole ones so."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if isinstance(value, list):
        return [_with_whole_numbers(each) for each in value]
    if isinstance(value, dict):
        return {key: _with_whole_numbers(each) for key, each in value.items()}
    return value


def too_large(limit: int) -> Refusal:
    return Refusal(413, "request_too_large", f"The body is larger than {limit // 2**20} MiB.")


def body_limit(sees: bool) -> int:
    """How many bytes a body may have: more where the model takes pictures."""
    return WITH_PICTURES if sees else LIMIT
