"""Where a source stands, in words for people."""

from __future__ import annotations

from agents.tools.documents.places import Place, place_of
from app.language import Language
from app.messages import localized


def place(name: str, label: str, language: Language) -> str:
    """A file, and the part of it that has this label."""
    return ", ".join(" ".join(each.split()) for each in (name, part(label, language)) if each)


def part(label: str, language: Language) -> str:
    """The part of a file that has this label; two of them stand for all between."""
    first, dash, last = label.partition(" – ")
    ends = (place_of(first), place_of(last)) if dash else (place_of(label),)
    if not all(ends):
        return label
    return " – ".join(_words(each, language) for each in ends if each)


def _words(each: Place, language: Language) -> str:
    about: dict[str, str | int] = {"number": each.name or each.first}
    if each.last > each.first:
        about = {"number": f"{each.first}–{each.last}"}
    words = localized(f"part_of_file.{each.kind}", language, **about) if each.kind else ""
    first, last = each.rows
    rows = localized("part_of_file.rows", language, first=first, last=last) if first else ""
    return ", ".join(filter(None, (words, rows)))
