"""One short run of the starter model on one device, in a process of its own: does a backend answer, and how fast?

Usage: python -m app.services.cuda_pack.trial cpu|gpu, COTERIE_GPU naming the backend's folder. Prints a JSON object:
device, integrated, prefill and decode in tokens per second, text. Exit code 1 where the device is missing or the
model does not answer; a broken driver ends the process in its own way.
"""

from __future__ import annotations

import json
import queue
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.services.library.names import STARTER
from app.services.library.resolving import resolve_model
from engine.api import Delta, Event, Finished, GenerateRequest, Loaded, LoadFailed, LoadRequest
from engine.errors import UserError
from engine.local.client import LocalEngine
from engine.local.survey import survey
from engine.placement.plan import RAM, Device, PlacementOptions
from engine.values import Message, Sampling

PATIENCE_S = 180.0
CONTEXT = 2048
# Long enough for reading to be timed, and what the starter says to it is told beforehand: it goes on with it.
SENTENCE = "The sea is wide and its tides come and go twice a day."
QUESTION = " ".join([SENTENCE] * 24)
ANSWER_TOKENS = 48


class TrialError(Exception):
    """The device did not answer."""


def main(kind: str) -> int:
    try:
        print(json.dumps(run(kind)))
    except (TrialError, UserError, queue.Empty, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def run(kind: str) -> dict[str, object]:
    """Raises TrialError, UserError, queue.Empty."""
    device = _device() if kind == "gpu" else None
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    with _engine(events) as engine:
        engine.load(LoadRequest(str(resolve_model(STARTER)), _options(device)))
        loaded: Loaded | LoadFailed = _next(events, Loaded, LoadFailed)
        if isinstance(loaded, LoadFailed):
            raise TrialError(str(loaded.error))
        placed = loaded.model.plan
        if device and (placed is None or not placed.bytes.get(device.name)):
            raise TrialError(f"nothing was placed on {device.name}")
        _answer(engine, events, 1)  # what a device does for the first time takes longer
        text, finished = _answer(engine, events, 2)
    timings = finished.timings
    return {
        "device": (device.description or device.name) if device else RAM,
        "integrated": bool(device and device.kind == "integrated_gpu"),
        "prefill": timings.prefill_tps,
        "decode": timings.decode_tps,
        "text": text,
    }


def _device() -> Device:
    found = [device for device in survey().devices if device.kind in ("gpu", "integrated_gpu")]
    if not found:
        raise TrialError("the backend finds no card")
    return max(found, key=lambda device: (device.kind == "gpu", device.free))


def _options(device: Device | None) -> PlacementOptions:
    return PlacementOptions(CONTEXT, mode="layers" if device else "cpu")


@contextmanager
def _engine(events: queue.SimpleQueue[Event]) -> Iterator[LocalEngine]:
    def listen(batch: list[Event]) -> None:
        for event in batch:
            events.put(event)

    engine = LocalEngine(listen)
    try:
        yield engine
    finally:
        engine.close()


def _answer(engine: LocalEngine, events: queue.SimpleQueue[Event], id: int) -> tuple[str, Finished]:
    # Another first word each time: nothing of the first run is taken over.
    messages = (Message("user", f"{id}. {QUESTION}"),)
    engine.generate(
        GenerateRequest(id, messages, sampling=Sampling(temperature=0.0, seed=1), max_tokens=ANSWER_TOKENS)
    )
    text = ""
    while True:
        event: Delta | Finished = _next(events, Delta, Finished)
        if isinstance(event, Finished):
            break
        text += event.text
    if event.error is not None or SENTENCE not in text:
        raise TrialError(f"a wrong answer: {text!r} {event.error or ''}")
    return text, event


def _next(events: queue.SimpleQueue[Event], *kinds: type[Any]) -> Any:
    while True:
        event = events.get(timeout=PATIENCE_S)
        if isinstance(event, kinds):
            return event


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
