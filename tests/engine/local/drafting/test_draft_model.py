"""A real model beside another one: the starter guesses for its own copy made of experts, which answers like it."""

from pathlib import Path

import pytest

from engine.api import Loaded, LoadRequest, ModelFacts
from engine.local.client import LocalEngine
from engine.placement.plan import Wishes
from tests.support.recorder import Recorder
from tests.support.starter import starter_model

pytestmark = pytest.mark.model


def loaded(engine: LocalEngine, told: Recorder, draft: Path, **budgets: int) -> ModelFacts:
    wishes = Wishes(512, budgets=budgets, draft_model=str(draft))
    engine.load(LoadRequest(str(starter_model()), wishes))
    return told.next(Loaded).model


def reasons(facts: ModelFacts) -> list[str]:
    assert facts.plan is not None
    return [notice.code for notice in facts.plan.notices]


def test_it_lies_beside_the_model_and_one_that_cannot_is_left_out_and_why_is_told(
    engine: LocalEngine, told: Recorder, tmp_path: Path
) -> None:
    facts = loaded(engine, told, starter_model())
    assert (facts.draft_model, reasons(facts)) == (str(starter_model()), [])
    assert facts.plan is not None

    # As much as the model itself takes, and little more.
    budget = facts.plan.bytes["CPU"].total + 20_000_000
    tight = loaded(engine, told, starter_model(), CPU=budget)
    assert (tight.draft_model, reasons(tight)) == ("", ["drafting.without", "drafting.no_room"])

    other = tmp_path / "other.gguf"
    other.write_bytes(starter_model().read_bytes().replace(b"\xc4\xa0photograph", b"\xc4\xa0photograbh", 1))
    different = loaded(engine, told, other)
    assert (different.draft_model, reasons(different)) == ("", ["drafting.without", "drafting.other_tokens"])

    missing = loaded(engine, told, tmp_path / "missing.gguf")
    assert (missing.draft_model, reasons(missing)) == ("", ["drafting.without", "model.missing"])
