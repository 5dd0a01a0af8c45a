"""Everything that goes wrong between hub and library ends in the right bytes or one plain sentence."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.hub import Fault, Hub, HubRepo
from tests.support.hub.models import tiny

REPO = "demo/Tiny-GGUF"
NAME = f"{REPO}:Q8_0"
FILE = f"{REPO}/Tiny-Q8_0.gguf"
# Three parts of 8 MiB: more than one stream has something to do.
SIZE = 20_000_000
PART = 8 * 2**20


@pytest.fixture
def hub(hub: Hub) -> Hub:
    hub.shelf.add(HubRepo(REPO, {"Tiny-Q8_0.gguf": tiny(SIZE)}))
    return hub


def check_right_bytes(command: Command, hub: Hub, last: dict[str, object]) -> None:
    path = Path(str(last["path"]))
    assert path.is_relative_to(command.library)
    assert last["id"] == NAME and last["state"] == "ready"
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found == last["sha256"] == hub.content(FILE).sha256
    assert path.stat().st_size == last["bytes"] == hub.content(FILE).bytes
    assert not list((command.library / ".incoming").glob("*"))


PASSING = [
    Fault("cut", after=3_000_000, times=4),
    Fault("stall", after=1_000_000, seconds=30, times=2),
    Fault("ignore_range", times=0),
    Fault("wrong_bytes", at=9_000_000, times=1),
    Fault("too_many", seconds=1, date=True, times=2),
    Fault("too_many", on="head", seconds=1),
    Fault("unavailable", seconds=1, times=3),
    Fault("expired", uses=1),
    Fault("second_host"),
    Fault("wrong_length", by=1000, times=2),
    Fault("wrong_length", by=-1000, times=2),
    Fault("slow", rate=8_000_000, times=0),
    Fault("gzip", times=2),
    Fault("changed", times=1),
    Fault("html", times=1),
    Fault("wrong_range", times=2),
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: f"{fault.kind}-{fault.on}-{fault.by}")
def test_what_passes_ends_in_the_right_bytes(impatient: Command, hub: Hub, fault: Fault) -> None:
    hub.fault(fault)
    ran = impatient.here("models", "pull", NAME, "--json")
    assert ran.code == 0, ran.err
    check_right_bytes(impatient, hub, ran.last)


LASTING = [
    (Fault("changed", times=0), "download.changed"),
    pytest.param(
        Fault("stall", after=0, seconds=30, times=0), "download.stalled", marks=pytest.mark.downloads
    ),
    (Fault("not_found", on="any", times=0), "hub.not_found"),
    (Fault("gated", "*.gguf", on="any", times=0), "hub.gated"),
    (Fault("unauthorised", "*.gguf", on="any", times=0), "hub.needs_token"),
    (Fault("garbage", REPO, on="api", times=0), "hub.garbage"),
    (Fault("too_many", REPO, on="api", seconds=60), "hub.busy"),
]


@pytest.mark.parametrize(("fault", "code"), LASTING, ids=lambda value: getattr(value, "kind", value))
def test_what_does_not_pass_is_told_in_a_sentence(
    impatient: Command, hub: Hub, fault: Fault, code: str
) -> None:
    hub.fault(fault)
    ran = impatient.here("models", "pull", NAME, "--json")
    assert ran.code == 1
    assert ran.last["error"]["code"] == code
    assert ran.err.splitlines()[0] == ran.last["error"]["message"]
    assert "Traceback" not in ran.err and len(ran.err.splitlines()) <= 2
    assert not list(impatient.library.glob("demo/**/*.gguf"))


def test_wrong_bytes_are_never_shown_and_fetched_anew_the_next_time(impatient: Command, hub: Hub) -> None:
    hub.fault(Fault("wrong_bytes", at=9_000_000, times=0))
    ran = impatient.here("models", "pull", NAME, "--json")
    assert ran.code == 1 and ran.last["error"]["code"] == "download.wrong_bytes"
    assert not list(impatient.library.glob("demo/**/*.gguf"))
    assert impatient.here("models", "list", "--json").out == ""
    hub.faults.clear()
    again = impatient.here("models", "pull", NAME, "--json")
    assert again.code == 0, again.err
    check_right_bytes(impatient, hub, again.last)


def test_a_file_without_a_hash_is_taken_and_that_is_said(command: Command, hub: Hub) -> None:
    hub.fault(Fault("no_hash"))
    ran = command.here("models", "pull", NAME, "--json")
    assert ran.code == 0, ran.err
    check_right_bytes(command, hub, ran.last)
    assert "SHA-256" in ran.sentence or "hash" in ran.sentence or "checksum" in ran.sentence


@pytest.fixture
def half_way(impatient: Command, hub: Hub) -> int:
    """A download that failed when one part for each stream had come; the bytes that are kept."""
    hub.shelf.replace(REPO, "Tiny-Q8_0.gguf", tiny(2 * SIZE))
    hub.fault(Fault("cut", after=PART + 100_000, times=4), Fault("html", nth=5, times=0))
    failed = impatient.here("models", "pull", NAME, "--json")
    assert failed.code == 1 and failed.last["state"] == "failed"
    assert NAME in failed.err.splitlines()[1]
    hub.faults.clear()
    received: int = failed.last["received"]
    assert received >= PART
    return received


def test_a_download_that_failed_goes_on_where_it_was(impatient: Command, hub: Hub, half_way: int) -> None:
    before = hub.log.sent(FILE)
    again = impatient.here("models", "pull", NAME, "--json")
    assert again.code == 0, again.err
    check_right_bytes(impatient, hub, again.last)
    sent = hub.log.sent(FILE) - before
    assert sent <= hub.content(FILE).bytes - half_way // PART * PART, "\n".join(map(str, hub.log.of(FILE)))


def test_a_new_commit_between_two_runs_is_fetched_and_nothing_is_mixed(
    impatient: Command, hub: Hub, half_way: int
) -> None:
    hub.shelf.replace(REPO, "Tiny-Q8_0.gguf", tiny(2 * SIZE, seed=1))
    again = impatient.here("models", "pull", NAME, "--json")
    assert again.code == 0, again.err
    check_right_bytes(impatient, hub, again.last)
