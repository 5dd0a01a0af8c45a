"""Routes of llama-server that clients of OpenAI's protocol know."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from app.server.answering import KnownModel
from app.server.file_facts import FileFacts
from app.server.http.answers import AnswerResponse, Answers, json_response
from app.server.http.body import LIMIT, body_limit, read_json
from app.server.http.off_loop import off_loop
from app.server.openai.chat_request import chat_ask
from app.server.openai.llama_server.infill import InfillRequest, InfillWriter, infill_ask
from app.server.openai.llama_server.state_values import metrics_text, props_value, slots_value
from app.server.openai.schema import ChatRequest
from app.server.refusal import RETRY_S, bad_request


class TokenizeRequest(msgspec.Struct):
    """The body of POST /tokenize."""

    content: str
    model: str = ""
    add_special: bool = False
    parse_special: bool = True
    with_pieces: bool = False


class DetokenizeRequest(msgspec.Struct):
    """The body of POST /detokenize."""

    tokens: list[Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]]
    model: str = ""


def routes(answers: Answers, files: FileFacts) -> list[Route]:
    """The routes over one server's answers."""
    state, texts = _State(answers, files), _Texts(answers)
    return [
        Route("/health", state.health, methods=["GET"]),
        Route("/v1/health", state.health, methods=["GET"]),
        Route("/props", state.props, methods=["GET"]),
        Route("/slots", state.slots, methods=["GET"]),
        Route("/metrics", state.metrics, methods=["GET"]),
        Route("/tokenize", texts.tokenize, methods=["POST"]),
        Route("/detokenize", texts.detokenize, methods=["POST"]),
        Route("/apply-template", texts.apply_template, methods=["POST"]),
        Route("/infill", texts.infill, methods=["POST"]),
    ]


class _State:
    """What the server does and which model it has."""

    def __init__(self, answers: Answers, files: FileFacts) -> None:
        self._answering, self._turns, self._files = answers.answering, answers.turns, files

    async def health(self, request: Request) -> Any:
        if self._answering.is_loading:
            error = {"code": 503, "message": "Loading model", "type": "unavailable_error"}
            return JSONResponse({"error": error}, 503, {"retry-after": str(RETRY_S)})
        return json_response({"status": "ok"})

    async def props(self, request: Request) -> Any:
        return json_response(await off_loop(self._of_model_in_use))

    async def slots(self, request: Request) -> Any:
        model = await off_loop(self._answering.find, "")
        context = 0 if model.facts is None else model.facts.context
        return json_response(slots_value(self._turns.running, context))

    async def metrics(self, request: Request) -> Any:
        text = metrics_text(self._answering.activity, self._turns.running, self._turns.waiting)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    def _of_model_in_use(self) -> dict[str, Any]:
        model = self._answering.find("")
        return props_value(model, self._files.of(model))


class _Texts:
    """Tokens and texts of prompts, and gaps."""

    def __init__(self, answers: Answers) -> None:
        self._answers, self._answering = answers, answers.answering

    async def tokenize(self, request: Request) -> Any:
        asked = await read_json(request, TokenizeRequest, LIMIT)
        if asked.with_pieces:
            raise bad_request("Tokens are told by their numbers alone.", "with_pieces", "unsupported_value")
        how = {"parse_special": asked.parse_special, "add_special": asked.add_special}
        told = await self._answers.questions.tokenized(request, asked.model, asked.content, **how)
        return json_response({"tokens": told.tokens})

    async def detokenize(self, request: Request) -> Any:
        asked = await read_json(request, DetokenizeRequest, LIMIT)
        told = await self._answers.questions.tokenized(request, asked.model, tuple(asked.tokens))
        return json_response({"content": told.text})

    async def apply_template(self, request: Request) -> Any:
        ask = chat_ask(await read_json(request, ChatRequest, body_limit(self._answering.sees)))
        if ask.pictures:
            raise bad_request("The text of a prompt has no pictures.", "messages", "unsupported_value")
        return json_response(
            {"prompt": (await self._answers.questions.tokenized(request, ask.model, ask)).text}
        )

    async def infill(self, request: Request) -> AnswerResponse:
        asked = await read_json(request, InfillRequest, LIMIT)

        def writer(model: KnownModel) -> InfillWriter:
            return InfillWriter(model.id)

        return await self._answers.respond(request, infill_ask(asked), writer, stream=bool(asked.stream))
