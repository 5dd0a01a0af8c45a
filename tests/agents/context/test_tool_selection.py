"""Tools stay within their share, and the choice of them stays what it was."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.budget import Budget
from agents.context.budget import shares
from agents.context.finding import FIND_TOOLS, FindTools
from agents.context.history import History
from agents.context.ranking import ranked
from agents.context.schemas import told, wordless
from agents.context.token_counter import Meter
from agents.context.tool_selection import Offer, offer
from agents.events import RunEvent, RunResumed, Schemas
from agents.tools.builtin import builtin_tools
from engine.remote.estimate import tools_tokens
from tests.support.agents.counting import ByteBrain, StarterBrain
from tests.support.agents.made_runs import NamedTool, called, result, started, step, turn
from tests.support.agents.open_sandbox import OpenSandbox

WORDY = "It takes what it is given and does with it what has to be done, carefully. " * 3
MANY = (
    NamedTool("read_file", "Read a file of the folder.", path=WORDY),
    NamedTool("write_file", "Write a file in the folder.", path=WORDY, content=WORDY),
    NamedTool("weather", "Tell the weather of a city, today or tomorrow. " + WORDY, city=WORDY),
    NamedTool("send_mail", "Send a message to a person by mail. " + WORDY, to=WORDY, text=WORDY),
    NamedTool("calculator", "Work out an expression: sums, percentages. " + WORDY, expression=WORDY),
    *(
        NamedTool(f"spare_{number}", f"Number {number} of the spare ones. {WORDY}", it=WORDY)
        for number in range(40)
    ),
    NamedTool("read_result", "Show more of a result.", handle=WORDY),
)


def offered(events: list[RunEvent], context: int, tools: Any = MANY) -> tuple[Offer, list[str]]:
    made = offer(History.of(events), tools, Meter(ByteBrain(context)), shares(context))
    return made, [definition["function"]["name"] for definition in made.definitions]


def test_tools_that_fit_are_offered_whole_and_in_their_order() -> None:
    made, names = offered([started()], 65536)
    assert made.trim is None and names == [tool.name for tool in MANY]
    assert made.definitions[0]["function"]["parameters"]["properties"]["path"]["description"]


def test_words_about_arguments_go_before_any_tool_does() -> None:
    made, names = offered([started()], 20_000)
    assert made.trim and made.trim.schemas == "compact" and names == [tool.name for tool in MANY]
    assert made.trim.after_tokens < made.trim.before_tokens
    assert "description" not in made.definitions[0]["function"]["parameters"]["properties"]["path"]


def test_what_another_tool_does_too_makes_room_first_unless_the_model_calls_it() -> None:
    edits = [NamedTool(name, "Change files. " + WORDY, it=WORDY) for name in ("edit_file", "apply_patch")]
    tools = (*MANY, *edits)
    assert "apply_patch" in offered([started()], 65536, tools)[1]
    _, names = offered([started()], 20_000, tools)
    assert names == [tool.name for tool in (*MANY, edits[0])]
    calls = [started(), turn(1, calls=("a",)), called(1, "a", "apply_patch", it="x"), result("a")]
    assert "apply_patch" in offered(calls, 20_000, tools)[1]
    assert "apply_patch" in offered([started()], 20_000, (*MANY, edits[1]))[1]  # alone it stays


@pytest.mark.parametrize(
    ("task", "tool"),
    [
        ("What will the weather be in Seoul?", "weather"),
        ("Send Kim a mail that says hello", "send_mail"),
        ("각 항목의 합계를 계산해 주세요", "calculator"),
    ],
)
def test_a_short_context_gets_the_core_and_what_the_task_speaks_of(task: str, tool: str) -> None:
    made, names = offered([started(task)], 4096)
    assert made.trim and made.trim.names == tuple(names) and len(names) < len(MANY)
    assert {"read_file", "write_file", "read_result", tool} <= set(names)
    assert names == [each.name for each in MANY if each.name in names]


def test_a_tool_that_needs_a_longer_context_is_not_offered() -> None:
    tools = builtin_tools()
    assert "delegate" in offered([started()], 16_384, tools)[1]
    assert "delegate" not in offered([started("delegate it")], 4096, tools)[1]


def test_the_shell_and_the_search_come_before_what_the_task_speaks_of() -> None:
    tools = (
        *MANY,
        NamedTool("search_text", "Search files.", pattern=WORDY),
        NamedTool("shell", "Run.", it=WORDY),
    )
    made, names = offered([started("Number 37 of the spare ones, number 36 and 35")], 2048, tools)
    assert made.trim and {"shell", "search_text"} <= set(names)


@pytest.mark.model
@pytest.mark.parametrize("schemas", ["whole", "compact", "brief"])
def test_the_estimate_of_schemas_is_safe_and_not_far_off(schemas: Schemas) -> None:
    definitions = [told(tool, schemas) for tool in builtin_tools(OpenSandbox())]
    for indent, most in ((None, 2.0), (2, 1.45)):  # as templates print them
        real = sum(StarterBrain().text(json.dumps(each, indent=indent)) for each in definitions)
        assert real <= tools_tokens(definitions) <= most * real


def test_the_choice_is_kept_until_the_user_says_something_new() -> None:
    events: list[RunEvent] = [started("What is the weather in Seoul?")]
    first, names = offered(events, 4096)
    assert first.trim
    events += [first.trim, *step(1, "mail, mail, calculator"), turn(2, "Now I would send a mail.")]
    again, later = offered(events, 4096)
    assert again.trim is None and later == names and again.definitions == first.definitions
    events += [RunResumed(Budget(), "Send the forecast to Kim by mail.")]
    new, latest = offered(events, 4096)
    assert new.trim and "send_mail" in latest
    assert offered([*events, new.trim], 4096)[0].trim is None


def test_a_tool_that_was_called_though_not_offered_is_offered_from_then_on() -> None:
    first, names = offered([started("Tidy up.")], 2048)
    assert first.trim and "spare_39" not in names
    events = [
        started("Tidy up."),
        first.trim,
        turn(1, calls=("a",)),
        called(1, "a", "spare_39", it="x"),
        result("a"),
    ]
    second, later = offered(events, 2048)
    assert second.trim and "spare_39" in later
    assert offered([*events, second.trim], 2048)[0].trim is None


def test_tools_that_are_left_out_can_be_found_and_are_offered_then() -> None:
    tools = (*MANY, FindTools(MANY))
    assert FIND_TOOLS not in offered([started("Tidy up.")], 65536, tools)[1]
    first, names = offered([started("Tidy up.")], 4096, tools)
    assert first.trim and FIND_TOOLS in names and "spare_37" not in names
    outcome = tools[-1].run({"query": "the spare one with number 37"}, None)  # type: ignore[arg-type]
    assert json.loads(outcome.text.splitlines()[0])["name"] == "spare_37"
    search = [
        turn(1, calls=("a",)),
        called(1, "a", FIND_TOOLS, query="the spare one with number 37"),
        result("a"),
    ]
    second, later = offered([started("Tidy up."), first.trim, *search], 4096, tools)
    assert second.trim and "spare_37" in later
    assert tools[-1].run({"query": "qwertz"}, None).text.startswith("No tool")  # type: ignore[arg-type]


def test_a_tool_that_is_gone_is_no_longer_offered() -> None:
    first, _ = offered([started("What is the weather in Seoul?")], 4096)
    assert first.trim
    left = [tool for tool in MANY if tool.name != "weather"]
    second, names = offered([started("What is the weather in Seoul?"), first.trim], 4096, left)
    assert second.trim and "weather" not in names


@pytest.mark.model
@pytest.mark.parametrize("context", [2048, 4096, 8192, 131072])
def test_with_the_starters_tokens_tools_stay_within_their_share(context: int) -> None:
    share, meter = shares(context), Meter(StarterBrain(context))
    made = offer(History.of([started()]), MANY, meter, share)
    assert meter.tools(made.definitions, started().system) <= share.fixed
    assert made.definitions


def test_a_schema_without_words_allows_the_same() -> None:
    schema = {
        "type": "object",
        "description": "words",
        "properties": {
            "description": {"type": "string", "description": "words", "title": "T"},
            "state": {"enum": ["todo", "done"], "description": "words"},
            "items": {"type": "array", "items": {"$ref": "#/$defs/item", "description": "words"}},
        },
        "$defs": {"item": {"type": "integer", "minimum": 2, "description": "words"}},
        "required": ["description"],
    }
    bare = wordless(schema)
    assert "words" not in json.dumps(bare)
    for value in (
        {"description": "x"},
        {},
        {"description": 1},
        {"description": "x", "state": "no"},
        {"description": "x", "items": [1]},
        {"description": "x", "items": [2]},
    ):
        assert jsonschema.Draft202012Validator(schema).is_valid(value) == jsonschema.Draft202012Validator(
            bare
        ).is_valid(value)


def test_a_brief_definition_has_one_sentence() -> None:
    tool = NamedTool("search", "Look for words. Then do much more. And more.", words="What to look for.")
    assert told(tool, "brief")["function"]["description"] == "Look for words."
    assert told(tool, "compact")["function"]["description"] == tool.description


DOCUMENTS = {
    "list_files": "List the files of a folder.",
    "search_text": "Search files for a text or a regular expression.",
    "fetch_page": "Fetch a web page by its URL.",
    "date_time": "The date and the time in a time zone.",
    "move_file": "Move or rename a file.",
    "python": "Run a Python program.",
}


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Which page does example.org have? Fetching the url would help", "fetch_page"),
        ("rename every photo", "move_file"),
        ("what time is it in Tokyo", "date_time"),
        ("웹 페이지를 읽고 요약해 줘", "fetch_page"),
        ("파일 이름을 바꿔 주세요", "move_file"),
        ("오늘 날짜를 알려 주세요", "date_time"),
        ("파이썬 프로그램을 실행해", "python"),
    ],
)
def test_the_tool_that_a_task_speaks_of_comes_first(query: str, first: str) -> None:
    assert next(iter(ranked(query, DOCUMENTS))) == first


def test_equals_stay_in_their_order() -> None:
    assert list(ranked("quite another matter", DOCUMENTS)) == list(DOCUMENTS)
    assert ranked("", {}) == {}


@given(st.text(), st.dictionaries(st.text(min_size=1), st.text(), max_size=8))
def test_ranking_loses_nothing(query: str, documents: dict[str, str]) -> None:
    assert sorted(ranked(query, documents)) == sorted(documents)
