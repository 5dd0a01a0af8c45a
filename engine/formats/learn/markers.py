"""Learns the markers around a model's reasoning from its template."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from engine.formats.learn.comparing import mirrored
from engine.formats.learn.probing import tools_for
from engine.formats.render.messages import Conversation, with_reasoning_keys
from engine.formats.render.template import Template
from engine.formats.tags import SPECIAL_TAG, TAG, WHOLE_TAG

_QUESTION, _THOUGHT, _ANSWER = "Qx7question", "Qx7thought", "Qx7answer"
_USER = {"role": "user", "content": _QUESTION}
_CALLED, _RESULT = "qx7tool", "Qx7result"
_EMPTY_BLOCK_AT_END = re.compile(rf"({TAG}(?:[a-z]{{2,20}})?)(\s*)({TAG})(\s*)\Z")
_LONGEST_OPENING = 60
_AT_TURN_END = re.compile(r"\s*((?:<\|[^<>\s]{1,40}\|>|<｜[^<>\s]{1,40}｜>|</s>|<end_of_turn>|<turn\|>))")
_TURN_ENDS = (
    *("<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|calls|>", "<|eot|>", "<end_of_turn>"),
    *("<|endofturn|>", "<|stop|>"),
)
# How far from its end a text is looked at; it comes from a stranger's template.
_LONGEST_END = 300
_TAGS_AT_END = re.compile(rf"({TAG}(?:[a-z]{{2,20}}{TAG}?)?)\s*\Z")
_LAST_TAG = re.compile(rf"{TAG}\s*\Z")
_WORD_AT_END = re.compile(r"(<([a-z_]{2,30})>)(\s*)\Z")
_WORDED_PAIRS = (
    ("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),  # Apriel
    ("Here is my thought process:", "Here is my response:"),  # Granite 3.2
)
# Marks around an answer that a template asks for in words (Granite 3.3) or takes off (Hunyuan).
_ANSWER_PAIRS = (("<response>", "</response>"), ("<answer>", "</answer>"))
# A model that writes the second pair though its template does not speak of it (Hunyuan), known by its own marks.
_HUNYUAN = ("<|startoftext|>", "<|extra_0|>", "enable_thinking")
_KNOWN_PAIRS = re.compile(
    r"(?P<open><(?P<name>\|?(?:\w+:)?think(?:ing)?(?::\w+)?\|?)>|\[THINK\]|<\|START_THINKING\|>"
    r"|◁think▷|<\|inner_prefix\|>)"
)


class ReasoningMarkers(msgspec.Struct, frozen=True):
    """The markers around the reasoning.

    `answer_opening` comes between the closing marker and the answer in formats that mark both (harmony's
    `<|start|>assistant<|channel|>final<|message|>`); `early_answer_opening` is what remains of it when the
    reply starts with the answer. `answer_closing` ends the answer where a format marks that (Cohere), and
    `turn_opening` is written between the parts of one reply (`<|start|>assistant`). `turn_closings` end the whole
    turn; a host stops there, and where one comes through at the end of a reply it is dropped. `result_marks` stand
    around a tool's result and mean nothing in a reply. `lead`, `tail` are the white space inside the markers, `seam`
    what parts the closing one from `answer_opening` and `gap` what follows them, as the template writes them; they
    matter for continuing an answer. `learned` is False for the default pair, and `shown` for one that the template
    writes only when it is asked to, or never: it may just take off what others have thought.
    """

    opening: str = "<think>"
    closing: str = "</think>"
    answer_opening: str = ""
    early_answer_opening: str = ""
    answer_closing: str = ""
    turn_opening: str = ""
    turn_closings: tuple[str, ...] = ()
    result_marks: tuple[str, ...] = ()
    lead: str = "\n"
    tail: str = "\n"
    seam: str = ""
    gap: str = "\n\n"
    learned: bool = False
    shown: bool = False

    def leave_no_room(self, prompt: str) -> bool:
        """Whether a prompt with this end is past the reasoning."""
        ends = (self.closing, self.early_answer_opening)
        return any(end and prompt.rstrip().endswith(end) for end in ends)

    def block(self, reasoning: str, *, closed: bool) -> str:
        """The reasoning as the model would have written it, without its opening marker."""
        if not closed:
            return reasoning
        return f"{reasoning}{self.tail}{self.closing}{self.seam}{self.answer_opening}{self.gap}"


def learn_markers(template: Template) -> ReasoningMarkers:
    """Render an answer with reasoning and read the markers around the two.

    A template that drops earlier reasoning may still show an empty block where reasoning is turned off. One
    that does neither gets the pair that its source mentions, else `<think>`.
    """
    markers = _with_answer_marks(template, _reasoning_markers(template))
    shown = markers.learned and any(
        mark in _rendered(template, conversation, tools=tools)
        for mark in (markers.opening, markers.closing)
        for conversation in (_thoughtful(template), [_USER])
        for tools in (None, tools_for())
    )
    closings = [mark for mark in _turn_closings(template) if not markers.answer_closing.startswith(mark)]
    results = _result_marks(template)
    return msgspec.structs.replace(markers, turn_closings=tuple(closings), shown=shown, result_marks=results)


def _result_marks(template: Template) -> tuple[str, ...]:
    """The special tokens next to a tool's result that stand nowhere else."""
    call, result = _call_and_result()
    before, _, after = _rendered(template, [_USER, call, result]).partition(_RESULT)
    marks = SPECIAL_TAG.findall(before[-_LONGEST_END:])[-3:] + SPECIAL_TAG.findall(after[:_LONGEST_END])[:2]
    answer = {"role": "assistant", "content": _ANSWER}
    # A call that waits for its result may end with the mark in front of that (Gemma 4).
    elsewhere = _LAST_TAG.sub("", _rendered(template, [_USER, call], add_generation_prompt=False))
    elsewhere += _rendered(template, [_USER, answer, {"role": "user", "content": "Qx7later"}])
    return tuple(
        dict.fromkeys(mark for mark in marks if mark not in elsewhere and any(map(str.isalpha, mark)))
    )


