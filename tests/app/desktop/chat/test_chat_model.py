"""The model of a chat in the window: shown, loaded for it, and changed by a person alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt

from app.services.chat.chat_models import ModelOfChat
from tests.app.desktop.conftest import Running
from tests.support.window.late import Late


@pytest.fixture
def two(make_desktop: Callable[..., Running], tmp_path: Path) -> tuple[Running, str, str]:
    """A window with one.gguf in use, and a second model beside it."""
    paths = [str(tmp_path / f"{name}.gguf") for name in ("one", "two")]
    for path in paths:
        Path(path).write_bytes(b"GGUF")
    running = make_desktop(settings={"model": paths[0]}).ready()
    return running, paths[0], paths[1]


def loaded(running: Running, path: str) -> bool:
    state = running.services.models.state
    return (state.state, state.path) == ("ready", path)


def test_a_chat_shows_its_model_and_loads_it_when_somebody_writes(two: tuple[Running, str, str]) -> None:
    running, one, other = two
    chat = running.window.chat
    running.send("first")
    first = chat.shown.now.conversation
    assert first is not None
    running.window.go.new_chat()
    chat.model.use(other)
    running.until(lambda: loaded(running, other))
    running.send("second")
    second = chat.shown.now.conversation
    assert second is not None and second.id != first.id
    options = running.services.conversations.get
    assert (options(first.id).options.model, options(second.id).options.model) == (one, other)

    running.window.go.open_chat(first.id)
    running.until(lambda: chat.model.state is not None and chat.model.state.path == one)
    state = chat.model.state
    assert state is not None and state.resting == "unused"
    assert loaded(running, other), "looking at a chat loads nothing"
    running.qtbot.keyClicks(chat.composer.edit, "hi")
    running.until(lambda: loaded(running, one))


def test_choosing_a_model_is_for_the_shown_chat_and_stays(two: tuple[Running, str, str]) -> None:
    running, _, other = two
    chat = running.window.chat
    running.send("first")
    first = chat.shown.now.conversation
    assert first is not None
    running.window.go.chat_with(other)
    running.until(lambda: running.services.conversations.get(first.id).options.model == other)
    running.until(lambda: loaded(running, other))
    running.send("more")
    assert running.services.models.state.path == other


def with_a_model_that_is_gone(two: tuple[Running, str, str]) -> int:
    """A chat whose model is no longer there, and is not shown."""
    running, _, other = two
    running.send("first")
    first = running.window.chat.shown.now.conversation
    assert first is not None
    running.services.conversations.choose_model(first.id, other)
    Path(other).unlink()
    running.window.go.new_chat()
    return first.id


def test_a_chat_whose_model_is_gone_says_so_and_keeps_the_words(two: tuple[Running, str, str]) -> None:
    running, one, _ = two
    chat, first = running.window.chat, with_a_model_that_is_gone(two)
    running.window.go.open_chat(first)
    running.until(lambda: chat.model.state is not None and chat.model.state.error is not None)
    chat.composer.edit.setPlainText("go on")
    running.qtbot.keyClick(chat.composer.edit, Qt.Key.Key_Return)
    running.until(lambda: chat.error_strip.isVisible())
    assert chat.composer.text() == "go on"
    assert len(running.services.conversations.path(first)) == 2
    chat.model.use(one)
    running.until(lambda: loaded(running, one) and chat.model.state.error is None)  # type: ignore[union-attr]
    running.send("go on")
    assert len(running.services.conversations.path(first)) == 4


def test_what_was_found_of_a_model_that_is_gone_does_not_take_the_place_of_the_one_that_was_chosen(
    two: tuple[Running, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, one, _ = two
    chat, found = running.window.chat, list[ModelOfChat | None]()
    first = with_a_model_that_is_gone(two)
    late = Late(monkeypatch, running.services.chat_models, "of")
    chat.shown.model_found.connect(found.append)
    running.window.go.open_chat(first)
    running.until(lambda: late.is_asked)
    chat.model.use(one)
    running.until(lambda: any(each is not None and each.path == one for each in found))
    late.let_go(running.until)
    assert found[-1] is not None and found[-1].path == one


def test_an_option_that_is_chosen_leaves_the_others_as_they_are_kept(two: tuple[Running, str, str]) -> None:
    running, _, _ = two
    running.send("first")
    shown, store = running.window.chat.shown, running.services.store.conversations
    id = shown.now.id
    assert id is not None
    # As the first answer of a chat does it, before the window knows.
    store.set(id, options=msgspec.structs.replace(store.get(id).options, memories=("I like tea",)))
    shown.set_options(msgspec.structs.replace(shown.now.options, web=True))
    running.until(lambda: store.get(id).options.web is True)
    assert store.get(id).options.memories == ("I like tea",)
