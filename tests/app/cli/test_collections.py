"""`coterie collections`: what it prints and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.store.documents.opening import FILE
from engine.embedding import included
from tests.support.command import Command, here
from tests.support.servers.openai_script import Reply, in_order
from tests.support.servers.openai_server import OpenAiServer

pytestmark = pytest.mark.process


@pytest.fixture
def folder(tmp_path: Path, coterie_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """On a machine where set-up could not make the embedding model."""
    monkeypatch.setattr(included, "included_model", lambda: None)
    made = tmp_path / "docs"
    made.mkdir()
    (made / "계약.md").write_text("# 계약\n\n30일 전에 알리면 해지할 수 있다.\n", encoding="utf-8")
    (made / "farm.txt").write_text("The harvest was poor.\n")
    (made / "old.doc").write_bytes(b"an old document")
    return made


def test_a_folder_is_added_shown_searched_and_removed(folder: Path) -> None:
    state = {
        "documents": 3,
        "words_ready": 2,
        "meaning_ready": 0,
        "failed": [
            {
                "file": str(folder / "old.doc"),
                "reason": "It’s in an old format. Save it as DOCX, XLSX, PPTX, or PDF.",
            }
        ],
        "waiting": 0,
    }
    assert here("collections", "add", "Farm", str(folder), "--wait", "--json").last == state
    assert here("collections", "status", "farm", "--json").last == state
    assert here("collections", "search", "Farm", "해지하려면", "--limit", "3", "--json").last == {
        "hits": [
            {
                "file": str(folder / "계약.md"),
                "page": None,
                "heading": "계약",
                "text": "# 계약\n\n30일 전에 알리면 해지할 수 있다.",
                "rank": 1,
                "by": ["words"],
            }
        ]
    }
    (listed,) = here("collections", "list", "--json").last["collections"]
    assert listed["name"] == "Farm" and listed["sources"] == [{"path": str(folder), "gone": False}]
    assert "harvest" in here("collections", "search", "Farm", "harvests").out
    told = here("collections", "status", "Farm").out
    assert "2 of 3 files" in told and "only" in told and "old.doc" in told
    assert here("collections", "remove", "Farm", "--json").last == {"removed": "Farm", "paths": []}
    gone = here("collections", "search", "Farm", "harvest", "--json")
    assert (gone.code, gone.last["error"]["code"]) == (1, "collections.none")
    assert (folder / "farm.txt").exists()


def test_a_damaged_index_is_said_and_made_anew(folder: Path, coterie_home: Path) -> None:
    here("collections", "add", "Farm", str(folder), "--json")
    (coterie_home / FILE).write_bytes(b"x" * 9000)
    found = here("collections", "search", "Farm", "harvest", "--json")
    assert [Path(hit["file"]).name for hit in found.last["hits"]] == ["farm.txt"]
    assert "read again" in found.err


def test_a_chat_is_answered_from_a_collection_and_says_what_it_cites(
    folder: Path, coterie_home: Path
) -> None:
    here("collections", "add", "Farm", str(folder), "--json")
    reply = Reply('It says "the harvest was poor" [1], not "the harvest was good" [1].')
    with OpenAiServer(in_order(reply)) as server:
        command = Command(coterie_home, "http://127.0.0.1:9")
        question = ("chat", "How was the harvest?", "--collection", "farm", "--model", server.model, "--json")
        ran = command.here(*question)
        asked = server.asked[0].body["messages"][-1]["content"]
    assert ran.code == 0 and "farm.txt" in ran.err
    assert "[1] farm.txt: The harvest was poor." in asked and asked.endswith("How was the harvest?")
    cited = [(each["number"], each["file"], each["quote"], each["found"]) for each in ran.last["citations"]]
    farm = str(folder / "farm.txt")
    assert cited == [
        (1, farm, "the harvest was poor", True),
        (1, farm, "the harvest was good", False),
    ]
    assert ran.last["attachments"] == []
    unknown = here("chat", "Hi", "--collection", "nothing", "--json")
    assert (unknown.code, unknown.last["error"]["code"]) == (1, "collections.none")
