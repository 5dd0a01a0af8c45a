"""What is said of a model without a chat template before it answers."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.chat.template_note import TemplateNote
from app.services.models.events import ModelChanged
from engine.errors import ErrorInfo
from tests.app.desktop.conftest import Running
from tests.support.placement.plans import a_plan
from tests.support.window.pressing import button


def state_of(
    running: Running, path: str = "/m/base.gguf", *, bare: bool = True, **changes: object
) -> ModelChanged:
    """The state of a loaded model, one without a chat template."""
    facts = running.services.models.state.facts
    assert facts is not None
    plan = msgspec.structs.replace(a_plan(), notices=(ErrorInfo("template.none"),) if bare else ())
    loaded = msgspec.structs.replace(facts, path=path, plan=plan)
    return msgspec.structs.replace(ModelChanged("ready", "Base", path, 1.0, loaded), **changes)


@pytest.fixture
def note(running: Running) -> TemplateNote:
    """The note of a new chat, which the model in use answers."""
    return running.window.chat.template_note


def tell(running: Running, state: ModelChanged) -> None:
    running.services.events.publish(state)
    running.until(lambda: running.window.chat.model.state is state)
    QApplication.processEvents()


def test_it_is_said_as_soon_as_the_model_is_there(running: Running, note: TemplateNote) -> None:
    assert not note.isVisible()
    tell(running, state_of(running))
    assert note.isVisible() and note.text().startswith("This model comes without a chat template")
    tell(running, state_of(running, "/m/chat.gguf", bare=False))
    assert not note.isVisible()


def test_it_stays_while_the_model_rests_and_is_loaded_again(running: Running, note: TemplateNote) -> None:
    ready = state_of(running)
    tell(running, ready)
    tell(running, msgspec.structs.replace(ready, state="empty", resting="idle"))
    assert note.isVisible()
    tell(running, ModelChanged("loading", "Base", "/m/base.gguf"))
    assert note.isVisible()
    tell(running, ModelChanged("loading", "Other", "/m/other.gguf"))
    assert not note.isVisible()


def test_once_closed_it_stays_away_for_this_model(running: Running, note: TemplateNote, qtbot: QtBot) -> None:
    tell(running, state_of(running))
    button(note, "Dismiss").setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(button(note, "Dismiss"), Qt.Key.Key_Space)
    tell(running, state_of(running))
    assert not note.isVisible()
    tell(running, state_of(running, "/m/another.gguf"))
    assert note.isVisible()


def test_it_is_said_in_korean(running: Running, note: TemplateNote) -> None:
    tell(running, state_of(running))
    languages.choose("ko")
    QApplication.processEvents()
    assert note.text().startswith("대화 템플릿이 없는 모델이라")
