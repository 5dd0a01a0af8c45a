"""What other threads want of a step, and when it breaks off."""

import pytest

from engine.local.generation.cancellation import Interrupts


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
def interrupts(flag: Flag) -> Interrupts:
    made = Interrupts()
    made.use(flag)  # type: ignore[arg-type]
    made.opened(1)
    return made


def test_an_abort_breaks_off_the_step_of_its_answer_alone(interrupts: Interrupts, flag: Flag) -> None:
    interrupts.opened(2)
    assert interrupts.begin_step({1}, gives_way=False)
    interrupts.abort(2)
    assert not flag.is_set
    interrupts.abort(1)
    assert flag.is_set


def test_no_step_begins_for_an_answer_that_was_aborted_before(interrupts: Interrupts) -> None:
    interrupts.abort(1)
    assert not interrupts.begin_step({1, 2}, gives_way=False)


def test_an_answer_that_has_ended_can_go_on_under_its_id(interrupts: Interrupts) -> None:
    interrupts.ended(1)
    interrupts.abort(1)
    interrupts.hurry(1)
    interrupts.opened(1)
    assert not interrupts.is_aborted(1) and not interrupts.is_hurried(1)


def test_only_a_step_that_gives_way_is_broken_off_for_the_one_in_front(
    interrupts: Interrupts, flag: Flag
) -> None:
    interrupts.begin_step({1}, gives_way=False)
    interrupts.make_way()
    assert not flag.is_set
    interrupts.end_step()
    interrupts.begin_step({1}, gives_way=True)
    interrupts.make_way()
    assert flag.is_set
    interrupts.end_step()
    assert interrupts.begin_step({1}, gives_way=True) and not flag.is_set


def test_closing_breaks_off_whatever_is_computed_and_lets_nothing_begin(
    interrupts: Interrupts, flag: Flag
) -> None:
    interrupts.begin_step({1}, gives_way=False)
    interrupts.close()
    assert flag.is_set and interrupts.is_aborted(1)
    assert not interrupts.begin_step({1}, gives_way=False)
