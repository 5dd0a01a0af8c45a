"""A model comes when it is wanted and goes when it is not, over the services with a scripted engine and a clock that
the test turns."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from agents.permissions.values import ApprovalRequest
from app.services.memory_pressure import LOOK_S, MemoryReading
from app.services.model_lifecycle import ModelLifecycle
from app.services.models.events import LoadedModelChanged, ModelChanged
from app.services.models.loaded_model import LoadedModel, Using
from app.services.models.requests import new_request_id
from app.services.runs.events import RunAsks, RunChanged
from app.services.services import open_services
from app.store.records import RunRecord
from engine.api import Event, Finished, GenerateRequest, Listener, LoadRequest
from engine.errors import ErrorInfo, UserError
from engine.values import Message, Sampling
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening

GIB = 2**30
MINUTE = 60.0
SUMMER = 1_800_000_000.0


class Engine(ScriptedEngine):
    """Notes its loads. `gone` is waited for while it unloads."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(listener)
        self.loads: list[LoadRequest] = []
        self.unloading, self.gone = threading.Event(), threading.Event()
        self.gone.set()

    def load(self, request: LoadRequest) -> None:
        self.loads.append(request)
        super().load(request)

    def unload(self) -> None:
        self.unloading.set()
        assert self.gone.wait(30.0)
        super().unload()


class House:
    """Services with a residency whose time and memory are the test's."""

    def __init__(self, home: Path) -> None:
        self.now, self.available = 0.0, 8 * GIB
        self.engine: Engine

        def make(listener: Listener) -> Engine:
            self.engine = Engine(listener)
            return self.engine

        self.services = open_services(home, make_engine=make)
        self.lifecycle = self.another()
        self.told = Listening(self.services)  # after it: what is told here, the lifecycle has heard
        self.seen: list[LoadedModel | None] = []
        self.services.events.subscribe(LoadedModelChanged, self._note)

    def another(self) -> ModelLifecycle:
        services = self.services
        return ModelLifecycle(
            services.settings,
            services.models,
            services.conversations,
            services.chat_models,
            services.answers,
            services.events,
            read=lambda: MemoryReading(self.available, 16 * GIB),
            clock=lambda: self.now,
            wall=lambda: SUMMER + self.now,
        )

    def _note(self, event: LoadedModelChanged) -> None:
        self.seen.append(event.loaded_model)

    def loaded(self) -> None:
        self.services.models.use("/m/one.gguf", remember=False)
        self.told.model("ready")

    def pass_minutes(self, minutes: float) -> float | None:
        self.now += minutes * MINUTE
        return self.lifecycle.look()

    @property
    def resting(self) -> str:
        return self.services.models.state.resting

    def ask(self, text: str = "Hello") -> str:
        """A new chat's first answer, once it is stored."""
        services = self.services
        return self.told.finished(services.asking.send(services.conversations.create().id, text).id).content

    def answers(self) -> int:
        """How many the engine was asked for."""
        return len(self.engine.requests)

    def close(self) -> None:
        self.engine.hold.clear()
        self.engine.gone.set()
        self.lifecycle.close()
        self.services.close()


@pytest.fixture
def house(coterie_home: Path) -> Iterator[House]:
    made = House(coterie_home)
    yield made
    made.close()


def a_run(id: int = 7, **changes: object) -> RunRecord:
    fields = {"title": "Sort the invoices", "state": "running"} | changes
    return RunRecord(id, task="t", workspace="/w", model="", mode="ask", created=0, updated=0, **fields)  # type: ignore[arg-type]


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        action()
    return caught.value.code


# --- loading ---


def test_a_window_loads_nothing_before_somebody_writes(house: House) -> None:
    house.lifecycle.begin()
    state = house.services.models.state
    assert (state.state, state.resting, state.error) == ("empty", "unused", None)
    assert state.name and state.path, "which model will answer is known all the same"
    assert house.engine.loads == [] and house.lifecycle.current is None
    house.lifecycle.expect()
    assert house.told.model("ready").because == "writing"
    house.lifecycle.expect()
    assert len(house.engine.loads) == 1


