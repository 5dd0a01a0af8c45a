"""A function becomes a tool: its schema, its documentation, its arguments, and what is wrong at definition."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import jsonschema
import msgspec
import pytest

from agents.api import Outcome, Sandbox, ToolContext, definition
from agents.permissions.values import Effects, ToolFacts
from agents.tools.builtin import builtin_tools
from agents.tools.function_tool import FunctionTool, ToolTrouble, tool
from agents.tools.signature import ToolDefinitionError, read_docstring
from tests.support.agents.places import here_in


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Tree(msgspec.Struct):
    """A tree."""

    name: str
    children: list[Tree] = []


@tool
def everything(
    text: str,
    count: int,
    where: Point,
    colour: Colour,
    level: Literal["low", "high"] = "low",
    ratio: float = 0.5,
    flag: bool = False,
    tags: list[str] | None = None,
    sizes: dict[str, int] | None = None,
    bounded: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3,
) -> str:
    """Do everything.

    And say so.

    Args:
        text: What to
            say.
        count (int): How often.

    Returns:
        Something: of it.
    """
    return f"{text} {count} {where} {colour} {level} {ratio} {flag} {tags} {sizes} {bounded}"


def test_every_type_has_its_schema() -> None:
    assert everything.description == "Do everything.\n\nAnd say so."
    assert everything.parameters == {
        "type": "object",
        "properties": {
            "text": {"type": "string", "description": "What to say."},
            "count": {"type": "integer", "description": "How often."},
            "where": {
                "type": "object",
                "properties": {"x": {"type": "integer"}, "y": {"type": "integer", "default": 0}},
                "required": ["x"],
                "additionalProperties": False,
            },
            "colour": {"type": "string", "enum": ["blue", "red"]},
            "level": {"type": "string", "enum": ["high", "low"], "default": "low"},
            "ratio": {"type": "number", "default": 0.5},
            "flag": {"type": "boolean", "default": False},
            "tags": {"type": ["array", "null"], "items": {"type": "string"}, "default": None},
            "sizes": {
                "type": ["object", "null"],
                "additionalProperties": {"type": "integer"},
                "default": None,
            },
            "bounded": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
        },
        "required": ["text", "count", "where", "colour"],
        "additionalProperties": False,
    }


def test_arguments_arrive_as_the_types_say(tmp_path: Path) -> None:
    arguments = {"text": "a", "count": 2, "where": {"x": 1}, "colour": "red", "tags": ["t"]}
    jsonschema.validate(arguments, everything.parameters)
    text = everything.run(arguments, here_in(tmp_path)).text
    assert text == "a 2 Point(x=1, y=0) Colour.RED low 0.5 False ['t'] None 3"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"count": "two"}, "count"),
        ({"where": {}}, "where"),
        ({"colour": "green"}, "colour"),
        ({"more": 1}, "more"),
    ],
)
def test_wrong_arguments_are_told_to_the_model(tmp_path: Path, change: dict[str, Any], word: str) -> None:
    right = {"text": "a", "count": 2, "where": {"x": 1}, "colour": "red"}
    done = everything.run(right | change, here_in(tmp_path))
    assert done.status == "error" and word in done.text
    assert "text" in everything.run({}, here_in(tmp_path)).text


def test_a_type_that_holds_itself_is_referred_to(tmp_path: Path) -> None:
    @tool
    def plant(tree: Tree) -> str:
        """Plant it."""
        return str(len(tree.children))

    schema = plant.parameters
    assert schema["properties"]["tree"] == {"$ref": "#/$defs/Tree"}
    value = {"tree": {"name": "a", "children": [{"name": "b"}]}}
    jsonschema.validate(value, schema)
    assert plant.run(value, here_in(tmp_path)).text == "1"


GOOGLE = """Add.

    Args:
        a: First
            number.
        b (int, optional): Second: with a colon.

    Raises:
        ValueError: never.

    Afterwards.
"""
NUMPY = """Add.

    Parameters
    ----------
    a : int
        First
        number.
    b : int, optional
        Second: with a colon.

    Returns
    -------
    int
        The sum.
"""
SPHINX = """Add.

    :param a: First
        number.
    :param int b: Second: with a colon.
    :type a: int
    :returns: The sum.
