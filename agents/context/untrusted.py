"""Results that somebody else wrote, marked as data so that a model does not take them for words of its user.

The engine tokenizes what people and tools wrote without special tokens (engine/formats/render/untrusted.py).
Remote servers do not all do so: for those, what looks like a special token is broken apart by an invisible
space.
"""

from __future__ import annotations

import re

_END = "[end of text]"
# Neither case and spacing nor the opening of another fence can forge the end.
_FORGED = re.compile(r"\[(?=\s*(?:end\s+of\s+text|text\s+from\b))", re.IGNORECASE)
# Unicode tags are invisible to a person and readable to some models.
_TAGS = re.compile("[\U000e0000-\U000e007f]+")
# First characters of control tokens and turn marks of the families in use: ChatML, Llama, Gemma, Mistral,
# DeepSeek, and the wrapper that results have in templates without a role for tools.
_SPECIAL = re.compile(
    r"<(?=[|｜]|/?s>|/?(?:bos|eos|pad|unk|start_of_turn|end_of_turn|start_function|end_function)\b)"
    r"|\[(?=/?(?:INST|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS|SYSTEM_PROMPT|THINK|CALL_ID|ARGS)\])"
)
_WRAPPER = re.compile(r"<(?=/?(?:tool_response|tool_call)>)")
# A model may call a tool by any name.
_NOT_A_NAME = re.compile(r"[^\w ,.-]+")
_APART = "\u200b"


def fenced(text: str, tool: str, *, remote: bool = False) -> str:
    """Wrap the result of the tool in marks that it cannot forge. `remote`: the model is remote."""
    text = _WRAPPER.sub(_broken, _FORGED.sub("(", _TAGS.sub("", text)))
    if remote:
        text = _SPECIAL.sub(_broken, text)
    return f"[text from {_NOT_A_NAME.sub(' ', tool)[:64].strip() or 'a tool'}]\n{text}\n{_END}"


def _broken(match: re.Match[str]) -> str:
    return match.group() + _APART