def test_a_window_loads_at_its_start_where_that_was_chosen(house: House) -> None:
    house.services.settings.change(load_model="start")
    house.lifecycle.begin()
    assert house.told.model("ready").because == "start"


def test_a_message_to_a_model_that_rests_loads_it_and_is_answered(house: House) -> None:
    house.lifecycle.begin()
    assert house.ask() == "Hello from the script."
    assert house.services.models.state.because == "answer" and house.answers() == 1


def test_writing_does_not_load_again_what_failed_or_was_cancelled(house: House) -> None:
    house.engine.load_error = ErrorInfo("engine.load_cancelled")
    house.lifecycle.begin()
    house.lifecycle.expect()
    house.told.next(ModelChanged, lambda state: state.error is not None)
    house.lifecycle.expect()
    assert len(house.engine.loads) == 1


def test_a_model_whose_file_is_gone_is_not_said_to_come_later(house: House) -> None:
    house.services.settings.change(model="/m/gone.gguf")
    house.lifecycle.begin()
    assert [load.path for load in house.engine.loads] == ["/m/gone.gguf"], "which says what is wrong"
    assert not house.resting


# --- idle ---


def test_an_idle_model_is_unloaded_and_the_next_message_brings_it_back(house: House) -> None:
    house.loaded()
    assert house.pass_minutes(29) == pytest.approx(30.0)
    assert house.engine.state == "ready"
    assert house.pass_minutes(1) is None
    assert (house.engine.state, house.resting) == ("empty", "idle")
    state = house.services.models.state
    assert state.error is None and state.facts is not None, "what it can do is still known"
    assert house.lifecycle.current is None and house.seen[-1] is None
    assert house.ask() == "Hello from the script."
    assert len(house.engine.loads) == 2 and house.answers() == 1


def test_each_use_begins_the_time_anew(house: House) -> None:
    house.loaded()
    house.pass_minutes(29)
    house.ask()
    house.pass_minutes(29)
    house.lifecycle.expect()
    house.pass_minutes(29)
    assert house.engine.state == "ready" and len(house.engine.loads) == 1
    house.pass_minutes(1)
    assert house.resting == "idle"


def test_never_is_never(house: House) -> None:
    house.services.settings.change(unload_after=0, unload_for_memory=False)
    house.loaded()
    assert house.pass_minutes(60 * 24 * 30) is None, "nothing is looked at again"
    assert house.lifecycle.current is not None and house.lifecycle.current.stays == "always"


def test_the_models_own_settings_apply_when_it_comes_back(house: House) -> None:
    house.services.models.use("/m/one.gguf", context=1024, remember=False)
    house.told.model("ready")
    house.pass_minutes(30)
    house.services.settings.change(threads=3)
    house.ask()
    first, second = house.engine.loads
    assert (second.path, second.options.context, second.threads) == (first.path, 1024, 3)


def test_a_model_elsewhere_is_none_of_its_business(house: House) -> None:
    house.loaded()
    house.services.models._told.publish(ModelChanged("ready", "far", "openai:http://127.0.0.1:1#far"))
    house.pass_minutes(600)
    assert house.engine.state == "ready" and house.lifecycle.current is None


# --- at work ---


def test_nothing_is_unloaded_while_an_answer_is_written_or_waits(house: House) -> None:
    house.loaded()
    house.available = GIB // 10
    house.engine.hold.set()
    chat = house.services.conversations.create()
    answer = house.services.asking.send(chat.id, "Hello")
    for _ in range(5):
        assert house.pass_minutes(60) is None, "its end is what wakes"
    now = house.lifecycle.current
    assert now is not None and (now.stays, now.until) == ("answering", 0.0)
    assert [user.id for user in now.users] == [chat.id]
    house.engine.hold.clear()
    assert house.told.finished(answer.id).content == "Hello from the script."
    house.lifecycle.look()
    assert house.engine.state == "ready", "it was used just now"
    house.pass_minutes(1)
    house.pass_minutes(1)
    assert house.resting == "memory"


