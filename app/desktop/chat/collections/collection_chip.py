"""The collection that is searched for each question of a chat, as a button above the words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from app.desktop.base.icons import icon, set_icon
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.base.tool_tip import wrapped_tip
from app.desktop.chat.attaching.chip_keys import take_chip_key
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import announce, name_icon
from app.desktop.widgets.layouts import STRETCH, Row

WIDEST = 330


class CollectionChip(QPushButton):
    """`removed` comes from its cross and from Delete."""

    removed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._collection = ""
        self.setProperty("kind", "attachment")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._sign, self._words = QLabel(self), ElidedLabel(self, pixels=13)
        self._words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for label in (self._sign, self._words):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._cross = push_button(self, "icon")
        self._cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Delete does the same
        self._cross.clicked.connect(self.removed)
        self._row = Row(
            self._sign, (self._words, 1), self._cross, parent=self, margins=(10, 3, 4, 3), spacing=8
        )
        themes.changed.connect(self.restyle)
        self.restyle()

    def show_collection(self, name: str) -> None:
        self._collection = name
        self.retranslate()

    def retranslate(self) -> None:
        name = self._collection
        words = self.tr("In: {name}").format(name=name)
        self._words.set_whole(words)
        self.setAccessibleName(words)
        told = self.tr("Each question is answered from “{name}”, with its sources.").format(name=name)
        self.setAccessibleDescription(told)
        self.setToolTip(wrapped_tip(told))
        name_icon(self._cross, self.tr("Don’t search “{name}” in this chat").format(name=name))
        self.updateGeometry()

    def restyle(self) -> None:
        px = themes.current.px
        self._sign.setPixmap(icon("folder", "accent", 16).pixmap(px(16), px(16)))
        set_icon(self._cross, "x", "muted", 14)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        wanted = self._row.sizeHint()
        return QSize(min(wanted.width(), themes.current.px(WIDEST)), wanted.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._row.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not take_chip_key(self, event, self.removed.emit):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()


class CollectionStrip(ThemedWidget):
    """The line with the chip, out of sight where a chat searches nothing. `height_changed` comes when that
    changes."""

    height_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.chip = CollectionChip(self)
        Row(self.chip, STRETCH, parent=self, spacing=0)
        self._shown = ""
        self.hide()
        self.refresh()

    def show_collection(self, name: str) -> None:
        """ "" for none."""
        if name == self._shown:
            return
        self._shown = name
        self.chip.show_collection(name)
        self.setHidden(not name)
        self._fit()
        if name:
            announce(self.chip, self.chip.accessibleName())

    def _fit(self) -> None:
        self.setFixedHeight(self.chip.sizeHint().height())
        self.height_changed.emit()

    def restyle(self) -> None:
        self._fit()
