"""Several real processes on one file, and what one leaves that is killed."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.store.store import Store

Start = Callable[..., "subprocess.Popen[str]"]


def test_two_processes_write_at_once(store: Store, process: Start) -> None:
    id = store.conversations.create().id
    other = process(
        "print('ready', flush=True)\n"
        f"for n in range(100): store.messages.add({id}, None, 'user', f'there {{n}}')\n"
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "ready\n"
    for number in range(100):
        store.messages.add(id, None, "user", f"here {number}")
    assert other.wait(timeout=300) == 0
    messages = store.messages.get_all(store.messages.siblings(store.messages.path(id)[0]))
    for side in ("here", "there"):
        said = [message.content for message in messages if message.content.startswith(side)]
        assert said == [f"{side} {number}" for number in range(100)]


def test_what_another_process_writes_is_told_once_and_what_this_one_writes_never(
    store: Store, process: Start
) -> None:
    assert not store.database.changed_elsewhere()
    store.conversations.create()
    store.conversations.all()
    assert not store.database.changed_elsewhere()
    assert process("store.conversations.create()").wait(timeout=300) == 0
    store.conversations.create()
    assert store.database.changed_elsewhere() and not store.database.changed_elsewhere()
    assert process("store.conversations.all()").wait(timeout=300) == 0
    assert not store.database.changed_elsewhere()


def test_processes_that_start_at_once_make_one_file(folder: Path, process: Start) -> None:
    children = [process(f"store.conversations.create(); store.close(); print({n})") for n in range(4)]
    assert [child.wait(timeout=300) for child in children] == [0, 0, 0, 0]
    with Store.open(folder / "coterie.db", folder / "backups") as store:
        assert len(store.conversations.all()) == 4


def test_kill_in_the_middle_of_an_answer_loses_at_most_one_save(folder: Path, process: Start) -> None:
    writer = process(
        "id = store.conversations.create().id\n"
        "answer = store.messages.add(id, None, 'assistant', '', state='streaming').id\n"
        "text = ''\n"
        "while True:\n"
        "    text += 'word ' * 200\n"
        "    store.messages.save(answer, text, 'because')\n"
        "    print(len(text), flush=True)\n"
    )
    assert writer.stdout is not None
    for _ in range(40):
        saved = int(writer.stdout.readline())
    writer.kill()
    writer.wait()
    saved = max([saved, *map(int, writer.stdout.read().split("\n")[:-1])])
    with Store.open(folder / "coterie.db", folder / "backups") as store:
        (found,) = store.messages.recover()
        assert found.state == "stopped"
        assert len(found.content) in (saved, saved + 1000)
        assert found.content == "word " * (len(found.content) // 5)
        assert store.messages.get(found.id) == found
        assert len(store.conversations.search("word")) == 1
        assert store.messages.recover() == []
    with closing(sqlite3.connect(folder / "coterie.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.execute("INSERT INTO message_fts (message_fts) VALUES ('integrity-check')")


def test_an_answer_of_a_living_process_is_left_alone(store: Store, process: Start) -> None:
    id = store.conversations.create().id
    own = store.messages.add(id, None, "assistant", "mine", state="streaming")
    other = process(
        f"print(store.messages.add({id}, None, 'assistant', 'theirs', state='streaming').id, flush=True)\n"
        "sys.stdin.readline()\n"
    )
    assert other.stdout is not None
    theirs = int(other.stdout.readline())
    assert store.messages.recover() == []
    other.kill()
    other.wait()
    assert [message.id for message in store.messages.recover()] == [theirs]
    assert store.messages.get(own.id).state == "streaming"


@pytest.mark.parametrize("closed", [True, False])
def test_what_an_earlier_store_of_this_process_left_is_recovered(
    opened: Callable[..., Store], closed: bool
) -> None:
    before = opened()
    id = before.conversations.create().id
    answer = before.messages.add(id, None, "assistant", "half", state="streaming")
    if closed:
        before.close()
    assert [message.id for message in opened().messages.recover()] == [answer.id]
