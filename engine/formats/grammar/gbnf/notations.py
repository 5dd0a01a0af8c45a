"""Notations of values: JSON, Python literals, Gemma's braces.

All three have the same values and differ in their strings, keys and constants.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from engine.formats.grammar.gbnf import json_values
from engine.formats.grammar.gbnf.characters import Spelling, written
from engine.formats.grammar.gbnf.json_values import QUOTE, SINGLE_QUOTE
from engine.formats.grammar.gbnf.objects import Separators
from engine.formats.grammar.gbnf.rules import Rules, literal
from engine.formats.grammar.gbnf.strings import any_characters
from engine.formats.grammar.gbnf.text_until import text_until

# Symbols for the inside of a string in one spelling.
Characters = Callable[[Spelling], str]


class Json:
    """RFC 8259."""

    true, false, null = '"true"', '"false"', '"null"'
    # The mark that ends a string which is written without escapes; "" where strings have escapes.
    raw_end = ""
    # How the rules of its values are called.
    kind = "json"

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    @property
    def space(self) -> str:
        return json_values.space(self.rules)

    @property
    def separators(self) -> Separators:
        """Between members; the opening quote of a key belongs to them."""
        return Separators(QUOTE, f'"," {self.space} {QUOTE}')

    def string(self, characters: Characters) -> str:
        return f"{QUOTE} {characters(Spelling.JSON)} {QUOTE}"

    def key(self, name: str) -> str:
        return json_values.key(self.rules, name)

    def key_of(self, characters: Characters) -> str:
        """A key that is not one given name."""
        return f"{characters(Spelling.JSON)} {QUOTE}"

    def other_key(self, taken: list[str]) -> str | None:
        """Any key but these; None where they are too many to tell apart."""
        return json_values.key_except(self.rules, taken)

    def given(self, value: Any) -> str:
        """Exactly this value, in the usual spellings."""
        if isinstance(value, str):
            return self.string(lambda spelling: written(self.rules, value, spelling))
        return json_values.given(self.rules, value)

    def any_value(self) -> str:
        return json_values.any_value(self.rules)

    def any_object(self) -> str:
        self.any_value()
        return f"{self.kind}-object"


class Python(Json):
    """Literals of Python, those of JSON among them: models mix the two."""

    true, false, null = '"True" | "true"', '"False" | "false"', '"None" | "null"'
    kind = "python"

    @property
    def separators(self) -> Separators:
        return Separators('""', f'"," {self.space}')

    def string(self, characters: Characters) -> str:
        single = '"\'"'
        return f"{super().string(characters)} | {single} {characters(Spelling.SINGLE)} {single}"

    def key(self, name: str) -> str:
        return f"( {self.given(name)} )"

    def key_of(self, characters: Characters) -> str:
        return f"( {self.string(characters)} )"

    def other_key(self, taken: list[str]) -> str | None:
        double = json_values.key_except(self.rules, taken)
        single = json_values.key_except(self.rules, taken, Spelling.SINGLE)
        if double is None or single is None:
            return None
        return f"( {QUOTE} {double} | {SINGLE_QUOTE} {single} )"

    def given(self, value: Any) -> str:
        if value is None or isinstance(value, bool):
            return self.null if value is None else self.true if value else self.false
        return super().given(value)

    def any_value(self) -> str:
        rules = self.rules
        if not rules.has("python-string"):
            rules.define("python-string", self.string(partial(any_characters, rules)))
        scalars = ["python-string", json_values.number(rules), self.true, self.false, self.null]
        return json_values.nested_value(rules, self.kind, "python-string", scalars)


class Braced(Json):
    """Keys are bare, strings stand between two marks, unescaped (FunctionGemma, Gemma 4)."""

    kind = "braced"

    def __init__(self, rules: Rules, mark: str) -> None:
        super().__init__(rules)
        self.raw_end = mark

    @property
    def separators(self) -> Separators:
        return Separators('""', f'"," {self.space}')

    def key(self, name: str) -> str:
        return literal(name)

    def key_of(self, characters: Characters) -> str:
        return characters(Spelling.RAW)

    def other_key(self, taken: list[str]) -> str | None:
        return json_values.bare_key(self.rules)

    def given(self, value: Any) -> str:
        mark = literal(self.raw_end)
        return json_values.given(
            self.rules, value, lambda _, text: f"{mark} {literal(text)} {mark}", lambda _, name: literal(name)
        )

    def any_value(self) -> str:
        rules = self.rules
        if not rules.has("braced-string"):
            rules.define("braced-string", f"{literal(self.raw_end)} {text_until(rules, (self.raw_end,))}")
        scalars = ["braced-string", json_values.number(rules), self.true, self.false, self.null]
        return json_values.nested_value(rules, self.kind, json_values.bare_key(rules), scalars)
