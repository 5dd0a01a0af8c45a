"""The history of usage in the settings: its chart, its words, the prices that a person enters, and its end."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.base import tasks
from app.desktop.base.language import languages
from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.settings.usage.usage_section import UsageSection
from app.desktop.settings.usage.usage_text import domain_words
from app.services.services import Services, open_services
from app.store.records import UsageDay
from tests.support.engines.scripted_engine import ScriptedEngine

ELSEWHERE = "openai:https://models.example/v1#big"


class Bench:
    """The section over real services."""

    def __init__(self, qtbot: QtBot, services: Services) -> None:
        self.qtbot, self.services, self.calls = qtbot, services, ServiceCalls()
        self.section = UsageSection(self.calls)
        self.said: list[Notification] = []
        self.section.said.connect(self.said.append)
        qtbot.addWidget(self.section)
        self.calls.attach(services)
        self.section.resize(700, 900)
        self.section.show()

    def fill(self) -> None:
        today = datetime.date.fromisoformat(self.services.usage.today)
        day = today.isoformat()
        here = UsageDay(day, model="qwen", answers=2, read=9000, cached=4000, written=1000, seconds=65.0)
        there = UsageDay(day, "run", model=ELSEWHERE, remote=True, answers=1, read=2_000_000, written=500_000)
        before = UsageDay(
            (today - datetime.timedelta(days=3)).isoformat(), model="starter", answers=1, read=100
        )
        measured = UsageDay(
            day, "chat", "", "gpt", False, 1, 10, 0, 5, 0, 1.0, 7.2e6, 1, "dram, package-0", 4.0, 60.0, 10, 5
        )
        first = UsageDay("2020-02-03", model="qwen", answers=3, read=500, joules=3600.0, measured=3)
        self.services.store.usage.add([here, there, before, measured, first])

    def read(self) -> None:
        self.section.read()
        kept = bool(self.services.usage.days())
        self.qtbot.waitUntil(lambda: self.section.delete.isEnabled() == kept)
        self.section.take_settings(self.services.settings.current)

    def changed(self) -> None:
        """Take what was set, as the window does."""
        self.section.take_settings(self.services.settings.current)


@pytest.fixture
def bench(qtbot: QtBot, coterie_home: Path, looks: None) -> Iterator[Bench]:
    services = open_services(coterie_home, make_engine=ScriptedEngine)
    yield Bench(qtbot, services)
    tasks.shutdown()
    services.close()


def test_without_answers_there_is_nothing_to_show_or_delete(bench: Bench) -> None:
    bench.read()
    assert bench.section.sums.text() == "Nothing in the last 30 days."
    assert not bench.section.chart.isVisible() and not bench.section.delete.isEnabled()
    assert not bench.section.form.rows["models"].isVisible()


def test_days_sums_and_models_are_shown(bench: Bench) -> None:
    bench.fill()
    bench.read()
    section = bench.section
    total = section.sums.text().splitlines()[0]
    assert total.replace("\N{NO-BREAK SPACE}", " ").startswith(
        "Last 30 days: 5 answers · 2M read (4k reused) · 501k written · 1 min 6 s · 2.00 kWh"
    )
    assert section.sums.text().splitlines()[-3:] == [
        "First month, February 2020: 3 answers · 500 read · 0 written · 1\N{NO-BREAK SPACE}Wh",
        "Energy for each token: 0.4\N{NO-BREAK SPACE}J read · 12\N{NO-BREAK SPACE}J written",
        "Energy is what answers used beyond an idle computer. Measured: memory, processor",
    ]
    assert "SmolLM2 135M Instruct: 1 answer · 100 read" in section.models.text()
    assert "big · models.example: 1 answer · 2M read · 500k written" in section.models.text()
    bars = section.chart.bars()
    assert len(bars) == 30 and section.chart.words(bars[-4][0]).endswith("1 answer · 100 read · 0 written")
    place = bars[-1][1].center().toPoint()
    event = QHelpEvent(QEvent.Type.ToolTip, place, section.chart.mapToGlobal(QPoint(0, 0)))
    QApplication.sendEvent(section.chart, event)
    assert not section.chart.grab().isNull()
    languages.choose("ko")
    bench.qtbot.waitUntil(lambda: "답변 5개" in section.sums.text())
    assert "일" in section.chart.words(bars[-1][0])


def test_a_price_makes_a_cost_and_no_price_none(bench: Bench, qtbot: QtBot) -> None:
    bench.fill()
    bench.read()
    section, settings = bench.section, bench.services.settings
    assert "EUR" not in section.sums.text()
    section.currency.setText("EUR")
    section.currency.editingFinished.emit()
    qtbot.waitUntil(lambda: settings.current.currency == "EUR")
    section.editors["price_kwh"].field.setValue(0.3)
    qtbot.waitUntil(lambda: settings.current.price_kwh == 0.3)
    bench.changed()
    assert (
        section.sums.text().splitlines()[0].endswith("2.00\N{NO-BREAK SPACE}kWh · 0.60\N{NO-BREAK SPACE}EUR")
    )
    (row,) = section.prices.rows
    row.fields["read"].field.setValue(1.0)
    row.fields["written"].field.setValue(4.0)
    qtbot.waitUntil(lambda: settings.current.token_prices == {ELSEWHERE: {"read": 1.0, "written": 4.0}})
    bench.changed()
    assert section.sums.text().splitlines()[0].endswith("4.60\N{NO-BREAK SPACE}EUR")
    row.fields["read"].reset.click()
    row.fields["written"].reset.click()
    qtbot.waitUntil(lambda: settings.current.token_prices == {})
    bench.changed()
    assert section.sums.text().splitlines()[0].endswith("0.60\N{NO-BREAK SPACE}EUR")


def test_the_history_is_deleted_with_a_way_back(bench: Bench, qtbot: QtBot) -> None:
    bench.fill()
    bench.read()
    bench.section.delete.click()
    qtbot.waitUntil(lambda: bool(bench.said) and not bench.section.chart.isVisible())
    assert bench.services.usage.days() == []
    undo = bench.said[0].act
    assert undo is not None
    undo()
    qtbot.waitUntil(lambda: bench.section.chart.isVisible())
    assert len(bench.services.usage.days()) == 5


def test_counters_without_a_word_keep_their_name(looks: None) -> None:
    assert domain_words("dram, package-0, package-1, psys") == "memory, processor, psys"
    assert domain_words("battery") == "the whole computer, by its battery"
