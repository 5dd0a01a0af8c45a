"""What can be built for which cards, and what is told of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.graphics_cards import Cards
from installer.ways import Note, Way, own_toolkit, prospect
from tests.installer.machines import AMD, AMPERE, GEFORCE, INTEL, NEW, NVIDIA, PASCAL, FakeMachine

pytestmark = pytest.mark.process

VULKAN = Way("vulkan")
FETCHED = Way("cuda", (86,), "", (AMPERE.uuid,))


@pytest.fixture(autouse=True)
def no_toolkit_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("installer.ways.USUAL", str(tmp_path / "nothing"))


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


def codes(notes: tuple[Note, ...]) -> list[str]:
    return [note.code for note in notes]


def test_without_a_card_there_is_nothing_to_do_or_to_tell(machine: FakeMachine) -> None:
    found = prospect(Cards(), machine.environ, machine.root)
    assert (found.ways, found.notes, found.packages) == ((), (), ())


def test_a_driver_and_no_toolkit_fetch_the_compiler(machine: FakeMachine) -> None:
    found = prospect(GEFORCE, machine.environ, machine.root)
    assert found.ways == (FETCHED,) and FETCHED.fetches and not found.notes
    assert found.cards == AMPERE.name


def test_the_machines_own_toolkit_is_taken_where_there_is_one(machine: FakeMachine) -> None:
    nvcc = machine.nvcc("13.1")
    (way,) = prospect(GEFORCE, machine.environ, machine.root).ways
    assert way.toolkit == nvcc and not way.fetches


def test_a_toolkit_that_does_not_run_is_none(machine: FakeMachine) -> None:
    machine.nvcc("13.1")
    assert own_toolkit(machine.environ)[1] == (13, 1)
    assert own_toolkit({**machine.environ, "CUDACXX": "/nothing/nvcc"}) == ("", (0, 0))


def test_an_old_driver_is_told_and_vulkan_takes_its_place(machine: FakeMachine) -> None:
    machine.vulkan_tools()
    cards = GEFORCE._replace(driver="570.86.15", vulkan=NVIDIA)
    found = prospect(cards, machine.environ, machine.root)
    assert found.ways == (VULKAN,)
    assert found.notes == (Note("old_driver", {"driver": "570.86.15", "needed": "580"}),)


def test_of_two_cards_of_different_age_the_older_is_left_out_and_named(machine: FakeMachine) -> None:
    cards = GEFORCE._replace(nvidia=(PASCAL, NEW, AMPERE))
    found = prospect(cards, machine.environ, machine.root)
    assert found.ways == (Way("cuda", (86, 120), "", (NEW.uuid, AMPERE.uuid)),)
    assert found.notes == (Note("old_card", {"cards": PASCAL.name}),)


def test_an_older_toolkit_serves_older_cards_and_drivers(machine: FakeMachine) -> None:
    nvcc = machine.nvcc("12.6")
    cards = Cards((PASCAL, AMPERE), "560.35.03", NVIDIA)
    found = prospect(cards, machine.environ, machine.root)
    assert found.ways == (Way("cuda", (61, 86), nvcc, (PASCAL.uuid, AMPERE.uuid)),)
    assert not found.notes


def test_only_an_old_card_is_told_and_leaves_vulkan(machine: FakeMachine) -> None:
    machine.vulkan_tools()
    found = prospect(Cards((PASCAL,), "580.95.05", NVIDIA, NVIDIA), machine.environ, machine.root)
    assert (found.ways, codes(found.notes)) == ((VULKAN,), ["old_card"])


@pytest.mark.parametrize(
    ("cards", "code"),
    [
        (Cards(vendors=NVIDIA), "card_without_driver"),
        (Cards(vendors=NVIDIA, driver="580.95.05"), "driver_not_working"),
        (Cards(driver="580.95.05"), "driver_without_card"),
    ],
)
def test_half_of_what_cuda_needs_is_one_sentence(machine: FakeMachine, cards: Cards, code: str) -> None:
    found = prospect(cards, machine.environ, machine.root)
    assert (found.ways, codes(found.notes)) == ((), [code])


@pytest.mark.parametrize("vendor", [AMD, INTEL])
def test_vulkan_is_for_amd_and_intel_once_what_builds_it_is_here(
    machine: FakeMachine, vendor: frozenset[str]
) -> None:
    lacking = prospect(Cards(vendors=vendor), machine.environ, machine.root)
    assert not lacking.ways
    assert lacking.packages == ("glslc", "libvulkan-dev", "spirv-headers", "mesa-vulkan-drivers")
    machine.vulkan_tools()
    found = prospect(Cards(vendors=vendor, vulkan=vendor), machine.environ, machine.root)
    assert (found.ways, found.packages) == ((VULKAN,), ())
    assert found.cards == "".join(vendor)


def test_where_both_can_be_built_both_are_tried(machine: FakeMachine) -> None:
    machine.vulkan_tools()
    found = prospect(GEFORCE._replace(vulkan=NVIDIA), machine.environ, machine.root)
    assert found.ways == (FETCHED, VULKAN)
