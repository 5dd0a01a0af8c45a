"""The message of a commit: proposed by the run's model, and a person's own in the end."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.prompt_edit import PromptEdit
from app.desktop.base.style import set_kind
from app.desktop.base.theme import themes
from app.desktop.text.words import counted
from app.desktop.widgets.buttons import push_button, word_button
from app.desktop.widgets.labels import show_text, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Row
from app.desktop.widgets.overlay import Sheet
from engine.errors import UserError

WIDTH = 560
LINES = 6


class CommitSheet(Sheet):
    """`commit_wanted` carries the message; `proposal_wanted` asks for one of the model's."""

    commit_wanted = Signal(str)
    proposal_wanted = Signal()

    def __init__(self, branch: str, files: int, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._branch, self._files = branch, files
        self._proposing = self._committing = False
        self._error: UserError | None = None
        inside = self.scroller.inside
        self._about = wrapped_label(inside, "small", selectable=False)
        self.message = PromptEdit(inside)
        self.message.setProperty("kind", "field")
        self.message.setTabChangesFocus(True)
        self.propose = word_button(inside, "small-word")
        self._state = text_label(inside, "small")
        self.words = wrapped_label(inside, "small", selectable=False)
        set_kind(self.words, "warning")
        self.cancel, self.do = push_button(self.card), push_button(self.card, "primary")
        proposing = Row(self.propose, self._state, STRETCH)
        for item in (self._about, self.message, proposing, self.words):
            self.scroller.column.add(item)
        for button in (STRETCH, self.cancel, self.do):
            self.foot.add(button)
        self.message.textChanged.connect(self._show_state)
        self.propose.clicked.connect(self.proposal_wanted)
        self.cancel.clicked.connect(self.close_overlay)
        self.do.clicked.connect(self.confirm)
        self.refresh()

    def open(self) -> None:
        super().open()
        self.message.setFocus(Qt.FocusReason.PopupFocusReason)

    def confirm(self) -> None:
        if self.do.isEnabled():
            self.show_committing(True)
            self.commit_wanted.emit(self.message.toPlainText())

    def show_committing(self, committing: bool) -> None:
        self._committing, self._error = committing, None
        self._show_state()

    def show_proposing(self) -> None:
        """The model writes."""
        self._proposing, self._error = True, None
        self._show_state()

    def take_proposal(self, text: str) -> None:
        """What the model wrote, unless a person has begun to write meanwhile."""
        self._proposing = False
        if text and not self.message.toPlainText().strip() and not self.message.composing():
            self.message.setPlainText(text)
            self.message.selectAll()
        self._show_state()

    def say(self, error: UserError) -> None:
        """Say what went wrong with a proposal or the commit."""
        self._proposing = self._committing = False
        self._error = error
        self._show_state()

    def _show_state(self) -> None:
        self.do.setEnabled(bool(self.message.toPlainText().strip()) and not self._committing)
        self.propose.setVisible(not self._proposing)
        self._state.setText(self.tr("The model is writing a message…") if self._proposing else "")
        self._state.setVisible(self._proposing)
        show_text(self.words, languages.tell(self._error) if self._error is not None else "")
        self.fit()

    def retranslate(self) -> None:
        one, many = self.tr("Commit 1 file"), self.tr("Commit {count} files")
        self.title.setText(counted(self._files, one, many))
        self._about.setText(
            self.tr(
                "On the branch {branch}. Only the ticked changes are committed: what you changed or staged yourself "
                "stays as it is. The repository’s hooks aren’t run, and nothing is pushed."
            ).format(branch=self._branch)
        )
        self.message.setPlaceholderText(self.tr("What changes, and why"))
        self.message.setAccessibleName(self.tr("Message"))
        self.propose.setText(self.tr("Have the model write it"))
        self.cancel.setText(self.tr("Cancel"))
        self.do.setText(self.tr("Commit"))
        self.card.setAccessibleName(self.title.text())
        self._show_state()

    def restyle(self) -> None:
        self.message.setFont(themes.current.fixed_font())
        self.message.setFixedHeight(self.message.fontMetrics().lineSpacing() * LINES + themes.current.px(24))
        super().restyle()