def test_a_run_at_work_keeps_the_model_and_one_that_asks_for_an_hour(house: House) -> None:
    house.loaded()
    house.services.events.publish(RunChanged(a_run()))
    assert house.pass_minutes(300) is None
    now = house.lifecycle.current
    assert now is not None and now.users == (Using("run", 7, "Sort the invoices"),) and now.stays == "running"
    house.services.events.publish(RunAsks(7, ApprovalRequest("c1", "shell", {}, (), ())))  # type: ignore[call-arg]
    house.pass_minutes(59)
    now = house.lifecycle.current
    assert now is not None and (now.stays, now.until) == ("asking", SUMMER + house.now + 60)
    house.pass_minutes(1)
    assert house.resting == "idle"


def test_a_run_that_has_ended_or_has_its_model_elsewhere_keeps_nothing(house: House) -> None:
    house.loaded()
    house.services.events.publish(RunChanged(a_run(8, remote=True)), RunChanged(a_run(7)))
    house.services.events.publish(RunChanged(a_run(7, state="completed")))
    house.pass_minutes(30)
    assert house.resting == "idle"


def test_nothing_is_unloaded_while_placements_are_measured_or_it_loads(house: House) -> None:
    house.loaded()
    with house.services.models.unloaded():
        assert not house.services.models.rest("wanted")
        house.engine.hold.set()
    assert not house.services.models.rest("wanted"), "it loads again"
    house.engine.hold.clear()
    house.told.model("ready")
    assert house.services.models.rest("wanted")


# --- memory ---


def test_short_memory_takes_an_idle_model_and_enough_memory_does_not(house: House) -> None:
    house.loaded()
    house.pass_minutes(2)
    house.available = GIB // 4
    house.pass_minutes(1)
    assert house.engine.state == "ready", "one look is not enough"
    house.pass_minutes(LOOK_S / MINUTE)
    assert (house.engine.state, house.resting) == ("empty", "memory")
    house.ask()
    assert house.pass_minutes(0.5) is not None
    assert house.engine.state == "ready", "what somebody uses now stays"


def test_memory_is_not_looked_at_where_nobody_wants_that(house: House) -> None:
    house.services.settings.change(unload_for_memory=False)
    house.loaded()
    house.available = 0
    house.pass_minutes(10)
    house.pass_minutes(10)
    assert house.engine.state == "ready"


# --- meeting ---


def test_a_request_that_comes_while_a_model_goes_waits_for_the_next_load(house: House) -> None:
    house.loaded()
    house.engine.gone.clear()
    going = threading.Thread(target=house.pass_minutes, args=(30,))
    going.start()
    assert house.engine.unloading.wait(30.0)
    content: list[str] = []
    asking = threading.Thread(target=lambda: content.append(house.ask()))
    asking.start()
    time.sleep(0.05)
    assert house.answers() == 0
    house.engine.gone.set()
    going.join()
    asking.join()
    assert content == ["Hello from the script."] and house.answers() == 1 and len(house.engine.loads) == 2


def test_letters_that_come_while_a_model_goes_bring_it_back(house: House) -> None:
    house.loaded()
    house.engine.gone.clear()
    going = threading.Thread(target=house.pass_minutes, args=(30,))
    going.start()
    assert house.engine.unloading.wait(30.0)
    writing = threading.Thread(target=house.lifecycle.expect)
    writing.start()
    house.engine.gone.set()
    going.join()
    writing.join()
    assert house.told.model("ready").because == "writing"


