"""Index of cached states and of which stay in RAM. Owned by `PromptCache`, under its lock."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from engine.local.prompt_cache.entry import Entry, unpacked_texts
from engine.local.prompt_cache.prefix import Tokens, common_prefix
from engine.local.prompt_cache.values import TokenizedTexts


class Index:
    """Entries by number, at most `ram_limit` bytes of them in RAM."""

    def __init__(self, ram_limit: int) -> None:
        self.ram_limit = ram_limit
        self._entries: dict[int, Entry] = {}
        self._numbers = itertools.count(1)
        self._uses = itertools.count(1)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries.values()))

    def __contains__(self, entry: Entry) -> bool:
        return self._entries.get(entry.number) is entry

    @property
    def ram_bytes(self) -> int:
        return sum(entry.ram_bytes for entry in self._entries.values())

    def new(self, owner: str, tokens: Tokens, positions: tuple[int, ...]) -> Entry:
        """An entry, still to be filled and added."""
        return Entry(next(self._numbers), owner, tokens, positions)

    def add(self, entry: Entry) -> None:
        self._entries[entry.number] = entry
        self.touch(entry)

    def touch(self, entry: Entry) -> None:
        """Mark an entry as used now."""
        entry.used = next(self._uses)

    def get(self, number: int) -> Entry | None:
        return self._entries.get(number)

    def drop(self, entry: Entry) -> None:
        self._entries.pop(entry.number, None)

    def clear(self) -> None:
        self._entries.clear()

    def of(self, owner: str) -> list[Entry]:
        """The entries of a conversation; none for ""."""
        return [entry for entry in self if owner and entry.conversation == owner]

    def same(self, owner: str, tokens: Tokens, positions: tuple[int, ...]) -> Entry | None:
        """The entry of the same conversation and tokens, read from its file and returned unchanged."""
        for entry in self.of(owner):
            if entry.positions == positions and np.array_equal(entry.tokens, tokens):
                return entry
        return None

    def said(self, text: str | None) -> TokenizedTexts:
        """Texts of all states with their tokens, longest first; those that `text` begins with, if given."""
        found: dict[str, Tokens] = {}
        for entry in sorted(self._entries.values(), key=lambda entry: entry.used):
            found.update((said, row) for said, row in entry.said if text is None or text.startswith(said))
        return unpacked_texts(tuple(sorted(found.items(), key=lambda pair: len(pair[0]), reverse=True)))

    def leave_ram(self, entry: Entry) -> None:
        entry.let_go()
        self.drop_if_empty(entry)

    def leave_disk(self, entry: Entry) -> None:
        """Note that its file is gone."""
        entry.file = None
        self.drop_if_empty(entry)

    def drop_if_empty(self, entry: Entry) -> None:
        if entry.data is None and entry.file is None:
            self.drop(entry)

    def make_room(self) -> None:
        """Evict the least recently used states from RAM. One larger than the limit stays until written,
        unless another of that size waits."""
        held = [entry for entry in self._entries.values() if entry.data is not None]
        left, huge = self.ram_limit, 0
        for entry in sorted(held, key=lambda entry: entry.used, reverse=True):
            if entry.bytes > self.ram_limit:
                huge += 1
                stays = entry.to_write and huge == 1
            else:
                stays = entry.bytes <= left
                left -= entry.bytes
            if not stays:
                self.leave_ram(entry)


def longest(entries: list[Entry], tokens: Tokens) -> tuple[Entry | None, int]:
    """The entry with the longest common prefix with `tokens`, and its length; ties go to RAM, then to the
    most recent."""
    best, rank = None, (0, False, 0)
    for entry in entries:
        length = common_prefix(entry.tokens, tokens)
        if length and (length, entry.data is not None, entry.used) > rank:
            best, rank = entry, (length, entry.data is not None, entry.used)
    return best, rank[0]
