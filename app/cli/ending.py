"""Abnormal ends of a command: an error, Ctrl+C, or a termination signal."""

from __future__ import annotations

import contextlib
import logging
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Protocol, TypeVar

from app.cli.output import Output
from app.installation.first_starts import this_start
from engine.errors import UserError

log = logging.getLogger(__name__)
INTERRUPTED = 130
_ENDING = tuple(
    number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None
)


WRONG_USAGE = 2


class _Closes(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=_Closes)


class WrongUsage(Exception):
    """An invalid option; `error` says why in one sentence. Exit code 2."""

    def __init__(self, error: UserError) -> None:
        super().__init__(error)
        self.error = error


class Ended(SystemExit):
    """The system terminates the process (SIGTERM, SIGHUP): save and exit.

    asyncio lets a SystemExit out of whatever it calls; any other exception of a signal's handler would be lost there.
    """


def run_told(work: Callable[[], int], output: Output) -> int:
    """Run `work` and return the exit code; report any exception in one sentence."""
    try:
        with _ended_by_signals():
            return work()
    except UserError as error:
        return output.failed(error)
    except WrongUsage as wrong:
        output.failed(wrong.error)
        return WRONG_USAGE
    except (KeyboardInterrupt, Ended):
        return interrupted(output)
    except Exception as error:
        log.error("A command failed", exc_info=error)
        this_start().broken()
        return output.failed(UserError("unknown", detail=f"{type(error).__name__}: {error}"[:300]))


def interrupted(output: Output) -> int:
    """Report Ctrl+C: returns the exit code, and prints the object that `--json` promises unless it was
    printed.
    """
    with signals_held():
        if output.json and not output.printed:
            output.failed(UserError("cli.interrupted"))
    return INTERRUPTED


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Block signals: for saving and closing, which take seconds at most."""
    numbers = (signal.SIGINT, *_ENDING)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def signals_noted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl+C or a termination signal came, for work that ends by itself at the next good place."""
    came: list[int] = []
    numbers = (signal.SIGINT, *_ENDING)
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in numbers}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def closed_at_end(opened: T) -> Iterator[T]:
    """Close it at the end, while signals are blocked."""
    try:
        yield opened
    finally:
        with signals_held():
            opened.close()


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    def end(number: int, frame: FrameType | None) -> None:
        raise Ended

    # Ignored signals stay ignored: `nohup` relies on it.
    numbers = [number for number in _ENDING if signal.getsignal(number) == signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
