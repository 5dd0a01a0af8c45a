"""Kinds of documents beside those of offices, recognized by what they hold."""

from __future__ import annotations

import json
from email.message import EmailMessage

import pytest

from agents.tools.documents import hwp as hwp_reader
from agents.tools.documents.extracting import extract
from tests.support.documents.hangul import compound, control, hwp, paragraph, record, table, units
from tests.support.documents.made import HWPX, ODT, epub, pdf, sheet_of, slides, word, workbook, zipped


def text_of(name: str, body: bytes) -> str:
    found = extract({"kind": "", "name": name}, body)
    assert "error" not in found, found
    assert not found["cut"]
    return "\n\n".join(f"[{label}]\n{part}" if label else part for label, part in found["parts"])


def kind_of(name: str, body: bytes) -> tuple[str, str]:
    found = extract({"kind": "", "name": name}, body)
    return found["kind"], found.get("why", "")


def mail() -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "홍길동 <a@b.example>", "c@d.example", "회의 자료"
    made.set_content("내일 봅시다.\n")
    made.add_alternative("<p>내일 <b>봅시다</b>.</p>", subtype="html")
    made.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="자료.pdf")
    return made.as_bytes()


NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "source": ["# 제목\n", "글"]},
            {
                "cell_type": "code",
                "source": "print(1)",
                "outputs": [
                    {"output_type": "stream", "text": ["1\n"]},
                    {"output_type": "execute_result", "data": {"text/plain": "2", "image/png": "AAAA"}},
                ],
            },
        ]
    }
).encode()
SUBTITLES = """\
1
00:00:01,500 --> 00:00:02,000
<i>안녕</i>
하세요

2
00:01:00,000 --> 00:01:01,000
끝
"""
FONT = rb"{\fonttbl{\f0\fnil\fcharset129 Batang;}}"
RTF = rb"{\rtf1\ansi\ansicpg949\deff0" + FONT + rb"\f0 \'b0\'a1\'b3\'aa \b B\b0\par \u44032?\par}"


@pytest.mark.parametrize(
    ("name", "body", "text"),
    [
        (
            "book.epub",
            epub("<h1>하나</h1><p>a</p>", "<p>b</p>"),
            "[chapter 1]\n# 하나\n\na\n\n[chapter 2]\nb",
        ),
        ("a.rtf", RTF, "가나 B\n가"),
        (
            "a.eml",
            mail(),
            "From: 홍길동 <a@b.example>\nTo: c@d.example\nSubject: 회의 자료\n\n내일 봅시다.\n[attached: 자료.pdf]",
        ),
        ("a.ipynb", NOTEBOOK, "# 제목\n글\n\n```\nprint(1)\n```\n\nOutput:\n1\n2"),
        ("a.srt", SUBTITLES.replace("\n", "\r\n").encode(), "[00:00:01] 안녕 하세요\n[00:01:00] 끝"),
        ("a.vtt", b"WEBVTT\n\nNOTE x\n\n01:02.000 --> 01:03.000\nhi\n", "[01:02] hi"),
        ("a.hwp", hwp(paragraph("첫 문단\t끝"), paragraph("둘째 구역")), "첫 문단\t끝\n둘째 구역"),
        ("plain.hwp", hwp(paragraph("풀린 글"), properties=0), "풀린 글"),
        ("Makefile", b"all:\n\techo hi\n", "all:\n\techo hi"),
        ("noending", "그냥 글".encode("utf-16"), "그냥 글"),
    ],
)
def test_every_kind_gives_its_text(name: str, body: bytes, text: str) -> None:
    assert text_of(name, body) == text


def test_controls_and_tables_of_hangul_files_are_what_their_format_says() -> None:
    inner = record(66, 0, b"\0" * 22) + record(
        67, 1, units("앞") + control() + units("뒤\u00a0") + b"\x1e\0\r\0"
    )
    body = hwp(inner + table([["항목", "금액"], ["월세", "500"], ["", ""], ["합계"]]) + paragraph("다음"))
    assert text_of("a.hwp", body) == "앞뒤\n항목 | 금액\n월세 | 500\n합계\n다음"
    assert text_of("long.hwp", hwp(paragraph("긴 글 " * 3000))).count("긴 글") == 3000
    assert kind_of("a.hwp", hwp(paragraph("x"), properties=3)) == ("hwp", "locked")
    assert kind_of("a.hwp", hwp(paragraph("x"), properties=5)) == ("hwp", "protected")


