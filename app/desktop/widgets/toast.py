"""A sentence at the foot of the window that goes by itself, with at most one action."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from app.desktop.base.notification import Notification
from app.desktop.base.theme import themes
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import announce, set_texts
from app.desktop.widgets.layouts import Row

QWIDGETSIZE_MAX = 2**24 - 1  # which PySide does not name
SHOWN_MS = 8000
# With an action: long enough to see it, think, and press it.
ACTION_SHOWN_MS = 15_000
MARGIN = 18


class Toast(QFrame):
    """One toast over the window `parent`; a new one takes the place of the old. Takes no focus, and does not go
    while nobody looks: before another window.

    It stands above `foot` and all of `stand_above` that are in sight, else at the foot of the window. Its words are
    said in one language: it goes when another one is chosen.
    """

    def __init__(self, parent: QWidget, foot: QWidget) -> None:
        super().__init__(parent)
        self._feet, self._window = [foot], parent
        self.setProperty("kind", "card")
        self.setObjectName("toast")
        self._text = QLabel(self)
        self._button = push_button(self, "link")
        self._button.clicked.connect(self._act)
        Row(self._text, self._button, parent=self, margins=(14, 8, 10, 8), spacing=12)
        self._action: Callable[[], None] | None = None
        self._gone: Callable[[], None] | None = None
        self._about: tuple[str, int] | None = None
        # The toast of another window where that is in front, which then says it.
        self.elsewhere: Callable[[], Toast | None] = lambda: None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.dismiss)
        parent.installEventFilter(self)
        foot.installEventFilter(self)
        themes.changed.connect(self._place)
        self._place()
        self.hide()

    def stand_above(self, foot: QWidget) -> None:
        """Leave this part of the window free as well."""
        self._feet.append(foot)
        foot.installEventFilter(self)

    def say(
        self,
        text: str,
        action: str = "",
        act: Callable[[], None] | None = None,
        gone: Callable[[], None] | None = None,
        about: tuple[str, int] | None = None,
    ) -> None:
        """Show `text`; with `action` a button that calls `act`. Screen readers hear it. `about` names what it says
        something of, for `drop`.

        `gone` is called once when it goes away without the action: by itself, by hand or for another toast.
        """
        if (other := self.elsewhere()) is not None:
            other.say(text, action, act, gone, about)
            return
        self._pass_by()
        self._text.setText(text)
        set_texts(self._button, action)
        self._button.setVisible(bool(action))
        self._action, self._gone, self._about = act, gone, about
        self.show()
        self.raise_()
        self._place()
        self._count_down()
        announce(self, text)

    def notify(self, said: Notification) -> None:
        self.say(said.text, said.action, said.act, said.gone)

    def drop(self, about: tuple[str, int]) -> None:
        """A person sees this now, so what was said about it has done its work."""
        if about == self._about:
            self.dismiss()

    def dismiss(self) -> None:
        self._action = self._about = None
        self._pass_by()
        self.hide()

    def _pass_by(self) -> None:
        gone, self._gone = self._gone, None
        if gone is not None:
            gone()

    def undo(self) -> bool:
        """Do the action as if its button were pressed; False when there is none."""
        if self._action is None:
            return False
        self._act()
        return True

    def _act(self) -> None:
        act, self._gone = self._action, None
        self.dismiss()
        if act is not None:
            act()

    def _fit(self) -> None:
        """One line where the window has room for it, else as many as it takes: the action is always in sight."""
        room = self._window.width() - 2 * themes.current.px(4)
        self._text.setWordWrap(False)
        self._text.setMinimumWidth(0)
        self._text.setMaximumWidth(QWIDGETSIZE_MAX)
        text, whole = self._text.sizeHint().width(), self.sizeHint().width()
        if whole > room:
            self._text.setWordWrap(True)
            self._text.setFixedWidth(max(0, text - (whole - room)))
        self.adjustSize()

    def _place(self) -> None:
        self._fit()
        window = self._window
        middle, bottom = window.width() // 2, window.height() - themes.current.px(MARGIN)
        places = [(foot.mapTo(window, QPoint(0, 0)), foot) for foot in self._feet if foot.isVisible()]
        if places:
            corner, foot = min(places, key=lambda place: place[0].y())
            middle, bottom = corner.x() + foot.width() // 2, corner.y() - themes.current.px(4)
        # In a small window it may be wider than what it stands above.
        left = max(0, min(middle - self.width() // 2, window.width() - self.width() - themes.current.px(4)))
        self.move(left, max(0, bottom - self.height()))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.dismiss()

    def hideEvent(self, event: object) -> None:
        self._timer.stop()

    def enterEvent(self, event: QEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._count_down()

    def _count_down(self) -> None:
        if self._window.isActiveWindow():
            self._timer.start(SHOWN_MS if self._action is None else ACTION_SHOWN_MS)
        else:
            self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move):
            self._place()
        elif event.type() == QEvent.Type.WindowActivate and self.isVisible():
            self._count_down()
        return False
