"""Replies of the starter model that are held to a schema: with thoughts, tools, beginnings, ends and drafts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from engine.api import Delta, GenerateRequest
from engine.errors import UserError
from engine.values import Message, Sampling
from tests.engine.formats import templates
from tests.engine.local.conftest import Running
from tests.engine.local.generation.test_grammar_trigger import TOOL
from tests.support.engines.recorder import ask
from tests.support.models.retold import with_template

pytestmark = [pytest.mark.long, pytest.mark.model]

SCHEMA: dict[str, Any] = {
    "$defs": {
        "Part": {
            "type": "object",
            "properties": {"name": {"type": "string", "maxLength": 9}},
            "required": ["name"],
        }
    },
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 12},
        "depth": {"type": "number", "minimum": 0.5, "exclusiveMaximum": 11},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}, "minItems": 1, "maxItems": 1},
        "note": {"anyOf": [{"enum": ["<think>", "</think>"]}, {"type": "null"}]},
    },
    "required": ["title", "depth", "parts", "note"],
}
QUESTION = "Describe the sea as JSON."


@pytest.fixture(scope="module")
def reasoning() -> Iterator[Running]:
    """With a template that opens the reasoning itself, unless that is off."""
    running = Running(str(with_template(templates.ALWAYS_OPEN)))
    yield running
    running.engine.close()


def document(text: str) -> dict[str, Any]:
    found = json.loads(text)
    jsonschema.validate(found, SCHEMA)
    return dict(found)


def test_a_reply_satisfies_its_schema_however_hot_it_is_drawn(running: Running) -> None:
    for seed in range(2):
        hot = Sampling(temperature=2.0, top_k=0, top_p=1.0, min_p=0.0, seed=seed)
        request = GenerateRequest(seed, (Message("user", QUESTION),), hot, reply=SCHEMA, max_tokens=300)
        text, end = running.told.answer(running.engine, request)
        assert end.error is None
        document(text)


def test_a_reply_without_room_is_completed_as_shortly_as_its_schema_lets_it(running: Running) -> None:
    text, end = running.told.answer(running.engine, ask(10, QUESTION, reply=SCHEMA, max_tokens=36))
    document(text)
    assert (end.reason, end.notices) == ("length", ())
    assert end.usage.completion_tokens <= 36


def test_a_beginning_is_gone_on_with_within_the_schema(running: Running) -> None:
    begun = '{"title": "The s'
    text, end = running.told.answer(
        running.engine, ask(11, QUESTION, begun, reply=SCHEMA, continue_last=True, max_tokens=200)
    )
    assert end.error is None
    assert document(begun + text)["title"].startswith("The s")
    for wrong in ("The sea", '{"depth": 1', '{"title": "The sea", "depth": 12'):
        request = ask(12, QUESTION, wrong, reply=SCHEMA, continue_last=True)
        _, end = running.told.answer(running.engine, request)
        assert end.error is not None and end.error.code == "schema.not_continued"


def test_a_schema_that_no_grammar_keeps_is_told_before_anything_is_read(running: Running) -> None:
    text, end = running.told.answer(running.engine, ask(13, QUESTION, reply={"not": {}}))
    assert end.error is not None and (text, end.error.code) == ("", "schema.not_followed")
    assert end.error.params == {"detail": "#: not is not followed"}


def test_a_schema_that_is_nested_too_deep_is_an_error_and_the_next_one_is_answered(running: Running) -> None:
    deep: dict[str, Any] = {}
    for depth in range(2000):
        deep = {"type": "array", "items": deep}
        if depth == 300:
            _, end = running.told.answer(running.engine, ask(20, QUESTION, reply=deep))
            assert end.error is not None and end.error.code == "schema.not_followed"
    with pytest.raises(UserError) as caught:
        running.engine.generate(ask(21, QUESTION, reply=deep))
    assert caught.value.code == "engine.too_deep"
    assert running.told.answer(running.engine, ask(22, QUESTION, max_tokens=2))[1].error is None


def test_beside_tools_a_reply_is_the_document_or_a_call(running: Running) -> None:
    request = ask(14, "What is the weather in Paris?", reply=SCHEMA, tools=(TOOL,), max_tokens=200)
    text, end = running.told.answer(running.engine, request)
    assert end.error is None
    assert bool(text) is not bool(end.tool_calls)
    if text:
        document(text)


def test_drafts_change_nothing_in_a_reply_that_is_held(running: Running) -> None:
    texts = {
        running.told.answer(running.engine, ask(16, QUESTION, reply=SCHEMA, max_tokens=200, drafts=drafts))[0]
        for drafts in (True, False)
    }
    assert len(texts) == 1


def test_thoughts_come_first_and_marks_of_them_in_the_document_are_text(reasoning: Running) -> None:
    request = ask(17, QUESTION, reply=SCHEMA, reasoning="on", max_tokens=300)
    reasoning.engine.generate(request)
    while not isinstance(event := reasoning.told.next(Delta), Delta) or event.id != 17:
        pass
    reasoning.engine.answer_now(17)
    text, end = reasoning.told.finish(17)
    assert end.error is None
    document(text)
    told = [each for each in reasoning.told.seen if isinstance(each, Delta) and each.id == 17]
    assert told[0].channel == "reasoning"
    for mark in ("<think>", "</think>"):
        only = {"type": "object", "properties": {"a": {"const": f"x {mark} y"}}, "required": ["a"]}
        text, end = reasoning.told.answer(
            reasoning.engine, ask(18, QUESTION, reply=only, reasoning="off", max_tokens=60)
        )
        assert json.loads(text) == {"a": f"x {mark} y"}
