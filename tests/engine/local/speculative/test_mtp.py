"""A real model with a fitted head: its drafts come true in part, and every answer is the model's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from engine.api import Delta, Finished, GenerateRequest, LoadRequest
from engine.errors import ErrorInfo, UserError
from engine.local import native
from engine.local.generation.cancellation import Cancellation
from engine.local.generation.generation import Generation
from engine.local.generation.prompt_worker import Prepared
from engine.local.loading import open_session
from engine.local.model.session import Session
from engine.local.native import memory, prediction
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.local.scheduling.scheduler import Scheduler
from engine.local.speculative.head_worth import HeadWorth
from engine.placement.plan import RAM, PlacementOptions
from engine.values import Usage
from tests.engine.local.speculative.test_draft_model import Card
from tests.engine.local.speculative.test_prediction_head import OwnCosts
from tests.support.computing.greedy_judge import CLOSE, judge
from tests.support.computing.mixed_chats import QUESTIONS
from tests.support.engines.recorder import ask
from tests.support.models.predicting import predicting_model, write_with_head
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.model, pytest.mark.long]

STORY, SKY = QUESTIONS[0], QUESTIONS[3]
KEPT_BYTES = 2**28


def opened(path: Path, **options: object) -> Session:
    native.start()
    options = {"streams": 2} | options
    # Of two threads on a busy machine one waits for the other most of the time.
    request = LoadRequest(str(path), PlacementOptions(1024, **options), threads=1)  # type: ignore[arg-type]
    return open_session(request, native.AbortFlag(), lambda _: True, None)


@pytest.fixture(scope="module")
def loaded() -> Iterator[Session]:
    session = opened(predicting_model())
    yield session
    session.close()


@pytest.fixture
def session(loaded: Session) -> Session:
    """With an empty memory, on a machine on which rows are nearly free."""
    assert loaded.head is not None
    loaded.forget()
    loaded.head.costs, loaded.head.worth = OwnCosts(0.005), HeadWorth()
    return loaded


class Talk:
    """Requests to one scheduler."""

    def __init__(self, session: Session, kept_bytes: int = 0) -> None:
        self._session = session
        self._emitted: list[object] = []
        self._ended: dict[int, Finished] = {}
        self.cancellation = Cancellation()
        states = PromptCache(None, "", kept_bytes, 0)
        self.scheduler = Scheduler(
            session, states, self.cancellation, self._emitted.append, self._finish, Card()
        )

    def _finish(self, finished: Finished) -> None:
        self._ended[finished.id] = finished

    def begin(self, request: GenerateRequest) -> None:
        generation = Generation(self._session, request, self._emitted.append, 0.0)
        generation.prepare()
        self.cancellation.opened(request.id)
        self.scheduler.submit(Prepared(request, generation, None))

    def run(self) -> None:
        while not self.scheduler.is_idle:
            self.scheduler.step()

    def text(self, id: int) -> str:
        return "".join(each.text for each in self._emitted if isinstance(each, Delta) and each.id == id)

    def usage(self, id: int) -> Usage:
        return self._ended[id].usage

    def answer(self, request: GenerateRequest) -> tuple[str, Usage]:
        self.begin(request)
        self.run()
        return self.text(request.id), self.usage(request.id)


def is_its_own(request: GenerateRequest, text: str) -> bool:
    return judge(predicting_model()).worst(request.messages, text) < CLOSE


def test_its_drafts_come_true_in_part_and_the_answer_is_the_models_own(session: Session) -> None:
    request = ask(1, SKY, max_tokens=40)
    text, usage = Talk(session).answer(request)
    assert is_its_own(request, text)
    assert 5 < usage.accepted_tokens < usage.drafted_tokens


def test_its_memory_is_planned_to_the_byte(session: Session) -> None:
    assert session.facts.plan is not None and session.head is not None
    found = memory.by_device(memory.account(session.handle))[RAM]
    heads = memory.by_device(memory.account(session.head._steps.context))[RAM]  # type: ignore[attr-defined]
    rows = prediction.hidden_bytes(session.model, session.facts.plan.placement)
    planned = session.facts.plan.bytes[RAM]
    assert planned.context == found.context + heads.context
    assert planned.compute == found.compute + heads.compute + rows
    assert session.facts.weights is not None and session.facts.weights.bytes[RAM] == planned.model
    assert session.facts.weights.expert_bytes == session.facts.plan.expert_bytes
    assert not session.facts.weights.misplaced


def test_several_answers_at_once_stay_the_models_own_and_each_goes_on_alone(session: Session) -> None:
    talk = Talk(session)
    requests = [ask(1, SKY, max_tokens=24), ask(2, STORY, max_tokens=44)]
    for request in requests:
        talk.begin(request)
    talk.run()
    for request in requests:
        written = (sequence.tokens for sequence in session.sequences)
        assert judge(predicting_model()).worst_in(request.messages, written) < CLOSE
    assert talk.usage(2).accepted_tokens > 0, "when it was alone, the head knew what had been written"


def test_a_conversation_goes_on_from_a_kept_state(session: Session) -> None:
    talk = Talk(session, KEPT_BYTES)
    first = ask(1, SKY, max_tokens=30, conversation="a")
    said, _ = talk.answer(first)
    talk.scheduler._slots.evict_all()
    follow_up = ask(9, SKY, said, "Tell me more.", max_tokens=40, conversation="a")
    text, usage = talk.answer(follow_up)
    assert usage.cached_tokens > 40
    assert usage.drafted_tokens > 0
    assert is_its_own(follow_up, text)


def test_of_a_sequence_that_was_emptied_it_knows_nothing(session: Session) -> None:
    Talk(session).answer(ask(1, SKY, max_tokens=20))
    (sequence,) = (each for each in session.sequences if len(each))
    next_tokens = [*sequence.tokens, sequence.tokens[-1]]
    assert session.head is not None and session.head.first(sequence.number, next_tokens) is not None
    sequence.clear()
    assert session.head.first(sequence.number, next_tokens) is None


def test_what_comes_after_an_answer_that_was_broken_off_is_right(session: Session) -> None:
    talk = Talk(session)
    talk.begin(ask(1, STORY, max_tokens=200))
    while not talk.text(1):
        talk.scheduler.step()
    for _ in range(5):
        talk.scheduler.step()
    talk.cancellation.abort(1)
    talk.run()
    request = ask(2, STORY, max_tokens=40)
    text, usage = talk.answer(request)
    assert is_its_own(request, text) and usage.accepted_tokens > 0


def test_it_goes_on_in_a_context_that_is_made_anew(session: Session) -> None:
    talk = Talk(session)
    talk.scheduler.watch_experts(True)
    request = ask(1, SKY, max_tokens=30)
    text, usage = talk.answer(request)
    talk.scheduler.watch_experts(False)
    assert is_its_own(request, text) and usage.accepted_tokens > 0


def test_where_it_cannot_pay_it_is_not_asked(session: Session) -> None:
    class Dear(Card):
        def seconds(self, rows: int) -> float:
            return 0.1 * rows

    talk = Talk(session)
    talk.scheduler = Scheduler(
        session, PromptCache(None, "", 0, 0), talk.cancellation, talk._emitted.append, talk._finish, Dear()
    )
    text, usage = talk.answer(ask(1, STORY, max_tokens=40))
    assert usage.drafted_tokens == 0 and text


def notices(session: Session) -> Sequence[str]:
    assert session.facts.plan is not None
    return [notice.code for notice in session.facts.plan.notices]


def test_a_head_that_does_not_fit_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "other.gguf"
    write_with_head(starter_model(), path, projection=(576, 576))
    with pytest.raises(UserError) as refused:
        opened(path)
    assert refused.value.info == ErrorInfo(
        "mtp.shape", {"tensor": "blk.30.nextn.eh_proj.weight", "shape": "576 x 576"}
    )


def test_heads_of_a_number_that_the_architecture_cannot_have_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "two.gguf"
    write_with_head(starter_model(), path, heads=2)
    session = opened(path)
    try:
        assert session.head is None and notices(session) == ["mtp.without", "mtp.architecture"]
        assert Talk(session).answer(ask(1, SKY, max_tokens=4))[0]
    finally:
        session.close()


def test_without_room_or_where_it_was_given_up_there_is_none(session: Session) -> None:
    assert session.facts.plan is not None
    given_up = opened(predicting_model(), fallbacks=("without_mtp",))
    taken = given_up.facts.plan.bytes[RAM].total if given_up.facts.plan else 0
    assert given_up.head is None and notices(given_up) == []
    given_up.close()
    tight = opened(predicting_model(), budgets={RAM: taken + 2**20})
    assert tight.head is None and notices(tight) == ["mtp.without", "mtp.no_room"]
    tight.close()


def test_a_library_that_does_not_hand_rows_over_is_one_without_heads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prediction, "has_symbol", lambda name: False)
    session = opened(predicting_model())
    assert session.head is None and notices(session) == []
    session.close()
