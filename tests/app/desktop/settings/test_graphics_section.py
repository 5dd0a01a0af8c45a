"""CUDA in the settings: the size first, how far it is, the way back, and a sentence where it can't be had."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.settings.graphics_section import GraphicsSection
from app.services.cuda_pack.values import CudaChanged
from engine.graphics_cards import Cards
from tests.app.services.cuda_pack.test_getting import MIB, Made
from tests.support.library.cuda_packs import CARD, publish
from tests.support.library.releases import Releases, serving
from tests.support.window.finding import spoken


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Releases]:
    with serving(tmp_path / "releases") as server:
        yield server


class Shown:
    """The section over the real service."""

    def __init__(self, qtbot: QtBot, made: Made) -> None:
        self.qtbot, self.made = qtbot, made
        self.calls = ServiceCalls()
        self.section = GraphicsSection(self.calls)
        qtbot.addWidget(self.section)
        self._changed: list[CudaChanged] = []
        made.events.subscribe(CudaChanged, self._changed.append)
        self.calls.attach(SimpleNamespace(cuda=made.getting))  # type: ignore[arg-type]
        self.section.show()
        self.section.open()

    def line(self) -> str:
        return self.section.form.rows["cuda"].findChildren(QLabel)[1].text().replace("\u200b", "")

    def buttons(self) -> list[str]:
        control = self.section.control
        return [button.text() for button in (control.back, control.act) if not button.isHidden()]

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait, and bring what the service publishes meanwhile."""

        def come() -> bool:
            events, self._changed[:] = list(self._changed), []
            self.section.take_events(events)  # type: ignore[arg-type]
            return condition()

        self.qtbot.waitUntil(come)


@pytest.fixture
def shown(qtbot: QtBot, looks: None, tmp_path: Path, server: Releases) -> Shown:
    return Shown(qtbot, Made(tmp_path / "home", server.address))


def test_from_the_button_to_the_removal(shown: Shown, server: Releases) -> None:
    publish(server)
    control = shown.section.control
    shown.until(lambda: shown.buttons() == ["Download…"])
    assert CARD.name in shown.line() and server.asked == []
    control.act.click()
    shown.until(lambda: shown.buttons() == ["Cancel", "Download"])
    assert "under NVIDIA’s license" in shown.line() and "on the disk" in shown.line()
    assert spoken(control.act) == "Download: CUDA"
    control.act.click()
    shown.until(lambda: shown.buttons() == ["Remove"])
    assert shown.line().startswith(f"It works on {CARD.name}.")
    control.back.click()
    shown.until(lambda: shown.buttons() == ["Download…"])


def test_a_download_is_shown_and_can_be_stopped(shown: Shown, server: Releases) -> None:
    publish(server, libraries=os.urandom(12 * MIB))
    server.cut, server.cuts = 8 * MIB, 10**6
    control = shown.section.control
    shown.until(lambda: shown.buttons() == ["Download…"])
    control.act.click()
    shown.until(lambda: shown.buttons() == ["Cancel", "Download"])
    control.act.click()
    shown.until(lambda: shown.buttons() == ["Stop"] and control.bar.fraction() > 0.5)
    assert control.bar.isVisible() and shown.line().startswith("Downloading: ")
    control.back.click()
    shown.until(lambda: shown.buttons() == ["Download…"])
    assert control.bar.isHidden()


def test_what_was_offered_can_be_declined(shown: Shown, server: Releases) -> None:
    publish(server)
    shown.until(lambda: shown.buttons() == ["Download…"])
    shown.section.control.act.click()
    shown.until(lambda: shown.buttons() == ["Cancel", "Download"])
    shown.section.control.back.click()
    shown.until(lambda: shown.buttons() == ["Download…"])


def test_what_went_wrong_stands_beside_another_try(shown: Shown, server: Releases) -> None:
    publish(server)
    shown.made.answers = False
    shown.until(lambda: shown.buttons() == ["Download…"])
    shown.section.control.act.click()
    shown.until(lambda: shown.buttons() == ["Cancel", "Download"])
    shown.section.control.act.click()
    shown.until(lambda: "gave no right answer" in shown.line())
    assert shown.buttons() == ["Download…"]


def test_without_a_card_a_sentence_is_all(
    qtbot: QtBot, looks: None, tmp_path: Path, server: Releases
) -> None:
    made = Made(tmp_path / "home", server.address)
    made.cards = Cards()
    shown = Shown(qtbot, made)
    shown.until(lambda: shown.line().startswith("CUDA needs an NVIDIA graphics card"))
    assert shown.buttons() == [] and shown.section.control.isHidden()
