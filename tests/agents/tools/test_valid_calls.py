"""The starter model, bound by grammar, calls our own tools: whatever it writes, the call fits its tool's schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from agents.context.schemas import told
from agents.tools.builtin import builtin_tools
from engine.api import Finished, GenerateRequest, Loaded, LoadRequest
from engine.local.client import LocalEngine
from engine.placement.plan import PlacementOptions
from engine.values import Message, Sampling
from tests.support.engines.recorder import Recorder
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.model, pytest.mark.long]

NAMES = (
    "list_files", "read_file", "search_text", "write_file", "edit_file", "move_file", "read_document", "calculator",
    "date_time", "update_plan",
)  # fmt: skip
TOOLS = {tool.name: tool for tool in builtin_tools() if tool.name in NAMES}
WHOLE, BRIEF = (tuple(told(TOOLS[name], schemas) for name in NAMES) for schemas in ("whole", "brief"))
TASKS = (
    "Show me what is in the folder.",
    "Read the file report.txt.",
    "Where does the word budget stand?",
    "Write a file hello.txt with a long greeting.",
    "Replace cat with dog in animals.txt.",
    "Move a.txt to the folder old.",
    "What does the contract say about rent?",
    "What is 23 * 19 + 4?",
    "What time is it in Seoul?",
    "보고서를 정리할 계획을 세워 주세요.",
)


class Starter:
    """A loaded engine that is asked for calls, each with another task, seed and temperature."""

    def __init__(self) -> None:
        self.told = Recorder()
        self.engine = LocalEngine(self.told)
        self.engine.load(LoadRequest(str(starter_model()), PlacementOptions(2048)))
        self.told.next(Loaded)

    def calls(
        self, number: int, choice: str, most: int = 256, tools: tuple[dict[str, Any], ...] = WHOLE
    ) -> Finished:
        request = GenerateRequest(
            number + 1,
            (Message("user", TASKS[number % len(TASKS)]),),
            sampling=Sampling(temperature=(0.8, 0.9, 1.0)[number % 3], seed=number),
            max_tokens=most,
            tools=tools,
            tool_choice=choice,
        )
        _, end = self.told.answer(self.engine, request)
        return end


@pytest.fixture(scope="module")
def starter() -> Iterator[Starter]:
    starter = Starter()
    yield starter
    starter.engine.close()


def check(end: Finished) -> None:
    assert end.error is None and end.tool_calls, end
    for call in end.tool_calls:
        assert isinstance(call.arguments, dict), call
        jsonschema.validate(call.arguments, TOOLS[call.name].parameters)
    assert [call.cut for call in end.tool_calls[:-1]] == [False] * (len(end.tool_calls) - 1)
    assert end.reason == "length" or not end.tool_calls[-1].cut
    assert [notice.code for notice in end.notices] == ["tools.cut_in_call"] * end.tool_calls[-1].cut


@pytest.mark.parametrize(
    "names", [NAMES[::5], pytest.param(NAMES, marks=pytest.mark.agents)], ids=["some", "all"]
)
def test_a_tool_is_called_as_its_schema_says_even_where_there_is_hardly_room(
    starter: Starter, names: tuple[str, ...]
) -> None:
    for number, name in enumerate(names):
        end = starter.calls(number * 7, name, 40, BRIEF)
        check(end)
        assert [call.name for call in end.tool_calls] == [name]
        assert end.usage.completion_tokens <= 40


@pytest.mark.agents
@pytest.mark.timeout(1800)
def test_a_hundred_calls_out_of_a_hundred_on_ten_tools_fit_their_schemas(starter: Starter) -> None:
    called: Counter[str] = Counter()
    cut = 0
    for number in range(100):
        end = starter.calls(number, NAMES[number // 10])
        check(end)
        called.update(call.name for call in end.tool_calls)
        cut += end.tool_calls[-1].cut
    assert called == dict.fromkeys(NAMES, 10)
    # Most come to their end by themselves: what ends the others is not what makes them fit.
    assert cut <= 20


@pytest.mark.agents
@pytest.mark.timeout(1800)
def test_calls_of_tools_of_its_own_choice_fit_their_schemas(starter: Starter) -> None:
    for number in range(30):
        check(starter.calls(number, "required"))
