"""Grammar of JSON objects: members in any order, required ones tracked.

Every order of n members needs a rule for each subset that is still to come. Where the grammar has room for
them, all members are tracked, so none comes twice. Else only the required ones are, and an optional one may
be repeated (JSON readers keep the last). Where these are too many as well, they come in the order in which
they are declared, with optional ones anywhere between them.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from engine.formats.grammar.gbnf.rules import Rules, alternatives

MOST_TRACKED = 8
# One object may take this share of what is left of the grammar.
_SHARE = 6
_TRANSITION_CHARACTERS, _STATE_CHARACTERS = 30, 45

State = frozenset[int]
_NOTHING = '""'


class Member(msgspec.Struct, frozen=True):
    """`rule` reads the whole member, whatever follows it excluded."""

    rule: str
    required: bool


class Separators(msgspec.Struct, frozen=True):
    """What stands in front of the first member and between two; both are symbols."""

    first: str
    between: str


class Members(msgspec.Struct, frozen=True):
    """`body` reads all members, none of them too where that is allowed; `loose` says what is not kept."""

    body: str
    loose: str = ""


def in_any_order(
    rules: Rules,
    members: list[Member],
    separators: Separators,
    extra: str | None = None,
    *,
    at_least_one: bool = False,
) -> Members:
    """All required members, optional ones, and any number of `extra` ones."""
    required = frozenset(index for index, member in enumerate(members) if member.required)
    loose = ""
    if _is_affordable(rules, len(members)):
        start, steps = frozenset(range(len(members))), _each_once
    elif _is_affordable(rules, len(required)):
        start, steps = required, _each_once
        loose = "optional members may be repeated"
    else:
        start, steps = required, lambda state: [min(state)] if state else []
        loose = "required members come in the order in which they are declared"
    repeatable = [member.rule for index, member in enumerate(members) if index not in start]
    if extra is not None:
        repeatable.append(extra)
    again = rules.add("other", alternatives(repeatable)) if repeatable else None
    first = _Machine(rules, [member.rule for member in members], required, again, separators, steps).build(
        start
    )
    if not first:
        return Members('""', loose)
    opening = f"{separators.first} {first}"
    return Members(opening if required or at_least_one else f"( {opening} )?", loose)


def in_given_order(
    rules: Rules, members: list[Member], separators: Separators, extra: str | None, *, at_least_one: bool
) -> str:
    """Each member at most once and in its place, the `extra` ones behind them."""
    more = rules.add("others", f"( {separators.between} {extra} )*") if extra else ""
    behind = more  # what may come behind a member, from the last one back to the first
    start: list[str] = [f"{extra} {more}"] if extra else []  # what all may begin with
    for member in reversed(members):
        here = f"{member.rule} {behind}".rstrip()
        start = [here] if member.required else [here, *start]
        behind = rules.add(
            "rest",
            f"{separators.between} {here}"
            if member.required
            else f"{separators.between} {here} | {behind or _NOTHING}",
        )
    if not start:
        return _NOTHING
    body = f"{separators.first} {rules.add('members', alternatives(start))}"
    return body if at_least_one or any(member.required for member in members) else f"( {body} )?"


def in_declared_order(members: list[Member]) -> str:
    """Each member at most once, in its place."""
    return " ".join(member.rule if member.required else f"{member.rule}?" for member in members)


def _is_affordable(rules: Rules, tracked: int) -> bool:
    """Whether all subsets of so many members may be told apart."""
    if tracked > MOST_TRACKED:
        return False
    characters = (1 << tracked) * (tracked * _TRANSITION_CHARACTERS // 2 + _STATE_CHARACTERS)
    return characters <= rules.room // _SHARE


def _each_once(state: State) -> list[int]:
    return sorted(state)


class _Machine:
    """One rule for each state: the members that may come next, each followed by the rest of its own state."""

    def __init__(
        self,
        rules: Rules,
        members: list[str],
        required: State,
        again: str | None,
        separators: Separators,
        steps: Callable[[State], list[int]],
    ) -> None:
        self._rules = rules
        self._members = members
        self._required = required
        self._again = again
        self._between = separators.between
        self._steps = steps

    def build(self, start: State) -> str:
        """The rule of the start state; empty when no member can come at all."""
        states = [start]
        known = {start}
        for state in states:
            for index in self._steps(state):
                after = state - {index}
                if after not in known:
                    known.add(after)
                    states.append(after)
        picks: dict[State, str] = {}
        for state in sorted(states, key=len):
            picks[state] = self._pick(state, picks)
        return picks[start]

    def _pick(self, state: State, picks: dict[State, str]) -> str:
        bodies = []
        for index in self._steps(state):
            after = state - {index}
            bodies.append(f"{self._members[index]} {self._continued(picks[after], after)}")
        if self._again is None:
            return self._rules.add("members", alternatives(bodies)) if bodies else ""
        name = self._rules.reserve("members")
        rest = self._continued(name, state)
        self._rules.define(name, alternatives([*bodies, f"{self._again} {rest}"]))
        return name

    def _continued(self, pick: str, state: State) -> str:
        """Another member, or the end where nothing required is missing."""
        if not pick:
            return '""'
        more = f"{self._between} {pick}"
        return more if state & self._required else self._rules.add("more", f'{more} | ""')
