"""Tables as CSV for programs: whole, values as they are kept, hostile ones refused."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest

from agents.tools.documents import sheets_as_csv
from agents.tools.documents.sheets_as_csv import as_csv
from tests.support.documents import made


def test_each_sheet_of_a_workbook_is_a_text_of_its_values() -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "Sales"
    first.append(["item", "price", "day"])
    first.append(['a "b", c', 1.5, date(2026, 3, 1)])
    first["A4"] = 7
    book.create_sheet("Empty")
    book.create_sheet("둘")["B1"] = "x"
    found = as_csv({"name": "s.xlsx"}, made.saved(book.save))
    assert found == {
        "sheets": [
            ["Sales", 'item,price,day\n"a ""b"", c",1.5,2026-03-01 00:00:00\n\n7\n'],
            ["둘", ",x\n"],
        ]
    }


def test_a_sheet_of_opendocument_has_the_numbers_behind_what_is_shown() -> None:
    body = (
        '<table:table table:name="S"><table:table-row><table:table-cell><text:p>n</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="2"><text:p>v</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell office:value="1234.5" '
        'office:value-type="float"><text:p>1,234.50</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row></table:table>'
    )
    assert as_csv({"name": "s.ods"}, made.open_document(body)) == {
        "sheets": [["S", "n,v,v\n1234.5\n1234.5\n"]]
    }


def test_separated_values_are_in_unicode_whatever_they_were_in() -> None:
    assert as_csv({"name": "s.csv"}, "이름;값\n가나다라;3\n".encode("cp949")) == {
        "sheets": [["", "이름;값\n가나다라;3\n"]]
    }


def test_what_is_no_table_or_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_csv({"name": "s.docx"}, made.word())["why"] == "no_kind"
    assert as_csv({"name": "s.xlsx"}, made.workbook()[:500])["why"] == "damaged"
    monkeypatch.setattr(sheets_as_csv, "_MOST_LETTERS", 10**6)
    cell = f"<table:table-cell><text:p>{'x' * 1000}</text:p></table:table-cell>"
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    bomb = f'<table:table table:name="S">{row}</table:table>'
    assert as_csv({"name": "s.ods"}, made.open_document(bomb))["why"] == "too_large"
