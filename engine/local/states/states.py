"""The states that are kept: found by tokens, bounded in size, the oldest out.

A state comes to RAM. Conversations that take turns are put aside and taken back every few seconds, so it goes to the
disk only after it has rested, or when RAM gets short or the engine ends.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from engine.local.states.background import Background
from engine.local.states.disk import Disk
from engine.local.states.entry import Entry, packed_said, unpacked_said
from engine.local.states.prefix import Tokens, common_prefix, packed
from engine.local.states.speeds import Speed
from engine.local.states.state_file import Header, said_in, tokens_in
from engine.local.states.values import Data, Kept, Said, Taken
from engine.local.states.worth import worth_a_file
from engine.local.states_folder import StateFile, conversation_digest, remove

# A state that nobody asked for in this time is written.
REST_S = 20.0
# Waited for the first look into the folder: headers are read, some hundred kilobytes each at the most.
_LOOK_S = 2.0
# Tokens; fewer say little of how fast a prompt is read.
_LEAST_READ = 32


class States:
    """What one loaded model's sequences held: up to `ram_limit` bytes in RAM, and of conversations with a name files
    in `folder`, where all models' take `disk_limit` at most; `folder` None: no files. Methods may be called from any
    thread.

    `key` names all that the bytes of a state depend on: the model's file, the library's build, how the context was
    made. States of another key are never found.
    """

    def __init__(
        self, folder: Path | None, key: str, ram_limit: int, disk_limit: int, rest_s: float = REST_S
    ) -> None:
        self._ram_limit, self._rest_s = ram_limit, rest_s
        self._lock = threading.Lock()
        # Held, before the other one, while what the folder holds is made out: a file that is being removed shall not
        # be taken in.
        self._looking = threading.Lock()
        self._entries: dict[int, Entry] = {}
        self._numbers = itertools.count(1)
        self._uses = itertools.count(1)
        self._restoring, self._computing = Speed(), Speed(least=_LEAST_READ)
        self._disk = Disk(folder, key, disk_limit) if folder is not None else None
        self._background = Background(self._look, self._write_next) if self._disk is not None else None
        if self._background is not None:
            self._background.start()

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
        owner = conversation_digest(conversation) if conversation else ""
        partials = sorted(partials, key=lambda part: part[0])
        positions = tuple(position for position, _ in partials)
        with self._lock:
            entry = self._same(owner, row, positions)
            if entry is None:
                entry = Entry(next(self._numbers), owner, row, positions)
            entry.said = packed_said(said, row)
            entry.hold(data, partials, time.monotonic())
            entry.to_write = self._shall_write(entry)
            for old in self._of(owner):
                if old is not entry and old.is_prefix_of(row):
                    self._leave_ram(old)
            entry.used = next(self._uses)
            self._entries[entry.number] = entry
            self._make_room()
        self._wake()

    def find(self, tokens: Sequence[int]) -> Kept | None:
        """The state that has the most first tokens in common with `tokens`, at least one; of equals one that is in
        RAM, then the one used last."""
        if self._disk is not None and self._background is not None:
            self._background.wait_for_look(_LOOK_S)
            if self._disk.has_changed():
                self._background.wake(look=True)
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
        with self._lock:
            return best.found(rank[0], self._seconds(best))

    def take(self, kept: Kept, conversation: str | None = None) -> Data | None:
        """The bytes of a state that was found; None when they are gone or damaged. As `fetch`."""
        taken = self.fetch(kept, conversation)
        return None if taken is None else taken.data

    def fetch(self, kept: Kept, conversation: str | None = None) -> Taken | None:
        """All that a state holds, for the sequence of `conversation`; None when it is gone or damaged. Reads the file
        of one that is on the disk, which stays there.

        A state in RAM leaves it when that sequence takes its place: when it was that conversation's own, or all of
        its tokens are wanted. One that only lends its beginning, as instructions that many chats have, stays.
        """
        with self._lock:
            entry = self._entries.get(kept.number)
            if entry is None:
                return None
            entry.used = next(self._uses)
            if entry.data is not None:
                taken = Taken(entry.data, unpacked_said(entry.said), entry.partials)
                own = bool(conversation) and entry.conversation == conversation_digest(conversation or "")
                if own or kept.length >= len(entry.tokens):
                    self._leave_ram(entry)
                return taken
            file = entry.file
        read = self._disk.read(file, entry.tokens) if self._disk is not None and file is not None else None
        if read is not None:
            return Taken(read[0], unpacked_said(entry.said), read[1])
        with self._lock:
            if entry.data is None:
                self._entries.pop(entry.number, None)
            elif entry.file is file:
                entry.file = None
        return None

    def restored(self, kept: Kept, seconds: float) -> None:
        """What it took to put the bytes of `kept` into a context: later predictions are made from that."""
        with self._lock:
            self._restoring.took(kept.bytes, seconds)

    def computed(self, tokens: int, seconds: float) -> None:
        """What it took to read so many tokens of a prompt: only what takes longer than that is worth a file."""
        with self._lock:
            self._computing.took(tokens, seconds)

    def told(self, text: str | None = None) -> Said:
        """The texts of all states and the tokens that they stand for, longest first; those that `text` begins with,
        where it is given."""
        if self._background is not None:
            self._background.wait_for_look(_LOOK_S)
        with self._lock:
            entries = sorted(self._entries.values(), key=lambda entry: entry.used)
        found: dict[str, Tokens] = {}
        for entry in entries:
            found.update((said, row) for said, row in entry.said if text is None or text.startswith(said))
        return unpacked_said(tuple(sorted(found.items(), key=lambda pair: len(pair[0]), reverse=True)))

    def forget(self, conversation: str) -> None:
        """Drop all states of a conversation, "": all there are, and remove the files, which are of other models
        too."""
        with self._looking:
            with self._lock:
                if not conversation:
                    self._entries.clear()
                for entry in self._of(conversation_digest(conversation)):
                    self._entries.pop(entry.number)
            if self._disk is not None:
                self._disk.forget(conversation)

    def limit_disk(self, size: int) -> None:
        """Let the files of all models' states take so many bytes from now on."""
        if self._disk is not None:
            self._disk.limit = size

    @property
    def ram_bytes(self) -> int:
        with self._lock:
            return sum(entry.ram_bytes for entry in self._entries.values())

    @property
    def disk_bytes(self) -> int:
        """What the files of all models' states take."""
        return self._disk.bytes if self._disk is not None else 0

    def close(self, seconds: float) -> None:
        """Write what waits for it, the latest first, as far as `seconds` go; then let go of everything."""
        if self._background is not None:
            self._background.close(seconds)
        with self._lock:
            self._entries.clear()

    # --- on the thread of its own ---

    def _look(self) -> None:
        """Take in what other processes, or this one before, have left in the folder, and what is gone from it."""
        if self._disk is None:
            return
        with self._looking:
            with self._lock:
                known = {entry.file.path for entry in self._entries.values() if entry.file is not None}
            there, new = self._disk.look(known)
            with self._lock:
                for entry in tuple(self._entries.values()):
                    if entry.file is not None and entry.file.path in known - there:
                        entry.file = None
                        self._drop_if_empty(entry)
                for file, header in new:
                    self._take_in(file, header)

    def _write_next(self) -> float | None:
        """Write one state that is due; in how many seconds the next one is, None when nothing waits."""
        assert self._disk is not None and self._background is not None
        closing = self._background.is_closing
        with self._lock:
            waiting = [entry for entry in self._entries.values() if entry.to_write]
            if not waiting:
                return None
            entry = (max if closing else min)(waiting, key=lambda entry: entry.used)
            short = sum(entry.ram_bytes for entry in self._entries.values()) > self._ram_limit // 2
            due = entry.since + self._rest_s - time.monotonic()
            if due > 0 and not closing and not short:
                return due
            data, partials, said = entry.data, entry.partials, entry.said
        assert data is not None
        background = self._background

        def unwanted() -> bool:
            return background.is_out_of_time or not entry.to_write or entry.number not in self._entries

        # At the end of the engine there is no time to wait for the disk.
        file = self._disk.write(
            entry.conversation, entry.tokens, said, data, partials, unwanted, settled=not closing
        )
        self._written(entry, file)
        self._look()
        return 0.0

    def _written(self, entry: Entry, file: StateFile | None) -> None:
        """It has its file now, and what it goes on from needs none any more."""
        with self._lock:
            wanted = entry.number in self._entries
            entry.to_write = False
            gone = [] if file is None or wanted else [file.path]
            if file is not None and wanted:
                entry.file = file
                for old in self._of(entry.conversation):
                    if old is not entry and old.file is not None and old.is_prefix_of(entry.tokens):
                        gone.append(old.file.path)
                        old.file = None
                        self._drop_if_empty(old)
            self._make_room()
        for path in gone:
            remove(path)

    # --- inside, under the lock ---

    def _of(self, owner: str) -> list[Entry]:
        return [entry for entry in self._entries.values() if owner and entry.conversation == owner]

    def _same(self, owner: str, tokens: Tokens, positions: tuple[int, ...]) -> Entry | None:
        """The same state of the same conversation, which was taken from its file and comes back unchanged."""
        for entry in self._of(owner):
            same = len(entry.tokens) == len(tokens) and entry.positions == positions
            if same and entry.is_prefix_of(tokens):
                return entry
        return None

    def _take_in(self, file: StateFile, header: Header) -> None:
        tokens = tokens_in(header)
        positions = tuple(position for position, _ in header.partials)
        same = self._same(file.conversation, tokens, positions)
        if same is not None and same.file is None:
            same.file, same.to_write = file, False
            return
        entry = Entry(next(self._numbers), file.conversation, tokens, positions)
        entry.said, entry.bytes, entry.file = said_in(header, tokens), header.all_bytes, file
        entry.used = next(self._uses)
        self._entries[entry.number] = entry

    def _shall_write(self, entry: Entry) -> bool:
        if self._disk is None or not entry.conversation or entry.file is not None:
            return False
        reading_s = self._computing.seconds(len(entry.tokens))
        restoring_s = self._disk.reading.seconds(entry.bytes) + self._restoring.seconds(entry.bytes)
        return entry.bytes <= self._disk.limit and worth_a_file(len(entry.tokens), reading_s, restoring_s)

    def _seconds(self, entry: Entry) -> float:
        """The predicted time of bringing it back; 0.0 unknown."""
        if entry.data is None and self._disk is not None:
            reading = self._disk.reading.seconds(entry.bytes)
            return reading and reading + self._restoring.seconds(entry.bytes)
        return self._restoring.seconds(entry.bytes)

    def _make_room(self) -> None:
        """The states that were not used for longest leave RAM. One that is larger than all the room stays until it
        is written, if nothing else of that size waits for it."""
        held = sorted(
            (entry for entry in self._entries.values() if entry.data is not None),
            key=lambda entry: entry.used,
            reverse=True,
        )
        left, huge = self._ram_limit, 0
        for entry in held:
            if entry.bytes > self._ram_limit:
                huge += 1
                stays = entry.to_write and huge == 1
            else:
                stays = entry.bytes <= left
                left -= entry.bytes
            if not stays:
                self._leave_ram(entry)

    def _leave_ram(self, entry: Entry) -> None:
        entry.let_go()
        self._drop_if_empty(entry)

    def _drop_if_empty(self, entry: Entry) -> None:
        if entry.data is None and entry.file is None:
            self._entries.pop(entry.number, None)

    def _wake(self) -> None:
        if self._background is not None:
            self._background.wake()
