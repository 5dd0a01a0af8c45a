"""The head's protocol and its cost gate, over steps that are made up: which tokens it reads with which hidden rows,
what it forgets, and whether its drafts are made."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.local.speculative.costs import StepCosts
from engine.local.speculative.drafter import Drafter
from engine.local.speculative.head_drafts import MOST, HeadDrafts
from engine.local.speculative.head_worth import FIRST_TRIED, FOLLOWED, HeadWorth
from engine.local.speculative.prediction_head import HeadCosts, PredictionHead
from engine.local.speculative.trail import KEPT, Rows, Trail

WIDTH, ROOM, AT_A_TIME = 3, 600, 64


class MadeSteps:
    """A head's context that notes what it holds, by position, and guesses what `telling` says of that."""

    def __init__(self, telling: Callable[[dict[int, tuple[int, float]]], tuple[int, float]]) -> None:
        self.held: dict[int, tuple[int, float]] = {}
        self._telling = telling
        self.read = 0
        self.breaks_off = self.closed = False

    def run(self, tokens: list[int], rows: Rows, position: int, *, guess: bool) -> bool:
        assert len(tokens) == len(rows) <= AT_A_TIME
        assert not self.held or position == max(self.held) + 1, "llama.cpp refuses a gap"
        if self.breaks_off:
            return False
        self.read += len(tokens)
        for place, token in enumerate(tokens):
            self.held[position + place] = (token, float(rows[place, 0]))
        return True

    def guessed(self) -> tuple[int, float]:
        return self._telling(self.held)

    def own_row(self, rows: int) -> Rows:
        return np.full((1, WIDTH), -1.0, np.float32)

    def forget_from(self, position: int) -> bool:
        self.held = {place: held for place, held in self.held.items() if place < position}
        return True

    def forget(self) -> None:
        self.held = {}

    def use_threads(self, threads: int) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def hidden(first: int, count: int, sequence: int = 0) -> Rows:
    """Rows that tell where they come from."""
    places = np.arange(first, first + count, dtype=np.float32) + 1000 * sequence
    return np.repeat(places[:, None], WIDTH, axis=1)


def made(sure: float = 0.9) -> tuple[PredictionHead, MadeSteps]:
    """A head that guesses the number after the last token."""
    steps = MadeSteps(lambda held: (held[max(held)][0] + 1, sure))
    return PredictionHead(steps, ROOM, WIDTH, AT_A_TIME), steps


def well_fed(steps: MadeSteps, tokens: Sequence[int], first: int, sequence: int = 0) -> bool:
    """Whether each position holds its token with the hidden row before it."""
    return steps.held == {
        place: (tokens[place], float(place - 1 + 1000 * sequence)) for place in range(first, len(tokens))
    }


def test_each_token_is_read_with_the_hidden_row_before_it() -> None:
    head, steps = made()
    tokens = list(range(50, 151))
    head.follow(0, 0, hidden(0, 100))
    assert head.first(0, tokens) == (151, 0.9)
    assert well_fed(steps, tokens, 1) and steps.read == 100
    head.end()
    # Only what is new is read for the next guess.
    head.follow(0, 100, hidden(100, 1))
    assert head.first(0, [*tokens, 151]) == (152, 0.9)
    assert well_fed(steps, [*tokens, 151], 1) and steps.read == 101


def test_what_further_guesses_were_made_from_is_taken_back() -> None:
    head, steps = made()
    tokens = list(range(50, 61))
    head.follow(0, 0, hidden(0, 10))
    assert head.first(0, tokens) == (61, 0.9)
    assert head.further(tokens, [61]) == (62, 0.9)
    assert head.further(tokens, [61, 62]) == (63, 0.9)
    assert steps.held[11] == (61, -1.0) and steps.held[12] == (62, -1.0)
    head.end()
    assert well_fed(steps, tokens, 1)


