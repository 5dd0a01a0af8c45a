"""Published formats of Chinese makers but for Qwen."""

from engine.values import ReasoningControl
from tests.engine.formats.published.forms import (
    ALWAYS,
    CHATML,
    CODER,
    NONE,
    OFF,
    ON,
    UNLESS_OFF,
    UNSURE,
    WITHOUT_THOUGHT,
)
from tests.engine.formats.published.making import Calls, Form, Published, changed

_BEGIN = "<｜tool▁calls▁begin｜>"
_END = "<｜tool▁calls▁end｜>"
_FENCED = Calls(
    "<｜tool▁call▁begin｜>function<｜tool▁sep｜>%n\n```json\n%a\n```<｜tool▁call▁end｜>",
    start=_BEGIN,
    between="\n",
    end=_END,
    text=True,
)
# Calls are written where an answer has no words at all.
_DEEPSEEK_V3 = Form(
    start="{{ bos_token }}",
    system="%s",
    user="<｜User｜>%s",
    assistant="<｜Assistant｜>{% if m.content is none %}%c{% else %}%s{% endif %}<｜end▁of▁sentence｜>",
    result="<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>%s<｜tool▁output▁end｜><｜tool▁outputs▁end｜>",
    prompt="<｜Assistant｜>",
    calls=_FENCED,
)
_DEEPSEEK_R1 = changed(
    _DEEPSEEK_V3,
    assistant="<｜Assistant｜>" + WITHOUT_THOUGHT + "%c<｜end▁of▁sentence｜>",
)
# As those were written for serving with tools: words stay in front of calls, and arguments may be objects.
_DEEPSEEK_TOOLS = changed(
    _DEEPSEEK_V3,
    tools="## Tools\n%j",
    assistant="<｜Assistant｜>%s%c<｜end▁of▁sentence｜>",
    calls=changed(_FENCED, text=False),
)
_DEEPSEEK_V3_1 = changed(
    _DEEPSEEK_V3,
    assistant="<｜Assistant｜></think>%s%c<｜end▁of▁sentence｜>",
    result="<｜tool▁output▁begin｜>%s<｜tool▁output▁end｜>",
    calls=Calls(
        "<｜tool▁call▁begin｜>%n<｜tool▁sep｜>%a<｜tool▁call▁end｜>", start=_BEGIN, end=_END, text=True
    ),
    prompt="<｜Assistant｜>{% if thinking is defined and thinking %}<think>{% else %}</think>{% endif %}",
)
_GLM_PAIRS = "<arg_key>%k</arg_key><arg_value>%v</arg_value>"
_GLM_4 = Form(
    start="[gMASK]<sop>",
    system="<|system|>\n%s",
    user="<|user|>\n%s",
    assistant="<|assistant|>\n%s",
    result="<|observation|>\n%s",
    prompt="<|assistant|>",
)
_GLM_4_5 = Form(
    start="[gMASK]<sop>",
    tools="<|system|># Tools<tools>%j</tools>",
    system="<|system|>%s",
    user="<|user|>%s" + UNLESS_OFF + "/nothink{% endif %}",
    assistant="<|assistant|>%t{% if m.content %}\n%s{% endif %}%c",
    result="<|observation|>\n<tool_response>\n%s\n</tool_response>",
    prompt="<|assistant|>" + UNLESS_OFF + "\n<think></think>{% endif %}",
    thought="\n<think>%s</think>",
    always=True,
    calls=Calls("\n<tool_call>%n%p</tool_call>", parameter=_GLM_PAIRS),
)
_GLM_4_5V = changed(
    _GLM_4_5,
    system="<|system|>\n%s",
    user="<|user|>\n%s" + UNLESS_OFF + "/nothink{% endif %}",
    assistant="<|assistant|>\n%t{% if m.content %}\n%s{% endif %}%c",
    thought="<think>%s</think>",
    prompt="<|assistant|>\n" + UNLESS_OFF + "<think></think>\n{% endif %}",
    calls=Calls(
        "\n<tool_call>%n\n%p</tool_call>",
        parameter="<arg_key>%k</arg_key>\n<arg_value>%v</arg_value>\n",
    ),
)
_GLM_5 = changed(
    _GLM_4_5,
    user="<|user|>%s",
    assistant="<|assistant|>%t%s%c",
    result="<|observation|><tool_response>%s</tool_response>",
    thought="{% if m.reasoning_content %}<think>%s{% endif %}</think>",
    prompt="<|assistant|>" + UNLESS_OFF + "</think>{% else %}<think>{% endif %}",
    calls=Calls("<tool_call>%n%p</tool_call>", parameter=_GLM_PAIRS),
)
_EFFORT = "<|system|>Reasoning Effort: "
_GLM_5_2 = changed(
    _GLM_5,
    start="[gMASK]<sop>{% if enable_thinking is not defined or enable_thinking %}" + _EFFORT
    + "{% if reasoning_effort == 'high' %}High{% else %}Max{% endif %}{% endif %}",
    thought="<think>%s</think>",
    prompt="<|assistant|>" + UNLESS_OFF + "<think></think>{% else %}<think>{% endif %}",
)  # fmt: skip
_GLM_5_3 = changed(
    _GLM_5_2,
    start="[gMASK]<sop>"
    + _EFFORT
    + "{% if reasoning_effort is defined and reasoning_effort in ['low', 'high'] %}"
    "{{ reasoning_effort | capitalize }}{% else %}Max{% endif %}",
    prompt="<|assistant|><think>",
)
_KIMI = Form(
    tools="<|im_system|>tool_declare<|im_middle|>%j<|im_end|>",
    system="<|im_system|>system<|im_middle|>%s<|im_end|>",
    user="<|im_user|>user<|im_middle|>%s<|im_end|>",
    assistant="<|im_assistant|>assistant<|im_middle|>%t%s%c<|im_end|>",
    result="<|im_system|>tool<|im_middle|>%s<|im_end|>",
    prompt="<|im_assistant|>assistant<|im_middle|>",
)
_KIMI_2_5 = changed(
    _KIMI,
    result="<|im_system|>tool<|im_middle|>## Return of {{ m.tool_call_id }}\n%s<|im_end|>",
    thought="<think>{% if m.tool_calls %}%s{% endif %}</think>",
    always=True,
    prompt=_KIMI.prompt
    + "{% if thinking is defined and thinking is false %}<think></think>{% else %}<think>{% endif %}",
    calls=Calls(
        "<|tool_call_begin|>%i<|tool_call_argument_begin|>%a<|tool_call_end|>",
        start="<|tool_calls_section_begin|>",
        end="<|tool_calls_section_end|>",
    ),
)
_MINIMAX = Form(
    start="]~!b[",
    tools="]~b]system\n<tools>\n%j\n</tools>[e~[\n",
    system="]~b]system\n%s[e~[\n",
    user="]~b]user\n%s[e~[\n",
    assistant="]~b]ai\n%t%s%c[e~[\n",
    result="]~b]tool\n<response>%s</response>[e~[\n",
    prompt="]~b]ai\n<think>\n",
    thought="<think>\n%s\n</think>\n\n",
    calls=Calls(
        '<invoke name="%n">\n%p</invoke>\n',
        start="\n<minimax:tool_call>\n",
        end="</minimax:tool_call>",
        parameter='<parameter name="%k">%v</parameter>\n',
    ),
)
_HUNYUAN = Form(
    system="<|startoftext|>%s<|extra_4|>",
    tools="<|startoftext|>%j<|extra_4|>",
    user="{% if not tools %}<|startoftext|>{% endif %}%s<|extra_0|>",
    assistant="{% if tools and not m.tool_calls %}助手：{% endif %}%s%c<|eos|>",
    result="<tool_response>%s</tool_response><|extra_0|>",
    prompt="{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n{% endif %}",
    calls=Calls('{"name": "%n", "arguments": %a}', start="<tool_calls>[", between=", ", end="]</tool_calls>"),
)
_ERNIE = Form(
    start="<|begin_of_sentence|>",
    system="%s\n",
    user="User: %s\n",
    assistant="Assistant: %s<|end_of_sentence|>",
    prompt="Assistant: ",
)
_INTERNLM_2 = changed(
    CHATML,
    start="<s>",
    tools="<|im_start|>system name=<|plugin|>\n%j<|im_end|>\n",
    result="<|im_start|>environment name=<|plugin|>\n%s<|im_end|>\n",
    calls=Calls('<|action_start|><|plugin|>\n{"name": "%n", "arguments": %a}<|action_end|>'),
)
_STEP = changed(
    CODER,
    start="{% if reasoning_effort is defined %}<|im_start|>system\n"
    "Reasoning: {{ reasoning_effort }}\n\n<|im_end|>\n{% endif %}",
    thought="<think>\n%s\n</think>\n",
    calls=Calls(
        "<tool_call>\n<function=%n>\n%p</function>\n</tool_call>",
        parameter="<parameter=%k>\n%v\n</parameter>\n",
        python=True,
    ),
    result="<|im_start|>tool_response\n<tool_response>%s</tool_response><|im_end|>\n",
    prompt="<|im_start|>assistant\n<think>\n",
)
_LONGCAT = Form(
    tools="<longcat_tool_declare>\n%j\n</longcat_tool_declare>",
    system="<longcat_system>%s",
    user="<longcat_user>%s",
    assistant="<longcat_assistant>{% if enable_thinking == true and tools %}%t{% endif %}%s%c</longcat_s>",
    thought="\n<longcat_think>\n%s\n</longcat_think>\n",
    result="<longcat_user><longcat_tool_response>%s</longcat_tool_response>",
    prompt="<longcat_assistant>",
    calls=Calls(
        "<longcat_tool_call>%n\n%p</longcat_tool_call>\n",
        parameter="<longcat_arg_key>%k</longcat_arg_key>\n<longcat_arg_value>%v</longcat_arg_value>\n",
    ),
)
_LING = Form(
    start="{% if messages[0].role != 'system' %}<role>SYSTEM</role>detailed thinking off<|role_end|>{% endif %}",
    system="<role>SYSTEM</role>%s{% if 'detailed thinking ' not in m.content %}\n"
    "detailed thinking off{% endif %}<|role_end|>",
    user="<role>HUMAN</role>%s<|role_end|>",
    assistant="<role>ASSISTANT</role>%s<|role_end|>",
    result="<role>OBSERVATION</role>%s<|role_end|>",
    prompt="<role>ASSISTANT</role>",
)
_DOTS = Form(
    system="<|system|>%s<|endofsystem|>",
    user="<|userprompt|>%s<|endofuserprompt|>",
    assistant="<|response|>%s<|endofresponse|>",
    prompt="<|response|>",
)

