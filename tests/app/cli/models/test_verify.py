"""Rot on the disk is found, named by its part, and mended with that part alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.hub import Fault, Hub, HubRepo
from tests.support.hub.models import tiny

REPO = "demo/Tiny-GGUF"
NAME = f"{REPO}:Q8_0"
FILE = f"{REPO}/Tiny-Q8_0.gguf"
PART = 8 * 2**20


@pytest.fixture
def pulled(command: Command, hub: Hub) -> Path:
    """A model of five parts in the library; its file."""
    hub.shelf.add(HubRepo(REPO, {"Tiny-Q8_0.gguf": tiny(40_000_000)}))
    ran = command.here("models", "pull", NAME, "--json")
    assert ran.code == 0, ran.err
    hub.log.clear()
    return Path(ran.last["path"])


def flip(path: Path, *places: int) -> None:
    with path.open("r+b") as file:
        for place in places:
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1]))


def bad_part(path: Path, part: int, last: int) -> dict[str, object]:
    return {"file": str(path), "part": part, "first": part * PART, "last": last}


def test_a_model_that_is_good_is_found_good(command: Command, hub: Hub, pulled: Path) -> None:
    ran = command.here("models", "verify", NAME, "--json")
    assert ran.code == 0 and ran.err == ""
    assert ran.last["bad"] == ran.last["repaired"] == []
    assert ran.last["state"] == "ready" and ran.last["verified"] > 0
    assert len(hub.log) == 0, "verifying asks nobody"


def test_a_flipped_byte_is_named_and_its_part_alone_is_fetched(
    command: Command, hub: Hub, pulled: Path
) -> None:
    flip(pulled, PART + 12_345)
    found = command.here("models", "verify", NAME, "--json")
    assert found.code == 1
    assert found.last["bad"] == [bad_part(pulled, 1, 2 * PART - 1)]
    assert found.last["repaired"] == [] and found.last["state"] == "damaged"
    assert command.here("models", "list", "--json").last["state"] == "damaged"
    assert len(hub.log) == 0

    mended = command.here("models", "verify", NAME, "--repair", "--json")
    assert mended.code == 0, mended.err
    assert mended.last["bad"] == mended.last["repaired"] == [bad_part(pulled, 1, 2 * PART - 1)]
    assert mended.last["state"] == "ready"
    assert [one.span for one in hub.log.of(FILE)] == [(PART, 2 * PART - 1)]
    assert hub.log.sent(FILE) == PART
    assert pulled.read_bytes() == hub.content(FILE).read(0, 10**9)


def test_several_bad_parts_and_words_for_people(command: Command, hub: Hub, pulled: Path) -> None:
    size = pulled.stat().st_size
    flip(pulled, 7, size - 1)
    found = command.here("models", "verify", NAME)
    assert found.code == 1 and len(found.out.splitlines()) == 2
    assert "part 0" in found.out and "part 4" in found.out
    assert f"verify {NAME} --repair" in found.err
    mended = command.here("models", "verify", NAME, "--repair")
    assert mended.code == 0, mended.err
    assert "downloaded again" in mended.out and "is intact" in mended.out
    assert pulled.read_bytes() == hub.content(FILE).read(0, 10**9)


def test_what_the_hub_cannot_mend_stays_named(command: Command, hub: Hub, pulled: Path) -> None:
    flip(pulled, 100)
    hub.shelf.remove(REPO)
    ran = command.here("models", "verify", NAME, "--repair", "--json")
    assert ran.code == 1
    assert ran.last["error"]["code"] == "hub.not_found"
    assert command.here("models", "verify", NAME, "--json").last["bad"] == [bad_part(pulled, 0, PART - 1)]


def test_a_repair_that_gets_wrong_bytes_changes_nothing(impatient: Command, hub: Hub, pulled: Path) -> None:
    flip(pulled, 100)
    rotten = pulled.read_bytes()
    hub.fault(Fault("wrong_bytes", at=200, times=0))
    ran = impatient.here("models", "verify", NAME, "--repair", "--json")
    assert ran.code == 1 and ran.last["error"]["code"].startswith("download.")
    assert pulled.read_bytes() == rotten


def test_an_imported_model_is_hashed_first_and_then_compared(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(tiny(20_000_000).read(0, 10**9))
    assert command.here("models", "import", str(path), "--json").last["id"] == "mine"
    first = command.here("models", "verify", "mine", "--json")
    assert (first.code, first.last["sha256"]) == (0, tiny(20_000_000).sha256)
    flip(path, PART + 1)
    found = command.here("models", "verify", "mine", "--json")
    assert (found.code, found.last["bad"]) == (1, [bad_part(path, 1, 2 * PART - 1)])
    refused = command.here("models", "verify", "mine", "--repair", "--json")
    assert refused.code == 1 and refused.last["error"]["code"] == "library.no_repair"


@pytest.mark.parametrize("name", ["nothing", "demo/Nothing:Q8_0", "", "/etc/passwd", "a" * 5000])
def test_what_is_not_in_the_library_is_told(command: Command, name: str) -> None:
    ran = command.here("models", "verify", name, "--json")
    assert ran.code == 1 and ran.last["error"]["message"] == ran.sentence
