"""The table of sentences."""

import pytest

from app.sentences import SENTENCES, format_bytes, sentence
from engine.errors import UserError


@pytest.mark.parametrize("code", SENTENCES)
def test_each_sentence_ends_like_one_and_is_korean_in_korean(code: str) -> None:
    row = SENTENCES[code]
    assert row.en[-1] in ".?" and row.en[0] in row.en[0].upper() + "“{"
    assert row.ko[-1] in ".?" and any("가" <= c <= "힣" for c in row.ko)


def test_an_unknown_code_is_told_with_the_code_in_it() -> None:
    assert "no.such" in sentence(UserError("no.such", path="x"))


def test_sizes_and_counts_are_written_as_people_read_them() -> None:
    said = sentence(UserError("engine.not_enough_memory", needed_bytes=9_100_000_000, free_bytes=800_000_000))
    assert "9.1 GB" in said and "800 MB" in said
    assert "50,000" in sentence(UserError("engine.context_overflow", needed=50_000, available=8192))


def test_bytes_have_one_digit_below_ten() -> None:
    assert [format_bytes(n) for n in (12, 1500, 98_362_432, 9_149_000_000)] == [
        "12 bytes",
        "1.5 kB",
        "98 MB",
        "9.1 GB",
    ]
