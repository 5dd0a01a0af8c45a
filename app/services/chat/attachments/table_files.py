"""Attached tables as files of CSV, for the programs that a model writes: whole, and only to be read.

They are made of what was attached when a chat with such programs first needs them, and lie in a folder of the data
folder by the hash of the original. Methods block on the disk and on another process: call them off the GUI thread.
"""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from agents.tools.child import Child, ChildEnded
from agents.tools.documents.kinds import ending
from agents.tools.documents.reading import SECONDS
from app.services.runs.parts import found_sandbox
from app.store.records import Attachment, ChatOptions, RunRecord
from app.store.store import Store
from engine.durable_files import write_whole
from engine.values import Picture

log = logging.getLogger(__name__)
FIRST_ROWS = 20  # below that with the names, which a model is given of a table that does not fit
_RUNNING = frozenset({"python", "shell"})
_DIGITS = 12  # of the hash: few enough for a model to copy
_LONGEST = 60
_NOT_PLAIN = re.compile(r"[^\w.-]+")
# For the model, behind the text of a table.
_TOLD = (
    'For the tools python and shell the whole of "{name}" is CSV, only to be read: {files}. Compute with that, not '
    "with the rows above."
)
_FILE = 'os.environ["ATTACHMENTS"] + "/{path}" ({rows} rows)'

Given = Callable[[Attachment], str | Picture]


def is_table(attachment: Attachment) -> bool:
    return attachment.kind in ("csv", "xlsx") or ending(attachment.name) == "ods"


def computes(options: ChatOptions) -> bool:
    """Whether the model of a chat can run programs, in the sandbox."""
    tools = options.tools
    may = tools is not None and (tools.names is None or not _RUNNING.isdisjoint(tools.names))
    return may and found_sandbox() is not None


class TableFiles:
    """The files in `folder`."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder, self._store = folder, store

    def files(self, conversation: int, attachment: Attachment) -> list[Path]:
        """A file for each sheet with anything in it, made where it is not there yet; [] for what is no table, or none
        that can be read whole."""
        if not is_table(attachment) or not attachment.sha256:
            return []
        folder = self._of(attachment)
        if not folder.is_dir():
            content = self._store.contents.get(conversation, attachment.sha256)
            if content is None or not self._make(folder, attachment.name, content):
                return []
        return sorted(folder.glob("*.csv"))

    def given(self, conversation: int, given: Given) -> Given:
        """The same, and behind the text of each table where the whole of it is."""

        def told(attachment: Attachment) -> str | Picture:
            found = given(attachment)
            files = self.files(conversation, attachment) if isinstance(found, str) and found else []
            if not files:
                return found
            named = (
                _FILE.format(path=path.relative_to(self.folder).as_posix(), rows=_rows(path))
                for path in files
            )
            return f"{found}\n{_TOLD.format(name=attachment.name, files=', '.join(named))}"

        return told

    def readable(self, run: RunRecord) -> tuple[Path, ...]:
        """The folders that the programs of a run may read: of the tables in its chat."""
        if not run.conversation:
            return ()
        messages = self._store.messages
        branch = messages.get_all(messages.path(run.conversation))
        tables = (
            each for message in branch for each in message.attachments if is_table(each) and each.sha256
        )
        return tuple(folder for folder in dict.fromkeys(map(self._of, tables)) if folder.is_dir())

    def sweep(self) -> None:
        """Remove the files whose originals are not kept any more."""
        wanted = {name[:_DIGITS] for name in self._store.contents.names()}
        if self.folder.is_dir():
            for folder in self.folder.iterdir():
                if folder.name not in wanted:
                    shutil.rmtree(folder, ignore_errors=True)

    def _of(self, attachment: Attachment) -> Path:
        return self.folder / attachment.sha256[:_DIGITS]

    def _make(self, folder: Path, name: str, content: bytes) -> bool:
        """Whether it could be made: at once whole, and once only if several do so."""
        try:
            with Child("agents.tools.documents.sheets_as_csv:as_csv", seconds=SECONDS) as child:
                found = child.ask({"name": name}, content)
        except ChildEnded as ended:
            found = {"why": ended.why}
        if not found.get("sheets"):
            log.warning("No CSV of a table: %s", found.get("why", "no_text"))
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            several = len(found["sheets"]) > 1
            for number, (sheet, text) in enumerate(found["sheets"], 1):
                path = made / _file_name(name, sheet if several else "", number)
                write_whole(path, text.encode())
                path.chmod(0o444)
            made.replace(folder)
        except OSError as error:
            log.warning("No CSV of a table: %s", error.strerror)
            shutil.rmtree(made, ignore_errors=True)
        return folder.is_dir()


def _file_name(name: str, sheet: str, number: int) -> str:
    """Short and plain, so that a model writes it as it is; `number` tells sheets apart whose names are not."""
    stem = _NOT_PLAIN.sub("_", name.rpartition(".")[0] or name).strip("._")[:_LONGEST] or "table"
    part = _NOT_PLAIN.sub("_", sheet).strip("._")[:_LONGEST]
    return f"{stem}-{number}-{part}.csv" if sheet else f"{stem}.csv"


def _rows(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))
