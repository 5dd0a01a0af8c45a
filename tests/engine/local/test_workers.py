"""Workers as the engine meets them: away, foreign, dying. What happened is told, and it goes on without them."""

import signal

import pytest

from engine.api import Delta, EngineLost, Loaded, LoadFailed, LoadRequest
from engine.errors import UserError
from engine.local import health
from engine.local.client import LocalEngine
from engine.local.planning import plan_model
from engine.local.survey import survey
from engine.placement.plan import RAM, PlacementOptions
from tests.support.computing.greedy_judge import is_as_likely
from tests.support.engines.fake_worker import answering, closing, cut_after, hello, listening, silent
from tests.support.engines.recorder import Recorder, ask
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.models.moe import moe_model
from tests.support.placement.fit_oracle import fit
from tests.support.servers.free_port import free_port

pytestmark = [pytest.mark.model, pytest.mark.long]

LAYERS = 30
STORY = "Tell me a very long story about the sea."


def load(engine: LocalEngine, told: Recorder, *workers: str) -> Loaded | LoadFailed:
    engine.load(LoadRequest(str(moe_model()), PlacementOptions(512, workers=workers)))
    return told.next(Loaded, LoadFailed)


def refusal(engine: LocalEngine, told: Recorder, *workers: str) -> str:
    event = load(engine, told, *workers)
    assert isinstance(event, LoadFailed) and engine.state == "empty"
    return event.error.code


def test_workers_that_cannot_be_used_are_told_and_the_model_loads_without(
    engine: LocalEngine, told: Recorder
) -> None:
    assert refusal(engine, told, f"127.0.0.1:{free_port()}") == "worker.refused"
    assert refusal(engine, told, "not an address") == "worker.bad_address"
    assert refusal(engine, told, "127.0.0.1:7", "localhost:7") == "worker.twice"
    for behaviour, code in (
        (silent, "worker.stalled"),
        (closing, "worker.not_a_worker"),
        (answering(hello(6)), "worker.other_version"),
    ):
        with listening(behaviour) as address:
            assert refusal(engine, told, address) == code
    assert isinstance(load(engine, told), Loaded)
    assert told.answer(engine, ask(1, "Hi", max_tokens=2))[1].error is None


def test_a_model_on_a_worker_lies_as_planned_and_answers_as_on_the_cpu(
    engine: LocalEngine, told: Recorder
) -> None:
    question = ask(1, STORY, max_tokens=48)
    with rpc_worker() as worker:
        for budget in (50_000_000, 350_000_000):
            options = PlacementOptions(512, workers=(worker.address,), budgets={"RPC0": budget})
            engine.load(LoadRequest(str(moe_model()), options))
            loaded = told.next(Loaded).model
            plan, weights = loaded.plan, loaded.weights
            assert plan is not None and weights is not None
            assert plan.bytes["RPC0"].total <= budget
            assert weights.misplaced == {}
            assert (min(loaded.graph_splits) > 1) == (plan.bytes["RPC0"].total > 0)
            assert weights.bytes == {name: size.model for name, size in plan.bytes.items() if size.model}
            assert weights.expert_bytes == {name: size for name, size in plan.expert_bytes.items() if size}
            shared, end = told.answer(engine, question)
            assert end.error is None and is_as_likely(moe_model(), STORY, shared, 48)


def test_never_fewer_expert_layers_lie_on_a_worker_than_llama_cpp_itself_places() -> None:
    with rpc_worker() as worker:
        for budget in (150_000_000, 200_000_000, 350_000_000, 2_000_000_000):
            options = PlacementOptions(1024, workers=(worker.address,), budgets={"RPC0": budget})
            plan = plan_model(str(moe_model()), options).plan
            fitted = fit(moe_model(), worker.address, budget, context=1024)
            if len(fitted.dense_layers) == LAYERS:
                assert len(plan.expert_layers["RPC0"]) >= len(fitted.expert_layers)
                assert len(plan.dense_layers["RPC0"]) == LAYERS
            else:  # it leaves attention in RAM for an expert layer; here attention comes first
                assert len(plan.dense_layers["RPC0"]) >= len(fitted.dense_layers)


