"""The cards beside the steps of a run."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.desktop.runs.allowed_card import AllowedCard
from app.desktop.runs.files_card import FilesCard
from app.desktop.runs.seen_card import SeenCard
from app.desktop.widgets.scroller import ColumnScroller
from app.services.runs.values import RunView

TOP = 22  # the first card stands as high as the first step


class SideCards(ColumnScroller):
    """Files touched, what the model sees, what is allowed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, bare=True)
        self.files, self.seen, self.allowed = FilesCard(self), SeenCard(self), AllowedCard(self)
        self.column.addSpacing(TOP)
        for card in (self.files, self.seen, self.allowed):
            self.column.addWidget(card)
        self.column.addStretch(1)

    def show_view(self, view: RunView) -> None:
        self.files.show_view(view)
        self.seen.show_view(view)
        self.allowed.show_view(view)
