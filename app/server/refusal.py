"""What a client is told instead of an answer; each protocol has its own shape for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from app.server.words import words_of
from engine.errors import ErrorInfo, UserError

# What is wrong with the request itself; anything else is the machine's trouble.
_CLIENTS = (
    "template.",
    "tools.",
    "schema.",
    "picture.",
    "projector.",
    "tokens.",
    "fill_in.",
    "model.no_embeddings",
    "model.no_scores",
)
_STATUS: dict[str, tuple[int, str]] = {
    "engine.context_overflow": (400, "context_length_exceeded"),
    "engine.bad_sampling": (400, "invalid_value"),
    "engine.bad_bias": (400, "invalid_value"),
    "engine.too_deep": (400, "invalid_value"),
    "engine.empty_prompt": (400, "invalid_value"),
    "engine.no_model": (503, "model_not_loaded"),
    "model.answering": (503, "model_busy"),
    "model.not_ready": (503, "model_busy"),
    "library.ambiguous": (400, "model_ambiguous"),
    "library.missing": (404, "model_not_found"),
    "model.no_starter": (404, "model_not_found"),
    "hub.bad_name": (400, "invalid_value"),
    "hub.which_variant": (400, "model_ambiguous"),
    "hub.not_found": (404, "model_not_found"),
    "hub.no_variant": (404, "model_not_found"),
    "hub.no_file": (404, "model_not_found"),
    "hub.part_missing": (404, "model_not_found"),
    "hub.gated": (403, "no_access"),
    "hub.needs_token": (403, "no_access"),
    "hub.bad_token": (403, "no_access"),
    "hub.forbidden": (403, "no_access"),
    "download.in_trash": (409, "model_in_trash"),
}
_PARAMS = {
    "engine.context_overflow": "messages",
    "engine.bad_bias": "logit_bias",
    "schema.not_followed": "response_format",
}
RETRY_S = 5
# The folders of absolute paths within a text; addresses of the web have none.
_FOLDERS = re.compile(r"(?<![\w/:.])(?:[A-Za-z]:)?[\\/](?:[^\s'\"<>|:\\/]+[\\/])+")


class Refusal(Exception):
    """`status` as HTTP has it, `code` a word for programs, `message` a sentence, `param` the field that is wrong,
    `retry_after` seconds, `allow` the methods that a path has, `info` the error of the engine or the services where
    it is one. Sentences are English: programs read them, and some match their words."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        retry_after: int | None = None,
        allow: str | None = None,
        info: ErrorInfo | None = None,
    ) -> None:
        super().__init__(status, code, message)
        self.status, self.code, self.message = status, code, message
        self.param, self.retry_after, self.allow, self.info = param, retry_after, allow, info


def refusal_of(error: UserError | ErrorInfo) -> Refusal:
    """An error of the services or the engine. No path of this computer is told."""
    params = {
        name: _without_folder(value) if isinstance(value, str) else value
        for name, value in error.params.items()
    }
    message = words_of(ErrorInfo(error.code, params))
    status, code = _STATUS.get(error.code, (400 if error.code.startswith(_CLIENTS) else 503, error.code))
    param = _PARAMS.get(error.code)
    retry = RETRY_S if status == 503 else None
    return Refusal(status, code, message, param=param, retry_after=retry, info=ErrorInfo(error.code, params))


def bad_request(message: str, param: str | None = None, code: str = "invalid_value") -> Refusal:
    return Refusal(400, code, message, param=param)


def refuse_fields(request: object, reasons: Mapping[str, str]) -> None:
    """Raises Refusal 400 for the first of these fields that asks for anything, with the reason."""
    for name, reason in reasons.items():
        if getattr(request, name) not in (None, False, []):
            raise bad_request(reason, name, "unsupported_parameter")


def stopping() -> Refusal:
    return Refusal(503, "server_stopping", "The server is being stopped.", retry_after=RETRY_S)


def client_closed() -> Refusal:
    """Nobody reads it."""
    return Refusal(499, "client_closed", "The client has hung up.")


def ended_elsewhere() -> Refusal:
    """The answer was ended from outside, as when a person loads another model."""
    return Refusal(503, "answer_stopped", "The answer was stopped on this computer.", retry_after=RETRY_S)


def stopped_here() -> Refusal:
    """A person has stopped the request. Clients ask again after other statuses."""
    return Refusal(403, "request_stopped", "The request was stopped on this computer.")


def _without_folder(value: str) -> str:
    """A path without its folder, and a text without those of the paths in it."""
    return PurePath(value).name if PurePath(value).is_absolute() else _FOLDERS.sub("", value)
