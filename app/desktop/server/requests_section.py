"""What other programs ask now and asked last, with a button that stops one request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.form import Field, FormSection
from app.desktop.server.request_words import how, who
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import breakable, set_texts, wrapped_label
from app.desktop.widgets.layouts import Column, Row

if TYPE_CHECKING:
    from app.server.http.request_log import LoggedRequest

FIRST, MORE = 5, 20


class RequestRow(ThemedWidget):
    """One request; `stopped` carries its id."""

    stopped = Signal(str)

    def __init__(self, request: LoggedRequest, parent: QWidget) -> None:
        super().__init__(parent)
        self.request = request
        self.name, self.words = wrapped_label(self), wrapped_label(self, "small")
        self.stop = push_button(self, "bar")
        self.stop.clicked.connect(self._stop)
        texts = Column(self.name, self.words, spacing=2)
        Row((texts, 1), (self.stop, 0, Qt.AlignmentFlag.AlignVCenter), parent=self, spacing=12)
        self.refresh()

    def show_request(self, request: LoggedRequest) -> None:
        if request != self.request:
            self.request = request
            self.retranslate()

    def _stop(self) -> None:
        self.stop.setEnabled(False)  # until it has ended, which is not waited for
        self.stopped.emit(self.request.id)

    def retranslate(self) -> None:
        self.name.setText(breakable(who(self.request)))
        self.words.setText(breakable(how(self.request)))
        said = self.tr("Stop the request of {program}").format(program=who(self.request))
        set_texts(self.stop, self.tr("Stop"), said)
        self.stop.setVisible(self.request.goes_on)


class RequestsSection(FormSection):
    """A row for each request, those that go on first; hidden while there are none. `stopped` carries the id of the
    one to be stopped."""

    stopped = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(None, parent)
        self._requests: tuple[LoggedRequest, ...] = ()
        self._most = FIRST
        self._body = QWidget(self)
        self.shown: dict[str, RequestRow] = {}
        self.more = push_button(self._body, "bar")
        self.more.clicked.connect(self._show_more)
        self._list = Column(spacing=10)
        left = Qt.AlignmentFlag.AlignLeft
        Column(self._list, (self.more, 0, left), parent=self._body, spacing=10)
        self.refresh()
        self.hide()

    def show_requests(self, requests: tuple[LoggedRequest, ...]) -> None:
        """Rows stay with their request; those that come stand below those that go on, whose buttons stay in place."""
        if requests == self._requests:
            return
        self._requests = requests
        self.setVisible(bool(requests))
        if not requests:
            self._most = FIRST
        self._show()

    def _show(self) -> None:
        going = sum(request.goes_on for request in self._requests)
        shown = {request.id: request for request in self._requests[: max(self._most, going)]}
        before = list(self.shown)
        self._list.drop(*(self.shown.pop(id) for id in before if id not in shown))
        for id, request in shown.items():
            if id in self.shown:
                self.shown[id].show_request(request)
            else:
                self.shown[id] = RequestRow(request, self._body)
                self.shown[id].stopped.connect(self.stopped)
        if before != list(shown):
            self.shown = {id: self.shown[id] for id in shown}
            for place, row in enumerate(self.shown.values()):
                if self._list.indexOf(row) != place:
                    self._list.insertWidget(place, row)
        self.more.setVisible(len(shown) < len(self._requests))

    def _show_more(self) -> None:
        self._most += MORE
        has_focus = self.more.hasFocus()
        self._body.hide()  # each row that comes into sight would lay out all of them anew
        self._show()
        self._body.show()
        if has_focus and not self.more.isHidden():
            self.more.setFocus(Qt.FocusReason.OtherFocusReason)

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Requests"))
        set_texts(self.more, self.tr("Show more"), self.tr("Show more requests"))
        explanation = self.tr(
            "The last ones since the server was switched on. What was asked and answered isn’t kept."
        )
        return [Field("requests", self.tr("What programs ask"), explanation, self._body, below=True)]
