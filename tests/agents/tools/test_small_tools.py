"""The calculator, the clock, notes and the plan."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.api import ToolContext
from agents.tools.calculator import calculator, evaluate, written
from agents.tools.date_time import date_time, told
from agents.tools.function_tool import ToolTrouble
from agents.tools.notes import read_notes, write_note
from agents.tools.update_plan import update_plan
from tests.support.agents.places import here_in


@pytest.fixture
def here(tmp_path: Path) -> ToolContext:
    return here_in(tmp_path)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 + 2", "4"),
        ("0.1 + 0.2", "0.3"),
        ("1/3", "0.333333333333333"),
        ("1/8", "0.125"),
        ("10 // 3", "3"),
        ("-7 % 3", "2"),
        ("2 ** 10", "1024"),
        ("2^10", "1024"),
        ("3 × 4 ÷ 2 =", "6"),
        ("sqrt(16)", "4"),
        ("sqrt(2)", "1.4142135623731"),
        ("round(1234.5 * 1.1, 2)", "1357.95"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("factorial(20)", "2432902008176640000"),
        ("max(1, 2.5, 2)", "2.5"),
        ("sum([1, 2, 3])", "6"),
        ("1e3", "1000"),
        ("2 ** 0.5", "1.4142135623731"),
        ("(-1) ** 101", "-1"),
        ("0.1 * 3", "0.3"),
        ("1_000 + 1", "1001"),
        ("cos(pi)", "-1"),
        ("100 * 1.07 ** 10", "196.715135728956532249"),
        ("comb(5, 2)", "10"),
        ("0x10", "16"),
        ("-0.05", "-0.05"),
    ],
)
def test_it_computes(expression: str, value: str) -> None:
    assert written(evaluate(expression)) == value


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "1 +",
        "1/0",
        "9**9**9",
        "9**99999999",
        "factorial(100000)",
        "__import__('os')",
        "open('x')",
        "(1).real",
        "[1 for x in 2]",
        "lambda: 1",
        "'a' * 10",
        "x",
        "1,000 + 1",
        "(" * 500 + ")" * 500,
        "-" * 1500 + "1",
        "sqrt(-1)",
        "(-8) ** 0.5",
        "1e999",
        "True + 1",
        "round(x=1)",
        "10**5000 * 10**5000",
        "f(1)",
        "1 if 2 else 3",
        "0 ** -1",
        "log(0)",
        "2 if",
        "1 < 2",
        "max()",
        "comb(2.5, 1)",
        "1+" * 900 + "1",
    ],
)
def test_what_is_no_sum_or_never_comes_to_an_end_is_refused(expression: str) -> None:
    with pytest.raises(ToolTrouble):
        evaluate(expression)


@given(
    st.text("0123456789+-*/(). ^e%", max_size=40).filter(
        lambda text: not re.search(r"\d\s*\(|[a-z)]\s*\(", text)
    )
)
def test_any_text_is_computed_or_refused(text: str) -> None:
    with contextlib.suppress(ToolTrouble):
        written(evaluate(text))


def test_long_numbers_are_written_whole(here: ToolContext) -> None:
    text = calculator.run({"expression": "7 ** 5500"}, here).text
    assert len(text) == 4649 and text == "".join(filter(str.isdigit, text))


@pytest.mark.parametrize(
    "zone", ["", "UTC", "Asia/Seoul", "seoul", "utc+9", "GMT-03:30", "new york", "asia/seoul"]
)
def test_the_time_is_told_in_a_zone(here: ToolContext, zone: str) -> None:
    found = date_time.run({"timezone": zone}, here)
    assert found.status == "ok"
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \(\w+day\) \d\d:\d\d:\d\d, UTC[+-]\d\d:\d\d.*, week \d+, .*", found.text
    )


def test_the_time_is_right(here: ToolContext) -> None:
    now = datetime(2026, 1, 1, 15, 30, tzinfo=UTC)
    text = told(now.astimezone(ZoneInfo("Asia/Seoul")))
    assert text == "2026-01-02 (Friday) 00:30:00, UTC+09:00 Asia/Seoul, week 1, Unix time 1767281400"
    wrong = date_time.run({"timezone": "Asia/Soul"}, here)
    assert wrong.status == "error" and "Asia/Seoul" in wrong.text
    assert date_time.run({"timezone": "../../etc/passwd"}, here).status == "error"


def test_notes_are_kept_between_runs(here: ToolContext, tmp_path: Path) -> None:
    assert read_notes.run({}, here).text == "There are no notes yet."
    assert not list(here.scratch.rglob("notes")), "reading makes nothing"
    assert write_note.run({"name": "빌드 방법", "text": "make build\n먼저 설정"}, here).status == "ok"
    assert write_note.run({"name": "b.md", "text": "x"}, here).status == "ok"
    assert read_notes.run({}, here_in(tmp_path)).text == "b: x\n빌드 방법: make build"
    assert read_notes.run({"name": "빌드 방법"}, here).text == "make build\n먼저 설정"
    assert read_notes.run({"name": "빌드 방법"}, here).untrusted
    assert write_note.run({"name": "b", "text": ""}, here).status == "ok"
    assert read_notes.run({"name": "b"}, here).status == "error"


def test_notes_of_the_user_do_not_mark_a_run_and_those_of_a_run_that_strangers_led_do(
    here: ToolContext,
) -> None:
    def own(name: str = "") -> bool:
        told = read_notes.run({"name": name}, here)
        assert told.status == "ok" and told.untrusted, "they are data, whoever wrote them"
        return told.own

    led = msgspec.structs.replace(here, tainted=True)
    folder = here.scratch / "notes"
    assert own()
    assert write_note.run({"name": "build", "text": "make"}, here).status == "ok"
    (folder / "mine.md").write_text("by hand")
    assert own() and own("build") and own("mine")
    assert write_note.run({"name": "page", "text": "run this"}, led).status == "ok"
    assert not own() and not own("page") and own("build") and own("mine")
    assert write_note.run({"name": "build", "text": "make"}, led).status == "ok"
    assert not own("build"), "it may have been led to write the same"
    assert write_note.run({"name": "build", "text": "make all"}, here).status == "ok"
    (folder / "page.md").write_text("what I think of it")
    assert own("build") and own("page") and own()


@pytest.mark.parametrize("kept", [None, b"", b"{", b'["x", 3]'])
def test_notes_of_which_nothing_is_known_count_as_strangers(here: ToolContext, kept: bytes | None) -> None:
    folder = here.scratch / "notes"
    folder.mkdir(parents=True)
    (folder / "old.md").write_text("x")
    if kept is not None:
        (folder / ".strange.json").write_bytes(kept)
    assert not read_notes.run({}, here).own
    assert write_note.run({"name": "new", "text": "y"}, here).status == "ok"
    assert not read_notes.run({"name": "old"}, here).own and read_notes.run({"name": "new"}, here).own


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 70, "a\nb\0", "~"])
def test_a_note_has_a_plain_name(here: ToolContext, name: str) -> None:
    assert write_note.run({"name": name, "text": "x"}, here).status == "error"


def test_notes_have_a_limit(here: ToolContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.tools.notes.MOST_NOTES", 1)
    assert write_note.run({"name": "a", "text": "x" * 20_001}, here).status == "error"
    assert write_note.run({"name": "a", "text": "x"}, here).status == "ok"
    assert write_note.run({"name": "b", "text": "x"}, here).status == "error"
    assert write_note.run({"name": "a", "text": "y"}, here).status == "ok"


@pytest.mark.parametrize(
    ("items", "status"),
    [
        ([{"text": "read", "state": "done"}, {"text": "write"}], "ok"),
        ([], "error"),
        ([{"text": ""}], "error"),
        ([{"text": "x", "state": "later"}], "error"),
        ([{"text": "x"}] * 31, "error"),
    ],
)
def test_a_plan_has_steps_with_a_state(here: ToolContext, items: list[dict[str, Any]], status: str) -> None:
    done = update_plan.run({"items": items}, here)
    assert done.status == status
    if status == "ok":
        assert done.summary == "1/2"
