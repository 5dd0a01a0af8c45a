"""Pages and parts of sources as they are shown, with the quoted words marked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.chat.source_views import SourceView, SourceViews
from app.store.records import Given, Source
from app.store.store import Store
from engine.errors import ErrorInfo, UserError
from tests.support.documents.made import pdf, workbook

pytestmark = pytest.mark.process


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home" / "coterie.db", tmp_path / "home" / "backups") as opened:
        yield opened


@pytest.fixture
def views(store: Store) -> Iterator[SourceViews]:
    views = SourceViews(store)
    yield views
    views.end()


LEASE = pdf("The rent is 500", "Cats are allowed")


def marked(view: SourceView) -> list[str]:
    return [view.text[first:last] for first, last in view.ranges]


def kept(store: Store, content: bytes) -> tuple[int, str]:
    """A chat that keeps this content, and its name there."""
    chat = store.conversations.create().id
    return chat, store.contents.put(chat, content)


def test_a_page_is_shown_with_its_words_and_others_without(store: Store, views: SourceViews) -> None:
    chat, name = kept(store, LEASE)
    source = Source(1, "lease.pdf", "Cats are allowed", name, part=2, label="page 2", last=16)
    shown = views.view(chat, source, width=600)
    assert shown.picture is not None and shown.pictured and not shown.changed
    assert (shown.page, shown.count, shown.picture.width, len(shown.picture.boxes)) == (2, 2, 600, 1)
    other = views.view(chat, source, 1, width=600)
    assert other.picture is not None and other.picture.boxes == ()
    text = views.view(chat, source, quote="“cats”", as_text=True)
    assert (text.text, marked(text), text.picture) == ("Cats are allowed", ["Cats"], None)


def test_parts_are_found_by_their_numbers_and_passages_by_their_letters(
    store: Store, views: SourceViews, tmp_path: Path
) -> None:
    (book := tmp_path / "book.xlsx").write_bytes(workbook())
    chat = store.conversations.create().id
    last = views.view(chat, Source(0, "book.xlsx", path=str(book)), 2)
    source = Source(1, "book.xlsx", "x", "", str(book), 3, last.label, last.text.index("x"), len(last.text))
    first = views.view(chat, source)  # the third sheet, of which one has no text
    assert (first.page, first.count, first.label, marked(first)) == (2, 2, last.label, ["x"])
    assert views.view(chat, source, 1).ranges == ()
    (note := tmp_path / "note.txt").write_text("no. Yes. no. Yes, he said.")
    source = Source(1, "note.txt", "no. Yes,", "", str(note), first=9, last=17)
    assert views.view(chat, source).ranges == ((9, 17),)
    assert views.view(chat, source, quote="yes").ranges == ((13, 16),)


def test_what_cannot_be_shown_is_told(store: Store, views: SourceViews, tmp_path: Path) -> None:
    chat, name = kept(store, LEASE)
    for source, page, code in (
        (Source(1, "a.pdf", sha256=name), 3, "source.no_page"),
        (Source(1, "a.pdf", sha256="0" * 64), 0, "source.gone"),
        (Source(1, "a.pdf", path=str(tmp_path / "a.pdf")), 0, "attachment.missing"),
        (Source(1, "a.pdf", sha256=kept(store, b"%PDF-1.4 no more")[1]), 0, "attachment.damaged"),
    ):
        with pytest.raises(UserError) as raised:
            views.view(chat, source, page)
        assert raised.value.code == code


def test_a_file_that_is_another_one_now_is_told(store: Store, views: SourceViews, tmp_path: Path) -> None:
    (file := tmp_path / "note.txt").write_text("new")
    chat = store.conversations.create().id
    before = hashlib.sha256(b"old").hexdigest()
    assert views.view(chat, Source(1, "note.txt", "old", before, str(file))).changed
    assert not views.view(chat, Source(1, "note.txt", "new", "", str(file))).changed


def test_the_sources_before_an_answer_are_those_it_can_cite(store: Store, views: SourceViews) -> None:
    chat = store.conversations.create().id
    first = store.messages.add(chat, None, "user", "?")
    answer = store.messages.add(chat, first.id, "assistant", "[1]")
    assert views.known(answer) is None
    source = Source(1, "lease.pdf", "The rent is 500")
    question = store.messages.add(chat, answer.id, "user", "?", sources=[source])
    later = store.messages.add(chat, question.id, "assistant", "[1]")
    assert (views.known(answer), views.known(later)) == (Given(), Given((source,)))
    told = ErrorInfo("chat.nothing_in_collection", {"name": "Lease"})
    third = store.messages.add(chat, later.id, "user", "?", notices=[told])
    last = store.messages.add(chat, third.id, "assistant", "No.")
    assert (views.known(later), views.known(last)) == (Given((source,)), Given((source,), (told,)))
