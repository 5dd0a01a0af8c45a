"""Disk tier of the prompt cache for one model: writes, finds, reads and times its states."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from engine.local.prompt_cache import state_file
from engine.local.prompt_cache.folder import RESERVE, StateFile, StatesFolder, key_digest, remove, touch
from engine.local.prompt_cache.prefix import Tokens
from engine.local.prompt_cache.speeds import Speed
from engine.local.prompt_cache.state_file import Header, Stopped, Unusable
from engine.local.prompt_cache.values import Data, PackedTexts


class Disk:
    """`limit` bounds the states of all models. Unusable files are removed silently. `reading` is the
    measured read speed."""

    def __init__(self, folder: Path, key: str, limit: int) -> None:
        self._folder, self._key, self.limit = StatesFolder(folder), key, limit
        self._digest = key_digest(key)
        self._stamp = -1
        self.reading = Speed()
        # Of all models' files, when they were last looked at.
        self.bytes = 0

    def has_changed(self) -> bool:
        """Whether files came or went since `look`, by any process."""
        return self._folder.stamp() != self._stamp

    def look(self, known: Collection[Path]) -> tuple[set[Path], list[tuple[StateFile, Header]]]:
        """The present files of this model, and the headers of those not among `known`."""
        self._stamp = self._folder.stamp()
        self._folder.evict_idle()
        files = self._folder.files()
        self.bytes = sum(file.bytes for file in files)
        there = [file for file in files if file.key == self._digest]
        new = [
            (file, header)
            for file in there
            if file.path not in known and (header := self._header(file.path)) is not None
        ]
        return {file.path for file in there}, new

    def write(
        self,
        conversation: str,
        tokens: Tokens,
        said: PackedTexts,
        data: Data,
        partials: Sequence[tuple[int, Data]],
        unwanted: Callable[[], bool],
        *,
        settled: bool,
    ) -> StateFile | None:
        """Write a state, evicting older ones as needed; None without room or if the disk refuses.
        `conversation` is a digest, `settled` as in `state_file.write`."""
        header = state_file.header_of(self._key, tokens, said, data, partials)
        try:
            place = self._folder.new_place(self._digest, conversation)
            if not self._folder.make_room(state_file.file_bytes(header), self.limit, RESERVE):
                return None
            parts = [part for _, part in partials]
            state_file.write(place, header, data, parts, unwanted, settled=settled)
            about = place.stat()
        except (OSError, Stopped):
            return None
        return StateFile(place, self._digest, conversation, about.st_size, about.st_mtime)

    def read(self, file: StateFile, tokens: Tokens) -> tuple[Data, tuple[tuple[int, Data], ...]] | None:
        """A state's bytes and its partial states; None, and the file removed, if they do not match
        `tokens`."""
        started = time.perf_counter()
        try:
            header, data, parts = state_file.read(file.path, self.limit)
            if header.key != self._key or header.tokens != state_file.row_bytes(tokens):
                raise Unusable
        except (OSError, Unusable):
            remove(file.path)
            return None
        self.reading.took(header.all_bytes, time.perf_counter() - started)
        touch(file.path)
        positions = [position for position, _ in header.partials]
        return data, tuple(zip(positions, parts, strict=True))

    def forget(self, conversation: str) -> None:
        """Remove all models' files of a conversation, "": all files."""
        if conversation:
            self._folder.forget(conversation)
        else:
            self._folder.clear()

    def _header(self, path: Path) -> Header | None:
        try:
            header = state_file.read_header(path, self.limit)
            if header.key != self._key:
                raise Unusable
        except FileNotFoundError:
            return None
        except (OSError, Unusable):
            remove(path)
            return None
        return header
