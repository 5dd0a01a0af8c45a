"""Published formats of makers in the United States."""

from engine.values import ReasoningControl
from tests.engine.formats.published.forms import (
    ALWAYS,
    CHATML,
    CODER,
    CODER_CALLS,
    FOLDED,
    HERMES,
    IN_FIRST_TURN,
    LLAMA_3,
    NONE,
    OFF,
    ON,
    UNLESS_OFF,
)
from tests.engine.formats.published.making import Calls, Form, Published, changed

_GRANITE = Form(
    tools="<|start_of_role|>tools<|end_of_role|>%j<|end_of_text|>\n{# a call begins with <|tool_call|> #}",
    system="<|start_of_role|>system<|end_of_role|>%s<|end_of_text|>\n",
    user="<|start_of_role|>user<|end_of_role|>%s<|end_of_text|>\n",
    assistant="<|start_of_role|>assistant<|end_of_role|>%s<|end_of_text|>\n",
    result="<|start_of_role|>tool<|end_of_role|>%s<|end_of_text|>\n",
    prompt="<|start_of_role|>assistant<|end_of_role|>",
)
_GRANITE_3_2 = changed(
    _GRANITE,
    start="{% if thinking %}<|start_of_role|>system<|end_of_role|>Write your thoughts behind "
    "'Here is my thought process:' and your answer behind 'Here is my response:'.<|end_of_text|>\n{% endif %}",
)
_GRANITE_20B = Form(
    tools="SYSTEM: %j\n",
    user="\nUSER: %s",
    assistant="\nASSISTANT:{% if m.tool_calls %}%c{% else %} %s {% endif %}<|endoftext|>",
    result="<function_response> %s",
    prompt="\nASSISTANT: ",
    calls=Calls('\n<function_call> {"name": "%n", "arguments": %a}'),
)
_GEMMA = Form(
    start="{{ bos_token }}",
    system=IN_FIRST_TURN,
    user="<start_of_turn>user\n" + FOLDED + "%s<end_of_turn>\n",
    assistant="<start_of_turn>model\n%s<end_of_turn>\n",
    prompt="<start_of_turn>model\n",
)
_QUOTED = "{% if value is string %}'{{ value }}'{% else %}{{ value | tojson }}{% endif %}"
_GEMMA_LISTS = changed(
    _GEMMA,
    tools="<start_of_turn>user\n%j<end_of_turn>\n",
    assistant="<start_of_turn>model\n%s%c<end_of_turn>\n",
    result="<start_of_turn>user\n<tool_response>\n%s</tool_response><end_of_turn>\n",
    calls=Calls(
        "%n(%p)",
        start="[",
        between=", ",
        end="]",
        parameter="%k={{ value | tojson }}",
        parameters_between=", ",
    ),
)
_GEMMA_4 = Form(
    start="{{ bos_token }}{% if enable_thinking %}<|turn>system\n<|think|>\n<turn|>\n{% endif %}",
    tools="<|turn>system\n<|tool>%j<tool|><turn|>\n",
    system="<|turn>system\n%s<turn|>\n",
    user="<|turn>user\n%s<turn|>\n",
    assistant="<|turn>model\n%t%c%s<turn|>\n",
    result='<|turn>tool\n<|tool_response>response:{{ m.name }}{value:<|"|>%s<|"|>}<tool_response|><turn|>\n',
    prompt="<|turn>model\n",
    thought="<|channel>thought\n%s\n<channel|>",
    calls=Calls(
        "<|tool_call>call:%n{%p}<tool_call|>",
        parameter='%k:{% if value is string %}<|"|>{{ value }}<|"|>{% else %}{{ value | tojson }}{% endif %}',
        parameters_between=",",
    ),
)
# The tools stand in the system message, where there is one.
_FUNCTION_GEMMA = changed(
    _GEMMA,
    system="<start_of_turn>user\n%s{% if tools %}\n{{ tools | tojson }}{% endif %}<end_of_turn>\n",
    user="<start_of_turn>user\n%s<end_of_turn>\n",
    assistant="<start_of_turn>model\n{% if m.tool_calls %}%c{% else %}%s{% endif %}<end_of_turn>\n",
    result="<start_of_turn>user\nFunction result for {{ m.name }}: %s<end_of_turn>\n",
    calls=Calls(
        "<start_function_call>call:%n{%p}<end_function_call>",
        parameter="%k:<escape>{{ value }}<escape>",
        parameters_between=",",
    ),
)
_NEMOTRON_MINI = Form(
    tools="<extra_id_0>System\n<tool> %j </tool>\n",
    system="<extra_id_0>System\n%s\n",
    user="<extra_id_1>User\n%s\n",
    assistant="<extra_id_1>Assistant\n%s\n",
    result="<extra_id_1>Tool\n%s\n",
    prompt="<extra_id_1>Assistant\n",
)
_NEMOTRON_3 = changed(
    CODER,
    user="<|im_start|>user\n%s{% if low_effort %}\n\n{reasoning effort: low}{% endif %}<|im_end|>\n",
    thought="{% if m.reasoning_content %}<think>\n%s\n</think>\n{% else %}<think></think>{% endif %}",
    calls=changed(CODER_CALLS, start="\n", each=CODER_CALLS.each + "\n", between=""),
    prompt="<|im_start|>assistant\n<think>" + UNLESS_OFF + "</think>{% else %}\n{% endif %}",
)
_ASKED = (
    "{% set think = namespace(on=true) %}{% for m in messages %}"
    "{% if m.role == 'system' and '/no_think' in m.content %}"
)
_SUPER_1_5 = changed(
    LLAMA_3,
    start="<|begin_of_text|>" + _ASKED + "{% set think.on = false %}{% endif %}{% endfor %}",
    tools="<|start_header_id|>system<|end_header_id|>\n\n<AVAILABLE_TOOLS>%j</AVAILABLE_TOOLS><|eot_id|>",
    system="<|start_header_id|>system<|end_header_id|>\n\n"
    "{{ m.content | replace('/no_think', '') | replace('/think', '') | trim }}\n\n<|eot_id|>",
    assistant="<|start_header_id|>assistant<|end_header_id|>\n\n{{ m.content.split('</think>') | last }}%c<|eot_id|>",
    result="<|start_header_id|>tool<|end_header_id|>\n\n<TOOL_RESPONSE>[%s]</TOOL_RESPONSE><|eot_id|>",
    prompt=LLAMA_3.prompt + "{% if not think.on %}<think>\n\n</think>\n\n{% endif %}",
    calls=Calls('{"name": "%n", "arguments": %a}', start="<TOOLCALL>[", between=", ", end="]</TOOLCALL>"),
)
_LLAMA_NEMOTRON = changed(
    LLAMA_3,
    start="{% if messages[0].role != 'system' %}<|start_header_id|>system<|end_header_id|>\n\n"
    "detailed thinking off<|eot_id|>{% endif %}",
)
_OLMO = Form(
    start="{{ bos_token }}",
    system="<|system|>\n%s\n",
    user="<|user|>\n%s\n",
    assistant="<|assistant|>\n%s{{ eos_token }}\n",
    prompt="<|assistant|>\n",
)
_OLMO_3 = changed(
    CHATML,
    tools="<|im_start|>system\n<functions>\n%j\n</functions><|im_end|>\n",
    assistant="<|im_start|>assistant\n{% if m.tool_calls %}%c{% else %}%s{% endif %}<|im_end|>\n",
    calls=Calls(
        "%n(%p)",
        start="<function_calls>\n",
        between="\n",
        end="\n</function_calls>",
        parameter="%k=" + _QUOTED,
        parameters_between=", ",
    ),
)
_PHI_3 = Form(
    system="<|system|>\n%s<|end|>\n",
    user="<|user|>\n%s<|end|>\n",
    assistant="<|assistant|>\n%s<|end|>\n",
    prompt="<|assistant|>\n",
)
_PHI_4 = Form(
    system="<|im_start|>system<|im_sep|>%s<|im_end|>",
    user="<|im_start|>user<|im_sep|>%s<|im_end|>",
    assistant="<|im_start|>assistant<|im_sep|>%s<|im_end|>",
    prompt="<|im_start|>assistant<|im_sep|>",
)
_PHI_4_MINI = Form(
    system="<|system|>%s<|end|>",
    user="<|user|>%s<|end|>",
    assistant="<|assistant|>%s<|end|>",
    result="<|tool|>%s<|end|>",
    prompt="<|assistant|>",
)
_PHI_4_REASONING = changed(
    _PHI_4,
    start="<|im_start|>system<|im_sep|>Answer in two parts: <think> thought </think> solution.<|im_end|>",
    system=IN_FIRST_TURN,
)
_LLAMA_4 = Form(
    start="{{ bos_token }}",
    tools="<|header_start|>user<|header_end|>\n\n%j<|eot|>",
    system="<|header_start|>system<|header_end|>\n\n%s<|eot|>",
    user="<|header_start|>user<|header_end|>\n\n%s<|eot|>",
    assistant="<|header_start|>assistant<|header_end|>\n\n"
    "{% if m.tool_calls %}<|python_start|>{{ m.content or '' }}<|python_end|>%c{% else %}%s{% endif %}<|eot|>",
    result="<|header_start|>ipython<|header_end|>\n\n{{ m.content | tojson }}<|eot|>",
    prompt="<|header_start|>assistant<|header_end|>\n\n",
    calls=Calls('{"name": "%n", "parameters": %a}'),
)
_COGITO = changed(
    HERMES,
    start="{% if enable_thinking %}<|im_start|>system\nEnable deep thinking subroutine.<|im_end|>\n{% endif %}",
)
_RNJ = changed(
    LLAMA_3,
    start="{{ bos_token }}",
    tools="<|start_header_id|>system<|end_header_id|>\n<tools>\n%j\n</tools><|eot_id|>",
    assistant="<|start_header_id|>assistant<|end_header_id|>\n%s%c<|eot_id|>",
    result="<|start_header_id|>user<|end_header_id|>\n<tool_response>\n%s\n</tool_response><|eot_id|>",
    user="<|start_header_id|>user<|end_header_id|>\n%s<|eot_id|>",
    system="<|start_header_id|>system<|end_header_id|>\n%s<|eot_id|>",
    prompt="<|start_header_id|>assistant<|end_header_id|>\n",
    calls=Calls('<tool_call>\n{"name": "%n", "arguments": %a}\n</tool_call>', between="\n"),
)
_XLAM = changed(
    LLAMA_3,
    tools="<|start_header_id|>system<|end_header_id|>\n\n%j<|eot_id|>",
    calls=Calls('{"name": "%n", "arguments": %a}', start="[", between=", ", end="]"),
)
# Thought, answer and each call are messages of their own; that of a call names its tool before its mark.
_INKLING = Form(
    start="{% set levels = {'none': 0, 'minimal': 0.1, 'low': 0.2, 'medium': 0.7, 'high': 0.9, 'max': 0.99} %}"
    "{% if reasoning_effort is defined and reasoning_effort not in levels %}{{ raise_exception('no such level') }}"
    "{% endif %}{% if tools %}<|message_system|>tool_declare<|content_xml|>{{ tools | tojson }}<|end_message|>"
    "{% endif %}<|message_system|><|content_text|>Thinking effort level: "
    "{{ levels[reasoning_effort | default('high')] }}<|end_message|>",
    system="<|message_system|><|content_text|>%s<|end_message|>",
    user="<|message_user|><|content_text|>%s<|end_message|>",
    assistant="%t{% if m.content %}<|message_model|><|content_text|>%s<|end_message|>{% endif %}%c"
    "<|content_model_end_sampling|>",
    result="<|message_tool|>{{ m.name }}<|content_text|>%s<|end_message|>",
    prompt="<|message_model|>",
    thought="<|message_model|><|content_thinking|>%s<|end_message|>",
    calls=Calls('<|message_model|>%n<|content_invoke_tool_json|>{"name":"%n","args":%a}<|end_message|>'),
)

