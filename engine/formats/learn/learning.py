"""Learns a model's tool call dialect by rendering its template with probe conversations.

Compares renderings of one and two calls with unique names and arguments; llama.cpp learns templates the same
way (`common/chat-diff-analyzer.cpp`). Tests verify a learned dialect on a further rendering.
"""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

from engine.formats.dialect import ID, INDEX, NAME, Dialect, Envelope, Pattern, Slot
from engine.formats.learn.comparing import common_end, common_start, mirrored
from engine.formats.learn.found_calls import find_call, literals_of
from engine.formats.learn.learned_parameters import learn_parameter
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.learn.probing import ANSWER, IDS, KEYS, NAMES, STRINGS, Probe
from engine.formats.render.template import Template
from engine.formats.tags import ANGLED_TAG, TAG

_BEGINS_RESULT = re.compile("respon|result|output|observ|return", re.IGNORECASE)
# Marks of the end of a turn, which the tokenizer knows as such and no reply holds.
_TURN_END = re.compile(r"\s*(?:<\|(?:eom_id|eot_id|calls|call|eom|eot|end|return|im_end)\|>|</s>)\s*\Z")


def learn_dialect(template: Template, markers: ReasoningMarkers) -> Dialect | None:
    """The dialect that this template writes, None if none was understood."""
    if "tool_calls" not in template.source:
        return None
    for text_arguments in (False, True):
        for content in (ANSWER, "", None):
            probe = Probe(template, text_arguments=text_arguments, content=content)
            dialect = _learned(probe, markers)
            if dialect and "<" in dialect.header and dialect.header != markers.answer_closing:
                probe.followed = True
                dialect = _learned(probe, markers) or dialect
            if dialect:
                return dialect
    return None


def _learned(probe: Probe, markers: ReasoningMarkers) -> Dialect | None:
    one, answer = probe.calls(STRINGS), probe.answer()
    if NAMES[0] not in one and not (IDS[0] in one and KEYS[0] in one):
        return None
    start = _region_start(one, answer, probe.content)
    if start is None:
        return None
    two = probe.calls(STRINGS, STRINGS)
    parallel = NAMES[1] in two or (IDS[1] in two and two.count(KEYS[0]) > 1)
    parameter, kind, quote = learn_parameter(probe, one, two if parallel else "")
    first = find_call(one, start, 0, kind, parameter)
    if first is None:
        return None
    closings = (markers.answer_closing, _content_closing(one, start, probe.content))
    before, name, head = one[start : first.start].rpartition(NAMES[0])
    addressed = bool(name)
    header = before
    if not addressed:
        header, head = _without_header(head, probe, markers, closings, kind, parameter)
    tail = _without_turn_end(one[first.end :], answer)
    section_start, call_start, separator, call_end, section_end = "", head, "", tail, ""
    inner = literals_of(one, first)
    if parallel:
        two_start = _region_start(two, answer, probe.content)
        earlier = None if two_start is None else find_call(two, two_start, 0, kind, parameter)
        later = None if earlier is None else find_call(two, earlier.end, 1, kind, parameter)
        if earlier is None or later is None:
            return None
        middle = two[earlier.end : later.start].rpartition(NAMES[1])[2]
        call_start = common_end(head, middle)
        rest = middle[: len(middle) - len(call_start)]
        last = _without_turn_end(two[later.end :], answer)
        call_end = common_start(last, rest)
        separator = rest[len(call_end) :]
        section_start = head[: len(head) - len(call_start)]
        section_end = _section_end(section_start, max(tail, last, key=len)[len(call_end) :], markers)
        section_start, call_start, call_end, section_end = _turned(
            section_start, call_start, call_end, section_end, separator
        )
        inner = _numbered(literals_of(two, earlier), literals_of(two, later))
    call = _joined((call_start, *inner, call_end))
    if NAME not in call and not first.envelope:
        call = _named_by_id(call)
    array = first.envelope is not None and section_start.rstrip().endswith("[")
    dialect = Dialect(
        name=_name_of(kind, first.envelope, array),
        learned=True,
        arguments=kind,
        call=call,
        section_start=section_start,
        separator=separator,
        section_end=section_end,
        header=header,
        addressed=addressed,
        openings=_openings(call_start if not section_start.strip() else "", answer),
        envelope=first.envelope,
        parameter=parameter,
        quote=quote,
        array=array,
        parallel=parallel,
        content_with_calls=_content_with_calls(probe),
        names_in_ids=NAMES[0] not in one,
        id_length=len(IDS[0]) if probe.refuses_long_ids() else 0,
        text_arguments=probe.text_arguments,
        first_index=_first_index(inner, two) if INDEX in inner else 0,
    )
    return msgspec.structs.replace(dialect, ends_reasoning=_ends_reasoning(dialect))


def _content_with_calls(probe: Probe) -> Literal["kept", "empty", "null"]:
    if probe.content is None:
        return "null"
    worded = Probe(probe.template, text_arguments=probe.text_arguments, content=ANSWER)
    text = worded.calls(STRINGS)
    return "kept" if NAMES[0] in text or IDS[0] in text else "empty"


def _region_start(text: str, answer: str, content: str | None) -> int | None:
    """Where the calls begin: behind the answer's words, or where the turn's header ends."""
    if content:
        place = text.rfind(content)
        if place < 0 or not any(mark in text[place:] for mark in (NAMES[0], IDS[0])):
            return None
        return place + len(content)
    header = answer.partition(ANSWER)[0]
    return len(common_start(text, header))


def _content_closing(text: str, end: int, content: str | None) -> str:
    """What closes a tag that stands around the words in front of calls, and nowhere else (Llama 4)."""
    before = re.search(rf"{TAG}\Z", text[: end - len(content)]) if content else None
    closings = mirrored(before.group()) if before else ()
    return next((closing for closing in closings if text.startswith(closing, end)), "")


