"""An answer with sources: its numbers are marks that open the page, and a list of sources stands below it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextCharFormat, QTextCursor

from app.desktop.base.language import languages
from app.desktop.chat.sources import citing
from app.desktop.chat.sources.source_list import SourceList
from app.desktop.markdown.prose import ProseBlock
from app.store.records import Source
from tests.app.desktop.conftest import Running
from tests.support.documents.made import pdf
from tests.support.window.chat import answer
from tests.support.window.finding import find_all, part
from tests.support.window.late import Late
from tests.support.window.pressing import press

pytestmark = pytest.mark.process
ANSWER = (
    'It is "The rent is 500" [1]. ', 'Others say "the rent is 900" [1], ', "cats are allowed [2, 3, 4], ",
    "see [5] and [9]; in code `[1]`.",
)  # fmt: skip


class Halting(tuple[str, ...]):
    """An answer that waits behind its first piece until the engine's `hold` is cleared."""

    hold: threading.Event

    def __iter__(self) -> Iterator[str]:
        yield self[0]
        self.hold.set()
        yield from self[1:]


@pytest.fixture
def asked(make_desktop: Callable[..., Running], tmp_path: Path) -> Running:
    """A question with five sources, whose answer has begun."""
    running = make_desktop().ready()
    (lease := tmp_path / "lease.pdf").write_bytes(pdf("The rent is 500", "Cats are allowed"))
    pages = ((1, "The rent is 500"), *((2, "Cats are allowed"),) * 4)
    sources = [Source(0, "lease.pdf", text, "", str(lease), page, f"page {page}") for page, text in pages]
    running.send("Hello")
    conversation = running.window.chat.shown.now.id
    assert conversation is not None
    halting = Halting(ANSWER)
    halting.hold = running.engine.hold
    running.engine.answer = lambda _: halting
    running.services.asking.send(conversation, "What is the rent?", sources=sources)
    return running


def shown(running: Running) -> ProseBlock:
    view = running.window.chat.transcript
    running.until(lambda: len(view.ids) == 4 and view.shows(view.ids[-1]))
    card = answer(view, view.ids[-1])
    running.until(lambda: bool(find_all(card, kind=ProseBlock)))
    return part(card, ProseBlock)


def links(prose: ProseBlock) -> list[tuple[str, str]]:
    """The words and addresses of the links, as they stand."""
    found: list[tuple[str, str]] = []
    cursor = QTextCursor(prose.document())
    while cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor):
        letter, address = cursor.selectedText(), cursor.charFormat().anchorHref()
        if address and found and found[-1][1] == address:
            found[-1] = (found[-1][0] + letter, address)
        elif address:
            found.append((letter, address))
        cursor.setPosition(cursor.position())
    return found


def underlined(prose: ProseBlock, words: str) -> bool:
    line = prose.document().find(words).charFormat().underlineStyle()
    return line == QTextCharFormat.UnderlineStyle.DotLine


def test_numbers_become_marks_that_open_the_page_and_what_is_not_there_is_said(asked: Running) -> None:
    prose = shown(asked)
    view, chat = asked.window.chat.transcript, asked.window.chat
    asked.until(lambda: [words for words, _ in links(prose)] == ["[1]"])
    card = answer(view, view.ids[-1])
    assert part(card, SourceList).is_empty  # it is still being written
    asked.engine.hold.clear()
    asked.until(lambda: not part(card, SourceList).is_empty)
    listed = part(card, SourceList)
    asked.until(lambda: len(links(prose)) == 6)
    assert [words for words, _ in links(prose)] == ["[1]", "[1]", "[2", "3", "4]", "[5]"]
    assert prose.toPlainText().strip() == "".join(ANSWER).replace("`", "")
    asked.until(lambda: underlined(prose, "the rent is 900"))
    assert not underlined(prose, "The rent is 500")
    texts = listed.texts()
    assert texts[0] == "Source 1: lease.pdf, page 1" and len(texts) == 5
    assert texts[-1] == "[1] Not found in the source: “the rent is 900”"
    press(listed, "Show all 5 sources")
    asked.until(lambda: len(listed.texts()) == 6)
    languages.choose("ko")
    asked.until(lambda: listed.texts()[0] == "출처 1: lease.pdf, 1쪽")
    languages.choose("en")
    prose.anchorClicked.emit(QUrl(links(prose)[2][1]))
    asked.until(lambda: chat.sources.pane is not None and chat.sources.pane.view is not None)
    pane = chat.sources.pane
    assert pane is not None
    assert pane.where() == "Page 2 of 2" and len(pane.page.paper.boxes) == 1
    asked.qtbot.keyClick(pane, Qt.Key.Key_Escape)
    assert not chat.sources.is_open


def test_what_was_asked_while_it_was_written_takes_nothing_from_the_whole_answer(
    asked: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(asked)
    late = Late(monkeypatch, citing, "_sources")
    card = answer(asked.window.chat.transcript, asked.window.chat.transcript.ids[-1])
    asked.until(lambda: "[1]" in card.streamed_text())
    card.sources_wanted.emit(card)
    asked.until(lambda: late.is_asked)
    asked.engine.hold.clear()
    asked.until(lambda: bool(find_all(card, kind=SourceList)) and len(part(card, SourceList).texts()) == 5)
    late.let_go(asked.until)
    assert len(part(card, SourceList).texts()) == 5


def test_what_a_run_found_is_listed_though_the_chat_was_without_sources_before(
    make_desktop: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = make_desktop().ready()
    running.send("Hello")
    chat = running.window.chat
    before = answer(chat.transcript, chat.transcript.ids[-1])
    running.engine.hold.set()
    running.engine.answer = lambda _: ("It is red [1].",)
    chat.composer.edit.setPlainText("What colour is it?")
    running.qtbot.keyClick(chat.composer.edit, Qt.Key.Key_Return)
    running.until(lambda: len(chat.transcript.ids) == 4)
    late = Late(monkeypatch, citing, "_sources")
    before.sources_wanted.emit(before)
    running.until(lambda: late.is_asked)
    late.let_go(running.until)
    found = Source(1, "colours.txt", "It is red")
    running.services.store.messages.set_sources(chat.transcript.ids[-1], [found])
    running.engine.hold.clear()
    card = answer(chat.transcript, chat.transcript.ids[-1])
    running.until(lambda: bool(find_all(card, kind=SourceList)))
    running.until(lambda: part(card, SourceList).texts() == ["Source 1: colours.txt"])
