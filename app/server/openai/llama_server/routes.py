"""Routes of llama-server that clients of OpenAI's protocol know."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from app.server.answering import KnownModel
from app.server.asks import Ask
from app.server.file_facts import FileFacts
from app.server.http.answers import AnswerResponse, Answers, json_response
from app.server.http.body import LIMIT, body_limit, read_json
from app.server.http.calls import call_of
from app.server.http.off_loop import off_loop
from app.server.openai.chat_request import chat_ask
from app.server.openai.llama_server.infill import InfillRequest, InfillWriter, infill_ask
from app.server.openai.llama_server.state_values import metrics_text, props_value, slots_value
from app.server.openai.schema import ChatRequest
from app.server.refusal import RETRY_S, bad_request
from engine.api import Tokenized


class TokenizeRequest(msgspec.Struct):
    """The body of POST /tokenize."""

    content: str
    model: str = ""
    add_special: bool = False
    parse_special: bool = True
    with_pieces: bool = False


class DetokenizeRequest(msgspec.Struct):
    """The body of POST /detokenize."""

    tokens: list[int]
    model: str = ""


def routes(answers: Answers, files: FileFacts) -> list[Route]:
    """The routes over one server's answers."""
    answering, turns = answers.answering, answers.turns

    async def told(request: Request, name: str, given: str | tuple[int, ...] | Ask, **how: bool) -> Tokenized:
        def work() -> Tokenized:
            model = answering.find(name)
            call.model = model.id
            return answering.tokens(model, given, call.key, **how)

        call = call_of(request)
        return await off_loop(work)

    async def health(request: Request) -> Any:
        if answering.is_loading:
            error = {"code": 503, "message": "Loading model", "type": "unavailable_error"}
            return JSONResponse({"error": error}, 503, {"retry-after": str(RETRY_S)})
        return json_response({"status": "ok"})

    def of_model_in_use() -> dict[str, Any]:
        model = answering.find("")
        return props_value(model, files.of(model))

    async def props(request: Request) -> Any:
        return json_response(await off_loop(of_model_in_use))

    async def slots(request: Request) -> Any:
        model = await off_loop(answering.find, "")
        context = 0 if model.facts is None else model.facts.context
        return json_response(slots_value(turns.running, context))

    async def metrics(request: Request) -> Any:
        text = metrics_text(answering.activity, turns.running, turns.waiting)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    async def tokenize(request: Request) -> Any:
        asked = await read_json(request, TokenizeRequest, LIMIT)
        if asked.with_pieces:
            raise bad_request("Tokens are told by their numbers alone.", "with_pieces", "unsupported_value")
        how = {"parse_special": asked.parse_special, "add_special": asked.add_special}
        return json_response({"tokens": (await told(request, asked.model, asked.content, **how)).tokens})

    async def detokenize(request: Request) -> Any:
        asked = await read_json(request, DetokenizeRequest, LIMIT)
        return json_response({"content": (await told(request, asked.model, tuple(asked.tokens))).text})

    async def apply_template(request: Request) -> Any:
        asked = await read_json(request, ChatRequest, body_limit(answering.sees))
        ask = chat_ask(asked)
        if ask.pictures:
            raise bad_request("The text of a prompt has no pictures.", "messages", "unsupported_value")
        return json_response({"prompt": (await told(request, ask.model, ask)).text})

    async def infill(request: Request) -> AnswerResponse:
        asked = await read_json(request, InfillRequest, LIMIT)

        def writer(model: KnownModel) -> InfillWriter:
            return InfillWriter(model.id)

        return await answers.respond(request, infill_ask(asked), writer, stream=bool(asked.stream))

    return [
        Route("/health", health, methods=["GET"]),
        Route("/v1/health", health, methods=["GET"]),
        Route("/props", props, methods=["GET"]),
        Route("/slots", slots, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
        Route("/tokenize", tokenize, methods=["POST"]),
        Route("/detokenize", detokenize, methods=["POST"]),
        Route("/apply-template", apply_template, methods=["POST"]),
        Route("/infill", infill, methods=["POST"]),
    ]
