"""Which model is in use and how it is, as a button that opens the picker of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.base.tool_tip import plain_tip
from app.desktop.model_picker.loaded_model_text import residence_lines
from app.desktop.model_picker.model_wishes import ModelWishes
from app.desktop.text.remote_marks import leaving, mark_sentence
from app.desktop.widgets.dot import Dot
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.layouts import Column, Row

if TYPE_CHECKING:
    from app.desktop.model_picker.model_picker import ModelPicker

CLOUD, MOST = 16, 324
DOT = {"ready": "good", "loading": "accent", "lost": "bad", "empty": "faint", "closed": "faint"}


class ModelPill(QPushButton):
    """A dot for the state, a cloud for a model elsewhere, the model's name, a chevron. A name without room is cut in
    its middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "pill")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._dot, self._words = Dot(self), ElidedLabel(self, pixels=13)
        self._words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._words.setMinimumWidth(1)
        self._cloud, self._chevron = QLabel(self), QLabel(self)
        for part in (self._dot, self._cloud, self._words, self._chevron):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parts = (self._dot, self._cloud, (self._words, 1), self._chevron)
        Row(*parts, parent=self, margins=(12, 0, 10, 0), spacing=8)
        themes.changed.connect(self._restyle)
        self._restyle()

    def show_model(self, name: str, dot: str, *, leaves: bool = False) -> None:
        """`leaves`: text leaves this computer for it."""
        self._dot.show_tone(dot)
        self._cloud.setVisible(leaves)
        self._words.set_whole(name)
        self.updateGeometry()

    def name(self) -> str:
        return self._words.whole()

    def sizeHint(self) -> QSize:
        return QSize(min(self.layout().sizeHint().width(), themes.current.px(MOST)), themes.current.px(30))

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(96), themes.current.px(30))

    def _restyle(self) -> None:
        px = themes.current.px
        self._cloud.setPixmap(icon("cloud", "warning", CLOUD).pixmap(px(CLOUD)))
        self._chevron.setPixmap(icon("chevron-down", "muted", 14).pixmap(px(14)))


class ModelMenu(ModelWishes):
    """The pill with its picker. `opening`: the picker comes up with what is known by now, so this is the time to read
    again what there is."""

    opening = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pill = ModelPill(self)
        self.picker: ModelPicker | None = None
        self.pill.clicked.connect(self.open_menu)
        Column(self.pill, parent=self)
        self.refresh()

    def know(self, **news: Any) -> None:
        """Fields of `known` that are others now."""
        self.known = msgspec.structs.replace(self.known, **news)
        if self.picker is not None:
            self.picker.show_known(self.known)
        self.retranslate()

    def open_menu(self) -> None:
        """Open the picker, or close it where it is open."""
        from app.desktop.model_picker.model_picker import ModelPicker  # after the first paint

        if self.picker is None:
            self.picker = ModelPicker(self.window(), self)
        if self.picker.isVisible():
            self.picker.close_overlay()
        else:
            self.picker.open()
            self.opening.emit()

    def retranslate(self) -> None:
        state = self.known.state
        name = state.name if state is not None else ""
        kind = state.state if state is not None else "empty"
        failed = state is not None and (state.error or state.trouble) is not None
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
        lines = residence_lines(state, self.known.loaded_model)
        if state is not None and state.trouble is not None:
            lines = (languages.tell(state.trouble), *lines)
        self.pill.setAccessibleDescription(". ".join(lines))
        tip = "\n".join((described, *lines)) if name else self.tr("Choose a model")
        self.pill.setToolTip(plain_tip(tip))

    def restyle(self) -> None:
        self.setFixedHeight(themes.current.px(30))
