"""`coterie predict --published`: an object for each row, reasons for those left out, a sentence for a bad table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import here

TABLE = (
    "# a comment\n"
    "id\tmodel\tquant\tgpu\tgpus\tcpu\tram\tplacement\tcpu_expert_layers\tdepth\tdecode_tps\tprefill_tps\n"
    "A\tgpt-oss-20b\tMXFP4\tRTX 3060 12GB\t1\t\t\tall on GPU\t0\t0\t64\t\n"
    "B\tunheard of\tQ4_0\t\t0\t\t\tCPU\tcpu\t0\t1\t2\n"
    "C\tQwen3-30B-A3B\tQ4_K_M\t\t0\tRyzen 9 7950X\tDDR5 2ch\tCPU\tcpu\t0\t25\t140\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "speeds.tsv"
    path.write_text(TABLE, "utf-8")
    return path


def test_each_row_is_printed_as_an_object(table: Path) -> None:
    ran = here("predict", "--published", str(table), "--json")
    assert ran.code == 0, ran.err
    first, second, third = ran.objects
    assert first["id"] == "A"
    assert first["prefill"] is None
    assert first["decode"]["measured"] == 64
    assert first["decode"]["ratio"] == pytest.approx(first["decode"]["predicted"] / 64)
    low, high = first["decode"]["range"]
    assert first["decode"]["inside"] == (low <= 64 <= high)
    assert second["code"] == "predict.unknown_model"
    assert "unheard of" in second["reason"]
    assert set(third["prefill"]) == {"predicted", "measured", "ratio", "inside", "range"}


def test_without_json_it_is_a_table_with_a_summary(table: Path) -> None:
    ran = here("predict", "--published", str(table))
    assert ran.code == 0, ran.err
    assert "The model unheard of isn’t known." in ran.out
    assert ran.out.splitlines()[-1].startswith("Measured speeds inside the predicted range: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "columns"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"id\tmodel\tquant\tdecode_tps\n1\ta\tb\tquick\n", "isn’t a speed"),
        (b"id\tmodel\tquant\n", "no rows"),
    ],
)
def test_a_bad_table_ends_in_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.tsv"
    path.write_bytes(content)
    ran = here("predict", "--published", str(path))
    assert ran.code == 1
    assert words in ran.sentence


def test_a_missing_table_is_told(tmp_path: Path) -> None:
    ran = here("predict", "--published", str(tmp_path / "none.tsv"), "--json")
    assert ran.code == 1
    assert ran.objects[0]["error"]["code"] == "predict.unreadable"
    assert here("predict", "--published", str(tmp_path)).code == 1
