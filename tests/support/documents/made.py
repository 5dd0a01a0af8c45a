"""Documents of each kind, made with the programs' own libraries or written in their plainest form."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import openpyxl
import pptx


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


def epub(*chapters: str, encryption: str = "") -> bytes:
    """A book whose spine turns the order of its manifest around."""
    numbers = range(len(chapters))
    items = "".join(f'<item id="c{n}" href="text/c%20{n}.xhtml" media-type="x"/>' for n in reversed(numbers))
    order = "".join(f'<itemref idref="c{n}"/>' for n in numbers)
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
        ),
        "OEBPS/book.opf": (
            '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
            f"{items}</manifest><spine>{order}</spine></package>"
        ),
        **({"META-INF/encryption.xml": encryption} if encryption else {}),
        **{f"OEBPS/text/c {n}.xhtml": f"<html><body>{text}</body></html>" for n, text in enumerate(chapters)},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def sheet_of(rows: int, columns: int = 3) -> bytes:
    made = openpyxl.Workbook(write_only=True)
    sheet = made.create_sheet("긴 표")
    for number in range(rows):
        sheet.append([f"{number}.{column}" for column in range(columns)])
    return saved(made.save)
