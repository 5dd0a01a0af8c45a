"""`coterie chats`: what it prints and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.store.store import Store
from tests.support.chats.whole_chats import talk
from tests.support.command import here


@pytest.fixture
def chats(coterie_home: Path) -> list[int]:
    """Three chats, the second in a project."""
    with Store.open(coterie_home / "coterie.db", coterie_home / "backups") as store:
        ids = [talk(store) for _ in range(3)]
        store.conversations.set(ids[1], project=store.projects.create("Trips").id)
        store.conversations.rename(ids[2], "\x1b[31m../sea", "user")
    return ids


def test_the_list_has_one_object_a_line(chats: list[int]) -> None:
    listed = here("chats", "list", "--json").objects
    assert [one["id"] for one in listed] == chats[::-1]
    second = listed[1]
    assert list(second) == ["id", "title", "project", "model", "messages", "created", "changed"]
    assert (second["title"], second["project"], second["model"], second["messages"]) == (
        "여행",
        "Trips",
        "starter",
        5,
    )
    told = here("chats", "list")
    assert len(told.out.splitlines()) == 3 and "5 messages" in told.out and "\x1b" not in told.out


def test_nothing_is_told_in_words_alone(coterie_home: Path) -> None:
    for arguments in (["list"], ["list", "--deleted"], ["search", "sea"]):
        empty = here("chats", *arguments)
        assert (empty.code, empty.out) == (0, "") and empty.sentence
        assert here("chats", *arguments, "--json").objects == []


def test_show_has_every_branch_and_says_which_is_shown(chats: list[int]) -> None:
    shown = here("chats", "show", str(chats[1]), "--json").last
    assert list(shown) == ["id", "title", "project", "messages"]
    assert (shown["id"], shown["project"]) == (chats[1], "Trips")
    question, answer, *others = shown["messages"]
    assert {"role", "content", "reasoning", "tool_calls", "parent", "created"} < question.keys()
    assert (question["parent"], answer["parent"], answer["role"]) == (None, question["id"], "assistant")
    assert answer["reasoning"] == "Somewhere by the sea."
    assert answer["tool_calls"] == [{"id": "c1", "name": "look", "arguments": {"city": "부산"}}]
    assert (question["shown"], answer["shown"]) == (True, True)
    assert [(one["name"], one["state"]) for one in question["attachments"]] == [
        ("지도.pdf", "whole"),
        ("배.png", "refused"),
    ]
    assert "can’t see" in question["attachments"][1]["reason"] and "attachments" not in answer
    assert [one["shown"] for one in others] == [False] * 3
    text = here("chats", "show", str(chats[2])).out
    assert "To Busan" in text and "To Seoul" not in text and "\x1b" not in text


def test_search_tells_chat_message_and_excerpt(chats: list[int]) -> None:
    hits = here("chats", "search", "Seoul", "--json").objects
    assert {hit["chat"] for hit in hits} == set(chats)
    assert all(list(hit) == ["chat", "message", "excerpt"] and "Seoul" in hit["excerpt"] for hit in hits)
    (titled,) = here("chats", "search", "../sea", "--json").objects
    assert (titled["chat"], titled["message"]) == (chats[2], None)
    assert "\x1b" not in here("chats", "search", "sea").out


def test_a_deleted_chat_can_be_restored(chats: list[int]) -> None:
    first, second = map(str, chats[:2])
    gone = here("chats", "delete", first, second)
    assert gone.code == 0 and f"coterie chats restore {first} {second}" in gone.out
    assert [one["id"] for one in here("chats", "list", "--json").objects] == chats[2:]
    assert {one["id"] for one in here("chats", "list", "--deleted", "--json").objects} == set(chats[:2])
    assert here("chats", "restore", first, "--json").last == {"restored": [chats[0]]}
    assert here("chats", "delete", first, "--json").last == {"deleted": [chats[0]]}


def test_an_unknown_chat_is_one_sentence_and_changes_nothing(chats: list[int], tmp_path: Path) -> None:
    for arguments in (
        ["show", "99"],
        ["delete", str(chats[0]), "99"],
        ["restore", "99"],
        ["export", "99", "--format", "json", "--output", str(tmp_path / "x")],
    ):
        failed = here("chats", *arguments, "--json")
        assert failed.code == 1 and failed.last["error"]["code"] == "cli.no_chat"
        assert "99" in failed.sentence
    assert len(here("chats", "list", "--json").objects) == 3 and not (tmp_path / "x").exists()


def test_one_chat_is_a_file_and_several_are_a_folder_but_of_json(chats: list[int], tmp_path: Path) -> None:
    def export(*arguments: str) -> Path:
        path = tmp_path / str(len(list(tmp_path.iterdir())))
        done = here("chats", "export", *arguments, "--output", str(path), "--json")
        assert done.code == 0, done.err
        assert done.last["output"] == str(path)
        return path

    one, two = str(chats[0]), str(chats[1])
    for markdown in ("markdown", "md"):
        assert export(one, "--format", markdown).read_text("utf-8").startswith("# 여행")
    assert export(one, "--format", "html").read_text("utf-8").startswith("<!DOCTYPE html>")
    several = export(one, two, "--format", "markdown")
    assert sorted(path.name for path in several.iterdir()) == ["여행 2.md", "여행.md"]
    everything = export("--all", "--format", "markdown")
    assert len(list(everything.iterdir())) == 3
    document = json.loads(export("--all", "--format", "json").read_bytes())
    assert [chat["conversation"]["id"] for chat in document["chats"]] == chats


def test_wrong_use_of_export_is_told(chats: list[int], tmp_path: Path) -> None:
    path = str(tmp_path / "x.md")
    assert here("chats", "export", "--format", "markdown", "--output", path).code == 2
    assert here("chats", "export", "--all", "1", "--format", "markdown", "--output", path).code == 2
    assert here("chats", "export", "--all", "--format", "word", "--output", path).code == 2
    one = ["chats", "export", str(chats[0]), "--format", "markdown", "--output", path]
    assert here(*one).code == 0
    again = here(*one, "--json")
    assert (
        again.code == 1 and again.last["error"]["code"] == "exchange.exists" and "--force" in again.sentence
    )
    assert here(*one, "--force").code == 0
    korean = here(*one, LC_ALL="ko_KR.UTF-8")
    assert "파일이 이미 있어" in korean.sentence
