"""The queue: what its cards say, and what a person does with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.models import library_state
from app.desktop.models.download_card import DownloadCard
from app.desktop.models.download_text import download_line
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.store.records import Download
from engine.errors import UserError
from tests.app.desktop.models.conftest import Open
from tests.support.library.scripted_library import a_download
from tests.support.library.shelves import OSS, Shelves
from tests.support.window.late import Late

Make = Callable[..., Open]
CTRL = Qt.KeyboardModifier.ControlModifier
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def shown(opened: Open) -> list[int]:
    """The ids of the cards from top to bottom."""
    cards = opened.page.downloads.cards.values()
    return [card.download.id for card in sorted(cards, key=lambda card: card.y())]


def downloads(opened: Open) -> dict[int, DownloadCard]:
    view = opened.view("downloads")
    QApplication.processEvents()
    return view.cards


@pytest.mark.parametrize(
    ("download", "progress", "line"),
    [
        (
            a_download(1, OSS, "MXFP4", 12.1, "running", 7.4),
            DownloadProgress(1, 7_400_000_000, 12_100_000_000, 48e6, 98.0),
            "7.4 of 12.1 GB · 48 MB/s · 1 min 38 s left · verified while downloading",
        ),
        (
            a_download(1, OSS, "MXFP4", 12.1, "running"),
            None,
            "0 of 12.1 GB · waiting for Hugging Face",
        ),
        (a_download(1, OSS, "MXFP4", 12.1, "queued"), None, "12.1 GB · queued"),
        (a_download(1, OSS, "MXFP4", 12.1, "paused", 5), None, "5 of 12.1 GB · paused, progress is kept"),
        (
            a_download(1, OSS, "MXFP4", 12.1, "verifying", 12.1),
            DownloadProgress(1, 3_000_000_000, 12_100_000_000),
            "Verifying every byte: 3 of 12.1 GB",
        ),
        (a_download(1, OSS, "MXFP4", 12.1, "done", 12.1), None, "12.1 GB · in your library, verified"),
        (a_download(1, OSS, "MXFP4", 12.1, "failed", 5), None, "It couldn’t be finished."),
    ],
)
def test_a_download_in_words(
    looks: None, download: Download, progress: DownloadProgress | None, line: str
) -> None:
    assert download_line(download, progress) == line


def test_the_queue_is_shown_in_its_order_and_counted(opened: Open) -> None:
    cards = downloads(opened)
    assert shown(opened) == [1, 2, 3]
    assert cards[1].title.whole() == "gpt-oss-20b · MXFP4"
    assert [card.first.text() for card in cards.values()] == ["Pause", "Pause", "Resume"]
    side = opened.page.side.rows["downloads"]
    assert side.note() == "3" and side.accessibleName() == "Downloads, 3 not finished"
    opened.downloads.advance(1, 9_000_000_000)
    opened.until(lambda: cards[1].line.text().startswith("9 of 12.1 GB · 48 MB/s"))
    assert round(cards[1].bar.fraction(), 2) == 0.74
    assert cards[1].accessibleName().startswith("gpt-oss-20b · MXFP4, downloading, 9 of 12.1 GB")


def test_pause_and_resume(opened: Open, qtbot: QtBot) -> None:
    cards = downloads(opened)
    assert QApplication.focusWidget() is cards[1]
    qtbot.keyClick(cards[1], Qt.Key.Key_Space)
    opened.until(lambda: cards[1].first.text() == "Resume")
    cards[1].first.click()
    opened.until(lambda: cards[1].first.text() == "Pause")
    assert opened.downloads.asked == [("pause", 1), ("resume", 1)]


def test_cancelling_can_be_undone_until_it_is_said_no_more(opened: Open) -> None:
    cards = downloads(opened)
    cards[1].second.click()
    opened.until(lambda: shown(opened) == [2, 3])
    opened.until(lambda: opened.downloads.asked == [("pause", 1)])
    said = opened.said[-1]
    assert (said.text, said.action) == ("gpt-oss-20b · MXFP4 canceled: 7.4 GB deleted", "Undo")
    said.act()  # type: ignore[misc]
    opened.until(lambda: shown(opened) == [1, 2, 3])
    opened.until(lambda: ("resume", 1) in opened.downloads.asked)
    assert QApplication.focusWidget() is opened.page.downloads.cards[1]
    opened.page.downloads.cards[1].second.click()
    opened.until(lambda: shown(opened) == [2, 3])
    opened.said[-1].gone()  # type: ignore[misc]
    opened.until(lambda: ("cancel", 1) in opened.downloads.asked)
    assert 1 not in opened.page.downloads.cards


def test_the_keys_walk_move_and_cancel(opened: Open, qtbot: QtBot) -> None:
    cards = downloads(opened)
    qtbot.keyClick(cards[1], Qt.Key.Key_Down)
    assert QApplication.focusWidget() is cards[2]
    qtbot.keyClick(cards[2], Qt.Key.Key_Down, CTRL)
    opened.until(lambda: shown(opened) == [1, 3, 2])
    assert ("move", 2, None) in opened.downloads.asked and QApplication.focusWidget() is cards[2]
    qtbot.keyClick(cards[2], Qt.Key.Key_Up, CTRL)
    opened.until(lambda: shown(opened) == [1, 2, 3])
    assert ("move", 2, 3) in opened.downloads.asked
    qtbot.keyClick(cards[2], Qt.Key.Key_Delete)
    opened.until(lambda: shown(opened) == [1, 3])
    assert QApplication.focusWidget() is cards[3]


def test_arrows_show_where_the_keys_are(opened: Open) -> None:
    cards = downloads(opened)
    cards[2].setFocus()
    assert cards[2].up.isVisible() and cards[2].up.isEnabled() and not cards[3].up.isVisible()
    cards[2].up.click()
    opened.until(lambda: shown(opened) == [2, 1, 3])
    cards[2].setFocus()
    assert not cards[2].up.isEnabled() and cards[2].down.isEnabled()
    assert cards[2].down.accessibleName() == "Later in the queue: GLM-4.5-Air · UD-Q2_K_XL"


def test_a_card_is_dragged_to_another_place(opened: Open, qtbot: QtBot) -> None:
    cards = downloads(opened)
    card, grip = cards[1], QPoint(20, 60)
    qtbot.mousePress(card, LEFT, NONE, grip)
    for _ in range(4):
        qtbot.mouseMove(card, grip + QPoint(0, 115))
        QApplication.processEvents()
    opened.until(lambda: shown(opened)[-1] == 1)
    qtbot.mouseRelease(card, LEFT, NONE, grip)
    opened.until(lambda: ("move", 1, None) in opened.downloads.asked)
    opened.until(lambda: shown(opened) == [2, 3, 1])


def test_a_failed_one_says_why_and_is_tried_again(opened: Open) -> None:
    cards = downloads(opened)
    opened.downloads.fail(
        1, UserError("download.no_room", need_bytes=9 * 10**9, have_bytes=10**9, folder="/m")
    )
    opened.until(lambda: cards[1].first.text() == "Try again")
    assert cards[1].line.text() == languages.tell(opened.downloads.get(1).error)  # type: ignore[arg-type]
    assert cards[1].line.property("kind") == "bad" and not cards[1].bar.isVisible()
    cards[1].first.click()
    opened.until(lambda: cards[1].first.text() == "Pause" and cards[1].line.property("kind") == "small")
    opened.downloads.fail(1, UserError("hub.not_found", repo=OSS))
    opened.until(lambda: cards[1].second.text() == "Remove")
    cards[1].second.click()
    opened.until(lambda: shown(opened) == [2, 3] and ("forget", 1) in opened.downloads.asked)


def test_a_finished_one_can_be_used_and_found(opened: Open) -> None:
    cards = downloads(opened)
    opened.downloads.finish(1)
    opened.until(lambda: cards[1].first.text() == "Use" and shown(opened) == [2, 3, 1])
    opened.until(lambda: opened.page.shelf.model_of(opened.downloads.get(1)) is not None)
    cards[1].first.click()
    assert opened.used == ["/models/gpt-oss-20b-MXFP4.gguf"]
    cards[1].second.click()
    library = opened.page.library
    opened.until(lambda: library.isVisible() and f"{OSS}:MXFP4" in library.cards)
    opened.until(lambda: library.cards[f"{OSS}:MXFP4"].hasFocus())
    assert opened.page.side.rows["downloads"].note() == "2"


def test_all_are_paused_and_resumed_at_once(opened: Open) -> None:
    cards = downloads(opened)
    view = opened.page.downloads
    view.pause_all.click()
    opened.until(lambda: all(card.first.text() == "Resume" for card in cards.values()))
    assert not view.pause_all.isVisible()
    view.resume_all.click()
    opened.until(lambda: all(card.first.text() == "Pause" for card in cards.values()))


def test_what_another_process_fetches_is_marked_and_left_alone(make_page: Make) -> None:
    shelves = Shelves().fill()
    shelves.downloads.by_id[1] = a_download(1, OSS, "MXFP4", 12.1, "running", 7.4, writer="1:5.00:aa")
    opened = make_page(shelves).ready()
    card = downloads(opened)[1]
    assert card.foreign.isVisible() and "terminal" in card.foreign.accessibleName()
    assert not card.first.isVisible() and not card.second.isVisible()
    assert opened.page.discover.foot.card() is None


def test_an_empty_queue_says_what_it_is_for(make_page: Make) -> None:
    opened = make_page(Shelves()).ready()
    view = opened.view("downloads")
    assert view.state.isVisible() and view.state.title.text() == "No downloads"
    assert QApplication.focusWidget() is view.state.buttons[0]
    view.state.buttons[0].click()
    assert opened.page.discover.isVisible()


def test_what_runs_is_at_the_foot_of_discover(opened: Open) -> None:
    foot = opened.page.discover.foot
    assert foot.isVisible() and foot.card().title.whole() == "gpt-oss-20b · MXFP4"  # type: ignore[union-attr]
    assert foot.more.text() == "2 more downloads"
    opened.downloads.advance(1, 11_000_000_000)
    opened.until(lambda: foot.card().line.text().startswith("11 of 12.1 GB"))  # type: ignore[union-attr]
    foot.card().second.click()  # type: ignore[union-attr]
    opened.until(lambda: foot.card() is None)
    assert opened.said[-1].action == "Undo"
    opened.window.resize(1220, 500)
    opened.downloads.put(a_download(9, OSS, "F16", 13.8, "running", 1))
    opened.until(lambda: 9 in opened.page.downloads.cards)
    assert not foot.isVisible()


def test_a_storm_of_progress_does_not_build_cards_anew(opened: Open) -> None:
    cards = downloads(opened)
    before = dict(cards)
    for received in range(0, 10**9, 10**7):
        opened.page.take_events([DownloadProgress(1, received, 12_100_000_000, 1e6, 5.0)])
    opened.page.take_events([DownloadChanged(opened.downloads.get(2))])
    assert opened.page.downloads.cards == before


def test_a_row_that_was_put_away_while_all_is_read_stays_away(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, before = opened.page.shelf, len(opened.page.shelf.downloads())
    late = Late(monkeypatch, library_state, "_everything")
    shelf.read()
    opened.until(lambda: late.is_asked)
    gone = shelf.downloads()[-1].id
    shelf.forget(gone)
    late.let_go(opened.until)
    assert shelf.download(gone) is None and len(shelf.downloads()) == before - 1
