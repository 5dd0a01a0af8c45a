"""What a person gives other programs so that they use this server: pure functions of the address and a key."""

from __future__ import annotations

from string import Template
from typing import Literal, NamedTuple

# In the place of a key that is known no more.
ANY_KEY = "ct-..."
MODEL = "default"
# The least context in which agents work: the first question of one alone has more than 10,000 tokens.
AGENT_CONTEXT = 32_768
# Claude Code keeps 13,000 tokens and its longest answer free, and shortens the conversation once the rest is full.
CLAUDE_CODE_CONTEXT = 65_536
# The part of the context that one answer may take, for programs that would ask for more than there is.
ANSWER_PART = 8

# Where a text goes: typed in a terminal, into a file, into settings, a line for each of them, or into a program.
Kind = Literal["terminal", "file", "settings", "program"]


class Setting(NamedTuple):
    """A setting of a program. `given` is typed there; what is not, is chosen."""

    name: str
    value: str
    given: bool


class Client(NamedTuple):
    """A program. `place` names the file, or the way to the settings. `context` is the least that it needs, 0: any. In
    `text` stand $address, $key, $context, and the parts of the context, $prompt and $answer."""

    name: str
    kind: Kind
    place: str
    context: int
    text: str

    def snippet(self, address: str, key: str, context: int = 0) -> str:
        """`context` is that of the loaded model, 0 where none is: never less is told than the program needs."""
        room = max(context, self.context)
        answer = room // ANSWER_PART
        return Template(self.text).substitute(
            address=address, key=key, context=room, prompt=room - answer, answer=answer
        )

    def settings(self, address: str, key: str, context: int = 0) -> tuple[Setting, ...]:
        """The lines of the snippet, of a program that is given them one by one."""
        if self.kind != "settings":
            return ()
        lines = zip(self.text.split("\n"), self.snippet(address, key, context).split("\n"), strict=True)
        split = [(template, *line.partition(": ")) for template, line in lines]
        return tuple(Setting(name, value, "$" in text or value == MODEL) for text, name, _, value in split)


_CLAUDE_CODE = """\
ANTHROPIC_BASE_URL=$address \\
ANTHROPIC_AUTH_TOKEN=$key \\
ANTHROPIC_MODEL=default \\
ANTHROPIC_DEFAULT_HAIKU_MODEL=default \\
CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 \\
CLAUDE_CODE_ATTRIBUTION_HEADER=0 \\
CLAUDE_CODE_MAX_CONTEXT_TOKENS=$context \\
CLAUDE_CODE_MAX_OUTPUT_TOKENS=$answer \\
claude"""

_CODEX = """\
# In the terminal first: export COTERIE_API_KEY=$key
model_provider = "coterie"
model = "default"
model_context_window = $context

[model_providers.coterie]
name = "Coterie"
base_url = "$address/v1"
wire_api = "responses"
env_key = "COTERIE_API_KEY\""""

_VS_CODE = """\
[
  {
    "name": "Coterie",
    "vendor": "customendpoint",
    "apiKey": "$key",
    "apiType": "chat-completions",
    "models": [
      {
        "id": "default",
        "name": "Coterie",
        "url": "$address/v1/chat/completions",
        "toolCalling": true,
        "vision": false,
        "maxInputTokens": $prompt,
        "maxOutputTokens": $answer
      }
    ]
  }
]"""

_CONTINUE = """\
name: Coterie
version: 0.0.1
schema: v1
models:
  - name: Coterie
    provider: openai
    model: default
    apiBase: $address/v1
    apiKey: $key
    defaultCompletionOptions:
      contextLength: $context
      maxTokens: $answer"""

_CLINE = """\
API Provider: OpenAI Compatible
Base URL: $address/v1
OpenAI Compatible API Key: $key
Model ID: default
Context Window Size: $context"""

_CLINE_CLI = """\
cline auth --provider openai --modelid default \\
  --baseurl $address/v1 --apikey $key"""

_ZED = """\
// In the terminal first: export COTERIE_API_KEY=$key
{
  "language_models": {
    "openai_compatible": {
      "Coterie": {
        "api_url": "$address/v1",
        "available_models": [{"name": "default", "max_tokens": $context}]
      }
    }
  }
}"""

_OPENCODE = """\
{
  "$$schema": "https://opencode.ai/config.json",
  "model": "coterie/default",
  "provider": {
    "coterie": {
      "npm": "@ai-sdk/openai-compatible",
      "name": "Coterie",
      "options": {
        "baseURL": "$address/v1",
        "apiKey": "$key"
      },
      "models": {
        "default": {
          "name": "Coterie",
          "limit": {"context": $context, "output": $answer}
        }
      }
    }
  }
}"""

_OPEN_WEBUI = """\
URL: $address/v1
API Key: $key"""

_LLM = """\
llm keys set coterie --value $key
cat >> "$$(dirname "$$(llm logs path)")/extra-openai-models.yaml" <<'END'
- model_id: coterie
  model_name: default
  api_base: "$address/v1"
  api_key_name: coterie
  supports_tools: true
END
llm -m coterie "Hello\""""

_OPENAI = """\
from openai import OpenAI

client = OpenAI(base_url="$address/v1", api_key="$key")
answer = client.chat.completions.create(
    model="default",
    messages=[{"role": "user", "content": "Hello"}],
)
print(answer.choices[0].message.content)"""

_ANTHROPIC = """\
from anthropic import Anthropic

client = Anthropic(base_url="$address", api_key="$key")
answer = client.messages.create(
    model="default",
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello"}],
)
print("".join(block.text for block in answer.content if block.type == "text"))"""

_JETBRAINS = """\
Provider: OpenAI-compatible
URL: $address/v1
API Key: $key"""

_OBSIDIAN = """\
Base URL: $address/v1
API Key: $key
Model ID: default
Enable CORS: on"""

_CURL = """\
curl $address/v1/chat/completions -H "Authorization: Bearer $key" \\
  -d '{"messages": [{"role": "user", "content": "Hello"}]}'"""

CLIENTS = (
    Client("Claude Code", "terminal", "", CLAUDE_CODE_CONTEXT, _CLAUDE_CODE),
    Client("Codex CLI", "file", "~/.codex/config.toml", AGENT_CONTEXT, _CODEX),
    Client("VS Code", "file", "chatLanguageModels.json", AGENT_CONTEXT, _VS_CODE),
    Client("Continue", "file", "~/.continue/config.yaml", AGENT_CONTEXT, _CONTINUE),
    Client("Cline", "settings", "Settings → API Configuration", AGENT_CONTEXT, _CLINE),
    Client("Cline CLI", "terminal", "", AGENT_CONTEXT, _CLINE_CLI),
    Client("Zed", "file", "~/.config/zed/settings.json", AGENT_CONTEXT, _ZED),
    Client("opencode", "file", "~/.config/opencode/opencode.json", AGENT_CONTEXT, _OPENCODE),
    Client("Open WebUI", "settings", "Settings → Admin → Connections → Add Connection", 0, _OPEN_WEBUI),
    Client("llm", "terminal", "", 0, _LLM),
    Client("Python, openai", "program", "", 0, _OPENAI),
    Client("Python, anthropic", "program", "", 0, _ANTHROPIC),
    Client(
        "JetBrains AI", "settings", "Settings → Tools → AI Assistant → Providers & API keys", 0, _JETBRAINS
    ),
    Client(
        "Obsidian",
        "settings",
        "Settings → Copilot → BYOK → Add a provider → Add a custom provider",
        0,
        _OBSIDIAN,
    ),
    Client("curl", "terminal", "", 0, _CURL),
)