def _without_header(
    head: str,
    probe: Probe,
    markers: ReasoningMarkers,
    closings: tuple[str, ...],
    kind: str,
    parameter: Any,
) -> tuple[str, str]:
    """What comes between an answer and its calls but not in front of calls alone, and the rest of `head`.
    An empty block of reasoning is neither.
    """
    block = markers.opening + markers.closing
    if not probe.content:
        stripped = head.lstrip()
        return "", stripped[len(block) :] if stripped.startswith(block) else head
    for closing in filter(None, closings):
        if head.startswith(closing):
            return closing, head[len(closing) :]
    alone = probe.alone()
    text = alone.calls(STRINGS)
    call = find_call(text, 0, 0, kind, parameter)
    if call is None:
        return "", head
    shared = common_end(head, text[: call.start])
    calls = common_end(shared, text[_region_start(text, alone.answer(), "") : call.start])
    if "<" in shared.removesuffix(calls):
        shared = calls  # the header of a message of its own, which the prompt writes for a reply's first
    return (head[: -len(shared)], shared) if "<" in shared or "[" in shared else ("", head)


def _section_end(section_start: str, tail: str, markers: ReasoningMarkers) -> str:
    """`tail` up to the mark that closes what `section_start` opened, or to the end of the turn. Where it opened
    nothing a tag is an end as well, unless it begins the result.
    """
    if not section_start.strip():
        ends = re.match(rf"\s*{TAG}", tail)
        mark = ends.group() if ends else ""
        return "" if _BEGINS_RESULT.search(mark) or mark.strip() in markers.turn_closings else mark
    for opening in reversed(re.findall(rf"{TAG}(?:[a-z]{{2,20}}(?=<|\Z))?", section_start)):
        for closing in mirrored(opening):
            if closing in tail:
                return tail[: tail.index(closing) + len(closing)]
    return tail[: min((tail.index(end) for end in markers.turn_closings if end in tail), default=None)]


def _turned(
    section_start: str, call_start: str, call_end: str, section_end: str, separator: str
) -> tuple[str, str, str, str]:
    """A tag that stands in front of each call and of the section's end closes what came before it."""
    first = ANGLED_TAG.match(call_start)
    if not first or separator or not section_end.startswith(first.group()):
        return section_start, call_start, call_end, section_end
    tag = first.group()
    return section_start + tag, call_start[len(tag) :], call_end + tag, section_end[len(tag) :] + tag


def _openings(call_start: str, answer: str) -> tuple[str, ...]:
    """The end of a call's opening, for models that leave out its first mark, which ends every turn."""
    mark, _, rest = call_start.partition(">")
    if rest.strip() and answer.partition(ANSWER)[2].lstrip().startswith(mark + ">") and ">" in rest:
        return (rest[: rest.rindex(">") + 1].strip(),)
    return ()


def _without_turn_end(tail: str, answer: str) -> str:
    """`tail` without what ends every turn."""
    end = common_end(tail, answer.partition(ANSWER)[2])
    return _TURN_END.sub("", tail[: len(tail) - len(end)])


def _numbered(first: tuple[str | Slot, ...], second: tuple[str | Slot, ...]) -> tuple[str | Slot, ...]:
    """`first` with a slot where the two calls differ by a number that counts up."""
    out: list[str | Slot] = []
    if len(first) != len(second):
        return first
    for left, right in zip(first, second, strict=True):
        if isinstance(left, Slot) or left == right or not isinstance(right, str):
            out.append(left)
            continue
        lefts, rights = (re.split(r"(\d+)", text) for text in (left, right))
        if len(lefts) != len(rights):
            return first
        for number, (a, b) in enumerate(zip(lefts, rights, strict=True)):
            counts = number % 2 == 1 and a != b and int(b) == int(a) + 1
            out.append(INDEX if counts else a)
    return tuple(out)


def _first_index(inner: tuple[str | Slot, ...], text: str) -> int:
    before = inner[inner.index(INDEX) - 1]
    match = re.search(re.escape(before if isinstance(before, str) else NAMES[0]) + r"(\d+)", text)
    return int(match.group(1)) if match else 0


def _joined(parts: tuple[str | Slot, ...]) -> Pattern:
    """Merge neighboring literals, drop empty ones."""
    out: list[str | Slot] = []
    for part in parts:
        if isinstance(part, str) and out and isinstance(before := out[-1], str):
            out[-1] = before + part
        elif part != "":
            out.append(part)
    return tuple(out)


def _named_by_id(call: Pattern) -> Pattern:
    """Kimi K2's first template writes the id alone, which is functions.NAME:NUMBER by its makers' rule
    (huggingface.co/moonshotai/Kimi-K2-Instruct, docs/tool_call_guidance.md).
    """
    place = call.index(ID)
    return _joined((*call[:place], "functions.", NAME, ":", INDEX, *call[place + 1 :]))


def _name_of(kind: str, envelope: Envelope | None, array: bool) -> str:
    if kind != "json":
        return kind
    return "name-json" if envelope is None else "json-array" if array else "json"


def _ends_reasoning(dialect: Dialect) -> bool:
    """Whether a call may end the reasoning: its mark is a token of its own that no thought holds, or the
    dialect is Qwen3-Coder's or Nemotron 3's, whose models do so."""
    start = dialect.section_start + "".join(part for part in dialect.start if isinstance(part, str))
    if dialect.arguments == "tagged" and "<function=" in start:
        return True
    return dialect.trigger.startswith(("<|", "<｜", "[TOOL_CALLS]", "]<]"))
