"""Loops are found, and what only looks like one is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.permissions.values import ToolFacts
from agents.run.loops import Repeat, repeated_calls, repeated_texts, repeating_tail
from agents.run.state import Done, canonical, digest, rough


def results(*rows: tuple[str, dict[str, object] | str, str], status: str = "ok") -> list[Done]:
    return [
        Done(n, f"c{n}", name, arguments, status, digest(text), rough(text))  # type: ignore[arg-type]
        for n, (name, arguments, text) in enumerate(rows, 1)
    ]


LOOK = ("look", {"path": "a"}, "nothing")


def test_the_same_call_with_the_same_result_three_times_is_a_loop() -> None:
    assert repeated_calls(results(LOOK, LOOK), {}) is None
    assert repeated_calls(results(LOOK, LOOK, LOOK), {}) == Repeat("same", ("c2", "c3"), "look")


def test_the_order_of_arguments_and_those_that_mean_nothing_make_no_difference() -> None:
    rows = results(
        ("look", {"path": "a", "why": "x"}, "r"),
        ("look", {"why": "y", "path": "a"}, "r"),
        ("look", {"path": "a"}, "r"),
    )
    assert repeated_calls(rows, {}) is None
    assert repeated_calls(rows, {"look": ToolFacts(volatile=("why",))}) is not None


def test_results_that_differ_in_digits_alone_are_a_loop_after_five() -> None:
    rows = [("look", {}, f"took {n} ms") for n in range(5)]
    assert repeated_calls(results(*rows[:4]), {}) is None
    assert repeated_calls(results(*rows), {}) is not None


def test_a_file_that_somebody_writes_may_be_read_until_it_is_done() -> None:
    reads = {"look": ToolFacts(read_only=True, paths=("path",))}
    rows = [("look", {"path": "log"}, f"{n} % done") for n in range(9)]
    assert repeated_calls(results(*rows), reads) is None
    assert repeated_calls(results(*rows, *rows[-1:] * 2), reads) is not None


def test_progress_is_no_loop() -> None:
    rows = [("read", {"offset": n}, f"page {n}") for n in range(20)]
    assert repeated_calls(results(*rows), {}) is None
    tests_between_edits = [("test", {}, "failed") if n % 2 else ("edit", {"n": n}, "ok") for n in range(12)]
    assert repeated_calls(results(*tests_between_edits), {}) is None


def test_polling_is_no_loop() -> None:
    assert repeated_calls(results(LOOK, LOOK, LOOK, LOOK), {"look": ToolFacts(polling=True)}) is None


def test_two_calls_in_turn_are_a_loop_after_two_rounds() -> None:
    a, b = ("look", {"path": "a"}, "1 x"), ("look", {"path": "b"}, "y")
    assert repeated_calls(results(a, b, a), {}) is None
    assert repeated_calls(results(a, b, a, b), {}) == Repeat("alternating", ("c3", "c4"), "look")
    changed = ("look", {"path": "b"}, "z")
    assert repeated_calls(results(a, b, a, changed), {}) is None


def test_two_calls_in_turn_whose_results_differ_in_digits_alone_are_a_loop_after_three_rounds() -> None:
    rows = [("look", {"path": "a"}, "x") if n % 2 else ("count", {}, f"took {n} ms") for n in range(6)]
    assert repeated_calls(results(*rows[:5]), {}) is None
    assert repeated_calls(results(*rows), {}) == Repeat("alternating", ("c3", "c4", "c5", "c6"), "look")


def test_empty_calls_that_fail_are_a_loop_after_two() -> None:
    rows = results(("write", {}, "missing path"), ("write", {}, "missing text"), status="error")
    assert repeated_calls(rows, {}) == Repeat("empty", ("c2",), "write")


def test_a_loop_that_is_over_is_none() -> None:
    assert repeated_calls(results(LOOK, LOOK, LOOK, ("other", {}, "x")), {}) is None


@given(st.lists(st.sampled_from("abc"), max_size=24))
def test_repeats_never_take_the_first_round_away(names: str) -> None:
    rows = results(*((name, {"n": 1}, name) for name in names))
    found = repeated_calls(rows, {})
    if found:
        left = {(done.name, done.text) for done in rows if done.call not in found.calls}
        assert {(done.name, done.text) for done in rows} == left


@given(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3)))
def test_canonical_arguments_do_not_depend_on_order(arguments: dict[str, object]) -> None:
    turned = dict(reversed(arguments.items()))
    assert canonical(arguments) == canonical(turned)


def test_texts_repeat_when_three_long_ones_are_the_same() -> None:
    assert repeated_texts(["a", "b", "b", "b"])
    assert not repeated_texts(["b", "b"])
    assert not repeated_texts(["", "", ""])


def test_a_tail_that_says_the_same_again_and_again_is_seen() -> None:
    prose = "It was a long way home, and nobody had thought of bringing a lamp with them that evening. "
    assert repeating_tail("Begin. " + prose * 12)
    assert repeating_tail("x" * 700)
    assert repeating_tail("start " + "ha " * 300)


def test_a_text_that_goes_on_is_not_seen_as_repeating() -> None:
    table = "".join(f"| {n} | value of row {n} | {n * n} |\n" for n in range(80))
    assert not repeating_tail(table)
    assert not repeating_tail("\n".join(f"- item {n}" for n in range(200)))
    assert not repeating_tail("-" * 400)
    assert not repeating_tail("")