def test_of_a_draft_only_the_accepted_part_stays() -> None:
    head, steps = made()
    tokens = list(range(50, 61))
    head.follow(0, 0, hidden(0, 10))
    head.first(0, tokens)
    head.end()
    # The model computed the newest token and three drafts, of which one was right.
    head.follow(0, 10, hidden(10, 4))
    tokens = [*tokens, 61, 7]
    assert head.first(0, tokens) == (8, 0.9)
    assert well_fed(steps, tokens, 1)


def test_an_edit_before_what_it_holds_is_noticed() -> None:
    head, steps = made()
    head.follow(0, 0, hidden(0, 100))
    head.first(0, list(range(50, 151)))
    head.follow(0, 40, hidden(40, 5))
    tokens = [*range(50, 90), 7, 8, 9, 10, 11, 12]
    assert head.first(0, tokens) == (13, 0.9)
    assert well_fed(steps, tokens, 1)


def test_what_a_sequence_held_of_another_conversation_is_not_read() -> None:
    head, steps = made()
    head.follow(0, 0, hidden(0, 100))
    head.first(0, list(range(50, 151)))
    head.cut(0, 0)  # it is given a kept state of 40 tokens, and computes five
    head.follow(0, 40, hidden(40, 5))
    tokens = [*range(500, 540), 7, 8, 9, 10, 11, 12]
    assert head.first(0, tokens) == (13, 0.9)
    assert well_fed(steps, tokens, 41)


def test_conversations_by_turns_each_get_their_own() -> None:
    head, steps = made()
    one, other = list(range(50, 61)), list(range(200, 231))
    head.follow(0, 0, hidden(0, 10))
    head.follow(1, 0, hidden(0, 30, sequence=1))
    assert head.first(0, one) == (61, 0.9) and well_fed(steps, one, 1)
    assert head.first(1, other) == (231, 0.9) and well_fed(steps, other, 1, sequence=1)
    assert head.first(0, one) == (61, 0.9) and well_fed(steps, one, 1)


def test_behind_a_state_that_was_kept_it_goes_on_from_what_is_computed_next() -> None:
    head, steps = made()
    tokens = list(range(50, 351))
    head.follow(0, 290, hidden(290, 10))
    assert head.first(0, tokens) == (351, 0.9)
    assert well_fed(steps, tokens, 291)
    assert head.first(1, tokens) is None, "it never saw that one"
    assert head.first(0, tokens[:200]) is None, "nor the rows before"


def test_a_broken_step_costs_nothing_but_its_guess() -> None:
    head, steps = made()
    tokens = list(range(50, 61))
    head.follow(0, 0, hidden(0, 10))
    steps.breaks_off = True
    assert head.first(0, tokens) is None
    head.end()
    steps.breaks_off = False
    head.follow(0, 10, hidden(10, 1))
    assert head.first(0, [*tokens, 61]) == (62, 0.9) and well_fed(steps, [*tokens, 61], 1)


def test_a_full_memory_begins_again_with_the_newest_rows() -> None:
    head, steps = made()
    tokens = list(range(50, 61))
    head.follow(0, 0, hidden(0, 10))
    while len(tokens) < 3 * ROOM:
        assert head.first(0, tokens) == (tokens[-1] + 1, 0.9)
        head.end()
        assert len(steps.held) <= ROOM
        head.follow(0, len(tokens) - 1, hidden(len(tokens) - 1, 1))
        tokens.append(tokens[-1] + 1)
    assert well_fed(steps, tokens[:-1], min(steps.held))


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 2 * KEPT)), max_size=12))
def test_a_trail_holds_the_newest_rows_without_a_gap(steps: list[tuple[int, int]]) -> None:
    trail, known = Trail(WIDTH), dict[int, float]()
    for position, count in steps:
        end = max(known, default=-1) + 1
        known = {p: row for p, row in known.items() if p < position} if position <= end else {}
        known |= {p: float(p) for p in range(position, position + count)}
        trail.add(position, hidden(position, count))
        assert trail.end == position + count
        assert trail.first >= min(known) and trail.end - trail.first >= min(count, KEPT)
        rows = trail.rows(trail.first, trail.end)
        assert [float(row[0]) for row in rows] == [known[p] for p in range(trail.first, trail.end)]


