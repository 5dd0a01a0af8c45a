"""Minutes of downloads that go wrong in every way at full speed, with the time-outs that people have.

`make test-downloads`; the tests beside this one hold the same in seconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import random
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.app.cli.models.test_faults import PASSING
from tests.app.cli.models.test_killed import PART, STREAMS, kill_when, overlap, spans
from tests.support.command import Command
from tests.support.hub import Fault, Hub, HubRepo, Request
from tests.support.hub.models import moe, split_moe, starter, tiny

pytestmark = [pytest.mark.downloads, pytest.mark.timeout(900)]

REPO = "demo/Campaign-GGUF"
# At full speed the hub is ahead of the client by what lies in the buffers of a connection.
BUFFERS = 8 * 2**20


def check_whole(ran_path: str, expected: str) -> None:
    with Path(ran_path).open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == expected


@pytest.mark.parametrize("second_host", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_large_model_is_killed_ten_times(
    start_hub: Callable[..., Hub], coterie_home: Path, seed: int, second_host: bool
) -> None:
    hub = start_hub(HubRepo(REPO, {"moe-Q4_1.gguf": moe()}), second_host=second_host)
    command, file, name = Command(coterie_home, hub.address), f"{REPO}/moe-Q4_1.gguf", f"{REPO}:Q4_1"
    moments = random.Random(seed)
    before: list[Request] = []
    for _ in range(10):
        with command.start("models", "pull", name, "--json") as process:
            if moments.random() < 0.3:  # at any moment, also before and after all bytes
                time.sleep(moments.uniform(0.2, 2.5))
                process.kill()
            else:
                kill_when(process, hub, file, hub.log.sent(file) + moments.randrange(1, 150_000_000))
            ended = process.wait() == 0
        now = [one for one in hub.log.of(file) if one not in before]
        assert overlap(spans(now), spans(before)) <= STREAMS * (PART + BUFFERS)
        before += now
        if ended:
            break
    ran = command.models("pull", name)
    assert ran.code == 0, ran.err
    check_whole(ran.last["path"], hub.content(file).sha256)
    assert command.models("verify", name).code == 0


def test_a_split_model_is_killed_ten_times(start_hub: Callable[..., Hub], coterie_home: Path) -> None:
    parts = split_moe(3)
    files = {f"moe-Q4_1-{n:05d}-of-00003.gguf": part for n, part in enumerate(parts, start=1)}
    hub = start_hub(HubRepo(REPO, {**files}), second_host=True)
    command, name, moments = Command(coterie_home, hub.address), f"{REPO}:Q4_1", random.Random(7)
    for _ in range(10):
        with command.start("models", "pull", name, "--json") as process:
            kill_when(process, hub, "", hub.log.sent() + moments.randrange(1, 120_000_000))
        assert command.models("list").out == ""
        assert not list(command.library.glob("demo/**/*.gguf")), "no part is shown before all are good"
        if hub.log.sent() > 440_000_000:
            break
    ran = command.models("pull", name)
    assert ran.code == 0, ran.err
    for told, part in zip(ran.last["files"], parts, strict=True):
        check_whole(told["path"], part.sha256)


@pytest.mark.parametrize("second_host", [False, True])
@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: f"{fault.kind}-{fault.on}-{fault.by}")
def test_every_fault_with_the_patience_of_people(
    start_hub: Callable[..., Hub], coterie_home: Path, fault: Fault, second_host: bool
) -> None:
    hub = start_hub(HubRepo(REPO, {"starter-Q4_1.gguf": starter()}), second_host=second_host)
    hub.fault(fault)
    ran = Command(coterie_home, hub.address).models("pull", f"{REPO}:Q4_1", timeout=300)
    assert ran.code == 0, ran.err
    check_whole(ran.last["path"], hub.content(f"{REPO}/starter-Q4_1.gguf").sha256)


@pytest.mark.parametrize("seed", range(12))
def test_faults_come_together(start_hub: Callable[..., Hub], coterie_home: Path, seed: int) -> None:
    chosen = random.Random(seed)
    hub = start_hub(HubRepo(REPO, {"tiny-Q8_0.gguf": tiny(90_000_000)}), second_host=chosen.random() < 0.5)
    passing = [fault for fault in PASSING if fault.kind not in ("ignore_range", "slow")]
    hub.fault(*chosen.sample(passing, 5))
    command = Command(coterie_home, hub.address, module="tests.support.impatient")
    name, file = f"{REPO}:Q8_0", f"{REPO}/tiny-Q8_0.gguf"
    for _ in range(4):
        ran = command.models("pull", name, timeout=300)
        if ran.code == 0:
            break
        assert ran.code == 1 and ran.last["error"]["message"] == ran.err.splitlines()[0]
    assert ran.code == 0, ran.err
    check_whole(ran.last["path"], hub.content(file).sha256)


def test_several_commands_at_once(start_hub: Callable[..., Hub], coterie_home: Path) -> None:
    names = ("Q2_K", "Q4_1", "Q4_K_M", "Q8_0")
    hub = start_hub(HubRepo(REPO, {f"starter-{name}.gguf": starter(name) for name in names}))
    command = Command(coterie_home, hub.address)
    running = [command.start("models", "pull", f"{REPO}:{name}", "--json") for name in names * 2]
    codes = []
    for process in running:
        with process:
            _, err = process.communicate(timeout=200)
        assert "Traceback" not in err
        codes.append(process.returncode)
    assert codes.count(0) >= len(names)
    models = command.models("list").objects
    assert sorted(model["variant"] for model in models) == sorted(names)
    for model in models:
        check_whole(model["path"], model["sha256"])


def test_memory_stays_flat(start_hub: Callable[..., Hub], coterie_home: Path) -> None:
    hub = start_hub(HubRepo(REPO, {"moe-Q4_1.gguf": moe()}))
    command = Command(coterie_home, hub.address)
    most = 0
    with command.start("models", "pull", f"{REPO}:Q4_1", "--json") as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            with contextlib.suppress(psutil.Error):
                most = max(most, watched.memory_info().rss)
            time.sleep(0.01)
        process.communicate()
    assert process.returncode == 0
    assert most < 300 * 2**20
