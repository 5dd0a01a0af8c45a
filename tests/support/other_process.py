"""A child process that calls functions for a test: what they load, register or break stays there."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

P, R = ParamSpec("P"), TypeVar("R")
# Longer than any call takes; a child that is stuck in native code is killed.
PATIENCE = 300.0


class OtherProcess:
    """A running child. Functions are of modules, and what goes in and comes out can be pickled."""

    def __init__(self, connection: Connection, patience: float) -> None:
        self._connection, self._patience = connection, patience

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What the function returns in the child; AssertionError, with the traceback, when it raises there."""
        self._connection.send((function, args, kwargs))
        if not self._connection.poll(self._patience):
            raise AssertionError("the child does not answer")
        try:
            result, problem = self._connection.recv()
        except EOFError:
            raise AssertionError("the child ended") from None
        if problem:
            raise AssertionError(f"in the child:\n{problem}")
        return result  # type: ignore[no-any-return]


@contextmanager
def remote_servers(patience: float = PATIENCE) -> Iterator[OtherProcess]:
    """A child for as long as the context lasts. No call takes longer than `patience`, in seconds."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield OtherProcess(ours, patience)
    finally:
        ours.close()
        process.join(2.0)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()


def _serve(connection: Connection) -> None:
    while True:
        try:
            function, args, kwargs = connection.recv()
        except EOFError:
            return
        try:
            connection.send((function(*args, **kwargs), ""))
        except Exception:
            connection.send((None, traceback.format_exc()))
