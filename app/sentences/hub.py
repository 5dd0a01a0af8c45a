"""The hub: searching, reading remote files, downloading, verifying: engine/hub."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {}
