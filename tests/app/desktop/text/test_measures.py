from __future__ import annotations

import pytest

from app.desktop.base.language import languages
from app.desktop.text.measures import (
    device_label,
    experts_text,
    layers_text,
    parameters_text,
    runs,
)
from tests.app.desktop.placement import plans

pytestmark = pytest.mark.usefixtures("looks")


def test_parameters_are_counted_in_the_units_of_the_language() -> None:
    assert parameters_text(214_000_000, 692_000_000) == "214 of 692 million parameters per token"
    assert experts_text(8, 128, 3_300_000_000, 30_500_000_000) == (
        "8 of 128 experts, 3.3 of 30.5 billion parameters per token"
    )
    assert parameters_text(60_000_000, 1_200_000_000) == "60 million of 1.2 billion parameters per token"
    assert experts_text(0, 0, 135_000_000, 135_000_000) == "135 million parameters, all used for each token"
    languages.choose("ko")
    assert parameters_text(214_000_000, 692_000_000) == "토큰당 매개변수 6억 9,200만 개 중 2억 1,400만 개"


def test_layers_are_joined_to_ranges() -> None:
    assert runs([5, 0, 2, 1]) == [(0, 2), (5, 5)]
    assert layers_text((0, 1, 2, 5)) == "0 to 2, 5"
    assert layers_text(()) == ""


def test_devices_of_one_name_are_told_apart() -> None:
    machine = plans.several_devices().machine
    names = [device_label(machine, name) for name in ("CUDA0", "CUDA1", "RPC0", "CPU", "GONE")]
    assert names == ["RTX 2080 (CUDA0)", "RTX 2080 (CUDA1)", "192.168.0.7:50052", "RAM", "GONE"]
