"""Approvals and undoing: agents/permissions, agents/snapshots."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {}
