"""Routes of Ollama's protocol."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from app.server.answering import KnownModel
from app.server.asks import Ask
from app.server.file_facts import FileFacts
from app.server.http.answers import Answers, json_response
from app.server.http.body import LIMIT, body_limit, read_json
from app.server.http.calls import call_of
from app.server.http.off_loop import off_loop
from app.server.ollama.answer_lines import Kind, LineWriter
from app.server.ollama.model_routes import ModelRoutes
from app.server.ollama.requests import chat_ask, generate_ask, stops_loading
from app.server.ollama.schema import Asked, ChatRequest, EmbedRequest, GenerateRequest
from app.server.pulls import Pulls
from app.server.refusal import bad_request
from app.server.texts import cut
from engine.values import Message


def routes(answers: Answers, files: FileFacts, pulls: Pulls) -> list[Route]:
    """The routes over one server's answers."""
    chats, texts = _Chats(answers), _Texts(answers)
    return [
        Route("/api/chat", chats.chat, methods=["POST"]),
        Route("/api/generate", chats.generate, methods=["POST"]),
        Route("/api/embed", texts.embed, methods=["POST"]),
        Route("/api/embeddings", texts.embeddings, methods=["POST"]),
        *ModelRoutes(answers, files, pulls).routes(),
    ]


class _Chats:
    """Answers to chats and prompts."""

    def __init__(self, answers: Answers) -> None:
        self._answers, self._answering = answers, answers.answering

    async def chat(self, request: Request) -> Any:
        asked = await read_json(request, ChatRequest, body_limit(self._answering.sees))
        return await self._answered(
            request, "chat", asked, (lambda: chat_ask(asked)) if asked.messages else None
        )

    async def generate(self, request: Request) -> Any:
        asked = await read_json(request, GenerateRequest, body_limit(self._answering.sees))
        has_prompt = bool(asked.prompt or asked.suffix)
        return await self._answered(
            request, "generate", asked, (lambda: generate_ask(asked)) if has_prompt else None
        )

    async def _answered(
        self, request: Request, kind: Kind, asked: Asked, make: Callable[[], Ask] | None
    ) -> Any:
        if make is None:
            return await self._loaded(request, kind, asked)

        def writer(model: KnownModel) -> LineWriter:
            return LineWriter(kind, model.id, time.time)

        return await self._answers.respond(request, make(), writer, stream=asked.streams)

    async def _loaded(self, request: Request, kind: Kind, asked: Asked) -> Any:
        """Load the model, or unload it where nobody uses it, and answer nothing."""
        model = await off_loop(self._answering.find, asked.model)
        writer = LineWriter(kind, model.id, time.time)
        if stops_loading(asked.keep_alive):
            await off_loop(self._answering.rest, model, call_of(request).key)
            return json_response(writer.loaded("unload"))
        await self._answers.questions.counted(request, Ask((Message("user", "."),), asked.model))
        return json_response(writer.loaded("load"))


class _Texts:
    """Vectors of texts."""

    def __init__(self, answers: Answers) -> None:
        self._texts = answers.texts

    async def embed(self, request: Request) -> Any:
        asked = await read_json(request, EmbedRequest, LIMIT)
        texts = asked.input if isinstance(asked.input, list) else [asked.input] if asked.input else []
        if not all(texts):
            raise bad_request("A text is empty.", "input")
        model, found = await self._texts.embedded(request, asked.model, texts, truncate=asked.truncates)
        vectors = [each.vectors for each in found]
        if asked.dimensions is not None:
            vectors = [cut(each, asked.dimensions) for each in vectors]
        rows = [row.tolist() for each in vectors for row in each]
        tokens = sum(sum(each.tokens) for each in found)
        return json_response({"model": model, "embeddings": rows, "prompt_eval_count": tokens})

    async def embeddings(self, request: Request) -> Any:
        asked = await read_json(request, EmbedRequest, LIMIT)
        texts = [asked.prompt] if asked.prompt else []
        _, found = await self._texts.embedded(request, asked.model, texts, truncate=asked.truncates)
        rows = [row.tolist() for each in found for row in each.vectors]
        return json_response({"embedding": rows[0] if rows else []})
