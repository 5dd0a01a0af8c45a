"""Marks that stand for pictures while a prompt is text.

A template sees a picture as a mark drawn for the request, which no text of it contains. In the rendered prompt the
mark becomes one with a NUL, which no text that comes from outside can hold (`engine.text.clean_text`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec

from engine.formats.values import Piece, Prompt
from engine.values import Message, Picture

# A private plane that the separation of pieces does not draw from.
_PRIVATE = range(0x100000, 0x10E000)


def marked(messages: Sequence[Message]) -> tuple[tuple[Message, ...], str]:
    """The messages with marks in the places of their pictures, and the sign that begins and ends a mark; "" without
    pictures."""
    if not any(message.media for message in messages):
        return tuple(messages), ""
    spoken = set().union(*(set(repr(message.as_dict())) | set(message.content) for message in messages))
    sign = next(chr(code) for code in _PRIVATE if chr(code) not in spoken)
    number = 0
    found = []
    for message in messages:
        content, shift = message.content, 0
        for picture in sorted(message.media, key=lambda picture: picture.at):
            mark = f"{sign}{number}{sign}"
            at = min(picture.at, len(message.content)) + shift
            content = content[:at] + mark + content[at:]
            number, shift = number + 1, shift + len(mark)
        found.append(msgspec.structs.replace(message, content=content, media=()))
    return tuple(found), sign


def with_pictures(
    prompt: Prompt,
    sign: str,
    messages: Sequence[Message],
    tokens: Callable[[Picture], tuple[int, ...]],
) -> Prompt:
    """The prompt of `marked` messages, in which each mark stands for the tokens of its picture."""
    if not sign:
        return prompt
    pictures = [
        picture for message in messages for picture in sorted(message.media, key=lambda picture: picture.at)
    ]
    mark = re.compile(f"{sign}(\\d+){sign}")
    meant: dict[str, tuple[int, ...]] = {}

    def lasting(match: re.Match[str]) -> str:
        picture = pictures[int(match[1])]
        text = f"\0{picture.sha256}:{picture.width}\0"
        if text not in meant:
            meant[text] = tokens(picture)
        return text

    pieces = tuple(Piece(mark.sub(lasting, piece.text), piece.trusted) for piece in prompt.pieces)
    text = mark.sub(lasting, prompt.text)
    before = mark.sub(lasting, prompt.text[: prompt.continued_from])
    return msgspec.structs.replace(
        prompt, text=text, pieces=pieces, continued_from=len(before), pictures=meant
    )
