"""What a scripted OpenAI-compatible server answers: values, and how they are read from a JSON file."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from PIL import Image

_COLORS = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "white": (255, 255, 255),
    "black": (0, 0, 0),
}
# What goes wrong with a reply:
#   "drop"         the connection ends after `after` characters of content, without a word
#   "status"       the HTTP status `status`, with an error object
#   "html"         the status `status` and a page, as a proxy sends it
#   "bad_json"     a piece of the stream, or the whole reply, is not JSON
#   "wrong_types"  JSON, but numbers where texts and objects where lists belong
#   "stream_error" an error object in the middle of the stream, after `after` characters
#   "empty"        a reply without a choice
#   "no_done"      the stream ends without finish_reason and [DONE]
#   "stall"        nothing comes any more after `after` characters, until the client leaves
Fault = Literal[
    "", "drop", "status", "html", "bad_json", "wrong_types", "stream_error", "empty", "no_done", "stall"
]


class Call(msgspec.Struct, frozen=True):
    """A tool call. `arguments` as text is sent as it is, readable or not."""

    name: str
    arguments: dict[str, Any] | str = {}
    id: str = ""


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer. `finish_reason` "" is "tool_calls" with calls and "stop" without.

    `delay` seconds pass before the first byte and `pace` between two pieces; a piece has `piece` characters.
    `reasoning_field` is what the server calls reasoning. `usage` False: it tells no counts.
    `call_index` False: deltas of calls come whole and without an index, as some servers send them. `stop` is the stop
    string that ended it, told as vLLM does.
    """

    content: str = ""
    reasoning: str = ""
    tool_calls: tuple[Call, ...] = ()
    finish_reason: str = ""
    fault: Fault = ""
    status: int = 500
    message: str = "scripted failure"
    retry_after: str = ""
    after: int = 0
    delay: float = 0.0
    pace: float = 0.0
    piece: int = 8
    reasoning_field: str = "reasoning_content"
    usage: bool = True
    call_index: bool = True
    stop: str = ""


class Asked(msgspec.Struct, frozen=True):
    """A request for a chat or a completion as it came in: `number` counts from 0, `body` is its JSON, `headers` have
    lower-case names."""

    number: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.body.get("messages", ()))

    @property
    def turns(self) -> int:
        """How many turns of the assistant the request holds."""
        return sum(message.get("role") == "assistant" for message in self.messages)

    @property
    def last(self) -> str:
        """The text of the last message, or of the prompt."""
        if "prompt" in self.body:
            return str(self.body["prompt"])
        content = self.messages[-1].get("content") or "" if self.messages else ""
        if isinstance(content, list):
            return "\n\n".join(part["text"] for part in content if part["type"] == "text")
        return str(content)

    @property
    def pictures(self) -> list[Image.Image]:
        """Those of all messages, decoded from their data: URLs. Raises what Pillow does for what is no picture."""
        return [picture for message in self.messages for picture in _pictures(message)]


def _pictures(message: dict[str, Any]) -> list[Image.Image]:
    content = message.get("content")
    urls = (
        [part["image_url"]["url"] for part in content if "image_url" in part]
        if isinstance(content, list)
        else []
    )
    found = []
    for url in urls:
        kind, comma, data = url.removeprefix("data:image/").partition(";base64,")
        assert comma and kind in ("png", "jpeg"), url[:40]
        found.append(Image.open(io.BytesIO(base64.b64decode(data, validate=True)), formats=(kind.upper(),)))
    return found


def color_of(picture: Image.Image) -> str:
    """The name of the color in its middle."""
    middle = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(middle, tuple)
    return min(
        _COLORS, key=lambda name: sum((a - b) ** 2 for a, b in zip(_COLORS[name], middle, strict=True))
    )


def see_colors(asked: Asked) -> Reply:
    """An answer that names the colors of all pictures in the request."""
    return Reply(f"This is {' and '.join(map(color_of, asked.pictures)) or 'nothing'}.")


# Bytes are sent as they are, as the whole of a stream.
Answer = Callable[[Asked], Reply | bytes]
DONE = Reply("Done.")


def say(content: str, **more: Any) -> Reply:
    return Reply(content, **more)


def call(name: str, arguments: dict[str, Any] | str | None = None, **more: Any) -> Reply:
    """A reply that makes one call."""
    return Reply(tool_calls=(Call(name, {} if arguments is None else arguments),), **more)


def event(value: dict[str, Any]) -> bytes:
    """A chunk of a stream, for answers that are bytes."""
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def delta(**fields: Any) -> bytes:
    return event({"choices": [{"index": 0, "delta": fields, "finish_reason": None}]})


STREAM_END = b"data: [DONE]\n\n"


def in_order(*replies: Reply | bytes) -> Answer:
    """One after the other, whatever is asked; then `DONE`."""
    return lambda asked: replies[asked.number] if asked.number < len(replies) else DONE


def by_turn(*replies: Reply | bytes) -> Answer:
    """The reply numbered as the assistant's turns in the request are: asked again, the same; then `DONE`."""
    return lambda asked: replies[asked.turns] if asked.turns < len(replies) else DONE


def read_script(path: Path, *, turns: bool = False) -> Answer:
    """A JSON list of replies; a text is short for `{"content": text}`. Raises msgspec.ValidationError, OSError."""
    entries = msgspec.json.decode(path.read_bytes(), type=list[Reply | str])
    replies: Sequence[Reply] = [Reply(entry) if isinstance(entry, str) else entry for entry in entries]
    return by_turn(*replies) if turns else in_order(*replies)
