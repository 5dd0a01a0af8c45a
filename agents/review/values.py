"""Values of reviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

import msgspec

from agents.review.hunks import Hunk
from agents.snapshots.manifest import Item

# The hunks to drop of each path, None for all of the file.
Dropped = Mapping[str, Collection[int] | None]


class ReviewFile(msgspec.Struct, frozen=True):
    """What a run did to one file, all in all. `before` and `after` are the file, link or pipe, None for nothing.

    `old_path` is where it was before, when it moved, "" when it did not. `hunks` are the places that can be dropped
    one by one, empty where it is no text, or only moved or got another mode: then it can be dropped as a whole.
    `old_text` and `new_text` are what the hunks lead from and to. `edited`: somebody else changed it since. `kept`
    False: no copy of what was there could be kept, so it cannot be dropped.
    """

    path: str
    change: Literal["new", "changed", "deleted", "moved"]
    before: Item | None
    after: Item | None
    old_path: str = ""
    hunks: tuple[Hunk, ...] = ()
    old_text: str = ""
    new_text: str = ""
    edited: bool = False
    kept: bool = True

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.old_path, self.path) if self.old_path else (self.path,)

    def hunks_in(self, chosen: Dropped) -> tuple[Hunk, ...]:
        """Its hunks that are among `chosen`."""
        numbers = chosen.get(self.path, ())
        return tuple(hunk for hunk in self.hunks if numbers is None or hunk.number in numbers)

    @property
    def added(self) -> int:
        return sum(line.mark == "+" for hunk in self.hunks for line in hunk.lines)

    @property
    def removed(self) -> int:
        return sum(line.mark == "-" for hunk in self.hunks for line in hunk.lines)

    @property
    def modes(self) -> tuple[int, int] | None:
        """The mode bits before and after, where they differ."""
        if self.before is None or self.after is None or self.before.mode == self.after.mode:
            return None
        return self.before.mode, self.after.mode


class Review(msgspec.Struct, frozen=True):
    """All files that a run changed, by path. Folders are not told."""

    files: tuple[ReviewFile, ...] = ()
