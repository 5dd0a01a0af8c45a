"""A placement is kept to the byte: the dry run, the load, and the look at every weight afterwards agree."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from engine.errors import UserError
from engine.gguf.reading import read_index
from engine.gguf.tensor_index import tensor_index
from engine.gguf.tensor_roles import EXPERT_TENSOR
from engine.local.isolated_call import Report, ask
from engine.placement.estimate import cache_bytes
from engine.placement.expected import expected_devices, misplaced
from engine.placement.plan import RAM, Override, Placement
from tests.support.engines.rpc_worker import Worker, rpc_worker
from tests.support.models.moe import moe_model
from tests.support.models.small_models import hybrid_model, recurrent_model, sliding_model
from tests.support.models.starter import starter_model
from tests.support.placement.placed import Nothing, Weighed, experts_of, say, weigh

pytestmark = [pytest.mark.model, pytest.mark.long]

EVERYWHERE = 31  # 30 layers and the output
LATE = experts_of("1[5-9]|2[0-9]", RAM)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with rpc_worker() as worker:
        yield worker


@pytest.fixture(scope="module")
def second_worker() -> Iterator[Worker]:
    with rpc_worker() as worker:
        yield worker


def on_worker(**changes: object) -> Placement:
    placement = Placement(1024, devices=("RPC0",), gpu_layers=EVERYWHERE)
    return msgspec.structs.replace(placement, **changes)


def check(weighed: Weighed) -> None:
    assert weighed.loaded == weighed.dry
    assert weighed.weights.misplaced == {}
    assert weighed.weights.bytes == {name: size.model for name, size in weighed.dry.items() if size.model}
    assert weighed.computed == weighed.listed
    for name, size in weighed.dry.items():
        estimate = weighed.estimated[name]
        # A layout for the processor takes what it takes.
        room = size.model // 100 if weighed.weights.repacked else 0
        assert abs(estimate.model - size.model) < 2**16 + room
        assert abs(estimate.context - size.context) < 2**20
        assert abs(estimate.compute - size.compute) < 2**14


@pytest.mark.parametrize(
    "placement",
    [
        Placement(1024),
        Placement(1024, cache_type_k="q8_0", cache_type_v="q8_0"),
        Placement(1024, cache_type_k="bf16", cache_type_v="bf16"),
        Placement(1024, attention="plain"),
        Placement(1024, attention="plain", ubatch=128, sequences=4, outputs=68),
        Placement(256, ubatch=1024, load_mode="pinned"),
        Placement(2048, ubatch=128, load_mode="locked"),
        Placement(1024, sequences=4, outputs=68),
    ],
)
def test_on_the_cpu_alone_the_dry_run_is_exact(placement: Placement) -> None:
    weighed = weigh(moe_model(), placement)
    check(weighed)
    assert set(weighed.dry) == {RAM}


@pytest.mark.parametrize(
    ("model", "sequences"), [(sliding_model, 4), (hybrid_model, 1), (hybrid_model, 4), (recurrent_model, 4)]
)
def test_windows_and_states_of_several_sequences_are_in_the_dry_run(
    model: Callable[[], Path], sequences: int
) -> None:
    weighed = weigh(model(), Placement(2048, sequences=sequences, outputs=64 + sequences))
    check(weighed)
    cache = tensor_index(read_index(model())).cache
    expected = sum(cache_bytes(layer, 2048, "f16", 512, sequences) for layer in cache)
    assert weighed.dry[RAM].context == expected


@pytest.mark.parametrize(
    "placement",
    [
        on_worker(),
        on_worker(overrides=(LATE,)),
        on_worker(overrides=(experts_of("[0-9]+", RAM),), cache_type_k="q8_0", cache_type_v="q8_0"),
        on_worker(overrides=(LATE,), load_mode="pinned", ubatch=256, op_offload=False),
        on_worker(gpu_layers=11, sequences=4, outputs=68),
        on_worker(gpu_layers=0),
        on_worker(gpu_layers=11, attention="plain"),
        # One layer in part: its gates on the worker, the rest of its experts in RAM.
        on_worker(
            overrides=(experts_of("1[6-9]|2[0-9]", RAM), Override(r"blk\.15\.ffn_(up|down)_exps", RAM))
        ),
    ],
)
def test_on_a_worker_the_dry_run_is_exact(worker: Worker, placement: Placement) -> None:
    check(weigh(moe_model(), placement, [worker.address]))


@pytest.mark.parametrize("overrides", [(), (LATE,), (experts_of("[0-9]", "RPC1"), LATE)])
def test_on_two_workers_the_dry_run_is_exact(
    worker: Worker, second_worker: Worker, overrides: tuple[object, ...]
) -> None:
    placement = on_worker(devices=("RPC0", "RPC1"), split=(10.0, 21.0), overrides=overrides)
    weighed = weigh(moe_model(), placement, [worker.address, second_worker.address])
    check(weighed)
    assert set(weighed.dry) == {RAM, "RPC0", "RPC1"}


def test_a_dense_model_with_a_tied_output_has_a_copy_of_it_on_the_worker(worker: Worker) -> None:
    weighed = weigh(starter_model(), on_worker(), [worker.address])
    check(weighed)
    assert [device for name, device in weighed.listed if name == "token_embd.weight"] == [RAM, "RPC0"]


def test_bytes_of_experts_are_told_apart(worker: Worker) -> None:
    tensors = read_index(moe_model()).tensors
    experts = sum(tensor.bytes for tensor in tensors if EXPERT_TENSOR.search(tensor.name))
    weights = weigh(moe_model(), on_worker(overrides=(LATE,)), [worker.address]).weights
    assert weights.expert_bytes == {RAM: experts // 2, "RPC0": experts // 2}


def test_a_wrong_expectation_is_found(worker: Worker) -> None:
    weighed = weigh(moe_model(), on_worker(overrides=(LATE,)), [worker.address])
    names = [tensor.name for tensor in read_index(moe_model()).tensors]
    wrong = expected_devices(names, 30, on_worker(overrides=(experts_of("1[6-9]|2[0-9]", RAM),)))
    assert misplaced(weighed.listed, wrong) == {
        f"blk.15.ffn_{kind}_exps.weight": RAM for kind in ("gate", "up", "down")
    }


@pytest.fixture(scope="module")
def cpu_tokens() -> list[int]:
    return say(moe_model(), Placement(512, repack=False), 48)


@pytest.mark.parametrize(
    "placement",
    [
        on_worker(),
        on_worker(overrides=(LATE,)),
        on_worker(overrides=(experts_of("[0-9]+", RAM),)),
        on_worker(gpu_layers=11, load_mode="pinned"),
    ],
)
def test_the_same_tokens_come_from_a_worker_as_from_the_cpu(
    worker: Worker, cpu_tokens: list[int], placement: Placement
) -> None:
    as_filed = msgspec.structs.replace(placement, repack=False)
    assert say(moe_model(), as_filed, 48, [worker.address]) == cpu_tokens


def test_the_same_tokens_come_from_two_workers(
    worker: Worker, second_worker: Worker, cpu_tokens: list[int]
) -> None:
    placement = on_worker(devices=("RPC0", "RPC1"), split=(10.0, 21.0), overrides=(LATE,), repack=False)
    assert say(moe_model(), placement, 48, [worker.address, second_worker.address]) == cpu_tokens


def _refuse(_: Report, path: str, placement: Placement) -> Nothing:
    from engine.local import native

    native.dry_run(path, placement)
    return Nothing()


def test_a_device_that_is_not_there_is_told_by_name() -> None:
    with pytest.raises(UserError) as caught:
        ask(_refuse, (str(moe_model()), on_worker()), Nothing)
    assert (caught.value.code, caught.value.params) == ("engine.no_device", {"name": "RPC0"})


def test_a_worker_that_dies_while_a_child_computes_is_named(cpu_tokens: list[int]) -> None:
    with rpc_worker() as worker, pytest.raises(UserError) as caught:
        ask(_outlive, (worker.address, worker.process.pid), Nothing, workers=[worker.address])
    assert (caught.value.code, caught.value.params) == ("worker.lost", {"address": worker.address})


def _outlive(_: Report, address: str, pid: int) -> Nothing:
    import os
    import signal

    from engine.local import native

    native.register_workers([address])
    os.kill(pid, signal.SIGKILL)
    native.devices()
    return Nothing()
