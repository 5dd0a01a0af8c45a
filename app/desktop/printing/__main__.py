"""`python -m app.desktop.printing SOURCE FOLDER LANGUAGE`: prints the chats of a file of Coterie's own JSON.

They become `0.pdf`, `1.pdf` and so on in the folder. On stdout a line "done" follows each, and lines "." on the way
show that it gets on. A line "failed" with a reason is the last one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

from PySide6.QtGui import QGuiApplication

from app.desktop.printing.copyable import make_copyable
from app.desktop.printing.printing import print_chat
from app.language import Language
from app.services.chat.exchange.coterie_json import read_coterie
from app.services.chat.exchange.labels import Labels
from app.services.chat.exchange.values import UnreadChat
from engine.errors import UserError


def main(source: str, folder: str, language: str) -> int:
    """Print; the exit code."""
    (chosen,) = (known for known in get_args(Language) if known == language)
    application = QGuiApplication([])
    try:
        _print(Path(source), Path(folder), chosen)
    except (OSError, UserError) as error:
        _say(f"failed {error}")
        return 1
    del application
    return 0


def _print(source: Path, folder: Path, language: Language) -> None:
    with source.open("rb") as file:
        document = read_coterie(file)
        projects = {project.id: project.name for project in document.projects}
        for number, chat in enumerate(document.chats):
            if isinstance(chat, UnreadChat):
                raise UserError.from_info(chat.reason)
            labels = Labels(language, chat.conversation, projects.get(chat.conversation.project or 0, ""))
            path = folder / f"{number}.pdf"
            if not print_chat(chat, labels, path, lambda: _say(".")):
                raise OSError("the file could not be written")
            make_copyable(path)
            _say("done")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
