"""One list for all that Coterie connects to: servers of tools, servers of models, other PCs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.form import FormSection
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.services.events import ServiceEvent
from engine.errors import ErrorInfo, UserError

if TYPE_CHECKING:
    from app.services.services import Services


class ConnectionLine(ThemedWidget):
    """One connection: its name and state, what can be done with it, and all about it below once it is opened.

    A subclass sets the words in `retranslate` and makes what is below in `make_details`; without that a line does not
    open. `before`, `beside` and `after` stand at the left, before the button that removes it, and behind that.
    `remove_wanted` carries `key`.
    """

    remove_wanted = Signal(str)

    def __init__(
        self,
        value: Any,
        key: str,
        parent: QWidget,
        *,
        before: Sequence[QWidget] = (),
        beside: Sequence[QWidget] = (),
        after: Sequence[QWidget] = (),
    ) -> None:
        super().__init__(parent)
        self.value, self.key, self.details = value, key, None
        self.name, self.words = wrapped_label(self, ""), wrapped_label(self, "small")
        self.remove, self.toggle = push_button(self, "bar"), push_button(self, "icon")
        self.toggle.setCheckable(True)
        self.complaint = Complaint(self)
        middle = Qt.AlignmentFlag.AlignVCenter
        actions = (*beside, self.remove, *after, self.toggle)
        row = Row(
            *((widget, 0, middle) for widget in before),
            (Column(self.name, self.words, spacing=0), 1),
            *((widget, 0, middle) for widget in actions),
            spacing=10,
        )
        self._column = Column(row, self.complaint, parent=self, spacing=8)
        self.toggle.toggled.connect(self._open)
        self.remove.clicked.connect(lambda: self.remove_wanted.emit(self.key))

    details: Any

    def make_details(self) -> QWidget | None:
        """What is below an open line, made when it is first opened."""
        return None

    def show_details(self) -> None:
        """The line is opened."""

    def show_value(self, value: Any) -> None:
        """The connection as it is now. What is open stays open, what is typed stays typed."""
        self.value = value
        self.retranslate()

    def open(self) -> None:
        self.toggle.setChecked(True)

    def _open(self, on: bool) -> None:
        if on and self.details is None:
            self.details = self.make_details()
            self._column.addWidget(self.details)
        self.details.setVisible(on)
        if on:
            self.show_details()
        self.restyle()
        self.retranslate()

    def retranslate(self) -> None:
        name = self.name.text()
        set_texts(self.remove, self.tr("Remove"), self.tr("Remove {address}").format(address=name))
        opens = type(self).make_details is not ConnectionLine.make_details
        self.toggle.setVisible(opens)
        self.remove.setVisible(self.toggle.isChecked() or not opens)

    def restyle(self) -> None:
        set_icon(self.toggle, "chevron-down" if self.toggle.isChecked() else "chevron-right", "muted", 18)
        self._column.setContentsMargins(0, 0, 0, themes.current.px(12) if self.toggle.isChecked() else 0)


class ConnectionKind(NamedTuple):
    """How the connections of one kind are read, shown, removed and brought back.

    `read` gives them, and what of their file could not be used. What `remove` gives has a `name`; None cannot be
    undone. `changed` is published when there are others.
    """

    read: Callable[[Services], tuple[Sequence[Any], Sequence[ErrorInfo]]]
    key: Callable[[Any], str]
    line: Callable[[Any, ServiceCalls, QWidget], ConnectionLine]
    remove: Callable[[Services, str], Any]
    restore: Callable[[Services, Any], object]
    changed: type[ServiceEvent]


class ConnectionList(ThemedWidget):
    """The connections of a kind, a line each; a line stays while its connection does.

    `said` carries a `Notification` for the foot of the window, `opened` a line, `line_gone` whether it had the focus.
    """

    said = Signal(object)
    opened = Signal(object)
    line_gone = Signal(bool)

    def __init__(self, calls: ServiceCalls, kind: ConnectionKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls, self.kind = calls, kind
        self._reading = self._again = self._complains_of_reading = False
        self._to_open = ""
        self.lines: dict[str, Any] = {}
        self.empty = wrapped_label(self, "small")
        self.complaint = Complaint(self)
        self._rows = Column(spacing=12)
        self.column = Column(self.empty, self._rows, self.complaint, parent=self, spacing=8)

    def read(self) -> None:
        """Ask what there is; once more afterwards when it has changed meanwhile."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._calls.do(self.kind.read, self._read, self._told, executor="io")

    def open(self, key: str) -> None:
        """Show all about a connection, once it is in the list."""
        self._to_open = key
        self.read()

    def _read(self, found: tuple[Sequence[Any], Sequence[ErrorInfo]]) -> None:
        values, problems = found
        self._told(UserError.from_info(problems[0]) if problems else None)
        self.show_values(values)

    def _told(self, error: UserError | None) -> None:
        """What could not be read. Where all could, a complaint about something else stays."""
        if error is not None or self._complains_of_reading:
            self.complaint.say(error)
        self._complains_of_reading = error is not None
        self._reading = False
        if self._again:
            self._again = False
            self.read()

    def show_values(self, values: Sequence[Any]) -> None:
        """These are the connections now."""
        keys = [self.kind.key(value) for value in values]
        for key in [key for key in self.lines if key not in keys]:
            line = self.lines.pop(key)
            self.line_gone.emit(line.remove.hasFocus())
            self._rows.drop(line)
        for place, (key, value) in enumerate(zip(keys, values, strict=True)):
            if key in self.lines:
                self.lines[key].show_value(value)
                continue
            line = self.lines[key] = self.kind.line(value, self._calls, self)
            line.remove_wanted.connect(self._remove)
            self._rows.insertWidget(place, line)
            line.show()  # a layout would, but later
        self.empty.setVisible(not values and bool(self.empty.text()))
        if self._to_open in self.lines:
            line = self.lines[self._to_open]
            self._to_open = ""
            line.open()
            line.toggle.setFocus(Qt.FocusReason.OtherFocusReason)
            QTimer.singleShot(0, line, lambda: self.opened.emit(line))  # once it has its place

    def _remove(self, key: str) -> None:
        self.complaint.say(None)
        self._calls.do(lambda s: self.kind.remove(s, key), self._removed, self.complaint.say, executor="net")

    def _removed(self, removed: Any) -> None:
        if removed is not None:
            words = self.tr("“{name}” was removed").format(name=removed.name)
            self.said.emit(Notification(words, self.tr("Undo"), lambda: self._restore(removed)))
            self.read()

    def _restore(self, removed: Any) -> None:
        self._calls.do(
            lambda s: self.kind.restore(s, removed),
            lambda _: self.read(),
            self.complaint.say,
            executor="net",
            owner=self,
        )


class ConnectionsSection(FormSection):
    """A card with the list; what adds to it stands below. `said` carries a `Notification`; `grew` a widget that may
    be out of sight."""

    said = Signal(object)
    grew = Signal(object)

    def __init__(self, listed: ConnectionList, parent: QWidget | None = None) -> None:
        super().__init__(None, parent)
        self.list = listed
        self.list.said.connect(self.said)
        self.list.opened.connect(self.grew)

    def open(self) -> None:
        """The page comes to the front: ask for what others may have changed."""
        self.list.read()

    def take_events(self, events: list[ServiceEvent]) -> None:
        if self.isVisible() and any(isinstance(event, self.list.kind.changed) for event in events):
            self.list.read()

    def show_list(self) -> None:
        """Bring the list into sight, once what is new has its place."""
        QTimer.singleShot(0, self, lambda: self.grew.emit(self.list))