def _turn_closings(template: Template) -> tuple[str, ...]:
    """End-of-turn marks: the one behind an answer, and its variants in the source."""
    answer = {"role": "assistant", "content": _ANSWER}
    conversation = [_USER, answer, {"role": "user", "content": "Qx7later"}]
    text = _rendered(template, conversation, add_generation_prompt=False)
    first = _AT_TURN_END.match(text.partition(_ANSWER)[2].partition("Qx7later")[0])
    known = [mark for mark in _TURN_ENDS if mark in template.source]
    if template.eos_token.strip():
        known.append(template.eos_token.strip())
    return tuple(dict.fromkeys([*([first.group(1)] if first else []), *_last_tags(template), *known]))


def _last_tags(template: Template) -> list[str]:
    """What a conversation ends with behind its last answer, where that is nothing but tags."""
    conversation = [_USER, {"role": "assistant", "content": _ANSWER}]
    ended, generating = (
        _rendered(template, conversation, add_generation_prompt=flag).partition(_ANSWER)[2].strip()
        for flag in (False, True)
    )
    if ended == generating or len(ended) > _LONGEST_END or WHOLE_TAG.sub("", ended).strip():
        return []  # some templates always begin the next turn
    return WHOLE_TAG.findall(ended)


def _reasoning_markers(template: Template) -> ReasoningMarkers:
    for opening, closing in _WORDED_PAIRS:
        if closing in template.source:
            return ReasoningMarkers(opening, closing, learned=True)
    # Some write a thought where they are asked to, or where tools are offered.
    for tools in (None, tools_for()):
        for asked in ({}, {"enable_thinking": True, "thinking": True}):
            markers = _from_answer(template, {**asked, "tools": tools})
            if markers:
                return markers
    return _from_empty_block(template) or _from_prompt_end(template) or _mentioned(template.source)


def _with_answer_marks(template: Template, markers: ReasoningMarkers) -> ReasoningMarkers:
    """Adds the marks around the answer itself, known by a pair that encloses it."""
    source = template.source
    if ">>>all" in source:
        # Functionary 3.2 names the recipient of each message; an answer is for all.
        opening = ">>>all\n"
        early = _without_overlap(opening, _tail(_rendered(template, [_USER])))
        return msgspec.structs.replace(markers, answer_opening=opening, early_answer_opening=early)
    for first, last in _ANSWER_PAIRS:
        known = first == "<answer>" and all(mark in source for mark in _HUNYUAN)
        if known or (first in source and last in source and not _begins_result(template, first)):
            return msgspec.structs.replace(
                markers, answer_opening=first, early_answer_opening=first, answer_closing=last
            )
    early = markers.early_answer_opening
    turn = markers.answer_opening.removesuffix(early).rstrip()
    answer = {"role": "assistant", "content": _ANSWER}
    tail = _tail(_rendered(template, [_USER, answer], add_generation_prompt=False))
    before, _, after = tail.partition(_ANSWER)
    tags = _TAGS_AT_END.search(before[-_LONGEST_END:])
    if tags:
        for closing in mirrored(tags.group(1)):
            if after.lstrip().startswith(closing) and tags.group(1) != markers.opening:
                return msgspec.structs.replace(
                    markers,
                    answer_opening=markers.answer_opening or tags.group(1),
                    early_answer_opening=early or tags.group(1),
                    answer_closing=closing,
                    turn_opening=turn,
                )
    if markers.closing == "[BEGIN FINAL RESPONSE]":
        return msgspec.structs.replace(markers, answer_closing="[END FINAL RESPONSE]")
    return msgspec.structs.replace(markers, turn_opening=turn)


