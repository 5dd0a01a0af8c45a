"""Choosing a file or a folder, in the dialog of the system."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def choose_file(
    parent: QWidget, title: str, kinds: str, then: Callable[[str], object], start: str = ""
) -> None:
    """Call `then` with a file that is there; not at all when none is chosen."""
    dialog = QFileDialog(parent, title, start, kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(then)
    _open(dialog)


def choose_files(parent: QWidget, title: str, kinds: str, then: Callable[[list[str]], object]) -> None:
    """Call `then` with files that are there; not at all when none is chosen."""
    dialog = QFileDialog(parent, title, "", kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(then)
    _open(dialog)


def choose_folder(parent: QWidget, title: str, then: Callable[[str], object], start: str = "") -> None:
    """Call `then` with a folder; not at all when none is chosen."""
    dialog = QFileDialog(parent, title, start)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(then)
    _open(dialog)


def _open(dialog: QFileDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
