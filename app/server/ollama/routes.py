"""Routes of Ollama's protocol."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.server.answering import KnownModel
from app.server.asks import Ask
from app.server.file_facts import FileFacts
from app.server.http.answers import Answers, json_response
from app.server.http.body import LIMIT, body_limit, read_json
from app.server.http.calls import call_of
from app.server.http.off_loop import off_loop
from app.server.ollama.answer_lines import Kind, LineWriter
from app.server.ollama.model_values import running_value, show_value, tag_value
from app.server.ollama.requests import chat_ask, generate_ask, stops_loading
from app.server.ollama.schema import Asked, ChatRequest, EmbedRequest, GenerateRequest, NamedModel
from app.server.refusal import Refusal, bad_request
from app.server.texts import cut
from engine.errors import UserError
from engine.values import Message

# Clients refuse servers that are older than what they need; this one answers what theirs of this version asks.
VERSION = "0.12.6"
_NOT_DONE = ("copy", "create", "delete", "pull", "push", "blobs/{digest}")


def routes(answers: Answers, files: FileFacts) -> list[Route]:
    """The routes over one server's answers."""
    answering = answers.answering

    async def answered(request: Request, kind: Kind, asked: Asked, make: Callable[[], Ask] | None) -> Any:
        if make is None:
            return await loaded(request, kind, asked)

        def writer(model: KnownModel) -> LineWriter:
            return LineWriter(kind, model.id, time.time)

        return await answers.respond(request, make(), writer, stream=asked.streams)

    async def loaded(request: Request, kind: Kind, asked: Asked) -> Any:
        """Load the model, or unload it where nobody uses it, and answer nothing."""
        model = await off_loop(answering.find, asked.model)
        writer = LineWriter(kind, model.id, time.time)
        if stops_loading(asked.keep_alive):
            await off_loop(answering.rest, model, call_of(request).key)
            return json_response(writer.loaded("unload"))
        await off_loop(answering.measure, model, Ask((Message("user", "."),)), call_of(request).key)
        return json_response(writer.loaded("load"))

    async def chat(request: Request) -> Any:
        asked = await read_json(request, ChatRequest, body_limit(answering.sees))
        return await answered(request, "chat", asked, (lambda: chat_ask(asked)) if asked.messages else None)

    async def generate(request: Request) -> Any:
        asked = await read_json(request, GenerateRequest, body_limit(answering.sees))
        has_prompt = bool(asked.prompt or asked.suffix)
        return await answered(
            request, "generate", asked, (lambda: generate_ask(asked)) if has_prompt else None
        )

    async def embed(request: Request) -> Any:
        asked = await read_json(request, EmbedRequest, LIMIT)
        texts = asked.input if isinstance(asked.input, list) else [asked.input] if asked.input else []
        if not all(texts):
            raise bad_request("A text is empty.", "input")
        model, found = await answers.texts.embedded(request, asked.model, texts)
        vectors = [each.vectors for each in found]
        if asked.dimensions is not None:
            vectors = [cut(each, asked.dimensions) for each in vectors]
        rows = [row.tolist() for each in vectors for row in each]
        tokens = sum(sum(each.tokens) for each in found)
        return json_response({"model": model, "embeddings": rows, "prompt_eval_count": tokens})

    async def embeddings(request: Request) -> Any:
        asked = await read_json(request, EmbedRequest, LIMIT)
        _, found = await answers.texts.embedded(request, asked.model, [asked.prompt] if asked.prompt else [])
        rows = [row.tolist() for each in found for row in each.vectors]
        return json_response({"embedding": rows[0] if rows else []})

    def listed() -> list[dict[str, Any]]:
        told = []
        for model in answering.known():
            try:
                told.append(tag_value(model, files.of(model)))
            except (UserError, OSError):
                continue  # its file is gone or damaged: it can't be asked
        return told

    async def tags(request: Request) -> Any:
        return json_response({"models": await off_loop(listed)})

    def running() -> list[dict[str, Any]]:
        now = time.time()
        return [running_value(m, files.of(m), now) for m in answering.known() if m.is_loaded]

    async def ps(request: Request) -> Any:
        return json_response({"models": await off_loop(running)})

    def shown(name: str) -> dict[str, Any]:
        model = answering.find(name)
        return show_value(model, files.of(model))

    async def show(request: Request) -> Any:
        asked = await read_json(request, NamedModel, LIMIT)
        return json_response(await off_loop(shown, asked.model or asked.name))

    async def version(request: Request) -> Any:
        return json_response({"version": VERSION})

    async def here(request: Request) -> Any:
        return PlainTextResponse("Ollama is running")

    async def not_done(request: Request) -> Any:
        raise Refusal(501, "not_done", "Models are added and removed on this computer alone.")

    return [
        Route("/", here, methods=["GET"]),
        Route("/api/version", version, methods=["GET"]),
        Route("/api/tags", tags, methods=["GET"]),
        Route("/api/ps", ps, methods=["GET"]),
        Route("/api/show", show, methods=["POST"]),
        Route("/api/chat", chat, methods=["POST"]),
        Route("/api/generate", generate, methods=["POST"]),
        Route("/api/embed", embed, methods=["POST"]),
        Route("/api/embeddings", embeddings, methods=["POST"]),
        *(Route(f"/api/{name}", not_done, methods=["POST", "DELETE", "HEAD", "GET"]) for name in _NOT_DONE),
    ]
