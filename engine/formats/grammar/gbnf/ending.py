"""Shortest completion of a text that follows a grammar.

Follows a text as llama.cpp does: a place is a stack of what is still to be read, and a text may be at several
places at once. The shortest completion follows from the shortest text of each rule, found by repeated
relaxation as in shortest paths (Knuth, A Generalization of Dijkstra's Algorithm, Information Processing
Letters 6, 1977).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from engine.formats.grammar.gbnf.characters import holds
from engine.formats.grammar.gbnf.reading import Body, Characters, Grammar, Name, Part, Repeated, read_grammar

# What is still to be read, the next part first: (part, rest), () at the end.
Stack = tuple[Part, "Stack"] | tuple[()]
# Where a text may be: each stack begins with characters, or is at its end.
Places = frozenset[Stack]

# Written where a grammar leaves the choice, in this order.
_PREFERRED = tuple(map(ord, "10a- "))
# A place with more ways on than that is not followed: no grammar of calls has one.
_MOST_PLACES = 2_000


class Endings:
    """Follows texts along one grammar. Raises ValueError for invalid GBNF or one without a rule `root`."""

    def __init__(self, gbnf: str, root: str = "root") -> None:
        self._rules: Grammar = read_grammar(gbnf)
        if root not in self._rules:
            raise ValueError(f"the grammar has no rule {root}")
        self._known: dict[Stack, Places] = {}
        self._shortest = _shortest_bodies(self._rules)
        self.start: Places = self._closed([(Name(root), ())])

    def after(self, places: Places, text: str) -> Places:
        """The places after `text`; none if the grammar refuses it."""
        for character in text:
            code = ord(character)
            read = [stack[1] for stack in places if stack and _reads(stack[0], code)]
            places = self._closed(read)
        return places

    def shortest(self, places: Places) -> str | None:
        """The shortest completion from these places; None if there is none."""
        best, fewest = None, math.inf
        for stack in places:
            length = 0.0
            rest: Stack = stack
            while rest:
                length += _length_of(rest[0], self._shortest)
                rest = rest[1]
            if length < fewest:
                best, fewest = stack, length
        if best is None:
            return None
        written: list[str] = []
        while best:
            self._write(best[0], written)
            best = best[1]
        return "".join(written)

    def _closed(self, stacks: Iterable[Stack]) -> Places:
        found: set[Stack] = set()
        for stack in stacks:
            if stack not in self._known:
                self._known[stack] = self._opened(stack)
            found |= self._known[stack]
        return frozenset(found)

    def _opened(self, stack: Stack) -> Places:
        """The stacks that begin with characters, for one that may begin with a rule."""
        seen = {stack}
        waiting, found = [stack], set()
        while waiting:
            stack = waiting.pop()
            if not stack or isinstance(stack[0], Characters):
                found.add(stack)
                continue
            if len(seen) > _MOST_PLACES:
                return frozenset()
            part, rest = stack
            for following in self._steps(part, rest):
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
        return frozenset(found)

    def _steps(self, part: Part, rest: Stack) -> list[Stack]:
        if isinstance(part, Name):
            return [_pushed(body, rest) for body in self._rules.get(part.rule, ())]
        assert isinstance(part, Repeated)
        steps = [rest] if part.least == 0 else []
        if part.most != 0:
            most = None if part.most is None else part.most - 1
            steps.append((part.part, (Repeated(part.part, max(0, part.least - 1), most), rest)))
        return steps

    def _write(self, part: Part, written: list[str]) -> None:
        if isinstance(part, Characters):
            written.append(_chosen(part))
        elif isinstance(part, Repeated):
            for _ in range(part.least):
                self._write(part.part, written)
        else:
            for inner in self._shortest[part.rule][1]:
                self._write(inner, written)


def _pushed(body: Body, rest: Stack) -> Stack:
    for part in reversed(body):
        rest = (part, rest)
    return rest


def _reads(part: Part, code: int) -> bool:
    return isinstance(part, Characters) and holds(part.ranges, code)


def _chosen(part: Characters) -> str:
    preferred = next((code for code in _PREFERRED if holds(part.ranges, code)), None)
    return chr(part.ranges[0][0] if preferred is None else preferred)


def _shortest_bodies(rules: Grammar) -> dict[str, tuple[float, Body]]:
    """Each rule's shortest text: its length, infinite where there is none, and the alternative."""
    found: dict[str, tuple[float, Body]] = {}
    changed = True
    while changed:
        changed = False
        for name, bodies in rules.items():
            for body in bodies:
                length = sum(_length_of(part, found) for part in body)
                if length < found.get(name, (math.inf, ()))[0]:
                    found[name] = (length, body)
                    changed = True
    return found


def _length_of(part: Part, found: dict[str, tuple[float, Body]]) -> float:
    if isinstance(part, Characters):
        # A class of nothing but NUL is what rules write for what cannot be.
        return 1.0 if any(high > 0 for _, high in part.ranges) else math.inf
    if isinstance(part, Repeated):
        return part.least * _length_of(part.part, found) if part.least else 0.0
    return found[part.rule][0] if part.rule in found else math.inf
