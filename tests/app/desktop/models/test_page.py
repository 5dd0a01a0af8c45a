"""The page as a whole: its side panel, keys, names, languages and sizes; and in the window."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.models.models_page import ModelsPage
from app.services.library.events import LibraryChanged
from engine.errors import UserError
from tests.app.desktop.conftest import Running
from tests.app.desktop.models.conftest import Open
from tests.app.desktop.placement import plans
from tests.app.desktop.test_accessibility import without_name
from tests.support.library.scripted_library import a_download
from tests.support.library.shelves import OSS, QWEN, Shelves
from tests.support.placement.hand_made_placements import HandMadePlacements
from tests.support.window.main_window import offered_in_palette
from tests.support.window.models import in_use

Make = Callable[..., Open]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def states(opened: Open) -> dict[str, Callable[[], object]]:
    """Every form that the page can have, in an order in which one leads to the next."""
    page = opened.page
    return {
        "catalogue": lambda: page.show_view("discover"),
        "results": lambda: opened.search("qwen3"),
        "details": lambda: opened.open_repo(QWEN),
        "gated": lambda: opened.open_repo("google/gemma-3-12b-it-qat-q4_0-gguf"),
        "nothing found": lambda: opened.search("zzz"),
        "offline": lambda: (setattr(opened.hub, "error", UserError("hub.offline")), opened.search("qwen")),
        "downloads": lambda: (opened.view("downloads"), opened.downloads.fail(2, UserError("hub.offline"))),
        "library": lambda: opened.view("library"),
        "offered": lambda: (
            page.show_file("/home/someone/a rather long folder name for models/모델.gguf"),
            opened.until(page.library.offered.use.isVisible),
        ),
        "trash": lambda: (
            opened.library.remove(f"{QWEN}:Q4_K_M"),
            opened.until(page.library.trash.isVisible),
            page.library.trash.empty.click(),
        ),
        "import": lambda: (
            page.library.look_elsewhere(),
            opened.until(lambda: bool(page.library.found.rows)),
        ),
    }


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_control_has_a_name_in_every_state(opened: Open, language: str) -> None:
    languages.choose(language)
    for state, enter in states(opened).items():
        enter()
        QApplication.processEvents()
        nameless = without_name(opened.window)
        assert not nameless, state + "\n" + "\n".join(nameless)


@pytest.mark.parametrize("view", ["discover", "downloads", "library"])
def test_nothing_empty_can_have_the_focus_before_anything_is_read(make_page: Make, view: str) -> None:
    opened = make_page()
    opened.view(view)
    assert opened.page.shelf.models is None
    assert without_name(opened.window) == []


@pytest.mark.parametrize(("width", "scale"), [(1220, 0.8), (1220, 2.0), (900, 1.5), (640, 1.0), (640, 1.25)])
def test_nothing_is_cut_off_at_the_side(make_page: Make, width: int, scale: float) -> None:
    themes.choose("dark", scale)
    opened = make_page(size=(width, 700)).ready()
    for state, enter in states(opened).items():
        enter()
        QApplication.processEvents()
        for scroller in (
            opened.page.discover.catalogue,
            opened.page.discover.details.scroller,
            opened.page.downloads.scroller,
            opened.page.library.scroller,
        ):
            if scroller.isVisible():
                assert scroller.widget().width() <= scroller.viewport().width(), state
        assert opened.window.width() == width, state


def test_texts_follow_the_language_while_the_page_is_open(opened: Open) -> None:
    opened.open_repo(QWEN)
    languages.choose("ko")
    QApplication.processEvents()
    page = opened.page
    assert page.side.rows["discover"].text() == "둘러보기"
    assert page.discover.bar.sort.text() == "인기 순"
    details = page.discover.details
    assert details.table.rows[0].line.words == "가장 많이 쓰는 선택"
    assert details.table.rows[1].line.chip == "메모리 2.1 GB 부족"
    assert (
        details.source.text() == "RTX 2080, RAM 64 GB 기준으로 확인했습니다. 파일 헤더 24.8 MB를 읽었습니다."
    )
    assert page.downloads.cards[1].line.text().startswith("7.4 / 12.1 GB · 48 MB/s")
    first = page.discover.catalogue.grid.cards()[0]
    assert any("가" <= letter <= "힣" for letter in first.line.why)


def test_the_side_panel_goes_through_the_views_by_keys(opened: Open, qtbot: QtBot) -> None:
    side = opened.page.side
    side.take_focus()
    assert QApplication.focusWidget() is side.rows["discover"]
    qtbot.keyClick(side.rows["discover"], Qt.Key.Key_Down)
    qtbot.keyClick(side.rows["downloads"], Qt.Key.Key_Return)
    assert opened.page.downloads.isVisible() and side.rows["downloads"].isChecked()
    assert not side.rows["discover"].isChecked()
    side.rows["library"].click()
    assert opened.page.library.isVisible()


def test_picks_open_their_repository(opened: Open) -> None:
    side = opened.page.side
    opened.until(lambda: len(side.picks) == 3)
    assert [row.text() for row in side.picks] == [entry.name for entry in opened.hub.entries[:3]]
    side.picks[1].click()
    assert opened.page.discover.details.repo() == opened.hub.entries[1].repo
    assert side.picks[1].isChecked() and not side.rows["discover"].isChecked()
    side.rows["discover"].click()
    assert opened.page.discover.details.repo() == "" and side.rows["discover"].isChecked()


def test_a_burst_of_changes_reads_once_more_and_not_for_each(opened: Open) -> None:
    reads: list[bool] = []
    duplicates = opened.library.duplicates

    def counted() -> object:
        reads.append(True)
        return duplicates()

    opened.library.duplicates = counted  # type: ignore[method-assign, assignment]
    opened.page.take_events([LibraryChanged()] * 50)
    for _ in range(20):
        opened.page.take_events([LibraryChanged()])
    opened.until(lambda: not opened.page.shelf.is_reading)
    assert 1 <= len(reads) <= 2


def test_what_fails_to_be_read_is_told_and_read_again_later(make_page: Make) -> None:
    opened = make_page()
    opened.library.disk = lambda: (_ for _ in ()).throw(UserError("library.no_folder", folder="/m"))  # type: ignore[method-assign]
    opened.page.open()
    opened.until(lambda: [error.code for error in opened.failed] == ["library.no_folder"])
    del opened.library.disk
    opened.page.take_events([LibraryChanged()])
    opened.until(lambda: opened.page.shelf.models is not None)


# In the window


@pytest.fixture
def shelves() -> Shelves:
    return Shelves().fill()


@pytest.fixture
def running(make_desktop: Callable[..., Running], shelves: Shelves) -> Running:
    return make_desktop(placements=HandMadePlacements(plans.qwen()), shelves=shelves).ready()


def test_the_page_is_built_when_it_is_first_opened(running: Running, qtbot: QtBot) -> None:
    window = running.window
    assert not window.findChildren(ModelsPage)
    window.rail.models.click()
    page = window.later.models
    assert window.pages.currentWidget() is page and page.side.isVisible()
    running.until(lambda: page.shelf.models is not None)
    assert QApplication.focusWidget() is page.discover.bar.field
    qtbot.keyClick(window, Qt.Key.Key_J, CTRL)
    assert page.downloads.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_L, CTRL | SHIFT)
    assert page.library.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F, CTRL)
    assert QApplication.focusWidget() is page.discover.bar.field
    window.go.show_page("chat")
    assert window.sidebar.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_M, CTRL)
    assert window.later.models is page and page.discover.isVisible()
    texts = offered_in_palette(window, "Model lib")
    window.go.palette.close_overlay()
    assert texts[0] == "Model library"


def test_a_model_of_the_library_answers_in_the_chat(running: Running, shelves: Shelves) -> None:
    window = running.window
    window.go.show_models("library")
    id = f"{QWEN}:Q4_K_M"
    running.until(lambda: id in window.later.models.library.cards)
    window.later.models.library.cards[id].use.click()
    assert window.pages.currentWidget() is window.chat
    path = shelves.library.get(id).path
    running.until(lambda: running.services.models.state.path == path)
    running.until(lambda: in_use(window.later.models) == [id])


def test_a_cancelled_download_is_cancelled_for_good_when_the_window_closes(
    running: Running, shelves: Shelves, qtbot: QtBot
) -> None:
    window = running.window
    window.go.show_models("downloads")
    running.until(lambda: 1 in window.later.models.downloads.cards)
    window.later.models.downloads.cards[1].second.click()
    running.until(window.toast.isVisible)
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    running.until(
        lambda: 1 in window.later.models.downloads.cards and ("resume", 1) in shelves.downloads.asked
    )
    window.later.models.downloads.cards[1].second.click()
    running.until(window.toast.isVisible)
    assert ("cancel", 1) not in shelves.downloads.asked
    running.close()
    assert ("cancel", 1) in shelves.downloads.asked


def test_events_reach_the_page_through_the_window(running: Running, shelves: Shelves) -> None:
    window = running.window
    window.go.show_page("models")
    running.until(lambda: 1 in window.later.models.downloads.cards)
    shelves.downloads.put(a_download(7, OSS, "F16", 13.8, "queued"))
    running.until(lambda: 7 in window.later.models.downloads.cards)
    window.go.show_hub_settings()
    focus: QWidget | None = QApplication.focusWidget()
    assert focus is not None and window.later.settings.hub.isAncestorOf(focus)


def test_a_hung_hub_does_not_keep_the_window_from_closing(
    running: Running, shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung, waited = threading.Event(), []
    monkeypatch.setattr(shelves.hub, "repository", lambda repo: waited.append(hung.wait(120)))
    window = running.window
    window.go.show_page("models")
    window.later.models.show_repo(QWEN)
    running.until(window.later.models.discover.reading.running)
    running.close()
    assert not waited
    hung.set()
