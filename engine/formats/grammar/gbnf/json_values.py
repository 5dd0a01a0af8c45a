"""Grammar of JSON (RFC 8259): bounded white space, any value, given values, excluded keys."""

from __future__ import annotations

import json
from typing import Any

from engine.formats.grammar.gbnf.characters import Spelling, complement, one_of, union, written
from engine.formats.grammar.gbnf.integers import MOST_DIGITS
from engine.formats.grammar.gbnf.rules import Rules, alternatives

QUOTE = '"\\""'
SINGLE_QUOTE = '"\'"'
_EVERYTHING = complement(())
_MOST_TREE_NODES = 600


def space(rules: Rules) -> str:
    """White space: a blank, or one new line with its indent.

    Little of it, because a model held to a grammar may write white space instead of what it would rather say,
    and then nothing else.
    """
    return rules.add("ws", '" " | "\\r"? "\\n" ( " "{0,24} | "\\t"{1,4} ) | ""')


def integer_part() -> str:
    return f'( "0" | [1-9] [0-9]{{0,{MOST_DIGITS - 1}}} )'


def number(rules: Rules, *, negative: bool = True) -> str:
    sign = '"-"? ' if negative else ""
    fraction, exponent = '( "." [0-9]{1,24} )?', "( [eE] [+-]? [0-9]{1,3} )?"
    return rules.add("number", f"{sign}{integer_part()} {fraction} {exponent}")


def string(rules: Rules) -> str:
    return rules.add("string", f"{QUOTE} {one_of(rules, _EVERYTHING, Spelling.JSON)}* {QUOTE}")


def boolean(rules: Rules) -> str:
    return rules.add("boolean", '"true" | "false"')


def any_value(rules: Rules) -> str:
    """Any JSON value, to any depth."""
    body = "json-object | json-array | " + alternatives(
        [string(rules), number(rules), boolean(rules), '"null"']
    )
    if not rules.has("json-value"):
        ws = space(rules)
        rules.define("json-value", body)
        rules.define("json-member", f'{string(rules)} {ws} ":" {ws} json-value {ws}')
        rules.define("json-object", f'"{{" {ws} ( json-member ( "," {ws} json-member )* )? "}}"')
        rules.define("json-item", f"json-value {ws}")
        rules.define("json-array", f'"[" {ws} ( json-item ( "," {ws} json-item )* )? "]"')
    return "json-value"


def any_object(rules: Rules) -> str:
    any_value(rules)
    return "json-object"


def given(rules: Rules, value: Any) -> str:
    """Symbols for exactly this value, however its strings are escaped and its parts are spaced."""
    ws = space(rules)
    if isinstance(value, str):
        return f"{QUOTE} {written(rules, value, Spelling.JSON)} {QUOTE}"
    if isinstance(value, dict):
        members = [
            f'{given(rules, key)} {ws} ":" {ws} {given(rules, item)} {ws}' for key, item in value.items()
        ]
        return f'"{{" {ws} ' + f' "," {ws} '.join(members) + ' "}"'
    if isinstance(value, list):
        return f'"[" {ws} ' + f' "," {ws} '.join(f"{given(rules, item)} {ws}" for item in value) + ' "]"'
    return written(rules, json.dumps(value), Spelling.RAW)


def key(rules: Rules, name: str) -> str:
    """Symbols for this key behind its opening quote, its closing quote included."""
    return f"{written(rules, name, Spelling.JSON)} {QUOTE}"


def key_except(rules: Rules, names: list[str], spelling: Spelling = Spelling.JSON) -> str | None:
    """The rule for the inside of a key, its closing quote included, that is none of `names`.

    None when the names are too many to tell apart. Only a name whose own characters are spelled in escapes
    can slip through.
    """
    tree: list[dict[str, int]] = [{}]
    ends = set()
    for name in names:
        state = 0
        for character in name:
            if character not in tree[state]:
                tree[state][character] = len(tree)
                tree.append({})
            state = tree[state][character]
        ends.add(state)
    if len(tree) > _MOST_TREE_NODES:
        return None
    quote = SINGLE_QUOTE if spelling is Spelling.SINGLE else QUOTE
    rest = rules.add("key-rest", f"{one_of(rules, _EVERYTHING, spelling)}* {quote}")
    # The deepest states first, so that equal ends of names share their rules.
    rule_of: dict[int, str] = {}
    for state in reversed(range(len(tree))):
        bodies = [] if state in ends else [quote]
        for character, child in tree[state].items():
            bodies.append(f"{written(rules, character, spelling)} {rule_of[child]}")
        taken = union(tuple((ord(c), ord(c)) for c in tree[state]))
        bodies.append(f"{one_of(rules, complement(taken), spelling)} {rest}")
        rule_of[state] = rules.add("key", alternatives(bodies))
    return rule_of[0]
