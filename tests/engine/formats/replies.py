"""Takes the model's own part out of a rendered conversation, as if the model had just written it."""

from __future__ import annotations

import json
from typing import Any

from engine.formats import ChatFormat, Prompt
from engine.formats.learn.markers import ReasoningMarkers
from engine.values import Reasoning

QUESTION, RESULT = "Qx7question", "Qx7result"
# What ends a turn in the templates at hand; to the tokenizer these are ends, so no reply holds them.
TURN_ENDS = (
    *("<|im_end|>", "<|eot_id|>", "<|eom_id|>", "</s>", "[e~[", "<｜end▁of▁sentence｜>", "<|end_of_text|>"),
    *("<|END_OF_TURN_TOKEN|>", "<seed:eos>", "<turn|>", "<|role_end|>", "\n<SPECIAL_12>", "<|tool_response>"),
    *("<end_of_sentence>", "<|calls|>", "<|call|>", "<|eot|>", "</assistant>", "<｜hy_eos:opensource｜>"),
    *("<|end_of_msg|>", "<|close|>message", "<|message_sep|>\n\nfunction result", "<|end|>", "<sep>"),
    *("<|START_OF_TURN_TOKEN|>", "<end_of_turn>", "\n\nUser:", "<|assistant_end|>", "<|observation|>"),
    *("<｜tool▁outputs▁begin｜>", "<|begin|>tool", "<|user|>", "<|im_system|>", "<|over|>"),
    *("[|endofturn|]", "<|endofturn|>", "</longcat_s>", "<|eos|>", "<|end_of_sentence|>", "<extra_id_1>"),
    *(
        "<|content_model_end_sampling|>",
        "<|message_tool|>",
        "<|endofresponse|>",
        "<|eom|>",
        "\n\n###",
        "<|endoftext|>",
        "<|assistant|>",
    ),
)


def reply_to(
    chat_format: ChatFormat,
    calls: list[tuple[str, dict[str, Any]]],
    tools: list[dict[str, Any]],
    content: str = "",
    thought: str = "",
    reasoning: Reasoning = "auto",
) -> tuple[str, Prompt]:
    """The text of an answer with these calls, and the prompt that it answers. A thought that the template leaves out
    of history stands between the markers.
    """
    question = {"role": "user", "content": QUESTION}
    answer = {
        "role": "assistant",
        "content": content,
        "reasoning_content": thought,
        "tool_calls": [
            {
                "id": f"callid{n:03}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(given)},
            }
            for n, (name, given) in enumerate(calls)
        ],
    }
    results = [
        {"role": "tool", "tool_call_id": f"callid{n:03}", "content": RESULT} for n in range(len(calls))
    ]
    prompt = chat_format.render([question], tools=tools, reasoning=reasoning)
    whole = chat_format.render([question, answer, *results], tools=tools, reasoning=reasoning).text
    text = whole[whole.rindex(QUESTION) + len(QUESTION) :]
    header = prompt.text[prompt.text.rindex(QUESTION) + len(QUESTION) :]
    shared = 0
    while shared < min(len(text), len(header)) and text[shared] == header[shared]:
        shared += 1
    while 0 < shared < len(header) and header[shared - 1] not in ">]:\n ":
        shared -= 1
    # Two templates write something between the question and the answer that no model does.
    text = text[shared:].partition(RESULT)[0]
    text = text.removeprefix("<|CHATBOT_TOKEN|>").removeprefix("助手：")
    last = 0
    for part in [name for name, _ in calls] or [content]:
        last = max(last, text.find(part, last))
    places = [place for end in TURN_ENDS if (place := text.find(end, last)) >= 0]
    text = text[: min(places)] if places else text
    if thought and thought not in text:
        text = _with_thought(chat_format.markers, text, thought, opened=prompt.opens_reasoning)
    elif prompt.opens_reasoning and chat_format.markers.closing not in text:
        text = f"Hm.{chat_format.markers.closing}{text}"
    return text, prompt


def _with_thought(markers: ReasoningMarkers, text: str, thought: str, *, opened: bool) -> str:
    """`text` behind a thought, in place of the empty block that some templates write."""
    rest = text.strip()
    for mark in (markers.opening, markers.closing):
        rest = rest.removeprefix(mark).strip()
    opening = "" if opened else markers.opening + markers.lead
    return opening + markers.block(thought, closed=True) + rest
