"""When a conversation has outgrown the way of attention that was chosen for a usual one."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from engine.errors import ErrorInfo
from engine.placement.outgrowing import Planned, outgrown, way_of
from engine.placement.plan import AttentionSpeed, Machine, PlacementOptions, Plan
from engine.placement.planner import plan
from tests.support.placement.machines import GB, gpu, machine, small_index

INDEX = msgspec.structs.replace(small_index(), heads=16, attention_width=2048)
LONG = PlacementOptions(context=32768)


def timed(plain: float = 30e9, flash: float = 20e9, reading: float = 500e9) -> Machine:
    """A machine on which the ways decode at these rates, and plain attention reads prompts at that. At 2,048 tokens
    it saves less than a tenth of an answer, at 8,000 more."""
    ways: list[AttentionSpeed] = []
    for kv_type in ("f16", "bf16"):
        ways += [
            AttentionSpeed("plain", kv_type, plain, reading),
            AttentionSpeed("flash", kv_type, flash, 500e9),
        ]
    ram = msgspec.structs.replace(machine(16 * GB).ram, bandwidth=20e9, flops=500e9)
    return msgspec.structs.replace(machine(16 * GB), ram=ram, attention=tuple(ways))


def planned(host: Machine, options: PlacementOptions) -> Planned:
    return Planned(INDEX, host, options, lambda given: plan(INDEX, host, given))


def grown(
    held: int, host: Machine | None = None, options: PlacementOptions = LONG, change_s: float = 1.0
) -> Plan | None:
    host = host or timed()
    return outgrown(planned(host, options), plan(INDEX, host, options), held, change_s)


def test_a_plan_is_for_a_conversation_of_the_length_that_is_expected() -> None:
    usual, long = (
        plan(INDEX, timed(), msgspec.structs.replace(LONG, length=length)) for length in (0, 16000)
    )
    assert (usual.placement.attention, long.placement.attention) == ("flash", "plain")
    assert long.predicted.decode_tps < usual.predicted.decode_tps


def test_a_long_conversation_gets_the_way_that_is_faster_for_it_and_is_told() -> None:
    assert grown(2000) is None
    found = grown(12000)
    assert found is not None and way_of(found.placement) == ("plain", "f16", "f16")
    before = plan(INDEX, timed(), LONG)
    same = msgspec.structs.replace(found.placement, attention="flash")
    assert same == before.placement
    assert found.notices == (*before.notices, ErrorInfo("plan.for_long_conversations", {"tokens": 12000}))


def test_a_change_that_takes_longer_than_it_saves_is_not_made() -> None:
    assert grown(12000, change_s=1.0) is not None
    assert grown(12000, change_s=1e6) is None
    assert grown(32767, change_s=1.0) is None, "nothing is left to save"


@pytest.mark.parametrize(
    ("host", "options"),
    [
        # Whoever asked for a way keeps it.
        (timed(), msgspec.structs.replace(LONG, attention="flash")),
        (timed(), msgspec.structs.replace(LONG, cache_type="q8_0")),
        # Several answers at once, a card, and a processor of which nothing is known stay flash.
        (timed(), msgspec.structs.replace(LONG, together=True)),
        (msgspec.structs.replace(timed(), devices=(gpu(8 * GB),)), LONG),
        (msgspec.structs.replace(timed(), attention=()), LONG),
        # As fast either way.
        (timed(20e9), LONG),
    ],
)
def test_where_another_way_is_not_open_or_not_better_nothing_changes(
    host: Machine, options: PlacementOptions
) -> None:
    assert grown(12000, host, options) is None


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda found: msgspec.structs.replace(found, fits=False),
        lambda found: msgspec.structs.replace(found, paged=1),
        lambda found: msgspec.structs.replace(
            found, placement=msgspec.structs.replace(found.placement, ubatch=64)
        ),
    ],
)
def test_a_plan_that_would_move_or_lack_anything_else_is_left(spoilt: Callable[[Plan], Plan]) -> None:
    host = timed()
    given = Planned(INDEX, host, LONG, lambda options: spoilt(plan(INDEX, host, options)))
    assert outgrown(given, plan(INDEX, host, LONG), 12000, 1.0) is None


def test_it_goes_the_other_way_where_that_is_faster() -> None:
    """Where prompts get slower with every token, by more than answers gain."""
    host = timed(reading=20e9)
    current = plan(INDEX, host, msgspec.structs.replace(LONG, attention="plain"))
    found = outgrown(planned(host, LONG), current, 12000, 1.0)
    assert found is not None and found.placement.attention == "flash"
