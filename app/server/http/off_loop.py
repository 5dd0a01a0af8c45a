"""The way off the loop, for what blocks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from app.server.refusal import refusal_of
from engine.errors import UserError

T = TypeVar("T")


@contextlib.asynccontextmanager
async def entered(manager: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Inside a context manager that blocks where it begins and where it ends."""
    value = await off_loop(manager.__enter__)
    try:
        yield value
    finally:
        await off_loop(manager.__exit__, None, None, None)


async def off_loop(work: Callable[..., T], *arguments: Any) -> T:
    """Run what blocks on one of the server's threads. Raises Refusal for an error of the services."""
    try:
        return await asyncio.get_running_loop().run_in_executor(None, work, *arguments)
    except UserError as error:
        raise refusal_of(error) from error
