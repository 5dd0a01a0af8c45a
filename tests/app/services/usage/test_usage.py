"""The history of usage: who is counted, for which day, for what price, and that it can be deleted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.services.events import EventBus
from app.services.models.events import ModelAnswered
from app.services.settings.settings import Settings
from app.services.usage.prices import grouped, month_of, spent
from app.services.usage.report import report_of
from app.services.usage.usage import UsageHistory
from app.store.records import FIRST_TEMPORARY, UsageDay
from app.store.store import Store
from engine.errors import UserError
from engine.values import Timings, Usage
from tests.support.waiting import wait_until

NOON, DAY = 1_700_000_000.0, 86_400.0
ELSEWHERE = "openai:https://models.example/v1#big"


class Bench:
    """A history over a store, by a clock of its own."""

    def __init__(self, store: Store) -> None:
        self.store, self.events, self.now = store, EventBus(), NOON
        self.history = UsageHistory(store.usage, self.events, lambda path: Path(path).stem, lambda: self.now)

    def answered(
        self, conversation: str = "1", model: str = "/m/qwen.gguf", usage: Usage | None = None
    ) -> None:
        took = usage or Usage(100, 60, 20, 5)
        self.events.publish(ModelAnswered(model, conversation, took, Timings(prefill_s=1.0, decode_s=2.0)))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Store.open(tmp_path / "coterie.db", tmp_path / "backups") as store:
        made = Bench(store)
        yield made
        made.history.close()


def test_answers_are_counted_by_day_use_and_model(bench: Bench) -> None:
    bench.answered()
    bench.answered()
    bench.answered("run-7", ELSEWHERE)
    today = bench.history.today
    chats = UsageDay(today, "chat", "", "qwen", False, 2, 200, 120, 40, 10, 6.0)
    runs = UsageDay(today, "run", "", ELSEWHERE, True, 1, 100, 60, 20, 5, 3.0)
    assert bench.history.days() == [chats, runs]
    bench.now += DAY
    bench.answered()
    assert [line.day for line in bench.history.days()] == [today, today, bench.history.today]
    assert [line.day for line in bench.history.days(1)] == [bench.history.today]


def test_an_answer_is_written_without_anybody_asking(bench: Bench) -> None:
    bench.answered()
    wait_until(lambda: bool(bench.store.usage.days()))
    (line,) = bench.store.usage.days()
    assert (line.model, line.answers, line.read) == ("qwen", 1, 100)


def test_temporary_chats_leave_no_trace(bench: Bench) -> None:
    bench.answered(str(FIRST_TEMPORARY))
    bench.answered(str(FIRST_TEMPORARY + 5))
    assert bench.history.days() == []


def test_energy_is_told_of_the_answers_that_were_measured(bench: Bench) -> None:
    bench.answered(usage=Usage(1, joules=120.0))
    bench.answered(usage=Usage(1))
    bench.events.publish(ModelAnswered("/m/qwen.gguf", "1", Usage(1, joules=30.0), Timings(), "package-0"))
    (line,) = bench.history.days()
    assert (line.joules, line.measured, line.answers, line.domains) == (150.0, 2, 3, "package-0")


def test_the_energy_of_prompts_and_answers_is_told_for_each_token(bench: Bench) -> None:
    bench.answered(usage=Usage(100, 60, 20, joules=50.0, prompt_joules=10.0))
    bench.answered(usage=Usage(100, 0, 20, joules=70.0))
    (line,) = bench.history.days()
    assert (line.joules, line.measured) == (120.0, 2)
    assert (line.joules_read, line.joules_written) == (0.25, 2.0)
    assert UsageDay("2026-11-29", read=5, written=5).joules_read is None


def test_the_first_month_stands_beside_the_last_ones() -> None:
    lines = [
        UsageDay("2026-03-05", model="qwen", answers=1, read=7),
        UsageDay("2026-03-09", model="gpt", answers=2, read=8),
        UsageDay("2026-11-28", model="qwen", answers=4, read=9),
    ]
    first = report_of(lines, Settings(), "2026-11-29", 30).first
    assert first is not None and (first.usage.day, first.usage.read) == ("2026-03", 15)
    assert report_of(lines[2:], Settings(), "2026-11-29", 30).first is None
    assert report_of([], Settings(), "2026-11-29", 30).first is None


def test_what_cannot_be_written_now_is_written_later(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = threading.Event()

    def full(*_: object) -> None:
        tried.set()
        raise UserError("store.disk_full")

    with monkeypatch.context() as patched:
        patched.setattr(bench.store.usage, "add", full)
        bench.answered()
        assert tried.wait(60)
    bench.answered()
    assert [line.answers for line in bench.history.days()] == [2]


def test_the_history_can_be_deleted(bench: Bench) -> None:
    bench.answered()
    bench.history.days()
    bench.answered()
    (line,) = gone = bench.history.forget()
    assert line.answers == 2 and bench.history.days() == []
    bench.answered()
    bench.history.put_back(gone)
    assert [line.answers for line in bench.history.days()] == [3]


def test_without_a_price_nothing_costs_anything() -> None:
    lines = [
        UsageDay("2026-11-29", read=10**6, joules=3.6e6, measured=1),
        UsageDay("", model=ELSEWHERE, remote=True),
    ]
    assert spent(lines, Settings()).cost is None
    assert spent([], Settings(price_kwh=0.3)).cost is None


def test_energy_here_and_tokens_elsewhere_have_their_prices() -> None:
    here = UsageDay("2026-11-29", model="qwen", answers=1, read=500, joules=7.2e6, measured=1)
    there = UsageDay(
        "2026-10-30",
        model=ELSEWHERE,
        remote=True,
        answers=2,
        read=3_000_000,
        cached=1_000_000,
        written=500_000,
    )
    settings = Settings(price_kwh=0.3, token_prices={ELSEWHERE: {"read": 1.0, "cached": 0.1, "written": 4.0}})
    assert spent([here], settings).cost == pytest.approx(0.6)
    assert spent([there], settings).cost == pytest.approx(2.0 + 0.1 + 2.0)
    assert spent([here, there], settings).cost == pytest.approx(4.7)
    months = grouped([here, there], settings, month_of)
    assert {name: round(month.cost or 0, 2) for name, month in months.items()} == {
        "2026-11": 0.6,
        "2026-10": 4.1,
    }
    same = msgspec.structs.replace(settings, token_prices={ELSEWHERE: {"read": 1.0}})
    assert spent([there], same).cost == pytest.approx(3.0)
    unmeasured = msgspec.structs.replace(here, measured=0, joules=0.0)
    assert spent([unmeasured], settings).cost is None
