"""Who takes part in a step, and with how many rows."""

from hypothesis import given
from hypothesis import strategies as st

from engine.local.scheduling.batching import (
    BACKGROUND_EVERY,
    FEWEST_ROWS,
    PRIORITY_STEP_S,
    Demand,
    Share,
    shares,
)
from engine.local.scheduling.queue_order import Rank

WANTING = st.builds(Demand, st.integers(1, 5000))


def test_all_who_write_take_part_and_one_prompt_gets_the_rest() -> None:
    answers = [Demand(1), Demand(900), Demand(1), Demand(700)]
    assert shares(answers, 512, 0, 0.0001) == [Share(0, 1), Share(2, 1), Share(1, 510)]


def test_prompts_that_come_together_are_read_together_as_far_as_a_step_may_take() -> None:
    answers = [Demand(60), Demand(1), Demand(70), Demand(900), Demand(50)]
    assert shares(answers, 512, 0, 0.001)[1:] == [Share(0, 60), Share(2, 70), Share(3, 270)]
    assert shares(answers, 512, 2, 0.001)[1:] == [Share(4, 50), Share(0, 60), Share(2, 70), Share(3, 220)]
    assert shares([Demand(60), Demand(70)], 512, 0, 0.0) == [Share(0, 60), Share(1, 4)]
    assert shares([Demand(60), Demand(70)], 512, 0, 0.01) == [Share(0, 60)], "the first would wait"


def test_steps_in_which_nobody_but_clients_waits_take_longer() -> None:
    writing, reading = _asked("a", 1), [_asked("b", 100), _asked("c", 100)]
    assert shares([writing, *reading], 512, 0, 0.01)[1:] == [Share(1, 100)]
    assert shares([Demand(1), *reading], 512, 0, 0.01)[1:] == [Share(1, 40)], "a person waits"
    assert shares([Demand(1, Rank.PRIORITY), *reading], 512, 0, 0.01)[1:] == [Share(1, FEWEST_ROWS)]


def test_the_prompt_of_the_answer_in_front_is_read_alone() -> None:
    assert shares([Demand(60), Demand(70, Rank.PRIORITY)], 512, 0, 0.001) == [Share(1, 70)]


def test_a_prompt_alone_takes_the_whole_step() -> None:
    assert shares([Demand(900)], 512, 0, 0.01) == [Share(0, 512)]


def test_a_prompt_in_front_is_read_before_one_that_came_earlier() -> None:
    assert shares([Demand(900), Demand(700, Rank.PRIORITY)], 512, 0, 0.01) == [Share(1, 512)]


def test_beside_the_answer_in_front_others_take_part_in_every_second_step() -> None:
    answers = [Demand(1), Demand(1, Rank.PRIORITY), Demand(900)]
    assert shares(answers, 512, 1, 0.001) == [Share(1, 1)]
    assert [share.number for share in shares(answers, 512, 2, 0.001)] == [0, 1, 2]


def test_a_prompt_beside_the_answer_in_front_keeps_the_step_short() -> None:
    row_s = 0.004
    chosen = shares([Demand(1, Rank.PRIORITY), Demand(900)], 512, 0, row_s)
    assert chosen[-1] == Share(1, int(PRIORITY_STEP_S / row_s))


def test_a_prompt_that_is_slow_to_read_still_goes_on() -> None:
    assert shares([Demand(1, Rank.PRIORITY), Demand(900)], 512, 0, 5.0)[-1] == Share(1, FEWEST_ROWS)


def test_a_short_prompt_is_read_soon_beside_a_very_long_one_which_goes_on_too() -> None:
    for front in ([], [Demand(1, Rank.PRIORITY)]):
        rest = [30_000, 400]
        steps = 0
        while rest[1] > 0:
            answers = [*front, *(Demand(each) for each in rest)]
            for share in shares(answers, 512, steps, 0.001):
                if share.number >= len(front):
                    rest[share.number - len(front)] -= share.rows
            steps += 1
        assert steps < 20 and rest[0] < 30_000


