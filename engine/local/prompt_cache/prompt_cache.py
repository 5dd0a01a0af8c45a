"""Prompt cache: finds states by tokens, bounds their size, evicts the least recently used.

A state goes to RAM first. It is written to disk only after it has rested, when RAM gets short, or when the
engine ends, as alternating conversations swap every few seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from engine.local.free_memory import has_memory_for
from engine.local.prompt_cache.background import Background
from engine.local.prompt_cache.disk import Disk
from engine.local.prompt_cache.entry import Entry, packed_texts, unpacked_texts
from engine.local.prompt_cache.folder import StateFile, conversation_digest, remove
from engine.local.prompt_cache.index import Index, longest
from engine.local.prompt_cache.prefix import packed
from engine.local.prompt_cache.speeds import Speed
from engine.local.prompt_cache.state_file import Header, said_in, tokens_in
from engine.local.prompt_cache.values import CachedState, Data, FoundState, TokenizedTexts
from engine.local.prompt_cache.worth import worth_a_file

# A state unused for this long is written.
REST_S = 20.0
# Waited for the first look into the folder: headers are read, some hundred kilobytes each at the most.
_LOOK_S = 2.0
# Tokens; fewer say little of how fast a prompt is read.
_LEAST_READ = 32


class PromptCache:
    """States of one loaded model: up to `ram_limit` bytes in RAM, and files of named conversations in
    `folder`, where all models' take at most `disk_limit`; `folder` None: no files. Methods are thread-safe.

    `key` names all that the bytes of a state depend on: the model's file, the library's build, how the context was
    made. States of another key are never found.
    """

    def __init__(
        self, folder: Path | None, key: str, ram_limit: int, disk_limit: int, rest_s: float = REST_S
    ) -> None:
        self._rest_s = rest_s
        self._lock = threading.Lock()
        # Held, before the other one, while what the folder holds is made out: a file that is being removed shall not
        # be taken in.
        self._looking = threading.Lock()
        self._index = Index(ram_limit)
        self._restoring, self._computing = Speed(), Speed(least=_LEAST_READ)
        self._disk = Disk(folder, key, disk_limit) if folder is not None else None
        self._background = Background(self._look, self._write_next) if self._disk is not None else None
        if self._background is not None:
            self._background.start()

    def keep(
        self,
        conversation: str,
        tokens: Sequence[int],
        said: TokenizedTexts,
        data: Data,
        partials: Sequence[tuple[int, Data]] = (),
    ) -> None:
        """Take over the state of a sequence with `tokens`; the caller must not change `data` any more.

        Replaces the conversation's states that it extends, up to a few tokens at their ends. One that exceeds
        the limits is dropped.
        """
        row = packed(tokens)
        owner = conversation_digest(conversation) if conversation else ""
        partials = sorted(partials, key=lambda part: part[0])
        positions = tuple(position for position, _ in partials)
        with self._lock:
            entry = self._index.same(owner, row, positions) or self._index.new(owner, row, positions)
            entry.said = packed_texts(said, row)
            entry.hold(data, partials, time.monotonic())
            entry.to_write = self._shall_write(entry)
            for old in self._index.of(owner):
                if old is not entry and old.is_covered_by(row):
                    self._index.leave_ram(old)
            self._index.add(entry)
            self._index.make_room()
        if self._background is not None:
            self._background.wake()

    def keeps(self, size: int) -> bool:
        """Whether a state of so many bytes is kept in RAM."""
        return size <= self._index.ram_limit

    def find(self, tokens: Sequence[int], most: int = 2**31) -> FoundState | None:
        """The state of at most `most` tokens with the longest common prefix with `tokens`; ties go to RAM,
        then to the most recent."""
        if self._disk is not None and self._background is not None:
            self._background.wait_for_look(_LOOK_S)
            if self._disk.has_changed():
                self._background.wake(look=True)
        row = packed(tokens)
        with self._lock:
            entries = [entry for entry in self._index if len(entry.tokens) <= most]
        best, length = longest(entries, row)
        if best is None:
            return None
        with self._lock:
            return best.found(length, self._seconds(best))

    def take(self, kept: FoundState, conversation: str | None = None) -> Data | None:
        """The bytes of a found state; None if gone or damaged. As `fetch`."""
        taken = self.fetch(kept, conversation)
        return None if taken is None else taken.data

    def fetch(self, kept: FoundState, conversation: str | None = None) -> CachedState | None:
        """Everything that a state holds, for the sequence of `conversation`; None if gone or damaged. Reads a
        file where needed, which stays.

        A state in RAM is moved out if it is that conversation's own, or if all its tokens are wanted. One
        that only shares its prefix, as common instructions do, stays.
        """
        with self._lock:
            entry = self._index.get(kept.number)
            if entry is None:
                return None
            self._index.touch(entry)
            if entry.data is not None:
                taken = CachedState(entry.data, unpacked_texts(entry.said), entry.partials)
                own = bool(conversation) and entry.conversation == conversation_digest(conversation or "")
                if own or kept.length >= len(entry.tokens):
                    self._index.leave_ram(entry)
                return taken
        if entry.reader is not None and entry.reader.is_alive():
            entry.reader.join()
            return self.fetch(kept, conversation)
        read = self._from_disk(entry)
        return None if read is None else CachedState(read[0], unpacked_texts(entry.said), read[1])

    def bring_near(self, kept: FoundState) -> bool:
        """Whether `fetch` need not wait for the disk. If it would, the state is read into RAM in the
        background, room permitting: ask again."""
        with self._lock:
            entry = self._index.get(kept.number)
            if entry is None or entry.data is not None or entry.bytes > self._index.ram_limit:
                return True
            if entry.reader is not None:  # has come, and had to leave again
                return not entry.reader.is_alive()
            entry.reader = threading.Thread(
                target=self._read, args=(entry,), name="prompt-cache-reader", daemon=True
            )
            entry.reader.start()
            return False

    def restored(self, kept: FoundState, seconds: float) -> None:
        """Record the seconds that restoring `kept` into a context took, for later predictions."""
        with self._lock:
            self._restoring.took(kept.bytes, seconds)

    def discard(self, kept: FoundState) -> None:
        """Drop a state that a context with room does not accept."""
        with self._lock:
            entry = self._index.get(kept.number)
            if entry is not None:
                self._index.drop(entry)
        if entry is not None and entry.file is not None:
            remove(entry.file.path)

    def computed(self, tokens: int, seconds: float) -> None:
        """Record the seconds of prefilling so many tokens: only slower ones are worth a file."""
        with self._lock:
            self._computing.took(tokens, seconds)

    def texts(self, text: str | None = None) -> TokenizedTexts:
        """Texts of all states with their tokens, longest first; those that `text` begins with, if given."""
        if self._background is not None:
            self._background.wait_for_look(_LOOK_S)
        with self._lock:
            return self._index.said(text)

    def forget(self, conversation: str) -> None:
        """Drop all states of a conversation, "": of all, with their files, those of other models included."""
        with self._looking:
            with self._lock:
                if not conversation:
                    self._index.clear()
                for entry in self._index.of(conversation_digest(conversation)):
                    self._index.drop(entry)
            if self._disk is not None:
                self._disk.forget(conversation)

    def limit_disk(self, size: int) -> None:
        """Limit the files of all models' states to so many bytes."""
        if self._disk is not None:
            self._disk.limit = size

    @property
    def ram_bytes(self) -> int:
        with self._lock:
            return self._index.ram_bytes

    @property
    def disk_bytes(self) -> int:
        """Bytes of all models' files."""
        return self._disk.bytes if self._disk is not None else 0

    def close(self, seconds: float) -> None:
        """Write what waits, latest first, within `seconds`; then release everything."""
        if self._background is not None:
            self._background.close(seconds)
        with self._lock:
            readers = [entry.reader for entry in self._index if entry.reader is not None]
            self._index.clear()
        for reader in readers:
            reader.join(_LOOK_S)

    # --- on threads of its own ---

    def _look(self) -> None:
        """Sync with the folder: states that other processes left, and files that are gone."""
        if self._disk is None:
            return
        with self._looking:
            with self._lock:
                known = {entry.file.path for entry in self._index if entry.file is not None}
            there, new = self._disk.look(known)
            with self._lock:
                for entry in self._index:
                    if entry.file is not None and entry.file.path in known - there:
                        self._index.leave_disk(entry)
                for file, header in new:
                    self._take_in(file, header)

    def _write_next(self) -> float | None:
        """Write one due state; the seconds until the next, None if none waits."""
        assert self._disk is not None and self._background is not None
        closing = self._background.is_closing
        with self._lock:
            waiting = [entry for entry in self._index if entry.to_write]
            if not waiting:
                return None
            entry = (max if closing else min)(waiting, key=lambda entry: entry.used)
            short = self._index.ram_bytes > self._index.ram_limit // 2
            due = entry.since + self._rest_s - time.monotonic()
            if due > 0 and not closing and not short:
                return due
            data, partials, said = entry.data, entry.partials, entry.said
        assert data is not None
        background = self._background

        def unwanted() -> bool:
            return background.is_out_of_time or not entry.to_write or entry not in self._index

        # At the end of the engine there is no time to wait for the disk.
        file = self._disk.write(
            entry.conversation, entry.tokens, said, data, partials, unwanted, settled=not closing
        )
        self._written(entry, file)
        self._look()
        return 0.0

    def _written(self, entry: Entry, file: StateFile | None) -> None:
        """Note its new file; the states that it extends need none any more."""
        with self._lock:
            wanted = entry in self._index
            entry.to_write = False
            gone = [] if file is None or wanted else [file.path]
            if file is not None and wanted:
                entry.file = file
                for old in self._index.of(entry.conversation):
                    if old is not entry and old.file is not None and old.is_covered_by(entry.tokens):
                        gone.append(old.file.path)
                        self._index.leave_disk(old)
            self._index.make_room()
        for path in gone:
            remove(path)

    def _read(self, entry: Entry) -> None:
        """Read a state from its file into RAM."""
        read = self._from_disk(entry)
        with self._lock:
            if read is not None and entry in self._index and entry.data is None:
                entry.hold(*read, time.monotonic())
                self._index.touch(entry)
                self._index.make_room()

    def _from_disk(self, entry: Entry) -> tuple[Data, tuple[tuple[int, Data], ...]] | None:
        """The bytes of a state; an unusable one is forgotten, one that there is no memory for is left."""
        if not has_memory_for(entry.bytes):
            return None
        file = entry.file
        read = self._disk.read(file, entry.tokens) if self._disk is not None and file is not None else None
        if read is None:
            with self._lock:
                if entry.file is file:
                    self._index.leave_disk(entry)
        return read

    # --- inside, under the lock ---

    def _take_in(self, file: StateFile, header: Header) -> None:
        tokens = tokens_in(header)
        positions = tuple(position for position, _ in header.partials)
        same = self._index.same(file.conversation, tokens, positions)
        if same is not None and same.file is None:
            same.file, same.to_write = file, False
            return
        entry = self._index.new(file.conversation, tokens, positions)
        entry.said, entry.bytes, entry.file = said_in(header, tokens), header.all_bytes, file
        self._index.add(entry)

    def _shall_write(self, entry: Entry) -> bool:
        if self._disk is None or not entry.conversation or entry.file is not None:
            return False
        reading_s = self._computing.seconds(len(entry.tokens))
        restoring_s = self._disk.reading.seconds(entry.bytes) + self._restoring.seconds(entry.bytes)
        return entry.bytes <= self._disk.limit and worth_a_file(len(entry.tokens), reading_s, restoring_s)

    def _seconds(self, entry: Entry) -> float:
        """The predicted seconds of restoring it; 0.0 unknown."""
        if entry.data is None and self._disk is not None:
            reading = self._disk.reading.seconds(entry.bytes)
            return reading and reading + self._restoring.seconds(entry.bytes)
        return self._restoring.seconds(entry.bytes)
