"""The file that layers' costs are measured with is the mixture that it is meant to be."""

from __future__ import annotations

from pathlib import Path

from engine.gguf.reading import read_index
from engine.gguf.tensor_index import tensor_index
from engine.local.layer_costs.model_file import EXPERTS, LAYERS, USED, write_model
from engine.placement.slots.expert_slots import slots_of


def test_it_has_experts_in_every_layer_and_takes_few_bytes(tmp_path: Path) -> None:
    path = tmp_path / "mixture.gguf"
    write_model(path)
    index = tensor_index(read_index(path))
    assert [len(layer.expert_tensors) for layer in index.layers] == [3] * LAYERS
    assert (index.experts, index.experts_used) == (EXPERTS, USED)
    assert len(slots_of(index)) == LAYERS
    assert index.bytes <= path.stat().st_size < 8 * 2**20
