"""How texts are prepared for a model: most were trained with words in front that tell questions from passages."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from engine.errors import UserError
from engine.gguf.gguf_index import GgufIndex
from engine.gguf.projector import senses
from engine.gguf.reading import read_index
from engine.text import clean_text

# Changes with the table below: vectors that were made with other words in front are no longer comparable.
VERSION = 1
_TASK = "Given a web search query, retrieve relevant passages that answer the query"
_SENTENCE = "Represent this sentence for searching relevant passages: "
# By a pattern in the model's name, from its model card: what goes before a question, and before a passage.
_BEFORE: tuple[tuple[str, str, str], ...] = (
    (r"e5\b.*instruct", f"Instruct: {_TASK}\nQuery: ", ""),
    (r"\be5\b", "query: ", "passage: "),
    (r"nomic-embed", "search_query: ", "search_document: "),
    (r"embedding-?gemma", "task: search result | query: ", "title: none | text: "),
    (r"qwen3.*embedding", f"Instruct: {_TASK}\nQuery:", ""),
    (r"arctic-embed.*v2", "query: ", ""),
    (r"arctic-embed|mxbai-embed|bge-(small|base|large)-en", _SENTENCE, ""),
)
# More letters than a token has: what is longer than a model takes is not even sent to it.
_TOKEN_LETTERS = 16
_USUAL_LONGEST = 512
# Of a file, what identifies it besides its size: its header, and the end of its weights.
_IDENTIFYING_BYTES = 2**20


class Preparation(NamedTuple):
    """What a model's texts begin with, and whether its tokenizer needs them normalized."""

    query: str
    passage: str
    normalizes: bool

    def prepared(self, text: str, longest: int, *, query: bool | None = None) -> str:
        """A text of at most `longest` tokens as a question or a passage, None: as it is."""
        text = clean_text(text)
        if self.normalizes:
            text = " ".join(unicodedata.normalize("NFKC", text).split())
        before = "" if query is None else self.query if query else self.passage
        return before + text[: _TOKEN_LETTERS * longest]


class EmbeddingModel(NamedTuple):
    path: Path
    name: str
    width: int
    longest: int
    """Tokens that the model takes of a text."""
    digest: str
    """Identifies the file's content and how texts are prepared for it."""
    preparation: Preparation


def read_embedding_model(path: Path) -> EmbeddingModel:
    """Read what a file says. Raises what `read_index` raises, UserError `model.no_embeddings` (name) for a model that
    makes no vectors, and OSError."""
    index = read_index(path)
    name = index.name or path.stem
    if not senses(index, None).embeds:
        raise UserError("model.no_embeddings", name=name)
    widths = ("dense_3_feat_out", "embedding_length_out", "embedding_length")
    width = next(value for key in widths if (value := index.value(key)))
    return EmbeddingModel(path, name, int(width), _longest(index), _digest(path), preparation_of(index))


class RankingModel(NamedTuple):
    path: Path
    name: str
    longest: int
    preparation: Preparation
    template: str
    """How the model wants a query and a document, "" for what is usual."""


def read_ranking_model(path: Path) -> RankingModel:
    """Read what a file says. Raises what `read_index` raises, UserError `model.no_scores` (name) for a model that
    does not score documents, and OSError."""
    index = read_index(path)
    name = index.name or path.stem
    if not senses(index, None).ranks:
        raise UserError("model.no_scores", name=name)
    told = index.metadata.get("tokenizer.chat_template.rerank")
    template = told if isinstance(told, str) and "{query}" in told and "{document}" in told else ""
    return RankingModel(path, name, _longest(index), preparation_of(index), template)


def preparation_of(index: GgufIndex) -> Preparation:
    """By the name that the file gives itself, its architecture or its own name."""
    names = [index.name, index.architecture, index.path.stem]
    told = " ".join(names).lower().replace("_", "-").replace(" ", "-")
    found = ((query, passage) for pattern, query, passage in _BEFORE if re.search(pattern, told))
    query, passage = next(found, ("", ""))
    metadata = index.metadata
    unigram = metadata.get("tokenizer.ggml.model") == "t5"
    return Preparation(query, passage, unigram and not metadata.get("tokenizer.ggml.precompiled_charsmap"))


def _longest(index: GgufIndex) -> int:
    return index.number("context_length") or _USUAL_LONGEST


def _digest(path: Path) -> str:
    found = hashlib.sha256(f"{VERSION} {path.stat().st_size} ".encode())
    with path.open("rb") as file:
        found.update(file.read(_IDENTIFYING_BYTES))
        file.seek(max(0, path.stat().st_size - _IDENTIFYING_BYTES))
        found.update(file.read())
    return found.hexdigest()
