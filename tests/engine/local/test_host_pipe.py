"""The pipe between a host and its client: what is sent wakes nobody who waits for the other direction."""

import subprocess
import sys

import pytest

PROBE = """
import os, re, threading
from multiprocessing import Pipe
from pathlib import Path
from engine.api import Delta
from engine.local.host import Host

ours, theirs = Pipe()
host = Host(theirs)
reader = threading.Thread(target=host._read, daemon=True)
reader.start()

status = Path(f"/proc/self/task/{reader.native_id}/status")

def slept():
    return int(re.search(r"^voluntary_ctxt_switches:\\s*(\\d+)", status.read_text(), re.MULTILINE)[1])

def until_it_sleeps():
    while "S (sleeping)" not in status.read_text():
        os.sched_yield()

until_it_sleeps()
before = slept()
for _ in range(200):
    host._outbox.send(Delta(1, "content", "word"))
    ours.recv_bytes()
    until_it_sleeps()
print(slept() - before)
"""


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="counts what Linux counts")
def test_what_a_host_sends_does_not_wake_its_own_reader() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 20, done.stdout
