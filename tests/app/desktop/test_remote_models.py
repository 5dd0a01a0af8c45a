"""A model elsewhere in the window: asked about once, and marked wherever its name stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.chat.answers.answer import AnswerCard
from app.desktop.text.remote_marks import RemoteChip, short_host
from app.services.connections.remote_server_file import ModelServer
from engine.remote import names
from tests.app.desktop.conftest import Running
from tests.app.desktop.test_accessibility import without_name
from tests.support.servers.openai_script import Reply, in_order
from tests.support.servers.openai_server import OpenAiServer
from tests.support.window.composer import says
from tests.support.window.finding import spoken
from tests.support.window.late import Late
from tests.support.window.reading import labels

pytestmark = pytest.mark.long

LEAVES = "Anything sent to this model leaves your computer and goes to {host}."


@pytest.fixture
def server() -> Iterator[OpenAiServer]:
    with OpenAiServer(in_order(Reply("From there.")), kind="vllm", context=4096) as server:
        yield server


@pytest.fixture
def far(server: OpenAiServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The server's model, as if its address were another computer's."""
    monkeypatch.setattr(names, "is_loopback", lambda _: False)
    return server.model


def is_marked(running: Running) -> bool:
    return "leaves your computer" in running.window.chat.header.model.pill.accessibleName()


def test_what_leaves_is_asked_about_once_and_marked_everywhere(
    running: Running, server: OpenAiServer, far: str, qtbot: QtBot
) -> None:
    chat, host = running.window.chat, f"127.0.0.1:{server.port}"
    running.window.resize(1280, 800)
    chat.model.use(far)
    running.until(lambda: chat.model.leaving is not None and chat.model.leaving.card is not None)
    card = chat.model.leaving.card
    assert card.isVisible() and card.cancel.hasFocus() and without_name(card) == []
    assert host in card.words.text() and "not encrypted" in card.words.text()
    qtbot.keyClick(card.cancel, Qt.Key.Key_Escape)
    assert not card.isVisible() and not is_marked(running)
    assert running.services.models.state.path != far and server.asked == []

    chat.model.use(far)
    running.until(card.isVisible)
    qtbot.keyClick(card.cancel, Qt.Key.Key_Tab)
    assert card.use.hasFocus()
    qtbot.keyClick(card.use, Qt.Key.Key_Return)
    running.until(lambda: is_marked(running))
    header, pill = chat.header, chat.header.model.pill
    running.until(lambda: pill.accessibleName().endswith(f"ready. {LEAVES.format(host=host)}"))
    assert pill.toolTip().startswith(pill.accessibleName()) and pill.name() == f"scripted · {host}"
    assert header.remote_servers.isVisible() and header.remote_servers.text() == "Remote"
    assert header.remote_servers.toolTip() == LEAVES.format(host=host)
    running.window.resize(1700, 700)
    running.until(lambda: header.remote_servers.text() == "Remote: text leaves this computer")
    running.until(lambda: says(chat.composer, f"Sent to {host}, outside this computer"))
    running.window.resize(660, 700)
    running.until(lambda: not header.remote_servers.isVisible())
    running.until(lambda: says(chat.composer, "Leaves this computer"))
    assert any("What you write is sent there." in words for words in labels(chat.transcript.empty))

    chat.composer.edit.setPlainText("Hello")
    qtbot.keyClick(chat.composer.edit, Qt.Key.Key_Return)
    running.until(lambda: bool(server.asked) and not running.services.answers.answering())
    running.until(lambda: bool(chat.transcript.findChildren(AnswerCard)))
    (answer,) = chat.transcript.findChildren(AnswerCard)
    running.until(lambda: spoken(answer.footer).startswith(f"Remote · scripted · {host}"))
    languages.choose("ko")
    QApplication.processEvents()
    assert "이 컴퓨터를 벗어나" in pill.accessibleName() and any(
        host in words for words in labels(chat.composer)
    )

    languages.choose("en")
    chat.model.use("starter")
    running.until(lambda: pill.accessibleName().endswith(", ready"))
    assert not is_marked(running) and not says(chat.composer, "Sent to")
    chat.model.use(far)
    running.until(lambda: is_marked(running))
    assert not card.isVisible(), "it was agreed to"


def test_a_server_on_this_computer_is_used_without_a_question_and_without_the_mark(
    running: Running, server: OpenAiServer
) -> None:
    chat = running.window.chat
    chat.model.use(server.model)
    running.until(lambda: running.services.models.state.path == server.model)
    running.until(lambda: chat.header.model.pill.name() == f"scripted · 127.0.0.1:{server.port}")
    assert not is_marked(running) and not chat.header.remote_servers.isVisible()
    assert chat.model.leaving is not None and chat.model.leaving.card is None
    # The other pages do without a plan of it.
    window = running.window
    window.go.show_page("placement")
    running.until(lambda: bool(window.later.placement.side.lines()))
    assert window.later.placement.remote_servers.text().startswith(
        "The model in use, scripted, runs on 127.0.0.1"
    )
    window.go.show_elsewhere()
    assert window.later.settings.remote_servers.adding.address.hasFocus()
    running.until(
        lambda: window.later.settings.model.editors["context"].field.specialValueText() == "Automatic"
    )


def test_a_server_that_is_away_is_told_with_the_way_to_its_settings(running: Running) -> None:
    with OpenAiServer() as gone:
        name = gone.model
    chat = running.window.chat
    chat.model.use(name)
    running.until(chat.model_strip.isVisible)
    buttons = {button.text(): button for button in chat.model_strip.findChildren(QPushButton)}
    assert {"Try again", "Settings of the server", "Choose another model"} <= set(buttons)
    section = running.window.later.settings.remote_servers
    buttons["Settings of the server"].click()
    running.until(section.adding.address.hasFocus)
    running.services.remote_servers.save(ModelServer(gone.url))
    running.window.go.show_page("chat")
    running.until(chat.model_strip.isVisible)
    {button.text(): button for button in chat.model_strip.findChildren(QPushButton)}[
        "Settings of the server"
    ].click()
    running.until(lambda: gone.url in section.list.lines)
    line = section.list.lines[gone.url]
    running.until(line.toggle.hasFocus)
    assert line.details is not None and line.details.isVisible()


def test_the_chip_says_why_for_who_hovers_and_for_who_listens(qtbot: QtBot, looks: None) -> None:
    chip = RemoteChip(short=True)
    qtbot.addWidget(chip)
    for quiet in ("", "/m/one.gguf", "starter", "openai:http://[::1]:80/v1#m", "openai:nonsense"):
        chip.show_model(quiet)
        assert chip.isHidden() and not chip.marks(), quiet
    long = names.parse_name("openai:https://a-cluster.of-the-company.example.com:8000/v1#m")
    assert short_host(long) == "a-cluster.of-th…xample.com:8000"
    chip.show_model("openai:https://far.example/v1#m")
    assert chip.text() == "Remote" and chip.accessibleName() == LEAVES.format(host="far.example")
    languages.choose("ko")
    QApplication.processEvents()
    assert chip.text() == "외부" and not chip.isHidden()


def test_a_model_elsewhere_is_not_used_once_one_of_this_computer_was_chosen(
    running: Running, far: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, chosen = running.window.chat, list[str]()
    chat.model.chosen.connect(chosen.append)
    late = Late(monkeypatch, running.services.remote_servers, "is_new")
    chat.model.use(far)
    running.until(lambda: late.is_asked)
    chat.model.use("starter")
    late.let_go(running.until)
    assert chosen == ["starter"] and chat.model.leaving is not None and chat.model.leaving.card is None
