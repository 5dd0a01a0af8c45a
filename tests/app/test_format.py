"""Numbers as a person reads them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.format import (
    format_ago,
    format_context,
    format_cost,
    format_count,
    format_duration,
    format_energy,
    format_joules,
    format_large_count,
    format_large_counts,
    format_percent,
    format_percent_range,
    format_rate,
    format_short_count,
    format_size,
    format_size_of,
    format_speed,
    format_time_of_day,
    format_tokens_per_second,
)

ROOT = Path(__file__).resolve().parents[2]
DAY = 86_400.0


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (512, "512 B"),
        (1500, "1.5 kB"),
        (98_000_000, "98 MB"),
        (98_362_432, "98.4 MB"),
        (7_600_000_000, "7.6 GB"),
        (9_030_000_000, "9 GB"),
        (376_000_000_000, "376 GB"),
        (1_830_000_000_000, "1.8 TB"),
    ],
)
def test_sizes_have_at_most_one_digit_after_the_point(size: int, shown: str) -> None:
    assert format_size(size) == shown


def test_a_part_is_told_in_the_unit_of_the_whole() -> None:
    assert format_size_of(7_080_000_000, 7_600_000_000, "en") == "7.1 of 7.6 GB"
    assert format_size_of(7_080_000_000, 7_600_000_000, "ko") == "7.1 / 7.6 GB"
    assert format_size_of(185_000_000, 12_000_000_000, "en") == "185 MB of 12 GB"
    assert format_size_of(0, 12_000_000_000, "en") == "0 of 12 GB"
    assert format_size_of(267_842_096, 0, "en") == "268 MB of 0 B"
    assert format_rate(41e9) == "41 GB/s"


def test_speeds_below_ten_have_a_digit_after_the_point() -> None:
    assert [format_speed(speed) for speed in (0, 0.72, 9.96, 38.2, 1204)] == ["0", "0.7", "10", "38", "1,204"]
    assert format_tokens_per_second(38.4, "en") == "38 tok/s"
    assert format_tokens_per_second(38.4, "ko") == "초당 38토큰"


def test_shares_are_percent_without_a_space() -> None:
    assert (format_percent(0.814), format_percent(0.814, 1)) == ("81%", "81.4%")
    assert format_percent_range(0.72, 0.88, "en") == "72–88%"
    assert format_percent_range(0.72, 0.88, "ko") == "72~88%"
    assert format_percent_range(0.721, 0.722, "en") == "72%"


def test_counts_are_grouped_and_contexts_counted_by_1024() -> None:
    assert [format_count(count) for count in (7, 1204, 1_000_000)] == ["7", "1,204", "1,000,000"]
    assert [format_context(count) for count in (512, 6350, 8192, 131_072)] == ["512", "6.2k", "8k", "128k"]


def test_large_counts_are_told_in_the_units_of_the_language() -> None:
    assert format_large_count(30_532_000_000, "en") == "30.5 billion"
    assert format_large_count(1_240_000, "en", digits=2) == "1.2 million"
    assert format_large_count(671_000_000_000, "ko") == "6,710억"
    assert format_large_count(30_532_000_000, "ko") == "305억"
    assert format_large_count(692_000_000, "ko") == "6억 9,200만"
    assert format_large_count(1_040_000_000_000, "ko") == "1조 400억"
    assert format_large_counts(3_300_000_000, 30_500_000_000, "en") == ("3.3", "30.5 billion")
    assert format_large_counts(60_000_000, 1_200_000_000, "en") == ("60 million", "1.2 billion")


@pytest.mark.parametrize(
    ("count", "shown"), [(7, "7"), (2000, "2k"), (9_300, "9.3k"), (48_100, "48k"), (1_240_000, "1.2M")]
)
def test_short_counts_have_a_letter(count: int, shown: str) -> None:
    assert format_short_count(count, "en", digits=2) == shown


def test_parameters_have_three_digits() -> None:
    assert [format_short_count(n, "en") for n in (134_515_008, 8_030_000_000)] == ["135M", "8B"]
    assert format_short_count(1_240_000, "ko", digits=2) == "120만"
    assert [format_short_count(n, "ko") for n in (96_000, 1_280_000_000, 6_920_000_000)] == [
        "9.6만",
        "12.8억",
        "69.2억",
    ]


@pytest.mark.parametrize(
    ("seconds", "english", "korean"),
    [
        (0.42, "0.4 s", "0.4초"),
        (3.0, "3 s", "3초"),
        (45.2, "45 s", "45초"),
        (98, "1 min 38 s", "1분 38초"),
        (120, "2 min", "2분"),
        (660, "11 min", "11분"),
        (3599, "1 h", "1시간"),
        (7500, "2 h 5 min", "2시간 5분"),
        (7200, "2 h", "2시간"),
        (200_000, "55 h", "55시간"),
    ],
)
def test_times_are_told_in_their_two_largest_units(seconds: float, english: str, korean: str) -> None:
    assert (format_duration(seconds, "en"), format_duration(seconds, "ko")) == (english, korean)


@pytest.mark.parametrize(
    ("days", "english", "korean"),
    [
        (0.4, "today", "오늘"),
        (1.2, "yesterday", "어제"),
        (12, "12 days ago", "12일 전"),
        (45, "1 month ago", "1개월 전"),
        (70, "2 months ago", "2개월 전"),
        (900, "2 years ago", "2년 전"),
    ],
)
def test_what_is_past_is_told_in_its_largest_unit(days: float, english: str, korean: str) -> None:
    assert (format_ago(0.0, days * DAY, "en"), format_ago(0.0, days * DAY, "ko")) == (english, korean)


@pytest.mark.parametrize(
    ("hour", "minute", "english", "korean"),
    [
        (0, 5, "12:05 AM", "오전 12:05"),
        (8, 0, "8:00 AM", "오전 8:00"),
        (12, 0, "12:00 PM", "오후 12:00"),
        (13, 3, "1:03 PM", "오후 1:03"),
    ],
)
def test_times_of_day(hour: int, minute: int, english: str, korean: str) -> None:
    told = [format_time_of_day(hour, minute, language) for language in ("en", "ko")]
    assert told == [english, korean]


def test_formatting_imports_nothing_heavy() -> None:
    code = (
        "import sys; before = set(sys.modules); import app.format; print(*sorted(set(sys.modules) - before))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"PySide6", "msgspec", "tomllib", "engine", "agents"}
    assert heavy.isdisjoint(name.partition(".")[0] for name in ran.stdout.split())


@pytest.mark.parametrize(
    ("joules", "shown"),
    [
        (0, "0 Wh"),
        (150, "0.042 Wh"),
        (3600, "1 Wh"),
        (50_000, "13.9 Wh"),
        (3.6e6, "1.00 kWh"),
        (4e10, "11,111.11 kWh"),
    ],
)
def test_energy_is_in_watt_hours(joules: float, shown: str) -> None:
    assert format_energy(joules) == shown


@pytest.mark.parametrize(("joules", "shown"), [(0.0123, "0.012 J"), (3.14, "3.1 J"), (12.4, "12 J")])
def test_what_a_token_took_is_in_joules(joules: float, shown: str) -> None:
    assert format_joules(joules) == shown


@pytest.mark.parametrize(
    ("cost", "currency", "shown"),
    [(0, "EUR", "0.00 EUR"), (0.0123, "€", "0.0123 €"), (1234.5, "원", "1,234.50 원"), (2, "", "2.00")],
)
def test_costs_have_the_digits_that_say_something(cost: float, currency: str, shown: str) -> None:
    assert format_cost(cost, currency) == shown
