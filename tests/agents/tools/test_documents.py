"""Reading and searching documents, made with the programs' own libraries."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.api import ToolContext
from agents.tools.documents.cutting import LONGEST
from agents.tools.documents.extracting import extract
from agents.tools.documents.passages import best, passages, terms
from agents.tools.read_document import read_document
from agents.tools.search_documents import search_documents
from tests.support.agents.places import here_in
from tests.support.documents.made import HWPX, ODP, ODS, ODT, pdf, slides, word, workbook


@pytest.fixture
def here(tmp_path: Path) -> ToolContext:
    return here_in(tmp_path)


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
    (root / "b.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    (root / "c.docx").write_bytes(b"no zip")
    done = read_document.run({"path": "a.pdf", "first_page": 2, "last_page": 2}, here)
    assert (done.text, done.summary, done.untrusted) == ("[page 2]\ntwo", "1 / 3", True)
    (root / "d.md").write_text("# One\n\ntwo three\n")
    assert read_document.run({"path": "d.md"}, here).summary == "4"
    assert "3 parts" in read_document.run({"path": "a.pdf", "first_page": 9}, here).text
    assert "save it as docx" in read_document.run({"path": "b.doc"}, here).text
    assert "not what its name says" in read_document.run({"path": "c.docx"}, here).text
    assert read_document.run({"path": "none.pdf"}, here).status == "error"


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
    assert all(len(piece.text) <= LONGEST and piece.line >= 1 for piece in pieces)
    assert all(text[piece.first : piece.last] == piece.text for piece in pieces)


def test_passages_end_with_sections_and_paragraphs_and_know_the_headings_above() -> None:
    sentence = "Either party may end it with thirty days of notice. "
    text = f"# Contract\n\n## 7. Termination\n{sentence * 8}\n\n{sentence * 12}\n\n## 8. Law\n{sentence * 5}"
    found = list(passages("a.md", "", text))
    assert [(piece.heading, piece.line) for piece in found] == [
        ("Contract > 7. Termination", 1),
        ("Contract > 7. Termination", 6),
        ("Contract > 8. Law", 8),
    ]
    program = f"# a comment\nx = 1\n{'y = 2  # more' * 40}\n# another\nz = 3"
    assert {piece.heading for piece in passages("a.py", "", program)} == {""}
    law = list(
        passages(
            "법.pdf",
            "page 1",
            f"제1장 총칙\n제1조 (목적)\n{'이 법은 목적을 정한다. ' * 30}\n제2조 (정의)\n뜻",
        )
    )
    assert [piece.heading for piece in law] == ["제1장 총칙 > 제1조 (목적)", "제1장 총칙 > 제2조 (정의)"]


def test_rows_of_a_table_know_its_first_row() -> None:
    rows = "item,price\n" + "\n".join(f"thing {number},{number * 7}" for number in range(200))
    found = list(passages("a.csv", "", rows, "csv"))
    assert len(found) > 2
    assert {piece.heading for piece in found} == {"item,price"}
    assert all(piece.text[:5] in ("item,", "thing") for piece in found)
