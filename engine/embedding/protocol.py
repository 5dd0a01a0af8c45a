"""What the embedding host and its client tell each other: msgpack, one message per `send_bytes`."""

from __future__ import annotations

import msgspec

from engine.errors import ErrorInfo


class Embed(msgspec.Struct, frozen=True, tag="embed"):
    """Embed these texts, which are prepared. One at a time; ids grow."""

    id: int
    texts: tuple[str, ...]


class Abort(msgspec.Struct, frozen=True, tag="abort"):
    """Break off the step, and give what is done."""

    id: int


class Alive(msgspec.Struct, frozen=True, tag="alive"):
    """Work goes on: loading has begun, or a step is done."""


class Vectors(msgspec.Struct, frozen=True, tag="vectors"):
    """Vectors of the first texts of the request, of all unless it was broken off: float32, little-endian, row after
    row."""

    id: int
    width: int
    rows: bytes


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    id: int
    error: ErrorInfo


Command = Embed | Abort
Reply = Alive | Vectors | Failed

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
