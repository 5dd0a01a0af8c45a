"""The one table of shortcuts: the window makes its actions from it, and the F1 sheet is drawn from it."""

from __future__ import annotations

import sys
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence


class Shortcut(NamedTuple):
    """`name` is what the window binds; a shortcut that belongs to a field has `in_window` False."""

    name: str
    keys: str
    text: str
    in_window: bool = True


def shown_keys(keys: str) -> str:
    """The keys as this platform writes them, arrows as arrows in every language."""
    if sys.platform == "darwin":
        return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return keys.replace("Up", "↑") if keys.endswith("+Up") else keys


def shortcuts() -> tuple[Shortcut, ...]:
    """The table with its texts in the language that is on."""
    translate = QCoreApplication.translate
    return (
        Shortcut("new_chat", "Ctrl+N", translate("Shortcuts", "New chat")),
        Shortcut("temporary_chat", "Ctrl+Shift+T", translate("Shortcuts", "New temporary chat")),
        Shortcut("open_window", "Ctrl+Shift+O", translate("Shortcuts", "Open the chat in a new window")),
        Shortcut("new_window", "Ctrl+Alt+W", translate("Shortcuts", "New window")),
        Shortcut("close_window", "Ctrl+W", translate("Shortcuts", "Close the chat window")),
        Shortcut("palette", "Ctrl+K", translate("Shortcuts", "Command palette")),
        Shortcut("find", "Ctrl+F", translate("Shortcuts", "Find in this chat")),
        Shortcut("find_next", "F3", translate("Shortcuts", "Find next")),
        Shortcut("find_previous", "Shift+F3", translate("Shortcuts", "Find previous")),
        Shortcut("select_text", "Ctrl+Shift+S", translate("Shortcuts", "Select text across the chat")),
        Shortcut("find_chat", "Ctrl+Shift+F", translate("Shortcuts", "Search chats")),
        Shortcut("next_chat", "Ctrl+PgDown", translate("Shortcuts", "Next chat")),
        Shortcut("previous_chat", "Ctrl+PgUp", translate("Shortcuts", "Previous chat")),
        Shortcut("export", "Ctrl+Shift+E", translate("Shortcuts", "Export this chat")),
        Shortcut("compose", "Ctrl+L", translate("Shortcuts", "Write a message")),
        Shortcut("attach", "Ctrl+U", translate("Shortcuts", "Attach files")),
        Shortcut("screenshot", "Ctrl+Alt+S", translate("Shortcuts", "Attach a screenshot")),
        Shortcut("collections", "Ctrl+Alt+C", translate("Shortcuts", "Collections")),
        Shortcut("send", "Enter", translate("Shortcuts", "Send"), in_window=False),
        Shortcut("break", "Shift+Enter", translate("Shortcuts", "New line"), in_window=False),
        Shortcut("edit_last", "Alt+Up", translate("Shortcuts", "Edit your last message")),
        Shortcut("copy_last", "Ctrl+Shift+C", translate("Shortcuts", "Copy the last answer")),
        Shortcut("regenerate", "Ctrl+Shift+R", translate("Shortcuts", "Regenerate the last answer")),
        Shortcut("stop", "Esc", translate("Shortcuts", "Stop the answer, or close what is open")),
        Shortcut("answer_now", "Ctrl+Shift+A", translate("Shortcuts", "End the reasoning and answer now")),
        Shortcut("rename", "F2", translate("Shortcuts", "Rename the chat in the list"), in_window=False),
        Shortcut("delete", "Del", translate("Shortcuts", "Delete the chat in the list"), in_window=False),
        Shortcut(
            "menu", "Shift+F10", translate("Shortcuts", "Menu of the chat in the list"), in_window=False
        ),
        Shortcut(
            "choose_chats",
            "Shift+Down",
            translate("Shortcuts", "Select several chats or models in the list"),
            in_window=False,
        ),
        Shortcut("move_chat", "Ctrl+Shift+P", translate("Shortcuts", "Move the chat to a project")),
        Shortcut("archive", "Ctrl+Alt+A", translate("Shortcuts", "Archive the chat")),
        Shortcut("deleted", "Ctrl+Shift+D", translate("Shortcuts", "Recently deleted")),
        Shortcut("new_project", "Ctrl+Alt+N", translate("Shortcuts", "New project")),
        Shortcut("undo", "Ctrl+Z", translate("Shortcuts", "Undo delete")),
        Shortcut("choose_model", "Ctrl+Shift+M", translate("Shortcuts", "Choose a model")),
        Shortcut("compare", "Ctrl+Shift+K", translate("Shortcuts", "Compare models")),
        Shortcut("open_model", "Ctrl+O", translate("Shortcuts", "Open a model file")),
        Shortcut("sidebar", "Ctrl+B", translate("Shortcuts", "Show or hide the list")),
        Shortcut("runs", "Ctrl+R", translate("Shortcuts", "Runs")),
        Shortcut("new_run", "Ctrl+Shift+N", translate("Shortcuts", "New run")),
        Shortcut("start_run", "Ctrl+Enter", translate("Shortcuts", "Start the new run"), in_window=False),
        Shortcut("models", "Ctrl+M", translate("Shortcuts", "Models: find and download")),
        Shortcut("downloads", "Ctrl+J", translate("Shortcuts", "Downloads")),
        Shortcut("library", "Ctrl+Shift+L", translate("Shortcuts", "Model library")),
        Shortcut("placement", "Ctrl+P", translate("Shortcuts", "Placement")),
        Shortcut("server", "Ctrl+Alt+V", translate("Shortcuts", "Local server")),
        Shortcut("settings", "Ctrl+,", translate("Shortcuts", "Settings")),
        Shortcut("sheet", "F1", translate("Shortcuts", "Keyboard shortcuts")),
        Shortcut("quit", "Ctrl+Q", translate("Shortcuts", "Quit")),
    )
