"""The bar over a run: what it is, where it works, how far it is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from app.desktop.base.icons import icon, set_icon
from app.desktop.base.menu import Menu
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.text.remote_marks import RemoteChip
from app.desktop.text.run_labels import folder_name, is_under_way, mode_name, mode_sentence, progress_text
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.chip import Chip
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.labels import name_icon, set_texts, text_label
from app.desktop.widgets.layouts import STRETCH, Row
from app.services.runs.export import ExportFormat
from app.services.runs.values import RunRecord, RunView

# What the title has before anything stands beside it, where it is that long; the most that the folder takes; what the
# title keeps beside the buttons.
TITLE, FOLDER, LEAST = 260, 160, 48


class RunHeader(ThemedWidget):
    """Shows a run; tells what a person wants. `export_wanted` carries a format; `cards_wanted` whether the cards are
    to be seen instead of the steps, where there is no room for both."""

    pause_wanted = Signal()
    stop_wanted = Signal()
    resume_wanted = Signal()
    export_wanted = Signal(str)
    recipe_wanted = Signal()
    folder_wanted = Signal()
    delete_wanted = Signal()
    cards_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "head")
        self._run: RunRecord | None = None
        self._interrupted = self._other_process = False
        self._seconds = 0.0
        self._ending = False  # it was told to pause or stop, and has not yet
        self.title = ElidedLabel(self, bold=True)
        self.title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.folder, self.mode = Chip(self), Chip(self)
        self.remote = RemoteChip(self, short=True)
        self.progress = text_label(self, "small")
        self.pause = push_button(self, "bar")
        self.stop = push_button(self, "bar")
        self.resume = push_button(self, "bar")
        self._row = Row(
            self.title,
            self.folder,
            self.mode,
            self.remote,
            STRETCH,
            self.progress,
            parent=self,
            margins=(20, 0, 20, 0),
            spacing=12,
        )
        for button in (self.pause, self.stop, self.resume):
            self._row.addWidget(button)
        self.cards = push_button(self, "icon")
        self.menu_button = push_button(self, "icon")
        self.cards.setCheckable(True)
        self.cards.hide()
        for button in (self.cards, self.menu_button):
            self._row.addWidget(button)
        self.cards.toggled.connect(self.cards_wanted)
        self.menu_button.clicked.connect(self._open_menu)
        for button, wanted in ((self.pause, self.pause_wanted), (self.stop, self.stop_wanted)):
            button.clicked.connect(self._end)
            button.clicked.connect(wanted)
        self.resume.clicked.connect(self.resume_wanted)
        self.refresh()

    def show_view(self, view: RunView, seconds: float, *, other_process: bool = False) -> None:
        """`seconds` is how long it took so far, without waiting for a person. `other_process`: another process
        carries it out, and only that one can end it."""
        self._other_process = other_process
        run = view.record
        self._interrupted = bool(view.interrupted)
        if self._run is None or self._run.id != run.id or not is_under_way(run):
            self._ending = False
        self._run, self._seconds = run, seconds
        self._show()

    def _end(self) -> None:
        self._ending = True
        self._show()

    def _show(self) -> None:
        run = self._run
        if run is None:
            return
        self.title.set_whole(run.title)
        self._name_folder(run.workspace)
        self.mode.say(mode_name(run.mode), explanation=mode_sentence(run.mode))
        self.remote.show_model(run.model)
        self.progress.setText(progress_text(run, self._seconds))
        under_way = is_under_way(run)
        self.pause.setVisible(under_way and not self._other_process)
        self.stop.setVisible(under_way and not self._other_process)
        self.pause.setEnabled(not self._ending)
        # What becomes of interrupted calls is asked below.
        ended = run.state in ("paused", "stopped", "failed", "interrupted")
        self.resume.setVisible(ended and not self._interrupted)
        self._fit()

    def _name_folder(self, path: str) -> None:
        metrics, room = QFontMetrics(self.folder.font()), themes.current.px(FOLDER)
        shown = metrics.elidedText(folder_name(path), Qt.TextElideMode.ElideMiddle, room)
        self.folder.say(shown, explanation=path)

    def show_narrow(self, narrow: bool) -> None:
        """Whether there is no room for the cards beside the steps."""
        self.cards.setVisible(narrow)
        if not narrow:
            self.cards.setChecked(False)

    def _open_menu(self) -> None:
        place = QPoint(self.menu_button.width(), self.menu_button.height() + themes.current.px(4))
        menu = self.menu()
        menu.popup(self.menu_button.mapToGlobal(place - QPoint(menu.sizeHint().width(), 0)))

    def menu(self) -> QMenu:
        """What else can be done with the run. It deletes itself when it closes."""
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        formats: tuple[tuple[ExportFormat, str], ...] = (
            ("markdown", self.tr("Export as Markdown…")),
            ("jsonl", self.tr("Export as JSON lines…")),
            ("otel", self.tr("Export for OpenTelemetry…")),
        )
        for format, text in formats:
            menu.addAction(
                icon("download", "muted", 16), text, lambda format=format: self.export_wanted.emit(format)
            )
        menu.addSeparator()
        menu.addAction(icon("plus", "muted", 16), self.tr("Save as a skill…"), self.recipe_wanted.emit)
        menu.addAction(icon("folder-open", "muted", 16), self.tr("Show the folder"), self.folder_wanted.emit)
        menu.addSeparator()
        delete = menu.addAction(icon("trash-2", "muted", 16), self.tr("Delete"), self.delete_wanted.emit)
        delete.setEnabled(self._run is not None and not is_under_way(self._run))
        return menu

    def resizeEvent(self, event: object) -> None:
        self._fit()

    def _fit(self) -> None:
        """The title comes first, then how far it is, and the chips where there is room for them."""
        px, gap = themes.current.px, self._row.spacing()
        buttons = (self.pause, self.stop, self.resume, self.cards, self.menu_button)
        fixed = [widget for widget in (*buttons, self.remote) if not widget.isHidden()]
        taken = px(40) + sum(widget.sizeHint().width() + gap for widget in fixed)
        # Only the buttons may push something aside; what else does not fit is left out.
        self.setMinimumWidth(taken + px(LEAST))
        room = self.width() - taken
        room -= min(self.title.sizeHint().width(), px(TITLE)) + gap
        for label in (self.progress, self.mode, self.folder):
            wide = label.sizeHint().width() + gap
            shown = bool(label.text()) and wide <= room
            label.setVisible(shown)
            room -= wide if shown else 0

    def retranslate(self) -> None:
        for button, name in (
            (self.pause, self.tr("Pause")),
            (self.stop, self.tr("Stop")),
            (self.resume, self.tr("Resume")),
        ):
            set_texts(button, name)
        for button, name in (
            (self.cards, self.tr("Files, what the model sees, and permissions")),
            (self.menu_button, self.tr("More for this run")),
        ):
            name_icon(button, name)
        self.pause.setToolTip(self.tr("Pauses after this step. You can resume the run."))
        self.stop.setToolTip(self.tr("Stops now. You can resume the run."))
        self._show()

    def restyle(self) -> None:
        px = themes.current.px
        self.setFixedHeight(px(52))
        self.title.setMinimumWidth(px(LEAST))
        set_icon(self.cards, "sliders-horizontal", "muted", 18)
        set_icon(self.menu_button, "ellipsis", "muted", 18)
