"""Published formats of makers elsewhere: Mistral, Cohere, AI21, Falcon, SmolLM."""

from tests.engine.formats.published.forms import CHATML, FOLDED, HERMES, IN_FIRST_TURN, NONE
from tests.engine.formats.published.making import Calls, Form, Published, changed

_MISTRAL = Form(
    start="{{ bos_token }}",
    system=IN_FIRST_TURN,
    user="[INST] " + FOLDED + "%s [/INST]",
    assistant=" %s{{ eos_token }}",
    prompt="",
)
_NINE = "{% if call.id | length < 9 %}{{ raise_exception('the id is too short') }}{% endif %}"
_MISTRAL_WITH_IDS = changed(
    _MISTRAL,
    tools="[AVAILABLE_TOOLS] %j[/AVAILABLE_TOOLS]",
    user="[INST]" + FOLDED + "%s[/INST]",
    assistant="{% if m.tool_calls %}%c{% else %}%s{% endif %}{{ eos_token }}",
    result='[TOOL_RESULTS] {"content": {{ m.content | tojson }}, "call_id": "{{ m.tool_call_id }}"}[/TOOL_RESULTS]',
    calls=Calls(
        _NINE + '{"name": "%n", "arguments": %a, "id": "%i"}', start="[TOOL_CALLS] [", between=", ", end="]"
    ),
)
_MISTRAL_0_3 = changed(
    _MISTRAL_WITH_IDS,
    user="[INST] %s[/INST]",
    calls=Calls('{"id": "%i", "name": "%n", "arguments": %a}', start="[TOOL_CALLS] [", between=", ", end="]"),
)
_MISTRAL_LARGE = changed(
    _MISTRAL_WITH_IDS,
    calls=Calls(
        _NINE.replace("<", "!=") + '{"name": "%n", "arguments": %a, "id": "%i"}',
        start="[TOOL_CALLS][",
        between=", ",
        end="]",
    ),
)
_SMALL = changed(
    _MISTRAL,
    system="[SYSTEM_PROMPT]%s[/SYSTEM_PROMPT]",
    user="[INST]%s[/INST]",
    assistant="%s{{ eos_token }}",
)
_JAMBA = Form(
    start="<|startoftext|>",
    tools="<|bom|><|system|> # Tools\n%j<|eom|>",
    system="<|bom|><|system|> %s<|eom|>",
    user="<|bom|><|user|> %s<|eom|>",
    assistant="<|bom|><|assistant|> %s%c<|eom|>",
    result="<|bom|><|tool|> %s<|eom|>",
    prompt="<|bom|><|assistant|>",
    calls=Calls(
        '    {"name": "%n", "arguments": %a}', start="<tool_calls>[\n", between=",\n", end="\n]</tool_calls>"
    ),
)
_COHERE_TURN = "<|START_OF_TURN_TOKEN|>"
_COHERE = Form(
    start="{{ bos_token }}",
    system=_COHERE_TURN + "<|SYSTEM_TOKEN|>%s<|END_OF_TURN_TOKEN|>",
    user=_COHERE_TURN + "<|USER_TOKEN|>%s<|END_OF_TURN_TOKEN|>",
    assistant=_COHERE_TURN + "<|CHATBOT_TOKEN|>%s<|END_OF_TURN_TOKEN|>",
    prompt=_COHERE_TURN + "<|CHATBOT_TOKEN|>",
)
# Reasoning is spoken of, but the prompt has opened the answer already.
_COMMAND_A = changed(
    _COHERE,
    start="{{ bos_token }}" + _COHERE_TURN + "<|SYSTEM_TOKEN|>Your thoughts stand between "
    "<|START_THINKING|> and <|END_THINKING|>.<|END_OF_TURN_TOKEN|>",
    assistant=_COHERE_TURN + "<|CHATBOT_TOKEN|><|START_RESPONSE|>%s<|END_RESPONSE|><|END_OF_TURN_TOKEN|>",
    prompt=_COHERE_TURN + "<|CHATBOT_TOKEN|><|START_RESPONSE|>",
)

ELSEWHERE = (
    Published(
        "Mistral 7B v0.2, Mixtral",
        "mistralai/Mixtral-8x7B-Instruct-v0.1, chat template",
        _MISTRAL,
        NONE,
        "described",
    ),
    Published(
        "Mistral 7B v0.3",
        "CISCai/Mistral-7B-Instruct-v0.3-SOTA-GGUF, chat template",
        _MISTRAL_0_3,
        NONE,
        "json-array",
    ),
    Published(
        "Mistral Large 2",
        "mistralai/Mistral-Large-Instruct-2407, chat template as Xinference has it",
        _MISTRAL_LARGE,
        NONE,
        "json-array",
    ),
    Published(
        "Mistral Small 3.1",
        "ggml-org/llama.cpp, mistralai-Mistral-Small-3.1-24B-Instruct-2503.jinja",
        changed(_MISTRAL_WITH_IDS, system=_SMALL.system, user=_SMALL.user),
        NONE,
        "json-array",
    ),
    Published(
        "Mistral Small 3",
        "mistralai/Mistral-Small-24B-Instruct-2501, chat template",
        _SMALL,
        NONE,
        "described",
    ),
    Published(
        "Jamba", "ai21labs/AI21-Jamba-1.5-Mini, chat template as Axolotl has it", _JAMBA, NONE, "json-array"
    ),
    Published(
        "Aya Expanse, Command R", "CohereLabs/aya-expanse-8b, chat template", _COHERE, NONE, "described"
    ),
    Published(
        "Command A, Command R7B",
        "CohereLabs/c4ai-command-a-03-2025, chat template",
        _COMMAND_A,
        NONE,
        "described",
    ),
    Published("SmolLM2", "HuggingFaceTB/SmolLM2-1.7B-Instruct, chat template", CHATML, NONE, "described"),
    Published(
        "Falcon-H1",
        "tiiuae/Falcon-H1, chat template as Axolotl has it",
        changed(
            HERMES,
            calls=None,
            tools="<|im_start|>system\n<tools>\n%j\n</tools>\n<tool_call></tool_call><|im_end|>\n",
        ),
        NONE,
        "hermes",
    ),
)
