"""Where the data lies, what is kept to save time, and where what was deleted is found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QDateTime, QLocale, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.file_dialog import choose_files, choose_folder
from app.desktop.forms.form import Field, FormSection
from app.desktop.forms.line_list import Line, LineList
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.labels import set_texts
from app.format import format_size

if TYPE_CHECKING:
    from app.services.services import Services

# More rows than anybody looks through would only make the page slow.
SHOWN = 100
GB = 10**9
LIMITS = (0, GB, 4 * GB, 16 * GB, 64 * GB)


class Deleted(NamedTuple):
    """A run in the trash. `time` is in seconds since 1970."""

    id: int
    title: str
    time: float


class DataSection(FormSection):
    """`run_restored` carries the id of a run that was brought back, `import_wanted` the paths of files and folders
    with chats. `export_wanted` asks to export all chats, `deleted_wanted` to show those that were deleted."""

    export_wanted = Signal()
    deleted_wanted = Signal()
    run_restored = Signal(int)
    import_wanted = Signal(list)

    def __init__(self, calls: ServiceCalls, home: Path, parent: QWidget | None = None) -> None:
        super().__init__(self._change, parent)
        self._calls, self._home = calls, home
        self._cached: int | None = None  # bytes
        self._runs: tuple[Deleted, ...] = ()
        self.folder, self.export, self.clear = push_button(self), push_button(self), push_button(self, "bar")
        self.deleted, self.runs = push_button(self), LineList(self)
        self.files, self.files_of = push_button(self), push_button(self)
        self.importing = FlowRow(self, self.files, self.files_of)
        self.files.clicked.connect(self._choose_files)
        self.files_of.clicked.connect(self._choose_folder)
        self.folder.clicked.connect(self.open_folder)
        self.export.clicked.connect(self.export_wanted)
        self.clear.clicked.connect(self._clear)
        self.deleted.clicked.connect(self.deleted_wanted)
        self.runs.acted.connect(lambda number: self._restore_run(self._runs[number].id))
        self.refresh()

    def open_folder(self) -> None:
        """Show the data folder in the file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._home)))

    def _choose_files(self) -> None:
        kinds = self.tr("Chats (*.json *.jsonl *.zip)") + ";;" + self.tr("All files (*)")
        choose_files(self, self.tr("Import chats"), kinds, self.import_wanted.emit)

    def _choose_folder(self) -> None:
        choose_folder(self, self.tr("Import chats"), lambda path: self.import_wanted.emit([path]))

    def read(self) -> None:
        """Ask what there is now."""
        self._calls.do(_deleted_runs, self._take)
        self._calls.do(lambda s: s.kept_states.bytes(), self._take_cached, executor="io")

    def _change(self, states_limit: int) -> None:
        """A smaller limit counts at once."""
        self._calls.do(lambda s: s.kept_states.limit_to(states_limit), self._take_cached, executor="io")

    def _clear(self) -> None:
        self.clear.setEnabled(False)
        self._calls.do(lambda s: s.kept_states.clear(), lambda _: self.read(), executor="io", owner=self)

    def _take_cached(self, taken: int) -> None:
        self._cached = taken
        if self.clear.hasFocus() and not taken:  # a button that is off gives its place in the page away
            self.editors["states_limit"].setFocus(Qt.FocusReason.OtherFocusReason)
        self.clear.setEnabled(bool(taken))
        self.retranslate()

    def _take(self, runs: tuple[Deleted, ...]) -> None:
        self._runs = runs
        self.retranslate()

    def _restore_run(self, run: int) -> None:
        self._calls.do(
            lambda s: s.runs.restore(run), lambda restored: self.run_restored.emit(restored.id), owner=self
        )

    def _line(self, deleted: Deleted) -> Line:
        date = QDateTime.fromSecsSinceEpoch(int(deleted.time)).date()
        restore = self.tr("Restore")
        when = QLocale().toString(date, QLocale.FormatType.ShortFormat)
        return Line(deleted.title, when, restore, f"{restore}: {deleted.title}")

    def cached(self) -> str:
        """What is kept now, in words."""
        if self._cached is None:
            return ""
        size = format_size(self._cached)
        return (
            self.tr("Cache size: {size}").format(size=size) if self._cached else self.tr("The cache is empty")
        )

    def retranslate(self) -> None:
        super().retranslate()
        set_texts(self.folder, self.tr("Open the folder"))
        set_texts(self.export, self.tr("Export all chats…"))
        set_texts(self.files, self.tr("Choose files…"), self.tr("Choose files of chats to import"))
        set_texts(self.files_of, self.tr("Choose a folder…"), self.tr("Choose a folder of chats to import"))
        self.importing.refit()
        set_texts(self.deleted, self.tr("Recently deleted…"), self.tr("Show recently deleted chats"))
        set_texts(self.clear, self.tr("Delete now"), self.tr("Delete the cache of all chats"))

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Data"))
        nothing = self.tr("Nothing was deleted in the last 30 days.")
        self.runs.show_lines([self._line(run) for run in self._runs[:SHOWN]], nothing)
        kept = self.tr(
            "Stored on disk. The oldest entries are removed first, and deleting a chat deletes its cache."
        )
        imports = self.tr(
            "From ChatGPT, Claude, Open WebUI, Jan, LM Studio, llama.cpp, or Coterie. You see what was found"
            " before anything is imported, and nothing is imported twice."
        )
        limits = sorted({*LIMITS, self.settings.states_limit})
        sizes = [(size, format_size(size) if size else self.tr("Off")) for size in limits]
        chats = self.tr("Kept for 30 days, then permanently deleted.")
        runs = self.tr("Kept for 30 days, then permanently deleted. Changes they made to files stay.")
        return (
            Field("folder", self.tr("Folder"), str(self._home), self.folder),
            Field(
                "export",
                self.tr("Export chats"),
                self.tr("As PDF, web pages, Markdown, or JSON."),
                self.export,
            ),
            Field("import", self.tr("Import chats"), imports, self.importing),
            Field("states_limit", self.tr("Cache for fast return to long chats"), kept, sizes),
            Field("cached", self.cached(), "", self.clear),
            Field("deleted", self.tr("Deleted chats"), chats, self.deleted),
            Field("runs", self.tr("Deleted runs"), runs, self.runs, below=True),
        )


def _deleted_runs(services: Services) -> tuple[Deleted, ...]:
    runs = [run for run in services.runs.trash() if not run.conversation]
    return tuple(Deleted(run.id, run.title, run.trashed or 0.0) for run in runs)
