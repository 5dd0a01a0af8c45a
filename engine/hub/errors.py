"""Hub errors as `UserError`s.

Codes are the hub's header `X-Error-Code` (huggingface_hub, `utils/_http.py`). A response's own text is never
passed on, and of an address only the host: the rest may be signed or hold a password.
"""

from __future__ import annotations

import email.utils
import re
import ssl
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.errors import UserError

if TYPE_CHECKING:
    import httpx2

    from engine.hub.access import HubAccess

_LONGEST_WAIT_S = 3600
_USUAL_WAIT_S = 60
_RATE_LIMIT = re.compile(r"\bt\s*=\s*(\d{1,6})")


def failure(error: Exception, access: HubAccess) -> UserError:
    """The error of a request without a response: `hub.certificate`, `hub.proxy`, `hub.unreachable`,
    `hub.no_answer`, `hub.cut` or `hub.garbage`, all with `host`."""
    import httpx2

    host = _host(error, access)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return UserError("hub.certificate", host=host)
    if isinstance(error, httpx2.ProxyError):
        return UserError("hub.proxy", host=host)
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return UserError("hub.proxy" if access.proxy else "hub.unreachable", host=host)
    if isinstance(error, httpx2.TimeoutException):
        return UserError("hub.no_answer", host=host)
    if isinstance(error, httpx2.NetworkError | httpx2.RemoteProtocolError):
        return UserError("hub.cut", host=host)
    return UserError("hub.garbage", host=host)


def refusal(response: httpx2.Response, access: HubAccess, *, repo: str = "", path: str = "") -> UserError:
    """What an answer of 400 or more means: `hub.gated` (`repo`, `url`), `hub.not_found` (`repo`), `hub.no_file`
    (`repo`, `path`), `hub.needs_token`, `hub.bad_token`, `hub.forbidden`, `hub.busy` (`seconds`), `hub.proxy` or
    `hub.failed` (`status`)."""
    status, code = response.status_code, response.headers.get("X-Error-Code", "")
    host = response.request.url.host
    has_token = "Authorization" in response.request.headers
    if not access.is_endpoint(str(response.request.url)) and status not in (407, 429, 503):
        # Another host, by a link of the hub's that has expired: what it thinks of who asks says nothing.
        return UserError("hub.failed", host=host, status=str(status))
    if code == "GatedRepo":
        return UserError("hub.gated", repo=repo, url=f"{access.endpoint}/{repo}")
    if code == "EntryNotFound" and path:
        return UserError("hub.no_file", repo=repo, path=path)
    if (code in ("RepoNotFound", "RevisionNotFound") or status == 404) and repo:
        return UserError("hub.not_found", repo=repo)
    if status == 401:
        return UserError("hub.bad_token" if has_token else "hub.needs_token")
    if status == 403:
        return UserError("hub.forbidden" if has_token else "hub.needs_token")
    if status == 407:
        return UserError("hub.proxy", host=host)
    wait = retry_after(response)
    if status == 429 or (status == 503 and wait):
        return UserError("hub.busy", seconds=wait or _USUAL_WAIT_S)
    return UserError("hub.failed", host=host, status=str(status))


def retry_after(response: httpx2.Response) -> int:
    """Seconds after which a busy server wants to be asked again, at most an hour; 0 when it does not say.

    `Retry-After` in both its forms (RFC 9110, 10.2.3), and the hub's `RateLimit` (draft-ietf-httpapi-ratelimit).
    """
    text = response.headers.get("Retry-After", "").strip()
    seconds = 0.0
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    elif text:
        try:
            seconds = email.utils.parsedate_to_datetime(text).timestamp() - time.time() + 1
        except (ValueError, OverflowError):
            seconds = 0.0
    elif response.status_code == 429:
        match = _RATE_LIMIT.search(response.headers.get("RateLimit", ""))
        seconds = float(match[1]) if match else 0.0
    return int(max(0.0, min(seconds, _LONGEST_WAIT_S)))


def _host(error: Exception, access: HubAccess) -> str:
    request = getattr(error, "_request", None)
    return request.url.host if request is not None else access.origin[1]


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
