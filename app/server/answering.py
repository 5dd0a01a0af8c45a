"""From the inner request to the engine: finds the model, loads it where that takes it from nobody, and asks it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from app.server.asks import Ask
from app.server.pictures import PictureFiles
from app.server.refusal import RETRY_S, Refusal
from app.services.hub.download_run import UNDER_WAY
from app.services.hub.downloads import Downloads
from app.services.library.library import Library
from app.services.library.names import STARTER, file_id, matching
from app.services.library.resolving import starter_path
from app.services.models.events import AnswerFinished
from app.services.models.loaded_model import LoadedModel
from app.services.models.models import Models
from app.services.models.reasoning import possible
from app.services.models.requests import new_request_id
from app.services.services import Services
from app.store.records import LibraryModel, ServerKey
from engine.activity import Activity
from engine.api import Event, GenerateRequest, Listener, Measured, ModelFacts, Tokenized, TokenizeRequest
from engine.errors import UserError
from engine.remote.names import is_remote

IN_USE = "default"
ANY_TAG = ":latest"
# What clients of Ollama put in front of names of the hub.
_HUBS = ("hf.co/", "huggingface.co/")
WITHOUT_KEY = "no key"
# A person who got an answer so long ago may be reading it, or writing the next question.
A_PERSON_S = 300.0
_DOWNLOAD_S = 60
Told = TypeVar("Told", Measured, Tokenized)


class KnownModel(msgspec.Struct, frozen=True):
    """A model that can be asked, by the id that clients are told. `facts` where it is the one that is loaded."""

    id: str
    path: str
    added: float = 0.0
    record: LibraryModel | None = None
    facts: ModelFacts | None = None

    @property
    def is_loaded(self) -> bool:
        return self.facts is not None


class Answering:
    """Asks the one model of `services` for clients. Methods block on the disk and on loads that begin: call them off
    the loop."""

    def __init__(
        self,
        services: Services,
        may_load: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._models: Models = services.models
        self._library: Library = services.library
        self._downloads: Downloads = services.downloads
        self._used_by: Callable[[], LoadedModel | None] = lambda: services.lifecycle.current
        self._may_load, self._clock = may_load, clock
        self._person_at = -A_PERSON_S
        self.pictures = PictureFiles()
        self._forget = services.events.subscribe(AnswerFinished, self._note_person)

    def close(self) -> None:
        self._forget()
        self.pictures.close()

    # --- which model ---

    def known(self) -> list[KnownModel]:
        """The models of this computer, the one in use first."""
        in_use = self._in_use()
        found = [] if in_use is None else [in_use]
        ids = {model.id for model in found}
        found += [
            KnownModel(record.id, record.path, record.added, record)
            for record in self._library.known()
            if record.trashed is None and record.state == "ready" and record.id not in ids
        ]
        if STARTER not in {model.id for model in found} and (starter := _starter()) is not None:
            found.append(KnownModel(STARTER, starter))
        return found

    def find(self, name: str) -> KnownModel:
        """The model that a client means: an id of the library or a short form, "starter", or "default" or "" for the
        one in use; clients of Ollama put ":latest" behind a name without a tag, and the hub's address in front. Never
        a path, and never a model elsewhere: this is no open proxy.

        Raises Refusal 404, 400 for a short form of several, 503 for one that is damaged or on its way here.
        """
        name = _plain(name)
        in_use = self._in_use()
        if name in ("", IN_USE):
            if in_use is None:
                raise Refusal(404, "model_not_found", "No model of this computer is chosen.", param="model")
            return in_use
        if in_use is not None and name == in_use.id:
            return in_use
        if name == STARTER and (starter := _starter()) is not None:
            return KnownModel(STARTER, starter)
        found = matching(name, [model for model in self._library.known() if model.trashed is None])
        if len(found) > 1:
            raise UserError("library.ambiguous", name=name, choices=", ".join(model.id for model in found))
        if not found:
            raise self._not_here(name)
        (record,) = found
        if record.state == "damaged":
            message = f"The file of {record.id} is damaged. Verify it in Coterie."
            raise Refusal(503, "model_damaged", message, param="model")
        if in_use is not None and record.path == in_use.path:
            return in_use
        return KnownModel(record.id, str(self._library.located(record)), record.added, record)

    def _not_here(self, name: str) -> Refusal:
        if any(each.model == name and each.state in UNDER_WAY for each in self._downloads.all()):
            message = f"{name} is still being downloaded."
            return Refusal(503, "model_downloading", message, param="model", retry_after=_DOWNLOAD_S)
        return Refusal(404, "model_not_found", f"There is no model {name[:200]!r} here.", param="model")

    def _in_use(self) -> KnownModel | None:
        """The model that is loaded, or would be by the next question; None for one elsewhere."""
        state = self._models.state
        path = state.path
        if not path:
            try:
                path = self._models.resolved(self._models.wanted)
            except UserError:
                return None
        if is_remote(path):
            return None
        record = self._library.at(path)
        facts = state.facts if state.state == "ready" else None
        if record is not None:
            return KnownModel(record.id, path, record.added, record, facts)
        return KnownModel(STARTER if path == _starter() else file_id(path), path, 0.0, None, facts)

    # --- asking ---

    def begin(self, model: KnownModel, ask: Ask, key: ServerKey | None, listener: Listener) -> int:
        """Queue the answer; returns its number. The events go to `listener` on the engine's thread. Pictures have
        their files (`PictureFiles.placed`).

        Raises Refusal where the model may not be loaded, UserError as `Models.with_model` and `generate` do.
        """
        request = self._request(model, ask, key)
        self.check_may_use(model, key)
        with self._models.with_model(model.path):
            self._models.generate(request, listener)
        return request.id

    def measure(
        self, model: KnownModel, ask: Ask, key: ServerKey | None, told: Callable[[Measured], None]
    ) -> None:
        """Count the tokens of the prompt that `ask` would make; `told` gets them on the engine's thread, once the
        model is loaded. Pictures have their files.

        Raises as `begin`, and UserError as `Models.measure`.
        """
        request = self._request(model, ask, key)
        self._ask(model, key, lambda: self._models.measure(request, (), _first(Measured, told)))

    def tokenize(
        self,
        model: KnownModel,
        given: str | tuple[int, ...] | Ask,
        key: ServerKey | None,
        told: Callable[[Tokenized], None],
        parse_special: bool = False,
        add_special: bool = False,
    ) -> None:
        """The same of a text with its tokens, or of the prompt that an ask would make."""
        wanted = self._request(model, given, key) if isinstance(given, Ask) else given
        request = TokenizeRequest(new_request_id(), wanted, parse_special, add_special)
        self._ask(model, key, lambda: self._models.tokenize(request, _first(Tokenized, told)))

    def _ask(self, model: KnownModel, key: ServerKey | None, ask: Callable[[], None]) -> None:
        self.check_may_use(model, key)
        with self._models.with_model(model.path):
            ask()

    def _request(self, model: KnownModel, ask: Ask, key: ServerKey | None) -> GenerateRequest:
        return GenerateRequest(
            new_request_id(),
            ask.messages,
            ask.sampling,
            possible(model.facts.reasoning if model.facts else None, ask.reasoning),
            ask.max_tokens,
            ask.stop,
            ask.continue_last,
            ask.tools,
            ask.tool_choice,
            parallel_tool_calls=ask.parallel_tool_calls,
            logit_bias=ask.logit_bias,
            top_logprobs=ask.top_logprobs,
            prompt=ask.prompt,
            reply=ask.reply,
            client=WITHOUT_KEY if key is None else key.name,
        )

    def abort(self, number: int) -> None:
        self._models.abort(number)

    def rest(self, model: KnownModel, key: ServerKey | None) -> None:
        """Unload a model until it is asked again. Raises Refusal 403 for a key without the right, 503 while anybody
        uses it."""
        if key is not None and "load" not in key.rights:
            raise Refusal(403, "no_right_to_load", "This key may not unload models.", param="model")
        if not self._is_in_use(model.path) or self._models.state.state != "ready":
            return
        if self._is_read() or not self._models.rest("wanted"):
            raise Refusal(503, "model_busy", f"{model.id} is in use.", param="model", retry_after=RETRY_S)

    @property
    def activity(self) -> Activity:
        """What the engine does now."""
        return self._models.activity.newest or Activity()

    @property
    def is_loading(self) -> bool:
        return self._models.state.state == "loading"

    @property
    def sees(self) -> bool:
        """Whether the loaded model takes pictures."""
        facts = self._models.state.facts
        return facts is not None and facts.sees

    def _is_in_use(self, path: str) -> bool:
        in_use = self._in_use()
        return in_use is not None and in_use.path == path

    def check_may_use(self, model: KnownModel, key: ServerKey | None) -> None:
        """Raises Refusal: no model is taken from a person or from an answer."""
        check_may_ask(key)
        if self._is_in_use(model.path):
            return
        if key is not None and "load" not in key.rights:
            raise Refusal(403, "no_right_to_load", "This key may not load models.", param="model")
        if not self._may_load():
            raise Refusal(403, "no_loading", "This server loads no models for clients.", param="model")
        state, used = self._models.state, self._used_by()
        if (
            (self._is_read() and state.state == "ready")
            or state.state == "loading"
            or (used is not None and used.users)
        ):
            raise Refusal(
                503,
                "model_busy",
                f"Another model is in use on this computer, so {model.id} isn’t loaded now.",
                param="model",
                retry_after=RETRY_S,
            )

    def _is_read(self) -> bool:
        """Whether a person got an answer just now."""
        return self._clock() - self._person_at < A_PERSON_S

    def _note_person(self, _event: AnswerFinished) -> None:
        self._person_at = self._clock()


def _plain(name: str) -> str:
    for hub in _HUBS:
        name = name.removeprefix(hub)
    return name.removesuffix(ANY_TAG)


def check_may_ask(key: ServerKey | None) -> None:
    """Raises Refusal 403 for a key without the right."""
    if key is not None and "ask" not in key.rights:
        raise Refusal(403, "no_right_to_ask", "This key may not ask models.")


def _first(kind: type[Told], told: Callable[[Told], None]) -> Listener:
    """Hears the event that ends a question to the model."""

    def listen(events: list[Event]) -> None:
        for event in events:
            if isinstance(event, kind):
                told(event)

    return listen


def check_sight(model: KnownModel, ask: Ask) -> None:
    """Raises Refusal 400 for pictures where the model is known to see none."""
    if ask.pictures and model.facts is not None and not model.facts.sees:
        message = f"{model.id} can’t see pictures. Choose a model that can."
        raise Refusal(400, "no_sight", message, param="messages")


def _starter() -> str | None:
    try:
        return str(Path(starter_path()))
    except UserError:
        return None
