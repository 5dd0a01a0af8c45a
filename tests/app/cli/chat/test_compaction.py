"""A conversation in the terminal that fills the context: what is asked, and what an answer to that does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from app.cli.chat.talk import Talk
from app.cli.chat.terminal import converse
from app.cli.output import Output
from app.services.services import Services, open_services
from app.store.records import ChatOptions
from engine.api import GenerateRequest, Listener
from tests.support.engines.scripted_engine import ScriptedEngine

CONTEXT = 400
# 25 tokens, as the scripted engine counts.
LONG = ("words and " * 10).strip() + "."


def answer(request: GenerateRequest) -> Sequence[str]:
    asked = request.messages[-1].content
    return ("They spoke of words.",) if "Summarise" in asked else (f"About {len(request.messages)}. {LONG}",)


@pytest.fixture
def talk(coterie_home: Path) -> Iterator[Callable[[], Talk]]:
    """A conversation of eight turns, which leave no room for another one."""
    engines: list[ScriptedEngine] = []

    def make(listener: Listener) -> ScriptedEngine:
        engines.append(ScriptedEngine(listener, answer, counts=True))
        return engines[-1]

    services = open_services(coterie_home, make_engine=make)
    services.settings.change(context=CONTEXT)
    services.models.use("starter", remember=False)

    def begin() -> Talk:
        talk = Talk(services, Output(json=False), ChatOptions())
        leaf = None
        for _ in range(8):
            for role in ("user", "assistant"):
                leaf = services.store.messages.add(talk.id, leaf, role, LONG).id  # type: ignore[arg-type]
        return talk

    yield begin
    services.close()


def type_in(monkeypatch: pytest.MonkeyPatch, *lines: str) -> list[str]:
    """Answer what is asked with these lines, then end the input; what was asked."""
    asked: list[str] = []
    left = list(lines)

    def read(prompt: str = "") -> str:
        asked.append(prompt)
        if not left:
            raise EOFError
        return left.pop(0)

    monkeypatch.setattr("builtins.input", read)
    return asked


def cuts(services: Services, talk: Talk) -> list[str]:
    return [cut.summary for cut in services.store.compaction_points.active(talk.id)]


def test_what_is_left_out_is_said_in_numbers_and_the_question_is_answered(
    talk: Callable[[], Talk], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = type_in(monkeypatch, "And now?", "l")
    here = talk()
    assert converse(here, here._output) == 0
    out, err = capsys.readouterr()
    assert asked[1] == "[s, l, n] "
    assert "takes 402 of the 400 tokens" in err
    assert (found := re.search(r"leave out the first (\d+) messages; (\d+) tokens are then free", err))
    assert int(found[1]) == 10 and int(found[2]) >= CONTEXT // 2
    assert "About 7." in out  # 16 - 10 messages and the question
    assert cuts(here.services, here) == [""]


def test_a_summary_is_shown_before_it_is_used_and_the_question_comes_again_after_a_no(
    talk: Callable[[], Talk], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = type_in(monkeypatch, "And now?", "s", "n", "s", "y")
    here = talk()
    assert converse(here, here._output) == 0
    out, err = capsys.readouterr()
    assert "Summary, part 1 of" in err and "They spoke of words." in err
    assert [prompt for prompt in asked if "Use this summary" in prompt] == ["Use this summary? [y, n] "] * 2
    assert "About 7." in out
    assert cuts(here.services, here) == ["They spoke of words."]


def test_a_new_conversation_answers_the_question(
    talk: Callable[[], Talk], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, "And now?", "n")
    here = talk()
    before = here.id
    assert converse(here, here._output) == 0
    assert "About 1." in capsys.readouterr().out
    assert here.services.store.conversations.get(here.id).origin == before


def test_enter_leaves_everything_as_it_is(
    talk: Callable[[], Talk], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, "And now?", "")
    here = talk()
    assert converse(here, here._output) == 0
    assert "No answer was written." in capsys.readouterr().err
    assert cuts(here.services, here) == []


def test_a_question_that_is_too_long_alone_is_told_so(
    talk: Callable[[], Talk], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = type_in(monkeypatch, LONG * 40)
    here = talk()
    assert converse(here, here._output) == 0
    assert "Your last message alone takes" in capsys.readouterr().err
    assert len(asked) == 2  # nothing was asked between the two
