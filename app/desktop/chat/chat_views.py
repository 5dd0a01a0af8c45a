"""The place of the words: the transcript, the whole text to select in, and the page of the first run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.chat.first_run.onboarding import Onboarding
from app.desktop.chat.select_text import SelectTextView
from app.desktop.chat.transcript import TranscriptView

if TYPE_CHECKING:
    from app.desktop.chat.find.find_control import FindControl
    from app.desktop.chat.selection.text_selection import TextSelection


class ChatViews(QStackedWidget):
    """One of them is seen, none before it is known which: `welcoming` or `begin` follows.

    `words_shown` comes when a person went back to the words, and wants to write.
    """

    words_shown = Signal()

    def __init__(
        self,
        calls: ServiceCalls,
        transcript: TranscriptView,
        finding: FindControl,
        selection: TextSelection,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._transcript, self._finding, self._selection = transcript, finding, selection
        self.whole_text = SelectTextView(self)
        self.setMinimumHeight(64)  # gives way to what is written below
        self._nothing = QWidget(self)
        for view in (self._nothing, transcript, self.whole_text):
            self.addWidget(view)
        self.welcoming = Onboarding(calls, self)
        self.whole_text.closed.connect(self._go_back)
        self.welcoming.begun.connect(self._go_back)
        self.welcoming.models_wanted.connect(self.show_words)

    def is_waiting(self) -> bool:
        """Whether it is not known yet what there is to see."""
        return self.currentWidget() is self._nothing

    def begin(self) -> None:
        """It is known which chat is seen: the page of the first run goes."""
        self.leave_welcome()
        if self.is_waiting():
            self.show_words()

    def show_words(self) -> None:
        """The transcript, which says in a new chat what it is for."""
        self.setCurrentWidget(self._transcript)

    def _go_back(self) -> None:
        self.show_words()
        self.words_shown.emit()

    def leave_welcome(self) -> None:
        """The page of the first run goes when a person begins."""
        if self.welcoming.page is not None:
            self.welcoming.leave()
            self.show_words()

    def leave(self) -> None:
        """Another chat is shown."""
        self.leave_welcome()
        self._finding.leave()
        self._selection.clear()
        if self.currentWidget() is self.whole_text:
            self.whole_text.close_view()

    def find_text(self) -> None:
        """Let a person find something in what is shown."""
        if self.currentWidget() is self.whole_text:
            self.whole_text.focus_search()
        elif self._transcript.ids:
            self._selection.clear()  # marks would not be seen in it
            self._finding.open()

    def select_text(self) -> None:
        """Show the conversation as one text, to select in and to copy."""
        if self._transcript.ids and self.currentWidget() is not self.whole_text:
            self._finding.leave()
            self.whole_text.open(self._transcript.ids)
            self.setCurrentWidget(self.whole_text)
            self.whole_text.focus_search()
