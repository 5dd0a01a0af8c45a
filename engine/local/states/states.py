"""The states that are kept: found by tokens, bounded in size, the oldest out."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from pathlib import Path

from engine.local.states.entry import Entry, packed_said, unpacked_said
from engine.local.states.prefix import Tokens, common_prefix, packed
from engine.local.states.speeds import Speed
from engine.local.states.values import Data, Kept, Said, Taken


class States:
    """What one loaded model's sequences held, in RAM up to `ram_limit` bytes. Methods may be called from any thread.

    `key` names all that the bytes of a state depend on: the model's file, the library's build, how the context was
    made. States of another key are never found.
    """

    def __init__(self, folder: Path | None, key: str, ram_limit: int, disk_limit: int) -> None:
        self._folder, self._key = folder, key
        self._ram_limit, self._disk_limit = ram_limit, disk_limit
        self._lock = threading.Lock()
        self._entries: dict[int, Entry] = {}
        self._numbers = itertools.count(1)
        self._uses = itertools.count(1)
        self._restoring = Speed()

    def keep(
        self,
        conversation: str,
        tokens: Sequence[int],
        said: Said,
        data: Data,
        partials: Sequence[tuple[int, Data]] = (),
    ) -> None:
        """Take over the state of a sequence that holds `tokens`; the caller must not change `data` any more.

        It takes the place of the states of the same conversation that it goes on from. One that is larger than all
        that may be kept is not.
        """
        row = packed(tokens)
        positions = tuple(sorted(position for position, _ in partials))
        entry = Entry(next(self._numbers), conversation, row, packed_said(said, row), positions)
        entry.hold(data, partials)
        with self._lock:
            for old in self._of(conversation):
                if old.is_prefix_of(row):
                    self._drop(old)
            entry.used = next(self._uses)
            self._entries[entry.number] = entry
            self._make_room()

    def find(self, tokens: Sequence[int]) -> Kept | None:
        """The state that has the most first tokens in common with `tokens`, at least one; of equals one that is in
        RAM, then the one used last."""
        row = packed(tokens)
        with self._lock:
            entries = tuple(self._entries.values())
        best, rank = None, (0, False, 0)
        for entry in entries:
            length = common_prefix(entry.tokens, row)
            if length and (length, entry.data is not None, entry.used) > rank:
                best, rank = entry, (length, entry.data is not None, entry.used)
        if best is None:
            return None
        return best.found(rank[0], self._restoring.seconds(best.bytes))

    def take(self, kept: Kept, conversation: str | None = None) -> Data | None:
        """The bytes of a state that was found; None when they are gone or damaged. As `fetch`."""
        taken = self.fetch(kept, conversation)
        return None if taken is None else taken.data

    def fetch(self, kept: Kept, conversation: str | None = None) -> Taken | None:
        """All that a state holds, for the sequence of `conversation`; None when it is gone or damaged.

        It leaves RAM when that sequence takes its place: when it was that conversation's own, or all of its tokens
        are wanted. A state that only lends its beginning, as the instructions that all chats begin with, stays.
        """
        with self._lock:
            entry = self._entries.get(kept.number)
            if entry is None or entry.data is None:
                return None
            taken = Taken(entry.data, unpacked_said(entry.said), entry.partials)
            entry.used = next(self._uses)
            if (conversation and entry.conversation == conversation) or kept.length >= len(entry.tokens):
                self._drop(entry)
            return taken

    def restored(self, kept: Kept, seconds: float) -> None:
        """What it took to put the bytes of `kept` into a context: later predictions are made from that."""
        with self._lock:
            self._restoring.took(kept.bytes, seconds)

    def told(self, text: str | None = None) -> Said:
        """The texts of all states and the tokens that they stand for, longest first; those that `text` begins with,
        where it is given."""
        with self._lock:
            entries = sorted(self._entries.values(), key=lambda entry: entry.used)
        found: dict[str, Tokens] = {}
        for entry in entries:
            found.update((said, row) for said, row in entry.said if text is None or text.startswith(said))
        return unpacked_said(tuple(sorted(found.items(), key=lambda pair: len(pair[0]), reverse=True)))

    def forget(self, conversation: str) -> None:
        """Drop all states of a conversation."""
        with self._lock:
            for entry in self._of(conversation):
                self._drop(entry)

    @property
    def ram_bytes(self) -> int:
        with self._lock:
            return self._in_ram()

    @property
    def disk_bytes(self) -> int:
        """What the files of all models' states take."""
        return 0

    def close(self, seconds: float) -> None:
        """Let go of everything."""
        with self._lock:
            self._entries.clear()

    # --- inside, under the lock ---

    def _of(self, conversation: str) -> list[Entry]:
        if not conversation:
            return []
        return [entry for entry in self._entries.values() if entry.conversation == conversation]

    def _in_ram(self) -> int:
        return sum(entry.ram_bytes for entry in self._entries.values())

    def _make_room(self) -> None:
        """The states that were not used for longest leave RAM."""
        over = self._in_ram() - self._ram_limit
        for entry in sorted(self._entries.values(), key=lambda entry: entry.used):
            if over <= 0:
                return
            if entry.data is not None:
                over -= entry.ram_bytes
                self._drop(entry)

    def _drop(self, entry: Entry) -> None:
        del self._entries[entry.number]
