"""Servers of tools: agents/mcp, app/services/servers."""

from __future__ import annotations

from app.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {}
