"""Several answers to one prompt: it is read once, each draws with its own seed, and none waits in vain."""

from __future__ import annotations

import msgspec
import pytest

from engine.api import Delta, GenerateRequest, PrefillProgress, Queued
from engine.values import Message, Sampling
from tests.engine.local.scheduling.conftest import Stepping
from tests.support.engines.recorder import ask

pytestmark = pytest.mark.model

PROMPT = "The harbour lies between two hills, and the boats leave before the sun is up. " * 9


def drawn(id: int, **options: object) -> GenerateRequest:
    sampling = Sampling(temperature=1.5, top_k=0, top_p=1.0, min_p=0.0, seed=id)
    asked = GenerateRequest(id, (Message("user", PROMPT),), sampling, max_tokens=4)
    return msgspec.structs.replace(asked, **options)


def text_of(stepping: Stepping, id: int) -> str:
    return "".join(each.text for each in stepping.told if isinstance(each, Delta) and each.id == id)


def test_a_prompt_that_several_ask_for_is_read_once_and_counted_for_each(stepping: Stepping) -> None:
    stepping.ask(*(drawn(id) for id in (1, 2, 3)))
    stepping.step()
    assert stepping.running == [1]
    stepping.finish()
    length = stepping.ended[0].usage.prompt_tokens
    assert length > 100
    used = {end.id: (end.usage.prompt_tokens, end.usage.cached_tokens) for end in stepping.ended}
    assert used == {1: (length, 0), 2: (length, length - 1), 3: (length, length - 1)}
    assert all((end.reason, end.usage.completion_tokens) == ("length", 4) for end in stepping.ended)
    assert len({text_of(stepping, id) for id in (1, 2, 3)}) > 1
    assert not [each for each in stepping.told if isinstance(each, Queued)], "there was a place for each"
    first = {each.id: each for each in reversed(stepping.told) if isinstance(each, PrefillProgress)}
    assert {id: each.total for id, each in first.items()} == dict.fromkeys((1, 2, 3), length)


def test_where_the_one_that_reads_is_cancelled_another_reads_on(stepping: Stepping) -> None:
    stepping.ask(drawn(1), drawn(2), drawn(3))
    stepping.scheduler.admission.admit()
    stepping.cancellation.abort(1)
    stepping.step()
    assert stepping.running == [2]
    stepping.finish()
    assert sorted((end.id, end.reason) for end in stepping.ended) == [
        (1, "cancelled"),
        (2, "length"),
        (3, "length"),
    ]


def test_an_answer_of_the_person_waits_for_no_client_that_reads_the_same(stepping: Stepping) -> None:
    stepping.ask(drawn(1, client="a"), drawn(2, client="a"), drawn(3))
    stepping.scheduler.admission.admit()
    assert stepping.running == [3], "and the clients wait for the person's"
    stepping.finish()
    assert {end.reason for end in stepping.ended} == {"length"}


def test_another_prompt_does_not_wait(stepping: Stepping) -> None:
    stepping.ask(drawn(1), drawn(2), ask(3, "Say hello.", max_tokens=2))
    stepping.scheduler.admission.admit()
    assert stepping.running == [1, 3]
    stepping.finish()
    assert {end.error for end in stepping.ended} == {None}
