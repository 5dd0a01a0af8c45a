"""Routes of Ollama's protocol for the models themselves: the list, what is loaded, downloads."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.server.file_facts import FileFacts
from app.server.http.answers import Answers, json_response
from app.server.http.body import LIMIT, read_json
from app.server.http.off_loop import off_loop
from app.server.ollama.model_values import running_value, show_value, tag_value
from app.server.ollama.pull_answer import PullResponse
from app.server.ollama.schema import NamedModel, PullRequest
from app.server.pulls import Pulls
from app.server.refusal import Refusal, bad_request
from engine.errors import UserError

# Clients refuse servers that are older than what they need; this one answers what theirs of this version asks.
VERSION = "0.12.6"
# The hub may take long to answer, and threads are few.
_ASK_THE_HUB = 2
_NOT_DONE = ("copy", "create", "delete", "push", "blobs/{digest}")


class ModelRoutes:
    """What clients find models by."""

    def __init__(self, answers: Answers, files: FileFacts, pulls: Pulls) -> None:
        self._answers, self._answering = answers, answers.answering
        self._files, self._pulls = files, pulls
        self._asking = asyncio.Semaphore(_ASK_THE_HUB)

    def routes(self) -> list[Route]:
        return [
            Route("/", self._here, methods=["GET"]),
            Route("/api/version", self._version, methods=["GET"]),
            Route("/api/tags", self._tags, methods=["GET"]),
            Route("/api/ps", self._ps, methods=["GET"]),
            Route("/api/show", self._show, methods=["POST"]),
            Route("/api/pull", self._pull, methods=["POST"]),
            *(
                Route(f"/api/{name}", _not_done, methods=["POST", "DELETE", "HEAD", "GET"])
                for name in _NOT_DONE
            ),
        ]

    async def _here(self, request: Request) -> Any:
        return PlainTextResponse("Ollama is running")

    async def _version(self, request: Request) -> Any:
        return json_response({"version": VERSION})

    async def _tags(self, request: Request) -> Any:
        return json_response({"models": await off_loop(self._listed)})

    async def _ps(self, request: Request) -> Any:
        return json_response({"models": await off_loop(self._running)})

    async def _show(self, request: Request) -> Any:
        asked = await read_json(request, NamedModel, LIMIT)
        return json_response(await off_loop(self._shown, asked.model or asked.name))

    async def _pull(self, request: Request) -> Any:
        asked = await read_json(request, PullRequest, LIMIT)
        name = asked.model or asked.name
        if not name:
            raise bad_request("It names no model.", "model")
        streams = asked.stream is not False
        return PullResponse(request, self._answers, self._pulls, self._asking, name, streams)

    def _listed(self) -> list[dict[str, Any]]:
        told = []
        for model in self._answering.known():
            try:
                told.append(tag_value(model, self._files.of(model)))
            except (UserError, OSError):
                continue  # its file is gone or damaged: it can't be asked
        return told

    def _running(self) -> list[dict[str, Any]]:
        now = time.time()
        loaded = [model for model in self._answering.known() if model.is_loaded]
        return [running_value(model, self._files.of(model), now) for model in loaded]

    def _shown(self, name: str) -> dict[str, Any]:
        model = self._answering.find(name)
        return show_value(model, self._files.of(model))


async def _not_done(request: Request) -> Any:
    raise Refusal(501, "not_done", "Models are changed and removed on this computer alone.")
