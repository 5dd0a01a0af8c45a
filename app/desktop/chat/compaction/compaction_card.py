"""The card at the end of a conversation that fills the context: what can be done, each with its numbers."""

from __future__ import annotations

from typing import Literal, get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.chat.editor import MessageEditor
from app.desktop.markdown.prose import PlainBlock
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.choice_card import ChoiceCard
from app.desktop.widgets.labels import show_text, text_label
from app.desktop.widgets.layouts import Column, discard
from app.format import format_count
from app.services.chat.compaction_values import CompactionOptions, Draft, fits
from engine.errors import ErrorInfo

Choice = Literal["answer", "summarise", "leave_out", "anew", "larger", "edit"]
# "loading": the model, without which nothing can be counted. "looking": what can be done is being counted.
State = Literal["loading", "looking", "choices", "writing", "review"]


class SummaryEditor(MessageEditor):
    """A summary to look at and change: it is used or thrown away."""

    def retranslate(self) -> None:
        self._field.setAccessibleName(self.tr("Summary"))
        self._save.setText(self.tr("Use it"))
        self._cancel.setText(self.tr("Discard"))


class RoomCard(FittedWidget):
    """`chosen` carries a `Choice`; `used` the text of a summary, `stopped` and `discarded` what becomes of it.
    `closed`: nothing is wanted now."""

    chosen = Signal(str)
    used = Signal(str)
    stopped = Signal()
    discarded = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.state: State = "looking"
        self.room: CompactionOptions | None = None
        self.full = True
        self._trouble: ErrorInfo | None = None
        self._draft: Draft | None = None
        self._title, self._about, self._complaint = (
            text_label(self, kind, wraps=True) for kind in ("heading", "small", "bad")
        )
        self.rows: dict[Choice, ChoiceCard] = {choice: ChoiceCard(self) for choice in get_args(Choice)}
        for choice, row in self.rows.items():
            row.clicked.connect(lambda _=False, choice=choice: self.chosen.emit(choice))
        self.close_button, self.stop = push_button(self), push_button(self)
        self.close_button.clicked.connect(self.closed)
        self.stop.clicked.connect(self.stopped)
        self._text = PlainBlock(self, "", pixels=13, quiet=True)
        left = Qt.AlignmentFlag.AlignLeft
        self._column = Column(
            self._title,
            self._about,
            self._complaint,
            self._text,
            *self.rows.values(),
            (self.stop, 0, left),
            (self.close_button, 0, left),
            parent=self,
            margins=(18, 14, 18, 16),
            spacing=8,
        )
        self.editor: SummaryEditor | None = None
        self.hide()
        self.retranslate()

    # --- what is shown ---

    def show_waiting(self, state: State, *, full: bool) -> None:
        """ "loading" or "looking". `full`: something could not be answered, else there is still some room."""
        self._show(state, full=full)

    def show_room(self, room: CompactionOptions, *, full: bool) -> None:
        """What can be done."""
        self.room, self._draft, self._trouble = room, None, None
        self._show("choices", full=full)

    def show_failure(self, error: ErrorInfo) -> None:
        """It could not be counted what can be done."""
        self.room, self._trouble = None, error
        self._show("choices", full=self.full)

    def show_draft(self, draft: Draft) -> None:
        """A summary while it is written, and then to be looked at."""
        self.room, self._draft, self._trouble = draft.room, draft, draft.error
        if draft.ended and not draft.text:
            self._show("choices", full=self.full)
            return
        self._text.set_text(draft.text)
        self._show("review" if draft.ended else "writing", full=self.full)

    def append(self, text: str) -> None:
        """New text of the summary."""
        self._text.append_text(text)
        self.height_changed.emit()

    def say(self, error: ErrorInfo) -> None:
        """Why what was chosen could not be done."""
        self._trouble = error
        for row in self.rows.values():
            row.setEnabled(True)
        self.retranslate()
        self.height_changed.emit()

    def hold(self) -> None:
        """Something was chosen and is being done."""
        for row in self.rows.values():
            row.setEnabled(False)

    def _show(self, state: State, *, full: bool) -> None:
        self.state, self.full = state, full
        used = holds_focus(self)
        if state == "review" and self.editor is None:
            self._begin_review()
        elif state != "review" and self.editor is not None:
            discard(self.editor, self._column)
            self.editor = None
        for row in self.rows.values():
            row.setEnabled(True)
        self.retranslate()
        if used:
            self.take_focus()
        self.height_changed.emit()

    def take_focus(self) -> None:
        """To what comes next here."""
        rows = [self.rows[choice] for choice in self._choices()]
        target = self.editor or (self.stop if self.state == "writing" else rows[0] if rows else None)
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin_review(self) -> None:
        editor = self.editor = SummaryEditor(self, self._draft.text if self._draft else "")
        editor.saved.connect(self.used)
        editor.cancelled.connect(self.discarded)
        editor.height_changed.connect(self.height_changed)
        self._column.insertWidget(self._column.indexOf(self._text), editor)
        editor.show()

    def _choices(self) -> list[Choice]:
        room = self.room
        if self.state != "choices":
            return []
        if room is None:
            return ["anew"]
        if fits(room) and room.waits:
            return ["answer"]
        choices: list[Choice] = []
        if room.first:
            choices += ["summarise", "leave_out"] if room.summary else ["leave_out"]
        too_long = room.problem is not None and room.problem.code == "chat.question_too_long"
        choices.append("edit" if too_long else "anew")
        if room.trained > room.context:
            choices.append("larger")
        return choices

    # --- words ---

    def retranslate(self) -> None:
        self._title.setText(self._title_text())
        show_text(self._about, self._about_text())
        show_text(self._complaint, languages.tell(self._trouble) if self._trouble is not None else "")
        self.close_button.setText(self.tr("Skip"))
        self.close_button.setVisible(not self.full and self.state in ("loading", "looking", "choices"))
        self.stop.setText(self.tr("Stop"))
        self.stop.setVisible(self.state == "writing")
        self._text.setVisible(self.state == "writing")
        self._text.setAccessibleName(self.tr("Summary"))
        self._name_rows(self.room or CompactionOptions(0, 0, 0, 0))
        choices = self._choices()
        for choice, row in self.rows.items():
            row.setVisible(choice in choices)
        self.setAccessibleName(self._title.text())

    def _title_text(self) -> str:
        if self.state == "writing":
            return self.tr("The model writes the summary")
        if self.state == "review":
            return self.tr("Is this summary right?")
        if self.room is not None and self.state == "choices" and self.room.waits and fits(self.room):
            return self.tr("This chat fits again")
        if self.room is not None and self.room.goes_on:
            return self.tr("This chat has reached the longest the model can read at once")
        if self.full:
            return self.tr("This chat is longer than the model can read at once")
        return self.tr("This chat will soon be longer than the model can read at once")

    def _about_text(self) -> str:
        room = self.room
        if self.state == "loading":
            return self.tr("Options appear when the model has loaded.")
        if self.state == "looking":
            return self.tr("Checking options…")
        if room is None:
            return ""
        if self.state == "writing":
            return self._part_text()
        numbers = {name: format_count(getattr(room, name)) for name in ("needed", "context", "messages")}
        if self.state == "review":
            return self.tr(
                "It stands in for the first {messages} messages, which stay here for you. Edit it as you like."
            ).format(**numbers)
        if room.problem is not None:
            return languages.tell(room.problem)
        if room.waits and fits(room):
            return self.tr("It takes {needed} of {context} tokens.").format(**numbers)
        if room.goes_on:
            return self.tr(
                "All {context} tokens are in use, so the answer stops here. Choose what to do and it "
                "continues. Nothing is deleted, and each choice can be undone."
            ).format(**numbers)
        if not self.full:
            return self.tr(
                "It takes {needed} of {context} tokens. Choose what to do. Nothing is deleted, and each "
                "choice can be undone."
            ).format(**numbers)
        return self.tr(
            "It takes {needed} of {context} tokens. Choose what to do, and the answer follows. "
            "Nothing is deleted, and each choice can be undone."
        ).format(**numbers)

    def _part_text(self) -> str:
        draft = self._draft
        if draft is not None and draft.parts > 1:
            return self.tr("Part {part} of {parts}. You see it before it is used.").format(
                part=format_count(draft.part), parts=format_count(draft.parts)
            )
        return self.tr("You see it before it is used.")

    def _name_rows(self, room: CompactionOptions) -> None:
        numbers = {
            "messages": format_count(room.messages),
            "summary": format_count(room.summary),
            "context": format_count(room.context),
            "free": format_count(max(0, room.context - room.after)),
            "rest": format_count(max(0, room.context - room.after - room.summary)),
            "trained": format_count(room.trained),
        }
        words: dict[Choice, tuple[str, str]] = {
            "answer": (self.tr("Answer now"), self.tr("Writes or continues the answer.")),
            "summarise": (
                self.tr("Summarize the beginning"),
                self.tr(
                    "The model summarizes the first {messages} messages in at most {summary} tokens. You see "
                    "it before it is used. Frees at least {rest} of {context} tokens."
                ),
            ),
            "leave_out": (
                self.tr("Leave out the oldest"),
                self.tr(
                    "The first {messages} messages stay here for you, but the model no longer sees them. "
                    "Leaves {free} of {context} tokens free."
                ),
            ),
            "anew": (
                self.tr("Start a new chat"),
                self.tr("A new chat with your question and a link back to this one, which stays as it is.")
                if self.full
                else self.tr("A new chat with what you are writing and a link back to this one."),
            ),
            "larger": (
                self.tr("Larger context"),
                self.tr(
                    "This model can read up to {trained} tokens. Placement shows what fits on this computer."
                ),
            ),
            "edit": (self.tr("Edit the message"), self.tr("A shorter message may fit.")),
        }
        for choice, (name, about) in words.items():
            self.rows[choice].set_choice(name, about.format(**numbers))

    def restyle(self) -> None:
        self._text.restyle()
        if self.editor is not None:
            self.editor.restyle()
