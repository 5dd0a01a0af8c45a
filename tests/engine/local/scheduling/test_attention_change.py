"""Attention that is computed in another way from one answer to the next, over the real starter model."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from engine.api import Delta, GenerateRequest, LoadRequest, Replanned
from engine.local import native
from engine.local.loading import open_session
from engine.local.model.session import Session
from engine.local.native import memory
from engine.local.scheduling import attention_change
from engine.placement import outgrowing
from engine.placement.plan import RAM, Attention, AttentionSpeed, CacheType, PlacementOptions
from tests.engine.local.scheduling.conftest import AbortedInStep, Stepping
from tests.support.computing.greedy_judge import CLOSE, judge
from tests.support.engines.recorder import ask
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.long, pytest.mark.model]

QUESTION = "The harbour lies between two hills, and the boats leave before the sun is up. " * 3
NEXT = "What do the boats bring back?"


@pytest.fixture
def stepping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stepping]:
    """Of a model whose conversations are long from the first token on, and whose changes cost nothing."""
    monkeypatch.setattr(outgrowing, "READ_CONTEXT", 0)
    monkeypatch.setattr(attention_change, "CONTEXT_S", 0.0)
    native.start()
    flag, cancellation = native.AbortFlag(), AbortedInStep()
    cancellation.use(flag)
    request = LoadRequest(str(starter_model()), PlacementOptions(1024, ubatch=64), 1)
    session = open_session(request, flag, lambda _: True, None)
    stepping = Stepping(session, cancellation, 2**30)
    yield stepping
    stepping.scheduler.close(0.0)
    stepping.session.close()


def prefer(session: Session, attention: Attention, kv_type: CacheType = "f16") -> None:
    """Plan for a machine on which this way is by far the fastest."""
    ways = tuple(
        AttentionSpeed(each, kind, rate, rate)
        for each in ("plain", "flash")
        for kind in ("f16", "bf16")
        for rate in (1e12 if (each, kind) == (attention, kv_type) else 1e6,)
    )
    assert session.planned is not None
    machine = msgspec.structs.replace(session.planned.machine, attention=ways)
    session.planned = session.planned._replace(machine=machine)


def way(session: Session) -> tuple[str, str]:
    assert session.facts.plan is not None
    placement = session.facts.plan.placement
    return placement.attention, placement.cache_type_k


def answered(stepping: Stepping, request: GenerateRequest) -> str:
    stepping.ask(request)
    stepping.finish()
    assert [end.error for end in stepping.ended] == [None] * len(stepping.ended)
    return "".join(each.text for each in stepping.told if isinstance(each, Delta) and each.id == request.id)


def changes(stepping: Stepping) -> list[Replanned]:
    return [each for each in stepping.told if isinstance(each, Replanned)]


@pytest.mark.parametrize(("attention", "kv_type"), [("plain", "f16"), ("plain", "bf16"), ("flash", "bf16")])
def test_a_conversation_that_has_grown_long_goes_on_in_a_faster_way_with_what_was_read(
    stepping: Stepping, attention: Attention, kv_type: CacheType
) -> None:
    session = stepping.session
    prefer(session, attention, kv_type)
    assert way(session) == ("flash", "f16")
    asked = ask(1, QUESTION, max_tokens=6, conversation="told")
    stepping.ask(asked)
    while not stepping.scheduler.is_idle:
        assert way(session) == ("flash", "f16"), "never in an answer"
        stepping.step()
    assert way(session) == (attention, kv_type)
    (change,) = changes(stepping)
    assert change.model.plan is not None
    assert [notice.code for notice in change.model.plan.notices] == ["plan.for_long_conversations"]
    first = "".join(each.text for each in stepping.told if isinstance(each, Delta))
    again = ask(2, QUESTION, first, NEXT, max_tokens=8, conversation="told")
    text = answered(stepping, again)
    usage = stepping.ended[-1].usage
    assert usage.prompt_tokens - usage.cached_tokens < 40 < usage.cached_tokens, "nothing is read again"
    assert judge().worst(again.messages, text) < CLOSE
    found = memory.by_device(memory.account(session.handle))[RAM]
    planned = change.model.plan.bytes[RAM]
    assert (found.context, found.compute) == (planned.context, planned.compute)


def test_it_never_happens_twice(stepping: Stepping) -> None:
    prefer(stepping.session, "plain")
    answered(stepping, ask(1, QUESTION, max_tokens=2, conversation="one"))
    assert way(stepping.session) == ("plain", "f16")
    prefer(stepping.session, "flash")
    answered(stepping, ask(2, QUESTION * 2, max_tokens=2, conversation="one"))
    assert way(stepping.session) == ("plain", "f16") and len(changes(stepping)) == 1


def test_not_while_another_answer_is_wanted_and_not_for_what_is_no_conversation(stepping: Stepping) -> None:
    prefer(stepping.session, "plain")
    answered(stepping, ask(1, QUESTION, max_tokens=2))
    assert way(stepping.session) == ("flash", "f16")
    stepping.ask(
        ask(2, QUESTION, max_tokens=1, conversation="one"), ask(3, NEXT, max_tokens=4, conversation="other")
    )
    while not stepping.scheduler.is_idle:
        assert not changes(stepping)
        stepping.step()
    assert len(changes(stepping)) == 1


def test_a_change_that_would_not_pay_is_not_made(stepping: Stepping, monkeypatch: pytest.MonkeyPatch) -> None:
    prefer(stepping.session, "plain")
    monkeypatch.setattr(attention_change, "CONTEXT_S", 1e9)
    answered(stepping, ask(1, QUESTION, max_tokens=2, conversation="one"))
    assert not changes(stepping)
    # Nor is one after which all would have to be read again.
    monkeypatch.setattr(attention_change, "CONTEXT_S", 0.0)
    watch = stepping.scheduler._attention_change
    monkeypatch.setattr(watch, "_keeps", lambda _: False)
    monkeypatch.setattr(watch, "_read_s", lambda: 1e9)
    answered(stepping, ask(2, QUESTION * 2, max_tokens=2, conversation="one"))
    assert not changes(stepping)


def test_without_memory_for_the_other_way_all_goes_on_as_it_was(
    stepping: Stepping, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = stepping.session
    prefer(session, "plain")
    make = session._open_context
    monkeypatch.setattr(
        session, "_open_context", lambda how, *more: 0 if how.attention == "plain" else make(how, *more)
    )
    answered(stepping, ask(1, QUESTION, max_tokens=2, conversation="one"))
    assert way(session) == ("flash", "f16") and not changes(stepping)
    answered(stepping, ask(2, QUESTION, max_tokens=2, conversation="one"))
    assert stepping.ended[-1].usage.cached_tokens > 40
