"""The card that asks a person about one call: what would happen, whole, and the answers there are.

What it shows is made from the call and never from words of the model, apart from the arguments themselves. It is
used by runs and by chats, in a layout or placed by `fit`.
"""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QFontMetrics, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QWidget,
)

from agents.permissions.values import ApprovalRequest, Decision, Scope
from agents.permissions.visible import visible
from app.autorun_text import autorun_sentence
from app.desktop.base.language import languages
from app.desktop.base.style import set_kind
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import FittedWidget
from app.desktop.markdown.links import open_link
from app.desktop.markdown.text_box import TextBox
from app.desktop.run_view import approval_text as words
from app.desktop.run_view.answer_bar import AnswerBar
from app.desktop.run_view.form_fields import FormFields
from app.desktop.widgets.chip import Chip
from app.desktop.widgets.flow import flow
from app.desktop.widgets.labels import announce, show_text, text_label
from app.diff_text import ShownDiff, shown_diff
from app.hosts_text import hosts_sentence

# A card that has just come does not take what was pressed for something else.
GUARD_S = 0.6
SUBJECT_LINES = 14
LEAST_LINES = 4
# What stands around the lines on a card that says a lot.
AROUND = 330
# What a no is told to is no model, which could do better.
_WITHOUT_REASON = ("form", "url", "program")
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ApprovalCard(FittedWidget):
    """Asks about one request. `decided` comes once, with the name of the call and a `Decision`.

    `guard` is for how many seconds after it came in sight it takes no answer. `in_chat`: the run is the answer of a
    chat.
    """

    decided = Signal(str, object)

    def __init__(
        self,
        request: ApprovalRequest,
        parent: QWidget | None = None,
        *,
        guard: float = GUARD_S,
        in_chat: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "warning-card")
        self.request = request
        self._guard, self._in_chat = guard, in_chat
        self._since: float | None = None
        self._change = ShownDiff("", "")
        self._done = False
        self._title = text_label(self, "heading")
        self._extent = Chip(self, "warning")
        self._safety = QLabel(self)
        self._message = text_label(self, "small", wraps=True)
        self._subject = TextBox(self, most_lines=SUBJECT_LINES)
        self._diff = TextBox(self, most_lines=SUBJECT_LINES)
        self._form = FormFields(request.schema or {}, self) if request.kind == "form" else None
        self._reasons = text_label(self, "small", wraps=True)
        self._warning = text_label(self, "warning", wraps=True)
        self._wider = text_label(self, "small", wraps=True)
        self.bar = AnswerBar(request.scopes, self, takes_enter=self._takes_enter)
        self.bar.chosen.connect(self._allow)
        self.bar.refused.connect(self._refuse)
        self.bar.denied.connect(self._deny)
        self.bar.height_changed.connect(self._changed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if self._form is not None:
            self._form.height_changed.connect(self._changed)
            self._form.entered.connect(lambda: self._allow("once"))
        for box in (self._subject, self._diff):
            box.height_changed.connect(self._changed)
        themes.changed.connect(self.restyle)
        self._fill()
        self.restyle()
        self.retranslate()

    @property
    def default(self) -> QPushButton:
        """The answer that Enter gives: this once."""
        return self.bar.default

    @property
    def is_link(self) -> bool:
        return self.request.kind == "url"

    @property
    def _takes_enter(self) -> bool:
        return not self.is_link and self._form is None

    # --- what is shown ---

    def _fill(self) -> None:
        request = self.request
        language = "python" if request.kind == "python" else ""
        self._subject.setVisible(self._form is None)
        if self._form is None:
            strong = _host_place(words.address(request))
            self._subject.show_text(request.subject.removesuffix("\n"), language=language, strong=strong)
        self._diff.setVisible(bool(request.diff))
        if request.diff:
            self._change = shown_diff(visible(request.diff))
            self._diff.show_text(self._change.text, diff=True)

    def retranslate(self) -> None:
        request = self.request
        self._title.setText(words.question(request))
        self._extent.say(words.extent(request))
        self._extent.setVisible(bool(self._extent.text()))
        show_text(self._safety, words.safety(request))
        set_kind(self._safety, "warning" if "not_undoable" in request.reasons else "small")
        lines = request.subject.removesuffix("\n").count("\n") + 1
        self._subject.set_head(words.place(request), words.what(request, lines))
        heads = {"new": self.tr("New file"), "deleted": self.tr("Would be deleted")}
        self._diff.set_head(heads.get(self._change.change, self.tr("What would change")))
        show_text(self._message, words.message(request))
        quiet = (hosts_sentence(request, languages.current), *map(words.why, words.quiet(request)))
        show_text(self._reasons, " ".join(filter(None, quiet)))
        unasked = autorun_sentence(request, languages.current)
        loud = (unasked, *map(words.why, words.loud(request)), self._strange())
        show_text(self._warning, " ".join(filter(None, loud)))
        show_text(self._wider, words.wider(request))
        no = self.tr("Decline") if request.kind in _WITHOUT_REASON else self.tr("Deny…")
        self.bar.say([self._answer_text(scope) for _, scope in self.bar.answers], no)
        self.setAccessibleName(self.said())
        self._changed()

    def _answer_text(self, scope: Scope) -> str:
        if scope == "once" and self._form is not None:
            return self.tr("Send")
        if scope == "once" and self.is_link:
            return self.tr("Open in the browser")
        if self.request.kind == "ports":
            return self.tr("Allow")
        return words.scope_label(scope, in_chat=self._in_chat, searches=self.request.kind == "search")

    def _strange(self) -> str:
        """A warning about an address whose name may only look like one that is known."""
        try:
            host = urlsplit(words.address(self.request)).hostname or ""
        except ValueError:
            host = ""
        if "xn--" not in host and host.isascii():
            return ""
        return self.tr(
            "{host} contains letters of another alphabet. It may only look like an address you know."
        ).format(host=host)

    def said(self) -> str:
        """What a screen reader says of the whole card."""
        request = self.request
        parts = (words.question(request), words.extent(request), words.place(request), words.safety(request))
        subject = request.message if self._form is not None else request.subject
        return ". ".join([*(part for part in parts if part), subject[:600]])

    def announce(self) -> None:
        """Tells a screen reader that something is asked."""
        if QAccessible.isActive():
            announce(self, self.said())

    def offer_focus(self) -> bool:
        """Takes the focus where that takes nothing away: the card is in front, and the user is not typing. It is on
        no answer yet: an Enter that was meant for something else allows nothing."""
        focus = QApplication.focusWidget()
        window = self.window()
        if not self.isVisible() or not window.isActiveWindow() or _types(focus):
            return False
        (self._form or self).setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def take_focus(self) -> None:
        """To the answers: to the first, or, where that opens an address, to the no."""
        (self.bar.no if self.is_link else self.default).setFocus(Qt.FocusReason.OtherFocusReason)

    # --- answers ---

    def _armed(self) -> bool:
        return not self._done and self._since is not None and time.monotonic() - self._since >= self._guard

    def _allow(self, scope: Scope) -> None:
        if not self._armed():
            return
        content = None
        if self._form is not None:
            content = self._form.content()
            if content is None:
                return
        self._decide(Decision(True, scope, content=content))
        if self.is_link:
            open_link(self.request.subject)

    def _refuse(self) -> None:
        if not self._armed():
            return
        if self.request.kind in _WITHOUT_REASON:
            self._decide(Decision(False))
        else:
            self.bar.ask_why()

    def _deny(self, message: str) -> None:
        if self._armed():
            self._decide(Decision(False, message=message))

    def _decide(self, decision: Decision) -> None:
        self._done = True
        # Else the focus would go on by itself from a button that is switched off, and the page would follow it.
        if holds_focus(self):
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.bar.end()
        self.decided.emit(self.request.call, decision)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            # A key that is held down was pressed for what was here before.
            if not event.isAutoRepeat():
                self._enter(QApplication.focusWidget())
        else:
            super().keyPressEvent(event)

    def _enter(self, focus: QWidget | None) -> None:
        if isinstance(focus, QAbstractButton) and self.isAncestorOf(focus):
            focus.click()
        elif not self.bar.denying:
            self.take_focus()

    # --- looks ---

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._since = time.monotonic()

    def restyle(self) -> None:
        self.bar.restyle()
        self.setFont(themes.current.font())
        self._changed()

    def _changed(self) -> None:
        if self.width() > 0:
            self.fit(self.width())
        self.height_changed.emit()

    def set_room(self, height: int) -> None:
        """Shows fewer lines at once where the whole card would be higher than what it is seen in."""
        boxes = [box for box in (self._subject, self._diff) if not box.isHidden()]
        line = QFontMetrics(themes.current.fixed_font()).lineSpacing()
        lines = (height - themes.current.px(AROUND)) // line // max(1, len(boxes))
        for box in boxes:
            box.set_most_lines(min(SUBJECT_LINES, max(LEAST_LINES, lines)))

    def sizeHint(self) -> QSize:
        width = max(self.width(), themes.current.px(480))
        return QSize(width, self.fit(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(themes.current.px(200), 0)

    def fit(self, width: int) -> int:
        """Lays the card out for a width; returns its height."""
        px = themes.current.px
        left, inner, y = px(18), width - 2 * px(18), px(14)
        head = [self._title, self._extent, self._safety]
        if self._wrap_title(inner):
            height = self._title.heightForWidth(inner)
            self._title.setGeometry(left, y, inner, height)
            del head[0]
            y += height + (0 if self._extent.isHidden() and self._safety.isHidden() else px(6))
        y += flow(head, QRect(left, y, inner, 0), px(10), last_at_right=not self._safety.isHidden())
        blocks: list[QWidget] = [self._message, self._form or self._subject, self._diff, self._warning]
        for block in (*blocks, self._reasons, self._wider, self.bar):
            if block.isHidden():
                continue
            y += px(10)
            height = block.heightForWidth(inner)
            block.setGeometry(left, y, inner, height)
            y += height
        return y + px(16)

    def _wrap_title(self, room: int) -> bool:
        """Whether the title has more than one line."""
        wraps = self._title.fontMetrics().horizontalAdvance(self._title.text()) > room
        if wraps != self._title.wordWrap():
            self._title.setWordWrap(wraps)
        return wraps

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit(event.size().width())


def _types(focus: QWidget | None) -> bool:
    """Whether the user may be writing at this moment."""
    if isinstance(focus, QLineEdit | QTextEdit | QPlainTextEdit):
        return not focus.isReadOnly()
    return False


def _host_place(address: str) -> tuple[int, int]:
    """Where the host stands in an address: its start and length, (0, 0) for none."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return 0, 0
    start = address.lower().find(host) if host else -1
    return (start, len(host)) if start >= 0 else (0, 0)
