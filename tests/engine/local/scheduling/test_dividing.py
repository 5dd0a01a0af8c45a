"""Answers whose context is divided among them, and shared again, over the real starter model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from engine.api import Delta, GenerateRequest, LoadRequest, PrefillProgress, Queued
from engine.errors import UserError
from engine.local import native
from engine.local.loading import open_session
from engine.local.model.session import Session
from engine.local.native import memory
from engine.local.scheduling import dividing, kv_slots
from engine.local.scheduling.admission import MARGIN, Admission
from engine.placement.plan import PlacementOptions
from tests.engine.local.scheduling.conftest import AbortedInStep, Stepping, open_starter
from tests.support.computing.greedy_judge import CLOSE, judge
from tests.support.engines.recorder import ask
from tests.support.models.small_models import hybrid_model, sliding_model

pytestmark = [pytest.mark.long, pytest.mark.model]

QUESTIONS = ("Tell me about the sea.", "List ten fruits.", "Why is the sky blue?", "Explain a bicycle.")
LONG = "The harbour lies between two hills, and the boats leave before the sun is up. " * 6


@pytest.fixture(scope="module")
def session() -> Iterator[tuple[Session, native.AbortFlag]]:
    """One in which each of four answers has 256 cells."""
    native.start()
    flag = native.AbortFlag()
    opened = open_starter(flag, 1024, threads=1)
    yield opened, flag
    opened.close()


@pytest.fixture
def dividing_soon(
    session: tuple[Session, native.AbortFlag], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stepping]:
    """Divides the cells as soon as that pays at all; evicted states are kept."""
    monkeypatch.setattr(dividing, "PAYS_AFTER", 0)
    monkeypatch.setattr(dividing, "EXPECTED", 8)
    opened, flag = session
    cancellation = AbortedInStep()
    cancellation.use(flag)
    stepping = Stepping(opened, cancellation, 2**30)
    yield stepping
    stepping.scheduler.close(0.0)
    opened.divide(False)
    opened.forget()


def text(stepping: Stepping, id: int) -> str:
    return "".join(each.text for each in stepping.told if isinstance(each, Delta) and each.id == id)


def is_own(stepping: Stepping, request: GenerateRequest) -> bool:
    """Whether the answer is what the model says to this request alone, up to close choices."""
    return judge().worst(request.messages, text(stepping, request.id)) < CLOSE


def step_until_divided(stepping: Stepping) -> None:
    while not stepping.session.is_divided:
        assert not stepping.scheduler.is_idle
        stepping.step()


def taken(stepping: Stepping) -> list[int]:
    return sorted(each.number for each in stepping.session.sequences if each.taken)


def test_answers_go_on_where_they_were_when_each_gets_cells_of_its_own(dividing_soon: Stepping) -> None:
    asked = [ask(id, question, max_tokens=8) for id, question in enumerate(QUESTIONS)]
    dividing_soon.ask(*asked[:3])
    while not all(text(dividing_soon, each.id) for each in asked[:3]):
        dividing_soon.step()
    assert not dividing_soon.session.is_divided, "three do not pass over much"
    dividing_soon.ask(asked[3])
    step_until_divided(dividing_soon)
    dividing_soon.finish()
    assert {(end.reason, end.usage.completion_tokens) for end in dividing_soon.ended} == {("length", 8)}
    assert all(is_own(dividing_soon, each) for each in asked)
    assert dividing_soon.session.is_divided, "and is ready for the next ones"


def test_what_was_read_is_not_read_again_when_the_cells_are_divided_or_shared(
    dividing_soon: Stepping,
) -> None:
    asked = [ask(id, f"{id}. {LONG[:250]}", max_tokens=3) for id in range(4)]
    dividing_soon.ask(*asked)
    step_until_divided(dividing_soon)
    dividing_soon.finish()
    again = [msgspec.structs.replace(each, id=10 + each.id) for each in asked]
    dividing_soon.ask(ask(9, LONG * 2, max_tokens=2), *again)
    dividing_soon.step()
    assert not dividing_soon.session.is_divided, "one of them has no room in a part"
    dividing_soon.finish()
    assert not any(end.error for end in dividing_soon.ended)
    last = {end.id: end.usage for end in dividing_soon.ended}
    assert all(last[10 + id].prompt_tokens - last[10 + id].cached_tokens <= 1 for id in range(4))
    for id in range(4):
        done = [
            each.done for each in dividing_soon.told if isinstance(each, PrefillProgress) and each.id == id
        ]
        assert done == sorted(done)


def test_an_answer_that_outgrows_its_part_goes_on_in_shared_cells(dividing_soon: Stepping) -> None:
    session, room = dividing_soon.session, dividing_soon.session.divided_room - MARGIN
    words, end = LONG.split() * 3, "Tell me a very long story about it."
    prompts = (ask(3, " ".join([*words[:count], end]), max_tokens=60) for count in range(90, len(words)))
    growing = next(each for each in prompts if len(session.prompt(each)[1]) >= room - 12)
    asked = [ask(id, question, max_tokens=10) for id, question in enumerate(QUESTIONS[:3])]
    dividing_soon.ask(*asked, growing)
    step_until_divided(dividing_soon)
    while session.is_divided:
        dividing_soon.step()
    assert not any(end.id == 3 for end in dividing_soon.ended), "in the middle of its answer"
    dividing_soon.finish()
    assert {end.id: end.usage.completion_tokens for end in dividing_soon.ended}[3] == 60
    assert is_own(dividing_soon, growing)


def test_those_that_wait_do_not_come_first_when_the_cells_are_divided(dividing_soon: Stepping) -> None:
    dividing_soon.ask(*(ask(id, f"Say {id}.", max_tokens=4, client="one") for id in range(6)))
    step_until_divided(dividing_soon)
    assert dividing_soon.running == [0, 1, 2, 3]
    assert not any(isinstance(each, Queued) and each.id < 4 for each in dividing_soon.told)
    dividing_soon.finish()
    assert {end.error for end in dividing_soon.ended} == {None}


def test_cells_that_had_to_be_shared_again_are_divided_later_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a session whose steps take a second, and whose contexts take no time."""
    monkeypatch.setattr(dividing, "time", SimpleNamespace(perf_counter=lambda: 0.0))
    monkeypatch.setattr(dividing, "ASSUMED_S", 0.0)
    session = SimpleNamespace(may_divide=True, is_divided=False, divided_room=1024, computing_s=0.0)
    session.divide = lambda on: setattr(session, "is_divided", on)
    short, long = (
        SimpleNamespace(generation=SimpleNamespace(pictures=[], tokens=[1] * length, room=100))
        for length in (100, 2000)
    )
    admission = SimpleNamespace(active=[short] * 4, waiting=[], move=lambda change: change())
    divides = dividing.Dividing(cast(Session, session), cast(Admission, admission))
    divides.before_step()
    assert session.is_divided
    after = []
    for _ in range(7):
        admission.waiting = [long]
        divides.before_step()
        assert not session.is_divided
        admission.waiting, divides.change_s = [], 1.0
        started = session.computing_s
        while not session.is_divided:
            session.computing_s += 1.0
            divides.before_step()
        after.append(session.computing_s - started)
    assert after == [60.0, 120.0, 240.0, 480.0, 960.0, 960.0, 960.0]


