"""Small templates of our own, one for each way in which models let their reasoning be chosen."""

CHAT = (
    "{%- for m in messages -%}<|turn|>{{ m.role }}\n"
    "{% if m.role == 'assistant' and m.reasoning_content %}<think>\n{{ m.reasoning_content }}\n</think>\n"
    "{% endif %}{{ m.content | trim }}<|over|>\n{% endfor -%}"
    "{%- if add_generation_prompt -%}<|turn|>assistant\n"
)
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
PLAIN = (
    "{%- for m in messages -%}<|turn|>{{ m.role }}\n{{ m.content | trim }}<|over|>\n{% endfor -%}"
    "{%- if add_generation_prompt -%}<|turn|>assistant\n{% endif -%}"
)
SWITCH = CHAT + "{% if enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}{% endif -%}"
DEFAULT_OFF = CHAT + "{% if thinking %}<think>\n{% else %}</think>{% endif %}{% endif -%}"
# The white space of a template's own code comes through where nothing is chosen.
SPACED = "{% if thinking is not defined %}  {% set thinking = false %}  {% endif %}" + DEFAULT_OFF
# What the choices differ in is nothing but white space.
SPACE_ALONE = PLAIN + "{% if add_generation_prompt and enable_thinking is not false %}{{ ' \n' }}{% endif %}"
TWO_NAMES = (
    CHAT + "{% if enable_thinking is defined %}{% set thinking = enable_thinking %}{% endif -%}"
    "{% if thinking %}<think>{% else %}<think></think>{% endif %}{% endif -%}"
)
ALWAYS_OPEN = CHAT + "<think>\n{% endif -%}"
ALWAYS_TAGS = CHAT + "{% endif -%}"
# Takes off what others have thought, and shows no mark of its own.
STRIPPED = PLAIN.replace("m.content | trim", "m.content.split('</think>')[-1] | trim")
# Writes a thought beside tools alone, and there when it is asked to.
BESIDE_TOOLS = PLAIN.replace(
    "{{ m.content",
    "{% if enable_thinking and tools and m.reasoning_content %}<pond_think>\n{{ m.reasoning_content }}\n"
    "</pond_think>\n{% endif %}{{ m.content",
)
FREE_LEVELS = "Reasoning: {{ reasoning_effort | default('medium') }}\n" + PLAIN
FIXED_LEVELS = (
    "{%- set effort = reasoning_effort | default('no_think') -%}"
    "{%- if effort not in ['no_think', 'low', 'high'] %}{{ raise_exception('unknown effort') }}{% endif -%}"
    "Effort {{ effort }}\n" + PLAIN
)
# Two words are named; any other is as if nothing was chosen.
NAMED_LEVELS = (
    "{%- if reasoning_effort == 'high' %}Think hard.\n{% elif reasoning_effort == 'medium' %}Think.\n{% endif -%}"
    + ALWAYS_TAGS
)
ONE_LEVEL = "{%- if reasoning_effort == 'high' %}Think hard.\n{% endif -%}" + SWITCH
# "low" hands the model an empty block (Solar Open).
LOW_IS_OFF = CHAT + "{% if reasoning_effort in ['low', 'minimal'] %}<think></think>{% endif %}{% endif -%}"
# Neither earlier reasoning is rendered, nor is the opening marker where reasoning is off (DeepSeek V3.1).
CLOSED_ALONE = (
    "{%- for m in messages -%}{% if m.role == 'assistant' %}<|model|></think>{{ m.content }}<|over|>"
    "{% else %}<|user|>{{ m.content }}{% endif %}{% endfor -%}"
    "{%- if add_generation_prompt -%}<|model|>{% if thinking %}<think>{% else %}</think>{% endif %}{% endif -%}"
)
# The tag is nowhere but at the end of a prompt (EXAONE Deep).
THOUGHT = PLAIN.replace("<|turn|>assistant\n{% endif -%}", "<|turn|>assistant\n<thought>\n{% endif -%}")
# The answer, the message and the turn have a closing mark each (Kimi K3).
CLOSED_THRICE = (
    "{%- for m in messages -%}<|open|>{{ m.role }}<|sep|>{% if m.role == 'assistant' %}"
    "<|open|>think<|sep|>{{ m.reasoning_content or '' }}<|close|>think<|sep|>"
    "<|open|>response<|sep|>{{ m.content }}<|close|>response<|sep|>{% else %}{{ m.content }}{% endif %}"
    "<|close|>message<|sep|><|end_of_msg|>{% endfor -%}"
    "{%- if add_generation_prompt -%}<|open|>assistant<|sep|><|open|>think<|sep|>{% endif -%}"
)
BUDGET = (
    "{%- set budget = thinking_budget | default(-1) -%}"
    "{%- if budget == 0 %}Do not think.\n{% elif budget > 0 %}Think for {{ budget }} tokens.\n{% endif -%}"
    + ALWAYS_TAGS
)
# The template says how many tokens the thought may have, in a variable of its own name.
TOKEN_BUDGET = (
    "{%- if thinking_token_budget %}Think for at most {{ thinking_token_budget }} tokens.\n{% endif -%}"
    + SWITCH
)
BUDGET_ALONE = TOKEN_BUDGET.removesuffix(SWITCH) + ALWAYS_TAGS
WORDS = (
    "{%- set ns = namespace(think=true) -%}{%- for m in messages -%}"
    "{%- if m.role == 'system' and '/no_think' in m.content %}{% set ns.think = false %}{% endif -%}"
    "{%- endfor -%}"
    + PLAIN.replace(
        "{% endif -%}", "{% if ns.think %}<think>\n{% else %}<think></think>{% endif %}{% endif -%}"
    )
)
NO_SYSTEM = (
    "{%- if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif -%}"
    + PLAIN
)
CHANNELS = (
    "{%- for m in messages -%}{%- if m.role == 'assistant' -%}"
    "{%- if m.thinking %}<|start|>assistant<|channel|>analysis<|message|>{{ m.thinking }}<|end|>{% endif -%}"
    "<|start|>assistant<|channel|>final<|message|>{{ m.content }}<|end|>"
    "{%- else -%}<|start|>{{ m.role }}<|message|>{{ m.content }}<|end|>{%- endif -%}{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|start|>assistant{%- endif -%}"
)
# Hermes' way to call tools, as most small models have it.
TOOLS = (
    "{%- if tools %}<|turn|>tools\n{{ tools | tojson }}<|over|>\n{% endif -%}"
    "{%- for m in messages -%}<|turn|>{{ m.role }}\n{{ m.content }}"
    "{%- for call in m.tool_calls or [] %}\n<tool_call>\n"
    '{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}'
    "\n</tool_call>{% endfor -%}<|over|>\n{% endfor -%}"
    "{%- if add_generation_prompt -%}<|turn|>assistant\n{% endif -%}"
)

# Questions and answers in turn alone, a system text in front of them or none.
IN_TURN = (
    "{%- set ns = namespace(turn='user') -%}{%- for m in messages -%}{%- if m.role != 'system' -%}"
    "{%- if m.role != ns.turn %}{{ raise_exception('Conversation roles must alternate') }}{% endif -%}"
    "{%- set ns.turn = 'assistant' if m.role == 'user' else 'user' -%}{%- endif -%}"
    "<|turn|>{{ m.role }}\n{{ m.content }}<|over|>\n{%- endfor -%}"
    "{%- if add_generation_prompt %}<|turn|>assistant\n{% endif -%}"
)
