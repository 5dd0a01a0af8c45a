"""Several conversations at once: each answer in its place, what waits says so, and the one in front is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.desktop.chat.answers.answer import AnswerCard
from app.desktop.run_view.waiting import WaitingLine
from app.services.runs.values import RunSpec
from engine.api import GenerateRequest, Queued
from tests.app.desktop.conftest import Running
from tests.support.window.chat import ending, waits_for
from tests.support.window.finding import found, spoken

Make = Callable[..., Running]


def echo(request: GenerateRequest) -> tuple[str, ...]:
    return ("You said: ", request.messages[-1].content)


def ask(running: Running, qtbot: QtBot, text: str) -> int:
    """Send from the composer; the id of the answer that is asked of the engine, which still stands out."""
    composer, asked = running.window.chat.composer, len(running.engine.requests)
    composer.edit.setPlainText(text)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    running.until(lambda: len(running.engine.requests) > asked)
    return running.engine.requests[-1].id


def shown_answer(running: Running) -> AnswerCard | None:
    cards = [card for card in running.window.chat.transcript.findChildren(AnswerCard) if card.isVisible()]
    return cards[-1] if cards else None


def shows(running: Running, content: str) -> bool:
    card = shown_answer(running)
    return card is not None and card.message.state == "done" and card.message.content == content


def status(running: Running) -> str:
    card = shown_answer(running)
    line = None if card is None else waits_for(card)
    return "" if line is None else spoken(line)


def test_a_person_sends_in_one_chat_while_another_is_answered(make_desktop: Make, qtbot: QtBot) -> None:
    running = make_desktop(answer=echo, beside=True).ready()
    chat = running.window.chat
    running.engine.hold.set()
    ask(running, qtbot, "first")
    running.until(lambda: chat.shown.now.conversation is not None and chat.shown.answering())
    first = chat.shown.now.conversation
    running.window.go.new_chat()
    running.until(lambda: not chat.shown.answering())
    ask(running, qtbot, "second")
    running.until(lambda: chat.shown.answering() and len(running.services.answers.answering()) == 2)
    running.engine.hold.clear()
    running.until(lambda: shows(running, "You said: second"))
    assert first is not None
    running.window.go.open_chat(first.id)
    running.until(lambda: shows(running, "You said: first"))
    names = [request.conversation for request in running.engine.requests]
    assert names[0] == str(first.id) and names[1] != names[0]


def test_an_answer_that_waits_says_for_how_many_also_when_its_chat_is_opened_again(
    make_desktop: Make, qtbot: QtBot
) -> None:
    running = make_desktop(answer=echo, beside=True).ready()
    engine, chat = running.engine, running.window.chat
    engine.hold.set()
    engine.first = lambda request: (Queued(request.id, 2),)
    answer = ask(running, qtbot, "hello")
    running.until(lambda: status(running) == "Waiting for 2 other answers…")
    waiting = chat.shown.now.conversation
    assert waiting is not None
    running.window.go.new_chat()
    running.window.go.open_chat(waiting.id)
    running.until(lambda: status(running) == "Waiting for 2 other answers…")
    engine.tell(Queued(answer, 0))
    running.until(lambda: status(running) == "Waiting for the model…")
    engine.hold.clear()
    running.until(lambda: shows(running, "You said: hello"))


def test_an_answer_can_be_stopped_while_it_waits(make_desktop: Make, qtbot: QtBot) -> None:
    running = make_desktop(answer=echo, beside=True).ready()
    running.engine.hold.set()
    running.engine.first = lambda request: (Queued(request.id, 1),)
    ask(running, qtbot, "hello")
    running.until(lambda: status(running) == "Waiting for another answer…")
    qtbot.keyClick(running.window, Qt.Key.Key_Escape)
    running.until(lambda: not running.window.chat.shown.answering() and not status(running))
    card = shown_answer(running)
    assert card is not None
    running.until(lambda: ending(card) is not None)
    assert "before anything was written" in spoken(ending(card))


def test_the_engine_knows_what_is_in_front(make_desktop: Make, qtbot: QtBot, tmp_path: Path) -> None:
    running = make_desktop(answer=echo).ready()
    engine, window = running.engine, running.window
    running.send("hello")
    shown = window.chat.shown.now.conversation
    assert shown is not None
    running.until(lambda: engine.front == str(shown.id) == engine.requests[0].conversation)
    window.go.show_page("settings")
    running.until(lambda: engine.front == "")
    window.go.show_page("chat")
    running.until(lambda: engine.front == str(shown.id))
    window.go.new_chat()
    running.until(lambda: engine.front == "")
    (folder := tmp_path / "work").mkdir()
    run = running.services.runs.start(RunSpec("Say hi", str(folder)))
    window.go.show_run(run.id)
    running.until(lambda: engine.front == f"run-{run.id}" == engine.requests[-1].conversation)
    window.go.new_run()
    running.until(lambda: engine.front == "")
    running.services.runs.join(run.id, 300)


def test_a_run_that_waits_says_so_on_its_page(make_desktop: Make, tmp_path: Path) -> None:
    running = make_desktop(answer=echo, beside=True).ready()
    engine, window = running.engine, running.window
    window.go.show_page("runs")
    engine.hold.set()
    engine.first = lambda request: (Queued(request.id, 3),)
    (folder := tmp_path / "work").mkdir()
    run = running.services.runs.start(RunSpec("Say hi", str(folder)))
    window.go.show_run(run.id)
    steps = window.later.runs.run.steps
    waits = lambda: found(steps, "Waiting for 3 other answers…", WaitingLine) is not None  # noqa: E731
    running.until(waits)
    window.go.new_run()
    window.go.show_run(run.id)
    running.until(waits)
    engine.hold.clear()
    assert running.services.runs.join(run.id, 300)