def test_where_it_just_did_not_fit_the_cells_stay_shared_for_as_long_as_it_is_there(
    dividing_soon: Stepping,
) -> None:
    long = ask(3, LONG * 2, max_tokens=4)
    dividing_soon.ask(*[ask(id, question, max_tokens=8) for id, question in enumerate(QUESTIONS[:3])], long)
    while not dividing_soon.scheduler.is_idle:
        dividing_soon.step()
        assert not dividing_soon.session.is_divided


def test_several_answers_to_one_prompt_read_it_once_in_divided_cells(dividing_soon: Stepping) -> None:
    dividing_soon.session.divide(True)
    request = ask(0, LONG[:450], max_tokens=6)
    dividing_soon.ask(*(msgspec.structs.replace(request, id=id) for id in range(4)))
    dividing_soon.finish()
    length = dividing_soon.ended[0].usage.prompt_tokens
    used = sorted(end.usage.cached_tokens for end in dividing_soon.ended)
    assert used == [0, length - 1, length - 1, length - 1]
    assert len({text(dividing_soon, id) for id in range(4)}) == 1 and is_own(dividing_soon, request)


def test_a_conversation_goes_on_in_divided_cells_from_what_it_had_read(dividing_soon: Stepping) -> None:
    dividing_soon.session.divide(True)
    first = ask(1, LONG[:450], max_tokens=6, conversation="one")
    dividing_soon.ask(first)
    dividing_soon.finish()
    dividing_soon.ask(
        ask(2, LONG[:450], text(dividing_soon, 1), "And then?", max_tokens=6, conversation="one")
    )
    dividing_soon.ask(ask(3, LONG[:400] + " And you?", max_tokens=6, conversation="another"))
    dividing_soon.finish()
    used = {end.id: end.usage for end in dividing_soon.ended}
    assert used[2].prompt_tokens - used[2].cached_tokens < 24
    assert used[3].cached_tokens > 64, "a beginning that another conversation holds is copied"
    assert dividing_soon.session.is_divided
    assert is_own(dividing_soon, ask(3, LONG[:400] + " And you?"))


