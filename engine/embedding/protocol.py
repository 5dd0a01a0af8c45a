"""What the embedding host and its client tell each other: msgpack, one message per `send_bytes`."""

from __future__ import annotations

import msgspec

from engine.errors import ErrorInfo


class Embed(msgspec.Struct, frozen=True, tag="embed"):
    """Embed these texts, which are prepared. One at a time; ids grow."""

    id: int
    texts: tuple[str, ...]


class Rank(msgspec.Struct, frozen=True, tag="rank"):
    """Tell how well each document answers the query. `template`: how the model wants both, "" for what is usual."""

    id: int
    query: str
    documents: tuple[str, ...]
    template: str


class Abort(msgspec.Struct, frozen=True, tag="abort"):
    """Break off the step, and give what is done."""

    id: int


class Alive(msgspec.Struct, frozen=True, tag="alive"):
    """Work goes on: loading has begun, or a step is done."""


class Rows(msgspec.Struct, frozen=True, tag="rows"):
    """Vectors of the first texts of the request, or a score for each of the first documents: of all unless it was
    broken off. `data`: float32, little-endian, row after row. `tokens` of each, with those that were left out."""

    id: int
    width: int
    data: bytes
    tokens: tuple[int, ...]


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    id: int
    error: ErrorInfo


Work = Embed | Rank
Command = Work | Abort
Reply = Alive | Rows | Failed

_encoder = msgspec.msgpack.Encoder()
_commands: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def encode(message: Command | Reply) -> bytes:
    return _encoder.encode(message)


def decode_command(data: bytes) -> Command:
    """Raises msgspec.DecodeError."""
    return _commands.decode(data)


def decode_reply(data: bytes) -> Reply:
    """Raises msgspec.DecodeError."""
    return _replies.decode(data)
