"""What programs are given to connect: whole, in the form that they read, and with room that fits."""

from __future__ import annotations

import json
import tomllib

import pytest
import yaml

from app.desktop.server.snippets import AGENT_CONTEXT, CLIENTS, Client

ADDRESS, KEY = "http://127.0.0.1:2683", "ct-abc"
EACH = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)


def client_of(name: str) -> Client:
    return next(client for client in CLIENTS if client.name == name)


@EACH
def test_the_address_the_key_and_a_model_are_in_it(client: Client) -> None:
    text = client.snippet(ADDRESS, KEY)
    assert ADDRESS in text and KEY in text
    assert "$address" not in text and "$key" not in text and "$context" not in text
    assert len(client.name) < 20 and (client.place != "") == (client.kind in ("file", "settings"))


@EACH
def test_a_program_is_told_the_context_of_the_model_and_never_less_than_it_needs(client: Client) -> None:
    if "$context" in client.text:
        assert str(client.context) in client.snippet(ADDRESS, KEY, 8192)
        assert "131072" in client.snippet(ADDRESS, KEY, 131_072)


@pytest.mark.parametrize("context", [0, 40_000, 131_072])
def test_files_are_read_by_their_formats_and_prompt_and_answer_share_the_context(context: int) -> None:
    room = max(context, AGENT_CONTEXT)
    code = json.loads(client_of("VS Code").snippet(ADDRESS, KEY, context))[0]["models"][0]
    assert code["maxInputTokens"] + code["maxOutputTokens"] == room
    opencode = json.loads(client_of("opencode").snippet(ADDRESS, KEY, context))
    provider, _, model = opencode["model"].partition("/")
    limit = opencode["provider"][provider]["models"][model]["limit"]
    assert limit == {"context": room, "output": room // 8}
    codex = tomllib.loads(client_of("Codex CLI").snippet(ADDRESS, KEY, context))
    assert codex["model_context_window"] == room
    assert codex["model_providers"][codex["model_provider"]]["base_url"] == f"{ADDRESS}/v1"
    options = yaml.safe_load(client_of("Continue").snippet(ADDRESS, KEY, context))["models"][0]
    assert options["defaultCompletionOptions"]["contextLength"] == room
    zed = client_of("Zed").snippet(ADDRESS, KEY, context).partition("\n")[2]
    assert json.loads(zed)["language_models"]["openai_compatible"]["Coterie"]["api_url"] == f"{ADDRESS}/v1"


def test_settings_are_told_one_by_one_and_only_what_is_typed_is_copied() -> None:
    given = {name: value for name, value, typed in client_of("Obsidian").settings(ADDRESS, KEY) if typed}
    assert given == {"Base URL": f"{ADDRESS}/v1", "API Key": KEY, "Model ID": "default"}
    assert [client.name for client in CLIENTS if client.settings(ADDRESS, KEY)] == [
        client.name for client in CLIENTS if client.kind == "settings"
    ]
