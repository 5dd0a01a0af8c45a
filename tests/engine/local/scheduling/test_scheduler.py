"""Several answers at once over the real starter model: each is its own, none is lost, none disturbs another."""

import pytest

from engine.api import Delta, Finished, GenerateRequest, LoadRequest, PrefillProgress, Queued
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from engine.values import Message, Sampling
from tests.engine.local.conftest import Running
from tests.support.computing.greedy_judge import CLOSE, judge
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.starter import starter_model

pytestmark = pytest.mark.long

QUESTIONS = ("Tell me about the sea.", "List ten fruits.", "Why is the sky blue?", "Explain a bicycle.")
LONG = "The harbour lies between two hills, and the boats leave before the sun is up. " * 24


def end_of(running: Running, id: int) -> tuple[str, Finished]:
    return running.told.finish(id)


def is_own(text: str, *turns: str) -> bool:
    """Whether a greedy answer is what the model says to these turns, up to close choices."""
    return judge().worst(ask(0, *turns).messages, text) < CLOSE


def test_answers_written_at_once_are_each_what_the_model_says_to_its_own_question(running: Running) -> None:
    for number, question in enumerate(QUESTIONS):
        running.engine.generate(ask(10 + number, question, max_tokens=24))
    ends = [end_of(running, 10 + number) for number in range(len(QUESTIONS))]
    assert max(end.timings.batch for _, end in ends) > 1
    for question, (text, end) in zip(QUESTIONS, ends, strict=True):
        assert (end.reason, end.error) == ("length", None)
        assert is_own(text, question)
    assert not is_own(ends[0][0], QUESTIONS[1]), "the judge tells them apart"


def test_an_answer_keeps_its_seed_beside_others(running: Running) -> None:
    def drawn(id: int, seed: int) -> GenerateRequest:
        values = Sampling(temperature=0.7, top_k=40, seed=seed)
        return GenerateRequest(id, (Message("user", "Name a colour."),), values, max_tokens=1)

    alone = [running.told.answer(running.engine, drawn(20, seed))[0] for seed in range(12)]
    running.engine.generate(ask(21, QUESTIONS[0], max_tokens=60))
    beside = [running.told.answer(running.engine, drawn(22, seed))[0] for seed in range(12)]
    end_of(running, 21)
    assert len(set(alone)) > 1
    assert sum(one == other for one, other in zip(alone, beside, strict=True)) >= 8, "but for close choices"


def test_more_answers_than_places_wait_visibly_and_all_come_to_an_end(running: Running) -> None:
    running.told.seen.clear()
    for id in range(30, 41):
        running.engine.generate(ask(id, f"{QUESTIONS[id % 4]} {id}", max_tokens=12))
    ends = [end_of(running, id)[1] for id in range(30, 41)]
    assert {end.error for end in ends} == {None}
    queued = [event for event in running.told.seen if isinstance(event, Queued)]
    assert {event.id for event in queued} == {38, 39, 40}
    for id in (38, 39, 40):
        ahead = [event.ahead for event in queued if event.id == id]
        assert ahead == sorted(ahead, reverse=True) and ahead[-1] == 0
    assert all(end.timings.queue_s > 0 for end in ends[8:])


def test_the_conversation_in_front_does_not_wait_for_a_place(running: Running) -> None:
    engine = running.engine
    for id in range(40, 46):
        engine.generate(ask(id, QUESTIONS[id % 4], max_tokens=40))
    running.told.next(Delta)
    engine.set_priority("front")
    engine.generate(ask(46, "Say hello.", max_tokens=4, conversation="front"))
    assert running.told.next(Finished).id == 46, "the first to end, though it came last"
    ends = [end_of(running, id)[1] for id in range(40, 46)]
    engine.set_priority("")
    assert all((end.reason, end.error) == ("length", None) for end in ends)
    assert all(end.usage.completion_tokens == 40 for end in ends), "none lost a token for it"


def test_aborting_one_leaves_the_text_of_the_others(running: Running) -> None:
    running.engine.generate(ask(51, QUESTIONS[0], max_tokens=24))
    running.engine.generate(ask(52, LONG, max_tokens=24))
    running.engine.abort(52)
    text, end = end_of(running, 51)
    assert end_of(running, 52)[1].reason == "cancelled"
    assert end.reason == "length" and is_own(text, QUESTIONS[0])


