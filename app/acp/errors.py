"""Errors of the services as errors of the protocol, in a sentence."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from acp.exceptions import RequestError

from app.language import Language
from app.messages import localized_error
from engine.errors import ErrorInfo, UserError

INVALID_PARAMS, INTERNAL, NOT_FOUND = -32602, -32603, -32002
_CODES = {
    "acp.no_session": NOT_FOUND,
    "run.missing": NOT_FOUND,
}
Method = TypeVar("Method", bound=Callable[..., Awaitable[Any]])


def request_error(
    error: UserError | ErrorInfo, language: Language, code: int = INVALID_PARAMS
) -> RequestError:
    """The sentence is the message: editors show it, and nothing else."""
    return RequestError(_CODES.get(error.code, code), localized_error(error, language))


def told(method: Method) -> Method:
    """A method of the agent, which has a `language`, whose UserErrors reach the editor."""

    @functools.wraps(method)
    async def telling(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await method(self, *args, **kwargs)
        except UserError as error:
            raise request_error(error, self.language) from error

    return cast(Method, telling)