CHINESE = (
    Published(
        "DeepSeek V2.5", "deepseek-ai/DeepSeek-V2.5, tokenizer_config.json", _DEEPSEEK_V3, NONE, "name-json"
    ),
    Published(
        "DeepSeek V3", "deepseek-ai/DeepSeek-V3, tokenizer_config.json", _DEEPSEEK_V3, NONE, "name-json"
    ),
    Published(
        "DeepSeek V3-0324 with tools",
        "sgl-project/sglang, tool_chat_template_deepseekv3.jinja",
        _DEEPSEEK_TOOLS,
        NONE,
        "name-json",
    ),
    Published(
        "DeepSeek R1", "deepseek-ai/DeepSeek-R1, tokenizer_config.json", _DEEPSEEK_R1, UNSURE, "name-json"
    ),
    Published(
        "DeepSeek R1-0528",
        "deepseek-ai/DeepSeek-R1-0528, tokenizer_config.json",
        changed(_DEEPSEEK_TOOLS, assistant=_DEEPSEEK_TOOLS.assistant.replace("%s", WITHOUT_THOUGHT)),
        UNSURE,
        "name-json",
    ),
    Published(
        "DeepSeek V3.1", "deepseek-ai/DeepSeek-V3.1, tokenizer_config.json", _DEEPSEEK_V3_1, OFF, "name-json"
    ),
    Published(
        "DeepSeek V3.1, set in white space",
        "xorbitsai/inference, llm_family.json",
        changed(_DEEPSEEK_V3_1, start="{% if thinking is not defined %}  {% endif %}" + _DEEPSEEK_V3_1.start),
        OFF,
        "name-json",
    ),
    Published("GLM-4 9B", "THUDM/glm-4-9b-chat, tokenizer_config.json", _GLM_4, NONE, "described"),
    Published(
        "GLM-4 0414",
        "THUDM/GLM-4-32B-0414, chat_template.jinja",
        changed(_GLM_4, tools="<|system|>\n%j", result=""),
        NONE,
        "described",
    ),
    Published("GLM-4.5", "zai-org/GLM-4.5, chat_template.jinja", _GLM_4_5, ON, "tagged"),
    Published("GLM-4.5V", "zai-org/GLM-4.5V, chat_template.jinja", _GLM_4_5V, ON, "tagged"),
    Published("GLM-5", "zai-org/GLM-5.1, chat_template.jinja", _GLM_5, ON, "tagged"),
    Published(
        "GLM-5.2",
        "zai-org/GLM-5.2, chat_template.jinja",
        _GLM_5_2,
        ReasoningControl("levels", ("off", "on", "high"), "on"),
        "tagged",
    ),
    Published(
        "GLM-5.3 Flash",
        "sgl-project/sglang, docker/glm53-flash/chat_template.jinja",
        _GLM_5_3,
        ReasoningControl("levels", ("low", "high"), "on"),
        "tagged",
    ),
    Published("Kimi K2.5", "moonshotai/Kimi-K2.5, chat_template.jinja", _KIMI_2_5, ON, "name-json"),
    Published(
        "Moonlight",
        "moonshotai/Moonlight-16B-A3B-Instruct, tokenizer_config.json",
        changed(_KIMI, tools=""),
        NONE,
        "described",
    ),
    Published("MiniMax M2.5", "MiniMaxAI/MiniMax-M2.5, chat_template.jinja", _MINIMAX, ALWAYS, "tagged"),
    Published(
        "Hunyuan A13B", "Tencent-Hunyuan/Hunyuan-A13B, tokenizer_config.json", _HUNYUAN, ON, "json-array"
    ),
    Published("ERNIE 4.5", "baidu/ERNIE-4.5-21B-A3B-PT, chat template", _ERNIE, NONE, "described"),
    Published(
        "InternLM 2.5",
        "vllm-project/vllm, tool_chat_template_internlm2_tool.jinja",
        _INTERNLM_2,
        NONE,
        "json",
    ),
    Published(
        "InternLM 3",
        "internlm/internlm3-8b-instruct, chat template",
        changed(CHATML, start="<s>"),
        NONE,
        "described",
    ),
    Published(
        "Step 3.7 Flash",
        "ggml-org/llama.cpp, StepFun3.7-Flash.jinja",
        _STEP,
        ReasoningControl("levels", ("low", "medium", "high"), "on"),
        "tagged",
    ),
    Published(
        "LongCat Flash Lite", "meituan-longcat/LongCat-Flash-Lite, chat template", _LONGCAT, UNSURE, "tagged"
    ),
    Published(
        "Ling 2.0", "inclusionAI/Ling-mini-2.0, prompts in the examples of dInfer", _LING, OFF, "described"
    ),
    Published(
        "dots.llm1", "rednote-hilab/dots.llm1.inst, prompt as llama.cpp has it", _DOTS, NONE, "described"
    ),
)