def test_a_beginning_that_another_conversation_has_read_is_not_read_again(running: Running) -> None:
    system = Message("system", LONG)
    first = GenerateRequest(
        60, (system, Message("user", "One?")), Sampling(0.0), max_tokens=2, conversation="a"
    )
    second = GenerateRequest(
        61, (system, Message("user", "Two?")), Sampling(0.0), max_tokens=2, conversation="b"
    )
    running.told.answer(running.engine, first)
    _, end = running.told.answer(running.engine, second)
    assert end.usage.prompt_tokens - end.usage.cached_tokens < 24
    again = GenerateRequest(62, first.messages, Sampling(0.0), max_tokens=2, conversation="a")
    _, end = running.told.answer(running.engine, again)
    assert end.usage.prompt_tokens - end.usage.cached_tokens < 24, "and the first one still has it"


def test_a_conversation_left_for_others_is_gone_on_from_where_it_was(running: Running) -> None:
    text, _ = running.told.answer(running.engine, ask(70, LONG, max_tokens=8, conversation="left"))
    for id in range(71, 77):
        running.told.answer(
            running.engine, ask(id, f"{id} {LONG[:400]}", max_tokens=1, conversation=f"other{id}")
        )
    follow_up = ask(79, LONG, text, "And then?", max_tokens=2, conversation="left")
    _, end = running.told.answer(running.engine, follow_up)
    assert end.usage.prompt_tokens - end.usage.cached_tokens < 24
    assert end.usage.recomputed is None


def test_what_is_read_again_is_told_with_its_reason(running: Running) -> None:
    running.told.answer(running.engine, ask(80, LONG, max_tokens=4, conversation="told"))
    running.told.seen.clear()
    edited = ask(81, "Now " + LONG, max_tokens=2, conversation="told")
    _, end = running.told.answer(running.engine, edited)
    assert end.usage.recomputed is not None and end.usage.recomputed.code == "reuse.edited"
    assert end.usage.recomputed.params["turn"] == 1
    progress = [event for event in running.told.seen if isinstance(event, PrefillProgress)]
    assert progress and all(event.recomputed == end.usage.recomputed for event in progress)


def test_a_forgotten_conversation_is_read_anew(running: Running) -> None:
    secret = "Nobody else says this: " + "the key lies under the third stone. " * 12
    running.told.answer(running.engine, ask(90, secret, max_tokens=1, conversation="secret"))
    running.engine.forget("secret")
    _, end = running.told.answer(running.engine, ask(91, secret, max_tokens=1, conversation="secret"))
    assert end.usage.cached_tokens < 64


def test_answers_that_fill_the_context_together_all_come_to_their_end(
    engine: LocalEngine, told: Recorder
) -> None:
    """Their tokens do not fit at once: some make room, and go on later without a word lost."""
    engine.load(LoadRequest(str(starter_model()), PlacementOptions(512)))
    questions = {id: f"{id}. {LONG[:1000]}" for id in range(100, 103)}
    for id, question in questions.items():
        engine.generate(ask(id, question, max_tokens=16))
    ends = {id: told.finish(id) for id in questions}
    assert sum(end.usage.prompt_tokens for _, end in ends.values()) > 512
    for id, (text, end) in ends.items():
        assert (end.reason, end.error, end.usage.completion_tokens) == ("length", None, 16)
        assert is_own(text, questions[id])


def test_what_is_guessed_for_one_leaves_the_prompt_of_another_its_rows(running: Running) -> None:
    """A text that repeats itself draws long guesses, while a prompt of more than a step is read beside it."""
    again = "one two three four five six seven eight nine ten " * 12
    running.engine.generate(ask(110, f"Repeat this: {again}", again + again, "Again.", max_tokens=80))
    running.told.next(Delta)
    ends = [
        running.told.answer(running.engine, ask(111 + n, f"{n} {LONG} {LONG}", max_tokens=1))
        for n in range(2)
    ]
    _, repeated = end_of(running, 110)
    assert {end.error for _, end in ends} == {None} and repeated.error is None
    assert repeated.usage.drafted_tokens > 0
