"""Routes of Responses, with and without /v1."""

from __future__ import annotations

import secrets
import time
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from app.server.answering import KnownModel
from app.server.http.answers import AnswerResponse, Answers, json_response
from app.server.http.body import body_limit, read_json
from app.server.openai.responses.request import prompt_ask, response_ask
from app.server.openai.responses.schema import PromptRequest, ResponsesRequest
from app.server.openai.responses.writer import ResponseWriter


def routes(answers: Answers) -> list[Route]:
    """The routes over one server's answers."""

    async def responses(request: Request) -> AnswerResponse:
        asked = await read_json(request, ResponsesRequest, body_limit(answers.answering.sees))
        ask = response_ask(asked)

        def writer(model: KnownModel) -> ResponseWriter:
            return ResponseWriter(secrets.token_hex(16), model.id, asked, time.time)

        return await answers.respond(request, ask, writer, stream=bool(asked.stream))

    async def input_tokens(request: Request) -> Any:
        asked = await read_json(request, PromptRequest, body_limit(answers.answering.sees))
        count = await answers.questions.counted(request, prompt_ask(asked))
        return json_response({"object": "response.input_tokens", "input_tokens": count})

    return [
        route
        for prefix in ("/v1", "")
        for route in (
            Route(f"{prefix}/responses", responses, methods=["POST"]),
            Route(f"{prefix}/responses/input_tokens", input_tokens, methods=["POST"]),
        )
    ]
