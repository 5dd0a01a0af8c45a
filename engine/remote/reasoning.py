"""Reasoning options in other servers' terms. Pure.

OpenAI's API has `reasoning_effort`; servers that render a template themselves take variables for it
(`chat_template_kwargs`: vLLM, SGLang, llama-server), of which Qwen, GLM and others call the switch
`enable_thinking`, DeepSeek's and Granite's `thinking`.
"""

from __future__ import annotations

from typing import Any

from engine.values import Reasoning, ReasoningControl

# No server says what a model can do: each choice is offered, and ignored where it means nothing.
CONTROL = ReasoningControl("levels", ("off", "low", "medium", "high"), "auto")
# A number of tokens as the word that comes nearest.
_LOW, _MEDIUM = 1024, 8192


def reasoning_fields(chosen: Reasoning, *, template: bool) -> dict[str, Any]:
    """The fields of a request. `template`: the server takes variables of the model's template."""
    word = _word(chosen)
    if not word:
        return {}
    effort = "none" if word == "off" else word
    if not template:
        return {"reasoning_effort": effort}
    on = word != "off"
    variables: dict[str, Any] = {"enable_thinking": on, "thinking": on}
    if not on:  # an effort of "none" is refused where it is not known
        return {"chat_template_kwargs": variables}
    return {"chat_template_kwargs": variables | {"reasoning_effort": word}, "reasoning_effort": word}


def _word(chosen: Reasoning) -> str:
    """ "off", "low", "medium", "high", or "" for what the model does by itself."""
    text = str(chosen).strip().lower()
    if text.isdecimal():
        tokens = int(text)
        return "off" if not tokens else "low" if tokens <= _LOW else "medium" if tokens <= _MEDIUM else "high"
    return {"off": "off", "on": "medium", "low": "low", "medium": "medium", "high": "high"}.get(text, "")
