"""The cells of Excel files, sheet by sheet and row by row."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from agents.tools.documents.extracting import Parts

_MOST_CELLS = 300_000  # of a sheet


def read(body: bytes) -> Parts:
    import openpyxl

    # A cell with a formula has a value only if a spreadsheet program kept it: else the formula is shown.
    values = openpyxl.load_workbook(BytesIO(body), read_only=True, data_only=True)
    formulas = openpyxl.load_workbook(BytesIO(body), read_only=True)
    for name in values.sheetnames:
        if not hasattr(values[name], "iter_rows"):
            continue  # a sheet that is a chart
        lines: list[str] = []
        cells = 0
        rows = zip(
            values[name].iter_rows(values_only=True), formulas[name].iter_rows(values_only=True), strict=False
        )
        for number, (row, written) in enumerate(rows, 1):
            shown = [_shown(value, formula) for value, formula in zip(row, written, strict=False)]
            cells += len(shown)
            if any(shown):
                lines.append(f"{number}: " + " | ".join(shown).rstrip(" |"))
            if cells > _MOST_CELLS:
                lines.append("[the sheet is longer]")
                break
        yield f"sheet {name}", "\n".join(lines)


def _shown(value: Any, formula: Any) -> str:
    found = formula if value is None else value
    return "" if found is None else " ".join(str(found).split())