def test_a_hangul_file_that_deflates_to_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hwp_reader, "_MOST_BYTES", 100_000)
    assert kind_of("a.hwp", hwp(b"\0" * 1_000_000)) == ("hwp", "expands")
    # One that takes all the room leaves none to the next.
    monkeypatch.setattr(hwp_reader, "_MOST_BYTES", 1000)
    assert kind_of("a.hwp", hwp(b"\0" * 1000, b"\0" * 1_000_000)) == ("hwp", "expands")


def test_a_book_is_refused_only_where_its_chapters_are_encrypted() -> None:
    entry = '<encryption xmlns:e="e"><e:CipherReference URI="{}"/></encryption>'
    fonts, chapters = entry.format("OEBPS/font.otf"), entry.format("OEBPS/text/c%200.xhtml")
    assert text_of("a.epub", epub("<p>open</p>", encryption=fonts)) == "[chapter 1]\nopen"
    assert kind_of("a.epub", epub("<p>shut</p>", encryption=chapters)) == ("epub", "protected")


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("a.txt", pdf("x"), "pdf"),
        ("a", word(), "docx"),
        ("a.zip", workbook(), "xlsx"),
        ("a.docx", slides(), "pptx"),
        ("a.odt", ODT, "opendocument"),
        ("a.hwp", HWPX, "hwpx"),
        ("a.py", b"print(1)\n", "text"),
        ("a.docx", b"plain words", "text"),
        ("a.tsv", b"a\tb\n", "csv"),
    ],
)
def test_a_kind_is_told_by_content_whatever_the_name_says(name: str, body: bytes, kind: str) -> None:
    assert kind_of(name, body) == (kind, "")


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("a.doc", compound({"WordDocument": b"x"}), "old_kind"),
        ("a.docx", compound({"EncryptedPackage": b"x"}), "locked"),
        ("a.zip", zipped(other_xml="x"), "no_kind"),
        ("a.docx", b"PK\x03\x04 broken", "damaged"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "picture"),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0", "picture"),
        ("a.exe", b"MZ\x90\0\x03\0\0\0", "no_kind"),
        ("a.ipynb", b"[1, 2", "damaged"),
        ("a.ipynb", b'{"cells": [3]}', "damaged"),
    ],
)
def test_what_gives_no_text_says_why(name: str, body: bytes, why: str) -> None:
    assert kind_of(name, body)[1] == why


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949", "cp932"])
def test_separated_values_are_read_in_every_encoding(encoding: str) -> None:
    text = (
        "名前,年齢,都市\n田中,30,東京\nすずき,25,大阪\n" if encoding == "cp932" else "이름,나이\n김철수,30\n"
    )
    assert text_of("a.csv", text.encode(encoding)) == text.strip()


def test_long_tables_come_in_parts_that_repeat_their_header() -> None:
    rows = "".join(f'{n};"a\nb";{n * n}\n' for n in range(1, 451))
    found = extract({"kind": "", "name": "a.csv"}, f"n;text;square\n{rows}".encode())
    labels = [label for label, _ in found["parts"]]
    assert labels == ["rows 2-201", "rows 202-401", "rows 402-451"]
    assert all(text.startswith("n;text;square\n") for _, text in found["parts"])
    assert found["parts"][1][1].split("\n")[1] == '201;"a' and (found["count"], found["cut"]) == (3, False)
    sheet = extract({"kind": "", "name": "a.xlsx"}, sheet_of(402))
    assert [label for label, _ in sheet["parts"]] == [
        "sheet 긴 표, rows 2-201",
        "sheet 긴 표, rows 202-401",
        "sheet 긴 표, rows 402-402",
    ]
    assert sheet["parts"][2][1] == "1: 0.0 | 0.1 | 0.2\n402: 401.0 | 401.1 | 401.2"


def test_only_the_wanted_parts_are_read_and_all_are_counted() -> None:
    body = pdf(*(f"page number {n}" for n in range(1, 9)))
    found = extract({"kind": "", "name": "a.pdf", "first": 3, "last": 4}, body)
    assert found["parts"] == [("page 3", "page number 3"), ("page 4", "page number 4")]
    assert (found["count"], found["cut"]) == (8, False)
    assert extract({"kind": "", "name": "a.pdf", "first": 9}, body)["why"] == "no_such_part"
