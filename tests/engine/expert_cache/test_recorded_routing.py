"""Routings are recorded as they were: in the order of tokens and choices, with what the routers saw."""

from __future__ import annotations

import numpy as np
import pytest
from gguf import GGUFReader

from tests.support.experts.made_routers import Shape
from tests.support.experts.recorded_routing import (
    PROMPTS,
    Recording,
    at_once,
    one_after_another,
    read,
    record,
    routed,
)
from tests.support.models.moe import EXPERTS, EXPERTS_USED, moe_model

pytestmark = pytest.mark.long

ANSWERS, TOKENS, LAYERS, WIDTH = 2, 6, 30, 576


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    path = tmp_path_factory.mktemp("routing") / "short.npz"
    record(moe_model(), path, PROMPTS[:ANSWERS], TOKENS)
    return read(path)


@pytest.mark.model
def test_what_is_recorded_is_what_the_routers_chose_of_what_they_saw(short: Recording) -> None:
    assert short.states.shape == (ANSWERS, TOKENS, LAYERS, WIDTH)
    assert short.chosen.shape == (ANSWERS, TOKENS, LAYERS, EXPERTS_USED)
    assert np.array_equal(short.chosen, np.clip(short.chosen, 0, EXPERTS - 1))
    routers = {tensor.name: tensor.data for tensor in GGUFReader(str(moe_model())).tensors}
    same = []
    for layer in range(LAYERS):
        logits = short.states[:, :, layer].astype(np.float32) @ routers[f"blk.{layer}.ffn_gate_inp.weight"].T
        same.append(np.argsort(-logits, axis=-1)[..., :EXPERTS_USED] == short.chosen[:, :, layer])
    assert np.mean(same) > 0.97  # states are kept in half precision


@pytest.mark.model
def test_routers_of_any_shape_choose_the_same_again_of_the_same_states(short: Recording) -> None:
    chosen = routed(short.states, Shape(64, 8))
    assert chosen.shape == (ANSWERS, TOKENS, LAYERS, 8)
    assert np.array_equal(chosen, routed(short.states, Shape(64, 8)))
    assert all(len(set(row)) == 8 for row in chosen.reshape(-1, 8).tolist())


def test_answers_follow_one_another_or_are_written_at_once() -> None:
    answers = np.arange(2 * 3 * 4 * 1, dtype=np.int16).reshape(2, 3, 4, 1)
    following = one_after_another(answers)
    assert following.shape == (6, 4, 1, 1)
    assert following[3, :, 0].tolist() == answers[1, 0].tolist()
    beside = at_once(answers, 2)
    assert beside.shape == (3, 4, 2, 1)
    assert beside[2, 1].tolist() == [answers[0, 2, 1].tolist(), answers[1, 2, 1].tolist()]
