"""Threads of prompts and of answers, on a machine that is made up."""

from engine.local.model.step_threads import FEW_ANSWERS, RECENT_S, StepThreads


def go_on(threads: StepThreads, answers: int, seconds: float, steps: int, now: float) -> float:
    """Steps that take so long with all of their threads, and no longer than an idle machine's with fewer."""
    for _ in range(steps):
        taken = seconds if threads.answering(answers, now) >= 6 else min(seconds, 0.02)
        now += taken
        threads.after(answers, taken, now)
    return now


def test_prompts_take_all_and_few_answers_as_many_as_read_memory_fastest() -> None:
    threads = StepThreads(8, 6)
    now = go_on(threads, 1, 0.01, 100, 10.0)
    assert threads.answering(1, now) == threads.answering(FEW_ANSWERS, now) == 6
    assert threads.reading(now) == threads.most == threads.answering(FEW_ANSWERS + 1, now) == 8


def test_without_a_measurement_all_are_for_all() -> None:
    threads = StepThreads(8)
    assert threads.answering(1, 0.0) == threads.reading(0.0) == 8
    assert StepThreads(4, 6).answering(1, 0.0) == 4


def test_busy_cores_are_left_by_prompts_too_for_a_while() -> None:
    threads = StepThreads(8, 6)
    now = go_on(threads, 1, 0.01, 100, 10.0)
    now = go_on(threads, 1, 0.5, 10, now)
    fewer = threads.answering(1, now)
    assert fewer < 6 and threads.reading(now) == fewer
    assert threads.answering(2, now) == threads.answering(FEW_ANSWERS + 1, now) == fewer
    assert threads.reading(now + 2 * RECENT_S) == 8


def test_another_context_is_paced_anew() -> None:
    threads = StepThreads(8, 6)
    now = go_on(threads, 1, 0.5, 10, go_on(threads, 1, 0.01, 100, 10.0))
    threads.forget()
    assert threads.answering(1, now + 2 * RECENT_S) == 6
