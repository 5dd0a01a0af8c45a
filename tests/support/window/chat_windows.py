"""Windows that show a chat each, beside the main one."""

from __future__ import annotations

from app.desktop.chat.answers.answer import AnswerCard
from app.desktop.chat.chat_page import ChatPage
from app.desktop.chat.transcript import TranscriptView
from app.desktop.window.chat_windows.chat_window import ChatWindow
from tests.app.desktop.conftest import Running
from tests.support.window.chat import shown_card


def open_chat(running: Running) -> int:
    """The chat that the main window shows."""
    shown = running.window.chat.shown.now.id
    assert shown is not None
    return shown


def opened(running: Running, conversation: int) -> ChatWindow:
    """Open a chat in a window of its own; returns that once the end of the chat is shown."""
    running.window.windows.open(conversation)
    window = running.window.windows.windows[-1]
    running.until(lambda: window.conversation == conversation or not conversation)
    running.until(lambda: not conversation or _shows_end(window.chat.transcript))
    return window


def _shows_end(transcript: TranscriptView) -> bool:
    return bool(transcript.ids) and transcript.shows(transcript.ids[-1])


def shows_all(running: Running, page: ChatPage) -> bool:
    """Whether a page shows all messages of its chat."""
    shown = page.shown.now.id
    if shown is None:
        return False
    path = running.services.conversations.path(shown)
    return page.transcript.ids == path and all(map(page.transcript.shows, path))


def last_words(page: ChatPage) -> str:
    """The text of the last answer, as far as it is shown."""
    path = page.transcript.ids
    card = shown_card(page.transcript, path[-1]) if path else None
    return card.streamed_text() if isinstance(card, AnswerCard) else ""
