"""What happens to chats by itself, and what the system tells of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from app.desktop.forms.form import Field, FormSection


class ChatsSection(FormSection):
    """Titles that come by themselves, and notifications."""

    def __init__(self, change: Callable[..., None], parent: QWidget | None = None) -> None:
        super().__init__(change, parent)
        self.refresh()

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Chats and notifications"))
        return (
            Field(
                "titles_by_model",
                self.tr("Name chats automatically"),
                self.tr("The model names a chat after its first answer. A name you chose stays."),
            ),
            Field(
                "notify_answers",
                self.tr("Notify when an answer is ready or needs you"),
                self.tr("Shows a system notification while the window is in the background."),
            ),
            Field(
                "notify_runs",
                self.tr("Notify when a run is done or needs you"),
                self.tr("Shows a system notification while the window is in the background."),
            ),
        )
