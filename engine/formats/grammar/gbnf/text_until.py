"""Grammar of any text up to and including the first of some closing markers.

A grammar has no "anything but this text", so the search automaton of Aho and Corasick (Communications of the
ACM 18, 1975) is written out: one rule for each state, one alternative for each step. It is deterministic, so
the grammar engine follows one path only, whatever the text is.
"""

from __future__ import annotations

from engine.formats.grammar.gbnf.characters import complement, prefix_tree
from engine.formats.grammar.gbnf.rules import Rules, alternatives, char_class


def text_until(rules: Rules, markers: tuple[str, ...], after: str = "") -> str:
    """The rule for any text up to the first occurrence of one of `markers`, then `after`.

    `markers` are not empty; one that holds another is never reached.
    """
    tree = _Tree(markers)
    names = [rules.reserve("text") for _ in tree.children]
    ending = after or '""'
    for state, name in enumerate(names):
        targets: dict[int, list[str]] = {}
        for character in tree.alphabet:
            target = tree.step(state, character)
            if target != 0:
                targets.setdefault(target, []).append(character)
        bodies = []
        for target, characters in targets.items():
            read = char_class(tuple((ord(c), ord(c)) for c in sorted(characters)))
            bodies.append(f"{read} {ending if target in tree.ends else names[target]}")
        handled = tuple((ord(c), ord(c)) for cs in targets.values() for c in cs)
        bodies.append(f"{char_class(complement(((0, 0), *handled)))} {names[0]}")
        rules.define(name, alternatives(bodies))
    return names[0]


def text_of_length(rules: Rules, closing: str, least: int, most: int | None) -> str:
    """The rule for a text of so many characters that never contains the first two characters of `closing`,
    so that it ends before any `closing`."""
    first, second = closing[0], closing[1:2]
    not_first = char_class(complement(((0, 0), (ord(first), ord(first)))))
    apart = second and second != first
    last = least if most is None else most
    plain = [rules.reserve("text") for _ in range(last + 1)]
    after_first = [rules.reserve("text") for _ in range(last + 1)]
    neither = char_class(complement(((0, 0), *((ord(c), ord(c)) for c in first + second))))
    begins = char_class(((ord(first), ord(first)),))
    for count in range(last + 1):
        following = count + 1 if count < last else count
        goes_on = count < last or most is None
        ends = ['""'] if count >= least else []
        again = [f"{begins} {after_first[following]}"] if goes_on and apart else []
        rules.define(plain[count], alternatives([f"{not_first} {plain[following]}"] * goes_on + again + ends))
        bodies = [f"{neither} {plain[following]}"] * goes_on + again + ends
        rules.define(after_first[count], alternatives(bodies) if bodies else "[\\x00]")
    return plain[0]


class _Tree:
    """The markers' common tree of prefixes; state 0 is the root, `ends` the states where a marker is whole."""

    def __init__(self, markers: tuple[str, ...]) -> None:
        self.children, self.ends = prefix_tree(markers)
        self.alphabet = sorted(set("".join(markers)))
        self._failures = self._found_failures()

    def _found_failures(self) -> list[int]:
        """For each state the longest other state that its text ends with; also finds markers inside markers."""
        failures = [0] * len(self.children)
        queue = list(self.children[0].values())
        for state in queue:
            for character, child in self.children[state].items():
                fallback = failures[state]
                while fallback and character not in self.children[fallback]:
                    fallback = failures[fallback]
                failures[child] = self.children[fallback].get(character, 0)
                queue.append(child)
            if failures[state] in self.ends:
                self.ends.add(state)
        return failures

    def step(self, state: int, character: str) -> int:
        while state and character not in self.children[state]:
            state = self._failures[state]
        return self.children[state].get(character, 0)
