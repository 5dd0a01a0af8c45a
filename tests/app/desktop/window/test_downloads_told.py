"""What the window says of downloads: a ring on the rail, a toast when one is done, a line when one fails."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.base.bridge import coalesce
from app.desktop.base.language import languages
from app.desktop.window.download_watch import Activity, DownloadWatch
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.services.library.events import MoveProgress, VerifyProgress
from app.store.records import Download, DownloadFile
from engine.errors import ErrorInfo, UserError
from tests.app.desktop.conftest import Running
from tests.app.desktop.window.library_models import GB, a_library_model
from tests.support.window.main_window import download_ring, toast_text
from tests.support.window.pressing import button, buttons
from tests.support.window.timing import ticking


def a_download(number: int = 1, **fields: Any) -> Download:
    """A running download of 10 GB."""
    known = {
        "id": number,
        "model": f"owner/model-{number}:Q4_K_M",
        "repo": f"owner/model-{number}",
        "commit": "0" * 40,
        "variant": "Q4_K_M",
        "files": (DownloadFile("model.gguf", 10 * GB),),
        "state": "running",
        "position": float(number),
        "created": 1.0,
    }
    return Download(**(known | fields))


def changed(download: Download, **fields: Any) -> DownloadChanged:
    return DownloadChanged(msgspec.structs.replace(download, **fields))


# What is counted


def test_downloads_under_way_are_counted_together() -> None:
    watch, first, second = DownloadWatch(), a_download(1), a_download(2, state="queued")
    assert watch.activity() == Activity(0, 0.0)
    watch.take(DownloadChanged(first))
    watch.take(DownloadChanged(second))
    watch.take(DownloadProgress(1, 5 * GB, 10 * GB))
    assert watch.activity() == Activity(2, 0.25)
    assert watch.take(changed(first, state="done")) == msgspec.structs.replace(first, state="done")
    assert watch.activity() == Activity(1, 0.0)


@pytest.mark.parametrize("state", ["paused", "failed", "cancelled", "done"])
def test_what_is_not_under_way_is_not_counted(state: str) -> None:
    watch = DownloadWatch()
    watch.begin([a_download(state=state)])
    assert watch.activity().count == 0
    watch.take(DownloadChanged(a_download()))
    ended = watch.take(changed(a_download(), state=state))
    assert (ended is not None) is (state in ("done", "failed"))
    assert watch.activity().count == 0


def test_what_is_told_twice_ends_once() -> None:
    watch = DownloadWatch()
    watch.take(DownloadChanged(a_download()))
    assert watch.take(changed(a_download(), state="done")) is not None
    assert watch.take(changed(a_download(), state="done")) is None


def test_verifying_does_not_take_the_ring_back_and_a_hundred_is_the_end() -> None:
    watch = DownloadWatch()
    watch.take(DownloadChanged(a_download()))
    watch.take(DownloadProgress(1, 10 * GB, 10 * GB))
    watch.take(changed(a_download(), state="verifying"))
    watch.take(DownloadProgress(1, 1 * GB, 10 * GB))
    assert watch.activity() == Activity(1, 1.0) and watch.activity().percent == 99


def test_what_was_told_before_the_list_was_read_stays() -> None:
    watch = DownloadWatch()
    watch.take(DownloadChanged(a_download(received=6 * GB)))
    watch.begin([a_download(received=1 * GB), a_download(2, received=4 * GB)])
    assert watch.activity() == Activity(2, 0.5)


def test_neighbouring_reports_of_one_thing_become_one() -> None:
    events = [DownloadProgress(1, 1, 9), DownloadProgress(1, 2, 9), DownloadProgress(2, 1, 9)]
    assert coalesce(events) == events[1:]
    verifying = [VerifyProgress("a", 1, 9), VerifyProgress("a", 2, 9), VerifyProgress("b", 1, 9)]
    assert coalesce(verifying) == verifying[1:]
    assert coalesce([MoveProgress("/x", 1, 9), MoveProgress("/x", 2, 9)]) == [MoveProgress("/x", 2, 9)]


# What is shown


@pytest.fixture
def told(running: Running) -> Running:
    """A window in which a download runs and is at 62 %."""
    running.services.events.publish(
        DownloadChanged(a_download()), DownloadProgress(1, 62 * GB // 10, 10 * GB)
    )
    running.until(lambda: download_ring(running.window).isVisible())
    return running


def test_the_rail_carries_a_ring_and_says_how_far_it_is(told: Running) -> None:
    rail = told.window.rail
    assert download_ring(told.window).fraction() == pytest.approx(0.62)
    assert rail.models.accessibleName() == "Models, 1 download, 62%"
    assert told.window.windowTitle() == "Coterie"
    languages.choose("ko")
    told.until(lambda: rail.models.accessibleName() == "모델, 다운로드 1개, 62%")
    languages.choose("en")
    told.services.events.publish(DownloadChanged(a_download(2)))
    told.until(lambda: rail.models.accessibleName() == "Models, 2 downloads, 31%")
    told.services.events.publish(*[changed(a_download(n), state="paused") for n in (1, 2)])
    told.until(lambda: not download_ring(told.window).isVisible())
    assert rail.models.accessibleName() == "Models"


def test_what_goes_on_from_the_last_time_is_on_the_rail_at_once(
    make_desktop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.services.hub.downloads import Downloads

    monkeypatch.setattr(Downloads, "all", lambda _: (a_download(received=3 * GB),))
    running = make_desktop().start()
    running.until(lambda: download_ring(running.window).isVisible())
    assert running.window.rail.models.accessibleName() == "Models, 1 download, 30%"


def test_a_model_that_has_come_can_be_used_at_once(
    told: Running, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = a_library_model("Qwen3 30B A3B", path="/m/qwen.gguf")
    monkeypatch.setattr(told.services.library, "get", lambda id: model)
    told.window.go.show_page("settings")
    told.services.events.publish(changed(a_download(), state="done"))
    toast = told.window.toast
    told.until(toast.isVisible)
    assert toast_text(told.window) == "Qwen3 30B A3B is ready" and buttons(toast) == ["Use it"]
    assert not download_ring(told.window).isVisible()
    qtbot.mouseClick(button(toast, "Use it"), Qt.MouseButton.LeftButton)
    told.until(lambda: told.services.models.state.path == "/m/qwen.gguf")
    assert told.window.chat.isVisible()


def test_a_failure_says_why_and_shows_the_downloads(told: Running, qtbot: QtBot) -> None:
    strip = told.window.strip
    error = ErrorInfo("settings.not_saved", {"path": "/data/settings.toml", "detail": "no room"})
    told.services.events.publish(changed(a_download(), state="failed", error=error))
    told.until(strip.isVisible)
    assert strip.text().startswith("model-1 · Q4_K_M could not be downloaded: ")
    assert strip.actions_shown() == ["Show"]
    # Somebody goes on with it: the line has said what it had to say.
    told.services.events.publish(DownloadChanged(a_download()))
    told.until(lambda: not strip.isVisible())
    told.services.events.publish(changed(a_download(), state="failed", error=error))
    told.until(strip.isVisible)
    qtbot.mouseClick(button(strip, "Show"), Qt.MouseButton.LeftButton)
    assert not strip.isVisible()


def test_a_model_that_is_gone_again_is_told_without_an_offer(
    told: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(id: str) -> None:
        raise UserError("library.not_found", name=id)

    monkeypatch.setattr(told.services.library, "get", gone)
    told.services.events.publish(changed(a_download(), state="done"))
    told.until(told.window.toast.isVisible)
    assert toast_text(told.window) == "model-1 · Q4_K_M is ready"
    assert buttons(told.window.toast) == []


def test_what_is_said_stays_until_somebody_can_see_it(told: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    toast, window = told.window.toast, told.window
    looked_at = False
    monkeypatch.setattr(type(window), "isActiveWindow", lambda _: looked_at)
    toast.say("It is ready")
    assert toast.isVisible() and not ticking(toast)
    looked_at = True
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
    assert ticking(toast)


def test_a_failure_in_sight_is_not_told_twice(told: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told.window.downloads, "_are_looked_at", lambda: True)
    told.services.events.publish(changed(a_download(), state="failed", error=ErrorInfo("hub.offline")))
    told.until(lambda: not download_ring(told.window).isVisible())
    assert told.window.strip.isHidden()