def test_answers_on_both_sides_of_one_that_has_ended_move_together(dividing_soon: Stepping) -> None:
    dividing_soon.session.divide(True)
    lengths = (8, 2, 8, 8)
    asked = [ask(id, question, max_tokens=lengths[id]) for id, question in enumerate(QUESTIONS)]
    dividing_soon.ask(*asked)
    while not dividing_soon.ended:
        dividing_soon.step()
    dividing_soon.step()
    numbers = taken(dividing_soon)
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    dividing_soon.ask(ask(4, "Say hello.", max_tokens=4))
    dividing_soon.finish()
    assert [end.usage.completion_tokens for end in sorted(dividing_soon.ended, key=lambda end: end.id)] == [
        *lengths,
        4,
    ]
    assert is_own(dividing_soon, asked[0]) and is_own(dividing_soon, asked[3])


def test_a_step_in_divided_cells_that_breaks_off_takes_nothing_from_the_others(
    dividing_soon: Stepping,
) -> None:
    dividing_soon.session.divide(True)
    asked = [ask(id, question, max_tokens=6) for id, question in enumerate(QUESTIONS)]
    dividing_soon.ask(*asked)
    while not all(text(dividing_soon, each.id) for each in asked):
        dividing_soon.step()
    dividing_soon.cancellation.victim = 2
    dividing_soon.finish()
    assert {end.id for end in dividing_soon.ended if end.reason == "length"} == {0, 1, 3}
    assert is_own(dividing_soon, asked[1]) and is_own(dividing_soon, asked[3])


def test_divided_cells_take_no_more_memory_than_was_planned(dividing_soon: Stepping) -> None:
    session = dividing_soon.session
    shared = memory.by_device(memory.account(session.handle))
    assert session.divide(True)
    divided = memory.by_device(memory.account(session.handle))
    assert {name: each.context for name, each in divided.items()} == {
        name: each.context for name, each in shared.items()
    }
    assert all(divided[name].compute <= each.compute for name, each in shared.items())


def test_a_state_is_the_same_bytes_in_divided_and_shared_cells(
    dividing_soon: Stepping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kv_slots, "REST_S", 1e9)  # on a busy machine the others take longer than that
    session = dividing_soon.session
    dividing_soon.ask(*(ask(id, question, max_tokens=2) for id, question in enumerate(QUESTIONS)))
    dividing_soon.finish()
    session.divide(False)
    dividing_soon.ask(*(ask(id, question, max_tokens=2) for id, question in enumerate(QUESTIONS[:3])))
    dividing_soon.finish()
    kept = [(each.number, each.tokens, bytes(each.read())) for each in session.sequences if len(each)]
    assert len(kept) == 3
    session.divide(True)
    for number, tokens, data in kept:
        assert session.sequences[number].write(tokens, data)
        assert session.sequences[number].read() == data


def test_without_memory_for_divided_cells_they_stay_shared(
    dividing_soon: Stepping, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = dividing_soon.session
    monkeypatch.setattr(session, "may_divide", True)  # and as it was again, after the test
    opened = session._open_context
    monkeypatch.setattr(session, "_open_context", lambda how, watch, on: 0 if on else opened(how, watch, on))
    asked = [ask(id, question, max_tokens=8) for id, question in enumerate(QUESTIONS)]
    dividing_soon.ask(*asked)
    dividing_soon.finish()
    assert not session.is_divided and not session.may_divide
    assert {(end.reason, end.error) for end in dividing_soon.ended} == {("length", None)}
    assert is_own(dividing_soon, asked[0])


def test_without_memory_for_any_context_the_model_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dividing, "PAYS_AFTER", 0)
    native.start()
    flag, cancellation = native.AbortFlag(), AbortedInStep()
    session = open_starter(flag)
    stepping = Stepping(session, cancellation)
    monkeypatch.setattr(session, "_open_context", lambda *_: 0)
    stepping.ask(*(ask(id, question, max_tokens=8) for id, question in enumerate(QUESTIONS)))
    with pytest.raises(UserError) as failed:
        stepping.finish()
    assert failed.value.code == "engine.context_memory"
    stepping.scheduler.close(0.0)
    session.close()
    assert [end.reason for end in stepping.ended] == ["cancelled"] * 4


@pytest.mark.parametrize("model", [sliding_model, hybrid_model])
def test_a_memory_that_forgets_is_never_divided(model: Callable[[], Path]) -> None:
    native.start()
    request = LoadRequest(str(model()), PlacementOptions(2048, streams=4, ubatch=64))
    session = open_session(request, native.AbortFlag(), lambda _: True, None)
    assert not session.may_divide and not session.divide(True)
    session.close()
