"""The collections follow the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.collections.events import EmbeddingModelChanged
from app.services.collections.opening import open_collections
from app.services.events import EventBus
from app.services.settings.settings import SettingsChanged, SettingsFile
from engine.embedding.included import included_model
from installer.e5_gguf import write_gguf
from tests.support.models.small_e5 import small_e5

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(included_model() is None, reason="set-up could not make the embedding model"),
]


def test_another_embedding_model_makes_all_vectors_again(tmp_path: Path) -> None:
    write_gguf(small_e5()[0], tmp_path / "small.gguf")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("a b c")
    settings, events = SettingsFile(tmp_path / "settings.toml"), EventBus()
    told: list[object] = []
    events.subscribe(EmbeddingModelChanged, told.append)
    settings.events.subscribe(SettingsChanged, events.publish)
    collections = open_collections(tmp_path, settings, events, lambda query, texts: None)
    settings.change(theme="dark")
    assert told == []
    collections.add("docs", [tmp_path / "docs"])
    collections.bring_up_to_date()
    assert collections.status("docs").counts.meaning == 1
    settings.change(embedding_model=str(tmp_path / "small.gguf"))
    assert len(told) == 1 and collections.status("docs").counts.meaning == 0
    (hit,) = collections.search("docs", "a b", 3)
    assert "meaning" in hit.by  # by the vectors of the one before
    collections.bring_up_to_date()
    assert collections.status("docs").counts.meaning == 1
    (hit,) = collections.search("docs", "a b", 3)
    assert "meaning" in hit.by
    collections.close()
