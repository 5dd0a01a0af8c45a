"""Vectors and rankings over HTTP, whatever the protocol."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from starlette.requests import Request

from app.server.answering import check_may_ask
from app.server.http.calls import call_of
from app.server.http.off_loop import off_loop
from app.server.http.turns import Turns
from app.server.refusal import client_closed
from app.server.texts import Texts
from engine.embedding.api import Embedded, Ranked

_AT_ONCE = 2
_TEXTS_OF_A_STEP = 16


class TextAnswers:
    """Asks models of texts for clients; on the loop. Methods raise Refusal."""

    def __init__(self, texts: Texts, turns: Turns) -> None:
        self._texts, self._turns = texts, turns
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def embedded(
        self, request: Request, name: str, texts: Sequence[str], *, truncate: bool = False
    ) -> tuple[str, list[Embedded]]:
        """The id of the embedding model, and the vectors of the texts, some at a time: between them the client may
        hang up. A text that is too long is refused unless it may be truncated."""
        async with self._place(request):
            model = await off_loop(self._texts.embedder, name)
            found = []
            for start in range(0, len(texts), _TEXTS_OF_A_STEP):
                if await request.is_disconnected():
                    raise client_closed()
                part = texts[start : start + _TEXTS_OF_A_STEP]
                found.append(await off_loop(self._texts.embed, model, part, None if truncate else start))
        call_of(request).note_texts(model.id, sum(sum(each.tokens) for each in found))
        return model.id, found

    async def ranked(
        self, request: Request, name: str, query: str, documents: Sequence[str]
    ) -> tuple[str, Ranked]:
        """The id of the reranker, and the scores of the documents."""
        async with self._place(request):
            model = await off_loop(self._texts.reranker, name)
            found = await off_loop(self._texts.rerank, model, query, documents)
        call_of(request).note_texts(model.id, sum(found.tokens))
        return model.id, found

    @contextlib.asynccontextmanager
    async def _place(self, request: Request) -> AsyncIterator[None]:
        """A place of the key, and one of few threads: others are left for keys and answers."""
        call = call_of(request)
        check_may_ask(call.key)
        call.stage = "waiting"
        async with self._turns.place(call.key_name), self._at_once:
            call.stage = "reading"
            yield