def test_a_worker_that_dies_in_an_answer_is_named_and_the_text_so_far_stands(
    engine: LocalEngine, told: Recorder
) -> None:
    with rpc_worker() as worker:
        load(engine, told, worker.address)
        engine.generate(ask(1, STORY))
        told.next(Delta)
        worker.kill()
        text, end = told.finish(1)
        assert end.error is not None and end.error.code == "worker.lost"
        assert end.error.params == {"address": worker.address}
        assert told.next(EngineLost).error.code == "worker.lost"
        # Asked to go on, the engine finds that the worker is away; without it, it goes on.
        engine.generate(ask(2, STORY, text, continue_last=True, max_tokens=4))
        assert told.next(LoadFailed).error.code == "worker.refused"
    assert isinstance(load(engine, told), Loaded)
    rest, end = told.answer(engine, ask(3, STORY, text or "Once", continue_last=True, max_tokens=4))
    assert rest and end.error is None


def test_a_worker_that_dies_again_and_again_does_not_lock_the_model_out(
    engine: LocalEngine, told: Recorder
) -> None:
    port = free_port()
    for number in range(1, 5):
        with rpc_worker(port=port) as worker:
            if number == 1:
                load(engine, told, worker.address)
            engine.generate(ask(number, STORY))
            while told.next(Delta).id != number:
                pass
            worker.kill()
            assert told.next(EngineLost).error.code == "worker.lost"


def test_a_worker_that_dies_while_the_model_is_sent_to_it_is_named(
    engine: LocalEngine, told: Recorder
) -> None:
    with rpc_worker() as worker, listening(cut_after(worker.address, 20_000_000)) as address:
        engine.load(LoadRequest(str(moe_model()), PlacementOptions(512, workers=(address,))))
        lost = told.next(EngineLost)
        assert (lost.error.code, lost.error.params) == ("worker.lost", {"address": address})
    assert isinstance(load(engine, told), Loaded)


def test_a_worker_that_falls_silent_in_an_answer_is_named(
    engine: LocalEngine, told: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with rpc_worker() as worker:
        load(engine, told, worker.address)
        engine.generate(ask(1, STORY))
        told.next(Delta)
        worker.process.send_signal(signal.SIGSTOP)
        monkeypatch.setattr(health, "STALL_LIMIT", 2.0)
        assert told.next(EngineLost).error.params == {"address": worker.address}


def test_two_workers_share_a_model(engine: LocalEngine, told: Recorder) -> None:
    with rpc_worker() as first, rpc_worker() as second:
        loaded = load(engine, told, first.address, second.address)
        assert isinstance(loaded, Loaded)
        assert loaded.model.weights is not None and loaded.model.weights.misplaced == {}
        machine = loaded.model.machine
        assert machine is not None
        assert [device.description for device in machine.devices] == [first.address, second.address]
        assert told.answer(engine, ask(1, "Hi", max_tokens=8))[1].error is None


def test_a_survey_and_a_plan_know_the_workers() -> None:
    with rpc_worker() as worker:
        found = survey([worker.address])
        planned = plan_model(str(moe_model()), PlacementOptions(512, workers=(worker.address,)))
    assert [(device.name, device.kind) for device in found.devices] == [(RAM, "cpu"), ("RPC0", "rpc")]
    assert not found.machine.devices[0].streams
    assert planned.machine.devices[0].description == worker.address
    assert planned.plan.measured and planned.plan.fits and planned.trained_context == 8192
    assert sum(size.model for size in planned.plan.bytes.values()) >= planned.expert_bytes


def test_planning_tells_what_is_wrong_with_a_file_or_a_worker_and_can_be_given_up() -> None:
    with pytest.raises(UserError) as caught:
        plan_model("/no/such/file.gguf", PlacementOptions())
    assert caught.value.code == "model.missing"
    with pytest.raises(UserError) as caught:
        plan_model(str(moe_model()), PlacementOptions(workers=(f"127.0.0.1:{free_port()}",)))
    assert caught.value.code == "worker.refused"
    with pytest.raises(UserError) as caught:
        plan_model(str(moe_model()), PlacementOptions(), keep_going=lambda _: False)
    assert caught.value.code == "engine.load_cancelled"
