"""The starter's weights under other chat templates: a budget for reasoning, and templates that do not work."""

import msgspec
import pytest

from engine.api import Delta, Finished, Loaded, LoadFailed, LoadRequest
from engine.local.client import LocalEngine
from engine.local.generation.generation import BUDGET_GRACE
from engine.placement.plan import PlacementOptions
from tests.engine.formats.published import KOREAN
from tests.support.engines.recorder import Recorder, ask
from tests.support.models.retold import with_template

pytestmark = [pytest.mark.model, pytest.mark.long]

TURNS = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
REASONING = TURNS + "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}"
QUESTION = "Tell me a very long story about the sea."


def answered(
    engine: LocalEngine, told: Recorder, id: int, question: str = QUESTION, **options: object
) -> tuple[str, str, Finished]:
    """Reasoning, content and the end."""
    engine.generate(msgspec.structs.replace(ask(id, question), **options))
    texts = {"reasoning": "", "content": ""}
    while True:
        event = told.next(Delta, Finished)
        if isinstance(event, Finished):
            return texts["reasoning"], texts["content"], event
        texts[event.channel] += event.text


def test_a_budget_closes_the_reasoning_and_the_answer_follows(engine: LocalEngine, told: Recorder) -> None:
    engine.load(LoadRequest(str(with_template(REASONING)), PlacementOptions(1024)))
    told.next(Loaded)
    reasoning, content, end = answered(engine, told, 1, max_tokens=90)
    assert reasoning and not content and end.usage.reasoning_tokens == 90
    for budget in (10, 20):
        reasoning, content, end = answered(engine, told, 2 + budget, max_tokens=90, reasoning=budget)
        assert reasoning and content
        # Besides the grace, the tokens of the closing marker itself.
        assert budget <= end.usage.reasoning_tokens <= budget + BUDGET_GRACE + 6
        assert end.usage.completion_tokens <= 90
        assert "think>" not in reasoning


def test_a_budget_that_the_limit_of_the_answer_cuts_short_ends_as_length(
    engine: LocalEngine, told: Recorder
) -> None:
    engine.load(LoadRequest(str(with_template(REASONING)), PlacementOptions(1024)))
    told.next(Loaded)
    _, content, end = answered(engine, told, 1, max_tokens=4, reasoning=3)
    assert (content, end.reason, end.usage.completion_tokens) == ("", "length", 4)


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (
            "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
            "template.too_expensive",
        ),
        (TURNS + "{{ raise_exception('no') }}", "template.raised"),
        ("{% if %}", "template.syntax"),
        (TURNS + "{{ 1 / 0 }}", "template.failed"),
    ],
)
def test_a_template_that_does_not_work_is_told_and_the_engine_lives_on(
    engine: LocalEngine, told: Recorder, template: str, code: str
) -> None:
    engine.load(LoadRequest(str(with_template(template)), PlacementOptions(512)))
    event = told.next(Loaded, LoadFailed)
    error = event.error if isinstance(event, LoadFailed) else told.answer(engine, ask(1, QUESTION))[1].error
    assert error is not None and error.code == code
    engine.load(LoadRequest(str(with_template("")), PlacementOptions(512)))
    told.next(Loaded)
    assert told.answer(engine, ask(2, "Hi", max_tokens=2))[1].error is None


def test_an_end_token_that_closes_a_thought_leaves_the_answer_to_come(
    engine: LocalEngine, told: Recorder
) -> None:
    own_messages = next(each.form for each in KOREAN if "Think 14B" in each.name)
    engine.load(LoadRequest(str(with_template(own_messages.source())), PlacementOptions(1024)))
    told.next(Loaded)
    _, content, end = answered(engine, told, 1, "What is the capital of France?", reasoning="on")
    assert content
    assert end.usage.completion_tokens > end.usage.reasoning_tokens
