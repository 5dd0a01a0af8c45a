"""Choosing which pages or parts of a document are attached."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.forms.controls import Bounds, NumberField
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Row
from app.desktop.widgets.overlay import Sheet
from app.format import format_count
from app.store.records import Attachment

WIDTH = 440


class PartsSheet(Sheet):
    """`chosen` carries the attachment, and the first and the last part of it that shall be read."""

    chosen = Signal(object, int, int)

    def __init__(self, parent: QWidget, attachment: Attachment) -> None:
        super().__init__(parent, WIDTH)
        self._attachment = attachment
        inside = self.scroller.inside
        self._about = wrapped_label(inside)
        bounds = Bounds(1, max(1, attachment.parts), 1, 0)
        self.first, self.last = NumberField(bounds, inside), NumberField(bounds, inside)
        self.first.show_number(attachment.first or 1)
        self.last.show_number(attachment.last or attachment.parts)
        self._from, self._to = text_label(inside), text_label(inside)
        self.scroller.column.addWidget(self._about)
        self.scroller.column.addLayout(Row(self._from, (self.first, 1), self._to, (self.last, 1), spacing=8))
        self._cancel, self.use = push_button(self.card), push_button(self.card, "primary")
        self._cancel.clicked.connect(self.close_overlay)
        self.use.clicked.connect(self.confirm)
        self.foot.add(STRETCH)
        self.foot.add(self._cancel)
        self.foot.add(self.use)
        self.closed.connect(self.deleteLater)
        self.refresh()

    def open(self) -> None:
        super().open()
        self.fit()
        self.first.setFocus()
        self.first.selectAll()

    def confirm(self) -> None:
        for field in (self.first, self.last):
            field.interpretText()
        ends = sorted(int(field.number() or 1) for field in (self.first, self.last))
        self.close_overlay()
        self.chosen.emit(self._attachment, *ends)

    def retranslate(self) -> None:
        self.title.setText(self.tr("Choose parts"))
        about = self.tr("“{name}” has {count} parts: pages, slides, sheets, or rows. Only these are read.")
        count = format_count(self._attachment.parts)
        self._about.setText(about.format(name=self._attachment.name, count=count))
        self._from.setText(self.tr("From"))
        self._to.setText(self.tr("to"))
        self.first.setAccessibleName(self.tr("First part"))
        self.last.setAccessibleName(self.tr("Last part"))
        self._cancel.setText(self.tr("Cancel"))
        self.use.setText(self.tr("Use these"))
