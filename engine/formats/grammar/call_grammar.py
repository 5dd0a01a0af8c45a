"""Grammars of tool calls in a dialect's own syntax."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from engine.errors import UserError
from engine.formats.dialect import ARGUMENTS, ID, INDEX, NAME, Dialect, Pattern, Slot
from engine.formats.grammar.call_objects import SENTINELS, CallObject, is_needed, skeleton
from engine.formats.grammar.gbnf.format_marks import flexible, gap
from engine.formats.grammar.gbnf.json_values import QUOTE, given, key, space
from engine.formats.grammar.gbnf.rules import Rules, alternatives, literal
from engine.formats.grammar.tool_arguments import ToolArguments
from engine.formats.tools import parameters_by_name

MOST_CALLS = 16
# What words do not have and marks do.
_SIGN = re.compile(r"[<>\[\]|｜◁▷]|functions\.")
_BLANKS = r"\s*"


class ToolGrammar(msgspec.Struct, frozen=True):
    """The grammar of a reply from its first tool call on, or of the whole reply.

    `gbnf` has the start symbol `root`; "" where nothing is to be enforced. `lazy`: the grammar waits until
    one of `triggers` is found, a regular expression (the subset that Python and ECMAScript share) searched in
    the text behind the reasoning; it then reads that text from the start of the first group on. Without
    `lazy` it reads the reply from its start, or from the end of the reasoning, and the reply must call.
    `widened` tells what of the tools' schemas is not enforced, as `TOOL#/pointer: reason`.

    `answer` is the rule of a reply that reasons no more, where the whole reply is held to the grammar, else "". The
    grammar is then never let go of, and `root` has what opens the reasoning in it too. `calls` is the rule of its
    calls, where there may be any beside a document.
    """

    gbnf: str = ""
    lazy: bool = False
    triggers: tuple[str, ...] = ()
    widened: tuple[str, ...] = ()
    answer: str = ""
    calls: str = ""


def tool_grammar(
    dialect: Dialect,
    tools: Sequence[Mapping[str, Any]] | None,
    choice: str | Mapping[str, Any] = "auto",
    *,
    single: bool = False,
) -> ToolGrammar:
    """`choice` is "auto" (calls are well-formed when there are any), "required", "none", or a tool: its name,
    or OpenAI's {"type": "function", "function": {"name": ...}}. `single`: there is at most one call.

    Raises UserError `tools.unknown_choice` for a tool that is not among `tools`.
    """
    writer = _writer(Rules(), dialect, tools, choice, single=single)
    if writer is None:
        return ToolGrammar()
    return writer.lazy() if choice == "auto" else writer.at_once()


def calls_from_start(
    rules: Rules,
    dialect: Dialect,
    tools: Sequence[Mapping[str, Any]] | None,
    choice: str | Mapping[str, Any],
    *,
    single: bool,
) -> str:
    """Symbols for the calls of a reply that begins with them, "" where there are none; else as `tool_grammar`."""
    writer = _writer(rules, dialect, tools, choice, single=single)
    return "" if writer is None else writer.from_start()


def _writer(
    rules: Rules,
    dialect: Dialect,
    tools: Sequence[Mapping[str, Any]] | None,
    choice: str | Mapping[str, Any],
    *,
    single: bool,
) -> _Writer | None:
    """None where nothing is to be called."""
    known = parameters_by_name(tools or ())
    if choice == "none" or not dialect.call:
        return None
    chosen = _chosen(choice, known)
    if not known:
        return None
    offered = {chosen: known[chosen]} if chosen else known
    return _Writer(rules, dialect, offered, single=single or bool(chosen))


def _chosen(choice: str | Mapping[str, Any], known: Mapping[str, Any]) -> str:
    if isinstance(choice, Mapping):
        function = choice.get("function", choice)
        choice = str(function.get("name", "")) if isinstance(function, Mapping) else ""
    elif choice in ("auto", "required"):
        return ""
    if choice not in known:
        raise UserError("tools.unknown_choice", name=choice)
    return choice


class _Writer:
    """Writes the grammar of one dialect for some tools."""

    def __init__(self, rules: Rules, dialect: Dialect, tools: Mapping[str, Any], *, single: bool) -> None:
        self._dialect = dialect
        self._tools = tools
        self._single = single or not dialect.parallel
        self._rules = rules
        self._widened: list[str] = []
        self._object = skeleton(dialect)
        self._argument_rules: dict[str, str] = {}

    def at_once(self) -> ToolGrammar:
        """From the start of the answer."""
        return self._finished(self.from_start())

    def from_start(self) -> str:
        dialect, rules = self._dialect, self._rules
        before = gap(rules)
        openings = [text for text in (dialect.header, dialect.separator if dialect.channels else "") if text]
        if openings:
            before += f" ( {alternatives([flexible(rules, text) for text in openings])} )? {gap(rules)}"
        return f"{before} {self._calls(self._section(dialect.section_start), self._call())}"

    def lazy(self) -> ToolGrammar:
        """From the mark that opens the first call."""
        dialect = self._dialect
        triggers: list[str] = []
        bodies: list[str] = []
        trigger = dialect.trigger
        if not trigger:
            bodies.append(self._calls(self._section(dialect.section_start), self._call()))
            triggers.append(self._bare_trigger())
        else:
            for mark in (trigger, *dialect.openings):
                body = self._from(mark)
                if body is not None:
                    bodies.append(body)
                    triggers.append(self._trigger(mark))
        return self._finished(alternatives(bodies), lazy=True, triggers=tuple(dict.fromkeys(triggers)))

    def _finished(self, body: str, *, lazy: bool = False, triggers: tuple[str, ...] = ()) -> ToolGrammar:
        root = self._rules.add("reply", body)
        widened = tuple(dict.fromkeys(self._widened))
        return ToolGrammar(self._rules.text(root), lazy, triggers, widened)

    def _from(self, mark: str) -> str | None:
        """The calls, read from the first occurrence of `mark` in their opening; None if it does not occur."""
        dialect = self._dialect
        if mark in dialect.section_start:
            rest = dialect.section_start[dialect.section_start.index(mark) :]
            return self._calls(self._section(rest), self._call())
        first = dialect.call[0]
        if isinstance(first, str) and mark in first:
            cut = (first[first.index(mark) :], *dialect.call[1:])
            return self._calls("", self._call(cut))
        whole = dialect.section_start + (first if isinstance(first, str) else "")
        if mark in whole and isinstance(first, str):  # it begins in one and ends in the other
            rest = whole[whole.index(mark) :]
            return self._calls("", self._call((rest, *dialect.call[1:])))
        return None

    def _trigger(self, mark: str) -> str:
        """The trigger for a mark; an ordinary word only counts with the rest of a call's opening."""
        if _SIGN.search(mark):
            return f"({re.escape(mark)})"
        head = self._dialect.section_start
        for part in self._dialect.call:
            if isinstance(part, Slot):
                names = f"(?:{'|'.join(map(re.escape, self._tools))})" if part is NAME else ""
                break
            head += part
        marks = head[head.index(mark) :].split()
        return f"({_BLANKS.join(map(re.escape, marks))}{_BLANKS if head[-1:].isspace() else ''}{names})"

    def _bare_trigger(self) -> str:
        """The trigger of calls without a mark, which stand at the start of the answer."""
        names = "|".join(re.escape(name) for name in self._tools)
        if self._object is not None:
            bracket = r"\[\s*" if "[" in self._dialect.section_start else ""
            first = next(iter(self._object.members))
            if first == SENTINELS[NAME]:
                return rf'^\s*({bracket}\{{\s*"(?:{names})"\s*:)'
            return rf'^\s*({bracket}\{{\s*"{re.escape(first)}"\s*:)'
        head = "".join(part for part in self._dialect.call[:1] if isinstance(part, str))
        marks = r"\s*".join(re.escape(mark) for mark in (self._dialect.section_start + head).split())
        following = self._dialect.call[self._dialect.call.index(NAME) + 1]
        behind = re.escape(following.split()[0]) if isinstance(following, str) and following.strip() else ""
        return rf"^\s*({marks}\s*(?:{names})\s*{behind})"

    def _section(self, text: str) -> str:
        return flexible(self._rules, text, after=True) if text else ""

    def _calls(self, start: str, first: str) -> str:
        """One or several calls and the end of their section."""
        dialect, rules = self._dialect, self._rules
        body = f"{start} {first}"
        if not self._single:
            between = (
                flexible(rules, dialect.separator, before=True, after=True)
                if dialect.separator
                else gap(rules)
            )
            more = rules.add("another", f"{between} {self._call()}")
            body += f" {more}{{0,{MOST_CALLS - 1}}}"
        if dialect.section_end:
            body += f" {flexible(rules, dialect.section_end, before=True)}"
        return f"{body} {gap(rules)}".strip()

    def _call(self, pattern: Pattern = ()) -> str:
        pattern = pattern or self._dialect.call
        if self._object is not None:
            return self._rules.add("call", self._enveloped(pattern))
        place = pattern.index(NAME)
        before = self._opened(pattern[:place])
        tools = [
            self._rules.add(f"tool-{name}", f"{literal(name)} {self._named(name, pattern[place + 1 :])}")
            for name in self._tools
        ]
        return self._rules.add("call", f"{before} ( {alternatives(tools)} )")

    def _named(self, name: str, rest: Pattern) -> str:
        """A call from behind the tool's name on."""
        place = rest.index(ARGUMENTS)
        head = self._headed(rest[:place], name)
        if self._dialect.arguments == "json":
            head += f" {gap(self._rules)}"
        end = self._ending if self._dialect.channels else self._fixed
        return f"{head} {self._arguments(name)} {gap(self._rules)} {end(rest[place + 1 :], name)}"

    def _opened(self, pattern: Pattern) -> str:
        """What stands before the name. In a message with a channel the recipient may stand before it too."""
        before = self._fixed(pattern)
        first = pattern[0] if pattern else ""
        if not self._dialect.channels or not isinstance(first, str) or " to=" not in first[1:]:
            return before
        recipient = first[first.rindex(" to=") :]
        return f"( {before} | {literal(' ')}? {literal(recipient.lstrip())} )"

    def _headed(self, pattern: Pattern, name: str) -> str:
        """What stands between the name and the arguments, the channel included where it comes there."""
        text = pattern[0] if len(pattern) == 1 else None
        if not self._dialect.channels or not isinstance(text, str) or "<|constrain|>" not in text:
            return self._fixed(pattern, name)
        channel = '( " "? "<|channel|>" ( "commentary" | "analysis" ) )?'
        kind = f'( " "? "<|constrain|>"? {literal("json")} )?'
        return f"{channel} {kind} {literal('<|message|>')}"

    def _ending(self, pattern: Pattern, name: str) -> str:
        """The end of a call that is a message of its own, perhaps with a textless end-of-turn token."""
        if not pattern or not isinstance(pattern[-1], str):
            return self._fixed(pattern, name)
        head, _, last = pattern[-1].rstrip().rpartition("<")
        kept = self._fixed((*pattern[:-1], head), name) if head.strip() else self._fixed(pattern[:-1], name)
        return f"{kept} ( {gap(self._rules)} {literal('<' + last)} )?"

    def _fixed(self, pattern: Pattern, name: str = "") -> str:
        """Marks and small slots of a call."""
        parts = [flexible(self._rules, p) if isinstance(p, str) else self._slot(p, name) for p in pattern]
        return " ".join(parts)

    def _slot(self, slot: Slot, name: str) -> str:
        if slot is NAME:
            return literal(name)
        if slot is INDEX:
            return "[0-9]{1,3}"
        length = self._dialect.id_length
        return f"[A-Za-z0-9]{{{length}}}" if length else "[A-Za-z0-9_.:-]{1,64}"

    def _arguments(self, name: str) -> str:
        if name not in self._argument_rules:
            arguments = ToolArguments(self._rules, self._dialect, name, self._tools[name])
            self._argument_rules[name] = self._rules.add(f"arguments-{name}", arguments.symbols())
            self._widened += arguments.widened
        return self._argument_rules[name]

    def _enveloped(self, pattern: Pattern) -> str:
        """A call as a JSON object between the dialect's marks."""
        assert self._object is not None
        literals = [part for part in pattern if isinstance(part, str)]
        before = literals[0].partition("{")[0]
        after = self._object.after
        tools = self._members(self._object, list(self._tools))
        return (
            f"{flexible(self._rules, before, after=True)} {tools} {flexible(self._rules, after, before=True)}"
        )

    def _members(self, skeleton: CallObject, names: list[str]) -> str:
        """The members in the template's order; the name's value selects the tool."""
        ws = self._spaces()
        shared, forked = skeleton.until_name()
        # Some models give their calls ids although their template does not.
        name_is_here = any(value == SENTINELS[NAME] for _, value in forked)
        opening = f'"{{" {ws} ' + " ".join(f'{self._member(k, v, "")} {ws} "," {ws}' for k, v in shared)
        bodies = []
        for name in names:
            members = [(k, self._member(k, v, name), is_needed(v)) for k, v in forked]
            tail = "".join(
                f' {ws} "," {ws} {text}' if needed else f' ( {ws} "," {ws} {text} )?'
                for _, text, needed in members[1:]
            )
            if not any(value == SENTINELS[ID] for _, value in (*shared, *forked)) and name_is_here:
                tail += f' ( {ws} "," {ws} {self._member("id", SENTINELS[ID], name)} )?'
            bodies.append(self._rules.add(f"tool-{name}", f'{members[0][1]}{tail} {ws} "}}"'))
        return f"{opening} ( {alternatives(bodies)} )"

    def _spaces(self) -> str:
        """JSON white space, plus the template's within the call's object."""
        literals = [part for part in self._dialect.call if isinstance(part, str)]
        own = [literal(run) for text in literals for run in re.findall(r"\s{2,}", text)]
        return (
            self._rules.add("call-ws", alternatives([space(self._rules), *own]))
            if own
            else space(self._rules)
        )

    def _member(self, name: str, value: Any, tool: str) -> str:
        ws = self._spaces()
        if name == SENTINELS[NAME]:
            name = tool
        return f'{QUOTE} {key(self._rules, name)} {ws} ":" {ws} {self._member_value(value, tool)}'

    def _member_value(self, value: Any, tool: str) -> str:
        if isinstance(value, CallObject):
            return self._members(value, [tool] if tool else list(self._tools))
        if value == SENTINELS[NAME]:
            return given(self._rules, tool)
        if value == SENTINELS[ARGUMENTS]:
            return self._arguments(tool)
        if value == SENTINELS[ID]:
            return f"{QUOTE} {self._slot(ID, tool)} {QUOTE}"
        if value == SENTINELS[INDEX]:
            return f"( {QUOTE} [0-9]{{1,3}} {QUOTE} | [0-9]{{1,3}} )"
        return given(self._rules, value)
