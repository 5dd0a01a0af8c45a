"""Loading, unloading and closing."""

from __future__ import annotations

import pytest

from engine.api import (
    Delta,
    EngineLost,
    Finished,
    Loaded,
    LoadFailed,
    LoadProgress,
    LoadRequest,
    TokenizeRequest,
)
from engine.errors import UserError
from tests.contracts.engines import SHORT, STORY, Subject, request

pytestmark = pytest.mark.long


def refusal(subject: Subject) -> str:
    """The code with which a request is refused."""
    with pytest.raises(UserError) as caught:
        subject.engine.generate(request(99, SHORT))
    with pytest.raises(UserError) as measured:
        subject.engine.measure(request(99, SHORT))
    with pytest.raises(UserError) as tokenized:
        subject.engine.tokenize(TokenizeRequest(99, SHORT))
    assert measured.value.code == tokenized.value.code == caught.value.code
    return caught.value.code


def test_without_a_model_nothing_is_answered(fresh: Subject) -> None:
    assert (fresh.engine.state, fresh.engine.model) == ("empty", None)
    assert refusal(fresh) == "engine.no_model"
    fresh.engine.abort(1)
    fresh.engine.cancel_load()
    fresh.engine.unload()
    assert fresh.engine.state == "empty"


def test_a_load_ends_in_what_was_loaded(fresh: Subject) -> None:
    facts = fresh.load()
    told = [event.fraction for event in fresh.told.seen if isinstance(event, LoadProgress)]
    assert told == sorted(told) and all(0 <= fraction <= 1 for fraction in told)
    assert (fresh.engine.state, fresh.engine.model) == ("ready", facts)
    assert facts.path == fresh.model and facts.name and facts.context > 0


def test_what_is_asked_during_a_load_is_answered_after_it(fresh: Subject) -> None:
    fresh.engine.load(LoadRequest(fresh.model))
    assert fresh.engine.state in ("loading", "ready")
    fresh.engine.generate(request(1, SHORT))
    assert isinstance(fresh.told.next(Loaded, Finished), Loaded)
    assert fresh.told.finish(1)[1].reason == "stop"


def test_a_load_that_fails_says_why_and_another_may_follow(fresh: Subject) -> None:
    fresh.engine.load(LoadRequest(fresh.missing))
    failed = fresh.told.next(LoadFailed, Loaded)
    assert isinstance(failed, LoadFailed) and failed.error.code != "unknown"
    assert (fresh.engine.state, fresh.engine.model) == ("empty", None)
    refusal(fresh)
    fresh.load()
    assert fresh.told.answer(fresh.engine, request(1, SHORT))[1].reason == "stop"


def test_a_load_that_is_cancelled_says_so_and_leaves_nothing(fresh: Subject) -> None:
    fresh.engine.load(LoadRequest(fresh.model))
    fresh.engine.cancel_load()
    failed = fresh.told.next(LoadFailed, Loaded)
    assert isinstance(failed, LoadFailed) and failed.error.code == "engine.load_cancelled"
    assert fresh.engine.state == "empty"
    refusal(fresh)


def test_unloading_ends_what_is_open_and_the_next_load_is_as_the_first(fresh: Subject) -> None:
    fresh.load()
    fresh.engine.generate(request(1, STORY))
    fresh.told.next(Delta)
    fresh.engine.unload()
    assert fresh.told.finish(1)[1].reason == "cancelled"
    assert (fresh.engine.state, fresh.engine.model) == ("empty", None)
    assert refusal(fresh) == "engine.no_model"
    fresh.load()
    assert fresh.told.answer(fresh.engine, request(2, SHORT))[1].reason == "stop"
    assert not any(isinstance(event, EngineLost | LoadFailed) for event in fresh.told.seen)


def test_another_model_takes_the_place_of_the_first(fresh: Subject) -> None:
    fresh.load()
    fresh.engine.generate(request(1, STORY))
    fresh.told.next(Delta)
    facts = fresh.load(fresh.thinker)
    assert facts.path == fresh.thinker and fresh.engine.model == facts
    (end,) = [event for event in fresh.told.seen if isinstance(event, Finished)]
    assert end.id == 1 and end.reason in ("cancelled", "error")


def test_closing_ends_what_is_open_for_good(fresh: Subject) -> None:
    fresh.load()
    fresh.engine.generate(request(1, STORY))
    fresh.told.next(Delta)
    fresh.engine.close()
    assert fresh.told.finish(1)[1].reason == "cancelled"
    fresh.engine.close()
    assert fresh.engine.state == "closed"
    assert refusal(fresh) == "engine.no_model"
