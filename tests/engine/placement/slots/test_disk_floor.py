"""Plans whose experts stay in the file: what lies on which floor, within which bytes, and when it is chosen."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UserError
from engine.gguf.tensor_index import TensorIndex
from engine.placement.choosing import WORTH_A_LARGER_UBATCH
from engine.placement.layout import on_the_cpu
from engine.placement.plan import (
    DISK,
    MOST_LAYERS,
    RAM,
    CachedLayer,
    Device,
    DeviceBytes,
    DeviceKind,
    DiskReads,
    ExpertCache,
    Machine,
    Placement,
    PlacementOptions,
    Plan,
)
from engine.placement.planner import plan
from engine.placement.settle import settle
from engine.placement.slots.disk_floor import (
    PASSING,
    PROCESS_BYTES,
    kept_bytes,
    passing_bytes,
    states_limit,
    working_bytes,
)
from engine.placement.slots.expert_slots import Slots, cacheable, slots_of, workspace_bytes
from engine.placement.speed.floor_speed import floor_prompt_seconds
from engine.placement.tightening import SMALL_UBATCHES
from engine.placement.variations import answer_seconds
from tests.engine.placement.drawn_models import indexes, quick
from tests.support.models.published_models import published_index
from tests.support.placement.machines import GB, MB, gpu, machine, small_index

R1 = published_index("DeepSeek-R1")
SMALL = small_index(layers=12, experts=600 * MB, count=64)


USUAL = DiskReads(3e9, 1e-4)


def reading(host: Machine, disk: DiskReads = USUAL) -> Machine:
    return msgspec.structs.replace(host, floors=True, disk=disk)


def seconds(found: Plan) -> float:
    return answer_seconds(found.predicted.prefill_tps, found.predicted.decode_tps)


@given(indexes, st.integers(1, 400), st.one_of(st.none(), st.integers(2, 60)), st.booleans())
@quick
def test_every_byte_of_a_model_is_on_one_floor_and_within_its_budget(
    index: TensorIndex, memory: int, card: int | None, named: bool
) -> None:
    cards = (gpu(card * GB),) if card else ()
    host = reading(machine(memory * GB, *cards))
    options = PlacementOptions(budgets={RAM: memory * GB} if named else {})
    found = plan(index, host, options)
    if found.mode != "disk":
        assert not (found.fits and found.paged and named)
        assert DISK not in found.bytes
        return
    cache = found.placement.expert_cache
    assert cache is not None and (cache.device, cache.source, cache.misses) == (RAM, DISK, "brought")
    assert found.paged == 0 and not found.placement.repack and not found.placement.op_offload
    assert found.placement.load_mode == "pinned" and found.partial is None
    numbers = {layer.number for layer in index.layers if layer.experts}
    homes = [set(layers) for layers in found.expert_layers.values()]
    assert set().union(*homes) == numbers and sum(map(len, homes)) == len(numbers)
    assert {layer.layer for layer in cache.layers} == set(found.expert_layers[DISK])
    assert cache.workspace == workspace_bytes(index, cache.tokens)
    if not found.fits:
        return
    by_layer = {slots.layer: slots for slots in slots_of(index)}
    assert all(by_layer[each.layer].least <= each.slots <= index.experts for each in cache.layers)
    budget = found.budgets[RAM]
    assert found.bytes[RAM].total + 2 * states_limit(found, 4 * GB) + PROCESS_BYTES <= budget
    assert all(found.bytes[device.name].total <= found.budgets[device.name] for device in cards)
    served = [(each, by_layer[each.layer]) for each in cache.layers if each.bytes]
    # Biases and scales lie in RAM beside their place in slots; what is shared holds nothing for long.
    overhead = sum(slots.once + each.own * slots.vectors for each, slots in served) + cache.shared
    overhead += _overhead_above(cache, by_layer)
    assert sum(found.expert_bytes.values()) - overhead == index.expert_bytes
    assert found.bytes[DISK] == DeviceBytes(found.expert_bytes[DISK])


def _overhead_above(cache: ExpertCache, by_layer: dict[int, Slots]) -> int:
    """Bytes on the card that are not the only copy of an expert's matrices, but for those in the file."""
    if cache.above is None:
        return 0
    below = {each.layer: each for each in cache.layers}
    total = 0
    for each in cache.above.layers:
        slots = by_layer[each.layer]
        assert below[each.layer].own and slots.least <= each.slots <= slots.experts
        twice = max(each.slots + below[each.layer].own - slots.experts, 0)
        total += slots.once + each.slots * slots.vectors + twice * (slots.slot - slots.vectors)
    return total


