"""Threads while other programs keep cores busy, on a machine that is made up."""

from collections.abc import Callable

import pytest

from engine.local.model.pacing import LONGEST_HOLD, WINDOW, ThreadPacer


def run(pacer: ThreadPacer, steps: int, seconds: Callable[[int], float]) -> list[int]:
    """The threads of each step, on a machine where a step with so many threads takes so long."""
    used = []
    for _ in range(steps):
        used.append(pacer.threads)
        pacer.after_step(seconds(pacer.threads))
    return used


def idle(threads: int) -> float:
    return 0.04 / threads


def busy(cores: int, taken: int) -> Callable[[int], float]:
    """Threads that must share a core hold all others up."""
    return lambda threads: 0.04 / threads * (1.0 if threads <= cores - taken else 20.0)


def test_an_idle_machine_keeps_all_threads_however_long_the_context_grows() -> None:
    pacer, step = ThreadPacer(8), 0.01
    for number in range(5000):
        assert pacer.threads == 8
        pacer.after_step(step * (1.1 if number % 3 else 1.0))
        step *= 1.0005


@pytest.mark.parametrize(("cores", "taken"), [(2, 1), (8, 1), (8, 3)])
def test_busy_cores_are_left_to_the_other_program_and_taken_again(cores: int, taken: int) -> None:
    pacer = ThreadPacer(cores)
    run(pacer, 100, idle)
    used = run(pacer, 600, busy(cores, taken))
    assert sum(threads <= cores - taken for threads in used) > 500
    run(pacer, LONGEST_HOLD * WINDOW, idle)
    assert run(pacer, 100, idle) == [cores] * 100


def test_steps_that_are_slow_for_another_reason_keep_all_threads() -> None:
    pacer = ThreadPacer(4)
    run(pacer, 100, idle)
    used = run(pacer, 400, lambda threads: 3 * idle(threads))
    assert used.count(4) >= 390


def test_a_machine_that_is_busy_from_the_start_is_noticed_by_its_undisturbed_steps() -> None:
    pacer = ThreadPacer(2)
    for number in range(200):
        disturbed = pacer.threads == 2 and number % 5
        pacer.after_step(0.4 if disturbed else idle(pacer.threads))
    assert pacer.threads == 1


def test_one_thread_stays_one() -> None:
    pacer = ThreadPacer(1)
    assert set(run(pacer, 50, idle) + run(pacer, 50, lambda _: 1.0)) == {1}
