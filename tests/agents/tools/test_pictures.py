"""Pictures of other people become plain pixels, upright, on white, or it is said why not."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.pictures import KEPT_PIXELS, decode
from agents.tools.documents.reading import decoded
from tests.support.documents.pictures import picture, saved

RED, WHITE, BLUE = (255, 0, 0), (255, 255, 255), (0, 0, 255)


def pixels(body: bytes) -> np.ndarray:
    found = decode({}, body)
    assert "pixels" in found, found
    data = np.frombuffer(base64.b64decode(found["pixels"]), np.uint8)
    return data.reshape(found["height"], found["width"], 3)


def near(pixel: np.ndarray, color: tuple[int, int, int]) -> bool:
    return bool(np.abs(pixel.astype(int) - color).max() < 12)


def halves(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Blue on the left, red on the right."""
    image = Image.new("RGB", size, "red")
    image.paste(BLUE, (0, 0, size[0] // 2, size[1]))
    return image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP"])
def test_each_format_gives_its_pixels(kind: str) -> None:
    found = pixels(saved(halves(), kind, quality=95) if kind not in ("GIF", "PNG") else saved(halves(), kind))
    assert found.shape == (40, 60, 3) and near(found[20, 5], BLUE) and near(found[20, 55], RED)


def test_a_photo_is_upright_as_the_camera_was_held() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    turned[0x9286] = b"x" * 60_000
    found = pixels(saved(halves(), "JPEG", exif=turned, quality=95))
    assert found.shape == (60, 40, 3) and near(found[5, 20], BLUE) and near(found[55, 20], RED)


def test_a_large_photo_is_scaled_down_and_stays_upright() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    found = pixels(saved(halves((4000, 2000)), "JPEG", exif=turned))
    height, width, _ = found.shape
    assert height * width <= KEPT_PIXELS and height / width == pytest.approx(2, rel=0.01)
    assert near(found[20, width // 2], BLUE) and near(found[-20, width // 2], RED)


def test_what_is_transparent_is_on_white() -> None:
    assert near(pixels(saved(Image.new("RGBA", (40, 40), (255, 0, 0, 0))))[9, 9], WHITE)
    assert near(pixels(saved(Image.new("RGBA", (40, 40), (255, 0, 0, 128))))[9, 9], (255, 127, 127))
    assert near(pixels(saved(Image.new("P", (40, 40)), "GIF", transparency=0))[9, 9], WHITE)


def test_of_an_animation_the_first_picture_is_taken() -> None:
    moving = saved(halves(), "GIF", save_all=True, append_images=[Image.new("RGB", (60, 40), "black")])
    assert near(pixels(moving)[20, 5], BLUE)


def test_sixteen_bits_and_the_colors_of_print_come_out_right() -> None:
    gray = Image.fromarray(np.full((40, 40), 0x8000, np.uint16))
    assert near(pixels(saved(gray))[9, 9], (128, 128, 128))
    assert near(pixels(saved(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG"))[9, 9], RED)
    assert near(pixels(saved(Image.new("1", (40, 40), 1)))[9, 9], WHITE)


def test_tiny_and_narrow_pictures_are_large_enough_for_every_model() -> None:
    dot = pixels(picture(size=(1, 1)))
    assert dot.shape == (28, 28, 3) and (dot == RED).all()
    line = pixels(picture(size=(1, 8000)))
    assert line.shape == (8000, 200, 3) and near(line[9, 0], WHITE) and near(line[9, 99], RED)


def declared(width: int, height: int) -> bytes:
    """A PNG whose header says another size."""
    body = picture()
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return body[:8] + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + body[33:]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (declared(30_000, 30_000), "too_many_pixels"),
        (declared(10_000, 10_000), "too_many_pixels"),
        (declared(600, 400), "damaged"),
        (picture(size=(600, 400), kind="JPEG")[:900], "damaged"),
        (picture()[:60], "damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0", "damaged"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1", "other_picture"),
        (picture(kind="TIFF"), "other_picture"),
    ],
)
def test_what_is_no_picture_or_too_much_is_told(body: bytes, why: str) -> None:
    assert decode({}, body)["why"] == why


@pytest.mark.process
def test_a_child_decodes_and_passes_the_reason_on() -> None:
    found = decoded(picture(), lambda: False)
    assert (found.width, found.height) == (60, 40) and found.data[:3] == bytes(RED)
    with pytest.raises(Unreadable) as told:
        decoded(declared(30_000, 30_000), lambda: False)
    assert told.value.why == "too_many_pixels" and told.value.kind == "picture"
