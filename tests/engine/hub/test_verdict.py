"""A plan in one sentence."""

import msgspec
import pytest

from app.messages import localized_error
from engine.errors import ErrorInfo
from engine.gguf.tensor_index import TensorIndex
from engine.hub.values import Verdict
from engine.hub.verdict import settled, verdict, verdict_by_size
from engine.placement.budgets import with_programs_closed
from engine.placement.plan import DISK, Machine, PlacementOptions
from engine.placement.planner import plan
from tests.support.models.published_models import published_index
from tests.support.placement.machines import GB, MB, gpu, machine, small_index, worker
from tests.support.placement.plans import a_machine, a_plan


def judged(index: TensorIndex, host: Machine, **options: int) -> Verdict:
    return verdict(plan(index, host, PlacementOptions(**options)), host)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("index", "host", "fit", "english", "korean"),
    [
        (
            small_index(),
            machine(16 * GB, gpu(8 * GB)),
            "device",
            "Fits, about 447 tokens per second, 1.1 GB on the GPU.",
            "실행할 수 있습니다. 초당 약 447토큰, GPU에 1.1 GB.",
        ),
        (
            published_index("Qwen3-30B-A3B"),
            machine(32 * GB, gpu(12 * GB)),
            "divided",
            "Fits, about 31 tokens per second, 10.9 GB on the GPU and 9 GB in RAM.",
            "실행할 수 있습니다. 초당 약 31토큰, GPU에 10.9 GB, RAM에 9 GB.",
        ),
        (
            published_index("Qwen3-30B-A3B"),
            machine(32 * GB),
            "ram",
            "Fits in RAM, about 12 tokens per second.",
            "RAM에서 실행할 수 있습니다. 초당 약 12토큰.",
        ),
        (
            published_index("Qwen3-30B-A3B"),
            machine(12 * GB),
            "disk",
            "Too big for RAM, so very slow: about 2.3 tokens per second.",
            "RAM보다 커서 매우 느립니다. 초당 약 2.3토큰.",
        ),
        (
            published_index("Llama-3.1-8B"),
            machine(4 * GB),
            "no",
            "Needs 3.2 GB more memory.",
            "메모리가 3.2 GB 부족합니다.",
        ),
        (
            small_index(),
            machine(16 * GB, gpu(800 * MB), gpu(800 * MB, "CUDA1")),
            "divided",
            "Fits, about 229 tokens per second, 932 MB on 2 devices and 259 MB in RAM.",
            "실행할 수 있습니다. 초당 약 229토큰, 장치 2개에 932 MB, RAM에 259 MB.",
        ),
        (
            small_index(),
            machine(16 * GB, gpu(1100 * MB), gpu(1100 * MB, "CUDA1")),
            "device",
            "Fits, about 428 tokens per second, 1.1 GB on 2 devices.",
            "실행할 수 있습니다. 초당 약 428토큰, 장치 2개에 1.1 GB.",
        ),
    ],
)
def test_a_plan_is_told_in_a_sentence(
    index: TensorIndex, host: Machine, fit: str, english: str, korean: str
) -> None:
    found = judged(index, host)
    assert found.fit == fit
    assert localized_error(found.sentence, "en") == english
    assert localized_error(found.sentence, "ko") == korean


def test_a_worker_is_called_by_its_name() -> None:
    found = judged(small_index(), machine(16 * GB, worker(8 * GB)))
    assert found.sentence.params["device"] == "RPC0 (10.0.0.2:50052)"
    assert found.worker
    assert verdict_by_size(4 * GB, machine(16 * GB, worker(8 * GB))).worker
    assert not judged(small_index(), machine(16 * GB)).worker


def test_numbers_of_the_plan_stand_in_the_verdict() -> None:
    host = machine(12 * GB)
    made = plan(published_index("Qwen3-30B-A3B"), host, PlacementOptions())
    found = verdict(made, host)
    assert (found.mode, found.context) == (made.mode, made.placement.context)
    assert (found.decode_tps, found.prefill_tps) == (made.predicted.decode_tps, made.predicted.prefill_tps)
    assert found.decode_range == made.predicted.decode_range
    assert found.missing_bytes == made.paged > 0
    assert found.ram_bytes + made.paged == made.bytes["CPU"].total


