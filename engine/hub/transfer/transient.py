"""Transient errors of one request."""

from __future__ import annotations

from engine.errors import UserError


class Trouble(Exception):
    """A request has failed for a reason that may pass; `error` is what to say when it does not.

    `asked` is how many seconds the server wants to be left alone. A `refusal` is an answer, or the lack of one,
    that waiting seldom changes: a few in a row end the transfer. `stale`: the file is to be located again first,
    because its link or the file itself may have changed.
    """

    def __init__(
        self, error: UserError, asked: float | None = None, refusal: bool = False, stale: bool = False
    ) -> None:
        super().__init__(error.code)
        self.error, self.asked, self.refusal, self.stale = error, asked, refusal, stale


class NoRanges(Exception):
    """The server does not serve parts of the file, or not in a way that can be used: it is to be asked for the
    whole."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host
