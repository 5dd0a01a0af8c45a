"""The way of attention that plans choose: by where keys and values lie, and by how many answers are written."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest

from engine.errors import UserError
from engine.placement.plan import RAM, AttentionSpeed, DeviceBytes, Machine, Placement, PlacementOptions, Plan
from engine.placement.planner import plan
from engine.placement.settle import settle
from tests.support.models.published_models import published_index
from tests.support.placement.machines import GB, MB, gpu, machine, small_index

INDEX = msgspec.structs.replace(small_index(), heads=16, attention_width=2048)


def timed(plain: float, plain_bf16: float, flash: float, flash_bf16: float, prefill: float = 50e9) -> Machine:
    """A machine without devices on which the ways decode at these rates."""
    ways = (
        AttentionSpeed("plain", "f16", plain, prefill),
        AttentionSpeed("plain", "bf16", plain_bf16, prefill),
        AttentionSpeed("flash", "f16", flash, 50e9),
        AttentionSpeed("flash", "bf16", flash_bf16, 50e9),
        AttentionSpeed("flash", "q8_0", 2 * plain, 50e9),
    )
    return msgspec.structs.replace(machine(16 * GB), attention=ways)


def way(found: Plan) -> tuple[str, str]:
    assert found.placement.cache_type_k == found.placement.cache_type_v
    return found.placement.attention, found.placement.cache_type_k


@pytest.mark.parametrize(
    ("host", "chosen"),
    [
        (timed(9e9, 9e9, 3e9, 3e9), ("plain", "f16")),
        (timed(3e9, 18e9, 3e9, 3e9), ("plain", "bf16")),
        (timed(3e9, 3e9, 9e9, 9e9), ("flash", "f16")),
        (timed(3e9, 3e9, 3e9, 9e9), ("flash", "bf16")),
        # As fast within a few percent: as everybody has it.
        (timed(3.05e9, 3.05e9, 3e9, 3.05e9), ("flash", "f16")),
        # Answers would be written faster, but prompts read far more slowly.
        (timed(9e9, 9e9, 3e9, 3e9, prefill=1e9), ("flash", "f16")),
        # Nothing is known of this processor.
        (machine(16 * GB), ("flash", "f16")),
    ],
)
def test_in_ram_the_fastest_way_for_a_usual_conversation_is_chosen(
    host: Machine, chosen: tuple[str, str]
) -> None:
    found = plan(INDEX, host, PlacementOptions())
    assert way(found) == chosen
    for asked in ("plain", "flash"):
        other = plan(INDEX, host, PlacementOptions(attention=asked, cache_type="f16"))  # type: ignore[arg-type]
        assert way(other) == (asked, "f16")


def test_on_a_card_attention_is_flash() -> None:
    host = msgspec.structs.replace(timed(9e9, 18e9, 3e9, 3e9), devices=(gpu(8 * GB),))
    assert way(plan(INDEX, host, PlacementOptions())) == ("flash", "f16")


@pytest.mark.parametrize("options", [PlacementOptions(streams=4), PlacementOptions(together=True)])
def test_where_several_answers_are_written_at_once_what_is_masked_is_not_computed(
    options: PlacementOptions,
) -> None:
    assert way(plan(INDEX, timed(9e9, 18e9, 3e9, 3e9), options)) == ("flash", "f16")


def test_half_of_the_bytes_are_never_chosen_for_speed_and_want_flash_attention() -> None:
    host = timed(9e9, 9e9, 3e9, 3e9)
    assert way(plan(INDEX, host, PlacementOptions(cache_type="q8_0"))) == ("flash", "q8_0")
    assert way(plan(INDEX, timed(9e9, 18e9, 3e9, 3e9), PlacementOptions(cache_type="f16"))) == (
        "plain",
        "f16",
    )


def test_latent_attention_stays_flash() -> None:
    found = plan(published_index("DeepSeek-R1"), machine(800 * GB), PlacementOptions())
    assert way(found) == ("flash", "f16")


def test_scores_are_in_the_bytes_and_a_small_batch_keeps_them_few() -> None:
    host = timed(9e9, 9e9, 3e9, 3e9)
    plain, flash = (plan(INDEX, host, PlacementOptions(attention=asked)) for asked in ("plain", "flash"))  # type: ignore[arg-type]
    assert plain.placement.ubatch == 256 and flash.placement.ubatch == 512
    scores = 256 * 4 * (16 + 1) * plain.placement.context
    assert plain.bytes[RAM].compute >= scores
    large = plan(INDEX, host, PlacementOptions(attention="plain", ubatch=512))
    assert large.placement.ubatch == 512 and large.bytes[RAM].compute >= 2 * scores


def test_where_there_is_no_room_for_scores_attention_is_flash() -> None:
    host = timed(9e9, 9e9, 3e9, 3e9)
    needed = (
        plan(INDEX, host, PlacementOptions(attention="flash", context=32768, ubatch=128)).bytes[RAM].total
    )
    options = PlacementOptions(context=32768, ubatch=128, budgets={RAM: needed + MB})
    found = plan(INDEX, host, options)
    assert way(found) == ("flash", "f16") and found.fits and not found.paged


@pytest.mark.parametrize("refused", [False, True])
def test_where_a_dry_run_finds_no_room_for_scores_attention_is_flash(refused: bool) -> None:
    asked: list[Placement] = []

    def dry_run(placement: Placement) -> Mapping[str, DeviceBytes]:
        asked.append(placement)
        if placement.attention == "flash":
            return {RAM: DeviceBytes(INDEX.bytes, 100 * MB, 50 * MB)}
        if refused:
            raise UserError("engine.context_memory", context=placement.context)
        return {RAM: DeviceBytes(INDEX.bytes, 100 * MB, 20 * GB)}

    found = settle(INDEX, timed(9e9, 9e9, 3e9, 3e9), PlacementOptions(), dry_run)
    assert asked[0].attention == "plain"
    assert way(found) == ("flash", "f16") and found.fits and found.measured and not found.paged


def test_predictions_are_of_the_way_that_was_chosen() -> None:
    host = timed(9e9, 9e9, 3e9, 3e9)
    plain, flash = (plan(INDEX, host, PlacementOptions(attention=asked)) for asked in ("plain", "flash"))  # type: ignore[arg-type]
    operations = 4 * 2048 * 2048 * 8
    apart = 1 / flash.predicted.decode_tps - 1 / plain.predicted.decode_tps
    assert apart == pytest.approx(operations * (1 / 3e9 - 1 / 9e9))
