"""Where a message is written: the field, the reasoning control, and the one button that sends or stops."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.desktop.chat.message_edit import MessageEdit
from app.desktop.chat.reasoning_choices import reasoning_choices
from app.desktop.icons import icon
from app.desktop.live import LiveWidget
from app.desktop.segmented import SegmentedControl
from app.desktop.theme import themes
from app.services.events import ModelChanged

DRAFT_DELAY_MS = 300
COLUMN = 744
# As the transcript's, whose scroll bar takes some of its width: both columns stand under each other.
MARGIN = 24
SCROLL_BAR = 10
MAX_PART = 0.4


class RoundButton(QPushButton):
    """A filled circle with an icon; the colour says whether it can be pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.symbol = "arrow-up"

    def sizeHint(self) -> QSize:
        return QSize(themes.current.px(34), themes.current.px(34))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = QColor(theme.accent if self.isEnabled() else theme.line)
        if self.isEnabled() and (self.underMouse() or self.isDown()):
            ground = ground.lighter(115) if theme.name == "dark" else ground.darker(115)
        painter.setBrush(ground)
        painter.drawEllipse(self.rect())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(theme.on_accent))
            painter.drawEllipse(self.rect().adjusted(2, 2, -3, -3))
        size = theme.px(18)
        place = (self.width() - size) // 2
        icon(self.symbol, "on_accent" if self.isEnabled() else "muted", 18).paint(
            painter, place, place, size, size
        )