def _begins_result(template: Template, mark: str) -> bool:
    """Whether the mark is what a tool's result begins with (MiniMax)."""
    rendered = _rendered(template, [_USER, *_call_and_result()])
    return rendered.partition(_RESULT)[0].rstrip().endswith(mark)


def _call_and_result() -> Conversation:
    function = {"name": _CALLED, "arguments": {}}
    call = {"id": "qx7iduno1", "type": "function", "function": function}
    answer = {"role": "assistant", "content": "", "tool_calls": [call]}
    return [answer, {"role": "tool", "content": _RESULT, "tool_call_id": call["id"], "name": _CALLED}]


def _thoughtful(template: Template) -> Conversation:
    answer = {"role": "assistant", "content": _ANSWER, "reasoning_content": _THOUGHT}
    return with_reasoning_keys([_USER, answer], template.source)


def _from_answer(template: Template, settings: dict[str, Any]) -> ReasoningMarkers | None:
    rendered = _rendered(template, _thoughtful(template), add_generation_prompt=False, **settings)
    start, end = rendered.find(_THOUGHT), rendered.rfind(_ANSWER)
    if start < 0 or end < start:
        return None
    before = rendered[rendered.rfind(_QUESTION, 0, start) + len(_QUESTION) : start]
    between = rendered[start + len(_THOUGHT) : end]
    generation = _tail(_rendered(template, [_USER]))
    opening = _opening(before, generation)
    closing = WHOLE_TAG.search(between)
    if not opening or not closing or opening == closing.group():
        return None
    after = between[closing.end() :]
    return ReasoningMarkers(
        opening=opening,
        closing=closing.group(),
        answer_opening=after.strip(),
        early_answer_opening=_without_overlap(after.strip(), generation),
        lead=before[before.rindex(opening) + len(opening) :],
        tail=between[: closing.start()],
        seam=after[: len(after) - len(after.lstrip())] if after.strip() else "",
        gap=after[len(after.rstrip()) :],
        learned=True,
    )


def _opening(before: str, generation: str) -> str:
    """What the template writes between the start of the model's turn and its reasoning."""
    header = generation.rstrip()
    if header and before.startswith(header):
        rest = before[len(header) :].strip()
        if 0 < len(rest) <= _LONGEST_OPENING:
            return rest
    match = _TAGS_AT_END.search(before[-_LONGEST_END:])
    return match.group(1) if match else ""


def _without_overlap(answer_opening: str, generation: str) -> str:
    """What is left to write of the answer's opening after a prompt that ends with its first part."""
    for length in range(len(answer_opening), 0, -1):
        if generation.endswith(answer_opening[:length]):
            return answer_opening[length:].lstrip()
    return answer_opening


def _from_empty_block(template: Template) -> ReasoningMarkers | None:
    on = _tail(_rendered(template, [_USER], enable_thinking=True, thinking=True))
    off = _tail(_rendered(template, [_USER], enable_thinking=False, thinking=False))
    block = _EMPTY_BLOCK_AT_END.search(off[-_LONGEST_END:])
    if on == off or not block or block.group(0) in on:
        return None
    opening, lead, closing, gap = block.groups()
    if opening in on and closing not in mirrored(opening):
        # DeepSeek V3.1 writes the closing marker alone; the opening one stands where reasoning is on.
        last = _TAGS_AT_END.search(on[-_LONGEST_END:])
        if last is None or closing not in mirrored(last.group(1)):
            return None
        opening, lead = last.group(1), ""
    return ReasoningMarkers(opening=opening, closing=closing, lead=lead, gap=gap, learned=True)


def _from_prompt_end(template: Template) -> ReasoningMarkers | None:
    """A tag that the prompt ends with and that no earlier answer begins with (EXAONE Deep's <thought>)."""
    last = _WORD_AT_END.search(_tail(_rendered(template, [_USER])))
    answer = {"role": "assistant", "content": _ANSWER}
    if last is None or last.group(1) in _tail(
        _rendered(template, [_USER, answer], add_generation_prompt=False)
    ):
        return None
    return ReasoningMarkers(last.group(1), f"</{last.group(2)}>", lead=last.group(3), learned=True)


def _rendered(template: Template, conversation: Conversation, **settings: Any) -> str:
    return template.try_render(conversation, **settings) or ""


def _tail(rendered: str) -> str:
    return rendered[rendered.rfind(_QUESTION) + len(_QUESTION) :]


def _mentioned(source: str) -> ReasoningMarkers:
    for match in _KNOWN_PAIRS.finditer(source):
        opening = match.group("open")
        for closing in mirrored(opening):
            if closing in source:
                return ReasoningMarkers(opening, closing, learned=True)
    return ReasoningMarkers(learned="</think>" in source)
