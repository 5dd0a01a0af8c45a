"""A download that is killed at any moment goes on, and fetches hardly anything twice."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.hub import Fault, Hub, HubRepo, Request
from tests.support.hub.models import starter

pytestmark = [pytest.mark.model, pytest.mark.long]

REPO = "demo/Starter-GGUF"
NAME = f"{REPO}:Q4_1"
FILE = f"{REPO}/Starter-Q4_1.gguf"
PART = 8 * 2**20
STREAMS = 4
KILLS = 10
PATIENCE_S = 300.0
# So slow that a client reads what is sent at once: what the hub counts is what the client has.
RATE = 12_000_000


def spans(requests: list[Request]) -> list[tuple[int, int]]:
    """What was served, as spans in order that do not overlap."""
    served = sorted((one.span[0], one.span[0] + one.sent) for one in requests if one.span and one.sent)
    joined: list[tuple[int, int]] = []
    for start, end in served:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def overlap(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> int:
    return sum(
        max(0, min(end, other_end) - max(start, other_start))
        for start, end in one
        for other_start, other_end in other
    )


def kill_when(process: subprocess.Popen[str], hub: Hub, file: str, sent: int) -> bool:
    """Kill the command once the hub has sent so many bytes of the file in all; whether it still ran then."""
    until = time.monotonic() + PATIENCE_S
    while hub.log.sent(file) < sent and process.poll() is None:
        assert time.monotonic() < until, "the download does not get on"
        time.sleep(0.002)
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return running


def check_whole(command: Command, hub: Hub, name: str = NAME, file: str = FILE) -> None:
    ran = command.models("pull", name)
    assert ran.code == 0, ran.err
    path = Path(ran.last["path"])
    assert hashlib.sha256(path.read_bytes()).hexdigest() == hub.content(file).sha256
    assert not list((command.library / ".incoming").glob("*"))


@pytest.mark.parametrize("kills", [3, pytest.param(KILLS, marks=pytest.mark.downloads)])
def test_kills_cost_at_most_one_part_per_stream_each(command: Command, hub: Hub, kills: int) -> None:
    hub.shelf.add(HubRepo(REPO, {"Starter-Q4_1.gguf": starter()}))
    hub.fault(Fault("slow", rate=RATE, times=0))
    moments = random.Random(5)
    before: list[Request] = []
    for _ in range(kills):
        sent = hub.log.sent(FILE)
        with command.start("models", "pull", NAME, "--json") as process:
            killed = kill_when(process, hub, FILE, sent + moments.randrange(1, 30_000_000))
        if not killed:
            break
        now = [one for one in hub.log.of(FILE) if one not in before]
        assert overlap(spans(now), spans(before)) <= STREAMS * PART
        before += now
    assert command.models("list").out == "", "what is not whole is not shown"
    check_whole(command, hub)
    again = [one for one in hub.log.of(FILE) if one not in before]
    assert overlap(spans(again), spans(before)) <= STREAMS * PART


def test_kills_before_the_first_byte_and_between_the_last_and_the_end_harm_nothing(
    command: Command, hub: Hub
) -> None:
    hub.shelf.add(HubRepo(REPO, {"Starter-Q4_1.gguf": starter()}))
    size = hub.content(FILE).bytes
    with command.start("models", "pull", NAME, "--json") as process:
        kill_when(process, hub, FILE, 0)
    with command.start("models", "pull", NAME, "--json") as process:
        kill_when(process, hub, FILE, size)
    fetched = hub.log.sent(FILE)
    check_whole(command, hub)
    assert hub.log.sent(FILE) - fetched <= STREAMS * PART


def test_ctrl_c_pauses_and_says_how_to_go_on(command: Command, hub: Hub) -> None:
    hub.shelf.add(HubRepo(REPO, {"Starter-Q4_1.gguf": starter()}))
    hub.fault(Fault("slow", rate=RATE, times=0))
    with command.start("models", "pull", NAME) as process:
        until = time.monotonic() + PATIENCE_S
        while hub.log.sent(FILE) < 60_000_000:
            assert time.monotonic() < until
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert out == "" and "Traceback" not in err
    assert f"coterie models pull {NAME}" in err.splitlines()[-1]
    (shown,) = command.models("list", "--downloads").objects
    assert (shown["id"], shown["state"]) == (NAME, "paused") and shown["received"] >= PART
    fetched = hub.log.sent(FILE)
    check_whole(command, hub)
    assert hub.log.sent(FILE) - fetched <= hub.content(FILE).bytes - shown["received"] + STREAMS * PART


def test_an_interrupted_pull_prints_its_state_last(command: Command, hub: Hub) -> None:
    hub.shelf.add(HubRepo(REPO, {"Starter-Q4_1.gguf": starter()}))
    hub.fault(Fault("slow", rate=2_000_000, times=0))
    with command.start("models", "pull", NAME, "--json") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    last = json.loads((first + out).splitlines()[-1])
    assert (last["id"], last["state"], last["path"]) == (NAME, "paused", "")
    assert "Traceback" not in err
