"""Drafts of a model with recurrent states: what was refused is taken back from the states too."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from engine.local.model.session import Session
from engine.local.speculative.drafter import Drafter
from engine.placement.prediction_heads import ROLLBACK
from engine.values import Usage
from tests.engine.local.speculative.test_mtp import KEPT_BYTES, Talk, opened
from tests.support.computing.greedy_judge import judge
from tests.support.engines.recorder import ask
from tests.support.models.small_models import predicting_hybrid_model

pytestmark = pytest.mark.model

QUESTION = "How does a bicycle stay upright?"
# The model's logits are smaller than a trained one's; without rollback they are off by more than a whole.
NEAR = 0.1


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    made = opened(predicting_hybrid_model())
    yield made
    made.close()


@pytest.fixture
def drafting(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Drafts whose first, second or no token is what the model would have said next; of what is known beforehand."""
    session.forget()
    said: list[int] = []

    def draft(drafter: Drafter, room: int, rows: int = 1) -> list[int]:
        written = len(drafter._lookup.tokens)
        following = said[written : written + min(room, ROLLBACK)]
        right = random.Random(written).randrange(3)
        return [token if place < right else 5 for place, token in enumerate(following)]

    monkeypatch.setattr(Drafter, "draft", draft)
    yield said


def off(session: Session, usage: Usage) -> float:
    """How far the worst token of the answer in the only sequence is from what the model would have chosen."""
    (tokens,) = (each.tokens for each in session.sequences if len(each))
    return judge(predicting_hybrid_model()).worst_of(
        tokens[: usage.prompt_tokens], tokens[usage.prompt_tokens :]
    )


def test_what_was_refused_is_taken_back(session: Session, drafting: list[int]) -> None:
    plain, usage = Talk(session).answer(ask(1, QUESTION, max_tokens=60))
    assert usage.drafted_tokens == 0 and session.memory.rollback == ROLLBACK
    drafting += session.sequences[0].tokens
    session.forget()
    text, usage = Talk(session).answer(ask(2, QUESTION, max_tokens=60))
    assert 10 < usage.accepted_tokens < usage.drafted_tokens
    assert off(session, usage) < NEAR and text[:20] == plain[:20]


def test_a_state_is_kept_without_what_was_taken_back(session: Session, drafting: list[int]) -> None:
    request = ask(1, QUESTION, max_tokens=70, conversation="a")
    Talk(session).answer(request)
    drafting += next(each.tokens for each in session.sequences if len(each))
    session.forget()
    talk = Talk(session, KEPT_BYTES)
    talk.begin(request)
    talk.scheduler.step()
    (active,) = talk.scheduler.admission.active
    taken_back = False
    while len(active.sequence) < 80 or not taken_back:  # it is left just after a draft that was refused
        assert talk.scheduler.admission.active
        written = len(active.sequence)
        talk.scheduler.step()
        taken_back = len(active.sequence) == written + 1
    talk.cancellation.abort(1)
    talk.run()
    talk.scheduler._slots.evict_all()
    _, usage = talk.answer(ask(2, QUESTION, talk.text(1), "Why?", max_tokens=30, conversation="a"))
    assert usage.cached_tokens >= 80 and off(session, usage) < NEAR


def test_its_own_head_never_changes_what_it_says(session: Session) -> None:
    session.forget()
    assert session.head is not None and session.facts.plan is not None
    assert session.facts.plan.placement.mtp and session.facts.plan.notices == ()
    _, usage = Talk(session).answer(ask(1, QUESTION, max_tokens=40))
    assert off(session, usage) < NEAR
