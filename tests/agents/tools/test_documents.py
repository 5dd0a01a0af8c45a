"""Reading and searching documents, made with the programs' own libraries."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.api import ToolContext
from agents.tools.documents import extracting
from agents.tools.documents.extracting import extract
from agents.tools.documents.passages import best, passages, terms
from agents.tools.read_document import read_document
from agents.tools.search_documents import search_documents
from tests.support.agents.places import here_in


@pytest.fixture
def here(tmp_path: Path) -> ToolContext:
    return here_in(tmp_path)


def pdf(*pages: str) -> bytes:
    """A PDF with a line of ASCII on each page, in the plainest form that readers take."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode())
    start = out.tell()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode())
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def word() -> bytes:
    made = docx.Document()
    made.add_heading("계약서", 1)
    made.add_paragraph("첫 문단입니다.")
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "항목", "금액"
    made.add_paragraph("끝")
    return saved(made.save)


def workbook() -> bytes:
    made = openpyxl.Workbook()
    first = made.active
    assert first is not None
    first.title = "예산"
    first.append(["항목", "금액"])
    first.append(["월세", 500])
    first["B3"] = "=SUM(B2:B2)"
    made.create_sheet("빈")
    made.create_sheet("둘")["C2"] = "x"
    return saved(made.save)


def slides() -> bytes:
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    assert slide.shapes.title is not None
    slide.shapes.title.text = "제목"
    frame = slide.notes_slide.notes_text_frame
    assert frame is not None
    frame.text = "말할 것"
    return saved(made.save)


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return out.getvalue()


_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
NAMES = " ".join(
    f'xmlns:{name}="{_OASIS}:{last}:1.0"'
    for name, last in (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"))
)


def open_document(body: str) -> bytes:
    return zipped(content_xml=f"<office:document-content {NAMES}>{body}</office:document-content>")


ODT = open_document(
    "<text:h>머리</text:h><text:p>one<text:s text:c='2'/>two <text:span>three</text:span> four</text:p>"
)
ODS = open_document(
    "<table:table table:name='A'><table:table-row><table:table-cell><text:p>k</text:p></table:table-cell>"
    "<table:table-cell table:number-columns-repeated='2'><text:p>v</text:p></table:table-cell>"
    "<table:table-cell table:number-columns-repeated='16000'/></table:table-row></table:table>"
    "<table:table table:name='B'><table:table-row><table:table-cell><text:p>z</text:p></table:table-cell>"
    "</table:table-row></table:table>"
)
ODP = open_document(
    "<draw:page><text:p>eins</text:p></draw:page><draw:page><text:p>zwei</text:p></draw:page>"
)
HWPX = zipped(
    mimetype="application/hwp+zip",
    Contents__section0_xml=(
        '<hs:sec xmlns:hs="s" xmlns:hp="p"><hp:p><hp:run><hp:t>안녕</hp:t></hp:run>'
        "<hp:run><hp:t>하세요</hp:t></hp:run></hp:p>"
        "<hp:p><hp:tbl><hp:tr><hp:tc><hp:p><hp:t>가</hp:t></hp:p></hp:tc><hp:tc><hp:p><hp:t>나</hp:t></hp:p></hp:tc>"
        "</hp:tr></hp:tbl></hp:p></hs:sec>"
    ),
)


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.pdf", pdf("Hello one", "Hello two"), "[page 1]\nHello one\n\n[page 2]\nHello two"),
        ("a.docx", word(), "# 계약서\n첫 문단입니다.\n항목 | 금액\n끝"),
        (
            "a.xlsx",
            workbook(),
            "[sheet 예산]\n1: 항목 | 금액\n2: 월세 | 500\n3:  | =SUM(B2:B2)\n\n[sheet 둘]\n2:  |  | x",
        ),
        ("a.pptx", slides(), "[slide 1]\n제목\n[notes] 말할 것"),
        ("a.odt", ODT, "머리\none  two three four"),
        ("a.ods", ODS, "[sheet A]\nk | v | v\n\n[sheet B]\nz"),
        ("a.odp", ODP, "[slide 1]\neins\n\n[slide 2]\nzwei"),
        ("a.hwpx", HWPX, "안녕하세요\n가 | 나"),
        ("a.html", "<title>제목</title><p>글 <b>자</b>".encode(), "제목\n\n글 자"),
        ("a.csv", b"a,b\n1,2\n", "a,b\n1,2"),
        ("a.md", "# 메모".encode(), "# 메모"),
    ],
)
def test_every_kind_is_read(name: str, content: bytes, text: str) -> None:
    kind = {"odt": "opendocument", "ods": "opendocument", "odp": "opendocument", "csv": "text", "md": "text"}
    ending = name.partition(".")[2]
    found = extract({"kind": kind.get(ending, ending)}, content)
    assert "error" not in found, found
    assert "\n\n".join(f"[{label}]\n{part}" if label else part for label, part in found["parts"]) == text


