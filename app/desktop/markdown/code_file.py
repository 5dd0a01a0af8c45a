"""Code as a file of a person's choice."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from app.desktop.base.tasks import run_in_background
from app.desktop.widgets.buttons import COPIED_MS
from app.desktop.widgets.labels import announce
from app.markdown.markdown import Code

# Endings of names by the language of a fence, where they are not the same.
_ENDINGS = {
    "bash": "sh", "c++": "cpp", "c#": "cs", "cuda": "cu", "csharp": "cs", "golang": "go", "haskell": "hs",
    "javascript": "js", "julia": "jl", "kotlin": "kt", "latex": "tex", "markdown": "md", "mermaid": "mmd",
    "objective-c": "m", "perl": "pl", "powershell": "ps1", "python": "py", "python3": "py", "ruby": "rb",
    "rust": "rs", "shell": "sh", "text": "txt", "typescript": "ts", "zsh": "sh",
}  # fmt: skip


def file_name(code: Code) -> str:
    """A name to begin with: by the language, if its fence has one."""
    if code.language.lower() == "dockerfile":
        return "Dockerfile"
    ending = _ENDINGS.get(code.language.lower(), code.language.lower())
    return f"code.{ending if re.fullmatch('[a-z0-9]{1,10}', ending) else 'txt'}"


def write(path: str, text: str) -> str:
    """Write a file, which ends its last line. What went wrong, "" if nothing did."""
    try:
        with Path(path).open("w", encoding="utf-8", newline="\n") as file:
            file.write(text if text.endswith("\n") or not text else f"{text}\n")
    except OSError as error:
        return error.strerror or str(error)
    return ""


class SaveButton(QPushButton):
    """Lets a person choose a file for what `code` gives, writes it off the GUI thread and says how that ended."""

    def __init__(self, parent: QWidget, code: Callable[[], Code]) -> None:
        super().__init__(parent)
        self.setProperty("kind", "small-word")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._code = code
        self._back = QTimer(self, singleShot=True, interval=COPIED_MS)
        self._back.timeout.connect(self._show_word)
        self.clicked.connect(self._ask)
        self._show_word()

    def _ask(self) -> None:
        code = self._code()
        dialog = QFileDialog(self.window(), self.tr("Save code"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(file_name(code))
        dialog.fileSelected.connect(lambda path: self.save(path, code.text))
        dialog.open()

    def save(self, path: str, text: str) -> None:
        """Write the file."""
        run_in_background(
            lambda: write(path, text), lambda trouble: self._saved(path, trouble), executor="io", owner=self
        )

    def _saved(self, path: str, trouble: str) -> None:
        name = Path(path).name
        if trouble:
            said = self.tr("“{name}” couldn’t be saved: {detail}").format(name=name, detail=trouble)
        else:
            said = self.tr("Saved as “{name}”").format(name=name)
        self.setText(self.tr("Not saved") if trouble else self.tr("Saved"))
        self.setToolTip(said)
        announce(self, said)
        self._back.start(COPIED_MS if not trouble else 4 * COPIED_MS)

    def _show_word(self) -> None:
        self.setText(self.tr("Save"))
        self.setAccessibleName(self.tr("Save this code as a file"))
        self.setToolTip(self.tr("Save as a file"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._show_word()
