"""Drafts of answers that are made up, on machines that are made up: the processor of a small machine, where four
rows cost more than three times one and only long drafts pay, and a graphics card, where rows are nearly free.
"""

import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.local.speculative import Drafter, StepCosts
from engine.local.speculative.judge import MOST
from tests.support.counting import calls_in

Machine = Callable[[int], float]


def processor(rows: int) -> float:
    """Measured: seconds of a step of a small model on two cores."""
    if rows <= 4:
        return 0.0055 + (rows - 1) * 0.0042
    return 0.018 + (rows - 4) * 0.0028


def graphics_card(rows: int) -> float:
    return 0.01 + rows * 0.0001


def dear(rows: int) -> float:
    """Where each row costs as much as the first: no draft ever pays."""
    return 0.005 * rows


class Told:
    """How an answer was written."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.written: list[int] = []
        self.steps: list[tuple[int, int]] = []  # drafted and accepted

    @property
    def drafted(self) -> int:
        return sum(drafted for drafted, _ in self.steps)

    @property
    def accepted(self) -> int:
        return sum(accepted for _, accepted in self.steps)


def write(
    prompt: Sequence[int], answer: Sequence[int], machine: Machine, *, rows: int = 1, disturbed: float = 0.0
) -> Told:
    """Write an answer as the scheduler does: with each step at least one token, and a guess more for each that is
    right."""
    costs, told, dice = StepCosts(), Told(), random.Random(3)
    costs.took(256, machine(256))
    costs.took(rows, machine(rows))
    drafter = Drafter(costs)
    drafter.extend(prompt)
    while len(told.written) < len(answer):
        room = len(answer) - len(told.written)
        draft = drafter.draft(room, rows)
        assert len(draft) <= min(room, MOST)
        step_s = machine(rows + len(draft))
        told.seconds += step_s
        costs.took(rows + len(draft), step_s * (10 if dice.random() < disturbed else 1))
        position, accepted = len(told.written), 0
        while accepted < len(draft) and position + accepted + 1 < len(answer):
            if answer[position + accepted] != draft[accepted]:
                break
            accepted += 1
        new = answer[position : position + accepted + 1]
        told.written += new
        drafter.extend(new)
        if draft:
            drafter.judged(len(draft), accepted)
            told.steps.append((len(draft), accepted))
    assert told.written == list(answer)
    return told


def gain(told: Told, machine: Machine, rows: int = 1) -> float:
    return len(told.written) * machine(rows) / told.seconds


def text(length: int, seed: int, words: int = 20_000) -> list[int]:
    dice = random.Random(seed)
    return [dice.randrange(words) for _ in range(length)]


def edited(original: Sequence[int], places: Sequence[int]) -> list[int]:
    changed = list(original)
    for place in places:
        changed[place] = 30_000 + place
    return changed


@pytest.mark.parametrize("machine", [processor, graphics_card])
@pytest.mark.parametrize("disturbed", [0.0, 0.1])
def test_a_text_with_one_word_changed_is_written_half_as_fast_again(
    machine: Machine, disturbed: float
) -> None:
    original = text(1000, 1)
    prompt = [*text(40, 2), *original, *text(10, 3)]
    told = write(prompt, edited(original, [500]), machine, disturbed=disturbed)
    assert gain(told, machine) > 1.5
    assert told.accepted > 0.9 * told.drafted


def test_drafts_grow_while_they_come_true_and_shrink_after_one_that_did_not() -> None:
    original = text(400, 1)
    told = write([*original, *text(5, 2)], edited(original, [250, 290, 300, 310]), processor)
    drafted = [drafted for drafted, _ in told.steps]
    missed = next(number for number, (drafted, accepted) in enumerate(told.steps) if accepted < drafted)
    grown = [length for length in drafted[:missed] if length >= 8]
    assert grown == sorted(grown)
    assert grown[0] <= 16 and grown[-1] == MOST
    early = [number for number, (drafted, accepted) in enumerate(told.steps[:-1]) if accepted < drafted / 4]
    assert early
    assert all(drafted[number + 1] <= drafted[number] / 2 for number in early)


def test_where_drafts_never_pay_hardly_any_is_made() -> None:
    original = text(1000, 1)
    told = write([*original, *text(5, 2)], original, dear)
    assert gain(told, dear) > 0.98
    assert told.drafted < 100


@pytest.mark.parametrize("machine", [processor, graphics_card, dear])
def test_a_text_that_repeats_only_phrases_loses_next_to_nothing(machine: Machine) -> None:
    dice = random.Random(4)
    phrases = [text(dice.randrange(3, 6), number) for number in range(60)]
    answer = [token for _ in range(400) for token in dice.choice(phrases)]
    assert gain(write(text(100, 5), answer, machine), machine) > 0.97


def test_a_text_of_few_words_that_says_nothing_twice_loses_next_to_nothing() -> None:
    assert gain(write(text(2000, 1, words=12), text(2000, 2, words=12), processor), processor) > 0.97


def test_beside_many_answers_a_draft_must_be_worth_the_wait_of_all() -> None:
    original = text(600, 1)
    prompt = [*original, *text(5, 2)]
    many = 16
    together = write(prompt, original, processor, rows=many)
    # What one answer gains, all others wait for: together they must not write less.
    steps = len(original) - together.accepted
    rate = (steps * (many - 1) + len(original)) / together.seconds
    assert rate > 0.99 * many / processor(many)


def test_beside_others_a_draft_that_saves_next_to_nothing_is_not_made() -> None:
    original = text(300, 1)

    def nearly_dear(rows: int) -> float:
        return 0.006 + 0.004 * rows  # measured beside seven others: a row more costs nearly a row's share

    assert write(original, original, nearly_dear).accepted > 200
    tried = [drafted for drafted, _ in write(original, original, nearly_dear, rows=8).steps if drafted]
    assert len(tried) < 5, "but for trials, each time more seldom"


def test_a_moment_in_which_drafts_were_dear_is_not_believed_for_ever() -> None:
    costs = StepCosts()
    costs.took(1, processor(1))
    for rows in (5, 17, 64):
        costs.took(rows, 10 * processor(rows))
    original = text(1000, 1)
    drafter = Drafter(costs)
    drafter.extend([*original, *text(5, 2)])
    place = drafted = 0
    while place < len(original):
        draft = drafter.draft(MOST)
        costs.took(1 + len(draft), processor(1 + len(draft)))
        drafter.extend(original[place : place + len(draft) + 1])
        drafter.judged(len(draft), len(draft))
        place += len(draft) + 1
        drafted += len(draft)
    assert drafted > 300


def test_nothing_is_guessed_without_room_or_before_anything_is_known() -> None:
    drafter = Drafter(StepCosts())
    assert drafter.draft(8) == []
    drafter.extend([1, 2, 3, 4, 1, 2, 3])
    assert drafter.draft(8) == []  # what steps take is not known yet
    costs = StepCosts()
    costs.took(1, 1.0)
    drafter = Drafter(costs)
    drafter.extend([1, 2, 3, 4, 1, 2, 3])
    assert drafter.draft(0) == []


@settings(max_examples=50)
@given(
    st.lists(st.integers(0, 5), max_size=80),
    st.lists(st.integers(0, 5), min_size=1, max_size=200),
    st.sampled_from([processor, graphics_card, dear]),
)
def test_any_text_is_written_as_it_is_and_loses_little(
    prompt: list[int], answer: list[int], machine: Machine
) -> None:
    told = write(prompt, answer, machine)
    # The first guesses of an answer may all be wrong; what they cost is bounded.
    assert told.seconds < len(answer) * machine(1) * 1.1 + 0.5


def test_a_token_takes_as_little_behind_a_long_text_as_behind_a_short_one() -> None:
    def work(length: int) -> int:
        costs = StepCosts()
        costs.took(1, 0.005)
        costs.took(256, 0.5)
        drafter = Drafter(costs)
        drafter.extend(text(length, 1))

        def write() -> None:
            for token in text(400, 2):
                drafter.draft(MOST)
                drafter.extend((token,))

        return calls_in(write)

    short, long = work(1000), work(16_000)
    assert short > 400 and long < 1.5 * short, (short, long)
