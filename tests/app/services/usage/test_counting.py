"""What a model is asked for is counted where it ends, with the energy that the counters tell meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agents.api import ModelRequest
from app.services.models.energy import EnergyMeter
from app.services.models.engine_names import of_chat, of_run_alone
from app.services.services import Services, open_services
from app.store.records import FIRST_TEMPORARY
from engine.energy.counters import found_counters
from engine.values import Message
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.placement.energy_counters import Counters

MODEL = "/m/one.gguf"
ASK = ModelRequest((Message("user", "Hello"),))


@pytest.fixture
def services(coterie_home: Path) -> Iterator[Services]:
    opened = open_services(coterie_home, make_engine=ScriptedEngine)
    yield opened
    opened.close()


def _call(during: Callable[[], object]) -> None:
    during()


def ask(services: Services, conversation: str, during: Callable[[], object] = lambda: None) -> float | None:
    chat_model = services.model_registry.chat_model(MODEL, conversation)
    chat_model.ready()
    return chat_model.stream(ASK, lambda _: _call(during), lambda: False).usage.joules


def test_chats_and_runs_are_counted_and_temporary_chats_are_not(services: Services) -> None:
    assert ask(services, of_chat(3)) is None
    ask(services, of_run_alone(7))
    ask(services, of_chat(FIRST_TEMPORARY + 1))
    lines = services.usage.days()
    assert [(line.use, line.model, line.remote, line.answers, line.read) for line in lines] == [
        ("chat", "one", False, 1, 1200),
        ("run", "one", False, 1, 1200),
    ]
    assert all(line.written and not line.measured for line in lines)


def test_an_answer_has_the_energy_that_was_used_while_it_was_written(
    services: Services, tmp_path: Path
) -> None:
    counters = Counters(tmp_path / "class")
    services.models._delivery._energy = EnergyMeter(lambda _: 0.0, lambda: found_counters(counters.root))
    used = iter(range(1, 100))
    joules = ask(services, of_chat(3), lambda: counters.set("intel-rapl:0", next(used) * 1_000_000))
    assert joules is not None and joules > 0
    (line,) = services.usage.days()
    assert line.joules == pytest.approx(joules)
    assert (line.measured, line.domains) == (1, "dram, package-0")
