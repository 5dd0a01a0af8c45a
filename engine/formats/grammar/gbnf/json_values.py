"""Grammar of JSON (RFC 8259): bounded white space, any value, given values, excluded keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from engine.formats.grammar.gbnf.characters import Spelling, complement, one_of, prefix_tree, union, written
from engine.formats.grammar.gbnf.integers import MOST_DIGITS
from engine.formats.grammar.gbnf.rules import Rules, alternatives

QUOTE = '"\\""'
SINGLE_QUOTE = '"\'"'
_EVERYTHING = complement(())
_MOST_TREE_NODES = 600
# Gives symbols for a text.
Write = Callable[[Rules, str], str]


def space(rules: Rules) -> str:
    """White space: a blank, or one new line with its indent.

    Little of it, because a model held to a grammar may write white space instead of what it would rather say,
    and then nothing else.
    """
    return rules.add("ws", '" " | "\\r"? "\\n" ( " "{0,24} | "\\t"{1,4} ) | ""')


def number(rules: Rules, *, negative: bool = True) -> str:
    sign = '"-"? ' if negative else ""
    whole = f'( "0" | [1-9] [0-9]{{0,{MOST_DIGITS - 1}}} )'
    fraction, exponent = '( "." [0-9]{1,24} )?', "( [eE] [+-]? [0-9]{1,3} )?"
    return rules.add("number", f"{sign}{whole} {fraction} {exponent}")


def string(rules: Rules) -> str:
    return rules.add("string", f"{QUOTE} {one_of(rules, _EVERYTHING, Spelling.JSON)}* {QUOTE}")


def boolean(rules: Rules) -> str:
    return rules.add("boolean", '"true" | "false"')


def bare_key(rules: Rules) -> str:
    return rules.add("bare-key", "[A-Za-z_] [A-Za-z0-9_.-]{0,63}")


def any_value(rules: Rules) -> str:
    """Any JSON value, to any depth."""
    scalars = [string(rules), number(rules), boolean(rules), '"null"']
    return nested_value(rules, "json", string(rules), scalars)


def nested_value(rules: Rules, kind: str, key: str, scalars: list[str]) -> str:
    """The rule `KIND-value` of a notation's values, to any depth; `key` and `scalars` are its symbols."""
    value, member, item = f"{kind}-value", f"{kind}-member", f"{kind}-item"
    if not rules.has(value):
        ws = space(rules)
        rules.define(value, alternatives([f"{kind}-object", f"{kind}-array", *scalars]))
        rules.define(member, f'{key} {ws} ":" {ws} {value} {ws}')
        rules.define(f"{kind}-object", f'"{{" {ws} ( {member} ( "," {ws} {member} )* )? "}}"')
        rules.define(item, f"{value} {ws}")
        rules.define(f"{kind}-array", f'"[" {ws} ( {item} ( "," {ws} {item} )* )? "]"')
    return value


def quoted(rules: Rules, text: str) -> str:
    return f"{QUOTE} {written(rules, text, Spelling.JSON)} {QUOTE}"


def given(rules: Rules, value: Any, text: Write = quoted, name: Write = quoted) -> str:
    """Symbols for exactly this value, however its strings are escaped and its parts are spaced. `text` and `name`
    write its strings and its keys."""
    ws = space(rules)
    if isinstance(value, str):
        return text(rules, value)
    if isinstance(value, dict):
        members = [
            f'{name(rules, key)} {ws} ":" {ws} {given(rules, item, text, name)} {ws}'
            for key, item in value.items()
        ]
        return f'"{{" {ws} ' + f' "," {ws} '.join(members) + ' "}"'
    if isinstance(value, list):
        items = [f"{given(rules, item, text, name)} {ws}" for item in value]
        return f'"[" {ws} ' + f' "," {ws} '.join(items) + ' "]"'
    return written(rules, json.dumps(value), Spelling.RAW)


def key(rules: Rules, name: str) -> str:
    """Symbols for this key behind its opening quote, its closing quote included."""
    return f"{written(rules, name, Spelling.JSON)} {QUOTE}"


def key_except(rules: Rules, names: list[str], spelling: Spelling = Spelling.JSON) -> str | None:
    """The rule for the inside of a key, its closing quote included, that is none of `names`.

    None when the names are too many to tell apart. Only a name whose own characters are spelled in escapes
    can slip through.
    """
    tree, ends = prefix_tree(names)
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
