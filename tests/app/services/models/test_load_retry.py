"""A load that fails for memory is tried again with less, and what waits for the model gets its answer."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from app.services.models.events import ModelChanged
from app.services.models.load_retry import MAX_STEPS, is_for_memory
from app.services.services import Services, open_services
from engine.api import EngineLost, Event, Finished, GenerateRequest, Listener, Loaded, LoadFailed, LoadRequest
from engine.errors import ErrorInfo, UserError
from engine.placement.plan import Fallback, PlacementOptions
from engine.values import Timings, Usage
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening
from tests.support.models.starter import starter_model
from tests.support.placement.plans import a_plan

NO_MEMORY = ErrorInfo("engine.context_memory", {"context": 8192})


class Cramped(ScriptedEngine):
    """Its first loads fail as `failures` say, in order; what waits then ends with the load, as in a host."""

    def __init__(self, listener: Listener) -> None:
        self.failures: list[ErrorInfo] = []
        self.loads: list[LoadRequest] = []
        super().__init__(listener)

    def load(self, request: LoadRequest) -> None:
        self.loads.append(request)
        super().load(request)

    def _do_load(self, request: LoadRequest) -> None:
        self.load_error = self.failures.pop(0) if self.failures else None
        if self.load_error and self.load_error.code == "engine.killed":
            error, self.load_error = self.load_error, None
            self._state = "lost"
            self._emit(EngineLost(error, ("last words",)))
            return
        super()._do_load(request)

    def _emit(self, *events: Event) -> None:
        super()._emit(*(self._planned(event) if isinstance(event, Loaded) else event for event in events))

    def _planned(self, loaded: Loaded) -> Loaded:
        """As a host tells it: with its plan, which names what was given up."""
        made = self.loads[-1].options.fallbacks
        notices = (ErrorInfo("plan.conceded_layers", {"count": 1}),) if "layer" in made else ()
        plan = a_plan(notices=notices)
        return Loaded(msgspec.structs.replace(loaded.model, plan=plan))

    def _do_generate(self, request: GenerateRequest) -> None:
        if self.state != "ready":
            self._emit(Finished(request.id, "error", Usage(), Timings(), ErrorInfo("engine.no_model")))
            return
        super()._do_generate(request)


def with_one_more(path: str, options: PlacementOptions) -> PlacementOptions | None:
    order: tuple[Fallback, ...] = ("unpinned", "layer", "ubatch", "context")
    made = options.fallbacks
    return msgspec.structs.replace(options, fallbacks=(*made, order[len(made) % 4]))


@pytest.fixture
def services(coterie_home: Path) -> Iterator[Services]:
    services = open_services(coterie_home, make_engine=Cramped)
    services.models._loading._fall_back = with_one_more
    yield services
    services.close()


@pytest.fixture
def engine(services: Services) -> Cramped:
    return services.models.engines.local  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def told(services: Services) -> Listening:
    return Listening(services)


def use(services: Services) -> None:
    services.models.use(str(starter_model()), remember=False)


def test_each_failed_load_gives_up_one_thing_more_and_the_plan_says_what(
    services: Services, engine: Cramped, told: Listening
) -> None:
    engine.failures = [NO_MEMORY, NO_MEMORY]
    use(services)
    ready = told.model("ready")
    assert [load.options.fallbacks for load in engine.loads] == [(), ("unpinned",), ("unpinned", "layer")]
    assert [notice.code for notice in ready.notices] == ["plan.conceded_layers"]
    assert {e.state for e in told.seen if isinstance(e, ModelChanged)} == {"loading", "ready"}


def test_a_host_that_is_killed_while_it_loads_is_followed_by_one_that_gets_less(
    services: Services, engine: Cramped, told: Listening
) -> None:
    engine.failures = [ErrorInfo("engine.killed")]
    use(services)
    told.model("ready")
    assert len(engine.loads) == 2


def test_an_answer_that_waits_for_the_model_is_given_by_the_load_that_succeeds(
    services: Services, engine: Cramped, told: Listening
) -> None:
    engine.failures = [NO_MEMORY, ErrorInfo("engine.killed"), NO_MEMORY]
    use(services)
    conversation = services.conversations.create()
    answer = told.finished(services.asking.send(conversation.id, "Hello").id)
    assert (answer.content, answer.state) == ("Hello from the script.", "done")
    assert len(engine.loads) == 4


def test_after_the_last_step_the_first_reason_is_told_and_what_waits_ends_with_it(
    services: Services, engine: Cramped, told: Listening
) -> None:
    engine.failures = [NO_MEMORY] * 20
    use(services)
    failed = told.model("empty")
    assert failed.error == NO_MEMORY
    assert len(engine.loads) == MAX_STEPS + 1


def test_when_nothing_is_left_to_give_up_the_reason_is_told(
    services: Services, engine: Cramped, told: Listening
) -> None:
    services.models._loading._fall_back = lambda _path, _options: None
    engine.failures = [NO_MEMORY]
    conversation = services.conversations.create()
    answer = told.finished(services.asking.send(conversation.id, "Hello").id)
    assert answer.error == NO_MEMORY and answer.state == "failed"
    assert services.models.state.error == NO_MEMORY


def test_a_plan_that_cannot_be_made_ends_the_steps_with_the_reason_of_the_load(
    services: Services, engine: Cramped, told: Listening
) -> None:
    def failing(path: str, options: PlacementOptions) -> PlacementOptions | None:
        raise UserError("model.missing", path=path)

    services.models._loading._fall_back = failing
    engine.failures = [NO_MEMORY]
    use(services)
    assert told.model("empty").error == NO_MEMORY


class Gate:
    """Holds a step until the test lets it go on."""

    def __init__(self, services: Services) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()
        services.models._loading._fall_back = self

    def __call__(self, path: str, options: PlacementOptions) -> PlacementOptions | None:
        self.reached.set()
        assert self.opened.wait(60)
        return with_one_more(path, options)


def during_a_step(services: Services, engine: Cramped, act: Callable[[], None]) -> None:
    gate = Gate(services)
    engine.failures = [NO_MEMORY]
    use(services)
    assert gate.reached.wait(60)
    act()
    gate.opened.set()


def test_cancelling_between_two_loads_ends_the_steps(
    services: Services, engine: Cramped, told: Listening
) -> None:
    during_a_step(services, engine, services.models.cancel_load)
    failed = told.model("empty")
    assert failed.error == ErrorInfo("engine.load_cancelled") and len(engine.loads) == 1


def test_another_choice_between_two_loads_wins(services: Services, engine: Cramped, told: Listening) -> None:
    during_a_step(services, engine, lambda: services.models.use("starter", context=512, remember=False))
    assert told.model("ready").notices == ()
    assert [load.options.context for load in engine.loads] == [0, 512]


def test_an_answer_asked_for_and_one_stopped_between_two_loads(
    services: Services, engine: Cramped, told: Listening
) -> None:
    ids: list[int] = []

    def act() -> None:
        for text in ("First", "Second"):
            ids.append(services.conversations.create().id)
            ids.append(services.asking.send(ids[-1], text).id)
        services.answers.stop(ids[0])

    during_a_step(services, engine, act)
    assert told.finished(ids[1]).state == "stopped"
    assert told.finished(ids[3]).content == "Hello from the script."
    assert len(engine.loads) == 2 and len(engine.requests) == 1


def test_closing_between_two_loads_leaves_nothing(services: Services, engine: Cramped) -> None:
    gate = Gate(services)
    engine.failures = [NO_MEMORY]
    use(services)
    assert gate.reached.wait(60)
    closing = threading.Thread(target=services.models.close)
    closing.start()
    gate.opened.set()
    closing.join(60)
    assert not closing.is_alive()


@pytest.mark.parametrize(
    ("failure", "memory"),
    [
        (LoadFailed(NO_MEMORY), True),
        (LoadFailed(ErrorInfo("engine.not_enough_memory", {"needed_bytes": 2, "free_bytes": 1})), True),
        (LoadFailed(ErrorInfo("engine.load_failed", {"detail": "unable to allocate CUDA0 buffer"})), True),
        (LoadFailed(ErrorInfo("engine.load_failed", {"detail": "cudaMalloc failed: out of memory"})), True),
        (
            LoadFailed(
                ErrorInfo("engine.load_failed", {"detail": "error loading model: ErrorOutOfDeviceMemory"})
            ),
            True,
        ),
        (LoadFailed(ErrorInfo("engine.load_failed", {"detail": "tensor not found"})), False),
        (LoadFailed(ErrorInfo("model.missing", {"path": "x"})), False),
        (LoadFailed(ErrorInfo("engine.load_cancelled")), False),
        (EngineLost(ErrorInfo("engine.killed")), True),
        (EngineLost(ErrorInfo("engine.aborted")), True),
        (EngineLost(ErrorInfo("engine.crashed", {"how": "SIGSEGV"})), False),
        (EngineLost(ErrorInfo("worker.lost", {"address": "a:1"})), False),
    ],
)
def test_what_less_memory_would_mend_is_told_from_what_it_would_not(
    failure: LoadFailed | EngineLost, memory: bool
) -> None:
    assert is_for_memory(failure) is memory


def test_a_worker_that_is_lost_is_told_with_the_offer_to_go_on_without_it(
    services: Services, engine: Cramped, told: Listening
) -> None:
    services.settings.change(workers=("127.0.0.1:1",))
    lost: list[Event] = [LoadFailed(ErrorInfo("worker.lost", {"address": "127.0.0.1:1"}))]
    engine.failures = [lost[0].error]  # type: ignore[union-attr,list-item]
    use(services)
    assert told.model("empty").without_workers
    assert engine.loads[-1].options.workers == ("127.0.0.1:1",)
    services.models.reload(without_workers=True)
    assert not told.model("ready").without_workers
    assert engine.loads[-1].options.workers == ()
