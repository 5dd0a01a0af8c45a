"""Parses sizes and memory budgets: bytes, or a number with a unit, as Coterie writes them or of powers of 1,024."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from engine.errors import UserError

UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
LARGEST = 2**63 - 1
# Whole bytes; a unit allows a decimal fraction before it. Surrounding spaces are ignored.
_SIZE = re.compile(r"(?P<number>[0-9]{1,20}(?:\.[0-9]{1,20})?) ?(?P<unit>[a-zA-Z]*)", re.ASCII)


def parse_size(text: str) -> int:
    """`text` in bytes, rounded down. Raises UserError `cli.bad_size` (value)."""
    match = _SIZE.fullmatch(text.strip())
    unit = match["unit"].lower() if match else ""
    if not match or unit not in UNITS or ("." in match["number"] and UNITS[unit] == 1):
        raise UserError("cli.bad_size", value=text[:60])
    size = int(Fraction(match["number"]) * UNITS[unit])
    if size > LARGEST:
        raise UserError("cli.bad_size", value=text[:60])
    return size


def parse_budgets(texts: Sequence[str]) -> dict[str, int]:
    """Bytes by device from NAME=BYTES.

    Raises UserError `cli.bad_memory` (value) for what is not of that form, `cli.bad_size`, and
    `cli.memory_twice` (name).
    """
    budgets: dict[str, int] = {}
    for text in texts:
        name, equals, size = text.partition("=")
        name = name.strip()
        if not name or not equals:
            raise UserError("cli.bad_memory", value=text[:60])
        if name in budgets:
            raise UserError("cli.memory_twice", name=name[:60])
        budgets[name] = parse_size(size)
    return budgets