"""


@pytest.mark.parametrize("style", [GOOGLE, NUMPY, SPHINX], ids=["google", "numpy", "sphinx"])
def test_three_styles_of_docstrings_say_the_same(style: str) -> None:
    found = read_docstring(style)
    assert found.text.startswith("Add.")
    assert found.parameters == {"a": "First number.", "b": "Second: with a colon."}


def test_a_docstring_without_sections_is_all_text() -> None:
    text = "Say: hello.\n\nNote that this is text.\nUse it: often."
    assert read_docstring(text).text == text
    assert read_docstring(text).parameters == {}


def undocumented(a: int) -> int:
    return a


def unhinted(a) -> int:  # type: ignore[no-untyped-def]
    """Add."""
    return int(a)


def several(*a: int) -> int:
    """Add."""
    return sum(a)


def positional(a: int, /) -> int:
    """Add."""
    return a


def misnamed(a: int) -> int:
    """Add.

    Args:
        b: A number.
    """
    return a


def untold(a: Callable[[], int]) -> int:
    """Add."""
    return a()


def undefaulted(a: Any = object()) -> int:  # noqa: B008
    """Add."""
    return 1


async def waiting(a: int) -> int:
    """Add."""
    return a


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (undocumented, "docstring"),
        (unhinted, "type hint"),
        (several, "name each parameter"),
        (positional, "positional"),
        (misnamed, "describes b"),
        (untold, "no JSON schema"),
        (undefaulted, "default of a"),
        (waiting, "coroutine"),
    ],
)
def test_a_function_that_cannot_be_a_tool_is_told_why(function: Callable[..., Any], words: str) -> None:
    with pytest.raises(ToolDefinitionError, match=words):
        tool(function)


def test_facts_and_names_are_checked() -> None:
    with pytest.raises(ToolDefinitionError, match="nowhere"):
        tool(facts=ToolFacts(paths=("nowhere",)))(_add)
    with pytest.raises(ToolDefinitionError, match="no name"):
        tool(name="a b")(_add)
    assert tool(name="plus")(_add).name == "plus"


def _add(a: int) -> int:
    """Add."""
    return a + 1


@tool(facts=ToolFacts(read_only=True, destructive=False, paths=("path",), untrusted=True))
def with_here(path: str, here: ToolContext) -> dict[str, Any]:
    """Look.

    Args:
        path: Where.
        here: Not for the model.
    """
    if path == "boom":
        raise ToolTrouble("no")
    return {"root": here.workspace.root.name, "path": path}


def test_here_is_given_and_not_in_the_schema(tmp_path: Path) -> None:
    assert list(with_here.parameters["properties"]) == ["path"]
    here = here_in(tmp_path)
    done = with_here.run({"path": "x"}, here)
    assert done == Outcome('{\n  "root": "work",\n  "path": "x"\n}', untrusted=True)
    assert with_here.run({"path": "boom"}, here) == Outcome("no", "error")
    assert with_here.effects({"path": "a/../b"}, here).outside == ("a/../b",)
    assert with_here.effects({"path": "x"}, here) == Effects("read", reads=("x",))
    assert with_here(path="x", here=here)["path"] == "x"


def test_without_facts_the_strictest_are_assumed(tmp_path: Path) -> None:
    plain = tool(_add)
    assert isinstance(plain, FunctionTool)
    assert not plain.facts.read_only and plain.facts.destructive
    assert plain.effects({"a": 1}, here_in(tmp_path)).kind == "other"


def test_built_in_tools_have_a_fixed_order_and_schemas_that_hold() -> None:
    tools = builtin_tools()
    assert [each.name for each in tools] == [each.name for each in builtin_tools()]
    assert len({each.name for each in tools}) == len(tools)
    for each in tools:
        shape = definition(each)["function"]
        jsonschema.Draft202012Validator.check_schema(shape["parameters"])
        assert all("description" in value for value in shape["parameters"]["properties"].values()), each.name
        assert shape["description"]
        assert not each.facts.read_only or not each.facts.destructive


def test_without_a_sandbox_nothing_executes() -> None:
    without = {each.name for each in builtin_tools()}
    assert not {"shell", "python", "background"} & without
    assert {each.name for each in builtin_tools(cast(Sandbox, object()))} == without | {
        "shell",
        "python",
        "background",
    }
