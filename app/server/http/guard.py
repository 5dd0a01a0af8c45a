"""The guard in front of all routes: Host, Origin, key and length are checked before anything else is looked at."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Protocol

import msgspec
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.server.http.body import check_length
from app.server.http.calls import Call, id_headers, set_call
from app.server.http.origins import check_host, check_origin
from app.server.http.request_log import RequestLog
from app.server.refusal import Refusal, bad_request
from app.store.records import ServerKey

log = logging.getLogger(__name__)
# A person's look whether anything is here, without a key.
OPEN_PATHS = ("/", "/health")
# Names of headers that a listed page wants to send: clients have some of their own, and add to them.
_HEADER_NAMES = re.compile(r"[A-Za-z0-9, -]{1,2000}")
_ONCE = (
    b"host",
    b"origin",
    b"sec-fetch-site",
    b"authorization",
    b"x-api-key",
    b"content-length",
    b"content-encoding",
    b"content-type",
)
_BODILESS = ("GET", "HEAD", "OPTIONS")
_SLASHES = re.compile("/{2,}")


class Shape(Protocol):
    """A protocol's shape of errors."""

    name: str

    def owns(self, path: str, headers: MutableMapping[str, str]) -> bool:
        """Whether a path, with what the request's headers say, is this protocol's."""
        ...

    def error(self, refusal: Refusal, request_id: str) -> tuple[int, Any]:
        """The status and the value for JSON."""
        ...


class Listed(Protocol):
    """Which pages may use the server, and which further names it is reached by."""

    @property
    def origins(self) -> Sequence[str]: ...
    @property
    def names(self) -> Sequence[str]: ...


