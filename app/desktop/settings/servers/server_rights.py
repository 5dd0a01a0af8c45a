"""What a server may do: the workspace, folders, the network, and whether its hints are believed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from agents.mcp.sanitize import shown_words
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.controls import SettingRow
from app.desktop.forms.file_dialog import choose_folder
from app.desktop.forms.form import Field, Form
from app.desktop.forms.line_list import Line, LineList
from app.desktop.settings.servers.server_parts import Part
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.services.connections.server_values import Server


class Folders(ThemedWidget):
    """Paths beyond the workspace. `changed` carries the fields of the spec that are others now."""

    changed = Signal(dict)

    def __init__(self, server: Server, parent: QWidget) -> None:
        super().__init__(parent)
        self._server = server
        self._paths: list[tuple[str, str]] = []
        self.list = LineList(self)
        self.read, self.write = push_button(self, "bar"), push_button(self, "bar")
        Column(self.list, Row(self.read, self.write, STRETCH, spacing=8), parent=self, spacing=6)
        self.read.clicked.connect(lambda: self._choose("readable"))
        self.write.clicked.connect(lambda: self._choose("writable"))
        self.list.acted.connect(lambda number: self._remove(*self._paths[number]))
        self.refresh()

    def show_server(self, server: Server) -> None:
        self._server = server
        self.retranslate()

    def add(self, field: str, path: str) -> None:
        """`field` is "readable" or "writable"; a path is one of them, not both."""
        spec = self._server.spec
        readable = [one for one in spec.readable if one != path]
        writable = [one for one in spec.writable if one != path]
        (readable if field == "readable" else writable).append(path)
        self.changed.emit({"readable": tuple(readable), "writable": tuple(writable)})

    def _remove(self, field: str, path: str) -> None:
        kept = tuple(one for one in getattr(self._server.spec, field) if one != path)
        self.changed.emit({field: kept})

    def _choose(self, field: str) -> None:
        title = self.tr("Folder for {name}").format(name=self._server.name)
        choose_folder(self, title, lambda path: self.add(field, path))

    def _line(self, field: str, path: str) -> Line:
        kind = self.tr("may be read") if field == "readable" else self.tr("may be read and changed")
        said = self.tr("Revoke access to {path}").format(path=path)
        return Line(shown_words(path), kind, self.tr("Revoke"), said)

    def retranslate(self) -> None:
        name = self._server.name
        set_texts(
            self.read,
            self.tr("Allow reading a folder…"),
            self.tr("Allow {name} to read a folder").format(name=name),
        )
        set_texts(
            self.write,
            self.tr("Allow changing a folder…"),
            self.tr("Allow {name} to change a folder").format(name=name),
        )
        spec = self._server.spec
        self._paths = [(field, path) for field in ("readable", "writable") for path in getattr(spec, field)]
        self.list.show_lines([self._line(*each) for each in self._paths])


class RightsPart(Part):
    """`changed` carries fields of the spec that are to be others: what was agreed to is asked anew then. `trusted`
    carries whether the server's hints are to be believed."""

    changed = Signal(dict)
    trusted = Signal(bool)

    def __init__(self, server: Server, parent: QWidget) -> None:
        super().__init__(server, parent)
        self.folders = Folders(server, self)
        self.form = Form(self._add_row, self._change)
        self.folders.changed.connect(self.changed)
        self.refresh()

    def _add_row(self, control: QWidget, *, below: bool = False) -> SettingRow:
        # In line with what stands above and below it.
        row = SettingRow(control, self, below=below, margins=(0, 4, 0, 4))
        self.column.addWidget(row)
        return row

    def _change(self, key: str, value: object) -> None:
        if key == "trusted":
            self.trusted.emit(value)
        else:
            self.changed.emit({key: value})

    def show_server(self, server: Server) -> None:
        self.folders.show_server(server)
        super().show_server(server)

    def _fields(self) -> tuple[Field, ...]:
        return (
            Field(
                "workspace",
                self.tr("Workspace"),
                self.tr("The folder of the run that uses it. The rest of your files are hidden from it."),
                [
                    ("none", self.tr("Not seen")),
                    ("read", self.tr("Read")),
                    ("write", self.tr("Read and change")),
                ],
            ),
            Field(
                "folders", self.tr("Folders"), self.tr("Other folders it may use."), self.folders, below=True
            ),
            Field(
                "network",
                self.tr("Network"),
                self.tr("With network access it can send anything it can read."),
            ),
            Field(
                "trusted",
                self.tr("Trust what it says about its tools"),
                self.tr(
                    "A tool that calls itself harmless is treated as harmless. Otherwise each use is "
                    "confirmed as if it could change everything the server can reach."
                ),
            ),
        )

    def retranslate(self) -> None:
        spec = self._server.spec
        self.heading.setText(self.tr("What it may do"))
        self.form.show(self._fields(), partial(getattr, spec))
        for key, row in self.form.rows.items():
            row.setVisible(key == "trusted" or not spec.remote)
