"""Published formats of Korean makers."""

from engine.values import ReasoningControl
from tests.engine.formats.published.forms import (
    ALWAYS,
    EMPTY_BLOCK,
    HERMES,
    LLAMA_3,
    NONE,
    OFF,
    ON,
    OPEN_OR_EMPTY,
    QWEN_3,
    THINK,
    UNSURE,
    WITHOUT_THOUGHT,
)
from tests.engine.formats.published.making import Calls, Form, Published, changed

_EXAONE_3 = Form(
    start="{% if messages[0].role != 'system' %}[|system|][|endofturn|]\n{% endif %}",
    system="[|system|]%s[|endofturn|]\n",
    user="[|user|]%s\n",
    assistant="[|assistant|]%s[|endofturn|]\n",
    result="[|tool|]%s[|endofturn|]\n",
    prompt="[|assistant|]",
)
_ONE_LINE = '<tool_call>{"name": "%n", "arguments": %a}</tool_call>'
_EXAONE_4 = Form(
    tools="[|system|]\n# Available Tools\n<tool>%j</tool>\n[|endofturn|]\n",
    system="[|system|]\n%s[|endofturn|]\n",
    user="[|user|]\n%s[|endofturn|]\n",
    assistant="[|assistant|]\n{% if m.content %}" + EMPTY_BLOCK + "%s{% endif %}%c[|endofturn|]\n",
    result='[|tool|]\n<tool_result>{"result": {{ m.content | tojson }} }</tool_result>[|endofturn|]\n',
    prompt="[|assistant|]\n{% if enable_thinking is defined and enable_thinking is true %}<think>\n"
    "{% else %}" + EMPTY_BLOCK + "{% endif %}",
    calls=Calls(
        _ONE_LINE, start="{% if m.content %}\n{% else %}" + EMPTY_BLOCK + "{% endif %}", between="\n"
    ),
)
_EXAONE_4_5 = Form(
    tools="<|tool_declare|>\n# Tools\n<tool>%j</tool>\n<|endofturn|>\n",
    system="<|system|>\n%s<|endofturn|>\n",
    user="<|user|>\n%s<|endofturn|>\n",
    assistant="<|assistant|>\n%t%s%c<|endofturn|>\n",
    result="<|tool|>\n<tool_result>%s</tool_result><|endofturn|>\n",
    prompt="<|assistant|>\n" + OPEN_OR_EMPTY,
    thought=THINK,
    always=True,
    calls=Calls(_ONE_LINE, start="{% if m.content %}\n{% endif %}", between="\n"),
)
_HYPERCLOVA = Form(
    start="{% if not tools %}<|im_start|>tool_list\n<|im_end|>\n{% endif %}",
    tools="<|im_start|>tool_list\n%j<|im_end|>\n",
    system="<|im_start|>system\n%s<|im_end|>\n",
    user="<|im_start|>user\n%s<|im_end|>\n",
    assistant="<|im_start|>assistant\n%s<|im_end|><|endofturn|>\n",
    result="<|im_start|>tool/function_call\n%s<|im_end|>\n",
    prompt="<|im_start|>assistant\n",
)
# Thought, answer and calls are messages of their own.
_HYPERCLOVA_THINK = changed(
    _HYPERCLOVA,
    assistant="%t{% if m.content %}<|im_start|>assistant\n%s<|im_end|>{% if m.tool_calls %}\n"
    "{% else %}<|endofturn|>\n{% endif %}{% endif %}%c",
    thought="<|im_start|>assistant/think\n%s<|im_end|>\n",
    calls=Calls(
        '{"name": "%n", "arguments": %a}',
        start="<|im_start|>assistant -> tool/function_call\n[",
        between=", ",
        end="]<|im_end|><|stop|>\n",
    ),
    prompt="<|im_start|>assistant{% if force_reasoning is defined and force_reasoning is true %}/think\n"
    "{% elif skip_reasoning is defined and skip_reasoning is true %}\n{% endif %}",
)
_PAIRS = Calls(
    "<tool_call>%n\n%p</tool_call>",
    start="{% if m.content %}\n{% endif %}",
    between="\n",
    parameter="<arg_key>%k</arg_key>\n<arg_value>%v</arg_value>\n",
)
_HYPERCLOVA_32B = changed(
    QWEN_3,
    result="<|im_start|>tool\n<tool_response>{{ m.name }}\n%s\n</tool_response><|im_end|>\n",
    calls=_PAIRS,
    prompt="<|im_start|>assistant\n<think>\n{% if not (thinking is defined and thinking is true) %}"
    "\n</think>\n\n{% endif %}",
)
_HYPERCLOVA_8B = changed(
    _HYPERCLOVA_32B,
    prompt="<|im_start|>assistant\n<think>\n{% if skip_reasoning is defined and skip_reasoning is true %}"
    "\n</think>\n\n{% endif %}",
)
_SOLAR = Form(
    system="### System:\n%s\n\n",
    user="### User:\n%s\n\n",
    assistant="### Assistant:\n%s\n\n",
    prompt="### Assistant:\n",
)
# The words that other models obey are taken out of questions, and change nothing else.
_SOLAR_PRO_2 = Form(
    start="{{ bos_token }}",
    system="<|im_start|>system\n%s<|im_end|>\n",
    user="<|im_start|>user\n{{ m.content | replace('/no_think', '') | replace('/think', '') | trim }}<|im_end|>\n",
    assistant="{% if m.content and m.content.strip() %}<|im_start|>assistant\n"
    "{% if '<think>' in m.content and '</think>' in m.content %}{{ m.content.split('</think>') | last }}"
    "{% else %}%s{% endif %}<|im_end|>\n{% endif %}",
    prompt="<|im_start|>assistant\n",
)
_AX_4 = Form(
    tools="<|im_start|><|system|><tools>\n%j\n</tools><|im_end|>",
    system="<|im_start|><|system|>%s<|im_end|>",
    user="<|im_start|><|user|>%s<|im_end|>",
    assistant="<|im_start|><|assistant|>{% if add_generation_prompt and '</think>' in (m.content or '') %}"
    + WITHOUT_THOUGHT
    + "{% else %}%s{% endif %}%c<|im_end|>",
    result="<|im_start|><|extra_id_13|><tool_output>%s</tool_output><|im_end|>",
    prompt="<|im_start|><|assistant|>",
    calls=Calls(_ONE_LINE),
)
_KANANA_1_5 = changed(
    LLAMA_3,
    tools="<|start_header_id|>system<|end_header_id|>\n\n%j<|eot_id|>",
    assistant="<|start_header_id|>assistant<|end_header_id|>\n\n%s%c{% if not m.tool_calls %}<|eot_id|>{% endif %}",
    calls=Calls("<function=%n>%a</function>", end="<|eom_id|>"),
)

