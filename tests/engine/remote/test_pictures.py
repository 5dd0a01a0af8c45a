"""Pictures to models elsewhere: over HTTP, and what is told of models that cannot see them."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import numpy as np
import pytest

from engine.api import Finished, GenerateRequest, Measured
from engine.remote.pictures import refused_pictures
from engine.values import Message, Picture
from tests.engine.remote.conftest import Connect, Connected
from tests.support.servers.openai_script import Reply, in_order, say, see_colors
from tests.support.servers.openai_server import Kind

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


def put(folder: Path, pixels: np.ndarray, at: int = 0) -> Picture:
    data = pixels.astype(np.uint8).tobytes()
    digest = hashlib.sha256(data).hexdigest()
    (folder / digest).write_bytes(data)
    return Picture(str(folder / digest), digest, pixels.shape[1], pixels.shape[0], at)


def plain(folder: Path, color: tuple[int, int, int], at: int = 0) -> Picture:
    return put(folder, np.full((56, 84, 3), color), at)


def looking(*messages: Message, **options: object) -> GenerateRequest:
    return GenerateRequest(1, messages, **options)  # type: ignore[arg-type]


def asked(connected: Connected, *messages: Message, **options: object) -> tuple[str, Finished]:
    connected.engine.generate(looking(*messages, **options))
    return connected.told.finish(1)


def test_a_picture_goes_over_the_wire_where_it_stands_in_the_words(connect: Connect, tmp_path: Path) -> None:
    connected = connect(see_colors)
    red, blue = plain(tmp_path, (255, 0, 0), at=4), plain(tmp_path, (0, 0, 255), at=11)
    words = "See\n\nand <__media__> \U00100000 what"
    text, finished = asked(
        connected, Message("system", "Be brief."), Message("user", words, media=(blue, red))
    )
    assert text == "This is red and blue." and finished.error is None
    system, user = connected.server.asked[0].messages
    assert system["content"] == "Be brief."
    kinds = [part.get("text") or part["image_url"]["url"][:22] for part in user["content"]]
    png = "data:image/png;base64,"
    assert kinds == ["See", png, "and <_", png, "_media__> \U00100000 what"]
    assert [picture.size for picture in connected.server.asked[0].pictures] == [(84, 56), (84, 56)]


def test_a_photograph_goes_as_a_jpeg_and_a_drawing_stays_as_it_is(connect: Connect, tmp_path: Path) -> None:
    connected = connect(see_colors)
    noise = put(tmp_path, np.random.default_rng(1).integers(0, 256, (400, 400, 3)))
    steps = np.zeros((32, 32, 3))
    steps[..., 0] = np.arange(32) * 8
    drawing = put(tmp_path, steps)
    asked(connected, Message("user", "", media=(noise, drawing)))
    photograph, exact = connected.server.asked[0].pictures
    assert (photograph.format, exact.format) == ("JPEG", "PNG")
    assert np.array_equal(np.asarray(exact), steps.astype(np.uint8))
    assert not exact.info and "exif" not in photograph.info


def test_a_server_without_tools_gets_pictures_too(connect: Connect, tmp_path: Path) -> None:
    refused = Reply(fault="status", status=400, message="this model does not support tools")
    connected = connect(lambda asked: see_colors(asked) if "tools" not in asked.body else refused)
    green = plain(tmp_path, (0, 255, 0))
    text, _ = asked(connected, Message("user", "Look", media=(green,)), tools=(TOOL,))
    assert text == "This is green." and "tools" not in connected.server.asked[-1].body


@pytest.mark.parametrize("kind", ["llama-server", "lm-studio", "ollama"])
def test_what_a_server_tells_of_its_model_is_believed(connect: Connect, kind: Kind, tmp_path: Path) -> None:
    assert [connect(kind=kind, sees=told).facts().sees for told in (True, False, None)] == [True, False, True]
    connected = connect(see_colors, kind=kind, sees=False)
    _, finished = asked(connected, Message("user", "Look", media=(plain(tmp_path, (255, 0, 0)),)))
    assert finished.error is not None and finished.error.code == "picture.not_seen"
    assert connected.server.asked == []


def test_a_model_that_cannot_see_is_asked_once(connect: Connect, tmp_path: Path) -> None:
    connected = connect(see_colors, blind=True)
    assert connected.facts().sees
    message = Message("user", "Look", media=(plain(tmp_path, (255, 0, 0)),))
    for _ in range(2):
        _, finished = asked(connected, message)
        assert finished.error is not None
        assert (finished.error.code, finished.error.params["name"]) == ("picture.not_seen", "scripted")
    assert len(connected.server.asked) == 1
    assert connected.engine.model is not None and not connected.engine.model.sees
    text, _ = asked(connected, Message("user", "Hello"))
    assert text == "This is nothing."


@pytest.mark.parametrize(
    ("status", "said", "code"),
    [
        (500, "image input is not supported - hint: you may need to provide the mmproj", "picture.not_seen"),
        (400, "At most 0 image(s) may be provided in one request.", "picture.not_seen"),
        (400, "Invalid content type. image_url is only supported by certain models.", "picture.not_seen"),
        (404, "No endpoints found that support image input", "picture.not_seen"),
        (422, "messages[0]: unknown variant `image_url`, expected `text`", "picture.not_seen"),
        (400, "messages.0.content: Input should be a valid string", "picture.not_seen"),
        (413, "Request Entity Too Large", "picture.too_large"),
        (400, "image exceeds 5 MB maximum", "picture.too_large"),
        (400, "the prompt with its image exceeds the context length", ""),
        (401, "image keys", ""),
        (503, "overloaded", ""),
    ],
)
def test_why_pictures_were_refused(status: int, said: str, code: str) -> None:
    found = refused_pictures(status, said, "m")
    assert (found.code if found else "") == code


def test_no_error_and_no_log_holds_a_picture(
    connect: Connect, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def repeating(asked: object) -> Reply:
        url = connected.server.asked[-1].messages[0]["content"][0]["image_url"]["url"]
        return Reply(fault="status", status=500, message=f"cannot read {url} at all")

    connected = connect(repeating)
    with caplog.at_level(logging.DEBUG):
        _, finished = asked(connected, Message("user", "", media=(plain(tmp_path, (255, 0, 0)),)))
    assert finished.error is not None and finished.error.params["detail"] == "cannot read … at all"
    assert "base64" not in caplog.text


def test_a_file_that_is_no_longer_the_picture_is_not_sent(connect: Connect, tmp_path: Path) -> None:
    connected = connect(in_order(say("No")))
    picture = plain(tmp_path, (255, 0, 0))
    Path(picture.path).write_bytes(bytes(picture.bytes))
    _, finished = asked(connected, Message("user", "", media=(picture,)))
    assert finished.error is not None and finished.error.code == "picture.changed"
    assert connected.server.asked == []


@pytest.mark.parametrize("kind", ["plain", "llama-server", "vllm"])
def test_pictures_are_counted_as_estimates(connect: Connect, kind: Kind, tmp_path: Path) -> None:
    connected = connect(kind=kind)
    connected.facts()
    picture = plain(tmp_path, (255, 0, 0))
    connected.engine.measure(looking(Message("user", "Look", media=(picture,))), (picture, "word"))
    counted = connected.told.next(Measured)
    assert not counted.exact and counted.texts[0] == 6 and counted.prompt > 6
    assert "base64" not in str(connected.server.posts)
