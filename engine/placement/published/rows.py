"""Rows of a table of published speeds, read from tab-separated text.

Columns are found by their names in the first line that is no comment. `id`, `model` and `quant` must be there; of
the others those that a table lacks are empty. Lines that begin with # are comments.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import msgspec

from engine.errors import UserError

_NEEDED = ("id", "model", "quant")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# A table of more is something else.
_MOST_ROWS = 10_000
# Of a cell; what is longer tells nothing that is looked for, and numbers stay within what can be computed with.
_MOST_CHARACTERS = 200
_DEEPEST = 2**27


class PublishedRow(msgspec.Struct, frozen=True):
    """One row as it is written; `decode_tps` and `prefill_tps` are 0.0 where nothing was measured."""

    id: str
    model: str
    quant: str
    gpu: str = ""
    gpus: str = ""
    cpu: str = ""
    ram: str = ""
    ram_spec_gbps: str = ""
    ram_assumed: str = ""
    engine: str = ""
    placement: str = ""
    cpu_expert_layers: str = ""
    depth: str = ""
    decode_tps: float = 0.0
    prefill_tps: float = 0.0
    prefill_setup: str = ""
    flags: str = ""


_MEASURED = ("decode_tps", "prefill_tps")


def read_rows(text: str) -> tuple[PublishedRow, ...]:
    """The rows of a table.

    Raises UserError `predict.no_header` (needed), `predict.no_rows`, `predict.too_long` (most), `predict.bad_number`
    (id, column, value) or `predict.twice` (id).
    """
    read = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    lines = [line for line in read if line.strip() and line[0] != "#"]
    header = [name.strip() for name in lines[0].split("\t")] if lines else []
    if not set(_NEEDED) <= set(header):
        raise UserError("predict.no_header", needed=", ".join(_NEEDED))
    if len(lines) == 1:
        raise UserError("predict.no_rows")
    if len(lines) - 1 > _MOST_ROWS:
        raise UserError("predict.too_long", most=_MOST_ROWS)
    rows = tuple(_rows(header, lines[1:]))
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise UserError("predict.twice", id=row.id[:60])
        seen.add(row.id)
    return rows


def _rows(header: list[str], lines: list[str]) -> Iterator[PublishedRow]:
    for number, line in enumerate(lines, 1):
        cells = dict(
            zip(header, (cell.strip()[:_MOST_CHARACTERS] for cell in line.split("\t")), strict=False)
        )
        values = {name: cells.get(name, "") for name in PublishedRow.__struct_fields__}
        values["id"] = values["id"] or str(number)
        words = {name: value for name, value in values.items() if name not in _MEASURED}
        speeds = {name: _speed(values["id"], name, values[name]) for name in _MEASURED}
        yield PublishedRow(**words, **speeds)  # type: ignore[arg-type]


def _speed(row: str, column: str, value: str) -> float:
    if value in ("", "-", "?"):
        return 0.0
    try:
        speed = float(value)
    except ValueError:
        speed = math.nan
    if not 0 < speed < math.inf:
        raise UserError("predict.bad_number", id=row[:60], column=column, value=value[:60])
    return speed


def first_number(words: str) -> float:
    """The first number in words, 0.0 where there is none."""
    found = _NUMBER.search(words)
    return float(found[0]) if found else 0.0


def depth_of(words: str, usual: int) -> int:
    """Tokens of context that words such as "16384", "65k" or "short" tell; `usual` where they tell none, and where
    they tell what was set aside ("65k set") rather than what was read."""
    found = re.match(r"(\d+(?:\.\d+)?)\s*(k?)", words.strip().lower())
    if found is None or "set" in words.lower():
        return usual
    return int(min(float(found[1]) * (1024 if found[2] else 1), _DEEPEST))
