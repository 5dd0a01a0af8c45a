"""The one table of shortcuts: the window makes its actions from it, and the F1 sheet is drawn from it."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication


class Shortcut(NamedTuple):
    """`name` is what the window binds; a shortcut that belongs to a field has `in_window` False."""

    name: str
    keys: str
    text: str
    in_window: bool = True


def shortcuts() -> tuple[Shortcut, ...]:
    """The table with its texts in the language that is on."""
    tr = QCoreApplication.translate
    return (
        Shortcut("new_chat", "Ctrl+N", tr("Shortcuts", "New chat")),
        Shortcut("palette", "Ctrl+K", tr("Shortcuts", "Commands and chats")),
        Shortcut("find", "Ctrl+F", tr("Shortcuts", "Search chats")),
        Shortcut("next_chat", "Ctrl+PgDown", tr("Shortcuts", "Next chat")),
        Shortcut("previous_chat", "Ctrl+PgUp", tr("Shortcuts", "Previous chat")),
        Shortcut("compose", "Ctrl+L", tr("Shortcuts", "Write a message")),
        Shortcut("send", "Return", tr("Shortcuts", "Send"), in_window=False),
        Shortcut("break", "Shift+Return", tr("Shortcuts", "New line"), in_window=False),
        Shortcut("edit_last", "Alt+Up", tr("Shortcuts", "Edit your last message")),
        Shortcut("stop", "Esc", tr("Shortcuts", "Stop the answer, or close what is open")),
        Shortcut("rename", "F2", tr("Shortcuts", "Rename the chat in the list"), in_window=False),
        Shortcut("delete", "Del", tr("Shortcuts", "Delete the chat in the list"), in_window=False),
        Shortcut("undo", "Ctrl+Z", tr("Shortcuts", "Undo the deletion")),
        Shortcut("open_model", "Ctrl+O", tr("Shortcuts", "Open a model file")),
        Shortcut("sidebar", "Ctrl+B", tr("Shortcuts", "Show or hide the list of chats")),
        Shortcut("settings", "Ctrl+,", tr("Shortcuts", "Settings")),
        Shortcut("sheet", "F1", tr("Shortcuts", "Keyboard shortcuts")),
        Shortcut("quit", "Ctrl+Q", tr("Shortcuts", "Quit")),
    )
