"""Published formats of Qwen."""

from engine.values import ReasoningControl
from tests.engine.formats.published.forms import (
    ALWAYS,
    CHATML,
    CODER,
    CODER_CALLS,
    HERMES,
    NONE,
    ON,
    OPEN_OR_EMPTY,
    QWEN_3,
)
from tests.engine.formats.published.making import Published, changed

_INSTRUCTIONS = (
    "{% if effort == 'xhigh' %}Think carefully.{% elif effort == 'low' %}Think briefly.{% endif %}"
)
_QWEN_3_8 = changed(
    CODER,
    start="{% set effort = reasoning_effort | default('xhigh') %}"
    "{% if enable_thinking is not defined or enable_thinking %}"
    "{% if effort not in ('xhigh', 'medium', 'low') %}{{ raise_exception('unknown effort') }}{% endif %}"
    "<|im_start|>system\n" + _INSTRUCTIONS + "<|im_end|>\n{% endif %}",
    calls=changed(CODER_CALLS, python=False),
    prompt="<|im_start|>assistant\n" + OPEN_OR_EMPTY,
)
_DEFAULT_SYSTEM = (
    "{% if messages[0].role != 'system' %}<|im_start|>system\n"
    "You are a helpful assistant<|im_end|>\n{% endif %}"
)

QWEN = (
    Published(
        "Qwen1.5-MoE",
        "Qwen/Qwen1.5-MoE-A2.7B-Chat, chat template",
        changed(CHATML, start=_DEFAULT_SYSTEM),
        NONE,
        "described",
    ),
    Published(
        "Qwen2 57B-A14B",
        "Qwen/Qwen2-57B-A14B-Instruct, chat template",
        changed(CHATML, start=_DEFAULT_SYSTEM),
        NONE,
        "described",
    ),
    Published(
        "Qwen3 30B-A3B Instruct 2507", "Qwen/Qwen3-30B-A3B-Instruct-2507, chat template", HERMES, NONE, "json"
    ),
    Published(
        "Qwen3 30B-A3B Thinking 2507",
        "Qwen/Qwen3-30B-A3B-Thinking-2507, chat template",
        changed(QWEN_3, prompt="<|im_start|>assistant\n<think>\n"),
        ALWAYS,
        "json",
    ),
    Published(
        "Qwen3-Next 80B-A3B Instruct", "Qwen/Qwen3-Next-80B-A3B-Instruct, chat template", HERMES, NONE, "json"
    ),
    Published(
        "Qwen3-VL 30B-A3B Thinking",
        "Qwen/Qwen3-VL-30B-A3B-Thinking, chat template",
        changed(QWEN_3, prompt="<|im_start|>assistant\n<think>\n"),
        ALWAYS,
        "json",
    ),
    Published(
        "Qwen3.6 35B-A3B",
        "Qwen/Qwen3.6-35B-A3B, chat_template.jinja",
        changed(CODER, prompt="<|im_start|>assistant\n" + OPEN_OR_EMPTY),
        ON,
        "tagged",
    ),
    Published(
        "Qwen3.8",
        "Qwen/Qwen3.8, chat template as Xinference has it",
        _QWEN_3_8,
        ReasoningControl("levels", ("off", "low", "medium"), "on"),
        "tagged",
    ),
)
