"""The tools of a server: each with all its words, what has changed since the user agreed, and agreeing anew."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from agents.mcp.sanitize import shown_words
from app.desktop.base.icons import set_icon
from app.desktop.base.style import set_kind
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.settings.server_text import tool_state
from app.desktop.settings.servers.server_parts import Note, Part
from app.desktop.settings.whole_text import WholeText
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.format import format_count
from app.services.connections.server_values import Server, ServerTool

# More rows than anybody reads at once would only make the page slow.
SHOWN = 40
FIRST_WORDS = 90


class ToolLine(ThemedWidget):
    """One tool: its name and first words; opened, all its words, and how they differ from what was agreed to."""

    def __init__(self, tool: ServerTool, parent: QWidget) -> None:
        super().__init__(parent)
        self.tool = tool
        self.toggle = push_button(self, "tiny")
        self.toggle.setCheckable(True)
        self.name = wrapped_label(self, "")
        self.words = wrapped_label(self, "small")
        self.state = wrapped_label(self, "small")
        self._note = Note(self)
        self.description = WholeText(self._note)
        self.diff = WholeText(self._note, diff=True)
        self._note.column.addWidget(self.description)
        self._note.column.addWidget(self.diff)
        self._texts = Column(self.name, self.words, self.state, spacing=1)
        Column(
            Row((self.toggle, 0, Qt.AlignmentFlag.AlignTop), (self._texts, 1), spacing=8),
            self._note,
            parent=self,
            spacing=4,
        )
        self.toggle.toggled.connect(lambda _: self._show())
        self.toggle.setChecked(tool.status in ("new", "changed"))
        self.refresh()

    def _show(self) -> None:
        tool, opened = self.tool, self.toggle.isChecked()
        first = tool.description.strip().partition("\n")[0]
        self.words.setText(shown_words(first[:FIRST_WORDS]) + ("…" if len(first) > FIRST_WORDS else ""))
        self.words.setVisible(bool(first) and not opened)
        self._note.setVisible(opened)
        if opened:
            self.description.set_words(tool.description.strip() or self.tr("No description."))
            self.diff.set_words(tool.diff.split("\n", 2)[-1])  # without its heading
            self.diff.setVisible(bool(tool.diff))
        set_icon(self.toggle, "chevron-down" if opened else "chevron-right", "muted", 14)

    def retranslate(self) -> None:
        self.name.setText(shown_words(self.tool.name))
        said, colour = tool_state(self.tool)
        show_text(self.state, said)
        set_kind(self.state, "fine" if colour == "faint" else colour)
        name = self.tr("Full description of {tool}").format(tool=self.tool.name)
        self.toggle.setAccessibleName(name)
        self.toggle.setToolTip(self.tr("Full description"))
        self.description.setAccessibleName(name)
        self.diff.setAccessibleName(self.tr("What has changed in {tool}").format(tool=self.tool.name))
        self._show()


class ToolsPart(Part):
    """`accepted`: the user has looked at what is new and changed and takes it."""

    accepted = Signal()

    def __init__(self, server: Server, parent: QWidget) -> None:
        super().__init__(server, parent)
        self._all = False
        self.lines: list[ToolLine] = []
        self.accept = push_button(self, "bar")
        self.more = push_button(self, "link")
        self.words = wrapped_label(self, "small")
        self._rows = Column(spacing=8)
        self.column.addWidget(self.words)
        self.column.addLayout(self._rows)
        self.column.addLayout(Row(self.accept, self.more, STRETCH, spacing=8))
        self.accept.clicked.connect(self.accepted)
        self.more.clicked.connect(self._show_all)
        self.refresh()

    def show_server(self, server: Server) -> None:
        before, self._server = self._server, server
        if before.tools != server.tools:
            self._fill()
        self.retranslate()

    def _fill(self) -> None:
        opened = {line.tool.tool for line in self.lines if line.toggle.isChecked()}
        self._rows.drop(*self.lines)
        # What the user has to look at comes first; else the server's order stays.
        tools = sorted(self._server.tools, key=lambda tool: tool.status not in ("changed", "new"))
        self.lines = [ToolLine(tool, self) for tool in (tools if self._all else tools[:SHOWN])]
        for line in self.lines:
            line.toggle.setChecked(line.toggle.isChecked() or line.tool.tool in opened)
            self._rows.addWidget(line)
            line.show()  # a layout would, but later

    def _show_all(self) -> None:
        self._all = True
        self._fill()
        self.retranslate()

    def retranslate(self) -> None:
        server = self._server
        if not self.lines and server.tools:
            self._fill()
        self.heading.setText(self.tr("Its tools"))
        words = "" if server.tools else self.tr("Not checked yet.")
        if server.waiting:
            words = self.tr(
                "New and changed tools are not available to models until you have reviewed them. "
                "Permissions for a changed tool no longer apply."
            )
        show_text(self.words, words)
        self.accept.setVisible(bool(server.waiting))
        set_texts(
            self.accept,
            self.tr("Accept all"),
            self.tr("Accept the new and changed tools of {name}").format(name=server.name),
        )
        rest = len(server.tools) - len(self.lines)
        self.more.setVisible(rest > 0)
        set_texts(
            self.more, self.tr("Show {count} more").format(count=format_count(max(rest, 0))), self.more.text()
        )
