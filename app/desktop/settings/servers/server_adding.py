"""Adding tool servers: a program, an address, or what another program has set up. Nothing starts by it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.text_field import TextField
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.file_dialog import choose_file
from app.desktop.settings.servers.server_parts import Note, Pairs
from app.desktop.settings.whole_text import WholeText
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import set_texts, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.segmented import SegmentedControl
from app.services.connections.server_import import Found, found_in
from app.services.connections.server_values import Server
from app.services.connections.server_writing import suggested_name, written_spec
from engine.errors import UserError

if TYPE_CHECKING:
    from app.desktop.base.tasks import Task
    from app.services.services import Services

# The least of a name's field beside its button.
NAME = 120


def found_servers(services: Services, path: str) -> tuple[Found, ...]:
    """What a file of another program holds, under names that are free. Raises UserError `mcp.import_*`."""
    return found_in(Path(path), [server.name for server in services.servers.all()])


class FoundServer(ThemedWidget):
    """A server of another program: its whole command, the names of its variables, and a button that takes it."""

    def __init__(self, found: Found, parent: QWidget) -> None:
        super().__init__(parent)
        self.found = found
        self.name, self.variables = wrapped_label(self, ""), wrapped_label(self, "small")
        self._note = Note(self)
        self.command = WholeText(self._note, fixed=True)
        self._note.column.addWidget(self.command)
        self.complaint = Complaint(self)
        self.add = push_button(self, "bar")
        Column(
            Row((self.name, 1), self.add), self._note, self.variables, self.complaint, parent=self, spacing=4
        )
        self.refresh()

    def retranslate(self) -> None:
        import shlex

        found, spec = self.found, self.found.spec
        self.name.setText(spec.name)
        self.command.set_words(spec.url or shlex.join(spec.command))
        self.command.setAccessibleName(
            self.tr("The whole command or address of {name}").format(name=spec.name)
        )
        self._note.setVisible(found.error is None)
        names = ", ".join((*found.env, *found.headers))
        self.variables.setText(self.tr("With values for: {names}").format(names=names))
        self.variables.setVisible(bool(names) and found.error is None)
        set_texts(self.add, self.tr("Add"), self.tr("Add {name}").format(name=spec.name))
        self.add.setVisible(found.error is None)
        if found.error is not None:
            self.complaint.say(UserError.from_info(found.error))


class ImportServers(ThemedWidget):
    """Reads a file when it is chosen; each server in it is looked at and added by hand. `added` carries its name."""

    added = Signal(str)

    def __init__(self, calls: ServiceCalls, parent: QWidget) -> None:
        super().__init__(parent)
        self._calls = calls
        self._path = ""
        self._reading: Task | None = None
        self.lines: list[FoundServer] = []
        self.choose = push_button(self, "")
        self.complaint = Complaint(self)
        self._rows = Column(spacing=12)
        Column(Row(self.choose, STRETCH), self._rows, self.complaint, parent=self, spacing=10)
        self.setFocusProxy(self.choose)
        self.choose.clicked.connect(self._choose)
        self.refresh()

    def read(self, path: str) -> None:
        """Show what a file holds. Starts nothing, keeps nothing."""
        self._path = path
        self.complaint.say(None)
        self._reading = self._calls.do(
            lambda s: found_servers(s, path),
            self._show,
            self._could_not,
            executor="io",
            instead_of=self._reading,
        )

    def _choose(self) -> None:
        choose_file(self, self.tr("File with tool servers"), "JSON (*.json)", self.read, str(Path.home()))

    def _could_not(self, error: UserError) -> None:
        self._show(())
        self.complaint.say(error)

    def _show(self, found: tuple[Found, ...]) -> None:
        self._rows.drop(*self.lines)
        self.lines = [FoundServer(one, self) for one in found]
        for line in self.lines:
            line.add.clicked.connect(lambda _=False, line=line: self._add(line))
            self._rows.addWidget(line)
            line.show()  # a layout would, but later

    def _add(self, line: FoundServer) -> None:
        line.add.setEnabled(False)
        found, path = line.found, self._path

        def failed(error: UserError) -> None:
            line.add.setEnabled(True)
            line.complaint.say(error)

        self._calls.do(
            lambda s: s.servers.add(found.spec, found.env, found.headers, path, found.enabled),
            lambda server: self._added(line, server),
            failed,
            executor="net",
            owner=self,
        )

    def _added(self, line: FoundServer, server: Server) -> None:
        if line in self.lines:
            self._show(tuple(one.found for one in self.lines if one is not line))
        self.added.emit(server.name)

    def retranslate(self) -> None:
        set_texts(
            self.choose, self.tr("Choose a file…"), self.tr("Choose a file with another app’s tool servers")
        )


class AddServer(ThemedWidget):
    """A form for one server. `added` carries its name."""

    added = Signal(str)

    def __init__(self, calls: ServiceCalls, parent: QWidget) -> None:
        super().__init__(parent)
        self._calls = calls
        self.kind = SegmentedControl(self)
        self.kind.setSizePolicy(self.kind.sizePolicy().Policy.Fixed, self.kind.sizePolicy().Policy.Fixed)
        self.what, self.name = TextField(self), TextField(self)
        self.pairs = Pairs(self)
        self.help = wrapped_label(self, "small")
        self.complaint = Complaint(self)
        self.add = push_button(self, "")
        foot = FoldingRow(self, (self.name, 1, NAME), self.add)
        foot.align(self.add, Qt.AlignmentFlag.AlignLeft)
        top = Row(self.kind, STRETCH)
        Column(top, self.what, self.help, self.pairs, foot, self.complaint, parent=self, spacing=8)
        self.setFocusProxy(self.what)
        self._kind = "program"
        self.kind.chosen.connect(self._choose)
        self.what.textEdited.connect(lambda _: self._edited())
        for field in (self.what, self.name):
            field.returnPressed.connect(self._add)
        self.add.clicked.connect(self._add)
        self.refresh()

    def _choose(self, kind: str) -> None:
        self._kind = kind
        self.what.clear()
        self.pairs.clear()
        self._edited()
        self.retranslate()
        self.what.setFocus(Qt.FocusReason.OtherFocusReason)

    def _edited(self) -> None:
        self.complaint.say(None)
        self._show_name()

    def _show_name(self) -> None:
        text, program = self.what.text(), self._kind == "program"
        name = suggested_name(tuple(text.split()) if program else (), "" if program else text)
        self.name.setPlaceholderText(name or self.tr("Name of the server"))

    def _add(self) -> None:
        text = self.what.text().strip()
        if not text:
            self.what.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        program, pairs, name = self._kind == "program", self.pairs.pairs(), self.name.text()
        command, url = (text, "") if program else ("", text)
        env, headers = (pairs, {}) if program else ({}, pairs)
        self.complaint.say(None)
        self.add.setEnabled(False)
        self._calls.do(
            lambda s: s.servers.add(written_spec(name, command, url), env, headers),
            self._added,
            self._could_not,
            executor="net",
        )

    def _added(self, server: Server) -> None:
        self.add.setEnabled(True)
        self.what.clear()
        self.name.clear()
        self.pairs.clear()
        self._edited()
        self.added.emit(server.name)

    def _could_not(self, error: UserError) -> None:
        self.add.setEnabled(True)
        self.complaint.say(error)

    def retranslate(self) -> None:
        program = self._kind == "program"
        kinds = [("program", self.tr("Program")), ("address", self.tr("Address"))]
        self.kind.set_choices(kinds, self._kind)
        self.kind.setAccessibleName(self.tr("Kind of server"))
        if program:
            self.what.setPlaceholderText(self.tr("Command, such as uvx mcp-server-time"))
            self.what.setAccessibleName(self.tr("The whole command of the server"))
            self.help.setText(
                self.tr(
                    "It runs in the sandbox. Before it starts you see the whole command and what it may do, and agree"
                    " to it."
                )
            )
            self.pairs.set_words(self.tr("Add a variable"))
        else:
            self.what.setPlaceholderText("https://tools.example/mcp")
            self.what.setAccessibleName(self.tr("The address of the server"))
            self.help.setText(
                self.tr(
                    "A key goes into a header, such as Authorization: Bearer …; its value is kept secret."
                )
            )
            self.pairs.set_words(self.tr("Add a header"))
        self.name.setAccessibleName(self.tr("Name of the server, the first part of its tools’ names"))
        set_texts(self.add, self.tr("Add tool server"), self.tr("Add this server"))
        self._show_name()
