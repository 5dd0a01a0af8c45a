"""Which changes of a review are kept. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

from agents.review.hunks import Hunk
from agents.review.values import Review, ReviewFile


class Place(msgspec.Struct, frozen=True):
    """What is decided at once: a hunk of a file, or all of a file that is not told in several hunks."""

    file: ReviewFile
    hunk: Hunk | None

    @property
    def fixed(self) -> bool:
        """Whether it cannot be dropped: nothing was kept of what was there."""
        return not self.file.kept


class Choice:
    """The places of a review in their order, all kept at first."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.places: list[Place] = [
            Place(file, hunk) for file in review.files for hunk in (file.hunks or (None,))
        ]
        self._of_file: dict[str, list[int]] = {}
        for number, place in enumerate(self.places):
            self._of_file.setdefault(place.file.path, []).append(number)
        self._dropped: set[int] = set()

    def is_kept(self, place: int) -> bool:
        return place not in self._dropped

    def set_kept(self, place: int, kept: bool) -> None:
        if kept:
            self._dropped.discard(place)
        elif not self.places[place].fixed:
            self._dropped.add(place)

    def set_file_kept(self, path: str, kept: bool) -> None:
        for place in self.of_file(path):
            self.set_kept(place, kept)

    def of_file(self, path: str) -> list[int]:
        return self._of_file[path]

    def file_state(self, path: str) -> Literal["all", "some", "none"]:
        """How much of a file is kept."""
        kept = [self.is_kept(place) for place in self.of_file(path)]
        return "all" if all(kept) else "some" if any(kept) else "none"

    @property
    def dropped_count(self) -> int:
        return len(self._dropped)

    @property
    def kept_count(self) -> int:
        return len(self.places) - len(self._dropped)

    def dropped(self) -> dict[str, tuple[int, ...] | None]:
        """The hunks that are not kept, by file; None for all of it."""
        return self._chosen(kept=False)

    def kept(self) -> dict[str, tuple[int, ...] | None]:
        """The hunks that are kept, by file; None for all of it."""
        return self._chosen(kept=True)

    def _chosen(self, *, kept: bool) -> dict[str, tuple[int, ...] | None]:
        found: dict[str, tuple[int, ...] | None] = {}
        for file in self.review.files:
            places = self.of_file(file.path)
            chosen = [place for place in places if self.is_kept(place) is kept]
            if len(chosen) == len(places):
                found[file.path] = None
            elif chosen:
                hunks = (self.places[place].hunk for place in chosen)
                found[file.path] = tuple(hunk.number for hunk in hunks if hunk is not None)
        return found
