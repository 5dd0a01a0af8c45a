"""Memory across chats in the window: a proposal is kept or not, and what is remembered is changed in the settings."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton

from app.desktop.widgets.banner import Banner
from engine.api import GenerateRequest
from tests.app.desktop.conftest import Running


def answer(request: GenerateRequest) -> tuple[str, ...]:
    wanted = request.messages[-1].content.startswith("Below is what a person wrote")
    return ("Is a nurse.\nLives in Busan.",) if wanted else ("Green tea.",)


def press(note: Banner, number: int) -> None:
    words = note.actions_shown()[number]
    next(b for b in note.findChildren(QPushButton) if b.text() == words and b.isVisible()).click()


def test_a_proposal_is_shown_over_the_composer_and_decided_there(
    make_desktop: Callable[..., Running],
) -> None:
    running = make_desktop(settings={"memory": True}, answer=answer).ready()
    chat, memories = running.window.chat, running.services.memories
    note = chat.proposal
    running.send("I am a nurse in Busan. Which tea?")
    running.until(note.isVisible)
    assert "Is a nurse." in note.text() and note.actions_shown() == ["Keep", "Don’t keep"]
    running.window.go.new_chat()
    assert note.isHidden()
    first = running.services.conversations.all()[0]
    running.window.go.open_chat(first.id)
    running.until(note.isVisible)
    press(note, 0)
    running.until(lambda: "Lives in Busan." in note.text())
    press(note, 1)
    running.until(note.isHidden)
    assert [(m.text, m.kept) for m in memories.all()] == [("Is a nurse.", True)]
    running.window.go.new_chat()
    running.send("Which coffee?")
    running.window.panel.toggle()
    running.until(lambda: "Is a nurse." in running.window.panel.remembered.text())


def test_what_is_remembered_is_changed_in_the_settings(running: Running) -> None:
    memories = running.services.memories
    running.window.go.show_page("settings")
    section = running.window.later.settings.remembered
    assert section.nothing.isVisible()
    section.field.setText("Likes tea.")
    section.add.click()
    running.until(lambda: len(section.lines) == 1)
    section.editors["memory"].click()
    running.until(lambda: running.services.settings.current.memory)
    line = section.lines[0]
    line.field.setText("Likes coffee.")
    line.field.editingFinished.emit()
    running.until(lambda: [memory.text for memory in memories.all()] == ["Likes coffee."])
    running.until(lambda: section.lines[0].field.text() == "Likes coffee.")
    section.lines[0].remove.click()
    running.until(lambda: not section.lines and not memories.all())
    running.until(running.window.toast.undo)
    running.until(lambda: [line.field.text() for line in section.lines] == ["Likes coffee."])
