"""Chats as PDF, printed by the real process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.services.chat.exchange import printed
from app.services.chat.exchange.exporting import Export, export_chats
from app.store.records import Attachment, ChatOptions, Conversation, Message, WholeChat
from app.store.store import Store
from engine.errors import UserError

pytestmark = pytest.mark.process
ANSWER = """It is **bold** 한국어 and $\\frac{a}{b}$, but not $\\frac{$.

```python
def late(x):
    return x
```

| a | b |
|---|---|
| 1 | 2 |
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home" / "coterie.db", tmp_path / "home" / "backups") as opened:
        yield opened


def add(store: Store, title: str, *texts: str, reasoning: str = "") -> int:
    """A chat of these texts, questions and answers in turns."""
    messages = tuple(
        Message(n, 1, n - 1 or None, "user" if n % 2 else "assistant", text, reasoning, "done", 1.8e9)
        for n, text in enumerate(texts, 1)
    )
    given = Conversation(1, title, "user", False, 1.8e9, 1.8e9, None, len(texts) or None, "", ChatOptions())
    return store.whole_chats.add(WholeChat(given, messages, tuple(m.id for m in messages))).id


def words(page: str) -> str:
    return " ".join(page.split())


@pytest.mark.long
def test_chats_are_printed_with_title_pages_and_text_that_can_be_copied(store: Store, tmp_path: Path) -> None:
    ids = (
        add(store, "A walk", "Where to?\n  indented", ANSWER),
        add(store, "여행", *["질문입니다\n한 줄 더", "답변입니다. " * 30] * 60),
        add(store, "", "<b>x</b>" + "y" * 70_000, "> " * 15 + "deep", "\u05d0\u05d1", "a " * 40_000),
        add(store, "no words"),
        add(store, "thoughts", *["Why?", ANSWER] * 30, reasoning="Hm."),
    )
    done: list[tuple[int, int]] = []
    export_chats(store, Export(ids, "pdf", tmp_path / "out", apart=True), lambda *count: done.append(count))
    assert done[-1] == (5, 5) and done == sorted(done)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["A walk.pdf", f"chat-{ids[2]}.pdf", "no words.pdf", "thoughts.pdf", "여행.pdf"]

    walk = PdfReader(tmp_path / "out" / "A walk.pdf")
    assert walk.metadata is not None and walk.metadata.title == "A walk"
    text = walk.pages[0].extract_text()
    assert len(walk.pages) == 1 and "\t" not in text
    for part in ("A walk", "2027-01-15", "You", "Where to?", "bold", "한국어", "def", "return"):
        assert part in words(text), part
    assert "\\frac{" in text and "**" not in text

    trip = PdfReader(tmp_path / "out" / "여행.pdf")
    pages = [words(page.extract_text()) for page in trip.pages]
    assert len(pages) > 8
    # Page after page is full: what is laid out apart goes on where the last ended.
    assert all(page.count("답변입니다") > 60 for page in pages[:-1])
    assert [int(page.split()[-1]) for page in pages] == list(range(1, len(pages) + 1))
    # Of a paragraph on two pages Qt leaves the line above the second one out of sight only.
    asked = sum(page.count("질문입니다") for page in pages)
    assert 60 <= asked <= 60 + len(pages)
    assert sum(page.count("한 줄 더") for page in pages) == 60

    # What is laid out in pieces, with tables and formulas in it, is there as a whole.
    thoughts = PdfReader(tmp_path / "out" / "thoughts.pdf")
    text = "".join(page.extract_text() for page in thoughts.pages)
    assert [text.count(part) for part in ("Why?", "Reasoning", "bold", "late", "\\frac{")] == [
        30,
        60,
        30,
        30,
        30,
    ]

    long = PdfReader(tmp_path / "out" / f"chat-{ids[2]}.pdf")
    whole = "".join(page.extract_text().replace("\n", "") for page in long.pages)
    assert "<b>x</b>" in whole and whole.count("y") >= 70_000 and "deep" in whole
    assert "no words" in PdfReader(tmp_path / "out" / "no words.pdf").pages[0].extract_text()


def test_what_is_there_is_told_before_anything_is_printed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printed, "_printing", None)
    path = tmp_path / "a.pdf"
    path.write_text("mine")
    with pytest.raises(UserError, match="exists"):
        export_chats(store, Export((add(store, "A", "x"),), "pdf", path))
    assert path.read_text() == "mine"


def test_a_process_that_breaks_is_one_sentence_and_leaves_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.Popen

    def broken(command: list[str], **options: object) -> object:
        return real([sys.executable, "-c", "print('failed of paper'); raise SystemExit(3)"], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", broken)
    with pytest.raises(UserError) as raised:
        export_chats(store, Export((add(store, "A", "x"),), "pdf", tmp_path / "a.pdf"))
    assert (raised.value.code, raised.value.params) == ("exchange.not_printed", {"detail": "of paper"})
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_an_export_that_nobody_wants_any_more_ends(store: Store, tmp_path: Path) -> None:
    ids = tuple(add(store, f"chat {n}", "x", "y" * 2000) for n in range(30))

    def enough(done: int, total: int) -> None:
        if done == 2:
            raise InterruptedError

    with pytest.raises((InterruptedError, UserError)):
        export_chats(store, Export(ids, "pdf", tmp_path / "out", apart=True), enough)
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_what_was_attached_is_named(store: Store, tmp_path: Path) -> None:
    id = store.conversations.create().id
    files = (Attachment("<b>lease</b>.pdf", "pdf", 9), Attachment("table.csv", "csv", 1))
    store.messages.add(id, None, "user", "Are cats allowed?", attachments=files)
    export_chats(store, Export((id,), "pdf", tmp_path / "chat.pdf"))
    text = words(PdfReader(tmp_path / "chat.pdf").pages[0].extract_text())
    assert "Attached: <b>lease</b>.pdf, table.csv Are cats allowed?" in text
