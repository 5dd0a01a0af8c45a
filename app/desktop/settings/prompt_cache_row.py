"""How much may be kept of what models have read, how much it is now, and deleting it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.segmented import SegmentedControl
from app.format import format_size
from app.services.settings.settings import Settings

GB = 10**9
LIMITS = (0, GB, 4 * GB, 16 * GB, 64 * GB)


class PromptCacheRow(ThemedWidget):
    """A choice of sizes and a button. A smaller one counts at once."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self._limit = Settings().states_limit
        self._bytes: int | None = None
        self.limit = SegmentedControl(self)
        self.taken = text_label(self, "small")
        self.clear = push_button(self, "bar")
        Column(
            Row(self.limit, STRETCH), Row(self.taken, STRETCH, self.clear, spacing=12), parent=self, spacing=8
        )
        self.setFocusProxy(self.limit)
        self.limit.chosen.connect(lambda value: self._choose(int(value)))
        self.clear.clicked.connect(self._clear)
        self.refresh()

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.limit.setAccessibleName(name)

    def take_settings(self, settings: Settings) -> None:
        self._limit = settings.states_limit
        self._show_limit()

    def read(self) -> None:
        """Ask how much it is now."""
        self._calls.do(lambda s: s.kept_states.bytes(), self._show_bytes, executor="io", owner=self)

    def _choose(self, limit: int) -> None:
        self._calls.do(lambda s: s.kept_states.limit_to(limit), self._show_bytes, executor="io", owner=self)

    def _clear(self) -> None:
        self.clear.setEnabled(False)
        self._calls.do(lambda s: s.kept_states.clear(), lambda _: self.read(), executor="io", owner=self)

    def _show_bytes(self, taken: int) -> None:
        self._bytes = taken
        had_focus = self.clear.hasFocus()
        self.clear.setEnabled(bool(taken))
        if had_focus and not taken:  # a button that is off gives its place in the page away
            self.limit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.taken.setText(
            self.tr("{size} now").format(size=format_size(taken)) if taken else self.tr("Empty")
        )

    def _show_limit(self) -> None:
        self.limit.set_choices(
            [
                (str(size), format_size(size) if size else self.tr("Off"))
                for size in sorted({*LIMITS, self._limit})
            ],
            str(self._limit),
        )

    def retranslate(self) -> None:
        set_texts(self.clear, self.tr("Delete now"), self.tr("Delete the cache of all chats"))
        self._show_limit()
        if self._bytes is not None:
            self._show_bytes(self._bytes)
