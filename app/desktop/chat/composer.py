"""Where a message is written: the field, the tools and reasoning controls, and the one button that sends or stops."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.chat.composer_frame import COLUMN, MARGIN, SCROLL_BAR, ComposerFrame, margins
from app.desktop.chat.composer_hint import ComposerHint
from app.desktop.chat.tools.tools_button import ToolsButton
from app.desktop.model_picker.reasoning_chooser import ReasoningChooser
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import STRETCH
from app.desktop.widgets.writing import Writing
from app.services.models.events import ModelChanged
from app.services.models.reasoning import possible, reasoning_choices
from engine.values import Reasoning

DRAFT_DELAY_MS = 300


class Composer(ThemedWidget):
    """Tells what a person wrote and chose. `sent` carries the text, which stays until `clear` is called."""

    sent = Signal(str)
    # As `sent`, while the chat is being answered.
    queued = Signal(str)
    # Enter was pressed where nothing is written.
    nothing_sent = Signal()
    attach_wanted = Signal()
    stop_wanted = Signal()
    draft_changed = Signal(str)
    # As `draft_changed`, where the words were replaced: sent, queued, or given back.
    replaced = Signal(str)
    # A word, or a number of tokens.
    reasoning_chosen = Signal(object)

    def __init__(self, frame: ComposerFrame, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answering = self._asked = self._replacing = self._attached = False
        self._model: ModelChanged | None = None
        self._reasoning: Reasoning = "auto"
        self.frame = frame
        self.edit = frame.edit
        self.button = push_button(self.frame, "send")
        self.reasoning = ReasoningChooser(self.frame)
        self.attach = push_button(self.frame, "icon")
        self.tools = ToolsButton(self.frame)
        self._reasoning_label = text_label(self.frame, "small")
        self._instead = text_label(self.frame, "small")
        self.hint = ComposerHint(self.frame)
        self.writing = Writing(self)
        self._draft_timer = QTimer(self, singleShot=True, interval=DRAFT_DELAY_MS)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        self._foot = self.frame.foot
        for item in (
            self.attach,
            self.tools,
            self._reasoning_label,
            self.reasoning,
            self._instead,
            self.hint,
            STRETCH,
            self.button,
        ):
            self._foot.add(item)
        self._row = self.frame.stand_in(self)

    def _connect(self) -> None:
        self.edit.submitted.connect(self.submit)
        self.attach.clicked.connect(self.attach_wanted)
        self.edit.textChanged.connect(self._text_changed)
        # Before another window gets a key, it has the words of this one.
        self.edit.focus_changed.connect(lambda focused: None if focused else self.flush_draft())
        self.button.clicked.connect(self._press)
        self.tools.changed.connect(self._fit_foot)
        self.reasoning.chosen.connect(self.reasoning_chosen)
        self._draft_timer.timeout.connect(self._tell_draft)
        self.hint.changed.connect(self._fit_foot)

    # What the page tells

    def text(self) -> str:
        return self.edit.toPlainText()

    def set_text(self, text: str) -> None:
        """Replace the text without reporting it as a new draft."""
        self._replacing = True
        self.edit.setPlainText(text)
        self._replacing = False
        self._draft_timer.stop()
        self.writing.sent()
        self.hint.show_written(text)
        self.hint.show_under_way("")
        self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)

    def replace(self, text: str) -> None:
        """Replace the text, and tell so."""
        self.set_text(text)
        self.replaced.emit(text)

    def follow(self, text: str) -> None:
        """Show what was written in another window, where the same chat is open."""
        if text != self.text():
            self.set_text(text)

    def flush_draft(self) -> None:
        """Report a draft that still waits for its time."""
        if self._draft_timer.isActive():
            self._draft_timer.stop()
            self._tell_draft()

    def set_answering(self, answering: bool) -> None:
        if answering != self._answering:
            self._answering = answering
            self._show_placeholder()
            self.hint.show_answering(answering)
        self._show_button()

    def set_attached(self, attached: bool) -> None:
        """Whether something is attached, which can be sent without words."""
        self._attached = attached
        self._show_button()

    def show_model(self, state: ModelChanged) -> None:
        self._model = state
        self._show_reasoning()
        self.hint.show_model(state)

    def show_question(self, asked: bool) -> None:
        """Whether something is asked above, to which Enter goes where nothing is written."""
        if asked != self._asked:
            self._asked = asked
            self._show_placeholder()

    def _show_placeholder(self) -> None:
        question = self.tr("Press Return to go to the question above")
        free = self.tr("Write the next question") if self._answering else self.tr("Ask anything")
        self.edit.setPlaceholderText(question if self._asked else free)

    def show_reasoning(self, value: Reasoning) -> None:
        """What is chosen for this conversation."""
        self._reasoning = value
        self._show_reasoning()

    def take_focus(self) -> None:
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside

    def submit(self) -> None:
        """Send what is written, as Enter does."""
        text = self.text()
        if not text.strip() and not self._attached:
            self.nothing_sent.emit()
        else:
            (self.queued if self._answering else self.sent).emit(text)

    def _press(self) -> None:
        if self._answering:
            self.stop_wanted.emit()
            return
        self.edit.end_composition()
        self.reasoning.commit()
        self.submit()

    def _text_changed(self) -> None:
        self._show_button()
        if self._replacing:
            return
        self._draft_timer.start()
        if not self.edit.document().isEmpty():
            self.writing.letters()

    def _tell_draft(self) -> None:
        self.hint.show_written(self.text())
        self.draft_changed.emit(self.text())

    def _show_button(self) -> None:
        set_icon(self.button, "square" if self._answering else "arrow-up", "on_accent", 18)
        self.button.setEnabled(self._answering or self._attached or not self.edit.document().isEmpty())
        name = self.tr("Stop") if self._answering else self.tr("Send")
        self.button.setAccessibleName(name)
        self.button.setToolTip(self.tr("Stop (Esc)") if self._answering else self.tr("Send (Enter)"))

    def _show_reasoning(self) -> None:
        facts = self._model.facts if self._model is not None else None
        control = facts.reasoning if facts is not None else None
        choices = reasoning_choices(control)
        used = possible(control, self._reasoning)
        self.reasoning.setVisible(bool(choices))
        # Servers take the choice and do not say whether their model knows it.
        unsure = facts is not None and facts.remote
        self._reasoning_label.setText(self.tr("Reasoning, if supported") if unsure else self.tr("Reasoning"))
        self.reasoning.setToolTip(
            self.tr("The server is told your choice. Whether its model follows it shows in the answer.")
            if unsure
            else ""
        )
        if choices and control is not None:
            self.reasoning.show_choices(choices, used, best_effort=control.kind == "always")
        # What was chosen for another model.
        instead = bool(choices) and used == "auto" != self._reasoning
        self._instead.setVisible(instead)
        if instead:
            wanted = self.reasoning.word(self._reasoning)
            self._instead.setText(self.tr("Auto instead of {choice}").format(choice=wanted))
        self._fit_foot()

    def _fit_foot(self) -> None:
        """Where there is little room the name of the control goes first, then its choices become a menu, and at last
        that is cut."""
        gap = self._foot.spacing()
        inside = self.width() - 2 * MARGIN - SCROLL_BAR - themes.current.px(28)
        room = (
            min(inside, themes.current.px(COLUMN - 28))
            - self.button.width()
            - self.attach.sizeHint().width()
            - 2 * gap
        )
        beside = [label for label in (self._instead, self.hint) if not label.isHidden()]
        wanted = self.tools.full_width() + sum(label.sizeHint().width() + gap for label in beside)
        if self.reasoning.isHidden():
            self._reasoning_label.hide()
            self.tools.set_compact(wanted > room)
            return
        wanted += self.reasoning.full_width() + gap
        self._reasoning_label.setVisible(wanted + self._reasoning_label.sizeHint().width() + gap <= room)
        self.reasoning.set_compact(wanted > room)
        wanted += self.reasoning.compact_width() - self.reasoning.full_width()
        others = wanted - self.reasoning.compact_width() - self.tools.full_width()
        self.tools.set_compact(wanted > room)
        self.reasoning.squeeze(room - others - self.tools.sizeHint().width())

    def hideEvent(self, event: object) -> None:
        self.flush_draft()

    def resizeEvent(self, event: object) -> None:
        self.frame.fit()
        self._fit_foot()

    def retranslate(self) -> None:
        self._show_placeholder()
        add = self.tr("Attach files, or choose what is searched")
        set_texts(self.attach, "", add, tip=add)
        self.reasoning.setAccessibleName(self.tr("Reasoning"))
        self._instead.setToolTip(self.tr("This model doesn’t support your choice, so it decides on its own."))
        self._show_button()
        self._show_reasoning()
        self.hint.refresh()

    def restyle(self) -> None:
        px = themes.current.px
        self._row.setContentsMargins(*margins())
        # What does not fit finds another form: the window need not be wide for it.
        self.setMinimumWidth(px(180))
        set_icon(self.attach, "paperclip", "muted", 18)
        self._show_button()
