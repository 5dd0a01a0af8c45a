"""Exports chats to a file, or to a folder with a file for each, one chat in memory at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal

import msgspec

from app.file_names import FileNames
from app.language import Language
from app.services.chat.exchange.coterie_json import write_coterie
from app.services.chat.exchange.html_page import html_page
from app.services.chat.exchange.labels import Labels
from app.services.chat.exchange.markdown_text import markdown
from app.services.chat.exchange.printed import printed
from app.services.chat.exchange.writing import check_file, check_folder, new_file
from app.store.records import Conversation, Project, WholeChat
from app.store.store import Store
from engine.errors import UserError

ExportFormat = Literal["markdown", "json", "html", "pdf"]
ENDINGS: dict[ExportFormat, str] = {"markdown": ".md", "json": ".json", "html": ".html", "pdf": ".pdf"}
# Called with how many chats are done, and how many there are.
Report = Callable[[int, int], None]


class Export(msgspec.Struct, frozen=True):
    """What is exported, and to where: to the file `path`, or with `apart` to a folder with a file for each chat.

    `replace`: files that are there may be replaced.
    """

    ids: tuple[int, ...]
    format: ExportFormat
    path: Path
    apart: bool = False
    replace: bool = False
    language: Language = "en"


def every_chat(store: Store) -> tuple[int, ...]:
    """The chats that `--all` names: those of the list, archived ones included, the oldest first."""
    return tuple(sorted(c.id for c in store.conversations.all() if not c.is_blank))


def export_chats(store: Store, export: Export, report: Report = lambda done, total: None) -> None:
    """Export, and `report` each chat that is done.

    Raises UserError `exchange.nothing`, `store.no_conversation`, or what the files are refused for
    (`exchange.writing`); a file is then whole or not there.
    """
    if not export.ids:
        raise UserError("exchange.nothing")
    exporter = _Exporter(store, export)
    if export.format == "json":
        with new_file(export.path, replace=export.replace) as file:
            write_coterie(file, exporter.projects(), exporter.chats(report))
        return
    if export.apart:
        check_folder(export.path, replace=export.replace)
    else:
        check_file(export.path, replace=export.replace)
    if export.format == "pdf":
        exporter.write_printed(report)
        return
    for chat in exporter.chats(report):
        exporter.write(chat)


class _Exporter:
    def __init__(self, store: Store, export: Export) -> None:
        self._store, self._export = store, export
        self._projects = {project.id: project for project in store.projects.all()}
        self._names = FileNames(ENDINGS[export.format])

    def chats(self, report: Report) -> Iterator[WholeChat]:
        ids = self._export.ids
        for done, id in enumerate(ids, 1):
            yield self._whole(id)
            report(done, len(ids))

    def projects(self) -> Sequence[Project]:
        """The projects of the chats."""
        named = {chat.project for chat in self._store.conversations.get_all(self._export.ids)}
        return [project for id, project in self._projects.items() if id in named]

    def write(self, chat: WholeChat) -> None:
        given = chat.conversation
        project = self._projects.get(given.project or 0)
        labels = Labels(self._export.language, given, "" if project is None else project.name)
        with new_file(self._path(given), replace=self._export.replace) as file:
            for piece in _WRITERS[self._export.format](chat, labels):
                file.write(piece.encode())

    def write_printed(self, report: Report) -> None:
        """Write PDFs: the printing process reads the chats from a file, and leaves it PDFs without names."""
        ids, done = self._export.ids, 0
        report(done, len(ids))
        with tempfile.TemporaryDirectory(prefix="coterie-print-") as folder:
            source = Path(folder) / "chats.json"
            with new_file(source, replace=False) as file:
                write_coterie(file, self.projects(), self.chats(lambda done, total: report(0, total)))
            pdfs = printed(source, Path(folder), self._export.language, lambda: report(done, len(ids)))
            with closing(pdfs):
                for done, (id, pdf) in enumerate(zip(ids, pdfs, strict=True), 1):
                    path = self._path(self._store.conversations.get(id))
                    with new_file(path, replace=self._export.replace) as file, pdf.open("rb") as made:
                        shutil.copyfileobj(made, file)
                    pdf.unlink()
                    report(done, len(ids))

    def _path(self, conversation: Conversation) -> Path:
        if not self._export.apart:
            return self._export.path
        return self._export.path / self._names.take(conversation.title, f"chat-{conversation.id}")

    def _whole(self, id: int) -> WholeChat:
        """The chat; one whose project is deleted belongs to none."""
        holds_all = self._export.format == "json"
        chat = self._store.whole_chats.get(id, contents=holds_all)
        if chat.conversation.project in (None, *self._projects):
            return chat
        return msgspec.structs.replace(
            chat, conversation=msgspec.structs.replace(chat.conversation, project=None)
        )


# What makes the pieces of a file.
_WRITERS: dict[ExportFormat, Callable[[WholeChat, Labels], Iterator[str]]] = {
    "markdown": markdown,
    "html": html_page,
}
