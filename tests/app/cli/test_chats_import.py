"""`coterie chats import`: what it says, and what is there afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.chats import foreign_chats
from tests.support.command import here


def saved(folder: Path) -> str:
    broken = {"title": "\x1b[31mBroken", "mapping": {}}
    path = folder / "conversations.json"
    path.write_text(json.dumps([foreign_chats.chatgpt(), foreign_chats.chatgpt_2026(), broken]))
    return str(path)


def test_a_dry_run_says_what_an_import_then_does(coterie_home: Path, tmp_path: Path) -> None:
    path = saved(tmp_path)
    failed = [{"title": "[31mBroken", "reason": "This chat has no messages."}]
    would = here("chats", "import", path, "--dry-run", "--json")
    assert would.last == {"found": 3, "imported": 2, "already": 0, "failed": failed}
    assert here("chats", "list", "--json").objects == []
    done = here("chats", "import", path, "--json")
    assert (done.code, done.last) == (0, {"found": 3, "imported": 2, "already": 0, "failed": failed})
    assert [one["title"] for one in here("chats", "list", "--json").objects] == ["Tea", "Tea"]
    again = here("chats", "import", path, path, "--json")
    assert again.last == {"found": 6, "imported": 0, "already": 4, "failed": failed * 2}


def test_people_are_told_in_sentences(coterie_home: Path, tmp_path: Path) -> None:
    path = saved(tmp_path)
    told = here("chats", "import", path)
    assert told.out.splitlines() == ["Imported 2 chats."]
    assert "1 couldn’t be read:" in told.err and "[31mBroken: This chat has no messages." in told.err
    assert "\x1b" not in told.err
    assert here("chats", "import", path).out.splitlines() == ["Imported 0 chats.", "2 were already here."]


def test_what_holds_no_chats_fails_in_one_sentence(coterie_home: Path, tmp_path: Path) -> None:
    nothing = here("chats", "import", str(tmp_path / "missing.json"), "--json")
    assert nothing.code == 1
    assert (nothing.last["found"], [one["title"] for one in nothing.last["failed"]]) == (1, ["missing.json"])


def shown() -> list[list[tuple[object, ...]]]:
    """The messages of all chats, the latest first."""
    fields = ("role", "content", "reasoning", "tool_calls", "created", "shown")
    ids = [one["id"] for one in here("chats", "list", "--json").objects]
    chats = [here("chats", "show", str(id), "--json").last["messages"] for id in ids]
    return [[tuple(map(message.get, fields)) for message in messages] for messages in chats]


def test_all_chats_go_out_and_come_into_an_empty_data_folder(
    coterie_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here("chats", "import", saved(tmp_path))
    before, out = shown(), str(tmp_path / "all.json")
    here("chats", "export", "--all", "--format", "json", "--output", out)
    assert here("chats", "import", out, "--json").last["already"] == 2
    monkeypatch.setenv("COTERIE_HOME", str(tmp_path / "another"))
    assert here("chats", "import", out, "--json").last["imported"] == 2
    assert shown() == before
    assert here("chats", "import", saved(tmp_path), "--json").last["already"] == 2
