"""Which cards and drivers are found, from what a machine's files and programs say."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.graphics_cards import Card, Cards, driver_major, find_cards
from tests.installer.machines import AMD, INTEL, NVIDIA, FakeMachine

pytestmark = pytest.mark.process

ROWS = """echo 'NVIDIA GeForce RTX 3060, GPU-1f, 8.6, 580.95.05'
echo 'NVIDIA H100, 80GB HBM3, GPU-2e, 9.0, 580.95.05'"""


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


def found(machine: FakeMachine) -> Cards:
    return find_cards(machine.environ, machine.root)


def test_a_machine_without_anything_has_nothing(machine: FakeMachine) -> None:
    assert found(machine) == Cards()


def test_nvidias_cards_are_told_by_their_driver(machine: FakeMachine) -> None:
    machine.nvidia_smi(ROWS)
    machine.vulkan("nvidia_icd.json", "lvp_icd.x86_64.json")
    assert found(machine) == Cards(
        (Card("NVIDIA GeForce RTX 3060", "GPU-1f", 86), Card("NVIDIA H100, 80GB HBM3", "GPU-2e", 90)),
        "580.95.05",
        NVIDIA,
        NVIDIA,
    )


def test_a_card_without_a_driver_is_seen_on_the_bus(machine: FakeMachine) -> None:
    machine.pci(1, "0x10de", "0x030200")
    machine.pci(2, "0x10de", "0x040300")  # its sound
    assert found(machine) == Cards(vendors=NVIDIA)


@pytest.mark.parametrize(
    "says", ["echo 'No devices were found'; exit 6", "exit 127", "echo 'a, b, [N/A], c'"]
)
def test_a_driver_without_a_card_still_tells_its_version(machine: FakeMachine, says: str) -> None:
    machine.nvidia_smi(says)
    machine.file(
        "proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  Tue\n"
    )
    cards = found(machine)
    assert (cards.nvidia, cards.driver, driver_major(cards)) == ((), "570.86.15", 570)


def test_other_vendors_are_found_with_their_vulkan_drivers(machine: FakeMachine) -> None:
    machine.pci(1, "0x1002")
    machine.pci(2, "0x8086")
    machine.pci(3, "0x1af4")  # drawn by a virtual machine
    machine.vulkan("radeon_icd.x86_64.json", "lvp_icd.x86_64.json", "nouveau_icd.x86_64.json")
    assert found(machine) == Cards(vendors=AMD | INTEL, vulkan=AMD)


def test_a_version_that_is_none_is_no_driver() -> None:
    assert driver_major(Cards(driver="unknown")) == driver_major(Cards()) == 0