class Composer(LiveWidget):
    """Tells what a person wrote and chose. `sent` carries the text, which stays until `clear` is called."""

    sent = Signal(str)
    stop_wanted = Signal()
    draft_changed = Signal(str)
    reasoning_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answering = False
        self._model: ModelChanged | None = None
        self._reasoning = "auto"
        self.frame = QFrame(self)
        self.frame.setProperty("kind", "composer")
        self.edit = MessageEdit(self.frame)
        self.button = RoundButton(self.frame)
        self.reasoning = SegmentedControl(self.frame)
        self._reasoning_label = QLabel(self.frame)
        self._reasoning_label.setProperty("kind", "small")
        self._hint = QLabel(self.frame)
        self._hint.setProperty("kind", "small")
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(DRAFT_DELAY_MS)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        self._foot = QHBoxLayout()
        self._foot.addWidget(self._reasoning_label)
        self._foot.addWidget(self.reasoning)
        self._foot.addWidget(self._hint)
        self._foot.addStretch(1)
        self._foot.addWidget(self.button)
        self._inside = QVBoxLayout(self.frame)
        self._inside.addWidget(self.edit)
        self._inside.addLayout(self._foot)
        self._row = QHBoxLayout(self)
        self._row.addStretch(1)
        self._row.addWidget(self.frame, 1000)
        self._row.addStretch(1)
        QWidget.setTabOrder(self.edit, self.reasoning)
        QWidget.setTabOrder(self.reasoning, self.button)

    def _connect(self) -> None:
        self.edit.submitted.connect(self._submit)
        self.edit.textChanged.connect(self._text_changed)
        self.edit.height_wanted.connect(self.fit)
        self.edit.focus_changed.connect(self._show_focus)
        self.button.clicked.connect(self._press)
        self.reasoning.chosen.connect(self.reasoning_chosen)
        self._draft_timer.timeout.connect(self._tell_draft)

    # What the page tells

    def text(self) -> str:
        return self.edit.toPlainText()

    def set_text(self, text: str) -> None:
        """Replace the text without reporting it as a new draft."""
        self.edit.setPlainText(text)
        self._draft_timer.stop()
        self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)

    def flush_draft(self) -> None:
        """Report a draft that still waits for its time."""
        if self._draft_timer.isActive():
            self._draft_timer.stop()
            self._tell_draft()

    def set_answering(self, answering: bool) -> None:
        self._answering = answering
        self._show_button()

    def show_model(self, state: ModelChanged) -> None:
        self._model = state
        self._show_reasoning()
        self._show_hint()

    def show_reasoning(self, value: str) -> None:
        """What is chosen for this conversation."""
        self._reasoning = value
        self._show_reasoning()

    def take_focus(self) -> None:
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def fit(self) -> None:
        """As high as the text, at most the given part of the window."""
        limit = max(themes.current.px(60), round(self.window().height() * MAX_PART))
        height = min(limit, max(themes.current.px(24), self.edit.wanted_height()))
        if height != self.edit.height():
            self.edit.setFixedHeight(height)
        full = self.edit.wanted_height() > limit
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if full else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.edit.setVerticalScrollBarPolicy(policy)

    # Inside

    def _submit(self) -> None:
        text = self.text()
        if text.strip() and not self._answering:
            self.sent.emit(text)

    def _press(self) -> None:
        if self._answering:
            self.stop_wanted.emit()
            return
        self.edit.end_composition()
        self._submit()

    def _text_changed(self) -> None:
        self._show_button()
        self._draft_timer.start()

    def _tell_draft(self) -> None:
        self.draft_changed.emit(self.text())

    def _show_focus(self, focused: bool) -> None:
        self.frame.setProperty("focused", focused)
        self.frame.style().unpolish(self.frame)
        self.frame.style().polish(self.frame)

    def _show_button(self) -> None:
        self.button.symbol = "square" if self._answering else "arrow-up"
        self.button.setEnabled(self._answering or not self.edit.document().isEmpty())
        name = self.tr("Stop") if self._answering else self.tr("Send")
        self.button.setAccessibleName(name)
        self.button.setToolTip(self.tr("Stop (Esc)") if self._answering else self.tr("Send (Enter)"))
        self.button.update()

    def _show_reasoning(self) -> None:
        facts = self._model.facts if self._model is not None else None
        choices = reasoning_choices(facts.reasoning if facts is not None else None)
        self._reasoning_label.setVisible(bool(choices))
        self.reasoning.setVisible(bool(choices))
        if choices:
            words = self._reasoning_words()
            named = [(value, words.get(value, value)) for value in choices]
            self.reasoning.set_choices(named, self._reasoning if self._reasoning in choices else "auto")

    def _reasoning_words(self) -> dict[str, str]:
        return {
            "auto": self.tr("Auto"),
            "off": self.tr("Off"),
            "on": self.tr("On"),
            "low": self.tr("Low"),
            "medium": self.tr("Medium"),
            "high": self.tr("High"),
        }

    def _show_hint(self) -> None:
        tuning = self._model is not None and self._model.tuning
        self._hint.setText(
            self.tr("The model is being tuned and answers afterwards. You can send already.")
            if tuning
            else self.tr("The model is loading. You can send already.")
        )
        self._hint.setVisible(self._model is not None and self._model.state == "loading")

    def hideEvent(self, event: object) -> None:
        self.flush_draft()

    def resizeEvent(self, event: object) -> None:
        self.fit()

    def retranslate(self) -> None:
        self.edit.setPlaceholderText(self.tr("Ask anything"))
        self.edit.setAccessibleName(self.tr("Message"))
        self._reasoning_label.setText(self.tr("Reasoning"))
        self.reasoning.setAccessibleName(self.tr("Reasoning"))
        self._show_button()
        self._show_reasoning()
        self._show_hint()

    def restyle(self) -> None:
        px = themes.current.px
        self._row.setContentsMargins(MARGIN, px(4), MARGIN + SCROLL_BAR, px(18))
        self._inside.setContentsMargins(px(14), px(13), px(12), px(11))
        self._inside.setSpacing(px(10))
        self._foot.setSpacing(px(8))
        self.frame.setMaximumWidth(px(COLUMN))
        self.button.setFixedSize(px(34), px(34))
        self.edit.restyle()
        self.fit()
