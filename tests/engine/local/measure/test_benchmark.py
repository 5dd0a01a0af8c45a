"""What the benchmark tells, over the real engine with real models. No test looks at how fast they are."""

import msgspec
import psutil
import pytest

from engine.errors import UserError
from engine.local.measure.benchmark import benchmark
from engine.local.measure.modes import ModeResult, available_modes, modes, modes_from_disk
from engine.placement.plan import RAM, Device, Machine, Mode, PlacementOptions
from tests.support.engines.rpc_worker import rpc_worker
from tests.support.experts.cached import is_built
from tests.support.models.expert_models import expert_model
from tests.support.models.moe import moe_model
from tests.support.models.starter import starter_model

pytestmark = pytest.mark.long

TOTAL = psutil.virtual_memory().total
# Budgets of a device that hold some experts of a small model, and not even the rest of it.
TIGHT, LEAST = 12_000_000, 5_000_000
ALONE = Machine(Device(RAM, "cpu", "", TOTAL, TOTAL))


@pytest.mark.model
def test_a_mixture_of_experts_is_measured_with_and_without_watching_them() -> None:
    told: list[float] = []

    def keep_going(fraction: float) -> bool:
        told.append(fraction)
        return True

    found = benchmark(
        str(moe_model()),
        PlacementOptions(512),
        threads=1,
        prompt_tokens=16,
        answer_tokens=4,
        keep_going=keep_going,
    )
    assert found.prefill_tps > 0 and found.decode_tps > 0 and found.watched_decode_tps > 0
    assert found.streams.keys() == {"1", "4"}
    assert found.streams["1"] == found.decode_tps
    assert 0 < found.python_share < 1
    assert found.device
    assert (found.prompt_tokens, found.answer_tokens) == (16, 4)
    assert told == sorted(told) and told[-1] > 0


@pytest.mark.model
def test_a_dense_model_has_nothing_to_watch() -> None:
    found = benchmark(
        str(starter_model()), PlacementOptions(512), threads=1, prompt_tokens=4, answer_tokens=2
    )
    assert found.watched_decode_tps == 0 and found.decode_tps > 0


@pytest.mark.model
def test_what_cannot_be_measured_is_told(tmp_path: object) -> None:
    with pytest.raises(UserError, match=r"engine\.context_overflow"):
        benchmark(str(starter_model()), PlacementOptions(256), prompt_tokens=256)
    with pytest.raises(UserError, match=r"engine\.load_cancelled"):
        benchmark(str(starter_model()), PlacementOptions(256), keep_going=lambda _: False)
    with pytest.raises(UserError, match=r"model\.missing"):
        benchmark(f"{tmp_path}/none.gguf", PlacementOptions())


@pytest.mark.model
def test_the_cpu_alone_is_one_mode_and_writes_an_answer() -> None:
    found = modes(str(starter_model()), PlacementOptions(512), {"cpu": "cpu"}, threads=1)
    assert list(found) == ["cpu"]
    assert "harbour" in found["cpu"].text.lower() or "hills" in found["cpu"].text.lower()
    assert found["cpu"].decode_tps > 0 and found["cpu"].hit_rate == 0


def test_modes_that_tell_experts_apart_need_experts_and_a_device() -> None:
    plain = Device("RPC0", "rpc", "", 1, 1)
    streaming = Device("CUDA0", "gpu", "", 1, 1, streams=True)
    assert available_modes(ALONE, 8) == ("cpu",)
    assert available_modes(Machine(ALONE.ram, (plain,)), 0) == ("cpu", "layers")
    assert available_modes(Machine(ALONE.ram, (plain,)), 8) == ("cpu", "layers", "resident")
    assert available_modes(Machine(ALONE.ram, (streaming,)), 8) == ("cpu", "layers", "resident", "streamed")
    assert available_modes(ALONE, 8, caches=True) == ("cpu",)
    assert available_modes(Machine(ALONE.ram, (plain,)), 0, caches=True) == ("cpu", "layers")
    assert available_modes(Machine(ALONE.ram, (plain,)), 8, caches=True)[-1] == "cached"


def test_a_mixture_beyond_its_memory_is_compared_with_paging() -> None:
    reading = msgspec.structs.replace(ALONE, floors=True)
    assert modes_from_disk(ALONE) == {"mmap": "cpu"}
    assert modes_from_disk(reading) == {"mmap": "cpu", "disk": "disk"}
    card = Device("CUDA0", "gpu", "", 1, 1, streams=True)
    assert modes_from_disk(Machine(ALONE.ram, (card,), floors=True)) == {"mmap": "resident", "disk": "disk"}


@pytest.mark.model
def test_a_mode_that_the_engine_cannot_do_is_left_out() -> None:
    wanted: dict[str, Mode] = {"mmap": "cpu", "disk": "disk"}
    options = PlacementOptions(512, budgets={RAM: 10**9})
    found = modes(str(starter_model()), options, wanted, threads=1)
    assert list(found) == ["mmap"] and found["mmap"].limit_bytes in (0, 10**9)


@pytest.mark.model
@pytest.mark.skipif(not is_built(), reason="the plugin is not built")
def test_a_cache_of_experts_is_a_mode_that_tells_its_hit_rate_or_why_it_is_none() -> None:
    path = str(expert_model("qwen"))
    with rpc_worker() as worker:

        def measured(budget: int) -> dict[str, ModeResult]:
            options = PlacementOptions(1024, workers=(worker.address,), budgets={"RPC0": budget})
            return modes(path, options, {"cpu": "cpu", "cached": "cached"}, threads=1)

        found = measured(TIGHT)
        assert 0 < found["cached"].hit_rate < 1 and found["cpu"].hit_rate == 0
        assert found["cached"].decode_tps > 0
        assert list(measured(LEAST)) == ["cpu"], "no room for the experts of one token"
