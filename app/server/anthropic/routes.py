"""Routes of Anthropic's protocol."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.routing import Match, Route
from starlette.types import Scope

from app.server.answering import KnownModel
from app.server.anthropic.message_answer import MessageWriter
from app.server.anthropic.message_request import message_ask, prompt_ask
from app.server.anthropic.schema import CountRequest, MessageRequest
from app.server.http.answers import AnswerResponse, Answers, json_response
from app.server.http.body import body_limit, read_json
from app.server.http.calls import call_of
from app.server.http.off_loop import off_loop


class _OfThisProtocol(Route):
    """A route that another protocol has as well: the client says which one it speaks."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if not any(name == b"anthropic-version" for name, _ in scope["headers"]):
            return Match.NONE, {}
        return super().matches(scope)


def routes(answers: Answers) -> list[Route]:
    """The routes over one server's answers."""

    async def messages(request: Request) -> AnswerResponse:
        asked = await read_json(request, MessageRequest, body_limit(answers.answering.sees))
        ask = message_ask(asked)
        thinks = asked.thinking is not None and asked.thinking.type != "disabled"

        def writer(model: KnownModel) -> MessageWriter:
            id, call = f"msg_{secrets.token_hex(12)}", call_of(request)
            return MessageWriter(id, model.id, thinks, asked.shows_thoughts, call.id)

        return await answers.respond(request, ask, writer, stream=bool(asked.stream))

    async def count_tokens(request: Request) -> Any:
        asked = await read_json(request, CountRequest, body_limit(answers.answering.sees))
        return json_response({"input_tokens": await answers.questions.counted(request, prompt_ask(asked))})

    async def models(request: Request) -> Any:
        known = [model_value(model) for model in await off_loop(answers.answering.known)]
        ids = [model["id"] for model in known] or [None]
        return json_response({"data": known, "has_more": False, "first_id": ids[0], "last_id": ids[-1]})

    async def model(request: Request) -> Any:
        return json_response(model_value(await off_loop(answers.answering.find, request.path_params["id"])))

    return [
        Route("/v1/messages", messages, methods=["POST"]),
        Route("/v1/messages/count_tokens", count_tokens, methods=["POST"]),
        _OfThisProtocol("/v1/models", models, methods=["GET"]),
        _OfThisProtocol("/v1/models/{id:path}", model, methods=["GET"]),
    ]


def model_value(model: KnownModel) -> dict[str, Any]:
    """A model. How long its context is is known of the one that is loaded."""
    context = None if model.facts is None else model.facts.context
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.id,
        "created_at": datetime.fromtimestamp(model.added, UTC).isoformat().replace("+00:00", "Z"),
        "max_input_tokens": context,
        "max_tokens": context,
        "capabilities": None,
    }
