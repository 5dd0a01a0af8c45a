"""Where a projector goes: to a card that has room behind the plan, else to RAM, else nowhere, which is said."""

from __future__ import annotations

import pytest

from engine.errors import ErrorInfo
from engine.gguf.projector_memory import buffer_bytes
from engine.hub.verdict import verdict
from engine.placement.plan import RAM, Machine, PlacementOptions, Plan
from engine.placement.planner import plan
from engine.placement.vision import vision_device, with_vision
from tests.support.placement.machines import GB, MB, gpu, machine, small_index, worker

DENSE = small_index(experts=0)
FIXED = PlacementOptions(context=2048, ubatch=512)


def seeing(host: Machine, needed: int, options: PlacementOptions = FIXED) -> Plan:
    return with_vision(plan(DENSE, host, options), host, options, needed)


def test_without_one_the_plan_is_as_it_was() -> None:
    host = machine(8 * GB)
    assert seeing(host, 0) == plan(DENSE, host, FIXED) and vision_device(seeing(host, 0)) == ""


def test_it_is_on_the_card_with_the_most_room_behind_the_model() -> None:
    host = machine(8 * GB, gpu(6 * GB), gpu(12 * GB, "CUDA1"), worker(90 * GB))
    made = seeing(host, GB)
    before = plan(DENSE, host, FIXED)
    assert vision_device(made) == "CUDA1"
    assert made.bytes["CUDA1"].total == before.bytes["CUDA1"].total + GB
    assert made.placement == before.placement, "the model comes first"


@pytest.mark.parametrize("cards", [(), (gpu(2 * GB),), (worker(90 * GB),)])
def test_it_is_in_ram_where_no_card_has_room(cards: tuple[object, ...]) -> None:
    made = seeing(machine(8 * GB, *cards), 3 * GB)  # type: ignore[arg-type]
    assert vision_device(made) == RAM and made.bytes[RAM].vision == 3 * GB and made.notices == ()


def test_without_room_the_model_is_planned_all_the_same_and_it_is_said() -> None:
    host, taken = machine(8 * GB), plan(DENSE, machine(8 * GB), FIXED).bytes[RAM]
    options = PlacementOptions(context=2048, ubatch=512, budgets={RAM: taken.total + 100 * MB})
    made = seeing(host, GB, options)
    assert made.fits and vision_device(made) == ""
    assert made.notices == (ErrorInfo("projector.no_room", {"needed_bytes": GB, "free_bytes": 100 * MB}),)
    # Without a budget, weights that are mapped from their file make room.
    room = host.ram.free - taken.context - taken.compute
    assert vision_device(seeing(host, room)) == RAM and vision_device(seeing(host, room + 1)) == ""


def test_verdicts_count_it_where_it_is() -> None:
    host = machine(8 * GB)
    bare, whole = verdict(plan(DENSE, host, FIXED), host), verdict(seeing(host, GB), host)
    assert (whole.ram_bytes, whole.fit) == (bare.ram_bytes + GB, "ram")
    carded = machine(8 * GB, gpu(12 * GB))
    forced = PlacementOptions(context=2048, ubatch=512, mode="cpu")
    alone = verdict(seeing(carded, GB, forced), carded)
    assert (alone.fit, alone.device_bytes) == ("ram", GB), "the model itself uses no card"


def test_buffers_grow_with_the_tower_and_with_what_is_looked_at() -> None:
    tower = {"image_size": 896, "patch_size": 14, "embedding_length": 1152, "feed_forward_length": 4304}
    whole = buffer_bytes(tower, "gemma3")
    assert 200 * MB < whole < 320 * MB
    assert buffer_bytes(tower | {"embedding_length": 2304}, "gemma3") > whole
    assert buffer_bytes(tower, "qwen2vl_merger") > 3 * whole, "as large as a picture comes"
    assert buffer_bytes(tower | {"image_max_pixels": 896 * 896}, "qwen2vl_merger") == whole