def test_a_request_between_the_decision_and_the_deed_wins(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.loaded()
    rest = house.services.models.rest

    def late(*args: object) -> bool:
        house.ask()
        return rest(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(house.services.models, "rest", late)
    assert house.pass_minutes(30) is not None, "it is decided again"
    assert house.engine.state == "ready" and len(house.engine.loads) == 1


def test_of_many_requests_among_many_unloads_none_is_lost_cut_short_or_answered_twice(house: House) -> None:
    house.loaded()
    ended: dict[int, list[Finished]] = {}
    all_ended = threading.Semaphore(0)

    def hear(events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Finished):
                ended.setdefault(event.id, []).append(event)
                all_ended.release()

    def ask_many() -> None:
        for number in range(25):
            house.services.models.generate(GenerateRequest(new_request_id(), (Message("user", "x"),)), hear)
            time.sleep(0.002 if number % 5 else 0.03)

    askers = [threading.Thread(target=ask_many) for _ in range(4)]
    for asker in askers:
        asker.start()
    unloads = 0
    while any(asker.is_alive() for asker in askers):
        unloads += house.services.models.rest("wanted")
        time.sleep(0.001)
    for asker in askers:
        asker.join()
    assert all(all_ended.acquire(timeout=300) for _ in range(100))
    assert len(ended) == 100 and unloads > 0
    assert [each[0].reason for each in ended.values() if len(each) == 1] == ["stop"] * 100


# --- by itself ---


def test_a_changed_setting_is_heeded_while_it_sleeps(house: House) -> None:
    house.services.settings.change(unload_after=0, load_model="start")
    house.lifecycle.begin()
    house.told.model("ready")
    house.now += 90 * MINUTE
    house.services.settings.change(unload_after=60)
    assert house.told.next(ModelChanged, lambda state: bool(state.resting)).resting == "idle"


def test_the_end_of_an_answer_sets_a_new_end_by_itself(house: House) -> None:
    told = threading.Event()
    house.lifecycle.begin()
    house.services.events.subscribe(LoadedModelChanged, lambda _: told.set())
    house.now += 10 * MINUTE
    house.ask()
    deadline = time.monotonic() + 60.0
    while (now := house.lifecycle.current) is None or now.last is None:
        assert time.monotonic() < deadline, now
        told.wait(0.05)
        told.clear()
    assert (now.until, now.last.title, now.users) == (SUMMER + 40 * MINUTE, "Hello", ())


# --- by hand ---


def test_it_is_unloaded_at_once_when_wanted_but_not_under_somebody(house: House) -> None:
    house.loaded()
    house.engine.hold.set()
    house.services.asking.send(house.services.conversations.create().id, "Hello")
    assert code_of(house.lifecycle.unload) == "model.in_use"
    house.engine.hold.clear()
    while house.services.models.is_answering:
        time.sleep(0.005)
    house.services.events.publish(RunChanged(a_run()))
    assert code_of(house.lifecycle.unload) == "model.in_use"
    house.services.events.publish(RunChanged(a_run(state="paused")))
    house.lifecycle.unload()
    assert (house.engine.state, house.resting) == ("empty", "wanted")
    house.lifecycle.unload()
    assert house.ask() == "Hello from the script."


# --- the real thing ---


def test_the_memory_of_a_real_model_is_given_back_and_its_chat_goes_on(coterie_home: Path) -> None:
    services = open_services(coterie_home)
    told = Listening(services)
    try:
        services.settings.change(sampling=Sampling(temperature=0.0, seed=1), context=2048, max_tokens=8)
        services.lifecycle.begin()
        chat = services.conversations.create()
        first = told.finished(services.asking.send(chat.id, "Name a colour.").id)
        held = services.lifecycle.current
        pid = services.models.engines.local.host_pid  # type: ignore[attr-defined]
        taken = psutil.Process(pid).memory_info().rss
        services.lifecycle.unload()
        assert not psutil.pid_exists(pid), "its memory went with it"
        assert taken > 50 * 2**20
        second = told.finished(services.asking.send(chat.id, "And another?").id)
        assert first.state == second.state == "length" and second.content
        assert services.models.state.because == "answer"
        assert held is not None and held.held[0].device == "CPU" and held.bytes > 50 * 2**20
    finally:
        services.close()
