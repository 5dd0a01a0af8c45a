"""Sheets and separated values, in parts of rows that each begin with the first row: it names the columns."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import chain, islice
from typing import Any

import msgspec

from agents.tools.documents.kinds import LEFT_OUT, Parts
from agents.tools.documents.places import Place
from agents.tools.documents.texts import decoded

_ROWS = 200  # of a part
_MOST_CELLS = 300_000  # of a sheet
_PIECE = 1 << 20
_DELIMITERS = ",\t;|"
_LOOKED_AT = 20  # lines


def sheets(body: bytes) -> Parts:
    """Excel: the cells, sheet by sheet and row by row."""
    import openpyxl

    # A cell with a formula has a value only if a spreadsheet program kept it: else the formula is shown. Opening a
    # large workbook takes seconds, so it is opened again only for formulas.
    values = openpyxl.load_workbook(BytesIO(body), read_only=True, data_only=True)
    formulas = openpyxl.load_workbook(BytesIO(body), read_only=True) if _has_formulas(body) else values
    for name in values.sheetnames:
        if not hasattr(values[name], "iter_rows"):
            continue  # a sheet that is a chart
        rows = _Rows(values[name], formulas[name])
        yield from _in_parts(Place("sheet", name=name), iter(rows))
        if rows.cut:
            yield LEFT_OUT, f"[the sheet {name} is longer]"


def _has_formulas(body: bytes) -> bool:
    with zipfile.ZipFile(BytesIO(body)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(_holds(archive, name, (b"<f>", b"<f ", b"<f/")) for name in sheets)


def _holds(archive: zipfile.ZipFile, name: str, marks: Sequence[bytes]) -> bool:
    with archive.open(name) as file:
        end = b""
        while piece := file.read(_PIECE):
            if any(mark in end + piece for mark in marks):
                return True
            end = piece[-2:]
    return False


class _Rows:
    """The numbered lines of a sheet, as they are asked for; `cut`: there were more cells than are read."""

    def __init__(self, values: Any, formulas: Any) -> None:
        rows = values.iter_rows(values_only=True)
        written = formulas.iter_rows(values_only=True) if formulas is not values else None
        self._rows = ((row, row) for row in rows) if written is None else zip(rows, written, strict=False)
        self.cut = False

    def __iter__(self) -> Iterator[tuple[int, str]]:
        cells = 0
        for number, (row, written) in enumerate(self._rows, 1):
            shown = [_cell(value, formula) for value, formula in zip(row, written, strict=False)]
            if any(shown):
                yield number, f"{number}: " + " | ".join(shown).rstrip(" |")
            cells += len(shown)
            if cells > _MOST_CELLS:
                self.cut = True
                return


def _cell(value: Any, formula: Any) -> str:
    found = formula if value is None else value
    return "" if found is None else " ".join(str(found).split())


def separated(body: bytes) -> Parts:
    """CSV and TSV, in their own form; rows count from 1 with the header."""
    text = decoded(body)
    delimiter = _delimiter(text)
    csv.field_size_limit(len(text) + 1)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines = ((number, row) for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row))
    begun = list(islice(lines, _ROWS + 2))
    if len(begun) <= _ROWS + 1:
        yield "", text
        return
    yield from _in_parts(Place(), ((number, _written(row, delimiter)) for number, row in chain(begun, lines)))


def _delimiter(text: str) -> str:
    """The one that the first lines have most, and as often as each other."""
    lines = [line for line in islice(io.StringIO(text), _LOOKED_AT) if line.strip()]
    if not lines:
        return ","
    least = {each: min(line.count(each) for line in lines) for each in _DELIMITERS}
    return max(_DELIMITERS, key=lambda each: (least[each], lines[0].count(each)))


def _written(row: Sequence[str], delimiter: str) -> str:
    out = io.StringIO()
    # With another end older Pythons leave what breaks within a cell unquoted.
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerow(row)
    return out.getvalue().removesuffix("\n")


def _in_parts(place: Place, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    """Numbered lines in parts of `_ROWS`, the first line above each; as one part where there are no more."""
    begun = list(islice(lines, _ROWS + 2))
    if len(begun) <= _ROWS + 1:
        yield place.label, "\n".join(line for _, line in begun)
        return
    header, rest = begun[0][1], chain(begun[1:], lines)
    while part := list(islice(rest, _ROWS)):
        rows = msgspec.structs.replace(place, rows=(part[0][0], part[-1][0]))
        yield rows.label, "\n".join((header, *(line for _, line in part)))
