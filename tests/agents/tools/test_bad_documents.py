"""Documents that are locked, damaged, endless or made to do harm: an error in words, within limits."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.tools.child import Child
from agents.tools.documents import extracting, reading, tables
from agents.tools.documents.extracting import extract
from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.reading import MOST_BYTES, Part, document_child, extracted
from tests.support.documents.hangul import hwp, paragraph, table
from tests.support.documents.made import HWPX, ODS, ODT, epub, pdf, saved, sheet_of, workbook, zipped


def test_a_locked_pdf_and_one_of_pictures_are_told() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("secret")))
    writer.encrypt("word")
    assert "password" in extract({"kind": "pdf"}, saved(writer.write))["error"]
    blank = pypdf.PdfWriter()
    blank.add_blank_page(100, 100)
    assert "pictures" in extract({"kind": "pdf"}, saved(blank.write))["error"]


def test_a_small_file_that_unpacks_to_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extracting, "_MOST_UNZIPPED", 1_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(6):
            archive.writestr(f"{number}.xml", b"0" * 200_000)
    assert "unpacks" in extract({"kind": "docx"}, out.getvalue())["error"]


@pytest.mark.parametrize("kind", ["opendocument", "hwpx"])
def test_entities_that_grow_are_refused(kind: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    for text in (bomb, outside):
        found = extract({"kind": kind}, zipped(content_xml=text, Contents__section0_xml=text))
        assert "EntitiesForbidden" in found["error"]


@given(
    st.sampled_from(
        "pdf docx xlsx pptx opendocument hwpx hwp epub rtf html email notebook subtitles csv".split()
    ),
    st.data(),
)
def test_a_damaged_document_is_an_error_and_nothing_worse(kind: str, data: st.DataObject) -> None:
    whole = {
        "pdf": pdf("x"),
        "opendocument": ODT,
        "hwpx": HWPX,
        "hwp": hwp(paragraph("x") + table([["a", "b"]])),
        "epub": epub("x"),
        "rtf": rb"{\rtf1 x}",
        "notebook": b'{"cells": []}',
    }.get(kind, ODS)
    cut = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=20))
    found = extract({"kind": kind}, whole[:cut] + noise + whole[cut + len(noise) :])
    assert ("parts" in found) != ("error" in found)


@pytest.mark.parametrize(
    "member", ["word/document.xml", "xl/workbook.xml", "ppt/presentation.xml", "META-INF/container.xml"]
)
def test_entities_of_offices_and_books_bring_nothing_in(member: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    for text in (bomb, outside):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(member, text)
        found = json.dumps(extract({"kind": "", "name": "a"}, out.getvalue()))
        assert '"error"' in found and "aaaaaaaaaa" not in found and "root:" not in found


def test_a_zip_of_very_many_or_locked_members_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}", b"")
    assert extract({"kind": "docx"}, out.getvalue())["why"] == "expands"
    locked = bytearray(workbook())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.find(mark)
        locked[place + flags] |= 1
    assert extract({"kind": "xlsx"}, bytes(locked))["why"] == "locked"


def test_a_pdf_whose_pages_or_tables_go_in_circles_ends() -> None:
    whole = pdf("one", "two")
    circle = whole.replace(b"/Kids [4 0 R 6 0 R]", b"/Kids [2 0 R 2 0 R]")
    assert circle != whole
    assert extract({"kind": "pdf"}, circle).keys() >= {"kind"}
    start = whole.rindex(b"startxref")
    place = whole.rindex(b"xref\n0")
    again = whole[:start].replace(b"/Root 1 0 R >>", b"/Root 1 0 R /Prev %d >>" % place) + whole[start:]
    assert extract({"kind": "pdf"}, again)["parts"][0] == ("page 1", "one")


@pytest.mark.parametrize(
    ("sound", "harm"),
    [
        (b"xref\n0 8", b"xref\n0 2"),
        (b"/Type /Catalog", b"/Type /Ca>alog"),
        (b"/F1 3 0 R", b"/F1 9 9 R"),
        (b" 700 Td (two", b" 700 Td 7two"),
    ],
)
def test_a_pdf_that_breaks_one_reader_is_read_by_the_other(sound: bytes, harm: bytes) -> None:
    whole = pdf("Hello one", "two")
    assert sound in whole
    found = extract({"kind": "pdf"}, whole.replace(sound, harm))
    assert found["parts"][0] == ("page 1", "Hello one") and found["count"] == 2


def test_the_second_reader_of_pdf_gives_what_the_first_does() -> None:
    body = pdf("Hello one", "", "three")
    for request in ({"kind": "pdf"}, {"kind": "pdf", "first": 2}, {"kind": "pdf", "first": 4}):
        assert extract({**request, "second": True}, body) == extract(request, body)
    locked = pypdf.PdfWriter(clone_from=io.BytesIO(body))
    locked.encrypt("word")
    assert extract({"kind": "pdf", "second": True}, saved(locked.write))["why"] == "locked"


@pytest.mark.long
def test_ten_thousand_pages_are_counted_and_a_few_of_them_read() -> None:
    body = pdf(*(f"page number {n}" for n in range(1, 10_001)))
    whole = extract({"kind": "pdf"}, body)
    assert (whole["count"], len(whole["parts"]), whole["cut"]) == (10_000, 10_000, False)
    few = extract({"kind": "pdf", "first": 9_999, "last": 10_000}, body)
    assert [text for _, text in few["parts"]] == ["page number 9999", "page number 10000"]
    assert (few["count"], few["cut"]) == (10_000, False)


@pytest.mark.long
def test_a_sheet_of_200_000_rows_is_read_as_far_as_it_may_be_and_says_so() -> None:
    whole = extract({"kind": "xlsx"}, sheet_of(200_000))
    assert whole["cut"] and 400 < whole["count"] <= 500


def test_parts_of_a_sheet_that_is_too_long_are_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_MOST_CELLS", 1500)
    body = sheet_of(2000)
    assert extract({"kind": "xlsx"}, body)["cut"]
    first = extract({"kind": "xlsx", "first": 1, "last": 2}, body)
    labels = [label for label, _ in first["parts"]]
    assert labels == ["sheet 긴 표, rows 2-201", "sheet 긴 표, rows 202-401"] and not first["cut"]


@pytest.mark.process
def test_a_pdf_that_takes_too_long_is_left_to_the_second_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[float] = []

    def hurried(cancelled: Callable[[], bool]) -> Child:
        children.append(60.0 if children else 0.001)
        return document_child(cancelled, children[-1])

    monkeypatch.setattr(reading, "document_child", hurried)
    found = extracted("a.pdf", pdf("Hello one"), lambda: False)
    assert found.parts == (Part("page 1", "Hello one", 1),) and len(children) == 2
    children.clear()
    with pytest.raises(Unreadable) as late:
        extracted("a.txt", b"words", lambda: False)
    assert late.value.why == "time" and len(children) == 1


@pytest.mark.process
def test_who_waits_for_a_long_document_is_told_how_far_it_is() -> None:
    told: list[int] = []
    body = pdf(*(f"page number {n} " * 40 for n in range(1, 1001)))
    found = extracted("a.pdf", body, lambda: False, on_progress=told.append)
    assert found.count == 1000 and len(found.parts) == 1000
    assert told and told == sorted(told) and all(0 < done <= 1000 for done in told)
    with pytest.raises(Unreadable) as stopped:
        extracted("a.pdf", body, lambda: len(told) > 3, on_progress=told.append)
    assert stopped.value.why == "cancelled"


@pytest.mark.process
def test_a_child_that_is_stopped_or_given_too_much_says_so() -> None:
    with pytest.raises(Unreadable) as stopped:
        extracted("a.pdf", pdf("x"), lambda: True)
    assert stopped.value.why == "cancelled"
    with pytest.raises(Unreadable) as large:
        extracted("a.txt", b"x" * (MOST_BYTES + 1), lambda: False)
    assert large.value.why == "too_large"


def test_what_is_nested_very_deep_is_no_harm() -> None:
    for kind, body in (
        ("notebook", b"[" * 200_000),
        ("rtf", b"{" * 200_000),
        ("html", b"<div>" * 50_000),
        ("email", b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n" * 5_000),
    ):
        found = extract({"kind": kind}, body)
        assert "parts" in found or found["why"] in ("damaged", "no_text")


def test_a_hangul_file_whose_records_lie_about_their_size_ends() -> None:
    long = hwp(paragraph("first") + b"\xff\xff\xff\xff\xff\xff\xff\xff" + paragraph("second"))
    assert extract({"kind": "hwp"}, long)["parts"] == [("", "first")]
