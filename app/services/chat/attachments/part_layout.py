"""Where the parts of a document stand in the text that the model is given of it, as JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agents.tools.documents.reading import Part


class _Place(msgspec.Struct, frozen=True, array_like=True):
    number: int
    label: str
    first: int
    last: int


_PLACES: msgspec.json.Decoder[list[_Place]] = msgspec.json.Decoder(list[_Place])


def layout_of(parts: Sequence[Part], places: Sequence[tuple[int, int]]) -> bytes:
    """The layout of a text in which each of `parts` stands from and to one of `places`."""
    return msgspec.json.encode(
        [
            _Place(part.number if part.label else 0, part.label, first, last)
            for part, (first, last) in zip(parts, places, strict=True)
        ]
    )


def parts_of(text: str, layout: bytes | None) -> tuple[Part, ...]:
    """The parts of a text, all of it as one where its layout is gone or not of it."""
    if not text:
        return ()
    try:
        places = _PLACES.decode(layout or b"[]")
    except msgspec.MsgspecError:  # a chat may come from anybody
        places = []
    if not places or any(not 0 <= each.first <= each.last <= len(text) for each in places):
        return (Part("", text),)
    return tuple(Part(each.label, text[each.first : each.last], each.number) for each in places)
