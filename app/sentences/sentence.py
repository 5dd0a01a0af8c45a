"""A sentence in the languages of the product."""

from __future__ import annotations

from typing import Literal, NamedTuple

Language = Literal["en", "ko"]


class Sentence(NamedTuple):
    en: str
    ko: str
