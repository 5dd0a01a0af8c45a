"""What a person gives other programs so that they use this server: pure functions of the address and a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

# In the place of a key that is known no more.
ANY_KEY = "ct-..."
# The least context in which agents work: the first question of one alone has more than 10,000 tokens.
AGENT_CONTEXT = 32_768


class Client(NamedTuple):
    """A program. `place` is the file that its snippet goes into, "": it is typed in a terminal or is a program
    itself. `context` is the least that it needs, 0: any."""

    name: str
    place: str
    context: int
    snippet: Callable[[str, str], str]


def _claude_code(address: str, key: str) -> str:
    return (
        f"ANTHROPIC_BASE_URL={address} ANTHROPIC_AUTH_TOKEN={key} ANTHROPIC_MODEL=default \\\n"
        "  ANTHROPIC_DEFAULT_HAIKU_MODEL=default CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 \\\n"
        f"  CLAUDE_CODE_ATTRIBUTION_HEADER=0 CLAUDE_CODE_MAX_CONTEXT_TOKENS={AGENT_CONTEXT} claude"
    )


def _codex(address: str, key: str) -> str:
    return (
        f"# In the terminal first: export COTERIE_API_KEY={key}\n"
        'model_provider = "coterie"\n'
        'model = "default"\n\n'
        "[model_providers.coterie]\n"
        'name = "Coterie"\n'
        f'base_url = "{address}/v1"\n'
        'wire_api = "responses"\n'
        'env_key = "COTERIE_API_KEY"'
    )


def _continue(address: str, key: str) -> str:
    return (
        "name: Coterie\n"
        "version: 0.0.1\n"
        "schema: v1\n"
        "models:\n"
        "  - name: Coterie\n"
        "    provider: openai\n"
        "    model: default\n"
        f"    apiBase: {address}/v1\n"
        f"    apiKey: {key}"
    )


def _zed(address: str, key: str) -> str:
    return (
        f"// In the terminal first: export COTERIE_API_KEY={key}\n"
        "{\n"
        '  "language_models": {\n'
        '    "openai_compatible": {\n'
        '      "Coterie": {\n'
        f'        "api_url": "{address}/v1",\n'
        f'        "available_models": [{{"name": "default", "max_tokens": {AGENT_CONTEXT}}}]\n'
        "      }\n"
        "    }\n"
        "  }\n"
        "}"
    )


def _openai(address: str, key: str) -> str:
    return (
        "from openai import OpenAI\n\n"
        f'client = OpenAI(base_url="{address}/v1", api_key="{key}")\n'
        "answer = client.chat.completions.create(\n"
        '    model="default",\n'
        '    messages=[{"role": "user", "content": "Hello"}],\n'
        ")\n"
        "print(answer.choices[0].message.content)"
    )


def _anthropic(address: str, key: str) -> str:
    return (
        "from anthropic import Anthropic\n\n"
        f'client = Anthropic(base_url="{address}", api_key="{key}")\n'
        "answer = client.messages.create(\n"
        '    model="default",\n'
        "    max_tokens=1024,\n"
        '    messages=[{"role": "user", "content": "Hello"}],\n'
        ")\n"
        'print("".join(block.text for block in answer.content if block.type == "text"))'
    )


def _curl(address: str, key: str) -> str:
    return (
        f'curl {address}/v1/chat/completions -H "Authorization: Bearer {key}" \\\n'
        '  -d \'{"messages": [{"role": "user", "content": "Hello"}]}\''
    )


CLIENTS = (
    Client("Claude Code", "", AGENT_CONTEXT, _claude_code),
    Client("Codex CLI", "~/.codex/config.toml", AGENT_CONTEXT, _codex),
    Client("Continue", "~/.continue/config.yaml", 0, _continue),
    Client("Zed", "~/.config/zed/settings.json", AGENT_CONTEXT, _zed),
    Client("Python, openai", "", 0, _openai),
    Client("Python, anthropic", "", 0, _anthropic),
    Client("curl", "", 0, _curl),
)
