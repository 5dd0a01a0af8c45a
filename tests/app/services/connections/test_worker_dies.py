"""A worker that dies while it answers, with the real engine: nothing is lost, and it goes on without it."""

from __future__ import annotations

import pytest

from app.messages import localized_error
from app.services.placement.events import TuneProgress
from app.services.services import Services
from engine.local.measure.tuning import OnTrial, Trial, Tuning, tune
from engine.placement.plan import RAM, Machine, Mode, PlacementOptions
from tests.support.engines.rpc_worker import Worker, rpc_worker
from tests.support.experts.cached import is_built
from tests.support.listening import Listening
from tests.support.models.moe import moe_model

pytestmark = [pytest.mark.model, pytest.mark.long]

STORY = "Tell me a very long story about the sea."


def one_trial(
    path: str, options: PlacementOptions, machine: Machine, threads: int, on_trial: OnTrial
) -> Tuning:
    """A real tuning that ends with the plan as it is."""

    def ends(trial: Trial | None, share: float) -> bool:
        return on_trial(trial, share) and trial is None

    return tune(path, options, machine, threads=threads, on_trial=ends)


def loaded_onto(worker: Worker, services: Services, told: Listening, mode: Mode | None = None) -> None:
    """Experts and attention of some layers lie on the worker."""
    services.settings.change(workers=(worker.address,), context=512)
    services.placements.keep_options(
        str(moe_model()), PlacementOptions(budgets={"RPC0": 300_000_000}, mode=mode)
    )
    services.models.use(str(moe_model()))
    facts = told.model("ready").facts
    assert facts is not None and facts.plan is not None
    assert facts.plan.bytes["RPC0"].model > 0


def test_the_text_so_far_stands_the_worker_is_named_and_the_answer_goes_on_without_it(
    services: Services, told: Listening
) -> None:
    with rpc_worker() as worker:
        loaded_onto(worker, services, told)
        answer = services.asking.send(services.conversations.create().id, STORY)
        told.some_text(answer.id)
        worker.kill()
        partial = told.finished(answer.id)
    assert partial.content and partial.state == "stopped"
    assert partial.error is not None and partial.error.code == "worker.lost"
    assert worker.address in localized_error(partial.error, "en")
    state = services.models.state
    assert state.state == "lost" and state.without_workers and state.error == partial.error
    assert [(known.address, known.state) for known in services.placements.workers.all()] == [
        (worker.address, "away")
    ]
    # Plans are made for the machines that are there, the load is asked for without the one that is not.
    options = services.placements.options_for(str(moe_model()))
    assert services.placements.planned(str(moe_model()), options).machine.devices == ()
    services.models.reload(without_workers=True)
    facts = told.model("ready").facts
    assert facts is not None and facts.plan is not None and list(facts.plan.bytes) == [RAM]
    services.settings.change(max_tokens=8)
    services.asking.continue_answer(answer.id)
    whole = told.finished(answer.id)
    assert whole.content.startswith(partial.content) and len(whole.content) > len(partial.content)
    assert whole.error is None


@pytest.mark.skipif(not is_built(), reason="the plugin is not built")
def test_beneath_a_cache_of_experts_the_next_answer_needs_no_other_load(
    services: Services, told: Listening
) -> None:
    with rpc_worker() as worker:
        loaded_onto(worker, services, told, mode="cached")
        assert services.models.state.workers == (worker.address,)
        answer = services.asking.send(services.conversations.create().id, STORY)
        told.some_text(answer.id)
        worker.kill()
        partial = told.finished(answer.id)
    assert partial.error is not None and partial.error.code == "worker.lost"
    services.settings.change(max_tokens=4)
    services.asking.continue_answer(answer.id)
    whole = told.finished(answer.id)
    assert whole.error is None and len(whole.content) > len(partial.content)
    state = services.models.state
    assert state.facts is not None and state.facts.plan is not None
    assert list(state.facts.plan.bytes) == [RAM] and state.workers == ()
    assert [notice.code for notice in state.notices] == ["cache.without", "cache.failed_before"]
    assert [known.state for known in services.placements.workers.all()] == ["away"]
    # The mode that is kept for the model is one that only the worker could do.
    path = str(moe_model())
    assert services.placements.options_for(path).mode == "cached"
    assert services.placements.planned(path, services.placements.options_for(path)).plan.mode == "cpu"
    services.models.reload(without_workers=True)
    facts = told.model("ready").facts
    assert facts is not None and facts.plan is not None and facts.plan.mode == "cpu"


def test_a_model_on_a_worker_makes_room_for_tuning_and_comes_back_to_it(
    services: Services, told: Listening
) -> None:
    with rpc_worker() as worker:
        loaded_onto(worker, services, told)
        before = services.placements.machine()
        assert [device.description for device in before.devices] == [worker.address]
        assert before.devices[0].free > 300_000_000  # what the model holds of it counts
        path = str(moe_model())
        services.placements._placing.tune = one_trial  # type: ignore[method-assign]
        tuned = services.placements.tune(path)
        assert tuned.before.decode_tps > 0
        assert told.next(TuneProgress).path == path
        facts = told.model("ready").facts
        assert facts is not None and facts.plan is not None
        assert facts.plan.bytes["RPC0"].model > 0
        answer = services.asking.send(services.conversations.create().id, "Hi")
        assert told.finished(answer.id).error is None
