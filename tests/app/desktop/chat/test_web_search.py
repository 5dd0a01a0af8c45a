"""Web search in a chat of the window: switched on by the paper clip, asked about, and cited with pages that open
after a click."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.desktop.chat.sources.source_list import SourceList
from app.desktop.run_view.approval_card import ApprovalCard
from tests.app.desktop.conftest import Running
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says
from tests.support.servers.search_server import SearchServer, search_server
from tests.support.window.chat import answer
from tests.support.window.finding import find_all, part
from tests.support.window.pressing import press
from tests.support.window.reading import labels

pytestmark = pytest.mark.process


@pytest.fixture
def server() -> Iterator[SearchServer]:
    with search_server() as made:
        yield made


def choose(running: Running, words: str) -> None:
    """Press this entry of the paper clip's menu, once it is there."""
    control = running.window.chat.collections

    def offered() -> bool:
        control.menu.close()
        running.window.chat.composer.attach.click()
        running.until(control.menu.isVisible)
        return words in [action.text() for action in control.menu.actions()]

    running.until(offered)
    next(action for action in control.menu.actions() if action.text() == words).trigger()
    control.menu.close()


def test_a_search_is_switched_on_asked_about_and_its_pages_are_opened_by_a_person(
    running: Running, qtbot: QtBot, server: SearchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ApprovalCard.__init__.__kwdefaults__, "guard", 0.0)
    window, services = running.window, running.services
    services.web_search.choose("searxng", server.url)
    brain = ScriptedBrain(calls(("web_search", {"query": "rust book"})), says("There is a book [1]."))
    monkeypatch.setattr(services.model_registry, "chat_model", lambda *_, **__: brain)
    strip = window.chat.collections.strip
    choose(running, "Search the web")
    running.until(strip.web.isVisible)
    assert strip.web.accessibleName() == "Web search" and not strip.chip.isVisible()
    window.chat.composer.edit.setPlainText("What is there on Rust?")
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Return)
    running.until(lambda: bool(find_all(window.chat, kind=ApprovalCard)))
    card = part(window.chat, ApprovalCard)
    told = labels(card)
    assert (
        "Search the web for this?" in told and "These words leave this computer. No page is opened." in told
    )
    assert card.request.subject == "rust book" and "It uses the network." not in " ".join(told)
    press(card, "Always allow")
    chat = window.chat.shown.now.id
    assert chat is not None
    transcript = window.chat.transcript
    running.until(lambda: bool(find_all(answer(transcript, transcript.ids[-1]), kind=SourceList)))
    listed = part(answer(transcript, transcript.ids[-1]), SourceList)
    running.until(lambda: listed.texts() == ["Source 1: Rust book, doc.rust-lang.org"])
    opened: list[str] = []
    window.chat.transcript.link_activated.connect(opened.append)
    monkeypatch.setattr("PySide6.QtGui.QDesktopServices.openUrl", lambda _: True)
    press(listed, "Source 1: Rust book, doc.rust-lang.org")
    assert opened == [] and not window.chat.sources.is_open
    press(window.chat.transcript, "Open")
    assert opened == ["https://doc.rust-lang.org/book/?page=2"]
    qtbot.keyClick(strip.web, Qt.Key.Key_Delete)
    running.until(lambda: not services.conversations.get(chat).options.web)
    running.until(lambda: not strip.isVisible())


def test_without_a_provider_the_menu_leads_to_the_settings(running: Running) -> None:
    choose(running, "Set up web search…")
    section = running.window.later.settings.web_search
    running.until(section.provider.hasFocus)