def test_experts_in_the_file_are_the_middle_between_fits_and_does_not() -> None:
    host = msgspec.structs.replace(machine(64 * GB), floors=True)
    made = plan(published_index("DeepSeek-R1"), host, PlacementOptions())
    found = verdict(made, host)
    assert (found.fit, found.mode, found.device_bytes) == ("disk", "disk", 0)
    assert found.missing_bytes == made.bytes[DISK].total > 300 * GB
    assert found.ram_bytes == made.bytes["CPU"].total < 64 * GB
    said = localized_error(found.sentence, "en")
    assert said.startswith("Runs from disk, about ") and said.endswith(" tokens per second.")
    assert localized_error(found.sentence, "ko").startswith("디스크에서 읽으며 실행합니다. 초당 약 ")


def test_what_would_do_with_a_shorter_context_is_told_so() -> None:
    host = machine(8 * GB)
    found = judged(published_index("Llama-3.1-8B"), host, context=131072)
    assert found.fit == "no"
    assert (
        localized_error(found.sentence)
        == "Doesn’t fit with a context of 131,072 tokens, but does with 14,080."
    )


def test_what_would_do_with_a_smaller_cache_is_told_so() -> None:
    refused = msgspec.structs.replace(a_plan(), fits=False, refusal=ErrorInfo("plan.try_smaller_cache", {}))
    assert localized_error(verdict(refused, a_machine()).sentence).startswith("Fits only if")


@pytest.mark.parametrize(
    ("size", "host", "fit", "english"),
    [
        (
            4 * GB,
            machine(8 * GB, gpu(8 * GB)),
            "device",
            "Probably fits in graphics memory (about 4.5 GB). Its header couldn’t be read, so the speed is unknown.",
        ),
        (
            9 * GB,
            machine(8 * GB, gpu(8 * GB)),
            "divided",
            "Probably fits in graphics memory and RAM together (about 9.5 GB). Its header couldn’t be read, "
            "so the speed is unknown.",
        ),
        (
            4 * GB,
            machine(8 * GB),
            "ram",
            "Probably fits in RAM (about 4.5 GB). Its header couldn’t be read, so the speed is unknown.",
        ),
        (
            40 * GB,
            machine(8 * GB),
            "no",
            "Probably doesn’t fit. Judging by its size, it needs 35.1 GB more memory.",
        ),
    ],
)
def test_by_size_alone_no_speed_is_told(size: int, host: Machine, fit: str, english: str) -> None:
    found = verdict_by_size(size, host)
    assert (found.fit, found.source, found.decode_tps) == (fit, "sizes", 0.0)
    assert localized_error(found.sentence) == english
    if found.fits:
        assert found.device_bytes + found.ram_bytes > size


def busy(host: Machine, ram_free: int, gpu_free: int | None = None) -> Machine:
    """The machine while other programs leave so much."""
    replace = msgspec.structs.replace
    devices = tuple(replace(one, free=one.free if gpu_free is None else gpu_free) for one in host.devices)
    return replace(host, ram=replace(host.ram, free=ram_free), devices=devices)


def both(index: TensorIndex, host: Machine) -> Verdict:
    return settled(judged(index, with_programs_closed(host)), judged(index, host))


def test_other_programs_change_no_verdict_but_what_is_missing_now_is_told() -> None:
    index, host = published_index("Qwen3-30B-A3B"), machine(32 * GB)
    idle, crowded = both(index, busy(host, 27 * GB)), both(index, busy(host, 15 * GB))
    assert (idle.fit, idle.busy) == ("ram", None)
    assert msgspec.structs.replace(crowded, busy_bytes=0) == idle
    assert crowded.busy_bytes == judged(index, busy(host, 15 * GB)).missing_bytes > 0
    assert crowded.busy is not None
    assert localized_error(crowded.busy).startswith("Close other programs: ")


def test_a_full_graphics_card_is_judged_by_its_size() -> None:
    host = machine(16 * GB, gpu(8 * GB))
    assert both(small_index(), busy(host, 14 * GB, 200 * MB)).fit == "device"


def test_what_runs_now_runs_though_the_reserve_says_otherwise() -> None:
    index, host = published_index("Llama-3.1-8B"), machine(7_400 * MB)
    assert judged(index, with_programs_closed(host)).fit != judged(index, host).fit
    assert both(index, host).fit == judged(index, host).fit


def test_what_never_fits_does_not_ask_for_programs_to_be_closed() -> None:
    found = both(published_index("Llama-3.1-8B"), busy(machine(4 * GB), 3 * GB))
    assert (found.fit, found.busy) == ("no", None)


def test_a_workers_memory_is_what_it_reports() -> None:
    lent = msgspec.structs.replace(worker(8 * GB), free=2 * GB)
    assert with_programs_closed(machine(16 * GB, lent)).devices == (lent,)
