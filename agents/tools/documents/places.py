"""Where a part stands in its document, as data. What is kept and told to models is its label; people are told it in
their language."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

PlaceKind = Literal["page", "slide", "chapter", "sheet", ""]
_LABEL = re.compile(
    r"(?:(?P<kind>page|slide|chapter) (?P<number>\d+)(?:–(?P<last>\d+))?|sheet (?P<sheet>.*?))?"
    r"(?:(?:^|, )rows (?P<from>\d+)[-–](?P<to>\d+))?",
    re.DOTALL,
)


class Place(msgspec.Struct, frozen=True):
    """Pages, slides or chapters `first` to `last`, from 1, or the sheet of this `name`. `rows` are the first and the
    last one of a table, (0, 0) for all."""

    kind: PlaceKind = ""
    first: int = 0
    last: int = 0
    name: str = ""
    rows: tuple[int, int] = (0, 0)

    @property
    def label(self) -> str:
        """What is kept of it, and told to models."""
        part = f"sheet {self.name}" if self.kind == "sheet" else ""
        if self.first:
            part = f"{self.kind} {self.first}" + (f"–{self.last}" if self.last > self.first else "")
        rows = f"rows {self.rows[0]}-{self.rows[1]}" if self.rows[0] else ""
        return ", ".join(filter(None, (part, rows)))

    def up_to(self, other: Place) -> Place | None:
        """Both and all between them; None where one place cannot say that."""
        if (self.kind, self.name) != (other.kind, other.name):
            return None
        if self.rows[0] and other.rows[0]:
            return msgspec.structs.replace(self, rows=(self.rows[0], other.rows[1]))
        if self.first and other.first:
            return msgspec.structs.replace(self, last=other.last)
        return self if self == other else None


def numbered(kind: Literal["page", "slide", "chapter"], number: int) -> Place:
    return Place(kind, number, number)


def place_of(label: str) -> Place | None:
    """What a label says, None for one that says something else."""
    found = _LABEL.fullmatch(label)
    if found is None or not label:
        return None
    rows = (int(found["from"]), int(found["to"])) if found["from"] else (0, 0)
    if found["sheet"] is not None:
        return Place("sheet", name=found["sheet"], rows=rows)
    if found["number"] is None:
        return Place(rows=rows)
    first = int(found["number"])
    kind: PlaceKind = found["kind"]  # type: ignore[assignment]
    return Place(kind, first, int(found["last"] or first), rows=rows)
