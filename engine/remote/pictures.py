"""Pictures as OpenAI's chat API takes them: parts of a message's content, each a data: URL.

A body holds short stand-ins, which is enough to count, compare and tell of it; the pictures themselves are put in
their places when it is sent. They are made of the pixels alone: what else a file said, such as where a photograph
was taken, goes nowhere.
"""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from engine.errors import ErrorInfo
from engine.pixels import read_pixels
from engine.values import Message, Picture

_STAND_IN = "picture:{sha256}:{width}x{height}"
_DATA = re.compile(r"data:image/[^\s\"']*")
# Of more colors than a drawing or a screen has a lossless file would be several times as large.
_MOST_COLORS = 2**16
_QUALITY = 90
# That a picture is larger than the server takes; and that the model sees none, as llama-server, Ollama, vLLM,
# LM Studio, OpenAI, OpenRouter, DeepSeek and others say it.
_TOO_LARGE = re.compile(r"too (large|big|many pixels)|exceeds|larger than|payload", re.IGNORECASE)
_NOT_SEEN = re.compile(
    r"image|picture|vision|multi-?modal|mmproj"
    r"|content.{0,60}(must|should|expected).{0,30}string|string.{0,20}expected|expected .?text|valid string",
    re.IGNORECASE,
)
_OF_LENGTH = re.compile(r"context (length|window|size)|maximum context|too many tokens", re.IGNORECASE)


def in_parts(message: dict[str, Any], sign: str, pictures: Sequence[Picture]) -> dict[str, Any]:
    """A message in OpenAI's shape, its content cut at the marks of `picture_marks.marked`."""
    content = message.get("content")
    if not sign or not isinstance(content, str) or sign not in content:
        return message
    parts: list[dict[str, Any]] = []
    for place, piece in enumerate(re.split(f"{sign}(\\d+){sign}", content)):
        if place % 2:
            picture = pictures[int(piece)]
            url = _STAND_IN.format(sha256=picture.sha256, width=picture.width, height=picture.height)
            parts.append({"type": "image_url", "image_url": {"url": url}})
        elif piece.strip():
            parts.append({"type": "text", "text": piece.strip("\n")})
    return message | {"content": parts}


def pictures_of(messages: Iterable[Message]) -> list[Picture]:
    """In the order of their marks."""
    return [picture for message in messages for picture in sorted(message.media, key=lambda one: one.at)]


def without_pictures(messages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Messages in OpenAI's shape with their texts alone."""
    return [message | {"content": text_of(message)} for message in messages]


def text_of(message: dict[str, Any]) -> Any:
    """The text of a message in OpenAI's shape."""
    content = message.get("content")
    if not isinstance(content, list):
        return content
    return "\n\n".join(part["text"] for part in content if part["type"] == "text")


def patches_of(message: dict[str, Any]) -> int:
    """Tokens that its pictures take, as `picture_tokens` has it."""
    content = message.get("content")
    urls = (
        [part["image_url"]["url"] for part in content if "image_url" in part]
        if isinstance(content, list)
        else []
    )
    return sum(picture_tokens(*map(int, url.rpartition(":")[2].split("x"))) for url in urls)


def picture_tokens(width: int, height: int) -> int:
    """One for each patch of 28 x 28 pixels: there are models that take fewer, none that is known takes more."""
    return math.ceil(width * height / 28**2)


def with_data(body: dict[str, Any], messages: Sequence[Message]) -> dict[str, Any]:
    """The body to send: its stand-ins replaced by the pictures of `messages`. Raises UserError `picture.changed`."""
    urls = {
        _STAND_IN.format(sha256=one.sha256, width=one.width, height=one.height): one
        for one in pictures_of(messages)
    }
    if not urls:
        return body
    made: dict[str, str] = {}

    def sent(part: dict[str, Any]) -> dict[str, Any]:
        if part["type"] != "image_url":
            return part
        url = part["image_url"]["url"]
        if url not in made:
            made[url] = data_url(urls[url])
        return {"type": "image_url", "image_url": {"url": made[url]}}

    return body | {
        "messages": [
            message | {"content": [sent(part) for part in message["content"]]}
            if isinstance(message.get("content"), list)
            else message
            for message in body["messages"]
        ]
    }


def data_url(picture: Picture) -> str:
    """A PNG, or a JPEG for a photograph. Raises UserError `picture.changed`."""
    from PIL import Image

    image = Image.frombytes("RGB", (picture.width, picture.height), read_pixels(picture))
    file = io.BytesIO()
    if image.getcolors(_MOST_COLORS) is not None:
        image.save(file, "PNG", compress_level=4)
        kind = "png"
    else:
        image.save(file, "JPEG", quality=_QUALITY)
        kind = "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(file.getvalue()).decode()}"


def without_data(text: str) -> str:
    """What a server said, without a picture that it repeats."""
    return _DATA.sub("…", text)


def refused_pictures(status: int, said: str, name: str) -> ErrorInfo | None:
    """Why a server refused a request with pictures, if it was for these."""
    if status in (401, 403, 429) or _OF_LENGTH.search(said):
        return None
    if status == 413 or (re.search("image|picture", said, re.IGNORECASE) and _TOO_LARGE.search(said)):
        return ErrorInfo("picture.too_large")
    if _NOT_SEEN.search(said):
        return ErrorInfo("picture.not_seen", {"name": name})
    return None
