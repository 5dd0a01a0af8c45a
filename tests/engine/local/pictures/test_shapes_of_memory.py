"""Pictures in models whose memory cannot be cut everywhere, and such whose rows see each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.api import GenerateRequest, Measured
from engine.values import Message
from tests.engine.local.pictures.test_pictures import alike, opened, picture
from tests.support.models.projectors import random_projector
from tests.support.models.small_models import WIDTH, hybrid_model, recurrent_model, sliding_model

pytestmark = [pytest.mark.model, pytest.mark.long]
COLOR = (9, 200, 77)


@pytest.mark.parametrize(
    ("model", "kind"),
    [(sliding_model, "gemma3"), (sliding_model, "mlp"), (hybrid_model, "mlp"), (recurrent_model, "mlp")],
)
def test_a_chat_with_a_picture_is_gone_on_with_as_if_it_was_read_again(
    tmp_path: Path, model: Callable[[], Path], kind: str
) -> None:
    mmproj = random_projector(tmp_path / "mmproj.gguf", WIDTH, kind, merge=2)
    files = {"model": str(model()), "mmproj": str(mmproj)}
    seen = picture(tmp_path, COLOR, 112, at=4)
    first = Message(
        "user", "Look, what is it? " + "Tell me all about what you see in it. " * 12, media=(seen,)
    )
    behind = (Message("assistant", "A thing."), Message("user", "Really?"))
    other = (Message("assistant", "Nothing."), Message("user", "Are you sure?"))
    said = {}
    with opened(**files) as seeing:
        said["first"] = seeing.logprobs(seeing.ask(first, conversation="one"))
        Path(seen.path).unlink()
        for name, turns in (("behind", behind), ("edited", other)):
            said[name] = seeing.logprobs(seeing.ask(first, *turns, conversation="one"))
    picture(tmp_path, COLOR, 112)
    with opened(**files) as seeing:
        for name, turns in (("first", ()), ("behind", behind), ("edited", other)):
            alike(said[name], seeing.logprobs(seeing.ask(first, *turns)))
            seeing.engine.forget("")
        white = picture(tmp_path, (255, 255, 255), 112, at=4)
        another = Message("user", first.content, media=(white,))
        assert seeing.logprobs(seeing.ask(another)) != said["first"]


def test_a_picture_whose_rows_see_each_other_is_looked_at_with_as_many_as_fit_a_step(tmp_path: Path) -> None:
    mmproj = random_projector(tmp_path / "mmproj.gguf", WIDTH, "gemma4v", merge=3)
    large, small = picture(tmp_path, COLOR, 1008), picture(tmp_path, COLOR, 504)
    with opened(model=str(sliding_model()), mmproj=str(mmproj), context=2048) as seeing:
        plan = seeing.facts.plan
        assert plan is not None
        seeing.engine.measure(GenerateRequest(10_000, ()), (large, small))
        rows = seeing.told.next(Measured).texts
        assert 24 * 24 > plan.placement.ubatch >= rows[0] > rows[1] > 100
        assert seeing.logprobs(seeing.ask(Message("user", "Look", media=(large,))))


def test_rows_that_see_each_other_and_do_not_fit_a_step_are_refused(tmp_path: Path) -> None:
    mmproj = random_projector(tmp_path / "mmproj.gguf", WIDTH, "gemma3", side=24)
    with opened(model=str(sliding_model()), mmproj=str(mmproj), context=2048) as seeing:
        plan = seeing.facts.plan
        assert plan is not None and plan.placement.ubatch < 24 * 24
        done = seeing.told.finish(
            seeing.ask(Message("user", "Look", media=(picture(tmp_path, COLOR, 336),)))
        )[1]
        assert done.error is not None and done.error.code == "picture.too_large"
        assert seeing.logprobs(seeing.ask(Message("user", "Hello")))