class Guard:
    """An ASGI application around another one. `recognize` finds the key of a text; None: no key is asked for.
    `limit` says how many bytes a body may have. `shapes` are the protocols' errors; the last one takes what no other
    owns. `listed` tells which origins and names are let in now."""

    def __init__(
        self,
        application: ASGIApp,
        shapes: Sequence[Shape],
        recognize: Callable[[str], Awaitable[ServerKey | None]] | None,
        limit: Callable[[], int],
        listed: Callable[[], Listed],
        requests: RequestLog,
    ) -> None:
        self._application, self._shapes, self._recognize = application, tuple(shapes), recognize
        self._limit, self._listed, self._log = limit, listed, requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = _headers(scope)
        scope["path"] = plain_path(scope["path"])
        shape = next(
            (each for each in self._shapes[:-1] if each.owns(scope["path"], headers)), self._shapes[-1]
        )
        call = self._log.begin(shape.name, headers)
        set_call(scope, call)
        scope["app"] = self._application  # Starlette then raises its errors instead of wording them
        origin: str | None = None
        started = inside = False

        async def told(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                call.status = call.status or message["status"]
                message = {**message, "headers": [*message["headers"], *_added(call, origin)]}
            await send(message)

        try:
            check_target(scope, headers)
            listed = self._listed()
            check_host(headers.get("host"), scope["server"], listed.names)
            origin = check_origin(headers.get("origin"), headers.get("sec-fetch-site"), listed.origins)
            if origin is not None and scope["method"] == "OPTIONS":
                await _preflight(told, headers)
                return
            check_content(scope, headers, self._limit())
            await self._let_in(scope["path"], headers, call)
            inside = True
            await _endable(call, self._application(scope, receive, told))
        except Exception as error:
            refusal = _as_refusal(error)
            call.refused(refusal)
            if not started:
                # What is left of the body isn't read.
                closes = not inside or refusal.status == 413
                await _refuse(told, shape, refusal, call.id, closes=closes)
        finally:
            self._log.end(call)
            _write(call)

    async def _let_in(self, path: str, headers: MutableMapping[str, str], call: Call) -> None:
        """Raises Refusal 401 without a key that is one."""
        if self._recognize is None or path in OPEN_PATHS:
            return
        text = headers.get("x-api-key", "").strip()
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            text = bearer.strip()
        call.key = await self._recognize(text) if text else None
        if call.key is None:
            reason = "This key isn’t valid." if text else "A key is needed: send it as a bearer token."
            raise Refusal(401, "invalid_api_key", reason)


def plain_path(path: str) -> str:
    """A path without the slashes that bases of addresses leave: those that follow another, and the last one."""
    return _SLASHES.sub("/", path).rstrip("/") or "/"


def check_target(scope: Scope, headers: MutableMapping[str, str]) -> None:
    """Raises Refusal 400 for what proxies and servers read differently: that is how requests are smuggled."""
    if not scope["raw_path"].startswith(b"/"):
        raise bad_request("The target of the request isn’t a path.")
    if scope["http_version"] not in ("1.0", "1.1"):
        raise bad_request("Only HTTP/1.1 is spoken here.")
    if "transfer-encoding" in headers and "content-length" in headers:
        raise bad_request("The request has two lengths.")
    if "transfer-encoding" in headers and scope["http_version"] != "1.1":
        raise bad_request("Only HTTP/1.1 has bodies in chunks.")
    names = [name for name, _ in scope["headers"]]
    for name in _ONCE:
        if names.count(name) > 1:
            raise bad_request(f"The header {name.decode()} is given twice.")


def check_content(scope: Scope, headers: MutableMapping[str, str], limit: int) -> None:
    """Raises Refusal 413 for a body that says it is too long, 415 for one of a page that isn't JSON: browsers send
    other kinds unasked."""
    check_length(headers.get("content-length"), limit)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if "origin" in headers and scope["method"] not in _BODILESS and kind != "application/json":
        raise Refusal(415, "unsupported_media_type", "The body has to be application/json.")


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _added(call: Call, origin: str | None) -> list[tuple[bytes, bytes]]:
    added = [
        *id_headers(call.id),
        (b"x-content-type-options", b"nosniff"),
        (b"vary", b"Origin"),
    ]
    if origin is not None:
        added.append((b"access-control-allow-origin", origin.encode("latin-1")))
        added.append((b"access-control-expose-headers", b"x-request-id, request-id, retry-after"))
    return added


async def _preflight(send: Send, headers: MutableMapping[str, str]) -> None:
    allowed = [
        (b"access-control-allow-methods", b"GET, POST, DELETE, OPTIONS"),
        (b"access-control-max-age", b"600"),
    ]
    names = headers.get("access-control-request-headers", "")
    if _HEADER_NAMES.fullmatch(names):
        allowed.append((b"access-control-allow-headers", names.encode()))
    if headers.get("access-control-request-private-network") == "true":
        allowed.append((b"access-control-allow-private-network", b"true"))
    await send({"type": "http.response.start", "status": 204, "headers": allowed})
    await send({"type": "http.response.body", "body": b""})


def _as_refusal(error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException):
        code = "method_not_allowed" if error.status_code == 405 else "not_found"
        allow = (error.headers or {}).get("Allow")
        return Refusal(error.status_code, code, f"{error.detail}.", allow=allow)
    log.error("A request failed", exc_info=error)
    return Refusal(500, "internal_error", "An error in Coterie stopped the answer.")


async def _refuse(send: Send, shape: Shape, refusal: Refusal, request_id: str, *, closes: bool) -> None:
    status, value = shape.error(refusal, request_id)
    body = msgspec.json.encode(value)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if refusal.retry_after is not None:
        headers.append((b"retry-after", str(refusal.retry_after).encode()))
    if refusal.allow is not None:
        headers.append((b"allow", refusal.allow.encode()))
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if closes:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _endable(call: Call, work: Awaitable[None]) -> None:
    """Await what `call.end` ends from outside, with the Refusal that it is given."""
    task, given = asyncio.current_task(), list[Refusal]()
    assert task is not None

    def end(refusal: Refusal) -> None:
        if not given:
            given.append(refusal)
            task.cancel()

    call.end = end
    try:
        await work
    except asyncio.CancelledError:
        if not given:
            raise
        task.uncancel()
        raise given[0] from None


def _write(call: Call) -> None:
    """One line for each request, without any text of it."""
    usage = call.usage
    log.info(
        "%s %s: %d for %s in %.2f s, model %s, %d tokens read, %d written",
        call.protocol,
        call.id,
        call.status,
        call.key_name,
        time.monotonic() - call.began,
        call.model or "none",
        0 if usage is None else usage.prompt_tokens,
        0 if usage is None else usage.completion_tokens,
    )
