"""Long results are shown by head and tail, and every part of them can be reached."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.api import Outcome, ToolContext
from agents.context.budget import shares
from agents.context.reading import ReadResult
from agents.context.results import ResultText, handle_only, head_and_tail, result_text, shortened_result
from agents.context.token_counter import Meter
from agents.events import ToolCalled
from agents.workspace.workspace import Workspace
from tests.support.agents.counting import ByteBrain, StarterBrain
from tests.support.agents.journals import ListJournal

LINES = "".join(f"{number:05} a line of a log that goes on\n" for number in range(6000))
KINDS = {
    "log": LINES,
    "korean": "여기 긴 한국어 문장이 있습니다. " * 12_000,
    "one letter": "x" * 200_000,
    "spaces": " " * 199_000 + "end",
    "emoji": "😀" * 50_000,
    "hex": "".join(f"{number * 2654435761 % 2**32:08x}" for number in range(25_000)),
    "one line, then many": "y" * 100_000 + LINES,
}


def shown(text: str, context: int = 4096, chat_model: Any = None) -> tuple[ResultText, ListJournal]:
    journal = ListJournal()
    return result_text(text, Meter(chat_model or ByteBrain()), context, journal), journal


def here(journal: ListJournal, tmp_path: Path) -> ToolContext:
    return ToolContext(
        workspace=Workspace(tmp_path),
        sandbox=None,
        trash=tmp_path,
        scratch=tmp_path,
        cancelled=lambda: False,
        kept=journal.kept,
    )


def test_a_short_result_is_whole_and_nothing_is_kept() -> None:
    made, journal = shown("fourteen files")
    assert made == ResultText("fourteen files") and not journal.texts


@pytest.mark.model
@pytest.mark.parametrize("context", [2048, 4096, 131072])
@pytest.mark.parametrize("kind", KINDS)
def test_a_result_of_200_kb_is_cut_to_its_share_by_the_starters_tokens(kind: str, context: int) -> None:
    chat_model = StarterBrain(context)
    made, journal = shown(KINDS[kind], context, chat_model)
    counted, room = chat_model.text(made.text), shares(context).result
    assert counted <= room
    if made.handle:
        assert journal.kept(made.handle) == KINDS[kind]
        assert counted >= room * 0.6 or chat_model.text(KINDS[kind]) < room * 4


def test_head_and_tail_are_those_of_the_text_and_the_mark_says_what_lies_between() -> None:
    made, _ = shown(LINES)
    head, mark, tail = re.split(r"\n(\[\.\.\. .* \.\.\.\])\n", made.text)
    found = re.fullmatch(
        r"\[\.\.\. characters (\d+) to (\d+) of (\d+) left out; "
        r'read_result\(handle="r1", offset=(\d+)\) shows them \.\.\.\]',
        mark,
    )
    assert found
    start, end, length, offset = map(int, found.groups())
    assert LINES[:start].startswith(head) and LINES[end:] == tail and (length, offset) == (len(LINES), start)
    assert head.splitlines()[-1] in LINES.splitlines() and tail.splitlines()[0] in LINES.splitlines()


def read(
    arguments: dict[str, Any], journal: ListJournal, tmp_path: Path, context: int = 4096
) -> tuple[Outcome, str]:
    """The tool's own outcome, and what a model is given of it."""
    outcome = ReadResult().run(arguments, here(journal, tmp_path))
    call = ToolCalled(1, "c1", "read_result", arguments)
    return outcome, result_text(outcome.text, Meter(ByteBrain()), context, journal, call).text


def test_paging_from_the_first_offset_on_shows_the_whole_text(tmp_path: Path) -> None:
    made, journal = shown(LINES)
    match = re.search(r"offset=(\d+)", made.text)
    assert match
    offset, parts = int(match.group(1)), [LINES[: int(match.group(1))]]
    for _ in range(300):
        _, page = read({"handle": "r1", "offset": offset}, journal, tmp_path)
        follows = re.search(
            r'\n\[\.\.\. (\d+) of \d+ characters follow; read_result\(handle="r1", offset=(\d+)\)', page
        )
        if not follows:
            parts.append(page)
            break
        end = int(follows.group(2))
        assert LINES[offset:end].rstrip("\n") == page[: follows.start()].rstrip("\n")
        assert end + int(follows.group(1)) == len(LINES)
        parts.append(LINES[offset:end])
        offset = end
    assert "".join(parts) == LINES
    assert list(journal.texts) == ["r1"]


def test_searching_tells_lines_and_where_they_are(tmp_path: Path) -> None:
    _, journal = shown(LINES)
    outcome, text = read({"handle": "r1", "search": "03333 A LINE"}, journal, tmp_path)
    at = LINES.index("03333")
    assert text.splitlines() == [
        "1 lines of r1 contain it (offset: line):",
        f"{at}: 03333 a line of a log that goes on",
    ]
    assert outcome.untrusted
    many, _ = read({"handle": "r1", "search": "line"}, journal, tmp_path)
    assert many.text.startswith("6000 lines of r1 contain it (offset: line), the first 40 are:")
    none, _ = read({"handle": "r1", "search": "nowhere"}, journal, tmp_path)
    assert none.text == "'nowhere' does not occur in r1."


def test_an_offset_behind_the_end_and_an_unknown_handle_are_told(tmp_path: Path) -> None:
    _, journal = shown(LINES)
    assert read({"handle": "r1", "offset": 10**9}, journal, tmp_path)[0].status == "error"
    unknown, _ = read({"handle": "r9"}, journal, tmp_path)
    assert unknown.status == "error" and "r9" in unknown.text


@settings(deadline=None, max_examples=80)
@given(st.text(max_size=400), st.integers(1, 60), st.sampled_from([1024, 2048, 8192]))
def test_no_text_is_shown_longer_than_its_share(text: str, times: int, context: int) -> None:
    chat_model = ByteBrain()
    made, _ = shown(text * times, context, chat_model)
    assert chat_model.text(made.text) <= shares(context).result


@given(st.text(max_size=300), st.integers(0, 200), st.integers(0, 200))
def test_head_and_tail_never_overlap_and_never_grow_much(text: str, head: int, tail: int) -> None:
    cut = head_and_tail(text, head, tail, "r1")
    assert cut == text or (len(cut) <= head + tail + 110 and "left out" in cut)


def test_what_stands_for_an_old_result_is_shorter_than_it_and_names_it() -> None:
    short = shortened_result(LINES, 100, len(LINES) // 4, "r3")
    assert ByteBrain().text(short) <= 130 and 'handle="r3"' in short
    assert handle_only(12, "r3") == '[12 characters left out; read_result(handle="r3") shows them]'
