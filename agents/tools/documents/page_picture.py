"""The child's side of showing a page of a PDF: its picture, and where words stand in it, with PDFium."""

from __future__ import annotations

import base64
import contextlib
import math
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.pdf import opened
from agents.tools.documents.quotations import places

_WIDTHS = (64, 4096)  # pixels
_MOST_PIXELS = 16_000_000
_MOST_LETTERS = 100_000
# Letters of a usual size can be read by models from this on.
_SCAN_DPI = 150
# Of 255: what is lighter everywhere has nothing on it.
_WHITE = 250
_document: Any = None
_PNG = b"\x89PNG\r\n\x1a\n"


def draw(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    """`{"png": base64, "width", "height", "count", "boxes": [[x, y, width, height], ...]}`, or `{"error", "why",
    "detail"}`. `request` has the "page", from 1, the "width" of the picture in pixels, and the "words" whose places
    the boxes are. Pages that would be too large come smaller. Without a `body` it is the document of the last
    one."""
    page, width, words = int(request["page"]), int(request["width"]), str(request["words"])
    return _answer(lambda: _drawn(_shown(body), page, width, words))


def _shown(body: bytes) -> Any:
    """The document, which stays open for further pages."""
    global _document
    if body:
        _document = opened(body)
    return _document


def render(request: dict[str, Any], body: bytes, tell: object = None) -> dict[str, Any]:
    """`{"width", "height", "pixels": base64 of red, green and blue of each, "count", "blank"}` of the "page", as a
    model looks at it, or `{"error", "why", "detail"}`. `blank`: nothing is on it."""
    return _answer(lambda: _rendered(opened(body), int(request["page"])))


def _rendered(document: Any, number: int) -> dict[str, Any]:
    from PIL import Image

    from agents.tools.documents.pictures import KEPT_PIXELS, fitted

    page = _page(document, number)
    across, down = page.get_size()
    bitmap = _bitmap(page, min(_SCAN_DPI / 72, math.sqrt(KEPT_PIXELS / (across * down))))
    rows = b"".join(_rows(bitmap))
    if bitmap.n_channels == 1:
        image = Image.frombytes("L", (bitmap.width, bitmap.height), rows).convert("RGB")
    else:
        image = Image.frombytes("RGB", (bitmap.width, bitmap.height), rows)
    blank = not any(image.convert("L").histogram()[:_WHITE])
    image = fitted(image)
    return {
        "width": image.width,
        "height": image.height,
        "pixels": base64.b64encode(image.tobytes()).decode(),
        "count": len(document),
        "blank": blank,
    }


def _answer(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return work()
    except Unreadable as error:
        return {"error": str(error), "why": error.why, "detail": error.detail}
    except MemoryError:
        raise
    except Exception as error:
        # A damaged page raises anything.
        detail = f"{type(error).__name__}: {error}"[:200]
        return {"error": "it is damaged", "why": "damaged", "detail": detail}


def _page(document: Any, number: int) -> Any:
    if not 1 <= number <= len(document):
        raise Unreadable("no_such_part")
    with contextlib.suppress(
        Exception
    ):  # what is filled in is seen; a damaged form is no reason to show nothing
        document.init_forms()
    page = document.get_page(number - 1)
    if not all(0 < side < math.inf for side in page.get_size()):
        raise Unreadable("damaged")
    return page


def _bitmap(page: Any, scale: float) -> Any:
    return page.render(scale=scale, fill_color=(255, 255, 255, 255), rev_byteorder=True)


def _drawn(document: Any, number: int, width: int, words: str) -> dict[str, Any]:
    page = _page(document, number)
    across, down = page.get_size()
    scale = min(max(_WIDTHS[0], min(width, _WIDTHS[1])) / across, math.sqrt(_MOST_PIXELS / (across * down)))
    bitmap = _bitmap(page, scale)
    boxes = _boxes(page, bitmap.get_posconv(page), words) if words.strip() else []
    return {
        "png": base64.b64encode(_png(bitmap)).decode(),
        "width": bitmap.width,
        "height": bitmap.height,
        "count": len(document),
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


def _rows(bitmap: Any) -> Iterator[bytes]:
    """The rows of a picture, of red, green and blue, or of gray alone."""
    width, stride, bytes_each = bitmap.width, bitmap.stride, bitmap.n_channels
    source = memoryview(bitmap.buffer).cast("B")
    for row in range(bitmap.height):
        line = bytes(source[row * stride : row * stride + width * bytes_each])
        if bytes_each == 4:  # PDFium keeps a fourth byte
            kept = bytearray(3 * width)
            for channel in range(3):
                kept[channel::3] = line[channel::4]
            line = bytes(kept)
        yield line


def _png(bitmap: Any) -> bytes:
    rows = b"".join(b"\0" + row for row in _rows(bitmap))
    color = 0 if bitmap.n_channels == 1 else 2
    head = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, color, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")
    return _PNG + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