@given(
    st.lists(WANTING, min_size=1, max_size=8),
    st.integers(-1, 7),
    st.sampled_from([1, 8, 16, 64, 512]),
    st.integers(0, 3),
    st.floats(0, 1),
    st.sets(st.integers(0, 7)),
)
def test_every_step_computes_something_and_never_more_than_it_may(
    answers: list[Demand], front: int, capacity: int, step: int, row_s: float, of_clients: set[int]
) -> None:
    answers = [
        each._replace(rank=Rank.CLIENT, client=str(number % 3)) if number in of_clients else each
        for number, each in enumerate(answers)
    ]
    if 0 <= front < len(answers):
        answers[front] = Demand(answers[front].rest, Rank.PRIORITY)
    if len(answers) > capacity:
        answers = answers[:capacity]
    chosen = shares(answers, capacity, step, row_s)
    assert 0 < sum(share.rows for share in chosen) <= capacity
    assert len({share.number for share in chosen}) == len(chosen)
    assert all(0 < share.rows <= answers[share.number].rest for share in chosen)


@given(st.lists(WANTING, min_size=1, max_size=6), st.integers(0, 5))
def test_everybody_comes_to_an_end(answers: list[Demand], front: int) -> None:
    rest = [each.rest for each in answers]
    for step in range(4 * sum(rest) // FEWEST_ROWS + 4 * len(rest) + 8):
        open_ = [number for number, left in enumerate(rest) if left]
        if not open_:
            return
        wanting = [Demand(rest[number], Rank.PRIORITY if number == front else Rank.OWN) for number in open_]
        for share in shares(wanting, 64, step, 1.0):
            rest[open_[share.number]] -= share.rows
    assert not any(rest)


def test_a_prompt_of_the_person_is_read_before_those_of_clients() -> None:
    answers = [_asked("a", 900), _asked("b", 40), Demand(900), Demand(1)]
    for step in range(8):
        assert [share.number for share in shares(answers, 512, step, 0.001)] == [3, 2]


def test_clients_have_equal_turns_however_many_prompts_one_has() -> None:
    answers = [*(_asked("a", 5000 + number) for number in range(5)), _asked("b", 9000)]
    read = [share.number for step in range(16) for share in shares(answers, 512, step, 0.001)]
    assert sum(number == 5 for number in read) == 8


def _asked(client: str, rest: int) -> Demand:
    return Demand(rest, Rank.CLIENT, client)


def test_what_is_in_the_background_takes_few_rows_of_few_steps_beside_others() -> None:
    scored, writing, reading = Demand(500, Rank.BACKGROUND), Demand(1), Demand(400)
    for others in ([writing], [writing, writing], [reading], [writing, Demand(300, Rank.PRIORITY)]):
        steps = [shares([scored, *others], 512, step, 0.001) for step in range(2 * BACKGROUND_EVERY)]
        rows = [sum(share.rows for share in step if share.number == 0) for step in steps]
        assert sorted(rows)[-2:] == [FEWEST_ROWS, FEWEST_ROWS] and sum(rows) == 2 * FEWEST_ROWS
        for number, step in enumerate(steps):
            alone = shares(others, 512, number, 0.001)
            assert [Share(share.number - 1, share.rows) for share in step if share.number] == alone


def test_what_is_in_the_background_takes_no_room_from_others_and_all_of_it_alone() -> None:
    scored = Demand(500, Rank.BACKGROUND)
    assert shares([Demand(600), scored], 512, 0, 0.001) == [Share(0, 512)]
    assert shares([scored], 512, 3, 0.001) == [Share(0, 500)]
    assert shares([Demand(3, Rank.BACKGROUND), Demand(1)], 512, 0, 0.001) == [Share(1, 1), Share(0, 3)]
