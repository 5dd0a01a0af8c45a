"""Routes of OpenAI's protocol, with and without /v1, which people forget."""

from __future__ import annotations

import secrets
import time
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from app.server.answering import KnownModel
from app.server.http.answers import AnswerResponse, Answers, json_response
from app.server.http.body import LIMIT, body_limit, read_json
from app.server.http.off_loop import off_loop
from app.server.openai.chat_answer import ChatWriter
from app.server.openai.chat_request import chat_asks
from app.server.openai.embeddings import (
    EmbeddingRequest,
    RerankRequest,
    documents_of,
    embeddings_value,
    inputs_of,
    ranking_value,
)
from app.server.openai.schema import ChatRequest, CompletionRequest
from app.server.openai.text_completion import CompletionWriter, completion_asks, echoes_of


def routes(answers: Answers) -> list[Route]:
    """The routes over one server's answers."""
    own = _OpenAi(answers)
    return [
        route
        for prefix in ("/v1", "")
        for route in (
            Route(f"{prefix}/chat/completions", own.chat_completions, methods=["POST"]),
            Route(f"{prefix}/completions", own.completions, methods=["POST"]),
            Route(f"{prefix}/embeddings", own.embeddings, methods=["POST"]),
            Route(f"{prefix}/rerank", own.rerank, methods=["POST"]),
            Route(f"{prefix}/models", own.models, methods=["GET"]),
            Route(f"{prefix}/models/{{id:path}}", own.model, methods=["GET"]),
        )
    ]


class _OpenAi:
    def __init__(self, answers: Answers) -> None:
        self._answers, self._answering = answers, answers.answering

    async def chat_completions(self, request: Request) -> AnswerResponse:
        asked = await read_json(request, ChatRequest, body_limit(self._answering.sees))
        asks = chat_asks(asked)

        def writer(model: KnownModel) -> ChatWriter:
            id = f"chatcmpl-{secrets.token_hex(12)}"
            created, count = int(time.time()), len(asks)
            return ChatWriter(id, created, model.id, asked.with_usage, count, asked.by_functions)

        return await self._answers.respond(request, asks, writer, stream=bool(asked.stream))

    async def completions(self, request: Request) -> AnswerResponse:
        asked = await read_json(request, CompletionRequest, body_limit(self._answering.sees))
        asks = completion_asks(asked)

        def writer(model: KnownModel) -> CompletionWriter:
            id, now = f"cmpl-{secrets.token_hex(12)}", int(time.time())
            echoes = echoes_of(asked, asks)
            return CompletionWriter(id, now, model.id, echoes, asked.n or 1, asked.with_usage)

        return await self._answers.respond(request, asks, writer, stream=bool(asked.stream))

    async def embeddings(self, request: Request) -> Any:
        asked = await read_json(request, EmbeddingRequest, LIMIT)
        model, found = await self._answers.texts.embedded(request, asked.model or "", inputs_of(asked))
        return json_response(embeddings_value(asked, model, found))

    async def rerank(self, request: Request) -> Any:
        asked = await read_json(request, RerankRequest, LIMIT)
        documents = documents_of(asked)
        model, found = await self._answers.texts.ranked(request, asked.model or "", asked.query, documents)
        return json_response(ranking_value(asked, model, documents, found))

    async def models(self, request: Request) -> Any:
        known = await off_loop(self._answering.known)
        return json_response({"object": "list", "data": [model_value(model) for model in known]})

    async def model(self, request: Request) -> Any:
        found = await off_loop(self._answering.find, request.path_params["id"])
        return json_response(model_value(found))


def model_value(model: KnownModel) -> dict[str, Any]:
    """A model, with the fields of other servers that clients read."""
    record = model.record
    value: dict[str, Any] = {
        "id": model.id,
        "object": "model",
        "created": int(model.added),
        "owned_by": record.repo.partition("/")[0] if record is not None and record.repo else "local",
        "state": "loaded" if model.is_loaded else "not-loaded",
    }
    if model.facts is not None:
        context = model.facts.context
        value |= {"context_length": context, "max_model_len": context, "meta": {"n_ctx": context}}
    return value
