"""What a person agrees to before a server starts: the whole command or address, and all it may do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from agents.mcp.sanitize import shown_words
from app.desktop.settings.server_text import introduction, rights, variables, warnings, what_runs
from app.desktop.settings.servers.server_parts import Note, Part
from app.desktop.settings.whole_text import WholeText
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, show_text, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Row
from app.services.connections.server_values import Server


class ConsentPart(Part):
    """`agreed` carries the digest of what was shown when the button was pressed, and of nothing newer."""

    agreed = Signal(str)

    def __init__(self, server: Server, parent: QWidget) -> None:
        super().__init__(server, parent)
        self._note = Note(self)
        self.introduction = wrapped_label(self._note, "small")
        self.command = WholeText(self._note, fixed=True)
        self.variables = WholeText(self._note, fixed=True)
        self._rights = wrapped_label(self._note, "small")
        for widget in (self.introduction, self.command, self.variables, self._rights):
            self._note.column.addWidget(widget)
        self.warnings: list[QLabel] = []
        self.agree = push_button(self, "primary")
        self.agree.clicked.connect(lambda: self.agreed.emit(self._server.digest))
        self.column.addWidget(self._note)
        self.column.addLayout(Row(self.agree, STRETCH, spacing=8))
        self.refresh()

    def retranslate(self) -> None:
        server = self._server
        self.heading.setText(
            self.tr("What you agreed to") if server.consented else self.tr("Before it starts")
        )
        self.introduction.setText(introduction(server))
        self.command.set_words(what_runs(server))
        self.command.setAccessibleName(self.tr("The whole command or address"))
        named = variables(server)
        self.variables.setVisible(bool(named))
        self.variables.set_words("\n".join(named))
        self.variables.setAccessibleName(self.tr("Its variables or headers"))
        show_text(self._rights, shown_words("\n".join(rights(server))))
        self._note.column.drop(*self.warnings)
        self.warnings = []
        for sentence in warnings(server):
            label = wrapped_label(self._note, "warning")
            label.setText(sentence)
            self._note.column.addWidget(label)
            self.warnings.append(label)
        pressed = self.agree.hasFocus() and server.consented
        self.agree.setVisible(not server.consented)
        if pressed:  # else the focus would go on to a switch
            self.command.setFocus(Qt.FocusReason.OtherFocusReason)
        set_texts(
            self.agree,
            self.tr("Agree and start"),
            self.tr("Agree to what {name} runs, and start it").format(name=server.name),
        )
