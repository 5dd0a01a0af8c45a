"""Where llama.cpp will put each weight, told from what it is told."""

import pytest

from engine.placement.expected import device_names, expected_devices, misplaced
from engine.placement.plan import RAM, Override, Placement


def placed(gpu_layers: int, *devices: str, split: tuple[float, ...] = ()) -> Placement:
    return Placement(512, devices=devices, gpu_layers=gpu_layers, split=split)


@pytest.mark.parametrize(
    ("placement", "by_layer"),
    [
        (placed(99), (RAM,) * 5),
        (placed(0, "A"), (RAM,) * 5),
        (placed(1, "A"), (RAM, RAM, RAM, RAM, "A")),
        (placed(3, "A"), (RAM, RAM, "A", "A", "A")),
        (placed(5, "A"), ("A",) * 5),
        (placed(99, "A"), ("A",) * 5),
        (placed(5, "A", "B", split=(2, 3)), ("A", "A", "B", "B", "B")),
        (placed(5, "A", "B", split=(0, 1)), ("B",) * 5),
        (placed(5, "A", "B", split=(5, 0)), ("A",) * 5),
        (placed(4, "A", "B"), (RAM, "A", "A", "B", "B")),
        (placed(5, "A", "B", "C", split=(1, 1, 3)), ("A", "B", "C", "C", "C")),
    ],
)
def test_the_last_layers_and_the_output_are_dealt_out_in_order(
    placement: Placement, by_layer: tuple[str, ...]
) -> None:
    assert device_names(4, placement) == by_layer


NAMES = (
    "token_embd.weight",
    "blk.0.attn_q.weight",
    "blk.3.ffn_up_exps.weight",
    "blk.3.ffn_up_shexp.weight",
    "rope_freqs.weight",
    "output_norm.weight",
    "output.weight",
)


def test_weights_lie_with_their_layer_the_embedding_in_ram() -> None:
    expected = expected_devices(NAMES, 4, placed(2, "A"))
    assert expected == {
        "token_embd.weight": {RAM},
        "blk.0.attn_q.weight": {RAM},
        "blk.3.ffn_up_exps.weight": {"A"},
        "blk.3.ffn_up_shexp.weight": {"A"},
        "rope_freqs.weight": {RAM, "A"},
        "output_norm.weight": {"A"},
        "output.weight": {"A"},
    }


def test_the_first_override_that_matches_decides() -> None:
    overrides = (Override(r"blk\.3\.ffn_up_exps", "B"), Override(r"\.ffn_(up|down)_(ch|)exps", RAM))
    placement = Placement(512, devices=("A",), gpu_layers=5, overrides=overrides)
    names = ("blk.3.ffn_up_exps.weight", "blk.2.ffn_up_exps.weight", "blk.2.ffn_up_shexp.weight")
    assert [set(devices) for devices in expected_devices(names, 4, placement).values()] == [
        {"B"},
        {RAM},
        {"A"},
    ]


def test_an_embedding_that_is_the_output_too_lies_in_both_places() -> None:
    assert expected_devices(NAMES[:1], 4, placed(5, "A"))["token_embd.weight"] == {RAM, "A"}
    assert expected_devices(NAMES[:1], 4, placed(0, "A"))["token_embd.weight"] == {RAM}


def test_what_lies_elsewhere_is_told() -> None:
    expected = {"a": frozenset({"A"}), "b": frozenset({RAM, "A"})}
    found = [("a", RAM), ("b", RAM), ("b", "A"), ("of llama.cpp's own", "B")]
    assert misplaced(found, expected) == {"a": RAM}
