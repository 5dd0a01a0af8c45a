"""What is told of the tools, and what their arguments may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from app.mcp_server.folders import check_folder
from app.mcp_server.tools import TOOLS, AskArguments, RunArguments, read_arguments, schema_of
from engine.errors import UserError


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)
def test_schemas_are_whole_objects(tool: Any) -> None:
    for kind in (tool.arguments, tool.result):
        schema = schema_of(kind)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
    assert schema_of(tool.arguments).get("additionalProperties") is False


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("ask_local_model", {"question": "Hi"}),
        (
            "ask_local_model",
            {"question": "Hi", "system": "Be brief", "model": "m", "reasoning": None, "max_tokens": 5},
        ),
        ("run_task", {"task": "x", "folder": "/x", "mode": "read"}),
        ("list_models", {}),
        ("ask_local_model", {"question": ""}),
        ("ask_local_model", {"question": 1}),
        ("ask_local_model", {"question": "Hi", "max_tokens": -1}),
        ("run_task", {"task": "x", "folder": "/x", "mode": "root"}),
        ("run_task", {"task": "x", "folder": "/x", "approve": True}),
        ("run_task", {"folder": "/x"}),
        ("list_models", {"x": 1}),
    ],
)
def test_what_is_read_is_what_the_schema_takes(name: str, given: dict[str, Any]) -> None:
    tool = TOOLS[name]
    fits = jsonschema.Draft202012Validator(schema_of(tool.arguments)).is_valid(given)
    try:
        read_arguments(tool, given)
    except UserError as error:
        assert (error.code, fits) == ("programs.bad_arguments", False)
    else:
        assert fits


def test_what_is_left_out_is_as_usual() -> None:
    assert read_arguments(TOOLS["ask_local_model"], {"question": "Hi"}) == AskArguments("Hi", "", "", None, 0)
    assert read_arguments(TOOLS["run_task"], {"task": "x", "folder": "/x"}) == RunArguments(
        "x", "/x", "", "ask"
    )


@pytest.mark.parametrize("name", [".ssh", ".config/x", ".x/y/z", "Library/Keychains", "AppData/Roaming"])
def test_private_folders_of_the_home_are_closed(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    with pytest.raises(UserError, match=r"programs\.private_folder"):
        check_folder(str(tmp_path / name))
    for fine in ("work", "work/.hidden", "work/Library"):
        check_folder(str(tmp_path / fine))
    check_folder("/srv/.data")
