"""A document is attached in the real window to a question for a real model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.desktop.application import Desktop
from engine.values import Sampling
from tests.app.desktop.chat.conftest import PATIENCE_MS
from tests.support.documents.made import pdf
from tests.support.documents.pictures import picture
from tests.support.models.projectors import ROWS, color_projector
from tests.support.models.starter import starter_model
from tests.support.window.dropping import files

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
pytestmark = [pytest.mark.model, pytest.mark.long]


def test_its_tokens_are_counted_before_and_not_read_again_by_the_next_turn(
    open_desktop: Callable[[str], Desktop], qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_desktop(CHATML, max_tokens=16).window
    qtbot.waitUntil(lambda: window.chat.model.facts is not None, timeout=PATIENCE_MS)
    (paper := tmp_path / "paper.pdf").write_bytes(pdf("The door is green. " * 20, "The roof is red. " * 20))
    composer, chips = window.chat.composer, window.chat.attaching.chips
    composer.edit.insertFromMimeData(files(paper))

    def counted() -> bool:
        found = [chip.entry.attachment for chip in chips.chips]
        return len(found) == 1 and found[0] is not None and not found[0].estimated

    qtbot.waitUntil(counted, timeout=PATIENCE_MS)
    attachment = chips.chips[0].entry.attachment
    assert attachment is not None and 150 < attachment.tokens < 600 and attachment.state == "whole"
    services = window.calls.services
    assert services is not None
    for number, question in enumerate(("What color is the door?", "And the roof?"), 1):
        composer.edit.setPlainText(question)
        composer.submit()
        qtbot.waitUntil(
            lambda count=2 * number: len(window.chat.transcript.ids) == count, timeout=PATIENCE_MS
        )
        # What an answer took is stored with its end, a moment after its last words.
        qtbot.waitUntil(
            lambda: (
                services.conversations.messages(window.chat.transcript.ids)[-1].state in ("done", "length")
            ),
            timeout=PATIENCE_MS,
        )
    path = services.conversations.messages(window.chat.transcript.ids)
    assert [len(message.attachments) for message in path] == [1, 0, 0, 0]
    assert path[1].usage is not None and path[1].usage.prompt_tokens > attachment.tokens
    assert path[3].usage is not None and path[3].usage.cached_tokens >= attachment.tokens


def test_a_picture_is_seen_by_a_model_with_a_projector_beside_it(
    open_desktop: Callable[..., Desktop], qtbot: QtBot, tmp_path: Path
) -> None:
    (model := tmp_path / "starter.gguf").symlink_to(starter_model())
    (tmp_path / "mmproj.gguf").symlink_to(color_projector())
    window = open_desktop(CHATML, model=str(model), max_tokens=24, sampling=Sampling(temperature=0.0)).window
    qtbot.waitUntil(lambda: window.chat.model.facts is not None, timeout=PATIENCE_MS)
    services = window.calls.services
    assert services is not None
    (red := tmp_path / "red.png").write_bytes(picture("red"))
    composer, chips = window.chat.composer, window.chat.attaching.chips
    composer.edit.insertFromMimeData(files(red))

    def counted() -> bool:
        found = [chip.entry.attachment for chip in chips.chips]
        return len(found) == 1 and found[0] is not None and not found[0].estimated

    qtbot.waitUntil(counted, timeout=PATIENCE_MS)
    attachment = chips.chips[0].entry.attachment
    assert attachment is not None and (attachment.tokens, attachment.state) == (ROWS, "whole")
    composer.edit.setPlainText("Repeat the word above.")
    composer.submit()
    qtbot.waitUntil(lambda: len(window.chat.transcript.ids) == 2, timeout=PATIENCE_MS)

    def answered() -> bool:
        return services.conversations.messages(window.chat.transcript.ids)[-1].state in ("done", "length")

    qtbot.waitUntil(answered, timeout=PATIENCE_MS)
    assert "red" in services.conversations.messages(window.chat.transcript.ids)[-1].content