KOREAN = (
    Published(
        "EXAONE 3.5", "LGAI-EXAONE/EXAONE-3.5-7.8B-Instruct, chat template", _EXAONE_3, NONE, "described"
    ),
    Published(
        "EXAONE Deep",
        "LGAI-EXAONE/EXAONE-Deep-32B, chat template in the model card",
        changed(_EXAONE_3, prompt="[|assistant|]<thought>\n"),
        ALWAYS,
        "described",
    ),
    Published("EXAONE 4.0", "LGAI-EXAONE/EXAONE-4.0-1.2B, chat_template.jinja", _EXAONE_4, OFF, "json"),
    Published("EXAONE 4.5", "LGAI-EXAONE/EXAONE-4.5-33B, chat_template.jinja", _EXAONE_4_5, ON, "json"),
    Published("K-EXAONE", "LGAI-EXAONE/K-EXAONE-236B-A23B, chat_template.jinja", _EXAONE_4_5, ON, "json"),
    Published(
        "HyperCLOVA X SEED Text",
        "naver-hyperclovax/HyperCLOVAX-SEED-Text-Instruct-1.5B, prompt in the model card",
        _HYPERCLOVA,
        NONE,
        "described",
    ),
    Published(
        "HyperCLOVA X SEED Think 14B",
        "naver-hyperclovax/HyperCLOVAX-SEED-Think-14B, model card; vllm-project/vllm, "
        "tool_chat_template_hyperclovax_seed_think_14b.jinja",
        _HYPERCLOVA_THINK,
        ReasoningControl("switch", ("off", "on"), "auto"),
        "json-array",
    ),
    Published(
        "HyperCLOVA X SEED Think 32B",
        "NAVER-Cloud-HyperCLOVA-X/OmniServe, track_a/chat_template.jinja",
        _HYPERCLOVA_32B,
        OFF,
        "tagged",
    ),
    Published(
        "HyperCLOVA X SEED Omni 8B",
        "NAVER-Cloud-HyperCLOVA-X/OmniServe, track_b/chat_template.jinja",
        _HYPERCLOVA_8B,
        ON,
        "tagged",
    ),
    Published("Solar 10.7B", "upstage/SOLAR-10.7B-Instruct-v1.0, chat template", _SOLAR, NONE, "described"),
    Published(
        "Solar Pro 2", "upstage/solar-pro2-tokenizer, chat_template.jinja", _SOLAR_PRO_2, UNSURE, "described"
    ),
    Published("A.X 4.0", "skt/A.X-4.0-Light, chat template", _AX_4, UNSURE, "json"),
    Published(
        "Kanana 1.5",
        "kakaocorp/kanana-1.5-15.7b-a3b-instruct, kanana_tool_calls/lmalign_v1.jinja",
        _KANANA_1_5,
        NONE,
        "name-json",
    ),
    Published(
        "Kanana 2 Instruct", "kakaocorp/kanana-2-30b-a3b-instruct-2601, model card", HERMES, NONE, "json"
    ),
    Published(
        "Kanana 2 Thinking",
        "kakaocorp/kanana-2-30b-a3b-thinking-2601, model card",
        changed(QWEN_3, prompt="<|im_start|>assistant\n<think>\n"),
        ALWAYS,
        "json",
    ),
    Published(
        "Mi:dm 2.0",
        "K-intelligence/Midm-2.0-Mini-Instruct, marks as model files for Ollama have them",
        LLAMA_3,
        NONE,
        "described",
    ),
)
