"""Which experts fire, told by the real host with a real mixture of experts."""

import os
import signal
from collections.abc import Iterator

import pytest

from engine.api import Delta, EngineLost, Finished, Loaded, LoadRequest
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from engine.values import ExpertsFired
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.expert_models import LAYOUTS, expert_model
from tests.support.models.moe import EXPERTS, EXPERTS_USED, moe_model
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.model, pytest.mark.long]

LAYERS = 30
QUESTION = "Write one sentence about the sea."
# What is answered without a close choice: sums in another order, as watching makes them, change no token.
CLEAR = "What is the capital of France?"


def load(engine: LocalEngine, told: Recorder, path: str, *, watch: bool = False) -> None:
    engine.load(LoadRequest(path, PlacementOptions(2048), watch_experts=watch))
    told.next(Loaded)


@pytest.fixture(scope="module")
def moe() -> Iterator[tuple[LocalEngine, Recorder]]:
    """An engine that was loaded to watch, and its recorder."""
    told = Recorder()
    engine = LocalEngine(told)
    load(engine, told, str(moe_model()), watch=True)
    yield engine, told
    engine.close()


@pytest.fixture
def watching(moe: tuple[LocalEngine, Recorder]) -> tuple[LocalEngine, Recorder]:
    """The same for each test, that remembers nothing it told of the others."""
    engine, told = moe
    engine.watch_experts(True)
    told.seen.clear()
    return engine, told


def fired(told: Recorder) -> list[ExpertsFired]:
    return [event for event in told.seen if isinstance(event, ExpertsFired)]


def rows(events: list[ExpertsFired]) -> list[int]:
    """How many choices each layer's router made."""
    return [sum(sum(event.counts[layer]) for event in events) for layer in range(LAYERS)]


def test_watching_counts_every_choice_and_changes_no_token(watching: tuple[LocalEngine, Recorder]) -> None:
    engine, told = watching
    engine.watch_experts(False)
    plain, _ = told.answer(engine, ask(1, QUESTION, max_tokens=24))
    assert fired(told) == []
    engine.watch_experts(True)
    watched, end = told.answer(engine, ask(2, QUESTION, max_tokens=24))
    assert watched == plain
    assert end.usage.cached_tokens == 0
    events = fired(told)
    # The last token that was drawn is not computed any further.
    written = end.usage.completion_tokens - 1
    tokens = end.usage.prompt_tokens + written
    assert sum(event.tokens for event in events) == tokens
    assert rows(events) == [tokens * EXPERTS_USED] * (LAYERS - 1) + [(1 + written) * EXPERTS_USED]
    assert all(len(row) == EXPERTS for event in events for row in event.counts)
    assert all(0 < event.overhead < 1 for event in events)
    # Told up to the end: what may come between are the last words, when the time to tell was just before them.
    assert isinstance(told.seen[-1], Finished)
    assert any(isinstance(event, ExpertsFired) for event in told.seen[-4:-1])


def test_watching_ends_between_two_answers(watching: tuple[LocalEngine, Recorder]) -> None:
    engine, told = watching
    first, _ = told.answer(engine, ask(1, CLEAR, max_tokens=6))
    assert fired(told)
    told.seen.clear()
    engine.watch_experts(True)  # nothing changes, so the prompt stays in memory
    assert told.answer(engine, ask(2, CLEAR, max_tokens=6))[1].usage.cached_tokens > 0
    told.seen.clear()
    engine.watch_experts(False)
    assert told.answer(engine, ask(3, CLEAR, max_tokens=6))[0] == first
    assert fired(told) == []


def test_watching_begins_and_ends_at_once_and_no_answer_waits_for_it(
    watching: tuple[LocalEngine, Recorder],
) -> None:
    engine, told = watching
    engine.watch_experts(False)
    engine.generate(ask(1, QUESTION, "The sea is", continue_last=True, max_tokens=60))
    told.next(Delta)
    told.seen.clear()
    engine.watch_experts(True)
    told.next(ExpertsFired)
    engine.watch_experts(False)
    engine.generate(ask(2, QUESTION, max_tokens=2))
    engine.generate(ask(3, QUESTION, max_tokens=60))
    engine.abort(3)
    assert {told.next(Finished).id, told.next(Finished).id} == {2, 3}, "before the long one"
    text, end = told.finish(1)
    assert text and end.error is None and end.reason in ("stop", "length")


def test_each_ubatch_of_a_long_prompt_is_counted(watching: tuple[LocalEngine, Recorder]) -> None:
    engine, told = watching
    _, end = told.answer(engine, ask(1, "and more words " * 200, max_tokens=1))
    tokens = end.usage.prompt_tokens - end.usage.cached_tokens
    assert tokens > 512
    assert rows(fired(told)) == [tokens * EXPERTS_USED] * (LAYERS - 1) + [EXPERTS_USED]


def test_an_aborted_answer_tells_what_fired_until_then(watching: tuple[LocalEngine, Recorder]) -> None:
    engine, told = watching
    engine.generate(ask(1, "Tell me a very long story about the sea."))
    told.next(ExpertsFired)
    engine.abort(1)
    _, end = told.finish(1)
    assert end.reason == "cancelled" and end.usage.completion_tokens > 0
    told.seen.clear()
    _, end = told.answer(engine, ask(2, QUESTION, max_tokens=4))
    read = end.usage.prompt_tokens - end.usage.cached_tokens
    assert rows(fired(told))[0] == (read + 3) * EXPERTS_USED


def test_a_dense_model_is_watched_without_a_word(engine: LocalEngine, told: Recorder) -> None:
    load(engine, told, str(starter_model()), watch=True)
    engine.watch_experts(False)
    engine.watch_experts(True)
    assert told.answer(engine, ask(1, QUESTION, max_tokens=4))[1].error is None
    assert fired(told) == []


def test_watching_is_kept_when_a_lost_host_is_started_again(engine: LocalEngine, told: Recorder) -> None:
    load(engine, told, str(moe_model()))
    engine.watch_experts(True)
    assert engine.host_pid is not None
    os.kill(engine.host_pid, signal.SIGKILL)
    told.next(EngineLost)
    told.answer(engine, ask(1, QUESTION, max_tokens=4))
    assert fired(told)


def test_copies_of_choices_that_some_architectures_make_are_not_counted() -> None:
    told = Recorder()
    engine = LocalEngine(told)
    try:
        load(engine, told, str(expert_model("grouped")))
        plain, _ = told.answer(engine, ask(1, QUESTION, max_tokens=8))
        load(engine, told, str(expert_model("grouped")), watch=True)
        watched, _ = told.answer(engine, ask(2, QUESTION, max_tokens=8))
    finally:
        engine.close()
    assert watched == plain
    events, layout = fired(told), LAYOUTS["grouped"]
    assert events
    assert all(len(row) == layout.experts for event in events for row in event.counts)
    for layer in layout.layers[:-1]:
        chosen = sum(sum(event.counts[layer]) for event in events)
        assert chosen == layout.used * sum(event.tokens for event in events)
