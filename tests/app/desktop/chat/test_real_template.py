"""A real model without a chat template, in the real window: it is said before anything is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from app.desktop.application import Desktop
from tests.app.desktop.chat.conftest import PATIENCE_MS
from tests.support.models.retold import with_template
from tests.support.window.models import prompts

pytestmark = [pytest.mark.model, pytest.mark.long]
SENTENCE = "This model comes without a chat template"


def test_it_is_said_over_the_chat_in_the_picker_and_in_the_library(
    open_desktop: Callable[[str], Desktop], qtbot: QtBot
) -> None:
    desktop = open_desktop("")
    window = desktop.window
    qtbot.waitUntil(window.chat.template_note.isVisible, timeout=PATIENCE_MS)
    assert window.chat.template_note.text().startswith(SENTENCE) and not window.chat.transcript.ids

    window.go.choose_model()
    picker = window.chat.header.model.picker
    assert picker is not None
    qtbot.waitUntil(lambda: any(SENTENCE in text for text in picker.texts()), timeout=PATIENCE_MS)
    picker.close_overlay()

    services = desktop.services
    assert services is not None
    (model,) = services.library.import_(with_template(""))
    window.go.show_models("library")
    library = window.later.models.library
    qtbot.waitUntil(lambda: model.id in library.cards, timeout=PATIENCE_MS)
    card = library.cards[model.id]
    qtbot.waitUntil(lambda: card.state.text().startswith(SENTENCE), timeout=PATIENCE_MS)
    library.proofs.show(model)
    sheet = library.proofs.sheet
    assert sheet is not None
    qtbot.waitUntil(lambda: prompts(sheet) == ["Auto"], timeout=PATIENCE_MS)
    assert sheet.about.text().startswith(SENTENCE)
