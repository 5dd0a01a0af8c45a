"""Which model is in use and how it is, as a button that opens the picker of models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.base.tool_tip import plain_tip
from app.desktop.model_picker.loaded_model_text import residence_lines
from app.desktop.text.remote_marks import leaving, mark_sentence
from app.services.models.events import ModelChanged
from app.services.models.loaded_model import LoadedModel

if TYPE_CHECKING:
    from app.desktop.model_picker.model_choices import ModelChoice
    from app.desktop.model_picker.model_picker import ModelPicker, ModelSpeed
    from app.desktop.model_picker.tool_checking import ToolCheckUnderWay

CLOUD = 16
DOT = {"ready": "good", "loading": "accent", "lost": "bad", "empty": "faint", "closed": "faint"}


class ModelPill(QPushButton):
    """A dot for the state, a cloud for a model elsewhere, the model's name, a chevron. A name without room is cut in
    its middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "pill")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._name, self._dot, self._leaves = "", "faint", False

    def show_model(self, name: str, dot: str, *, leaves: bool = False) -> None:
        """`leaves`: text leaves this computer for it."""
        self._name, self._dot, self._leaves = name, dot, leaves
        self.updateGeometry()
        self.update()

    def name(self) -> str:
        return self._name

    def sizeHint(self) -> QSize:
        px = themes.current.px
        words = QFontMetrics(themes.current.font(13)).horizontalAdvance(self._name)
        mark = px(CLOUD + 6) if self._leaves else 0
        return QSize(min(words, px(260)) + mark + px(12 + 8 + 8 + 8 + 14 + 12) + 2, px(30))

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(96), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme = themes.current
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, dot, chevron = theme.px(12), theme.px(8), theme.px(14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(theme, self._dot)))
        painter.drawEllipse(left, (self.height() - dot) // 2, dot, dot)
        start = left + dot + theme.px(8)
        end = self.width() - theme.px(10) - chevron
        if self._leaves:
            cloud = theme.px(CLOUD)
            icon("cloud", "warning", CLOUD).paint(painter, start, (self.height() - cloud) // 2, cloud, cloud)
            start += cloud + theme.px(6)
        painter.setFont(theme.font(13))
        painter.setPen(QColor(theme.text))
        place = QRect(start, 0, end - theme.px(6) - start, self.height())
        text = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        icon("chevron-down", "muted", 14).paint(
            painter, end, (self.height() - chevron) // 2, chevron, chevron
        )


class ModelMenu(ThemedWidget):
    """The pill with its picker. `use_wanted` carries a path or "starter".

    `opening`: the picker comes up with what is known by now, so this is the time to read again what there is.
    """

    use_wanted = Signal(str)
    open_file_wanted = Signal()
    elsewhere_wanted = Signal()
    models_wanted = Signal(str)
    library_wanted = Signal()
    reload_wanted = Signal()
    unload_wanted = Signal()
    check_wanted = Signal(str, str)
    check_stop_wanted = Signal()
    opening = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pill = ModelPill(self)
        self.picker: ModelPicker | None = None
        self._state: ModelChanged | None = None
        self._choices: Sequence[ModelChoice] | None = None
        self._speeds: Mapping[str, ModelSpeed] = {}
        self._checking: ToolCheckUnderWay | None = None
        self._loaded_model: LoadedModel | None = None
        self.pill.clicked.connect(self.open_menu)
        self.refresh()

    def show_state(self, state: ModelChanged) -> None:
        self._state = state
        if self.picker is not None:
            self.picker.show_state(state)
        self.retranslate()

    def show_residence(self, loaded_model: LoadedModel | None) -> None:
        """What of it is in memory, and until when."""
        self._loaded_model = loaded_model
        if self.picker is not None:
            self.picker.show_residence(loaded_model)
        self.retranslate()

    def show_choices(self, choices: Sequence[ModelChoice]) -> None:
        """The models there are, in the order of the picker."""
        self._choices = choices
        if self.picker is not None:
            self.picker.show_choices(choices)

    def show_speeds(self, speeds: Mapping[str, ModelSpeed]) -> None:
        """How fast each is on this machine, by path."""
        self._speeds = speeds
        if self.picker is not None:
            self.picker.show_speeds(speeds)

    def show_checking(self, checking: ToolCheckUnderWay | None) -> None:
        """The check of tools that is under way."""
        self._checking = checking
        if self.picker is not None:
            self.picker.show_checking(checking)

    def open_menu(self) -> None:
        """Open the picker, or close it where it is open."""
        picker = self.picker or self._make_picker()
        if picker.isVisible():
            picker.close_overlay()
            return
        picker.open()
        self.opening.emit()

    def _make_picker(self) -> ModelPicker:
        from app.desktop.model_picker.model_picker import ModelPicker  # after the first paint

        picker = self.picker = ModelPicker(self.window(), self)
        picker.use_wanted.connect(self.use_wanted)
        picker.open_file_wanted.connect(self.open_file_wanted)
        picker.elsewhere_wanted.connect(self.elsewhere_wanted)
        picker.models_wanted.connect(self.models_wanted)
        picker.library_wanted.connect(self.library_wanted)
        picker.reload_wanted.connect(self.reload_wanted)
        picker.unload_wanted.connect(self.unload_wanted)
        picker.check_wanted.connect(self.check_wanted)
        picker.check_stop_wanted.connect(self.check_stop_wanted)
        picker.show_choices(self._choices or (), reading=self._choices is None)
        picker.show_speeds(self._speeds)
        picker.show_checking(self._checking)
        picker.show_residence(self._loaded_model)
        if self._state is not None:
            picker.show_state(self._state)
        return picker

    def sizeHint(self) -> QSize:
        return self.pill.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.pill.minimumSizeHint()

    def resizeEvent(self, event: object) -> None:
        self.pill.setGeometry(self.rect())

    def retranslate(self) -> None:
        state = self._state
        name = state.name if state is not None else ""
        kind = state.state if state is not None else "empty"
        failed = state is not None and state.error is not None
        words = {
            "ready": self.tr("ready"),
            "loading": self.tr("loading"),
            "lost": self.tr("stopped"),
            "empty": self.tr("not loaded"),
            "closed": self.tr("not loaded"),
        }[kind]
        if state is not None and state.tuning:
            words = self.tr("tuning")
        elif state is not None and state.resting:
            words = self.tr("not loaded, loads when you start typing")
        remote = leaving(state.path) if state is not None else None
        dot = "bad" if failed else DOT[kind]
        self.pill.show_model(name or self.tr("Choose a model"), dot, leaves=remote is not None)
        described = self.tr("Model: {name}, {state}").format(name=name, state=words)
        if remote is not None:
            described = f"{described}. {mark_sentence(remote)}"
        self.pill.setAccessibleName(described if name else self.tr("Choose a model"))
        lines = residence_lines(state, self._loaded_model)
        self.pill.setAccessibleDescription(". ".join(lines))
        tip = "\n".join((described, *lines)) if name else self.tr("Choose a model")
        self.pill.setToolTip(plain_tip(tip))
        self.updateGeometry()

    def restyle(self) -> None:
        self.setFixedHeight(themes.current.px(30))
        self.updateGeometry()
