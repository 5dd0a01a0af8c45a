"""Pipe protocol between client and host: msgspec JSON, one message per `send_bytes`.

Towards the host one command at a time; towards the client a list of replies, so that a busy host sends less
often. Events of `engine.api` travel as they are.
"""

from __future__ import annotations

import msgspec

from engine.api import GenerateRequest, HostEvent, LoadRequest, TokenizeRequest
from engine.values import Picture


class Load(msgspec.Struct, frozen=True, tag="load"):
    """Load a model. ggml starts with the first of these.

    `min_batch` is op offload's smallest batch, which ggml reads once: 0 the library's own. None when the plan
    may ask for another start. `died`: a host died with this model while its weights were laid out anew, which this
    load does without: if it succeeds, that is remembered.
    """

    request: LoadRequest
    min_batch: int | None = None
    died: bool = False


class CancelLoad(msgspec.Struct, frozen=True, tag="cancel_load"):
    pass


class Generate(msgspec.Struct, frozen=True, tag="generate"):
    request: GenerateRequest


class Measure(msgspec.Struct, frozen=True, tag="measure"):
    request: GenerateRequest
    texts: tuple[str | Picture, ...] = ()


class Tokenize(msgspec.Struct, frozen=True, tag="tokenize"):
    request: TokenizeRequest


class Abort(msgspec.Struct, frozen=True, tag="abort"):
    id: int


class AnswerNow(msgspec.Struct, frozen=True, tag="answer_now"):
    id: int


class SetPriority(msgspec.Struct, frozen=True, tag="set_priority"):
    conversation: str


class Forget(msgspec.Struct, frozen=True, tag="forget"):
    conversation: str


class LimitStates(msgspec.Struct, frozen=True, tag="limit_states"):
    bytes: int


class WatchExperts(msgspec.Struct, frozen=True, tag="watch_experts"):
    on: bool


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    pass


class Close(msgspec.Struct, frozen=True, tag="close"):
    pass


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The host is up; nothing native is loaded yet."""


class Pong(msgspec.Struct, frozen=True, tag="pong"):
    """`busy`: the host works on something. `steps` grows with each piece of work it completes."""

    busy: bool
    steps: int


class StartAgain(msgspec.Struct, frozen=True, tag="start_again"):
    """The plan needs a host started with this `min_batch`; nothing was loaded."""

    min_batch: int


class Repacking(msgspec.Struct, frozen=True, tag="repacking"):
    """The host is about to lay weights out anew for the processor: should it die, the next one does without."""


class CacheOpening(msgspec.Struct, frozen=True, tag="cache_opening"):
    """The host is about to open the expert cache: should it die, the next one does without. `from_disk`: the experts
    stay in the file, and one that is only killed keeps to that."""

    from_disk: bool = False


Command = (
    Load
    | CancelLoad
    | Generate
    | Measure
    | Tokenize
    | Abort
    | AnswerNow
    | SetPriority
    | Forget
    | LimitStates
    | WatchExperts
    | Ping
    | Close
)
Reply = Ready | Pong | StartAgain | Repacking | CacheOpening | HostEvent

_encoder = msgspec.json.Encoder()
_commands: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_replies: msgspec.json.Decoder[list[Reply]] = msgspec.json.Decoder(list[Reply])


def encode(message: Command | list[Reply]) -> bytes:
    return _encoder.encode(message)


def decode_command(data: bytes) -> Command:
    """Raises msgspec.DecodeError (a ValidationError is one) for anything that is not a command."""
    return _commands.decode(data)


def decode_replies(data: bytes) -> list[Reply]:
    """Raises msgspec.DecodeError for anything that is not a list of replies."""
    return _replies.decode(data)