AMERICAN = (
    Published(
        "Granite 3.0",
        "ibm-granite/granite-3.0-2b-instruct, chat template",
        changed(_GRANITE, result=""),
        NONE,
        "granite",
    ),
    Published(
        "Granite 3.1", "ibm-granite/granite-3.1-1b-a400m-instruct, chat template", _GRANITE, NONE, "granite"
    ),
    Published(
        "Granite 3.2", "ibm-granite/granite-3.2-8b-instruct, chat template", _GRANITE_3_2, OFF, "granite"
    ),
    Published(
        "Granite 20B function calling",
        "vllm-project/vllm, tool_chat_template_granite_20b_fc.jinja",
        _GRANITE_20B,
        NONE,
        "json",
    ),
    Published(
        "Gemma 3, Gemma 3n",
        "google/gemma-3-4b-it, google/gemma-3n-E4B-it, chat template",
        _GEMMA,
        NONE,
        "described",
    ),
    Published(
        "Gemma 3 with lists",
        "vllm-project/vllm, tool_chat_template_gemma3_pythonic.jinja",
        _GEMMA_LISTS,
        NONE,
        "pythonic",
    ),
    Published("Gemma 4 E2B", "google/gemma-4-E2B-it, chat_template.jinja", _GEMMA_4, OFF, "braced"),
    Published(
        "FunctionGemma",
        "vllm-project/vllm, tool_chat_template_functiongemma.jinja",
        _FUNCTION_GEMMA,
        NONE,
        "braced",
    ),
    Published(
        "Nemotron Mini", "nvidia/Nemotron-Mini-4B-Instruct, chat template", _NEMOTRON_MINI, NONE, "described"
    ),
    Published(
        "Nemotron 3 Super",
        "nvidia/NVIDIA-Nemotron-3-Super, chat template as TRL has it",
        _NEMOTRON_3,
        ReasoningControl("levels", ("off", "low", "on"), "on"),
        "tagged",
    ),
    Published(
        "Nemotron 3 Ultra",
        "nvidia/NVIDIA-Nemotron-3-Ultra, chat template as TRL has it",
        changed(
            _NEMOTRON_3,
            user="<|im_start|>user\n%s{% if medium_effort %}\n\n{reasoning effort: efficient}{% endif %}<|im_end|>\n",
            thought="<think>{% if m.reasoning_content %}\n%s{% endif %}</think>",
        ),
        ReasoningControl("levels", ("off", "medium", "on"), "on"),
        "tagged",
    ),
    Published(
        "Nemotron Super 1.5",
        "ggml-org/llama.cpp, nvidia-Llama-3_3-Nemotron-Super-49B-v1_5.jinja",
        _SUPER_1_5,
        ON,
        "json-array",
    ),
    Published(
        "Llama Nemotron 1",
        "nvidia/Llama-3.1-Nemotron-Nano-8B-v1, model card",
        _LLAMA_NEMOTRON,
        OFF,
        "described",
    ),
    Published("OLMo 2, Tulu 3", "allenai/OLMo-2-1124-7B-Instruct, chat template", _OLMO, NONE, "described"),
    Published("OLMo 3", "vllm-project/vllm, tool_chat_template_olmo3.jinja", _OLMO_3, NONE, "pythonic"),
    Published("Phi-3.5-MoE", "microsoft/Phi-3.5-MoE-instruct, chat template", _PHI_3, NONE, "described"),
    Published("Phi-4", "microsoft/phi-4, chat template", _PHI_4, NONE, "described"),
    Published("Phi-4-mini", "microsoft/Phi-4-mini-instruct, chat template", _PHI_4_MINI, NONE, "described"),
    Published(
        "Phi-4-reasoning", "microsoft/Phi-4-reasoning, chat template", _PHI_4_REASONING, ALWAYS, "described"
    ),
    Published("Llama 4", "meta-llama/Llama-4-Scout-17B-16E-Instruct, chat template", _LLAMA_4, NONE, "json"),
    Published(
        "Llama 4 with lists",
        "vllm-project/vllm, tool_chat_template_llama4_pythonic.jinja",
        changed(
            _LLAMA_4,
            assistant="<|header_start|>assistant<|header_end|>\n\n%s%c<|eot|>",
            calls=Calls(
                "%n(%p)",
                start="[",
                between=", ",
                end="]",
                parameter="%k={{ value | tojson }}",
                parameters_between=", ",
            ),
        ),
        NONE,
        "pythonic",
    ),
    Published("Cogito", "deepcogito/cogito-v1-preview-qwen-14B, chat template", _COGITO, OFF, "json"),
    Published("rnj-1", "EssentialAI/rnj-1-instruct, chat template", _RNJ, NONE, "json"),
    Published(
        "Inkling",
        "radixark/miles, inkling_fixed.jinja",
        _INKLING,
        ReasoningControl("levels", ("off", "low", "medium", "high"), "high"),
        "json",
    ),
    Published("xLAM-2", "vllm-project/vllm, tool_chat_template_xlam_llama.jinja", _XLAM, NONE, "json-array"),
)