@pytest.mark.process
def test_pages_are_chosen_and_what_cannot_be_read_is_told(here: ToolContext) -> None:
    root = here.workspace.root
    (root / "a.pdf").write_bytes(pdf("one", "two", "three"))
    (root / "b.hwp").write_bytes(b"\xd0\xcf\x11\xe0")
    (root / "c.docx").write_bytes(b"no zip")
    done = read_document.run({"path": "a.pdf", "first_page": 2, "last_page": 2}, here)
    assert (done.text, done.summary, done.untrusted) == ("[page 2]\ntwo", "1 / 3", True)
    (root / "d.md").write_text("# One\n\ntwo three\n")
    assert read_document.run({"path": "d.md"}, here).summary == "4"
    assert "3 parts" in read_document.run({"path": "a.pdf", "first_page": 9}, here).text
    assert "hwpx or pdf" in read_document.run({"path": "b.hwp"}, here).text
    assert "not what its name says" in read_document.run({"path": "c.docx"}, here).text
    assert read_document.run({"path": "none.pdf"}, here).status == "error"


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


@given(st.sampled_from(["pdf", "docx", "xlsx", "pptx", "opendocument", "hwpx", "html"]), st.data())
def test_a_damaged_document_is_an_error_and_nothing_worse(kind: str, data: st.DataObject) -> None:
    whole = {"pdf": pdf("x"), "opendocument": ODT, "hwpx": HWPX, "html": b"<p>x"}.get(kind, ODS)
    cut = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=20))
    found = extract({"kind": kind}, whole[:cut] + noise + whole[cut + len(noise) :])
    assert found.keys() <= {"parts", "error"}


@pytest.mark.process
def test_what_answers_a_question_is_quoted_with_its_place(here: ToolContext) -> None:
    root = here.workspace.root
    (root / "a.pdf").write_bytes(pdf("The rent is due monthly", "Cats are allowed in the flat"))
    (root / "sub").mkdir()
    (root / "sub" / "b.docx").write_bytes(word())
    (root / "c.md").write_text("# Notes\n\n" + "filler words\n" * 80 + "\nThe key lies under the mat.\n")
    (root / "bad.docx").write_bytes(b"PK broken")
    done = search_documents.run({"query": "are cats allowed?"}, here)
    assert done.text.startswith("[a.pdf, page 2]\nCats are allowed in the flat")
    assert "could not be read: bad.docx" in done.text and done.untrusted
    assert "[sub/b.docx, line 1]" in search_documents.run({"query": "계약서의 금액은"}, here).text
    found = search_documents.run({"query": "keys"}, here).text
    assert found.startswith("[c.md, line ") and "under the mat" in found
    assert "Nothing about that in 3 documents." in search_documents.run({"query": "zebra"}, here).text
    assert len(list((here.scratch / "documents").iterdir())) == 2
    assert search_documents.run({"query": "?!"}, here).status == "error"


def test_words_of_korean_are_found_with_any_ending() -> None:
    texts = ["고양이를 키울 수 있습니다", "개는 안 됩니다", "apples and pears"]
    found = best("고양이는?", (each for text in texts for each in passages("x", "", text)), 3)
    assert [passage.text for passage in found] == texts[:1]
    assert terms("Apples v2 서울시") == ["apple", "v2", "서울", "울시"]


@given(st.text("ab \n가", max_size=3000))
def test_passages_hold_all_words_of_a_text(text: str) -> None:
    pieces = list(passages("x", "", text))
    assert "".join("".join(piece.text.split()) for piece in pieces) == "".join(text.split())
    assert all(len(piece.text) <= 701 and piece.line >= 1 for piece in pieces)
