"""Tool call dialects as values from which both a parser and a grammar are made.

A reply that calls tools reads, in every dialect,

    section_start  CALL  (separator  CALL)*  section_end

and each CALL is `call`: literal texts and slots in their order. Hermes and Qwen3, for example, have

    call = ('<tool_call>\\n{"name": "', NAME, '", "arguments": ', ARGUMENTS, "}\\n</tool_call>")

and Qwen3-Coder has

    call = ("<tool_call>\\n<function=", NAME, ">\\n", ARGUMENTS, "</function>\\n</tool_call>")
    parameter = Parameter(start=("<parameter=", KEY, ">\\n"), end=("\\n</parameter>\\n",))

Literals are kept as the model's own template writes them. Their white space is the format's, not the value's:
a reader takes any run of white space, or none, at the ends of a literal and wherever it has some. Values keep
theirs: what the template puts between `Parameter.start` and the value is part of `start`.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Literal

import msgspec

from engine.formats.tags import WHOLE_TAG

# Where a call's own JSON or list begins.
_JSON_START = re.compile(r"\{|\[\s*[\[{\"]|\[$")


class Slot(Enum):
    """A variable part between the literals of a pattern."""

    NAME = "name"  # the tool's name, written bare; a second one repeats the first
    ID = "id"  # the id of the call, written bare
    INDEX = "index"  # the call's number in its reply, from 0 (Kimi K2) or `Dialect.first_index`
    ARGUMENTS = "arguments"  # all arguments, in the way that `Dialect.arguments` names
    KEY = "key"  # only in a Parameter: the argument's name
    TYPE = "type"  # only in a Parameter: what kind of value follows, a word of `Parameter.types`


NAME, ID, INDEX, ARGUMENTS, KEY, TYPE = Slot
Pattern = tuple[str | Slot, ...]

# The JSON types that `Parameter.types` may tell apart, in the words of JSON Schema.
JSON_TYPES = ("string", "number", "boolean", "null", "object", "array")


class Envelope(msgspec.Struct, frozen=True):
    """The JSON object that holds a whole call. The literals of `call` are then pieces of that object's text,
    with the dialect's own marks around them.

    `path` leads to the object with the name: ("function",) for {"type": "function", "function": {"name"...}}.
    `name_key` is "" where the name itself is the key of the arguments: {"f": {"a": 1}}. `id_key` is "" where
    no id is written. The keys may come in any order.
    """

    name_key: str = "name"
    arguments_key: str = "arguments"
    id_key: str = ""
    path: tuple[str, ...] = ()


class Parameter(msgspec.Struct, frozen=True):
    """One argument of a tagged call. A call without arguments has none; they follow one another directly.

    Between `start` and `end` stands the value: a string as it is, unescaped; a number, true, false or null as
    in JSON (`literals` "json") or as Python writes them, True, False, None ("python"); an object or an array
    as JSON (`nested` "json"), as Python writes it ("python") or as elements ("elements": each member between
    `start` and `end` again with its key, each item of an array with the key "item").
    `types` gives the words for TYPE by JSON type: {"string": "true", "number": "false", ...} in DeepSeek's
    DSML.
    """

    start: Pattern
    end: Pattern
    types: dict[str, str] = {}
    literals: Literal["json", "python"] = "json"
    nested: Literal["json", "python", "elements"] = "json"


class Dialect(msgspec.Struct, frozen=True):
    """One model's syntax of tool calls.

    `arguments` says how ARGUMENTS is written:
      "json"      one JSON object
      "tagged"    `parameter` for each argument, in any order
      "pythonic"  key=value, separated by ", ", values as Python or JSON literals
      "braced"    key:value, separated by ",", keys bare, strings between two `quote`s, nested objects and
                  arrays in the same way in {} and [] (FunctionGemma, Gemma 4); the braces around all of
                  it are literals of `call`
    `name` is one of a few words for people and tests, such as "hermes" or "learned-json". `name` "none" is a
    format without calls.

    `array`: section_start ends with "[" and section_end begins with "]"; the calls are items of one JSON array.
    `parallel`: whether more than one call may stand in a reply. `ends_reasoning`: any call may follow the reasoning
    without its closing marker, not only one of a known tool that can be carried out.
    `channels`: each call is a message of its own behind a header (gpt-oss); then `call` is what follows
    the prompt when the call comes first, and `separator` starts the next message.
    `header` (often "") is written between the reasoning or the answer and section_start in formats that open
    a new message for calls; it is never there at the start of a reply.

    `addressed`: in front of the call's mark stands the tool's name once more, behind `header` or at the start of the
    reply (Inkling).

    `openings` are further texts that models write where the dialect is expected to start, as the first mark
    of a call when they leave out or change the section's; a grammar may use them as triggers.
    `text_arguments`: the model's template takes the arguments of earlier calls as JSON text, not as objects.
    `content_with_calls`: what the content of an earlier message must be for its calls to be rendered at all.
    `names_in_ids`: the template writes the id alone, so an id must hold the name (Kimi K2).
    `id_length` is the number of letters and digits an id must have, 0 for any.
    """

    name: str = "none"
    learned: bool = False
    arguments: Literal["json", "tagged", "pythonic", "braced"] = "json"
    call: Pattern = ()
    section_start: str = ""
    separator: str = ""
    section_end: str = ""
    header: str = ""
    addressed: bool = False
    envelope: Envelope | None = None
    parameter: Parameter | None = None
    quote: str = '"'
    array: bool = False
    parallel: bool = True
    ends_reasoning: bool = False
    channels: bool = False
    first_index: int = 0
    openings: tuple[str, ...] = ()
    text_arguments: bool = False
    content_with_calls: Literal["kept", "empty", "null"] = "kept"
    names_in_ids: bool = False
    id_length: int = 0

    @property
    def trigger(self) -> str:
        """The mark at which a call begins, without white space at its ends. "" when a call has no mark of its
        own (Llama 3's bare JSON); behind words such a call counts where it names a known tool.
        """
        head = self.section_start
        for part in self.call:
            if isinstance(part, Slot):
                break
            head += part
        if self.channels:
            return head.split()[-1]
        mark = _JSON_START.split(head.strip(), maxsplit=1)[0]
        tag = WHOLE_TAG.match(mark)
        return tag.group() if tag else mark.partition("\n")[0].strip()

    @property
    def message_start(self) -> str:
        """What opens the message of the calls behind an answer, up to their mark; "" where calls are a part of the
        answer's message.
        """
        head, trigger = self.section_start, self.trigger
        head += self.call[0] if self.call and isinstance(self.call[0], str) else ""
        return self.header + head.partition(trigger)[0] + trigger if self.header and trigger else ""

    @property
    def start(self) -> Pattern:
        """`call` up to ARGUMENTS."""
        return self.call[: self.call.index(ARGUMENTS)] if self.call else ()

    @property
    def end(self) -> Pattern:
        """`call` after ARGUMENTS."""
        return self.call[self.call.index(ARGUMENTS) + 1 :] if self.call else ()


NO_DIALECT = Dialect()
