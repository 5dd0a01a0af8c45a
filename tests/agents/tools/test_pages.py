"""Pages of PDFs as pictures, and where quoted words stand: in a text, and on a page."""

from __future__ import annotations

import base64
import io

import pypdf
import pytest

from agents.tools.documents import page_picture
from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.page_picture import draw
from agents.tools.documents.quotations import places
from agents.tools.documents.showing import PagePicture, ShownPages
from tests.support.documents.made import pdf, saved


def found(text: str, words: str) -> list[str]:
    return [text[first:last] for first, last in places(text, words)]


@pytest.mark.parametrize(
    ("text", "words", "ranges"),
    [
        ("The rent is 500 a month.", "rent is 500", ["rent is 500"]),
        ("The RENT\n  is 500", "“rent is 500”", ["RENT\n  is 500"]),
        ("a well-\nknown house", "wellknown house", ["well-\nknown house"]),
        ("관리비는\n5만 원이다.", "관리비는 5만 원", ["관리비는\n5만 원"]),
        ("한글", "한글", ["한글"]),
        ("One two three four five", "one two … four", ["One two", "four"]),
        ("One two three four five", "four … one", []),
        ("first line of it\nelse\nsecond line of it", "first line of it\nsecond line of it",
         ["first line of it", "second line of it"]),
        ("The rent is 500", "The rent is 600", []),
        ("anything", " … ", []),
        ("😀 so be it", "so be it", ["so be it"]),
    ],
)  # fmt: skip
def test_words_are_found_whatever_their_lines_spaces_and_marks(
    text: str, words: str, ranges: list[str]
) -> None:
    assert found(text, words) == ranges


def drawn(content: bytes, page: int = 1, width: int = 800, words: str = "") -> PagePicture:
    told = draw({"page": page, "width": width, "words": words}, content)
    page_picture._document = None  # a child keeps it open for the next page
    assert "error" not in told, told
    return PagePicture(
        base64.b64decode(told["png"]), told["width"], told["height"], told["count"], tuple(told["boxes"])
    )


def test_the_words_are_marked_where_they_stand() -> None:
    lease = pdf("The rent is 500 a month", "Cats are allowed")
    shown = drawn(lease, 1, 612, "rent is 500")
    (left, top, width, height) = shown.boxes[0]
    # The line begins 72 points from the left and 92 from the top of 612 by 792, in letters of 12 points.
    assert (shown.width, shown.height, shown.count) == (612, 792, 2)
    assert 90 < left < 100 and 50 < width < 75 and top > 80 and top + height <= 95
    assert drawn(lease, 2, 612, "rent is 500").boxes == ()
    assert drawn(lease, 1, 1224, "rent is 500").boxes[0][0] == pytest.approx(2 * left, abs=3)


def test_the_words_are_marked_on_a_turned_page() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("The rent is 500 a month")))
    writer.pages[0].rotate(90)
    shown = drawn(saved(writer.write), 1, 792, "rent is 500")
    ((left, top, width, height),) = shown.boxes
    assert shown.width > shown.height and height > width
    assert left >= 792 - 95 and left + width < 792 - 80 and 90 < top < 100


def test_a_picture_has_no_more_pixels_than_it_may() -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 14_000)
    shown = drawn(saved(writer.write), 1, 4000)
    assert shown.width * shown.height <= 16_100_000
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    assert drawn(saved(writer.write), 1, 1_000_000).width <= 4096


def why(content: bytes, page: int = 1) -> str:
    pages = ShownPages()
    with pytest.raises(Unreadable) as raised:
        pages.picture(content, page, 400)
    return raised.value.why


@pytest.mark.process
def test_what_cannot_be_shown_is_told_and_no_script_runs() -> None:
    lease = pdf("The rent is 500")
    locked = pypdf.PdfWriter(clone_from=io.BytesIO(lease))
    locked.encrypt("word")
    assert why(lease, 2) == why(lease, 0) == "no_such_part"
    assert why(saved(locked.write)) == "locked"
    assert why(b"%PDF-1.4 and nothing else") == "damaged"
    script = lease.replace(
        b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (while(1);) >>"
    )
    pages = ShownPages()
    assert pages.picture(script, 1, 400, "rent").boxes
    pages.close()
    loop = lease.replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")
    assert why(loop) in ("no_such_part", "damaged")


@pytest.mark.process
def test_one_child_draws_the_pages_of_a_document_until_another_one_is_shown() -> None:
    pages, lease, note = ShownPages(), pdf("The rent is 500", "Cats are allowed"), pdf("A note")
    assert len(pages.picture(lease, 1, 400, "rent").boxes) == 1
    first = pages._child
    assert first is not None
    assert len(pages.picture(lease, 2, 400, "cats").boxes) == 1
    assert pages._child is first
    first._process.kill()
    first._process.wait()
    assert len(pages.picture(lease, 1, 400, "rent").boxes) == 1, "of its limits, or whatever ended it"
    second = pages._child
    assert second is not None and second is not first
    assert pages.picture(note, 1, 400).count == 1
    assert second._process.poll() is not None, "it is shown no more"
    with pytest.raises(Unreadable) as raised:
        pages.picture(note, 1, 400, cancelled=lambda: True)
    assert raised.value.why == "cancelled"
    last = pages._child
    pages.close()
    assert last is not None and last._process.poll() is not None and pages._child is None


def test_the_last_of_ten_thousand_pages_is_shown() -> None:
    assert drawn(pdf(*["x"] * 9_999, "the last words"), 10_000, 400, "the last words").boxes
