"""The child's side of showing a page of a PDF: its picture, and where words stand in it, with PDFium."""

from __future__ import annotations

import base64
import contextlib
import math
import struct
import zlib
from typing import Any

from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.pdf import opened
from agents.tools.documents.quotations import places

_WIDTHS = (64, 4096)  # pixels
_MOST_PIXELS = 16_000_000
_MOST_LETTERS = 100_000
_PNG = b"\x89PNG\r\n\x1a\n"


def draw(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    """`{"png": base64, "width", "height", "count", "boxes": [[x, y, width, height], ...]}`, or `{"error", "why",
    "detail"}`. `request` has the "page", from 1, the "width" of the picture in pixels, and the "words" whose places
    the boxes are. Pages that would be too large come smaller."""
    try:
        return _drawn(opened(body), int(request["page"]), int(request["width"]), str(request["words"]))
    except Unreadable as error:
        return {"error": str(error), "why": error.why, "detail": error.detail}
    except MemoryError:
        raise
    except Exception as error:
        # A damaged page raises anything.
        return {
            "error": "it is damaged",
            "why": "damaged",
            "detail": f"{type(error).__name__}: {error}"[:200],
        }


def _drawn(document: Any, number: int, width: int, words: str) -> dict[str, Any]:
    count = len(document)
    if not 1 <= number <= count:
        raise Unreadable("no_such_part")
    with contextlib.suppress(
        Exception
    ):  # what is filled in is seen; a damaged form is no reason to show nothing
        document.init_forms()
    page = document.get_page(number - 1)
    across, down = page.get_size()
    if not (0 < across < math.inf and 0 < down < math.inf):
        raise Unreadable("damaged")
    scale = min(max(_WIDTHS[0], min(width, _WIDTHS[1])) / across, math.sqrt(_MOST_PIXELS / (across * down)))
    bitmap = page.render(scale=scale, fill_color=(255, 255, 255, 255), rev_byteorder=True)
    boxes = _boxes(page, bitmap.get_posconv(page), words) if words.strip() else []
    return {
        "png": base64.b64encode(_png(bitmap)).decode(),
        "width": bitmap.width,
        "height": bitmap.height,
        "count": count,
        "boxes": boxes,
    }


def _boxes(page: Any, on_picture: Any, words: str) -> list[list[int]]:
    """Where the words stand, one box or more for each line of them."""
    letters = page.get_textpage()
    text, at = _text(letters)
    boxes: list[list[int]] = []
    for first, last in places(text, words):
        # PDFium joins the letters of a line; what it counts here is what `get_rect` numbers.
        for number in range(letters.count_rects(at[first], at[last - 1] - at[first] + 1)):
            left, bottom, right, top = letters.get_rect(number)
            (x1, y1), (x2, y2) = on_picture.to_bitmap(left, bottom), on_picture.to_bitmap(right, top)
            boxes.append([min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)])
    return boxes


def _text(letters: Any) -> tuple[str, list[int]]:
    """The letters of a page, and the number of each as PDFium counts them."""
    import pypdfium2.raw as pdfium

    found: list[str] = []
    at: list[int] = []
    for index in range(min(letters.count_chars(), _MOST_LETTERS)):
        code = pdfium.FPDFText_GetUnicode(letters, index)
        if 0xDC00 <= code < 0xE000 and found and 0xD800 <= ord(found[-1]) < 0xDC00:
            found[-1] = chr(0x10000 + ((ord(found[-1]) - 0xD800) << 10) + code - 0xDC00)
        elif code < 0x110000:
            found.append(chr(code))
            at.append(index)
    return "".join(found), at


def _png(bitmap: Any) -> bytes:
    """A picture of rows of red, green and blue, with a fourth byte where PDFium keeps one."""
    width, height, stride, bytes_each = bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels
    source = memoryview(bitmap.buffer).cast("B")
    rows = bytearray()
    for row in range(height):
        line = bytes(source[row * stride : row * stride + width * bytes_each])
        if bytes_each == 4:
            kept = bytearray(3 * width)
            for channel in range(3):
                kept[channel::3] = line[channel::4]
            line = bytes(kept)
        rows += b"\0" + line
    color = 0 if bytes_each == 1 else 2
    head = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 1)), (b"IEND", b"")
    return _PNG + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
