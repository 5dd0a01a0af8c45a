"""Plans as a service: what is looked up once, what is told, and which workers are asked."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.services.connections.events import WorkersChanged, WorkerState
from app.services.models.events import AnswerFinished, ModelChanged
from app.services.placement.events import MachineChanged, PlacementChanged, TuneProgress
from app.services.placement.placing import Placing
from app.services.services import Services, open_services
from engine.api import Listener
from engine.errors import ErrorInfo, UserError
from engine.placement.plan import PlacementOptions
from engine.values import Timings
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening
from tests.support.models.gguf_bytes import Row, gguf, key_string
from tests.support.models.gguf_headers import cut_starter_header
from tests.support.models.starter import starter_model
from tests.support.placement.scripted_placing import ScriptedPlacing

WORKER = "127.0.0.1:50052"
AWAY = ErrorInfo("worker.refused", {"address": WORKER})


@pytest.fixture
def placing() -> ScriptedPlacing:
    return ScriptedPlacing()


@pytest.fixture
def services(coterie_home: Path, placing: ScriptedPlacing) -> Iterator[Services]:
    services = open_services(coterie_home, make_engine=ScriptedEngine, placing=placing)
    yield services
    services.close()


@pytest.fixture
def told(services: Services) -> Listening:
    return Listening(services)


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "model.gguf"
    path.write_bytes(starter_model().read_bytes())
    return str(path)


def asked(placing: ScriptedPlacing, what: str) -> int:
    return sum(call[0] == what for call in placing.asked)


def last(placing: ScriptedPlacing, what: str) -> tuple[Any, ...]:
    return [call for call in placing.asked if call[0] == what][-1]


def test_a_slider_reads_the_file_and_the_machine_once(
    services: Services, placing: ScriptedPlacing, model: str
) -> None:
    for context in (512, 1024, 2048):
        assert services.placements.planned(model, PlacementOptions(context)).plan.placement.context == context
    assert (asked(placing, "survey"), asked(placing, "index"), asked(placing, "plan")) == (1, 1, 3)


def test_a_file_that_changed_since_is_read_again(
    services: Services, placing: ScriptedPlacing, model: str
) -> None:
    services.placements.planned(model, PlacementOptions())
    os.utime(model, ns=(1, 1))
    services.placements.planned(model, PlacementOptions())
    assert asked(placing, "index") == 2


def test_a_file_says_whether_it_has_a_chat_template(services: Services, model: str, tmp_path: Path) -> None:
    assert services.placements.has_template(model)
    bare = tmp_path / "bare.gguf"
    bare.write_bytes(gguf([key_string("general.architecture", "llama")], [Row("token_embd.weight")], 128))
    assert not services.placements.has_template(str(bare))


def test_a_model_that_grew_is_planned_as_it_is_now(
    services: Services, placing: ScriptedPlacing, tmp_path: Path
) -> None:
    real = Placing(tmp_path)
    placing.index, placing.plan = real.index, real.plan  # type: ignore[method-assign]
    small, data = cut_starter_header()
    path = tmp_path / "growing.gguf"
    path.write_bytes(small + bytes(data))
    before = services.placements.planned(str(path), PlacementOptions(512))
    assert (before.layers, before.trained_context) == (2, 8192)
    path.write_bytes(starter_model().read_bytes())
    after = services.placements.planned(str(path), PlacementOptions(512))
    assert after.layers == 30 and after.plan.bytes["CPU"].model > before.plan.bytes["CPU"].model
    path.write_bytes(small)  # and one that is cut off is refused, not planned as it was
    with pytest.raises(UserError) as caught:
        services.placements.planned(str(path), PlacementOptions(512))
    assert caught.value.code.startswith("model.")


def test_an_exact_plan_is_told_and_so_is_the_reason_why_there_is_none(
    services: Services, placing: ScriptedPlacing, told: Listening, model: str
) -> None:
    planned = services.placements.exact(model, PlacementOptions())
    assert told.next(PlacementChanged) == PlacementChanged(model, planned)
    placing.error = UserError("engine.not_answering")
    with pytest.raises(UserError):
        services.placements.exact(model, PlacementOptions())
    assert told.next(PlacementChanged).error == ErrorInfo("engine.not_answering")


def test_looking_again_surveys_again_and_is_told(
    services: Services, placing: ScriptedPlacing, told: Listening
) -> None:
    services.placements.machine()
    assert services.placements.refresh() == told.next(MachineChanged).machine
    assert asked(placing, "survey") == 2


def test_bandwidths_are_measured_in_the_background_and_told(
    services: Services, placing: ScriptedPlacing, told: Listening
) -> None:
    assert services.placements.machine().disk_bandwidth == 0
    measured = told.next(MachineChanged).machine
    assert measured.disk_bandwidth == 1e9 and services.placements.machine() == measured
    assert asked(placing, "measured") == 1


def test_closing_ends_a_measurement(services: Services, placing: ScriptedPlacing) -> None:
    placing.hold.set()
    services.placements.machine()
    services.placements.close()
    assert services.placements.machine().disk_bandwidth == 0


def test_what_a_dry_run_taught_is_used_until_the_file_changes(
    services: Services, placing: ScriptedPlacing, model: str
) -> None:
    services.placements.exact(model, PlacementOptions(512))
    services.placements.planned(model, PlacementOptions(1024))
    assert last(placing, "plan")[2].compute == {"CPU": 512}
    os.utime(model, ns=(1, 1))
    services.placements.planned(model, PlacementOptions(1024))
    assert last(placing, "plan")[2] is None


def test_tuning_is_told_kept_and_used_once_it_is_wanted(
    services: Services, placing: ScriptedPlacing, told: Listening, model: str
) -> None:
    assert services.placements.trials.tuned(model) is None
    tuned = services.placements.tune(model)
    assert told.next(TuneProgress, lambda event: event.done == 80).total == 100
    assert (tuned.before.decode_tps, tuned.after.decode_tps, tuned.threads) == (20.0, 25.0, 3)
    assert services.placements.trials.tuned(model) == tuned
    assert services.placements.options_for(model) == PlacementOptions()
    services.placements.keep_tuned(model, tuned)
    assert services.placements.options_for(model) == PlacementOptions(ubatch=1024)
    services.models.use(model)
    assert services.models._loading._request is not None and services.models._loading._request.threads == 3


def test_tuning_can_be_cancelled_and_then_nothing_is_kept(
    services: Services, placing: ScriptedPlacing, told: Listening, model: str
) -> None:
    services.placements.machine()
    told.next(MachineChanged)
    placing.hold.set()
    caught: list[UserError] = []

    def tune() -> None:
        with pytest.raises(UserError) as error:
            services.placements.tune(model)
        caught.append(error.value)

    placing.measured = lambda found, workers, keep_going: found.machine  # type: ignore[method-assign]
    thread = threading.Thread(target=tune)
    thread.start()
    told.next(TuneProgress)
    services.placements.trials.cancel()
    thread.join()
    assert caught[0].code == "engine.load_cancelled"
    placing.hold.clear()
    assert services.placements.trials.tuned(model) is None


def test_while_tuning_nothing_is_loaded_and_what_is_asked_waits_for_the_reload(
    services: Services, placing: ScriptedPlacing, told: Listening, model: str
) -> None:
    services.models.use(model)
    told.model("ready")
    tune, seen = placing.tune, []

    def during(*arguments: Any) -> Any:
        seen.append(services.models.engines.used.state)
        for text in ("Stopped", "Hello"):
            ids.append(services.conversations.create().id)
            ids.append(services.asking.send(ids[-1], text).id)
        services.answers.stop(ids[0])
        with pytest.raises(UserError) as caught:
            services.placements.tune(model)
        assert caught.value.code == "tuning.twice"
        return tune(*arguments)

    ids: list[int] = []
    placing.tune = during  # type: ignore[method-assign]
    services.placements.tune(model)
    assert seen == ["empty"]
    assert told.next(ModelChanged, lambda state: state.tuning).path == model
    assert told.finished(ids[1]).state == "stopped"
    assert told.finished(ids[3]).content == "Hello from the script."
    assert services.models.state.state == "ready" and not services.models.state.tuning


@pytest.mark.parametrize("chosen", [None, "starter"])
def test_after_a_tuning_that_failed_the_model_is_there_again_or_the_one_chosen_meanwhile(
    services: Services, placing: ScriptedPlacing, told: Listening, model: str, chosen: str | None
) -> None:
    services.models.use(model, context=512)
    told.model("ready")

    def failing(*_: Any) -> Any:
        if chosen:
            services.models.use(chosen, context=512)
        raise UserError("tuning.too_slow", seconds=60)

    placing.tune = failing  # type: ignore[method-assign]
    with pytest.raises(UserError):
        services.placements.tune(model)
    ready = told.model("ready")
    assert ready.path == (str(starter_model()) if chosen else model)
    assert ready.facts is not None and ready.facts.context == 512


def test_without_a_loaded_model_tuning_leaves_things_as_they_were(
    services: Services, told: Listening, model: str
) -> None:
    services.placements.tune(model)
    assert services.models.state == ModelChanged("empty", "", "")
    assert services.models.engines.used.state == "empty"


def test_tuning_is_refused_while_an_answer_is_written(
    services: Services, placing: ScriptedPlacing, told: Listening, model: str
) -> None:
    engine = services.models.engines.local  # type: ignore[attr-defined]
    assert isinstance(engine, ScriptedEngine)
    services.models.use(model)
    told.model("ready")
    engine.hold.set()
    answer = services.asking.send(services.conversations.create().id, "Hello")
    with pytest.raises(UserError) as caught:
        services.placements.tune(model)
    assert caught.value.code == "tuning.answering" and asked(placing, "tune") == 0
    engine.hold.clear()
    assert told.finished(answer.id).state == "done"


def test_a_worker_that_a_model_lost_is_away_until_a_model_meets_it_again(
    services: Services, told: Listening, model: str
) -> None:
    services.placements.workers.add(WORKER)
    lost = ErrorInfo("worker.lost", {"address": WORKER})
    services.events.publish(ModelChanged("lost", "M", model, error=lost, without_workers=True))
    assert services.placements.workers.all() == (WorkerState(WORKER, "away", error=lost),)
    assert services.placements.machine().devices == ()
    services.events.publish(ModelChanged("ready", "M", model, workers=(WORKER,)))
    assert services.placements.workers.all()[0].state == "ready"


def test_budgets_of_workers_are_left_out_when_those_are_away_or_gone(
    services: Services, placing: ScriptedPlacing, model: str
) -> None:
    services.placements.workers.add(WORKER)
    services.placements.keep_options(model, PlacementOptions(budgets={"CPU": 10**9, "RPC0": 10**8}))
    kept = services.placements.options_for(model)
    services.placements.planned(model, kept)
    assert last(placing, "plan")[1].budgets == {"CPU": 10**9, "RPC0": 10**8}
    placing.away[WORKER] = AWAY
    services.placements.workers.check()
    services.placements.planned(model, kept)
    assert last(placing, "plan")[1].budgets == {"CPU": 10**9}
    services.placements.workers.remove(WORKER)
    assert services.placements.options_for(model).budgets == {"CPU": 10**9}


def test_experts_that_fire_are_summed_for_each_conversation_and_model(coterie_home: Path, model: str) -> None:
    def make(listener: Listener) -> ScriptedEngine:
        return ScriptedEngine(listener, fired=((), (3, 0, 5)))

    services = open_services(coterie_home, make_engine=make, placing=ScriptedPlacing())
    try:
        told = Listening(services)
        services.models.use(model)
        conversation = services.conversations.create().id
        told.finished(services.asking.send(conversation, "Unwatched").id)
        assert services.placements.experts(conversation) is None
        services.placements.watch_experts(True)
        for times in (1, 2):
            told.finished(services.asking.send(conversation, "Hello").id)
            changed = services.placements.experts(conversation)
            assert changed is not None
            assert changed.counts == ((), (3 * times, 0, 5 * times)) and changed.tokens == 4 * times
        assert services.placements.experts(conversation + 1) is None
        # Watching goes on with another model, counted anew.
        services.models.use("starter")
        services.conversations.choose_model(conversation, "starter")
        told.finished(services.asking.send(conversation, "Hello").id)
        changed = services.placements.experts(conversation)
        assert changed is not None and changed.counts == ((), (3, 0, 5))
        services.placements.watch_experts(False)
    finally:
        services.close()


def test_no_worker_is_asked_before_it_was_added_or_is_needed(coterie_home: Path) -> None:
    coterie_home.mkdir()
    (coterie_home / "settings.toml").write_text(f'workers = ["{WORKER}"]\n')
    placing = ScriptedPlacing()
    services = open_services(coterie_home, make_engine=ScriptedEngine, placing=placing)
    assert services.placements.workers.all() == (WorkerState(WORKER),)
    services.models.ensure()
    services.close()
    assert placing.asked == []


def test_a_worker_is_added_asked_told_kept_and_part_of_the_machine(
    services: Services, placing: ScriptedPlacing, told: Listening, model: str
) -> None:
    state = services.placements.workers.add(f" {WORKER} ")
    assert (state.address, state.state, len(state.devices)) == (WORKER, "ready", 1)
    assert told.next(WorkersChanged).workers[0].state == "checking"
    assert told.next(WorkersChanged).workers == (state,)
    assert services.settings.current.workers == (WORKER,)
    assert services.placements.machine().devices[0].name == "RPC0"
    services.placements.exact(model, PlacementOptions())
    assert last(placing, "exact")[2].workers == (WORKER,)
    services.placements.workers.remove(WORKER)
    assert told.next(WorkersChanged).workers == ()
    assert services.placements.machine().devices == ()


def test_a_worker_that_is_away_is_kept_with_the_reason_and_left_out_of_plans(
    services: Services, placing: ScriptedPlacing, model: str
) -> None:
    placing.away[WORKER] = AWAY
    assert services.placements.workers.add(WORKER) == WorkerState(WORKER, "away", error=AWAY)
    assert services.settings.current.workers == (WORKER,)
    services.placements.exact(model, PlacementOptions())
    assert last(placing, "exact")[2].workers == ()
    placing.away.clear()
    assert services.placements.workers.check()[0].state == "ready"


def test_a_worker_that_was_added_already_is_refused(services: Services) -> None:
    services.placements.workers.add(WORKER)
    with pytest.raises(UserError) as caught:
        services.placements.workers.add(WORKER)
    assert caught.value.code == "worker.twice"


@pytest.mark.parametrize("address", ["", ":1", "host:", "host:0", "host:65536", "a b:1", "host:-1", "host:x"])
def test_an_address_that_is_none_is_refused_and_nothing_is_asked(
    services: Services, placing: ScriptedPlacing, address: str
) -> None:
    with pytest.raises(UserError) as caught:
        services.placements.workers.add(address)
    assert caught.value.code == "worker.bad_address"
    assert placing.asked == [] and services.settings.current.workers == ()


def test_the_measured_speed_is_of_the_placement_that_is_loaded(
    services: Services, told: Listening, model: str
) -> None:
    services.models.use(model)
    conversation = services.conversations.create()
    answer = told.finished(services.asking.send(conversation.id, "Hello").id)
    speed = services.placements.speed(model)
    assert speed is not None and speed.decode_tps == 38.0
    beside = AnswerFinished(msgspec.structs.replace(answer, timings=Timings(decode_tps=9.0, batch=3.0)))
    services.events.publish(beside)
    assert services.placements.speed(model) == speed, "beside others it says nothing of an answer alone"
    services.models.use(model)
    assert services.placements.speed(model) is None


def test_models_to_choose_from_are_there_once_and_exist(services: Services, model: str) -> None:
    services.models.use(model)
    paths = [entry.path for entry in services.placements.models()]
    assert paths == [model, str(starter_model())]
    Path(model).unlink()
    assert [entry.path for entry in services.placements.models()] == [str(starter_model())]


def test_kept_wishes_are_what_the_model_is_loaded_with_however_it_is_loaded(
    services: Services, told: Listening, model: str
) -> None:
    services.placements.keep_options(model, PlacementOptions(context=1024, budgets={"CPU": 10**9}))
    services.models.use(model)
    facts = told.model("ready").facts
    assert facts is not None and facts.context == 1024
    assert services.models._loading._request is not None
    assert services.models._loading._request.options.budgets == {"CPU": 10**9}
    services.placements.keep_options(model, PlacementOptions())
    services.models.reload()
    facts = told.model("ready").facts
    assert facts is not None and facts.context == 8192
