"""The child's side of making CSV of tables, for programs that compute with them: whole, each sheet a text."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

from agents.tools.documents.extracting import check_zip
from agents.tools.documents.kind_by_content import recognized
from agents.tools.documents.kinds import Unreadable
from agents.tools.documents.texts import decoded

_MOST_LETTERS = 64 * 1024**2
_MOST_COLUMNS = 2000
_MOST_ROWS = 1024**2

# The name of a sheet, "" for that of a file without names, and its rows.
_Sheets = Iterator[tuple[str, Iterable[Sequence[Any]]]]


def as_csv(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    """`{"sheets": [[name, text], ...]}`, or `{"error", "why", "detail"}`. `request` has the "name" of the file."""
    try:
        kind = recognized(str(request["name"]), body)
        if kind == "csv":
            return {"sheets": [["", _checked(decoded(body))]]}
        if kind not in ("xlsx", "opendocument"):
            raise Unreadable("no_kind")
        check_zip(body)
        left, sheets = _MOST_LETTERS, []
        for name, rows in _workbook(body) if kind == "xlsx" else _opendocument(body):
            text = _written(rows, left)
            left -= len(text)
            if text:
                sheets.append([name, text])
        return {"sheets": sheets}
    except Unreadable as error:
        return {"error": str(error), "why": error.why, "detail": error.detail}
    except MemoryError:
        raise
    except Exception as error:
        # Libraries raise anything on a damaged file.
        detail = f"{type(error).__name__}: {str(error)[:200]}"
        return {"error": "it is damaged", "why": "damaged", "detail": detail}


def _checked(text: str) -> str:
    if len(text) > _MOST_LETTERS:
        raise Unreadable("too_large")
    return text


def _written(rows: Iterable[Sequence[Any]], most: int) -> str:
    """Rows as CSV, up to the last that has anything in it, each up to its last cell that has."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    end = 0
    for row in rows:
        cells = _ended(["" if cell is None else cell for cell in row])
        writer.writerow(cells)
        end = out.tell() if cells else end
        if out.tell() > most:
            raise Unreadable("too_large")
    return out.getvalue()[:end]


def _ended(cells: list[Any]) -> list[Any]:
    """The cells up to the last that has anything in it."""
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def _workbook(body: bytes) -> _Sheets:
    """Excel. A cell with a formula has the value that a spreadsheet program kept of it, if any."""
    import openpyxl

    made = openpyxl.load_workbook(BytesIO(body), read_only=True, data_only=True)
    for name in made.sheetnames:
        sheet = made[name]
        if hasattr(sheet, "iter_rows"):  # a chart has none
            sheet.reset_dimensions()  # those that are declared may be of millions of empty cells
            yield name, sheet.iter_rows(values_only=True)


def _opendocument(body: bytes) -> _Sheets:
    from defusedxml.ElementTree import iterparse

    with zipfile.ZipFile(BytesIO(body)) as archive:
        if "content.xml" not in archive.namelist():
            raise Unreadable("no_text")
        with archive.open("content.xml") as content:
            rows: list[list[str]] = []
            name, depth = "", 0
            for event, element in iterparse(content, events=("start", "end")):
                kind = _local(element.tag)
                if kind == "table" and event == "start":
                    depth += 1
                    if depth == 1:
                        name, rows = _attribute(element, "name"), []
                elif kind == "table" and event == "end":
                    depth -= 1
                    if depth == 0:
                        yield name, rows
                elif kind == "table-row" and event == "end":
                    _add(rows, element)
                    element.clear()


def _add(rows: list[list[str]], element: Any) -> None:
    """Add a row as often as it repeats."""
    cells: list[str] = []
    for cell in element:
        if _local(cell.tag) in ("table-cell", "covered-table-cell"):
            repeats = int(_attribute(cell, "number-columns-repeated") or 1)
            cells += [_value(cell)] * min(repeats, _MOST_COLUMNS - len(cells))
    repeats = int(_attribute(element, "number-rows-repeated") or 1)
    rows += [_ended(cells)] * min(repeats, _MOST_ROWS - len(rows))


def _value(cell: Any) -> str:
    """A number or a date as it is kept, whatever it is shown as; else the words."""
    kept = _attribute(cell, "value") or _attribute(cell, "date-value")
    words = ("".join(each.itertext()) for each in cell if _local(each.tag) == "p")
    return kept or "\n".join(words)


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _attribute(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if _local(key) == name), "")
