"""What a terminal is sent: nothing that it would obey, whoever wrote it. Pipes and files get every byte."""

import io
import itertools
import json
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.output import Output
from app.cli.printable import shown, shown_json
from engine.errors import ErrorInfo
from tests.support.command import Command
from tests.support.servers.openai_script import in_order, say
from tests.support.servers.openai_server import OpenAiServer

CLIPBOARD = "\x1b]52;c;ZXZpbA==\x07"
LINK = "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\"
HOSTILE = f"a{CLIPBOARD}{LINK}\x1b[2J\x9b31m\u202egnp\u2066\x08\x7f\rb\r\n\u2028\ufeff\U000e0041 end"
# What people write, in all its kinds.
GOOD = "한글\tA\u0301 👩‍👩‍👧 می‌خواهم ½ — “q”\n"


class Terminal(io.StringIO):
    """What a terminal was sent."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """In place of stdout and stderr."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    return screen


def obeyed(text: str) -> list[str]:
    return [
        c
        for c in text.replace("\r\n", "\n")
        if c not in "\n\t\u200c\u200d" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")
    ]


def test_nothing_that_a_terminal_obeys_is_left_and_nothing_else_is_changed() -> None:
    assert obeyed(shown(HOSTILE)) == [] and "\r" not in shown(HOSTILE)
    assert "52;c;ZXZpbA==" in shown(HOSTILE), "what was tried is seen"
    assert shown(GOOD) == GOOD


@given(st.text(), st.lists(st.integers(0, 60), max_size=5))
def test_pieces_cut_anywhere_are_shown_as_the_whole(text: str, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[a:b] for a, b in itertools.pairwise(edges)]
    assert "".join(map(shown, pieces)) == shown(text)


@given(st.text())
def test_json_for_a_terminal_says_the_same(text: str) -> None:
    told = shown_json(json.dumps(text + HOSTILE, ensure_ascii=False))
    assert json.loads(told) == text + HOSTILE
    assert not obeyed(told)


def test_every_way_to_a_terminal_is_sanitized(screen: Terminal) -> None:
    output = Output(json=False)
    output.text(HOSTILE, end="")
    output.note(HOSTILE)
    output.progress(HOSTILE)
    output.tell(ErrorInfo("remote.elsewhere", {"name": HOSTILE, "host": HOSTILE}))
    output.table([(HOSTILE,)])
    Output(json=True).object({"said": HOSTILE})
    assert not obeyed(screen.getvalue())


def test_a_pipe_gets_every_byte(capsys: pytest.CaptureFixture[str]) -> None:
    Output(json=False).text(HOSTILE, end="")
    assert capsys.readouterr().out == HOSTILE


@pytest.mark.parametrize("words", [("chat", "Hi"), ("run", "Hi", "--workspace")])
def test_an_answer_of_a_hostile_model_reaches_a_terminal_sanitized_and_a_pipe_whole(
    coterie_home: Path, tmp_path: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = Command(coterie_home, "http://127.0.0.1:9")
    (folder := tmp_path / "work").mkdir()
    more = (str(folder),) if words[-1] == "--workspace" else ()
    with OpenAiServer(in_order(say(HOSTILE), say(HOSTILE))) as server:
        arguments = (*words, *more, "--model", server.model)
        piped = command.here(*arguments)
        monkeypatch.setattr("tests.support.command.io.StringIO", Terminal)
        seen = command.here(*arguments)
    assert HOSTILE.strip() in piped.out
    assert "52;c;" in seen.out and not obeyed(seen.out) and not obeyed(seen.err)