# --- whether it pays ---

Machine = Callable[[int], float]


def card(rows: int) -> float:
    return 0.01 + rows * 0.0001


def mixture(rows: int) -> float:
    """Measured of a mixture on two cores: each further row costs 0.6 of the first."""
    return 0.02 * (1.0 + 0.6 * (rows - 1))


def dear(rows: int) -> float:
    return 0.02 * rows


class Fixed(StepCosts):
    """Steps that take what the machine says."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self._machine = machine

    def took(self, rows: int, seconds: float) -> None:
        pass

    def seconds(self, rows: int) -> float:
        return self._machine(rows)


class OwnCosts(HeadCosts):
    seconds = 0.0

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


def written(machine: Machine, right: float, *, count: int = 1500, knows: bool = True) -> float:
    """How long an answer takes with the head, by how long it takes without. So many guesses are right; a head that
    `knows` is as sure as it should be, guess by guess, else always as sure as it is right."""
    dice = random.Random(5)
    answer = [dice.randrange(1000, 2000) for _ in range(count + MOST)]
    sure = [dice.random() < right for _ in answer]

    def telling(held: dict[int, tuple[int, float]]) -> tuple[int, float]:
        place = max(held) + 1
        probability = (0.97 if sure[place] else 0.05) if knows else right
        return (answer[place] if sure[place] else 3), probability

    steps = MadeSteps(telling)
    head = PredictionHead(steps, ROOM, WIDTH, AT_A_TIME)
    own = 0.05 * machine(1)
    head.costs = OwnCosts(own)
    costs = Fixed(machine)
    drafter = Drafter(costs, None, HeadDrafts(head, 0, costs))
    tokens = answer[:20]
    drafter.extend(tokens)
    head.follow(0, 0, hidden(0, 19))
    seconds = without = 0.0
    runs = 0

    def counted(run: Callable[..., bool]) -> Callable[..., bool]:
        def wrapped(*arguments: object, **options: object) -> bool:
            nonlocal runs
            runs += 1
            return run(*arguments, **options)

        return wrapped

    steps.run = counted(steps.run)  # type: ignore[method-assign]
    while len(tokens) < count:
        before = runs
        draft = drafter.draft(100)
        accepted = 0
        while accepted < len(draft) and draft[accepted] == answer[len(tokens) + accepted]:
            accepted += 1
        if head.worth.follows:
            head.follow(0, len(tokens) - 1, hidden(len(tokens) - 1, 1 + len(draft)))
        taken = answer[len(tokens) : len(tokens) + accepted + 1]
        drafter.extend(taken)
        tokens = [*tokens, *taken]
        if draft:
            drafter.judged(len(draft), accepted)
        seconds += machine(1 + len(draft)) + own * (runs - before)
        without += machine(1) * len(taken)
    return seconds / without


@pytest.mark.parametrize("right", [0.0, 0.2, 0.4, 0.6, 0.8])
@pytest.mark.parametrize("machine", [card, mixture, dear])
@pytest.mark.parametrize("knows", [True, False])
def test_it_never_costs_more_than_a_trifle(machine: Machine, right: float, *, knows: bool) -> None:
    assert written(machine, right, knows=knows) < 1.02


def test_it_pays_where_it_can() -> None:
    assert written(card, 0.8, knows=False) < 0.4, "rows that cost nothing let it go deep"
    assert written(mixture, 0.8) < 0.9
    assert written(mixture, 0.5) < 0.97, "a head that knows what it does not know"


def test_after_drafts_that_did_not_pay_it_waits_longer_each_time() -> None:
    worth = HeadWorth()
    waits = []
    for trial in range(4):
        for _ in range(FIRST_TRIED if not trial else 4):
            assert worth.pays
            worth.account(-0.01)
        waits.append(0)
        while not worth.is_due():
            waits[-1] += 1
            assert worth.follows or waits[-1] < waits[-2] * 2 - FOLLOWED + 2
    assert waits == [63, 127, 255, 511]
