"""Learns a model's reasoning switches by rendering its template with every known variable.

A variable that changes the rendered text is a switch, whatever the model's family; llama.cpp learns templates
the same way (`common/chat-diff-analyzer.cpp`). Templates treat undefined variables differently, so on and off
are always passed explicitly.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from engine.errors import UserError
from engine.formats.learn.markers import ReasoningMarkers
from engine.formats.render.template import Template
from engine.values import Reasoning, ReasoningControl

# Variables by kind, as current templates name them.
_SWITCHES: dict[str, tuple[Any, Any]] = {
    "enable_thinking": (True, False),
    "thinking": (True, False),
    "reasoning": (True, False),
    "enable_reasoning": (True, False),
    "thinking_mode": ("enabled", "disabled"),
    "skip_thinking": (False, True),
    "disable_thinking": (False, True),
    "force_reasoning": (True, False),
    "skip_reasoning": (False, True),
}
_LEVELS = ("reasoning_effort", "thinking_effort", "reasoning_strength")
# A number of tokens: thinking_budget, thinking_token_budget, max_reasoning_tokens.
_BUDGET = re.compile(r"(?:think|reason)\w*(?:budget|tokens)|budget_tokens")
# Levels below the usual one that are variables of their own (Nemotron 3 Super and Ultra).
_LOWER = {"low": "low_effort", "medium": "medium_effort"}
_OFF_VALUES = ("none", "no_think", "off", "disabled")
_LEVEL_VALUES = ("low", "medium", "high")
_NONSENSE = "zx7none"
# Words in the system message that some models were trained to obey: (on, off).
_WORDS = (("/think", "/no_think"), ("detailed thinking on", "detailed thinking off"), ("/think", "/nothink"))
# Words behind the question that say how long a thought may be, by a mark of the templates whose models were taught
# them (HyperCLOVA X SEED Think, by its model card).
_LENGTH_WORDS = {"<|im_start|>assistant/think": "\nThink for maximum {count} tokens."}
# Tokens for a level where the template takes a number only.
_LEVEL_BUDGETS = {"low": 512, "medium": 2048, "high": 8192}
_QUESTION = "Qx7question"

Variables = dict[str, Any]


class ReasoningSettings(msgspec.Struct, frozen=True):
    """What one choice means for one render. `close_block`: no switch, so hand the model a closed block."""

    variables: Variables = {}
    system_words: str = ""
    question_words: str = ""
    budget: int | None = None
    close_block: bool = False


class ReasoningPlan(msgspec.Struct, frozen=True):
    """How each reasoning choice is passed to this model."""

    control: ReasoningControl = ReasoningControl()
    on: Variables = {}
    off: Variables | None = None
    levels: dict[str, Variables] = {}
    budget_variable: str = ""
    words: tuple[str, str] | None = None
    length_words: str = ""

    def settings(self, reasoning: Reasoning) -> ReasoningSettings:
        """Raises UserError `reasoning.unknown` for a choice that is none of the known words and no number."""
        choice = _choice(reasoning)
        if choice == "auto" or self.control.kind == "none":
            return ReasoningSettings()
        if choice == "off" or choice == 0:
            return self._off()
        words = self.words[0] if self.words else ""
        if isinstance(choice, int):
            if self.budget_variable:
                return ReasoningSettings({**self.on, self.budget_variable: choice}, budget=choice)
            return ReasoningSettings(self.on, words, self.length_words.format(count=choice), choice)
        if choice in self.levels:
            return ReasoningSettings({**self.on, **self.levels[choice]}, words)
        if self.budget_variable and choice in _LEVEL_BUDGETS:
            return ReasoningSettings({**self.on, self.budget_variable: _LEVEL_BUDGETS[choice]})
        return ReasoningSettings(self.on, words)

    def _off(self) -> ReasoningSettings:
        if self.off is not None:
            return ReasoningSettings(self.off)
        if self.words:
            return ReasoningSettings(system_words=self.words[1])
        if self.levels:
            # Models like gpt-oss cannot stop reasoning; the lowest level is the nearest thing.
            return ReasoningSettings({**self.on, **next(iter(self.levels.values()))})
        return ReasoningSettings(close_block=True)


def _choice(reasoning: Reasoning) -> str | int:
    if isinstance(reasoning, str):
        word = reasoning.strip().lower()
        if word in ("auto", "off", "on", *_LEVEL_VALUES):
            return word
        if word.isascii() and word.isdigit() and len(word) < 10:
            return int(word)
    elif reasoning >= 0:
        return reasoning
    raise UserError("reasoning.unknown", choice=str(reasoning))


class _Probe:
    """Renders one question with different variables. None: the template refused them."""

    def __init__(self, template: Template) -> None:
        self._template = template

    def __call__(self, variables: Variables, system: str = "") -> str | None:
        conversation = [{"role": "user", "content": _QUESTION}]
        if system:
            conversation.insert(0, {"role": "system", "content": system})
        return self._template.try_render(conversation, **variables)


def find_reasoning(template: Template, markers: ReasoningMarkers) -> ReasoningPlan:
    """What can be chosen for this template, and how."""
    probe = _Probe(template)
    default = probe({})
    if default is None:
        return ReasoningPlan()
    on, off = _switch(template, probe)
    budget = _budget_variable(template, probe, on)
    if budget:
        return _budget_plan(probe, default, markers, on, off, budget)
    levels, off_level = _levels(template, probe, on, markers)
    if off_level is not None:
        off = {**(off or {}), **off_level}
    if len(levels) == 1 and probe({**on, **next(iter(levels.values()))}) == probe(on):
        levels = {}
    texts = {} if off is None else {"off": probe(off)}
    texts |= {level: probe({**on, **value}) for level, value in levels.items()}
    chosen = _chosen(default, {**texts, "on": probe(on)})
    if levels:
        # Beside a single level "on" is what the template does without one.
        own = ("on",) if len(levels) == 1 else ()
        names = ("off",) if off is not None else ()
        names += (*own, *levels) if "high" in levels else (*levels, *own)
        if chosen == "off" and not on:
            # "On" needs a value too where the level is the only switch.
            on = levels.get("medium") or list(levels.values())[-1]
        return ReasoningPlan(ReasoningControl("levels", names, chosen), on, off, levels)
    if off is not None:
        length = next((words for mark, words in _LENGTH_WORDS.items() if mark in template.source), "")
        control = ReasoningControl("switch", ("off", "on"), chosen)
        return ReasoningPlan(control, on, off, length_words=length)
    for words in _WORDS:
        chosen = _chosen_by_words(probe, default, words) if words[1] in template.source else ""
        if chosen:
            return ReasoningPlan(ReasoningControl("switch", ("off", "on"), chosen), words=words)
    if markers.leave_no_room(default):
        return ReasoningPlan()
    shown = markers.shown or default.rstrip().endswith(markers.opening)
    if shown or markers.learned:
        return ReasoningPlan(ReasoningControl("always", default="on", certain=shown))
    return ReasoningPlan()


def _budget_plan(
    probe: _Probe, default: str, markers: ReasoningMarkers, on: Variables, off: Variables | None, budget: str
) -> ReasoningPlan:
    none = {**(off or {}), budget: 0}
    texts = {"off": probe(none), "on": probe({**on, budget: _LEVEL_BUDGETS["low"]})}
    is_off = _chosen(default, texts) == "off"
    if off is None and is_off and not markers.leave_no_room(default):
        # No tokens are as good as no number: there is nothing that turns it off.
        return ReasoningPlan(ReasoningControl("budget", default="on"), on, budget_variable=budget)
    control = ReasoningControl("budget", default="off" if is_off else "on")
    return ReasoningPlan(control, on, none, budget_variable=budget)


def _chosen(default: str, texts: dict[str, str | None]) -> str:
    """The choice with the same prompt as no choice, the first of several; "auto" where there is none: then it is the
    model's to choose. White space is no difference but at the end, where the model goes on, and where choices differ
    in nothing else.
    """
    for same in (str, _squeezed):
        found = {name: text for name, text in texts.items() if text and same(text) == same(default)}
        if len(set(found.values())) == 1:
            return next(iter(found))
    return "auto"


def _squeezed(text: str) -> str:
    return "".join(text.split()) + text[len(text.rstrip()) :]


def _chosen_by_words(probe: _Probe, default: str, words: tuple[str, str]) -> str:
    """The default of a model that obeys these words; "" where its template treats them like any others and does not
    write them itself.
    """
    on, off, other = (probe({}, word) for word in (*words, _NONSENSE))
    if on is None or off is None or other is None:
        return ""
    writes = words[1] in default
    if off == other.replace(_NONSENSE, words[1]) and not writes:
        return ""
    return "off" if writes or _tail(default) == _tail(off) != _tail(on) else "on"


def _switch(
    template: Template, probe: Callable[[Variables], str | None]
) -> tuple[Variables, Variables | None]:
    """The variables for on and off: all known names that do something, together."""
    known = [name for name in _SWITCHES if name in template.variables]
    working = []
    for name in known:
        on, off = (probe({name: value}) for value in _SWITCHES[name])
        if on is not None and off is not None and on != off:
            working.append(name)
    if not working:
        return {}, None
    # Two names for one thing are passed with one meaning, or the template's own order would decide.
    passed = [name for name in known if name in working or name in ("enable_thinking", "thinking")]
    on_all = {name: _SWITCHES[name][0] for name in passed}
    off_all = {name: _SWITCHES[name][1] for name in passed}
    return on_all, off_all


def _budget_variable(template: Template, probe: Callable[[Variables], str | None], on: Variables) -> str:
    for name in sorted(template.variables):
        if _BUDGET.search(name):
            texts = [probe({**on, name: value}) for value in (0, 512)]
            if None not in texts and texts[0] != texts[1]:
                return name
    return ""


def _levels(
    template: Template,
    probe: Callable[[Variables], str | None],
    on: Variables,
    markers: ReasoningMarkers,
) -> tuple[dict[str, Variables], Variables | None]:
    """The levels that this template knows, and the value that turns reasoning off.

    A word that renders like nonsense and is not named in the template is none of its levels, and one that hands the
    model an empty block turns reasoning off, whatever it is called.
    """
    empty = re.compile(re.escape(markers.opening) + r"\s*" + re.escape(markers.closing))
    for name in _LEVELS:
        if name not in template.variables:
            continue
        nonsense = probe({**on, name: _NONSENSE})
        if nonsense is not None and _NONSENSE in nonsense:
            # The value is written into the prompt as it is (gpt-oss): the usual three are meant.
            return {level: {name: level} for level in _LEVEL_VALUES}, None
        texts = {value: probe({**on, name: value}) for value in (*_OFF_VALUES, *_LEVEL_VALUES)}
        closed = [value for value, text in texts.items() if text and empty.search(_tail(text))]
        if nonsense is not None and empty.search(_tail(nonsense)):
            closed = []
        off = next(
            (v for v in _OFF_VALUES if texts[v] not in (None, nonsense, *map(texts.get, _LEVEL_VALUES))),
            closed[0] if closed else None,
        )
        levels: dict[str, Variables] = {}
        for value in _LEVEL_VALUES:
            text = texts[value]
            known = text != nonsense or any(f"{q}{value}{q}" in template.source for q in "'\"")
            if text is None or not known or value in closed or text in (texts[seen] for seen in levels):
                continue
            levels[value] = {name: value}
        if levels or off is not None:
            return levels, None if off is None else {name: off}
    lower = {level: {name: True} for level, name in _LOWER.items() if name in template.variables}
    return {level: each for level, each in lower.items() if probe({**on, **each}) != probe(on)}, None


def _tail(text: str) -> str:
    return text[text.rfind(_QUESTION) :]
