"""Names of files made of titles, which may say anything."""

from __future__ import annotations

import unicodedata

# UTF-8 with the ending: short enough for every file system, encrypted ones included.
MAX_BYTES = 120
# Windows gives these to devices, whatever ending follows; it takes superscript digits for digits.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789¹²³")}
_SEPARATORS = frozenset('/\\:*?"<>|')


def file_name(title: str, otherwise: str, ending: str) -> str:
    """A name that every system can hold; of what `otherwise` says where the title has nothing to take."""
    return _numbered(title, otherwise, ending, 1)


class FileNames:
    """Names for the files of one folder, numbered where taken, whatever their case."""

    def __init__(self, ending: str) -> None:
        self._ending = ending
        self._numbers: dict[str, int] = {}
        self._taken: set[str] = set()

    def take(self, title: str, otherwise: str) -> str:
        """A name that was not given before."""
        first = name = file_name(title, otherwise, self._ending)
        number = self._numbers.get(first.casefold(), 1)
        while name.casefold() in self._taken:
            number += 1
            name = _numbered(title, otherwise, self._ending, number)
        self._numbers[first.casefold()] = number
        self._taken.add(name.casefold())
        return name


def _numbered(title: str, otherwise: str, ending: str, number: int) -> str:
    tail = ending if number == 1 else f" {number}{ending}"
    stem = _cut(_plain(title), MAX_BYTES - len(tail.encode())) or otherwise
    if stem.partition(".")[0].rstrip().casefold() in _DEVICES:
        stem = f"_{stem}"
    return stem + tail


def _plain(title: str) -> str:
    """The title without what no name may hold: separators, controls and marks that turn the writing around."""
    kept = (
        " " if character in _SEPARATORS or unicodedata.category(character)[0] in "CZ" else character
        for character in unicodedata.normalize("NFC", title)
    )
    return " ".join("".join(kept).split()).strip(". ")


def _cut(text: str, size: int) -> str:
    return text.encode("utf-8", "replace")[:size].decode("utf-8", "ignore").rstrip(". ")
