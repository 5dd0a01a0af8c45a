"""Models whose memory cannot be cut anywhere go back to checkpoints, and answer as if they had read everything."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api import Finished, GenerateRequest, Loaded, LoadRequest, PrefillProgress
from engine.local.client import LocalEngine
from engine.local.model.checkpoints import MOST, SPACING, Checkpoint, Checkpoints, least_missed, stops
from engine.placement.plan import PlacementOptions
from engine.values import Message, Sampling
from tests.support.engines.recorder import Recorder
from tests.support.models.small_models import hybrid_model, recurrent_model, sliding_model

OPENING = 1


def prompt(*turns: int) -> tuple[list[int], int]:
    """Tokens of turns of these lengths, and where the last one begins, of which the answer is a part."""
    tokens: list[int] = []
    for turn in turns:
        tokens += [OPENING, *range(100, 99 + turn)]
    return tokens, len(tokens) - turns[-1]


def test_a_new_conversation_stops_after_its_instructions_before_the_message_and_before_the_answer() -> None:
    tokens, turn = prompt(300, 200, 3)
    assert stops(tokens, 0, turn) == (300, 500)
    tokens, turn = prompt(300, 200, 400, 100, 3)
    assert stops(tokens, 0, turn) == (300, 900, 1000)


def test_a_follow_up_takes_one_where_it_goes_on_and_does_not_stop_again_right_behind_it() -> None:
    tokens, turn = prompt(300, 200, 400, 100, 3)
    assert stops(tokens, 898, turn) == (898, 1000)
    assert stops(tokens, 700, turn) == (700, 900, 1000)


def test_a_long_prompt_has_some_in_between_far_apart() -> None:
    tokens, turn = prompt(*[300] * 40, 3)
    found = stops(tokens, 0, turn)
    assert len(found) <= MOST and found[0] == 300 and found[-2:] == (11700, 12000)
    assert all(later - earlier >= 300 for earlier, later in itertools.pairwise(found))


def test_without_turns_there_is_only_where_it_goes_on() -> None:
    assert stops(list(range(500)), 200, 0) == (200,)
    assert stops(list(range(500)), 0, 0) == ()


@given(st.lists(st.integers(1, 900), min_size=1, max_size=30), st.integers(0, 5000))
def test_stops_are_ordered_few_and_inside_what_is_read(turns: list[int], held: int) -> None:
    tokens, turn = prompt(*turns)
    held = min(held, len(tokens) - 1)
    found = stops(tokens, held, turn)
    assert list(found) == sorted(set(found)) and len(found) <= MOST
    assert all(length >= SPACING and held <= length < len(tokens) for length in found)


def test_too_many_leave_the_first_and_the_newest_and_thin_out_what_lies_far_behind() -> None:
    held = Checkpoints(10**6)
    for length in range(100, 5000, 100):
        held.add(Checkpoint(length, b"state"))
    lengths = held.lengths
    assert len(lengths) == MOST and lengths[0] == 100 and lengths[-1] == 4900
    gaps = [later - earlier for earlier, later in itertools.pairwise(lengths)]
    assert gaps[-1] <= 200 and gaps[0] >= 1000


def test_bytes_are_bounded_and_the_newest_stays_however_large() -> None:
    held = Checkpoints(10)
    for length in (100, 200, 300):
        held.add(Checkpoint(length, bytes(4)))
    assert held.lengths == (100, 300)
    held.add(Checkpoint(400, bytes(40)))
    assert held.lengths == (400,)


def test_what_was_cut_off_has_no_checkpoints_any_more() -> None:
    held = Checkpoints(1000)
    held.adopt(Checkpoint(length, b"") for length in (300, 100, 200))
    assert held.longest(250) == Checkpoint(200, b"") and held.longest(99) is None
    held.cut(200)
    assert held.lengths == (100, 200)
    held.add(Checkpoint(150, b""))
    assert held.lengths == (100, 150)


def test_with_two_the_older_is_missed_less() -> None:
    assert least_missed((100, 200)) == 0
    assert least_missed((100, 200, 300)) == 1


# --- with models -----------------------------------------------------------------------------------------


class Talking:
    """A loaded small model; greedy answers of few tokens.

    A state is the same to the last bit however it was come by. Attention rounds with where its tokens lie, so that
    of two tokens that are as likely the one or the other may be drawn: how near it comes is tested without drawing.
    """

    def __init__(self, path: Path) -> None:
        self.is_exact = path == recurrent_model()
        self.is_sliding = path == sliding_model()
        self.told = Recorder()
        self.engine = LocalEngine(self.told)
        self.engine.load(LoadRequest(str(path), PlacementOptions(4096, streams=4)))
        self.facts = self.told.next(Loaded).model
        self.id = 0

    def send(self, conversation: str, *turns: str, system: str = "", tokens: int = 8) -> None:
        messages = [Message("system", system)] if system else []
        messages += [
            Message("assistant" if number % 2 else "user", turn) for number, turn in enumerate(turns)
        ]
        self.id += 1
        greedy = Sampling(temperature=0.0)
        request = GenerateRequest(
            self.id, tuple(messages), greedy, max_tokens=tokens, conversation=conversation
        )
        self.engine.generate(request)

    def ask(self, conversation: str, *turns: str, system: str = "", tokens: int = 8) -> tuple[str, Finished]:
        self.send(conversation, *turns, system=system, tokens=tokens)
        return self.told.finish(self.id)

    def forget(self, *conversations: str) -> None:
        for name in conversations:
            self.engine.forget(name)

    def read_anew(self, *turns: str, system: str = "") -> str:
        """What is answered by an engine that remembers nothing."""
        self.forget("")
        text, end = self.ask("e", *turns, system=system)
        assert end.usage.cached_tokens == 0
        self.forget("e")
        return text

    def check(self, text: str, *turns: str, system: str = "") -> None:
        """Ends in nothing being remembered."""
        anew = self.read_anew(*turns, system=system)
        assert text == anew or not self.is_exact


@pytest.fixture(scope="module", params=[sliding_model, hybrid_model, recurrent_model])
def talking(request: pytest.FixtureRequest) -> Iterator[Talking]:
    talking = Talking(request.param())
    yield talking
    talking.engine.close()


def words(seed: int, count: int) -> str:
    """Text that says nothing, other for each seed."""
    return " ".join(f"word{(seed * 7919 + number * 104729) % 1000}" for number in range(count))


@pytest.mark.model
def test_a_follow_up_whose_template_drops_what_was_thought_reads_from_the_answer_on(talking: Talking) -> None:
    question, more = words(1, 200), words(2, 60)
    answer, first = talking.ask("a", question)
    talking.ask("a", question, answer, words(40, 300))  # more than a window has room for
    text, end = talking.ask("a", question, "Short.", more)
    # All but the few tokens that open the answer's turn.
    assert first.usage.prompt_tokens - 8 <= end.usage.cached_tokens <= first.usage.prompt_tokens
    assert end.usage.recomputed is None or end.usage.recomputed.code != "reuse.cannot_step_back"
    talking.check(text, question, "Short.", more)


@pytest.mark.model
def test_an_edited_turn_goes_on_from_the_last_checkpoint_before_it(talking: Talking) -> None:
    turns = [words(3, 120)]
    ends: list[Finished] = []
    for number in range(3):
        text, end = talking.ask("b", *turns)
        ends.append(end)
        turns += [text, words(10 + number, 120)]
    edited = [*turns[:2], words(99, 50)]  # the second question is another one
    text, end = talking.ask("b", *edited)
    assert end.usage.cached_tokens >= ends[0].usage.prompt_tokens - 8
    assert end.usage.prompt_tokens - end.usage.cached_tokens < 300
    assert ends[2].usage.prompt_tokens > 1400
    talking.check(text, *edited)


@pytest.mark.model
@pytest.mark.parametrize("evicted", [False, True])
def test_where_there_is_no_checkpoint_before_a_difference_it_is_said_why_all_is_read(
    talking: Talking, evicted: bool
) -> None:
    talking.forget("")
    question = words(50, 200)
    talking.ask("a", question)
    if evicted:
        for number in range(4):
            talking.ask("bcde"[number], words(51 + number, 20))
    changed = question[:-400] + words(59, 40)
    _, end = talking.ask("a", changed)
    if talking.is_sliding and not evicted:
        assert end.usage.cached_tokens > 200  # the window is still whole there
    else:
        assert end.usage.cached_tokens < 64
        assert end.usage.recomputed is not None and end.usage.recomputed.code == "reuse.cannot_step_back"


@pytest.mark.model
def test_instructions_are_shared_by_copy(talking: Talking) -> None:
    system = words(5, 200)
    talking.ask("a", words(6, 30), system=system)
    text, end = talking.ask("c", words(7, 30), system=system)
    assert end.usage.cached_tokens > 400
    # The one it was copied from is as it was.
    _, again = talking.ask("a", words(6, 30), system=system)
    assert again.usage.prompt_tokens - again.usage.cached_tokens <= 8
    talking.check(text, words(7, 30), system=system)


@pytest.mark.model
def test_several_at_once_answer_as_each_alone_and_one_that_ends_early_disturbs_none(talking: Talking) -> None:
    asked = [words(60 + number, 40 + 30 * number) for number in range(4)]
    alone = [talking.read_anew(question) for question in asked]
    for number, question in enumerate(asked):
        talking.send("abcd"[number], question)
    talking.send("e", words(70, 400), tokens=200)  # waits for a place, and is not wanted any more
    last = talking.id
    talking.engine.abort(last)
    together = [talking.told.finish(last - 4 + number)[0] for number in range(4)]
    assert talking.told.finish(last)[1].reason == "cancelled"
    assert together == alone or not talking.is_exact


@pytest.mark.model
def test_an_answer_broken_off_while_it_is_read_leaves_the_others_whole(talking: Talking) -> None:
    question = words(80, 150)
    first, _ = talking.ask("a", question)
    more = words(81, 20)
    alone = talking.read_anew(question, first, more)
    talking.ask("a", question)
    talking.send("b", words(82, 700))
    talking.told.next(PrefillProgress)
    talking.engine.abort(talking.id)
    assert talking.told.finish(talking.id)[1].reason == "cancelled"
    text, end = talking.ask("a", question, first, more)
    assert end.usage.cached_tokens > 500
    assert text == alone or not talking.is_exact


@pytest.mark.model
def test_a_kept_conversation_still_steps_back_when_it_is_brought_back(talking: Talking) -> None:
    question, more = words(20, 200), words(21, 60)
    _, first = talking.ask("d", question, tokens=100)
    for number in range(6):  # more than there are sequences
        talking.ask(f"other{number}", words(30 + number, 80))
    text, end = talking.ask("d", question, "Short.", more)
    assert first.usage.prompt_tokens - 8 <= end.usage.cached_tokens <= first.usage.prompt_tokens
    talking.check(text, question, "Short.", more)
