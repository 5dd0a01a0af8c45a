"""Delivery of an engine's events to who asked, with the energy that an answer took, and what is told of its use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.services.events import EventBus
from app.services.models.energy import EnergyMeter
from app.services.models.events import ModelAnswered, ModelUsed
from app.services.models.idle_power import IdlePower
from app.services.models.model_state import ModelState
from app.services.models.requests import Requests, ended
from engine.api import Event, Finished, GenerateRequest, Measured, Tokenized
from engine.errors import ErrorInfo
from engine.remote.names import is_remote
from engine.values import FinishReason


class Delivery:
    """Events of `requests`, whose model is that of `told`. May be used from any thread.

    `calibrations` is the folder where the power of this machine at rest is kept, "" for none.
    """

    def __init__(self, told: ModelState, events: EventBus, calibrations: str) -> None:
        self.requests = Requests()
        self._told, self._events = told, events
        self._idle = IdlePower(calibrations)
        self._energy = EnergyMeter(self._idle.watts)

    @property
    def energy_domains(self) -> str:
        """What the energy of answers is measured of, as `EnergyMeter.domains`."""
        return self._energy.domains

    def deliver(self, events: Sequence[Event]) -> None:
        """Deliver each event to the listener of its request."""
        self._energy.look()
        answered = [self.requests.find(event.id) for event in events if isinstance(event, Finished)]
        told = [self._energy.follow(event, self._told.current.facts) for event in events]
        self.requests.deliver(told)
        finished = [event for event in told if isinstance(event, Finished)]
        for request, event in zip(answered, finished, strict=True):
            self._tell_answered(request, event)
        if any(isinstance(event, Finished | Measured | Tokenized) for event in told):
            self._events.publish(ModelUsed())
            self.rest()

    def end(self, answers: Iterable[int], reason: FinishReason, error: ErrorInfo | None = None) -> None:
        """Deliver the ends of answers, given by their ids, that no engine has started."""
        self.deliver([ended(id, reason, error) for id in answers])

    def rest(self) -> None:
        """Nothing may be left to do: a time to see what the machine takes anyway."""
        if not self.requests.answers and not is_remote(self._told.current.path):
            self._idle.begin()

    def disturb(self) -> None:
        """The machine is about to work."""
        self._idle.disturb()

    def close(self) -> None:
        self._idle.close()

    def _tell_answered(self, request: GenerateRequest | None, finished: Finished) -> None:
        """What programs ask for the server counts."""
        usage = finished.usage
        if request is not None and not request.client and (usage.prompt_tokens or usage.completion_tokens):
            path, domains = self._told.current.path, self._energy.domains
            self._events.publish(ModelAnswered(path, request.conversation, usage, finished.timings, domains))
