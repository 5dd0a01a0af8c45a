"""What may stand in the place of an answer's parts."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.desktop.base.themed_widget import FittedWidget
from app.store.records import Message


class AnswerCover(FittedWidget):
    """Another view of an answer, in its card; `left` asks for the answer again. `is_raw`: it shows the raw text."""

    left = Signal()
    is_raw = False

    def show_message(self, message: Message) -> None:
        """Show the record as it is now."""
