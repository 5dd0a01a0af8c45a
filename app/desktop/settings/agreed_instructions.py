"""Project instructions and skills that a person agreed to, each with a way to take that back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.line_list import Line, LineList
from app.desktop.text.grant_text import when_agreed
from app.desktop.text.run_labels import folder_text
from app.desktop.widgets.layouts import Column
from app.services.guidance.agreements import Agreement

if TYPE_CHECKING:
    from app.services.services import Services


class AgreedInstructions(ThemedWidget):
    """The latest first."""

    def __init__(self, calls: ServiceCalls, parent: QWidget) -> None:
        super().__init__(parent)
        self._calls = calls
        self._agreed: tuple[Agreement, ...] = ()
        self.list = LineList(self)
        Column(self.list, parent=self)
        self.list.acted.connect(lambda number: self._take_back(self._agreed[number]))
        self.refresh()

    def read(self) -> None:
        """Show what there is now."""
        self._calls.do(lambda s: s.runs.instructions.agreed(), self._take, executor="io", owner=self)

    def _take(self, agreed: tuple[Agreement, ...]) -> None:
        self._agreed = agreed
        self.retranslate()

    def _take_back(self, agreement: Agreement) -> None:
        self._calls.do(
            lambda s: _taken_back(s, agreement.place), lambda _: self.read(), executor="io", owner=self
        )

    def retranslate(self) -> None:
        lines = [self._line(agreement) for agreement in self._agreed]
        self.list.show_lines(lines, self.tr("None. You’re asked before a project’s instructions count."))

    def _line(self, agreement: Agreement) -> Line:
        place = folder_text(agreement.place)
        said = self.tr("Take back: {path}").format(path=place)
        return Line(
            place, when_agreed(agreement.agreed), self.tr("Take back"), said, tip=agreement.text[:2000]
        )


def _taken_back(services: Services, place: str) -> None:
    services.runs.instructions.take_back(place)
