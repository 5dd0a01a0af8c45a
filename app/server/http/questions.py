"""Questions about tokens over HTTP. Whoever waits for a model that loads holds no thread."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Generic

from starlette.requests import Request

from app.server.answering import Answering, KnownModel, Told, check_sight
from app.server.asks import Ask
from app.server.http.calls import Call, call_of
from app.server.http.off_loop import entered, off_loop
from app.server.refusal import Refusal, refusal_of
from engine.api import Measured, Tokenized
from engine.errors import UserError

# A large model is loaded from a slow disk.
_TOLD_S = 600.0
Opened = Callable[["Question[Any]", Call], AbstractContextManager[None]]


class Question(Generic[Told]):
    """One question that waits to be answered. On the loop, but for `tell`."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._told: asyncio.Future[Told] = self._loop.create_future()

    def tell(self, told: Told) -> None:
        """From any thread."""
        with contextlib.suppress(RuntimeError):  # the server has stopped meanwhile
            self._loop.call_soon_threadsafe(self._take, told)

    def break_off(self, refusal: Refusal) -> None:
        if not self._told.done():
            self._told.set_exception(refusal)

    async def answer(self) -> Told:
        """Raises Refusal."""
        try:
            async with asyncio.timeout(_TOLD_S):
                told = await self._told
        except TimeoutError as error:
            raise refusal_of(UserError("engine.not_answering")) from error
        if told.error is not None:
            raise refusal_of(told.error)
        return told

    def _take(self, told: Told) -> None:
        if not self._told.done():
            self._told.set_result(told)


class Questions:
    """Asks models about tokens for clients; on the loop. `opened` keeps what is open, to be ended from outside.
    Methods raise Refusal."""

    def __init__(self, answering: Answering, opened: Opened) -> None:
        self._answering, self._opened = answering, opened

    async def counted(self, request: Request, ask: Ask) -> int:
        """The tokens of the prompt that an ask would make."""
        model, call = await self._asked(request, ask.model)
        check_sight(model, ask)
        question: Question[Measured] = Question()
        with self._opened(question, call):
            async with entered(self._answering.pictures.placed(ask)) as placed:
                await off_loop(self._answering.measure, model, placed, call.key, question.tell)
                return (await question.answer()).prompt

    async def tokenized(
        self,
        request: Request,
        name: str,
        given: str | tuple[int, ...] | Ask,
        *,
        parse_special: bool = False,
        add_special: bool = False,
    ) -> Tokenized:
        """A text with its tokens, or those of the prompt that an ask would make."""
        model, call = await self._asked(request, name)
        question: Question[Tokenized] = Question()
        with self._opened(question, call):
            how = (parse_special, add_special)
            await off_loop(self._answering.tokenize, model, given, call.key, question.tell, *how)
            return await question.answer()

    async def _asked(self, request: Request, name: str) -> tuple[KnownModel, Call]:
        model, call = await off_loop(self._answering.find, name), call_of(request)
        call.model, call.stage = model.id, "waiting"
        return model, call
