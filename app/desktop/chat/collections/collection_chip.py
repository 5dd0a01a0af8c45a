"""What the answers of a chat search, a collection and the web, as buttons above the words."""

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


class UseChip(QPushButton):
    """What the answers of a chat use besides the model, behind a sign. `removed` comes from its cross and from
    Delete."""

    removed = Signal()
    SIGN = ""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._used = ""
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

    def say(self) -> tuple[str, str, str]:
        """Its words, what they mean, and what its cross does."""
        raise NotImplementedError

    def show_used(self, name: str) -> None:
        self._used = name
        self.retranslate()

    def retranslate(self) -> None:
        words, told, cross = self.say()
        self._words.set_whole(words)
        self.setAccessibleName(words)
        self.setAccessibleDescription(told)
        self.setToolTip(wrapped_tip(told))
        name_icon(self._cross, cross)
        self.updateGeometry()

    def restyle(self) -> None:
        px = themes.current.px
        self._sign.setPixmap(icon(self.SIGN, "accent", 16).pixmap(px(16), px(16)))
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


class CollectionChip(UseChip):
    """The collection that is searched for each question of a chat."""

    SIGN = "folder"

    def say(self) -> tuple[str, str, str]:
        name = self._used
        return (
            self.tr("In: {name}").format(name=name),
            self.tr("Each question is answered from “{name}”, with its sources.").format(name=name),
            self.tr("Don’t search “{name}” in this chat").format(name=name),
        )


class WebChip(UseChip):
    """The provider that the answers of a chat may search the web with."""

    SIGN = "globe"

    def say(self) -> tuple[str, str, str]:
        told = self.tr(
            "Answers may search the web with {name}. Each search asks you first, unless you allowed it."
        )
        return (
            self.tr("Web search"),
            told.format(name=self._used),
            self.tr("Don’t search the web in this chat"),
        )


class UseStrip(ThemedWidget):
    """The line with the chips, out of sight where a chat searches nothing. `height_changed` comes when that
    changes."""

    height_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.chip, self.web = CollectionChip(self), WebChip(self)
        Row(self.chip, self.web, STRETCH, parent=self, spacing=8)
        self._shown: dict[UseChip, str] = {self.chip: "", self.web: ""}
        for chip in self._shown:
            chip.hide()
        self.hide()
        self.refresh()

    def show_collection(self, name: str) -> None:
        """ "" for none."""
        self._show(self.chip, name)

    def show_web(self, provider: str) -> None:
        """The name of the provider, "" where the web is not searched."""
        self._show(self.web, provider)

    def _show(self, chip: UseChip, name: str) -> None:
        if name == self._shown[chip]:
            return
        self._shown[chip] = name
        chip.show_used(name)
        chip.setHidden(not name)
        self.setHidden(not any(self._shown.values()))
        self._fit()
        if name:
            announce(chip, chip.accessibleName())

    def _fit(self) -> None:
        self.setFixedHeight(self.chip.sizeHint().height())
        self.height_changed.emit()

    def restyle(self) -> None:
        self._fit()
