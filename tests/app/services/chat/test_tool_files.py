"""Files of tools as people write them, and as they get them wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.services.chat.tool_files import MOST_BYTES, OfferedTools, read_tools
from engine.errors import UserError

WEATHER = {
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
DEFINED = {"type": "function", "function": WEATHER}


@pytest.mark.parametrize(
    "content", [[DEFINED], {"tools": [DEFINED]}, [WEATHER], [{"type": "function", **WEATHER}]]
)
def test_a_list_of_definitions_is_read_with_and_without_what_is_around_them(
    tmp_path: Path, content: object
) -> None:
    file = tmp_path / "tools.json"
    file.write_text("\ufeff" + json.dumps(content), encoding="utf-8")
    assert read_tools(str(file), "get_weather") == OfferedTools((DEFINED,), "get_weather")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "tools.not_json"),
        (b"\xff\xfe{", "tools.not_json"),
        (b"[NaN]", "tools.not_json"),
        (b"[" * 100_000 + b"]" * 100_000, "tools.not_json"),
        (b"[1" + b"0" * 9_000 + b"]", "tools.not_json"),
        (b"3", "tools.not_a_list"),
        (b"[]", "tools.not_a_list"),
        (b'{"functions": []}', "tools.not_a_list"),
        (b'{"tools": {}}', "tools.not_a_list"),
        (b"[[]]", "tools.no_name"),
        (b'[{"type": "function"}]', "tools.no_name"),
        (b'[{"type": "function", "function": null}]', "tools.no_name"),
        (b'[{"name": 3}]', "tools.no_name"),
        (b'[{"name": " "}]', "tools.no_name"),
        (b'[{"name": "f"}, {"function": {"name": "f"}}]', "tools.name_twice"),
        (b'[{"name": "f", "parameters": []}]', "tools.bad_parameters"),
        (b'[{"name": "f", "parameters": null}]', "tools.bad_parameters"),
        (b" " * (MOST_BYTES + 1), "tools.file_too_large"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, data: bytes, code: str) -> None:
    file = tmp_path / "tools.json"
    file.write_bytes(data)
    with pytest.raises(UserError) as caught:
        read_tools(str(file))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/no/such/tools.json", "tools.file_missing"),
        ("/", "tools.file_unreadable"),
        ("a\0b", "tools.file_unreadable"),
    ],
)
def test_a_path_that_is_no_file_is_told(path: str, code: str) -> None:
    with pytest.raises(UserError) as caught:
        read_tools(path)
    assert caught.value.code == code


def test_a_choice_must_be_one_of_the_tools(tmp_path: Path) -> None:
    file = tmp_path / "tools.json"
    file.write_text(json.dumps([DEFINED]))
    assert read_tools(str(file), "required").choice == "required"
    with pytest.raises(UserError) as caught:
        read_tools(str(file), "get_time")
    assert (caught.value.code, caught.value.params) == ("tools.unknown_choice", {"name": "get_time"})
