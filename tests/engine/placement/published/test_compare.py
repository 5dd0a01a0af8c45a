"""Predictions beside published speeds: a few public ones, words that tell machines and placements, and what is left
out."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ErrorInfo, UserError
from engine.placement.plan import RAM
from engine.placement.published.compare import RowPrediction, compared
from engine.placement.published.layouts import laid
from engine.placement.published.machines import Words, described, memory_of
from engine.placement.published.names import table
from engine.placement.published.rows import PublishedRow, depth_of, read_rows

_PUBLIC = (  # llama.cpp: benches/dgx-spark, benches/mac-m2-ultra, pull 16991; ik_llama.cpp: 357; llmfit
    ("spark", "gpt-oss-120b", "MXFP4", "GB10 (DGX Spark, unified)", "", 0, 58.72, 2443.91, "pp2048, ub 2048"),
    (
        "deep",
        "gpt-oss-120b",
        "MXFP4",
        "GB10 (DGX Spark, unified)",
        "",
        32768,
        42.76,
        1567.08,
        "pp2048, ub 2048",
    ),
    ("mac", "Qwen3-30B-A3B", "Q8_0", "M2 Ultra (unified)", "", 0, 78.97, 2453.11, "pp2048, ub 2048"),
    ("desktop", "Qwen3-30B-A3B", "IQ4_XS (15.4 GiB)", "", "Ryzen 9 7950X", 0, 25.26, 141.84, "pp512"),
    ("card", "gpt-oss-20b", "MXFP4", "RX 7900 XT 20GB", "", 512, 162.6, "", ""),
)
_COLUMNS = ("id", "model", "quant", "gpu", "cpu", "depth", "decode_tps", "prefill_tps", "prefill_setup")
PUBLIC = "# With sources.\n" + "\n".join("\t".join(map(str, row)) for row in (_COLUMNS, *_PUBLIC))


@pytest.mark.parametrize("row", read_rows(PUBLIC), ids=lambda row: row.id)
def test_public_speeds_lie_inside_the_predicted_ranges(row: PublishedRow) -> None:
    found = compared(row)
    assert isinstance(found, RowPrediction)
    for each in (found.decode, found.prefill):
        if each is not None:
            assert each.inside
            assert 0.7 <= each.ratio <= 1.4
            assert each.range[0] < each.predicted < each.range[1]


def test_a_placement_that_nobody_tells_is_not_taken_for_the_best() -> None:
    row = PublishedRow(
        "1", "Qwen3-30B-A3B", "Q4_K_M", gpu="RTX 3060 12GB", ram="DDR4-3200 2ch", decode_tps=20
    )
    told, untold = (
        compared(msgspec.structs.replace(row, placement=placement, cpu_expert_layers=layers))
        for placement, layers in (("ncmoe 22", "22"), ("ncmoe, number in source", "?"))
    )
    assert isinstance(told, RowPrediction) and isinstance(untold, RowPrediction)
    assert told.decode and untold.decode
    assert untold.decode.predicted < 0.7 * told.decode.predicted
    assert untold.decode.range[1] / untold.decode.range[0] > told.decode.range[1] / told.decode.range[0]


def test_a_measurement_that_is_left_out_is_not_compared() -> None:
    found = compared(PublishedRow("1", "gpt-oss-20b", "MXFP4", gpu="RTX 3060 12GB", decode_tps=64))
    assert isinstance(found, RowPrediction)
    assert found.prefill is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (PublishedRow("1", "a new model", "Q4_K_M", decode_tps=5), "predict.unknown_model"),
        (PublishedRow("1", "gpt-oss-20b", "not said", decode_tps=5), "predict.unknown_quantisation"),
        (PublishedRow("1", "gpt-oss-20b", "MXFP4"), "predict.nothing_measured"),
        (PublishedRow("1", "gpt-oss-20b", "MXFP4", gpu="", gpus="2", decode_tps=5), "predict.unknown_card"),
        (
            PublishedRow("1", "gpt-oss-20b", "MXFP4", gpu="A card", cpu_expert_layers="?", decode_tps=5),
            "predict.unknown_placement",
        ),
    ],
)
def test_a_row_that_cannot_be_expressed_says_why(row: PublishedRow, code: str) -> None:
    found = compared(row)
    assert isinstance(found, ErrorInfo)
    assert found.code == code


_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\t\n\r"), max_size=20)


@given(
    words=st.fixed_dictionaries(dict.fromkeys(("gpu", "gpus", "cpu", "ram", "placement", "depth"), _WORDS))
)
def test_no_words_break_the_comparison(words: dict[str, str]) -> None:
    found = compared(PublishedRow("1", "OLMoE", "Q4_0", decode_tps=5, prefill_tps=5, **words))
    assert isinstance(found, RowPrediction | ErrorInfo)


def test_numbers_of_any_length_are_computed_with() -> None:
    digits = "9" * 5000
    cells = (
        "gpus",
        "ram_spec_gbps",
        "depth",
        "cpu_expert_layers",
        "prefill_setup",
        "cpu",
        "gpu",
        "ram",
        "placement",
    )
    words = (
        digits,
        digits,
        digits,
        digits,
        f"pp{digits}",
        f"{digits} cores",
        f"RTX {digits}GB",
        f"{digits}ch",
        digits,
    )
    header, row = "\t".join(cells), "\t".join(words)
    (read,) = read_rows(f"id\tmodel\tquant\tdecode_tps\t{header}\n1\tOLMoE\tQ4_0\t5\t{row}\n")
    assert isinstance(compared(read), RowPrediction | ErrorInfo)
    for name, value in zip(cells, words, strict=True):
        alone = PublishedRow("1", "OLMoE", "Q4_0", decode_tps=5, **{name: value[:200]})  # type: ignore[arg-type]
        assert isinstance(compared(alone), RowPrediction | ErrorInfo)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "predict.no_header"),
        ("nothing\tknown\n1\t2\n", "predict.no_header"),
        ("id\tmodel\tquant\n", "predict.no_rows"),
        ("id\tmodel\tquant\tdecode_tps\n1\ta\tb\tfast\n", "predict.bad_number"),
        ("id\tmodel\tquant\tdecode_tps\n1\ta\tb\tinf\n", "predict.bad_number"),
        ("id\tmodel\tquant\tdecode_tps\n1\ta\tb\t-4\n", "predict.bad_number"),
        ("id\tmodel\tquant\n1\ta\tb\n1\ta\tb\n", "predict.twice"),
        ("id\tmodel\tquant\n" + "\n".join(f"{n}\ta\tb" for n in range(10_001)), "predict.too_long"),
    ],
)
def test_a_bad_table_ends_in_one_error(text: str, code: str) -> None:
    with pytest.raises(UserError) as raised:
        read_rows(text)
    assert raised.value.code == code


def test_rows_may_lack_columns_and_cells() -> None:
    (row,) = read_rows("\ufeffid\tmodel\tquant\tgpu\n\n# a comment\na\tgpt-oss-20b\tMXFP4\n")
    assert row == PublishedRow("a", "gpt-oss-20b", "MXFP4")


@pytest.mark.parametrize(
    ("words", "depth"), [("0", 0), ("32768", 32768), ("65k", 66560), ("short", 7), ("65k set", 7), ("", 7)]
)
def test_depths_are_read_from_words(words: str, depth: int) -> None:
    assert depth_of(words, 7) == depth


@pytest.mark.parametrize(
    ("cpu", "ram", "gbps", "known"),
    [
        ("Core i9-10900X", "DDR4-3200 4ch", 102.4, True),
        ("Ryzen 9 7950X", "DDR5 2ch", 89.6, False),
        ("EPYC 7343", "DDR4", 204.8, False),
        ("", "LPDDR5X-8000 256bit", 256, True),
        ("", "", 89.6, False),
    ],
)
def test_the_bandwidth_of_ram_is_read_from_words(cpu: str, ram: str, gbps: float, known: bool) -> None:
    found = described(Words("", 0, cpu, ram, 0.0))
    assert found.machine.ram.bandwidth == pytest.approx(
        min(gbps * 0.67e9, found.machine.ram.bandwidth), rel=0.01
    )
    assert found.ram_known == known
    if not cpu:
        assert found.machine.ram.bandwidth == pytest.approx(gbps * 0.67e9, rel=0.01)


def test_cards_are_read_from_words() -> None:
    assert memory_of("RTX 3060 12GB") == 12 * 2**30
    discrete = described(Words("RTX 3090 24GB", 2, "", "", 0.0)).machine.devices
    assert [device.kind for device in discrete] == ["gpu", "gpu"]
    shared = described(Words("Radeon 8060S (Strix Halo, unified)", 1, "", "", 0.0)).machine.devices
    assert [device.kind for device in shared] == ["integrated_gpu"]


@pytest.mark.parametrize(
    ("where", "placement", "in_ram"),
    [
        ("ALL", "experts on CPU", 24),
        ("0", "all on GPU", 0),
        ("7", "ncmoe 7", 7),
        ("", "ncmoe 5, ub 2048", 5),
        ("", "cpu-moe", 24),
        ("layers", "48% CPU, 52% GPU by layers", 12),
        ("cpu", "CPU", 24),
    ],
)
def test_where_experts_lay_is_read_from_words(where: str, placement: str, in_ram: int) -> None:
    named = table("gpt-oss-20b", "MXFP4")
    assert named is not None
    row = PublishedRow("1", "gpt-oss-20b", "MXFP4", placement=placement, cpu_expert_layers=where)
    machine = described(Words("RTX 3060 12GB", 1, "", "", 0.0)).machine
    found = laid(named.index, row, machine)
    assert found is not None
    assert found.layout.experts.count(RAM) == in_ram
