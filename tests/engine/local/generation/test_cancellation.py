"""What other threads want of a step, and when it breaks off."""

import pytest

from engine.local.generation.cancellation import Cancellation


class Flag:
    """In the place of llama.cpp's abort flag."""

    def __init__(self) -> None:
        self.is_set = False

    def set(self) -> None:
        self.is_set = True

    def clear(self) -> None:
        self.is_set = False


@pytest.fixture
def flag() -> Flag:
    return Flag()


@pytest.fixture
def cancellation(flag: Flag) -> Cancellation:
    made = Cancellation()
    made.use(flag)  # type: ignore[arg-type]
    made.opened(1)
    return made


def test_an_abort_breaks_off_the_step_of_its_answer_alone(cancellation: Cancellation, flag: Flag) -> None:
    cancellation.opened(2)
    assert cancellation.begin_step({1}, gives_way=False)
    cancellation.abort(2)
    assert not flag.is_set
    cancellation.abort(1)
    assert flag.is_set


def test_no_step_begins_for_an_answer_that_was_aborted_before(cancellation: Cancellation) -> None:
    cancellation.abort(1)
    assert not cancellation.begin_step({1, 2}, gives_way=False)


def test_an_answer_that_has_ended_can_go_on_under_its_id(cancellation: Cancellation) -> None:
    cancellation.ended(1)
    cancellation.abort(1)
    cancellation.hurry(1)
    cancellation.opened(1)
    assert not cancellation.is_aborted(1) and not cancellation.is_hurried(1)


def test_only_a_step_that_gives_way_is_broken_off_for_the_one_in_front(
    cancellation: Cancellation, flag: Flag
) -> None:
    cancellation.begin_step({1}, gives_way=False)
    cancellation.preempt_prefill()
    assert not flag.is_set
    cancellation.end_step()
    cancellation.begin_step({1}, gives_way=True)
    cancellation.preempt_prefill()
    assert flag.is_set
    cancellation.end_step()
    assert cancellation.begin_step({1}, gives_way=True) and not flag.is_set


def test_closing_breaks_off_whatever_is_computed_and_lets_nothing_begin(
    cancellation: Cancellation, flag: Flag
) -> None:
    cancellation.begin_step({1}, gives_way=False)
    cancellation.close()
    assert flag.is_set and cancellation.is_aborted(1)
    assert not cancellation.begin_step({1}, gives_way=False)
