from __future__ import annotations

import pytest

from app.desktop.base.language import languages
from app.desktop.text.measures import (
    bandwidth_text,
    count_text,
    device_label,
    experts_text,
    layers_text,
    parameters_text,
    runs,
    size_text,
    speed_number,
    used_text,
)
from tests.app.desktop.placement import plans

pytestmark = pytest.mark.usefixtures("looks")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (512, "512 B"),
        (98_000_000, "98 MB"),
        (7_600_000_000, "7.6 GB"),
        (376 * plans.GB, "376 GB"),
    ],
)
def test_sizes_are_written_as_people_read_them(count: int, text: str) -> None:
    assert size_text(count) == text


def test_what_is_used_is_told_in_the_unit_of_the_whole() -> None:
    assert used_text(7_080_000_000, 7_600_000_000) == "7.1 of 7.6 GB"
    assert used_text(185_000_000, 12 * plans.GB) == "185 MB of 12 GB"
    assert used_text(0, 12 * plans.GB) == "0 of 12 GB"
    assert bandwidth_text(41e9) == "41 GB/s"


def test_speeds_below_ten_have_a_digit_after_the_point() -> None:
    assert [speed_number(speed) for speed in (0, 0.72, 9.96, 38.2)] == ["0", "0.7", "10", "38"]


def test_parameters_are_counted_in_the_units_of_the_language() -> None:
    assert parameters_text(214_000_000, 692_000_000) == "214 of 692 million parameters per token"
    assert experts_text(8, 128, 3_300_000_000, 30_500_000_000) == (
        "8 of 128 experts, 3.3 of 30.5 billion parameters per token"
    )
    assert parameters_text(60_000_000, 1_200_000_000) == "60 million of 1.2 billion parameters per token"
    assert experts_text(0, 0, 135_000_000, 135_000_000) == "135 million parameters, all used for each token"
    languages.choose("ko")
    assert parameters_text(214_000_000, 692_000_000) == "토큰당 매개변수 6억 9,200만 개 중 2억 1,400만 개"
    assert count_text(671_000_000_000) == "6,710억"
    assert count_text(30_532_000_000) == "305억"
    assert count_text(1_040_000_000_000) == "1조 400억"


def test_layers_are_joined_to_ranges() -> None:
    assert runs([5, 0, 2, 1]) == [(0, 2), (5, 5)]
    assert layers_text((0, 1, 2, 5)) == "0 to 2, 5"
    assert layers_text(()) == ""


def test_devices_of_one_name_are_told_apart() -> None:
    machine = plans.several_devices().machine
    names = [device_label(machine, name) for name in ("CUDA0", "CUDA1", "RPC0", "CPU", "GONE")]
    assert names == ["RTX 2080 (CUDA0)", "RTX 2080 (CUDA1)", "192.168.0.7:50052", "RAM", "GONE"]
