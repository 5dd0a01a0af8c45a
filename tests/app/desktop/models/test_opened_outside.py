"""Links and files that a person opened outside: they are shown, and nothing happens before a click."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.services.library.values import LookedAt
from engine.errors import UserError
from tests.app.desktop.models.conftest import Open
from tests.support.library.shelves import GATED, QWEN

FILE = "Qwen3-30B-A3B-UD-IQ1_S.gguf"
PATH = "/somewhere/내 모델.gguf"


def rows(opened: Open) -> list[str]:
    return [row.line.name for row in opened.page.discover.details.table.rows]


def link(opened: Open, repo: str, file: str = "") -> None:
    opened.page.show_repo(repo, file)
    opened.until(lambda: not opened.page.discover.reading.running())
    QApplication.processEvents()


def test_the_file_of_a_link_stands_before_the_others_and_is_not_downloaded(opened: Open) -> None:
    before = len(opened.downloads.all())
    link(opened, QWEN, FILE)
    table = opened.page.discover.details.table
    assert rows(opened)[0] == "UD-IQ1_S" and table.rows[0].line.mark == "from the link"
    assert all("link" not in row.line.mark for row in table.rows[1:])
    assert "from the link" in table.rows[0].name.accessibleName()
    assert not opened.page.discover.details.absent.isVisible()
    assert not any(row.button.hasFocus() for row in table.rows)
    assert len(opened.downloads.all()) == before and opened.used == []
    link(opened, QWEN)  # the page is open already
    assert all("link" not in row.line.mark for row in table.rows) and rows(opened)[0] != "UD-IQ1_S"


def test_the_best_one_says_so_beside_the_link(opened: Open) -> None:
    link(opened, QWEN, "Qwen3-30B-A3B-Q4_K_M.gguf")
    row = opened.page.discover.details.table.rows[0]
    assert row.line.name == "Q4_K_M" and row.line.mark == "from the link · best here"


def test_a_file_that_the_repository_lacks_is_told(opened: Open) -> None:
    link(opened, QWEN, "mmproj/<b>x</b>.gguf")
    details = opened.page.discover.details
    assert details.absent.isVisible()
    assert details.absent.text() == "mmproj/<b>x</b>.gguf isn’t among the models of this repository."
    opened.page.show_repo("somebody/Mix-1-7B-A1B-GGUF")
    assert not details.absent.isVisible()


@pytest.mark.parametrize("code", ["hub.offline", "hub.unknown_repo"])
def test_a_repository_that_cannot_be_read_is_told_as_ever_and_read_again(opened: Open, code: str) -> None:
    opened.hub.error = UserError(code, repo="a/b")
    link(opened, QWEN, FILE)
    details = opened.page.discover.details
    opened.until(details.state.isVisible)
    opened.hub.error = None
    link(opened, QWEN, FILE)
    assert rows(opened)[0] == "UD-IQ1_S"


def test_a_gated_repository_asks_for_a_token_as_ever(opened: Open) -> None:
    link(opened, GATED)
    assert opened.page.discover.details.gate.isVisible()


def test_a_file_is_shown_with_its_verdict_and_added_by_a_click_alone(opened: Open, qtbot: QtBot) -> None:
    before = opened.library.models()
    opened.page.show_file(PATH)
    card = opened.page.library.offered
    opened.until(card.chip.isVisible)
    assert card.isVisible() and card.close_button.hasFocus()
    assert card.title() == "내 모델" and card.place.text() == PATH and "2 GB" in card.what.text()
    assert "GPU" in card.chip.text() and not card.sentence.isVisible()
    assert opened.library.models() == before and opened.used == []
    opened.page.open()
    assert card.close_button.hasFocus()
    qtbot.mouseClick(card.add, Qt.MouseButton.LeftButton)
    opened.until(lambda: len(opened.library.models()) == len(before) + 1)
    opened.until(lambda: "내 모델" in opened.page.library.cards)
    assert not card.isVisible() and opened.used == []


def test_a_file_is_used_in_place_without_being_added(opened: Open, qtbot: QtBot) -> None:
    before = opened.library.models()
    opened.page.show_file(PATH)
    card = opened.page.library.offered
    opened.until(card.use.isVisible)
    qtbot.mouseClick(card.use, Qt.MouseButton.LeftButton)
    assert opened.used == [PATH] and opened.library.models() == before and not card.isVisible()


def test_a_file_of_the_library_is_shown_there(opened: Open) -> None:
    model = opened.library.models()[0]
    opened.page.show_file(model.path)
    opened.until(
        lambda: model.id in opened.page.library.cards and opened.page.library.cards[model.id].hasFocus()
    )
    assert not opened.page.library.offered.isVisible()


def test_what_is_wrong_with_a_file_is_told_over_the_page(opened: Open) -> None:
    opened.library.error = UserError("model.not_gguf", path=PATH)
    opened.page.show_file(PATH)
    opened.until(lambda: bool(opened.failed))
    assert opened.failed[0].code == "model.not_gguf" and not opened.page.library.offered.isVisible()


def test_a_name_that_is_no_text_is_shown_all_the_same(opened: Open) -> None:
    opened.page.show_file("/x/\udcff.gguf")
    card = opened.page.library.offered
    opened.until(card.use.isVisible)
    card.title().encode()
    card.place.text().encode()


def test_the_last_file_counts(opened: Open) -> None:
    for path in ("/x/a.gguf", "/x/b.gguf"):
        opened.page.show_file(path)
    card = opened.page.library.offered
    opened.until(card.use.isVisible)
    assert card.title() == "b"


def test_escape_puts_a_file_away(opened: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    look_at, go_on = opened.library.look_at, threading.Event()

    def slow(path: Path | str) -> LookedAt:
        found = look_at(path)
        assert go_on.wait(60)
        return found

    monkeypatch.setattr(opened.library, "look_at", slow)
    opened.page.show_file(PATH)
    opened.until(lambda: ("look_at", PATH) in opened.library.asked)
    card = opened.page.library.offered
    qtbot.keyClick(card.close_button, Qt.Key.Key_Escape)
    assert not card.isVisible() and opened.page.library.bar.add.hasFocus()
    go_on.set()
    opened.page.show_file("/x/b.gguf")
    opened.until(card.use.isVisible)
    assert card.title() == "b"


def test_the_card_follows_the_language(opened: Open) -> None:
    opened.page.show_file(PATH)
    card = opened.page.library.offered
    opened.until(card.use.isVisible)
    languages.choose("ko")
    QApplication.processEvents()
    assert card.add.text() == "라이브러리에 추가" and "그대로" in card.promise.text()
