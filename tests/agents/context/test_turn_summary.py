"""Old turns in a few lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.context.history import History
from agents.context.token_counter import Meter
from agents.context.turn_summary import digest
from agents.events import RunEvent
from tests.support.agents.counting import ByteBrain
from tests.support.agents.made_runs import called, result, started, step, steps, turn


def lines(events: list[RunEvent], tokens: int = 500, before: str = "") -> tuple[list[str], bool]:
    made = digest(History.of([started(), *events]).shown_turns, Meter(ByteBrain()), tokens, before)
    return made.text.splitlines(), made.is_whole


def test_a_line_tells_the_call_its_status_and_how_the_result_begins() -> None:
    told, whole = lines(step(3, "first line\nsecond line", content="I look.", status="error", handle="r4"))
    assert whole and told == [
        "step 3, said: I look.",
        'step 3: read_file(path="c3.txt") -> error: first line second line (all of it: r4)',
    ]


def test_long_arguments_and_results_are_cut() -> None:
    events = [
        turn(1, calls=("a",)),
        called(1, "a", "write_file", path="a", content="x" * 10_000),
        result("a", "y" * 9999),
    ]
    (line,), _ = lines(events)
    assert len(line) < 260 and "…" in line


def test_without_room_the_newest_lines_stay_and_the_rest_is_counted() -> None:
    events: list[RunEvent] = []
    for number in range(1, 60):
        name = "write_file" if number % 3 == 0 else "read_file"
        events += [
            turn(number, calls=(f"c{number}",)),
            called(number, f"c{number}", name, path=f"f{number}"),
            result(f"c{number}"),
        ]
    told, whole = lines(events, 300)
    assert not whole and told[-1] == 'step 59: read_file(path="f59") -> ok: done'
    assert (
        told[0].startswith("steps 1 to ")
        and "read_file" in told[0]
        and "files changed:" in told[0]
        and "f3" in told[0]
    )


def test_the_files_of_a_patch_are_named_among_those_changed() -> None:
    patch = "*** Begin Patch\n*** Update File: a/b\n-x\n+y\n*** Delete File: c\n*** End Patch"
    events = [turn(1, calls=("p",)), called(1, "p", "apply_patch", patch=patch), result("p", "x" * 999)]
    told, _ = lines([*events, *steps(30)], 300)
    assert "files changed: a/b, c" in told[0]


def test_what_was_said_of_still_older_turns_comes_first() -> None:
    told, _ = lines(steps(2), before="The total is 42.")
    assert told[0] == "The total is 42." and told[1].startswith("step 1: ")


@settings(deadline=None)
@given(
    st.integers(1, 80),
    st.integers(40, 900),
    st.text(max_size=60),
    st.text(max_size=200),
    st.text(max_size=4000),
)
def test_a_digest_stays_within_its_share(
    count: int, tokens: int, text: str, content: str, before: str
) -> None:
    chat_model = ByteBrain()
    made = digest(
        History.of([started(), *steps(count, text, content=content)]).shown_turns,
        Meter(chat_model),
        tokens,
        before,
    )
    assert chat_model.text(made.text) <= tokens + 3 or made.text.count("\n") == 0


@pytest.mark.parametrize("arguments", ["{broken", {"n": float("inf")}, {"x": [1, {"y": None}]}])
def test_any_arguments_can_be_told(arguments: object) -> None:
    assert digest(
        History.of(
            [started(), turn(1, calls=("a",)), type(called(1, "a"))(1, "a", "t", arguments), result("a")]
        ).shown_turns,  # type: ignore[arg-type]
        Meter(ByteBrain()),
        200,
    ).text.startswith("step 1: t(")
