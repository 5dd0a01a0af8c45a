"""Answers that are timed: as long as they are asked to be."""

import pytest

from engine.api import LoadRequest
from engine.local import native
from engine.local.loading import open_session
from engine.local.measure import speed
from engine.placement.plan import PlacementOptions
from tests.support.models.starter import starter_model


@pytest.mark.model
def test_an_answer_that_is_timed_goes_on_behind_the_end_that_the_model_writes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    native.start()
    session = open_session(
        LoadRequest(str(starter_model()), PlacementOptions(512)), native.AbortFlag(), lambda _: True, None
    )
    try:
        monkeypatch.setattr(session.tokenizer, "is_end", lambda _: True)
        seen = []
        monkeypatch.setattr(
            speed._Timed, "spent", lambda self, *_: seen.append(len(self.tokens) - self.prompt_length)
        )
        speed.measure(session, 16, 8, lambda: None)
        assert seen[-1] == 8
    finally:
        session.close()