CARD = gpu(24 * GB)


def test_a_card_above_holds_the_experts_used_most_of_every_layer_where_that_is_faster() -> None:
    index = published_index("DeepSeek-R1", "IQ1_S")
    host = reading(machine(60 * GB, CARD), DiskReads(12e9, 1e-4))
    found = plan(index, host, PlacementOptions())
    cache = found.placement.expert_cache
    assert cache is not None and cache.above is not None and found.mode == "disk"
    assert cache.above.device == CARD.name and len(cache.above.layers) == len(cache.layers)
    assert found.explanation.code == "plan.disk_above"
    read = found.predicted.bytes_per_token
    assert read[CARD.name] > read[RAM] > read[DISK] > 0
    assert found.bytes[CARD.name].total <= found.budgets[CARD.name]


@pytest.mark.parametrize("kind", ["integrated_gpu", "rpc"])
def test_neither_memory_that_is_ram_nor_one_behind_a_network_has_slots_above(kind: DeviceKind) -> None:
    device = msgspec.structs.replace(CARD, kind=kind)
    host = reading(machine(60 * GB, device), DiskReads(12e9, 1e-4))
    cache = plan(published_index("DeepSeek-R1", "IQ1_S"), host, PlacementOptions()).placement.expert_cache
    assert cache is not None and cache.above is None


def test_a_card_whose_load_failed_gets_fewer_slots() -> None:
    index = published_index("DeepSeek-R1", "IQ1_S")
    host = reading(machine(60 * GB, CARD), DiskReads(12e9, 1e-4))
    taken = []
    for count in range(3):
        cache = plan(index, host, PlacementOptions(fallbacks=("layer",) * count)).placement.expert_cache
        assert cache is not None and cache.above is not None
        taken.append(cache.above.slots)
    assert taken[0] > taken[1] > taken[2] > 0


