"""A real model beside another one: the starter guesses for its own copy made of experts, which answers like it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.api import Delta, Finished, GenerateRequest, Loaded, LoadRequest, ModelFacts
from engine.local import native
from engine.local.client import LocalEngine
from engine.local.generation.cancellation import Cancellation
from engine.local.generation.generation import Generation
from engine.local.generation.prompt_worker import Prepared
from engine.local.loading import open_session
from engine.local.model.session import Session
from engine.local.prompt_cache.prompt_cache import PromptCache
from engine.local.scheduling.scheduler import Scheduler
from engine.local.speculative import StepCosts
from engine.local.speculative.draft_model import AT_A_TIME, HEAD, DraftModel
from engine.placement.plan import PlacementOptions
from tests.support.computing.greedy_judge import CLOSE, judge
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.moe import moe_model
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.model, pytest.mark.long]


def loaded(engine: LocalEngine, told: Recorder, draft: Path, **budgets: int) -> ModelFacts:
    options = PlacementOptions(512, budgets=budgets, draft_model=str(draft))
    engine.load(LoadRequest(str(starter_model()), options))
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


class Card(StepCosts):
    """A machine on which rows are nearly free, whatever this one is like."""

    def took(self, rows: int, seconds: float) -> None:
        pass

    def seconds(self, rows: int) -> float:
        return 0.1 + 0.001 * rows


class SmallCard(Card):
    def seconds(self, rows: int) -> float:
        return 0.01 + 0.0001 * rows


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a moment may be over at once."""
    monkeypatch.setattr("engine.local.speculative.draft_model.MOMENT_S", 60.0)


@pytest.fixture(scope="module")
def pair() -> Iterator[Session]:
    """The model made of experts, with the starter beside it, in this process."""
    native.start()
    request = LoadRequest(str(moe_model()), PlacementOptions(1024, draft_model=str(starter_model())))
    session = open_session(request, native.AbortFlag(), lambda _: True, None)
    yield session
    session.close()


def draft_model(session: Session) -> DraftModel:
    assert session.draft_model is not None
    session.draft_model.costs = SmallCard()
    return session.draft_model


def answered(session: Session, *requests: GenerateRequest) -> list[tuple[str, Finished]]:
    """The answers to these requests, made one after the other by one scheduler."""
    draft_model(session)
    emitted: list[object] = []
    ended: list[Finished] = []
    states = PromptCache(None, "", 0, 0)
    scheduler = Scheduler(session, states, Cancellation(), emitted.append, ended.append, Card())
    answers = []
    for request in requests:
        generation = Generation(session, request, emitted.append, 0.0)
        generation.prepare()
        scheduler.submit(Prepared(request, generation, None))
        while not scheduler.is_idle:
            scheduler.step()
        text = "".join(each.text for each in emitted if isinstance(each, Delta) and each.id == request.id)
        answers.append((text, ended[-1]))
    return answers


def test_its_guesses_come_true_and_the_answer_is_the_models_own(pair: Session) -> None:
    # Both models are sure of it on every processor.
    question = "Write the numbers 1, 2, 3 and so on."
    ((text, end),) = answered(pair, ask(1, question, max_tokens=40))
    assert judge().worst(ask(1, question).messages, text) < CLOSE
    usage = end.usage
    assert usage.drafted_tokens >= 10
    assert usage.accepted_tokens > 0.8 * usage.drafted_tokens


def test_it_follows_a_long_sequence_by_its_head_and_its_end(
    pair: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.local.speculative.draft_model.FIRST_READ", 2 * AT_A_TIME)
    model = draft_model(pair)
    words = pair.tokenizer.marker("one two three four five six seven eight nine ten eleven twelve. ")
    tokens = words * 40 + words[:4]

    def guessed(tokens: list[int], count: int) -> tuple[list[int], int]:
        reads = 0
        while (guesses := model.guess(tokens, count)) is None:
            reads += 1
        return guesses, reads

    assert guessed(tokens, 4) == (words[4:8], 2)
    assert model._held[:HEAD] == words[:HEAD]
    assert guessed(tokens + words[4:7], 2) == (words[7:9], 0)
    monkeypatch.setattr("engine.local.speculative.draft_model.MOMENT_S", SmallCard().seconds(64))
    monkeypatch.setattr("engine.local.speculative.draft_model.FIRST_READ", AT_A_TIME)
    assert guessed(tokens[3:] + words[4:6], 1)[1] == 2, "half as much at a time"
    monkeypatch.setattr("engine.local.speculative.draft_model.MOMENT_S", 60.0)
    # Another sequence.
    assert guessed((words * 5)[5:-5], 2) == (words[-5:-3], 1)
