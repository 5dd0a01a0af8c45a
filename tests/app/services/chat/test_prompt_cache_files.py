"""What is kept of conversations: what the engine is told of it, how it is bounded, and that it goes with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services.chat.prompt_cache_files import states_folder
from app.services.runs.values import RunSpec
from app.services.services import Services, open_services
from engine.api import Listener, LoadRequest
from engine.local.prompt_cache.folder import StatesFolder, conversation_digest, key_digest
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening

MODEL = "/m/one.gguf"


class Opened:
    """Services over an engine that keeps what it was asked to load."""

    def __init__(self, home: Path, states: bool = True) -> None:
        self.loads: list[LoadRequest] = []
        self.services = open_services(home, make_engine=self._make, states=states)

    def _make(self, listener: Listener) -> ScriptedEngine:
        opened = self

        class Engine(ScriptedEngine):
            def load(self, request: LoadRequest) -> None:
                opened.loads.append(request)
                super().load(request)

        self.engine = Engine(listener)
        return self.engine

    def load(self) -> LoadRequest:
        self.services.models.use(MODEL, remember=False)
        return self.loads[-1]


@pytest.fixture
def open_at(coterie_home: Path) -> Iterator[Callable[..., Opened]]:
    opened: list[Opened] = []

    def make(**options: bool) -> Opened:
        opened.append(Opened(coterie_home, **options))
        return opened[-1]

    yield make
    for each in opened:
        each.services.close()


def kept(home: Path, *conversations: str) -> StatesFolder:
    """States of 10 bytes of these conversations."""
    folder = StatesFolder(states_folder(home))
    for conversation in conversations:
        folder.new_place(key_digest("model"), conversation_digest(conversation)).write_bytes(bytes(10))
    return folder


def asked(services: Services, told: Listening) -> int:
    """A chat with one answer."""
    chat = services.conversations.create().id
    told.finished(services.asking.send(chat, "Hello").id)
    return chat


def test_a_model_is_loaded_with_the_folder_and_its_limit(
    open_at: Callable[..., Opened], coterie_home: Path
) -> None:
    opened = open_at()
    request = opened.load()
    assert (request.states, request.states_limit) == (str(coterie_home / "cache" / "states"), 4 * 10**9)
    opened.services.settings.change(states_limit=0)
    assert opened.load().states_limit == 0


def test_nothing_is_kept_where_nobody_will_go_on(open_at: Callable[..., Opened]) -> None:
    assert open_at(states=False).load().states == ""


def test_each_request_says_which_conversation_it_belongs_to(open_at: Callable[..., Opened]) -> None:
    opened = open_at()
    opened.load()
    told = Listening(opened.services)
    first, second = asked(opened.services, told), asked(opened.services, told)
    names = [request.conversation for request in opened.engine.requests]
    assert names == [str(first), str(second)]


def test_a_run_is_a_conversation_of_its_own(open_at: Callable[..., Opened], tmp_path: Path) -> None:
    opened = open_at()
    opened.load()
    runs = opened.services.runs
    (tmp_path / "work").mkdir()
    ids = [runs.start(RunSpec("Say hello", str(tmp_path / "work"), tools=())).id for _ in range(2)]
    assert all(runs.join(id, 20) for id in ids)
    assert {request.conversation for request in opened.engine.requests} == {f"run-{id}" for id in ids}


def test_what_is_deleted_leaves_nothing_though_it_lies_in_the_trash(
    open_at: Callable[..., Opened], coterie_home: Path, tmp_path: Path
) -> None:
    opened = open_at()
    opened.load()
    services = opened.services
    chat, other = asked(services, Listening(services)), services.conversations.create().id
    (tmp_path / "work").mkdir()
    run = services.runs.start(RunSpec("Say hello", str(tmp_path / "work"), tools=())).id
    assert services.runs.join(run, 300)
    folder = kept(coterie_home, str(chat), str(other), f"run-{run}")
    services.conversations.rename(chat, "Another name")
    assert (len(folder.files()), opened.engine.forgotten) == (3, [])
    services.conversations.delete(chat)
    services.runs.delete(run)
    assert opened.engine.forgotten == [str(chat), f"run-{run}"]
    assert [file.conversation for file in folder.files()] == [conversation_digest(str(other))]


def test_all_can_be_seen_and_deleted(open_at: Callable[..., Opened], coterie_home: Path) -> None:
    opened = open_at()
    assert opened.services.kept_states.bytes() == 0
    kept(coterie_home, "1", "2")
    assert opened.services.kept_states.bytes() == 20
    opened.services.kept_states.clear()
    assert opened.services.kept_states.bytes() == 0
    assert opened.engine.forgotten == [""]


def test_a_lower_limit_counts_at_once(open_at: Callable[..., Opened], coterie_home: Path) -> None:
    opened = open_at()
    kept(coterie_home, "1", "2", "3")
    assert opened.services.kept_states.limit_to(25) == 20
    assert opened.services.settings.current.states_limit == opened.engine.states_limit == 25
    assert opened.services.kept_states.limit_to(0) == 0


def test_what_a_crash_left_of_a_deleted_conversation_goes_at_the_next_start(
    open_at: Callable[..., Opened], coterie_home: Path
) -> None:
    services = open_at().services
    deleted, other = services.conversations.create().id, services.conversations.create().id
    services.conversations.delete(deleted)
    folder = kept(coterie_home, str(deleted), str(other))
    services.housekeeping()
    assert [file.conversation for file in folder.files()] == [conversation_digest(str(other))]


def test_a_limit_set_in_the_file_counts_from_the_next_start(
    open_at: Callable[..., Opened], coterie_home: Path
) -> None:
    folder = kept(coterie_home, "1", "2")
    (coterie_home / "settings.toml").write_text("states_limit = 15\n")
    open_at().services.housekeeping()
    assert folder.bytes() == 10
