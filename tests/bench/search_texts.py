"""Texts to search in: those of the set, and what lies among them: docs of installed packages, and Coterie's messages
in Korean."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, NamedTuple

from agents.tools.documents.passages import passages, terms
from app.store.documents.records import NewDocument, NewPassage, SeenFile
from app.store.documents.store import DocumentStore

Language = Literal["en", "ko"]
ROOT = Path(__file__).resolve().parents[2]
_LONG = 300  # letters of what counts as a passage of a package's docs


class Item(NamedTuple):
    """A passage and the question that it answers, in both languages."""

    text: dict[Language, str]
    question: dict[Language, str]


def items() -> list[Item]:
    table = tomllib.loads(Path(__file__).with_name("search_set.toml").read_text(encoding="utf-8"))
    return [
        Item({"en": each["en"], "ko": each["ko"]}, {"en": each["ask_en"], "ko": each["ask_ko"]})
        for each in table["item"]
    ]


def package_docs(most: int) -> list[str]:
    """Passages of the descriptions that installed packages come with, the same in each run."""
    found: list[str] = []
    for package in sorted(metadata.distributions(), key=lambda each: each.name):
        text = package.metadata.get_payload()
        if isinstance(text, str):
            pieces = passages(f"{package.name}.md", "", text)
            found += [piece.text for piece in pieces if len(piece.text) >= _LONG]
    random.Random(1).shuffle(found)
    return found[:most]


def korean_messages(most: int) -> list[str]:
    """The longest messages of Coterie in Korean."""
    table = tomllib.loads((ROOT / "resources" / "messages" / "ko.toml").read_text(encoding="utf-8"))
    return sorted(set(_texts(table)), key=len)[-most:]


def _texts(table: dict[str, Any]) -> Iterator[str]:
    for value in table.values():
        if isinstance(value, dict):
            yield from _texts(value)
        else:
            yield str(value)


def made_passages(count: int) -> Iterator[str]:
    """Passages of 800 letters, of the words of packages' docs as often as they are there."""
    words = [word for text in package_docs(4000) for word in terms(text)]
    draw = random.Random(2)
    for _ in range(count):
        yield " ".join(draw.choices(words, k=130))[:800]


def put(store: DocumentStore, name: str, texts: list[str]) -> tuple[int, list[int]]:
    """A collection whose documents hold up to a hundred of the texts each: its id, and the passages' ids in turn."""
    collection = store.collections.add(name, [f"/{name}".encode()])
    (source,) = store.collections.sources(collection.id)
    scan = store.places.begin_scan(source)
    documents = [texts[at : at + 100] for at in range(0, len(texts), 100)]
    store.places.see(
        source,
        scan,
        [SeenFile(f"/{name}/{number}".encode(), 1, number, number) for number in range(len(documents))],
    )
    ids: list[int] = []
    by_path = {file.path: file.id for file in store.places.waiting(len(documents))}
    for number, pieces in enumerate(documents):
        made = tuple(
            NewPassage(0, "", 1000 * at, 1000 * at + len(text), "", text) for at, text in enumerate(pieces)
        )
        document = NewDocument(f"{name}-{number}", f"{number}.txt", "text", "words", passages=made)
        ids += store.contents.put(by_path[f"/{name}/{number}".encode()], document)
    return collection.id, ids
