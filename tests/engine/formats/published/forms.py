"""Formats that several makers share, and pieces of them."""

from engine.values import ReasoningControl
from tests.engine.formats.published.making import Calls, Form, changed

NONE = ReasoningControl()
UNSURE = ReasoningControl("always", (), "on", certain=False)
ALWAYS = ReasoningControl("always", (), "on")
ON = ReasoningControl("switch", ("off", "on"), "on")
OFF = ReasoningControl("switch", ("off", "on"), "off")

# The system message in front of the first question, for formats without a turn of its own.
FOLDED = "{% if loop.index0 == 1 and messages[0].role == 'system' %}{{ messages[0].content }}\n\n{% endif %}"
IN_FIRST_TURN = "{# in the first turn #}"
# Switches at the end of a prompt.
UNLESS_OFF = "{% if enable_thinking is defined and not enable_thinking %}"
THINK = "<think>\n%s\n</think>\n\n"
EMPTY_BLOCK = "<think>\n\n</think>\n\n"
OPEN_OR_EMPTY = UNLESS_OFF + EMPTY_BLOCK + "{% else %}<think>\n{% endif %}"
# What a template does that takes the thought off an earlier answer.
WITHOUT_THOUGHT = "{{ (m.content or '').split('</think>') | last }}"

CHATML = Form(
    system="<|im_start|>system\n%s<|im_end|>\n",
    user="<|im_start|>user\n%s<|im_end|>\n",
    assistant="<|im_start|>assistant\n%t%s%c<|im_end|>\n",
    result="<|im_start|>tool\n%s<|im_end|>\n",
    prompt="<|im_start|>assistant\n",
)
HERMES_CALLS = Calls(
    '<tool_call>\n{"name": "%n", "arguments": %a}\n</tool_call>',
    start="{% if m.content %}\n{% endif %}",
    between="\n",
)
HERMES = changed(
    CHATML,
    result="<|im_start|>user\n<tool_response>\n%s\n</tool_response><|im_end|>\n",
    tools="<|im_start|>system\n<tools>\n%j\n</tools><|im_end|>\n",
    calls=HERMES_CALLS,
)
QWEN_3 = changed(HERMES, thought=THINK, always=True)
CODER_CALLS = Calls(
    "<tool_call>\n<function=%n>\n%p</function>\n</tool_call>",
    start="{% if m.content %}\n\n{% endif %}",
    between="\n",
    parameter="<parameter=%k>\n%v\n</parameter>\n",
    python=True,
)
CODER = changed(HERMES, thought=THINK, always=True, calls=CODER_CALLS)
LLAMA_3 = Form(
    start="{{ bos_token }}",
    system="<|start_header_id|>system<|end_header_id|>\n\n%s<|eot_id|>",
    user="<|start_header_id|>user<|end_header_id|>\n\n%s<|eot_id|>",
    assistant="<|start_header_id|>assistant<|end_header_id|>\n\n%s%c<|eot_id|>",
    result="<|start_header_id|>ipython<|end_header_id|>\n\n%s<|eot_id|>",
    prompt="<|start_header_id|>assistant<|end_header_id|>\n\n",
)
