"""Each way of attention writes what the bare model would have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.api import GenerateRequest, Loaded, LoadRequest
from engine.local.client import LocalEngine
from engine.placement.plan import Attention, CacheType, PlacementOptions
from engine.values import Message, Sampling
from tests.support.computing.greedy_judge import CLOSE, judge
from tests.support.engines.recorder import Recorder
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.model, pytest.mark.long]

WORDS = "The harbour lies between two hills, and the boats leave before the sun is up. "
QUESTION = f"{WORDS * 12}\nWrite a story that begins so."


def load(engine: LocalEngine, told: Recorder, options: PlacementOptions, states: Path) -> None:
    engine.load(LoadRequest(str(starter_model()), options, states=str(states), states_limit=2**30))
    plan = told.next(Loaded).model.plan
    assert plan is not None
    found = plan.placement.attention, plan.placement.cache_type_k
    assert found == (options.attention, options.cache_type)


def asked(number: int) -> GenerateRequest:
    greedy = Sampling(temperature=0.0, repeat_penalty=1.0, seed=1)
    return GenerateRequest(
        number, (Message("user", QUESTION),), greedy, max_tokens=16, conversation="told", drafts=False
    )


@pytest.mark.parametrize(
    ("attention", "kv_type"), [("plain", "f16"), ("plain", "bf16"), ("flash", "f16"), ("flash", "bf16")]
)
def test_an_answer_is_the_bare_models(
    engine: LocalEngine, told: Recorder, tmp_path: Path, attention: Attention, kv_type: CacheType
) -> None:
    load(engine, told, PlacementOptions(2048, cache_type=kv_type, attention=attention), tmp_path)
    text, _ = told.answer(engine, asked(1))
    assert judge().worst((Message("user", QUESTION),), text) < CLOSE


def test_what_one_way_has_read_is_not_taken_for_what_another_has_read(
    engine: LocalEngine, told: Recorder, tmp_path: Path
) -> None:
    ways: tuple[tuple[Attention, CacheType], ...] = (("plain", "f16"), ("flash", "f16"))
    cached, texts = [], []
    for number, (attention, kv_type) in enumerate((*ways, *ways), 1):
        load(engine, told, PlacementOptions(2048, cache_type=kv_type, attention=attention), tmp_path)
        text, end = told.answer(engine, asked(number))
        cached.append(end.usage.cached_tokens)
        texts.append(text)
    assert cached[:2] == [0, 0] and min(cached[2:]) > 200
    assert all(judge().worst((Message("user", QUESTION),), text) < CLOSE for text in texts[2:])
