"""Learns how a template writes the arguments of a call."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, Protocol

from engine.formats.dialect import JSON_TYPES, KEY, TYPE, Parameter, Pattern
from engine.formats.learn.comparing import common_end, common_start
from engine.formats.tags import ANGLED_TAG

Kind = Literal["json", "tagged", "pythonic", "braced"]
_KEYS = ("qx7keya", "qx7keyb")
_VALUES = ("Qx7valuea", "Qx7valueb")
_SAMPLES: dict[str, Any] = {
    "number": 7341,
    "boolean": True,
    "null": None,
    "object": {"qx7inner": ["Qx7item", 5]},
    "array": ["Qx7item", 5],
}


class Calls(Protocol):
    def calls(self, *arguments: dict[str, Any]) -> str: ...


def learn_parameter(probe: Calls, one: str, two: str) -> tuple[Parameter | None, Kind, str]:
    """The tags of one argument (None where there are none), how all are written, and the quote of strings.

    `one` is a rendered call with two arguments that are strings.
    """
    first, second = one.find(_KEYS[0]), one.find(_VALUES[0])
    between = one[first + len(_KEYS[0]) : second]
    after = one[second + len(_VALUES[0]) :]
    if _is_json(one, first):
        return None, "json", '"'
    if re.fullmatch(r"\s*=\s*[\"']", between):
        return None, "pythonic", between.strip()[-1]
    quote = between.strip().removeprefix(":").strip()
    if between.strip().startswith(":") and quote and after.lstrip().startswith(quote):
        return None, "braced", quote
    parameter = _tagged(probe, one)
    return parameter, "tagged" if parameter else "json", '"'


def _is_json(text: str, key: int) -> bool:
    brace = text.rfind("{", 0, key)
    try:
        value, _ = json.JSONDecoder().raw_decode(text, max(brace, 0))
    except json.JSONDecodeError:
        return False
    return bool(value == dict(zip(_KEYS, _VALUES, strict=True)))


def _tagged(probe: Calls, one: str) -> Parameter | None:
    key, value = one.find(_KEYS[0]), one.find(_VALUES[0])
    next_key = one.find(_KEYS[1], value)
    if not 0 <= key < value < next_key:
        return None
    head, between = one[:key], one[key + len(_KEYS[0]) : value]
    middle = one[value + len(_VALUES[0]) : next_key]
    last = one.find(_VALUES[1], next_key) + len(_VALUES[1])
    tail = one[last:].replace(_KEYS[1], "\0")
    middle = middle.replace(_KEYS[0], "\0")
    opening = common_end(head, middle)
    ending = common_start(tail, middle[: len(middle) - len(opening)])
    if ending != middle[: len(middle) - len(opening)]:
        return None
    tag = ANGLED_TAG.match(opening)
    if tag and tail[len(ending) :].startswith(tag.group()):
        # It closes what came before it.
        opening, ending = opening[len(tag.group()) :], ending + tag.group()
    start, types = _typed_start(probe, (opening, KEY, between))
    end = tuple(
        part for piece in re.split("(\0)", ending) if piece for part in [KEY if piece == "\0" else piece]
    )
    if not opening.strip() and not between.strip():
        return None
    return Parameter(
        start,
        end,
        types,
        literals="python" if "True" in _written(probe, True, ending) else "json",
        nested=_nested(_written(probe, _SAMPLES["object"], ending)),
    )


def _written(probe: Calls, value: Any, ending: str) -> str:
    """How a value is written, with what comes before it."""
    text = probe.calls({_KEYS[0]: value, _KEYS[1]: _VALUES[1]})
    key = text.find(_KEYS[0])
    return text[key + len(_KEYS[0]) : text.find(_KEYS[1], key)] if key >= 0 else ""


def _nested(written: str) -> Literal["json", "python", "elements"]:
    if '"qx7inner"' in written:
        return "json"
    return "python" if "'qx7inner'" in written else "elements"


def _typed_start(probe: Calls, start: Pattern) -> tuple[Pattern, dict[str, str]]:
    """A start that names the value's type gets a slot for it."""
    between = start[-1]
    assert isinstance(between, str)
    heads = {"string": between}
    for kind, sample in _SAMPLES.items():
        written = _written(probe, sample, "")
        place = _value_start(written, kind)
        if place > 0:
            heads[kind] = written[:place]
    words = {kind: re.split(r"(\w+)", head) for kind, head in heads.items()}
    lengths = {len(parts) for parts in words.values()}
    if len(set(heads.values())) < 2 or len(lengths) != 1:
        return start, {}
    places = [place for place in range(lengths.pop()) if len({parts[place] for parts in words.values()}) > 1]
    if len(places) != 1:
        return start, {}
    place = places[0]
    before, after = ("".join(part) for part in (words["string"][:place], words["string"][place + 1 :]))
    types = {kind: words[kind][place] for kind in JSON_TYPES if kind in words}
    return (*start[:-1], before, TYPE, after), types


def _value_start(written: str, kind: str) -> int:
    signs = {"number": "7341", "boolean": "true", "null": "null", "object": "{", "array": "["}
    place = written.find(signs[kind])
    if kind == "null":
        place = written.rfind("null")
    return place if place >= 0 else written.find(signs[kind].capitalize())
