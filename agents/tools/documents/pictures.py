"""The child's side of reading pictures: bytes of other people's files in, plain pixels out."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from agents.tools.documents.kinds import Unreadable

# Cameras and scanners make up to some 60 million; a header can say any number.
MOST_PIXELS = 64_000_000
# No projector looks at more.
KEPT_PIXELS = 4_000_000
# What is smaller or narrower than a model's patches is made larger, or gets a white margin.
LEAST_SIDE, MOST_RATIO = 28, 40
_FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP")
# What a picture may say besides its pixels is passed over.
_MOST_TEXT = 64 * 1024 * 1024


def decode(request: dict[str, Any], body: bytes, tell: object = None) -> dict[str, Any]:
    """`{"width", "height", "pixels": base64 of red, green and blue of each}`, or `{"why", "detail"}`.

    The first picture of an animation, upright as its camera was held, on white where it is transparent, scaled down
    to `KEPT_PIXELS`.
    """
    try:
        image = _opened(body)
        if image.width * image.height > MOST_PIXELS:
            return {"why": "too_many_pixels", "detail": f"{image.width} x {image.height}"}
        if image.width * image.height == 0:
            return {"why": "damaged", "detail": "no pixels"}
        image = fitted(_plain(_upright(_scaled(image))))
        pixels = base64.b64encode(image.tobytes()).decode()
        return {"width": image.width, "height": image.height, "pixels": pixels}
    except Unreadable as error:
        return {"why": error.why, "detail": error.detail}
    except MemoryError:
        raise
    except Exception as error:  # Pillow raises anything on a damaged file
        return {"why": "damaged", "detail": f"{type(error).__name__}: {str(error)[:200]}"}


def _opened(body: bytes) -> Image.Image:
    """Read the header alone."""
    Image.MAX_IMAGE_PIXELS = None  # checked here
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = _MOST_TEXT
    try:
        return Image.open(BytesIO(body), formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise Unreadable("other_picture" if not _is_known(body) else "damaged") from error


def _is_known(body: bytes) -> bool:
    """Whether it begins as a format that can be read."""
    return body.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM", b"RIFF")) or body[8:12] in (
        b"avif",
        b"avis",
    )


def _scaled(image: Image.Image) -> Image.Image:
    """At most as large as is kept, in a mode whose values can be averaged."""
    share = (KEPT_PIXELS / (image.width * image.height)) ** 0.5
    wanted = (max(1, int(image.width * share)), max(1, int(image.height * share)))
    if share < 1:
        image.draft("RGB", wanted)  # a JPEG can be decoded at half its size and less
    if image.mode.startswith("I"):  # 16 bits of gray
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode != "L":
        image = image.convert("RGB")
    if image.width > wanted[0] and share < 1:
        image = _with_exif(image.resize(wanted, Image.Resampling.LANCZOS, reducing_gap=2.0), image)
    return image


def _with_exif(image: Image.Image, before: Image.Image) -> Image.Image:
    image.info = before.info
    return image


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # what cameras say of themselves is often broken; the picture is not
        return image


def _plain(image: Image.Image) -> Image.Image:
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def fitted(image: Image.Image) -> Image.Image:
    """Large and wide enough for every model."""
    short, long = sorted(image.size)
    times = -(-LEAST_SIDE // short)
    if times > 1 and long * times <= LEAST_SIDE * MOST_RATIO:
        image = image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
        short, long = sorted(image.size)
    least = max(LEAST_SIDE, -(-long // MOST_RATIO))
    if short >= least:
        return image
    size = (max(image.width, least), max(image.height, least))
    canvas = Image.new("RGB", size, "white")
    canvas.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return canvas
