"""Pictures made on the spot."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def picture(
    color: str = "red", size: tuple[int, int] = (60, 40), kind: str = "PNG", **options: object
) -> bytes:
    """One of a single color."""
    return saved(Image.new("RGB", size, color), kind, **options)


def scan(*colors: str) -> bytes:
    """A PDF of pages that are pictures of one color, "white" for empty ones."""
    first, *others = [Image.new("RGB", (60, 80), color) for color in colors]
    return saved(first, "PDF", save_all=True, append_images=others)


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()
