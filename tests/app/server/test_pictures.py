"""Pictures in questions: bytes within the request alone, decoded in a child, and gone afterwards."""

from __future__ import annotations

import base64
import socket
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from app.server.asks import Ask
from app.server.pictures import PictureFiles, SentPictures
from engine.pixels import read_pixels
from engine.values import Message
from tests.support.documents.pictures import picture
from tests.support.servers.served import Served

pytestmark = pytest.mark.process


def url_of(body: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(body).decode()}"


def asking(url: Any) -> list[dict[str, Any]]:
    parts = [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "text", "text": "What is it?"},
    ]
    return [{"role": "user", "content": parts}]


@pytest.fixture
def seeing(served: Served) -> Served:
    """The loaded model sees."""
    served.engine.sees = True
    served.services.models.use("starter", remember=False)
    served.chat()
    served.engine.requests.clear()
    return served


def test_a_picture_reaches_the_model_as_pixels_in_its_place(seeing: Served) -> None:
    found: list[Any] = []

    def answer(request: Any) -> tuple[str, ...]:
        (media,) = request.messages[-1].media
        found.append((media.width, media.height, media.at, read_pixels(media)[:3]))
        return ("Red.",)

    seeing.engine.answer = answer
    reply = seeing.chat(asking(url_of(picture("red", (60, 40)))), n=2)
    assert [choice["message"]["content"] for choice in reply.json["choices"]] == ["Red.", "Red."]
    assert found == [(60, 40, len("Look:"), b"\xff\0\0")] * 2
    (asked, _) = seeing.engine.requests
    assert asked.messages[-1].content == "Look:\nWhat is it?"


def test_a_model_that_sees_nothing_is_given_no_picture(served: Served) -> None:
    served.engine.sees = False
    served.services.models.use("starter", remember=False)
    served.chat()
    served.engine.requests.clear()
    reply = served.chat(asking(url_of(picture())))
    assert (reply.status, reply.error["code"]) == (400, "no_sight")
    assert not served.engine.requests


def bomb() -> bytes:
    """A PNG whose header says that it has 4 billion pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 2**16, 2**16, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"\0" * 50) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "url",
    [
        url_of(bomb()),
        url_of(picture()[:60]),
        url_of(b"%PDF-1.7 not a picture"),
        url_of(b""),
        "data:image/png;base64,@@@@",
        "data:image/png,plain",
        "file:///etc/passwd",
        "/etc/passwd",
        "",
    ],
)
def test_what_is_no_picture_is_refused(seeing: Served, url: str) -> None:
    reply = seeing.chat(asking(url))
    assert reply.status == 400 and reply.error["param"].startswith("messages"), reply.body
    assert not seeing.engine.requests


def test_no_address_is_opened(seeing: Served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.setblocking(False)
        address = f"http://127.0.0.1:{inside.getsockname()[1]}/picture.png"
        reply = seeing.chat(asking(address))
        assert reply.status == 400 and "data:" in reply.error["message"]
        with pytest.raises(BlockingIOError):
            inside.accept()


def test_files_of_pictures_are_few_and_gone_in_the_end() -> None:
    sent = SentPictures()
    media = tuple(sent.from_url(url_of(picture(color)), 0, "x") for color in ("red", "blue"))
    ask = Ask((Message("user", "", media=media),), pictures=sent)
    files = PictureFiles(kept_bytes=60 * 40 * 3)
    with files.placed(ask) as placed:
        paths = [Path(each.path) for each in placed.messages[0].media]
        assert all(path.stat().st_size == 60 * 40 * 3 for path in paths)
    assert [path.exists() for path in paths] == [False, True]
    files.close()
    assert not paths[1].parent.exists()


def base64_of(body: bytes) -> str:
    return base64.b64encode(body).decode()


def of_anthropic(source: dict[str, Any]) -> dict[str, Any]:
    parts = [{"type": "text", "text": "Look:"}, {"type": "image", "source": source}]
    result = {"type": "tool_result", "tool_use_id": "call_1", "content": parts}
    return {"max_tokens": 5, "messages": [{"role": "user", "content": [result, *parts]}]}


def of_responses(url: str) -> dict[str, Any]:
    parts = [{"type": "input_text", "text": "Look:"}, {"type": "input_image", "image_url": url}]
    output = {"type": "function_call_output", "call_id": "call_1", "output": parts}
    return {"input": [output, {"role": "user", "content": parts}]}


def test_other_protocols_send_pictures_too_also_as_results_of_tools(seeing: Served) -> None:
    found: list[Any] = []

    def answer(request: Any) -> tuple[str, ...]:
        found.append(
            [(m.role, m.content, [read_pixels(each)[:3] for each in m.media]) for m in request.messages]
        )
        return ("Red.",)

    seeing.engine.answer = answer
    body = picture("red", (60, 40))
    source = {"type": "base64", "media_type": "image/png", "data": base64_of(body)}
    assert seeing.ask("/v1/messages", of_anthropic(source)).status == 200
    assert seeing.ask("/v1/messages/count_tokens", of_anthropic(source)).json["input_tokens"] > 0
    assert seeing.ask("/v1/responses", of_responses(url_of(body))).status == 200
    red = [b"\xff\0\0"]
    assert found == [[("tool", "Look:", red), ("user", "Look:", red)]] * 2


def test_other_protocols_open_no_address_either(seeing: Served) -> None:
    for url in ("http://127.0.0.1:1/a.png", "file:///etc/passwd", "data:image/png,abc"):
        assert seeing.ask("/v1/messages", of_anthropic({"type": "url", "url": url})).status == 400
        assert seeing.ask("/v1/responses", of_responses(url)).status == 400
    assert seeing.engine.requests == []
