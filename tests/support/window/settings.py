"""The Settings page."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from tests.support.window.pressing import buttons

RESTORE = "Restore: "


def deleted_chats(trash: QWidget) -> list[str]:
    """The titles that can be brought back."""
    return [name.removeprefix(RESTORE) for name in buttons(trash) if name.startswith(RESTORE)]
