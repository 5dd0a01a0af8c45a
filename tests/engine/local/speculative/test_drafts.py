"""Guesses of a smaller model that is made up: it knows the answer but for some tokens."""

import random
from collections.abc import Sequence

import pytest

from engine.local.speculative import Drafter, StepCosts
from engine.local.speculative.drafts import AGAIN, MOST


class Small:
    """Guesses each token with a chance of `share`; where it is wrong it may know that (`knows`)."""

    def __init__(
        self, answer: Sequence[int], step_s: float, share: float, *, knows: bool = False, reads: int = 0
    ) -> None:
        self.answer, self.share, self.knows = answer, share, knows
        self.costs = StepCosts()
        self.costs.took(1, step_s)
        self.steps = 0
        self._reads = reads
        self._dice = random.Random(5)

    def guess(self, tokens: Sequence[int], count: int) -> list[int] | None:
        if self._reads:
            self._reads -= 1
            return None
        begun = len(tokens) - PROMPT
        guesses = []
        for token in self.answer[begun : begun + count]:
            self.steps += 1
            if self._dice.random() >= self.share:
                if self.knows:
                    break
                token = -1
            guesses.append(token)
        return guesses


PROMPT = 100
ANSWER = list(range(1000, 1600))
LARGE_S, SMALL_S = 0.1, 0.01


def rows_are_cheap(rows: int) -> float:
    return LARGE_S * (1 + 0.05 * (rows - 1))


def rows_are_dear(rows: int) -> float:
    return LARGE_S * rows * 0.9


def write(small: Small, machine: object = rows_are_cheap, rows: int = 1) -> float:
    """How many times faster the answer is written than without drafts."""
    assert callable(machine)
    costs = StepCosts()
    costs.took(1, machine(1))
    costs.took(64, machine(64))
    drafter = Drafter(costs, small)
    drafter.extend(list(range(PROMPT)))
    seconds, place = 0.0, 0
    while place < len(ANSWER):
        steps = small.steps
        draft = drafter.draft(len(ANSWER) - place, rows)
        seconds += machine(1 + len(draft)) + (small.steps - steps) * SMALL_S
        costs.took(1 + len(draft), machine(1 + len(draft)))
        accepted = 0
        while accepted < len(draft) and ANSWER[place + accepted : place + accepted + 1] == [draft[accepted]]:
            accepted += 1
        drafter.extend(ANSWER[place : place + accepted + 1])
        if draft:
            assert len(draft) <= MOST
            drafter.judged(len(draft), accepted)
        place += accepted + 1
    return len(ANSWER) * machine(1) / seconds


@pytest.mark.parametrize(("share", "gain"), [(1.0, 4.0), (0.9, 2.5), (0.7, 1.5)])
def test_the_better_it_guesses_the_faster_the_answer(share: float, gain: float) -> None:
    assert write(Small(ANSWER, SMALL_S, share)) > gain


def test_one_that_knows_when_it_is_not_sure_is_better_still() -> None:
    assert write(Small(ANSWER, SMALL_S, 0.7, knows=True)) > write(Small(ANSWER, SMALL_S, 0.7))


@pytest.mark.parametrize("knows", [False, True])
def test_one_that_guesses_wrong_is_soon_asked_no_more(knows: bool) -> None:
    small = Small(ANSWER, SMALL_S, 0.0, knows=knows)
    assert write(small) > 0.97
    assert 0 < small.steps < 100


def test_one_that_is_no_faster_is_never_asked() -> None:
    small = Small(ANSWER, LARGE_S, 1.0)
    assert write(small) == pytest.approx(1.0)
    assert small.steps == 0


def test_where_each_row_costs_as_much_it_is_never_asked() -> None:
    small = Small(ANSWER, SMALL_S, 1.0)
    assert write(small, rows_are_dear) == pytest.approx(1.0)
    assert small.steps == 0


def test_beside_other_answers_it_is_not_asked() -> None:
    small = Small(ANSWER, SMALL_S, 1.0)
    write(small, rows=2)
    assert small.steps == 0


def test_one_that_gets_better_is_found_out() -> None:
    small = Small(ANSWER, SMALL_S, 0.0)
    half = len(ANSWER) // 2

    def learns(tokens: Sequence[int], count: int) -> list[int] | None:
        small.share = 0.0 if len(tokens) < PROMPT + half else 1.0
        return Small.guess(small, tokens, count)

    small.guess = learns  # type: ignore[method-assign]
    assert write(small) > 1.1
    assert half > AGAIN  # it was tried again, not only at the beginning


def test_nothing_is_lost_while_it_reads() -> None:
    small = Small(ANSWER, SMALL_S, 0.9, reads=20)
    assert write(small) > 2.0


def test_what_the_text_repeats_goes_before_its_guesses() -> None:
    costs = StepCosts()
    costs.took(1, rows_are_cheap(1))
    costs.took(64, rows_are_cheap(64))
    small = Small([7] * 100, SMALL_S, 1.0)
    drafter = Drafter(costs, small)
    drafter.extend([*range(50), *range(20, 40)])
    assert drafter.draft(8)[:3] == [40, 41, 42]
    assert small.steps == 0