@pytest.mark.parametrize("index", [SMALL, R1], ids=["small", "R1"])
@pytest.mark.parametrize("cards", [(), (gpu(24 * GB),)], ids=["no card", "a card"])
def test_more_memory_and_a_faster_disk_never_make_it_slower(
    index: TensorIndex, cards: tuple[Device, ...]
) -> None:
    steps = [index.bytes * part // 100 for part in (35, 45, 55, 65, 75, 85)]
    hosts = [reading(machine(free, *cards)) for free in steps]
    hosts += [reading(machine(steps[-1], *cards), DiskReads(rate, 1e-4)) for rate in (6e9, 12e9)]
    taken = [seconds(plan(index, host, PlacementOptions(mode="disk"))) for host in hosts]
    # A smaller ubatch is taken where it is nearly as fast.
    assert all(later <= WORTH_A_LARGER_UBATCH * earlier for earlier, later in pairwise(taken))
    assert index is SMALL or taken[0] > 1.1 * taken[-1]


def test_what_a_token_reads_is_told_for_each_floor() -> None:
    found = plan(R1, reading(machine(64 * GB, gpu(24 * GB))), PlacementOptions())
    read = found.predicted.bytes_per_token
    assert set(read) == {"CUDA0", RAM, DISK}
    experts = R1.expert_bytes * R1.experts_used / R1.experts
    hits = found.predicted.hit_rate
    assert 0.3 < hits < 0.9
    assert read[DISK] == pytest.approx((1 - hits) * experts * len(found.expert_layers[DISK]) / 58, rel=0.02)


def test_a_model_that_fits_and_one_without_experts_stay_as_they_were() -> None:
    for index, memory in (
        (SMALL, 64 * GB),
        (small_index(experts=0), 64 * GB),
        (published_index("Llama-3.1-8B"), 3 * GB),
    ):
        usual, host = plan(index, machine(memory), PlacementOptions()), reading(machine(memory))
        assert plan(index, host, PlacementOptions()) == usual


def test_a_machine_that_cannot_read_experts_pages_as_before() -> None:
    found = plan(R1, machine(64 * GB), PlacementOptions())
    assert found.mode == "cpu" and found.paged > 0
    host = reading(machine(64 * GB))
    again = plan(R1, host, PlacementOptions(fallbacks=("uncached",)))
    assert (again.mode, again.paged) == (found.mode, found.paged)
    assert plan(R1, machine(64 * GB), PlacementOptions(mode="disk")).mode == "cpu"


def test_without_experts_the_mode_is_impossible() -> None:
    with pytest.raises(UserError, match=r"placement\.mode_impossible"):
        plan(small_index(experts=0), reading(machine(GB)), PlacementOptions(mode="disk"))


def test_a_limit_below_what_a_token_needs_is_refused_with_the_limit_that_would_do() -> None:
    host = reading(machine(64 * GB))
    short = PlacementOptions(context=512, cache_type="q8_0")
    found = plan(SMALL, host, msgspec.structs.replace(short, budgets={RAM: 250 * MB}))
    assert not found.fits and found.refusal is not None
    assert found.refusal.code == "plan.try_budget"
    wanted = found.refusal.params["wanted_bytes"]
    assert isinstance(wanted, int)
    assert plan(SMALL, host, msgspec.structs.replace(short, budgets={RAM: wanted})).fits
    assert not plan(SMALL, host, msgspec.structs.replace(short, budgets={RAM: wanted - 2 * 2**20})).fits
    lacking = plan(SMALL, reading(machine(1640 * MB)), PlacementOptions())
    assert lacking.fits and lacking.mode == "cpu" and lacking.paged  # nobody named a limit: it runs as it did


def test_memory_that_ran_out_takes_slots_and_never_the_disk() -> None:
    host = reading(machine(64 * GB))
    for budget in (400, 500, 1000, 4000):
        options = PlacementOptions(context=512, cache_type="q8_0", budgets={RAM: budget * MB})
        found = [plan(SMALL, host, options)]
        for _ in range(MOST_LAYERS):
            options = options.with_fewer_slots()
            found.append(plan(SMALL, host, options))
        assert all(each.fits and each.mode == "disk" for each in found)
        slots = [each.placement.expert_cache.slots for each in found if each.placement.expert_cache]
        assert slots == sorted(slots, reverse=True) and (slots[0] > slots[-1] or budget == 400)
        assert [notice.code for notice in found[1].notices] == ["plan.conceded_slots"]
        assert plan(SMALL, host, options.with_fewer_slots()).mode == "cpu"


def test_a_disk_over_a_network_is_taken_for_slow() -> None:
    near, far = (
        plan(R1, reading(machine(64 * GB), DiskReads(remote=remote)), PlacementOptions())
        for remote in (False, True)
    )
    assert near.predicted.decode_tps > 10 * far.predicted.decode_tps
    assert [notice.code for notice in far.notices] == ["plan.disk_remote"] and not near.notices


def test_who_wants_slots_on_a_card_above_a_ram_that_is_too_small_is_told() -> None:
    host = msgspec.structs.replace(reading(machine(64 * GB, gpu(24 * GB))), caches=True)
    asked = plan(R1, host, PlacementOptions(mode="cached"))
    assert asked.paged and [notice.code for notice in asked.notices] == ["plan.cached_paged"]
    assert plan(R1, host, PlacementOptions()).mode == "disk"


def test_prompts_are_read_in_larger_batches_for_each_is_a_pass_over_the_disk() -> None:
    found = plan(R1, reading(machine(64 * GB, gpu(24 * GB))), PlacementOptions())
    assert found.placement.ubatch > 512
    assert plan(R1, reading(machine(64 * GB)), PlacementOptions(ubatch=256)).placement.ubatch == 256


def test_dry_runs_that_count_all_experts_with_ram_give_the_same_floors() -> None:
    host = reading(machine(20 * GB, gpu(6 * GB)))
    index = small_index(layers=24, experts=1800 * MB, count=64)
    guessed = plan(index, host, PlacementOptions())

    def dry_run(placement: Placement) -> dict[str, DeviceBytes]:
        """As llama.cpp, with buffers a little larger than estimated."""
        at = plan(index, host, PlacementOptions(mode="resident"))
        held = at if not placement.devices else guessed
        found = {name: taken for name, taken in held.bytes.items() if name != DISK}
        cache = placement.expert_cache
        assert cache is not None
        ram = found[RAM]
        experts = sum(index.layers[each.layer].expert_bytes for each in cache.layers)
        compute = ram.compute - working_bytes(cache, cacheable(index, on_the_cpu(index.layers))) + 50 * MB
        bare = DeviceBytes(ram.model - cache.slots + experts, ram.context, compute)
        return found | {RAM: bare}

    settled = settle(index, host, PlacementOptions(), dry_run)
    assert settled.measured and settled.fits and settled.mode == "disk"
    assert settled.bytes[RAM].total <= settled.budgets[RAM] - kept_bytes(settled.budgets[RAM]) - PROCESS_BYTES
    assert settled.bytes[RAM].compute == guessed.bytes[RAM].compute + 50 * MB
    assert settled.bytes[DISK].total >= guessed.bytes[DISK].total


def test_states_of_prompts_share_the_budget_with_the_slots() -> None:
    found = plan(SMALL, reading(machine(4 * GB)), PlacementOptions())
    assert found.mode == "disk"
    limit = states_limit(found, 4 * GB)
    assert 2 * limit <= kept_bytes(found.budgets[RAM])
    assert states_limit(found, 10) == 10 and states_limit(None, 4 * GB) == 4 * GB
    usual = plan(SMALL, machine(64 * GB), PlacementOptions())
    assert states_limit(usual, 4 * GB) == 4 * GB


@pytest.mark.parametrize("asked", [0, 2304])
def test_a_limit_that_was_named_is_kept_to_with_less_of_everything_and_that_is_told(asked: int) -> None:
    host, options = reading(machine(64 * GB)), PlacementOptions(asked)
    steps = range(340, 600, 1 if asked else 5)
    found = [plan(SMALL, host, msgspec.structs.replace(options, budgets={RAM: mb * MB})) for mb in steps]
    fitting = [each for each in found if each.fits]
    assert fitting and found[-len(fitting) :] == fitting, "what fits goes on to fit with more memory"
    told = [[notice.code for notice in each.notices] for each in fitting]
    for each, codes in zip(fitting, told, strict=True):
        placement = each.placement
        assert ("plan.smaller_cache" in codes) == (placement.cache_type_k == "q8_0")
        assert ("plan.small_batches" in codes) == (placement.ubatch in SMALL_UBATCHES)
        assert ("plan.shorter_context" in codes) == (placement.context < (asked or 8192))
        assert not asked or placement.context == asked
    assert ("plan.small_batches" if asked else "plan.shorter_context") in told[0] and told[-1] == []
    assert asked or sorted(each.placement.context for each in fitting) == [
        each.placement.context for each in fitting
    ]
    short = found[-len(fitting) - 1]
    assert short.refusal is not None
    assert {notice.code for notice in short.notices} <= {"plan.smaller_cache"}


@pytest.mark.parametrize("asked", [0, 2304])
def test_who_asks_for_the_mode_gets_what_is_chosen_by_itself(asked: int) -> None:
    host = reading(machine(64 * GB))
    for budget in (392, 412, 432, 448, 470, 600, 1000):
        options = PlacementOptions(asked, budgets={RAM: budget * MB})
        forced = msgspec.structs.replace(options, mode="disk")
        assert plan(SMALL, host, forced).placement == plan(SMALL, host, options).placement


def test_what_was_asked_for_does_not_give_way_to_a_limit() -> None:
    options = PlacementOptions(2304, cache_type="f16", ubatch=256, budgets={RAM: 420 * MB})
    found = plan(SMALL, reading(machine(64 * GB)), options)
    assert not found.fits
    loose = msgspec.structs.replace(options, cache_type=None, ubatch=0)
    assert plan(SMALL, reading(machine(64 * GB)), loose).fits


def test_buffers_that_turn_out_larger_than_a_limit_holds_are_answered_with_less_of_the_rest() -> None:
    host, options = reading(machine(64 * GB)), PlacementOptions(2304)
    budgets = [options.budgets | {RAM: mb * MB} for mb in range(400, 700, 5)]
    tight = [msgspec.structs.replace(options, budgets=each) for each in budgets]
    least = next(each for each in tight if plan(SMALL, host, each).placement.cache_type_k == "f16")

    def dry_run(placement: Placement) -> dict[str, DeviceBytes]:
        at = msgspec.structs.replace(
            options,
            mode="cpu",
            ubatch=placement.ubatch,
            cache_type=placement.cache_type_k,
            attention=placement.attention,
        )
        found = plan(SMALL, machine(64 * GB), at).bytes[RAM]
        return {RAM: msgspec.structs.replace(found, compute=found.compute + 12 * MB)}

    settled = settle(SMALL, host, least, dry_run)
    assert settled.fits and settled.measured and settled.mode == "disk"
    assert settled.placement.cache_type_k == "q8_0"


def test_a_tight_limit_is_met_with_smaller_batches_and_layers_that_take_turns() -> None:
    host, options = reading(machine(64 * GB)), PlacementOptions(context=1024)
    found = [
        plan(SMALL, host, msgspec.structs.replace(options, budgets={RAM: budget * MB}))
        for budget in range(100, 1500, 20)
    ]
    fitting = [each for each in found if each.fits]
    assert found[-len(fitting) :] == fitting, "what fits goes on to fit with more memory"
    caches = [each.placement.expert_cache for each in fitting]
    own = [sum(1 for layer in cache.layers if layer.bytes) for cache in caches if cache]
    assert own[0] == 0 and own[-1] == 12 and own == sorted(own)
    for each, cache in zip(fitting, caches, strict=True):
        assert cache is not None
        turns = [layer for layer in cache.layers if not layer.bytes]
        by_layer = {slots.layer: slots for slots in slots_of(SMALL)}
        sizes = [by_layer[layer.layer].bytes(layer.slots) for layer in turns]
        passing = passing_bytes(slots_of(SMALL), 1 if turns else PASSING)
        assert cache.shared == max([passing, *sizes])
        assert each.bytes[RAM].total + PROCESS_BYTES <= each.budgets[RAM]
        code = "plan.disk" if not turns else "plan.disk_some" if len(turns) < 12 else "plan.disk_none"
        assert each.explanation.code == code
    assert fitting[0].placement.ubatch < 512 and fitting[0].predicted.hit_rate == 0
    read = fitting[0].predicted.bytes_per_token[DISK]
    assert read == SMALL.expert_bytes * SMALL.experts_used // SMALL.experts
    speeds = [each.predicted.decode_tps for each in fitting]
    assert all(later >= earlier / WORTH_A_LARGER_UBATCH for earlier, later in pairwise(speeds))


@given(
    slots=st.integers(0, 8),
    places=st.integers(0, 8),
    batch=st.integers(1, 4096),
    rate=st.floats(0.5e9, 16e9),
    computing=st.floats(0, 100),
)
def test_experts_of_a_prompt_are_read_while_others_are_computed(
    slots: int, places: int, batch: int, rate: float, computing: float
) -> None:
    layers = tuple(CachedLayer(each.layer, max(slots, 1), 1 if slots else 0) for each in slots_of(SMALL))
    shared = passing_bytes(slots_of(SMALL), places)
    cache = ExpertCache(RAM, layers, 0, misses="brought", source=DISK, shared=shared)
    disk = DiskReads(rate, 1e-4)
    reading = floor_prompt_seconds(SMALL, cache, disk, batch, 0.0)
    waited = floor_prompt_seconds(SMALL, cache, disk, batch, computing)
    assert reading > 0
    assert max(reading - computing, 0) * (1 - 1e-9) <= waited <= reading
    assert floor_prompt_seconds(SMALL, None, disk, batch, computing) == 0
