"""The check of a model's tools over the services: kept for the very file, refused while an answer is written."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.events import ServiceEvent
from app.services.library.events import LibraryChanged
from app.services.runs.tool_checks import failed_tasks
from app.services.services import Services, open_services
from app.store.records import ToolCheck
from engine.api import GenerateRequest, Listener
from engine.errors import UserError
from engine.values import Message
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening
from tests.support.servers.openai_script import call, in_order, say
from tests.support.servers.openai_server import OpenAiServer


@pytest.fixture
def engines() -> list[ScriptedEngine]:
    return []


@pytest.fixture
def services(coterie_home: Path, engines: list[ScriptedEngine]) -> Iterator[Services]:
    def engine(listener: Listener) -> ScriptedEngine:
        engines.append(ScriptedEngine(listener, answer=lambda _: ("Bonjour, -17.",)))
        return engines[-1]

    opened = open_services(coterie_home, make_engine=engine)
    yield opened
    opened.close()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    file = tmp_path / "one.gguf"
    file.write_bytes(b"one")
    return file


def kept_of(services: Services, model: Path) -> ToolCheck | None:
    return services.tool_checks.by_path([str(model)]).get(str(model))


def code_of(services: Services, model: Path) -> str:
    with pytest.raises(UserError) as caught:
        services.tool_checks.run(str(model))
    return caught.value.code


def test_a_rating_is_kept_for_the_very_file_and_told(services: Services, model: Path) -> None:
    told: list[ServiceEvent] = []
    services.events.subscribe(LibraryChanged, told.append)
    assert kept_of(services, model) is None
    steps: list[int] = []
    found = services.tool_checks.run(str(model), lambda done, total: steps.append(done))
    assert found is not None and found.rating == "poor" and steps == list(range(1, found.total + 1))
    kept = kept_of(services, model)
    assert kept is not None and (kept.rating, kept.passed, kept.total) == ("poor", found.passed, found.total)
    assert failed_tasks(kept) == found.failed and told == [LibraryChanged()]
    os.utime(model, ns=(1, 1))
    assert kept_of(services, model) is None, "another file in its place is another model"


def test_the_model_that_was_in_use_is_in_use_again(services: Services, model: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"other")
    services.models.use(str(other), remember=False)
    assert services.tool_checks.run(str(model)) is not None
    assert services.models.state.path == str(other)
    assert services.tool_checks.run(str(model), cancelled=lambda: True) is None
    assert services.models.state.path == str(other)
    assert kept_of(services, other) is None


def test_while_an_answer_is_written_no_model_is_checked(
    services: Services, model: Path, engines: list[ScriptedEngine]
) -> None:
    heard = Listening(services)
    services.models.use(str(model), remember=False)
    heard.model("ready")
    engines[-1].hold.set()
    services.models.generate(GenerateRequest(901, (Message("user", "Hello"),)), lambda events: None)
    assert code_of(services, model) == "check.answering"
    engines[-1].hold.clear()


def test_two_checks_at_a_time_are_refused(
    services: Services, model: Path, engines: list[ScriptedEngine]
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait(done: int, total: int) -> None:
        begun.set()
        go_on.wait(30)

    first = threading.Thread(target=services.tool_checks.run, args=(str(model), wait))
    first.start()
    assert begun.wait(30)
    assert code_of(services, model) == "check.twice"
    go_on.set()
    first.join()


def test_a_file_that_is_gone_is_told(services: Services, tmp_path: Path) -> None:
    assert code_of(services, tmp_path / "gone.gguf") == "run.no_model_file"


def test_a_model_elsewhere_is_checked_where_it_is_while_the_one_here_answers(
    services: Services, model: Path, engines: list[ScriptedEngine]
) -> None:
    heard = Listening(services)
    services.models.use(str(model), remember=False)
    heard.model("ready")
    engines[-1].hold.set()
    services.models.generate(GenerateRequest(902, (Message("user", "Hello"),)), lambda events: None)
    replies = (call("get_weather", {"city": "Paris"}), say("Bonjour!"), say("Sure."))
    with OpenAiServer(in_order(*replies), kind="vllm", context=4000) as server:
        found = services.tool_checks.run(server.model)
        assert found is not None and (found.passed, found.total) == (2, 10)
        assert set(services.tool_checks.by_path([server.model])) == {server.model}
    engines[-1].hold.clear()
    assert services.models.state.path == str(model)
