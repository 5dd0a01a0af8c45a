"""Which tools a run has: all, or those that are ticked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.text.tool_labels import tool_words
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.collapsible import Collapsible
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Column, Row, discard
from app.desktop.widgets.tick_box import TickBox
from app.services.runs.values import ToolAtHand

if TYPE_CHECKING:
    from app.services.services import Services


class ToolRow(QWidget):
    """A tool with its box; a click on its words ticks it too."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self.box = TickBox(self)
        self._label = text_label(self)
        self._words = text_label(self, "small")
        self._label.setFont(themes.current.fixed_font())
        Row(self.box, self._label, (self._words, 1), parent=self, spacing=8)

    def show_words(self, words: str) -> None:
        self._label.setText(self.name)
        self._words.setText(words)
        self.box.setAccessibleName(f"{self.name}: {words}")

    def restyle(self) -> None:
        px = themes.current.px
        self._label.setFont(themes.current.fixed_font())
        self._label.setFixedWidth(px(150))

    def mousePressEvent(self, event: object) -> None:
        self.box.click()


class ToolsFold(Collapsible):
    """Ours by name, and those of the servers that are on as one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tools: tuple[ToolAtHand, ...] = ()
        self._servers: tuple[str, ...] = ()
        self._wanted: tuple[str, ...] | None = None
        self.rows: list[ToolRow] = []
        self._rows = Column(spacing=4)
        self._of_servers = ToolRow("", self)
        self.lacking = text_label(self, "small", wraps=True)
        self.lacking.hide()
        self.all = push_button(self, "link")
        self.reading = push_button(self, "link")
        bar = Row()
        for button in (self.all, self.reading):
            bar.addWidget(button)
        bar.addStretch(1)
        self.inside.addLayout(bar)
        self.inside.addLayout(self._rows)
        self.inside.addWidget(self._of_servers)
        self.inside.addWidget(self.lacking)
        self.all.clicked.connect(lambda: self.choose(None))
        self.reading.clicked.connect(self._choose_reading)
        self._of_servers.box.toggled.connect(lambda _: self._show_summary())
        self.refresh()

    def show_tools(self, tools: Sequence[ToolAtHand], servers: Sequence[str]) -> None:
        """Those there are, and the names of those of servers that are on."""
        self._tools, self._servers = tuple(tools), tuple(servers)
        for row in self.rows:
            discard(row, self._rows)
        self.rows = [ToolRow(tool.name, self) for tool in tools]
        for row in self.rows:
            row.restyle()
            row.box.toggled.connect(lambda _: self._show_summary())
            self._rows.addWidget(row)
        self.lacking.setVisible(bool(tools) and all(tool.name != "shell" for tool in tools))
        self.choose(self._wanted)
        self.retranslate()

    def choose(self, tools: Sequence[str] | None) -> None:
        """Tick those; None: all."""
        self._wanted = None if tools is None else tuple(tools)
        for row in self.rows:
            row.box.setChecked(tools is None or row.name in tools)
        some = tools is None or any(name in tools for name in self._servers)
        self._of_servers.box.setChecked(some)
        self._of_servers.setVisible(bool(self._servers))
        self._show_summary()

    def choose_as(self, at_hand: Sequence[str]) -> None:
        """Tick what a run had at hand; all, when it had all of ours, or had not come so far as to have any."""
        had_all = not at_hand or {row.name for row in self.rows} <= set(at_hand)
        self.choose(None if had_all else at_hand)

    def _choose_reading(self) -> None:
        self.choose([tool.name for tool in self._tools if tool.read_only])

    def chosen(self) -> tuple[str, ...] | None:
        """The names of the ticked ones; None when all are."""
        if not self.rows:
            return self._wanted
        ours = tuple(row.name for row in self.rows if row.box.isChecked())
        with_servers = self._of_servers.box.isChecked() or not self._servers
        if len(ours) == len(self.rows) and with_servers:
            return None
        return ours + (self._servers if self._of_servers.box.isChecked() else ())

    def _show_summary(self) -> None:
        chosen = self.chosen()
        if chosen is None:
            summary = self.tr("all")
        else:
            total = len(self.rows) + len(self._servers)
            summary = self.tr("{count} of {total}").format(count=len(chosen), total=max(total, len(chosen)))
        self.set_words(self.tr("Tools"), summary)

    def retranslate(self) -> None:
        for row, tool in zip(self.rows, self._tools, strict=True):
            row.show_words(tool_words(tool))
        self._of_servers.name = self.tr("Servers")
        self._of_servers.show_words(
            self.tr("{count} tools of enabled servers").format(count=len(self._servers))
        )
        self.lacking.setText(
            self.tr("This computer has no sandbox, so commands and Python programs are not available.")
        )
        for button, name in ((self.all, self.tr("All")), (self.reading, self.tr("Read only"))):
            set_texts(button, name)
        self._show_summary()

    def restyle(self) -> None:
        super().restyle()
        for row in (*self.rows, self._of_servers):
            row.restyle()


def tools_at_hand(
    services: Services, *, in_chat: bool = False
) -> tuple[tuple[ToolAtHand, ...], tuple[str, ...]]:
    """Our own tools, with `in_chat` those that a chat can have, and the names of those of servers that are on, as
    they were when each was last asked."""
    accepted = [
        tool.name
        for server in services.servers.all()
        if server.enabled and server.consented
        for tool in server.tools
        if tool.status == "accepted"
    ]
    return services.runs.tools(in_chat=in_chat), tuple(accepted)
