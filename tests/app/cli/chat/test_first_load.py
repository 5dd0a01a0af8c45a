"""What a chat loaded before is begun with when the same is asked for again, while the settings are the same."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.chat import first_load
from engine.local import early_host


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was begun with; "" stands for a host that was started."""
    done: list[bytes] = []
    monkeypatch.setattr(early_host, "start", lambda: done.append(b""))
    monkeypatch.setattr(early_host, "begin", done.append)
    return done


def test_the_same_is_begun_with_the_same(coterie_home: Path, begun: list[bytes]) -> None:
    first_load.start_host()
    first_load.begin("this")
    assert begun == [], "nothing is known yet"
    first_load.keep("this", b'{"a": 1}')
    first_load.keep("that", b'{"a": 2}')
    first_load.start_host()
    first_load.begin("this")
    first_load.begin("something else")
    first_load.begin("that")
    assert begun == [b"", b'{"a": 1}', b'{"a": 2}']


@pytest.mark.parametrize("name", ["settings.toml", "wishes.toml"])
def test_other_settings_end_what_was_known(coterie_home: Path, begun: list[bytes], name: str) -> None:
    first_load.keep("this", b"{}")
    (coterie_home / name).write_text("# changed")
    first_load.start_host()
    first_load.begin("this")
    assert begun == []


def test_the_newest_are_kept_and_nothing_is_written_twice(coterie_home: Path, begun: list[bytes]) -> None:
    for number in range(10):
        first_load.keep(str(number), b"{}")
    (file,) = (coterie_home / "cache").iterdir()
    os.utime(file, ns=(1, 1))
    first_load.keep("9", b"{}")
    assert file.stat().st_mtime_ns == 1
    for number in range(10):
        first_load.begin(str(number))
    assert len(begun) == 8


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '[[], {"this": 3}]', '[[[], []], {"this": 3}]', "\xff"])
def test_a_damaged_file_is_as_none(coterie_home: Path, begun: list[bytes], text: str) -> None:
    (coterie_home / "cache").mkdir(parents=True)
    (coterie_home / "cache" / "first-loads.json").write_bytes(text.encode("latin-1"))
    first_load.start_host()
    first_load.begin("this")
    assert begun == []
    first_load.keep("this", b"{}")
    first_load.begin("this")
    assert begun == [b"{}"]


def test_where_nothing_can_be_written_nothing_is_said(coterie_home: Path, begun: list[bytes]) -> None:
    coterie_home.mkdir()
    (coterie_home / "cache").touch()
    first_load.keep("this", b"{}")
    first_load.begin("this")
    assert begun == []


def test_starting_a_host_imports_no_more_than_processes_need() -> None:
    probe = "import sys; import app.__main__, app.cli.chat.first_load; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"msgspec", "typer", "psutil", "hashlib", "engine.api", "app.log"}


@pytest.mark.model
@pytest.mark.long
def test_the_second_chat_answers_as_the_first_from_a_host_that_was_started_early(coterie_home: Path) -> None:
    def chat(*options: str) -> str:
        words = ("chat", "Say hello.", "--temperature", "0", "--max-tokens", "4", "--json", *options)
        command = [sys.executable, "-m", "app", *words]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
        answer: str = json.loads(done.stdout)["content"]
        return answer

    first = chat()
    log = coterie_home / "logs" / "commands.log"
    assert "was started early" not in log.read_text()
    assert chat() == first
    assert log.read_text().count("was started early") == 1
    assert log.read_text().count("Loading ") == log.read_text().count("Loaded ") == 2
    # Another load takes the place of the one that it was begun with.
    settings = coterie_home / "settings.toml"
    before = settings.stat() if settings.exists() else None
    known = coterie_home / "cache" / "first-loads.json"
    state, loads = json.loads(known.read_bytes())
    wrong = {asked: load.replace('"context":0', '"context":600') for asked, load in loads.items()}
    known.write_text(json.dumps([state, wrong]))
    assert chat() == first
    assert log.read_text().count("was started early") == 1
    assert "context 600" not in log.read_text()
    assert (settings.stat() if settings.exists() else None) == before
