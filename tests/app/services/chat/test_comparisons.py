"""One question, several models: asked in turn, kept side by side, and the chat's own model afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.chat.events import ComparisonChanged
from engine.errors import UserError
from tests.app.services.chat.test_chat_models import House


@pytest.fixture
def house(coterie_home: Path, tmp_path: Path) -> Iterator[House]:
    house = House(coterie_home, tmp_path)
    yield house
    house.services.close()


def asked(house: House) -> tuple[int, int]:
    """A chat of one.gguf with a question that was answered."""
    house.use(house.one)
    id = house.services.conversations.create().id
    house.ask(id)
    return id, house.services.conversations.path(id)[0]


def ended(house: House) -> ComparisonChanged:
    return house.told.next(ComparisonChanged, lambda event: not event.of)


def test_each_model_answers_in_turn_and_the_chat_keeps_its_own(house: House) -> None:
    id, question = asked(house)
    house.services.comparisons.start(question, [house.two, house.one])
    told = ended(house)
    assert (told.conversation, told.question, told.error) == (id, question, None)
    answers = house.services.conversations.messages(told.answers)
    assert [(a.parent, a.state, a.siblings) for a in answers] == [(question, "done", 3)] * 2
    assert house.model(id) == house.one
    begun = [e.answers for e in house.told.seen if isinstance(e, ComparisonChanged)]
    assert begun == [told.answers[:1], told.answers, told.answers]


def test_stopping_ends_the_answer_and_asks_nobody_else(house: House) -> None:
    id, question = asked(house)
    house.engines[0].pace = 0.05
    house.engines[0].answer = lambda _: ("word ",) * 400
    house.services.comparisons.start(question, [house.one, house.two])
    first = house.told.next(ComparisonChanged).answers[0]
    house.told.some_text(first)
    with pytest.raises(UserError) as caught:
        house.services.comparisons.start(question, [house.one, house.two])
    assert caught.value.code == "compare.running"
    house.services.comparisons.stop()
    assert ended(house).answers == (first,)
    assert house.model(id) == house.one


def test_a_model_that_is_gone_ends_the_comparison_with_the_reason(house: House) -> None:
    _, question = asked(house)
    Path(house.two).unlink()
    house.services.comparisons.start(question, [house.one, house.two])
    failed = house.told.next(ComparisonChanged, lambda event: event.error is not None)
    assert failed.error is not None and failed.error.code == "chat.model_gone"
    assert len(ended(house).answers) == 1


def test_two_or_three_models_are_compared(house: House) -> None:
    _, question = asked(house)
    for models in ([house.one], [house.one, house.one], ["a", "b", "c", "d"]):
        with pytest.raises(UserError) as caught:
            house.services.comparisons.start(question, models)
        assert caught.value.code == "compare.models"


def test_one_variant_is_the_better_one(house: House) -> None:
    _, question = asked(house)
    house.services.comparisons.start(question, [house.one, house.two])
    first, second = ended(house).answers
    comparisons = house.services.comparisons
    assert comparisons.prefer(first).better
    comparisons.prefer(second)
    better = [m.better for m in house.services.conversations.messages([first, second])]
    assert better == [False, True]
    assert sum(comparisons.preferred().values()) == 1
    comparisons.prefer(second, better=False)
    assert comparisons.preferred() == {}
