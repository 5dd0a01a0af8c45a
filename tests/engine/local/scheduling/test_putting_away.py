"""When conversations at rest are put away, over the real starter model."""

import pytest

from engine.local.model.session import Session
from engine.local.scheduling import kv_slots
from tests.engine.local.scheduling.conftest import Stepping
from tests.support.engines.recorder import ask

pytestmark = pytest.mark.model

WORDS = "The harbour lies between two hills, and the boats leave before the sun is up. " * 6


@pytest.mark.parametrize("computes_masked", [False, True])
def test_a_prompt_that_is_read_alone_waits_for_that_only_where_it_would_compute_them_too(
    stepping: Stepping, monkeypatch: pytest.MonkeyPatch, computes_masked: bool
) -> None:
    monkeypatch.setattr(kv_slots, "REST_S", 0.0)
    monkeypatch.setattr(Session, "computes_masked", computes_masked)
    stepping.ask(ask(1, WORDS, max_tokens=2, conversation="one"))
    stepping.finish()
    (rests,) = (each for each in stepping.session.sequences if len(each))
    stepping.ask(ask(2, f"Another story. {WORDS}", max_tokens=3, conversation="two"))
    stepping.step()
    assert bool(len(rests)) is not computes_masked
    stepping.finish()
    assert not len(rests), "what is written does not go on past it"
    assert [end.error for end in stepping.ended] == [None, None]
