"""Tokens that are counted are those that the same request then costs, with the real engine, tools and pictures."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import anthropic
import pytest

from tests.app.cli.test_serve import serving
from tests.support.command import Command
from tests.support.documents.pictures import picture
from tests.support.models.projectors import color_projector
from tests.support.models.starter import starter_model

pytestmark = [pytest.mark.model, pytest.mark.process, pytest.mark.long]
HELLO: Any = {"role": "user", "content": "Say hello."}
TOOL: Any = {
    "name": "look",
    "description": "Look at something.",
    "input_schema": {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
}
CALL: Any = {"type": "tool_use", "id": "call_1", "name": "look", "input": {"at": "the sea"}}


def conversations() -> list[dict[str, Any]]:
    data = base64.b64encode(picture("red", (60, 40))).decode()
    seen: Any = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    result = {
        "type": "tool_result",
        "tool_use_id": "call_1",
        "content": [seen, {"type": "text", "text": "Red"}],
    }
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    told = [HELLO, {"role": "assistant", "content": [CALL]}, {"role": "user", "content": [result]}]
    return [
        {"messages": [HELLO]},
        {"messages": [HELLO], "system": [{"type": "text", "text": "Be brief."}]},
        {"messages": [HELLO, {"role": "assistant", "content": "Hel"}]},
        {"messages": [HELLO], "tools": [TOOL], "tool_choice": {"type": "any"}},
        {"messages": [HELLO], "thinking": {"type": "enabled", "budget_tokens": 1024}},
        {"messages": [HELLO], "output_config": {"format": {"type": "json_schema", "schema": schema}}},
        {"messages": [{"role": "user", "content": [seen, seen, {"type": "text", "text": "What?"}]}]},
        {"messages": told, "tools": [TOOL]},
    ]


@pytest.mark.timeout(300)
def test_tokens_are_counted_as_the_request_costs(coterie_home: Path, tmp_path: Path) -> None:
    (tmp_path / "sees.gguf").symlink_to(starter_model())
    (tmp_path / "mmproj-sees.gguf").symlink_to(color_projector())
    options = ("--model", str(tmp_path / "sees.gguf"), "--context", "2048", "--no-key")
    with (
        serving(Command(coterie_home), *options) as (_, told),
        anthropic.Anthropic(base_url=told["address"], api_key="none", max_retries=0) as client,
    ):
        for asked in conversations():
            counted = client.messages.count_tokens(model="default", **asked).input_tokens
            usage = client.messages.create(model="default", max_tokens=2, **asked).usage
            assert counted == usage.input_tokens + (usage.cache_read_input_tokens or 0), asked
