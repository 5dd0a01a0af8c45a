"""Runs of agents: agents/run, agents/context, app/services/runs."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {}
