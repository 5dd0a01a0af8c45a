"""What was on the screen half a second before the processes were killed is there after a restart."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from app.store.store import Store

pytestmark = [pytest.mark.model, pytest.mark.alone]

LOSS_LIMIT_S = 0.5


def shown_text(lines: list[str], before: float) -> str:
    """What the window showed at the time `before`."""
    shown = ""
    for line in lines:
        at, text = json.loads(line)
        if at <= before:
            shown = text
    return shown


@pytest.mark.long
def test_a_killed_host_and_then_a_killed_desktop_lose_less_than_half_a_second_of_text(
    short_home: Path, tmp_path: Path
) -> None:
    record = tmp_path / "shown"
    command = [sys.executable, "-m", "tests.support.chats.answering_desktop", str(record)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as desktop:
        assert desktop.stdout is not None
        host = psutil.Process(int(desktop.stdout.readline()))
        time.sleep(LOSS_LIMIT_S + 0.7)  # so that there was something on the screen half a second before
        killed = time.time()
        os.kill(host.pid, signal.SIGKILL)
        desktop.kill()
    on_screen = shown_text(record.read_text().splitlines(), killed - LOSS_LIMIT_S)
    assert on_screen
    with Store.open(short_home / "coterie.db", short_home / "backups") as store:
        recovered = store.messages.recover()
        (conversation,) = store.conversations.all()
        stored = store.messages.get_all(store.messages.path(conversation.id))[-1]
    # A quick desktop heard of the host's death, and ended the answer itself, before it was killed.
    assert (recovered == [stored] and stored.state == "stopped") or (
        not recovered and stored.state == "failed"
    )
    assert stored.content.startswith(on_screen)
