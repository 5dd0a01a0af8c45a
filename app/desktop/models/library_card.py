"""One model on disk as a card: what it is, how it would run here, and what can be done with it."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QMenu, QStackedWidget, QWidget

from app.desktop.base.icons import icon, set_icon
from app.desktop.base.language import languages
from app.desktop.base.menu import Menu
from app.desktop.base.theme import themes
from app.desktop.model_picker.tool_checking import ToolCheckUnderWay
from app.desktop.models.checking import Check
from app.desktop.models.files_note import FilesNote
from app.desktop.models.focus import FocusCard
from app.desktop.models.library_selection import picking_of
from app.desktop.models.library_text import library_title, state_words, what_happened, what_it_is
from app.desktop.models.name_field import NameField
from app.desktop.text.template_text import no_template_sentence
from app.desktop.text.tool_rating_text import checking_text, tools_sentence, tools_text
from app.desktop.text.verdict_text import busy_chip, verdict_chip, verdict_sentence
from app.desktop.text.words import sense_words
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.chip import Chip
from app.desktop.widgets.elided import ElidedLabel
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import set_texts, show_text, text_label, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.desktop.widgets.slim_bar import SlimBar
from app.format import format_size_of
from app.services.library.events import VerifyProgress
from app.store.records import LibraryModel, ToolCheck
from engine.errors import UserError
from engine.hub.values import Verdict

# The least room of the name beside the buttons.
TITLE = 200
TICK = 14


class LibraryCard(FocusCard):
    """Takes the focus: arrows walk, Enter uses it, F2 renames, Delete removes, the menu key opens its menu. `acted`
    carries the id and one of "use", "verify", "repair", "stop", "check_tools", "reasoning", "reveal", "remove". With
    Ctrl or Shift, clicks and keys choose it beside others: `picked` carries the id and a `Picking`."""

    acted = Signal(str, str)
    picked = Signal(str, str)
    renamed = Signal(str, str)
    walked = Signal(str, int)

    def __init__(self, model: LibraryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self._verdict: Verdict | UserError | None = None
        self._has_template = True
        self._check: Check | None = None
        self._progress: VerifyProgress | None = None
        self._in_use = self._chosen = False
        self._tools: ToolCheck | None = None
        self._tools_checked: ToolCheckUnderWay | None = None
        self.title = ElidedLabel(self, bold=True)
        self.name = NameField(self)
        self.name.setMaxLength(200)
        self._names = QStackedWidget(self)
        self._names.addWidget(self.title)
        self._names.addWidget(self.name)
        self.use, self.more = push_button(self, "bar"), push_button(self, "icon")
        self.what, self.happened = (wrapped_label(self, "small", selectable=False) for _ in range(2))
        self.state = wrapped_label(self, "warning")
        self.mend, self.stop = push_button(self, "bar"), push_button(self, "bar")
        self.verdict, self.busy, self.tools = Chip(self), Chip(self), Chip(self)
        self.sees, self.hears = Chip(self, symbol="eye"), Chip(self)
        self.loaded = Chip(self, "accent")
        self.chips = FlowRow(
            self, self.verdict, self.busy, self.sees, self.hears, self.tools, self.loaded, gap=6
        )
        self.bar = SlimBar(self)
        self.checked = text_label(self, "small")
        self.files = FilesNote(self)
        self.files.hide()
        self._lay_out()
        self.use.clicked.connect(lambda: self.acted.emit(self.model.id, "use"))
        self.more.clicked.connect(lambda: self.open_menu(None))
        self.mend.clicked.connect(self._mend)
        self.stop.clicked.connect(lambda: self.acted.emit(self.model.id, "stop"))
        self.name.kept.connect(self._keep_name)
        self.name.left.connect(self._leave_name)
        self.refresh()

    def _lay_out(self) -> None:
        self._buttons = FlowRow(self, self.use, self.more)
        self._head = FoldingRow(self, (self._names, 1, TITLE), self._buttons)
        Column(
            self._head,
            self.what,
            self.happened,
            Row((self.state, 1), (self.mend, 0, Qt.AlignmentFlag.AlignTop), spacing=8),
            self.chips,
            Row((self.bar, 1), self.checked, self.stop, spacing=8),
            self.files,
            parent=self,
            margins=(18, 12, 12, 14),
            spacing=5,
        )

    # What the view tells

    def show_model(self, model: LibraryModel) -> None:
        self.model = model
        self.title.set_whole(library_title(model))
        self.what.setText(what_it_is(model))
        self.happened.setText(what_happened(model, time.time()))
        self._show_state()
        set_texts(
            self.use,
            self.tr("Use in chat"),
            self.tr("Use {name} in the chat").format(name=library_title(model)),
        )
        self.use.setEnabled(model.state != "missing")
        self._buttons.refit()
        more = self.tr("More for {name}").format(name=library_title(model))
        self.more.setAccessibleName(more)
        self.more.setToolTip(self.tr("Rename, verify, show, move to the trash"))
        self.name.setAccessibleName(self.tr("Name of the model"))
        self._show_mend()
        self.files.show_model(model)
        self.show_verdict(self._verdict, has_template=self._has_template)
        self.show_check(self._check, self._progress)

    def _state_words(self) -> str:
        """What is wrong with it, else what it lacks."""
        return state_words(self.model) or ("" if self._has_template else no_template_sentence())

    def _show_state(self) -> None:
        show_text(self.state, self._state_words())

    def _show_mend(self) -> None:
        damaged = self.model.state == "damaged" and bool(self.model.repo)
        missing = self.model.state == "missing"
        self.mend.setVisible((damaged or missing) and self._check is None)
        text = self.tr("Repair") if damaged else self.tr("Remove from list")
        set_texts(self.mend, text, f"{text}: {library_title(self.model)}")

    def _mend(self) -> None:
        self.acted.emit(self.model.id, "repair" if self.model.state == "damaged" else "remove")

    def show_verdict(self, verdict: Verdict | UserError | None, *, has_template: bool = True) -> None:
        self._verdict, self._has_template = verdict, has_template
        self._show_state()
        if isinstance(verdict, Verdict):
            words, tone = verdict_chip(verdict)
            self.verdict.say(words, tone, verdict_sentence(verdict))
            self.busy.say(*busy_chip(verdict))
        elif isinstance(verdict, UserError) and self.model.state == "ready":
            self.verdict.say(self.tr("can’t be checked"), "quiet", languages.tell(verdict))
        self.verdict.setVisible(
            isinstance(verdict, Verdict) or (verdict is not None and self.model.state == "ready")
        )
        self._show_chips()

    def show_loaded(self, on: bool) -> None:
        """Whether it is the model that answers now."""
        self._in_use = on
        self._show_chips()

    def show_tools(self, check: ToolCheck | None, under_way: ToolCheckUnderWay | None) -> None:
        """How well it uses tools, and how far the check of that is."""
        self._tools, self._tools_checked = check, under_way
        self._show_chips()
        self.show_check(self._check, self._progress)

    def _show_chips(self) -> None:
        self.loaded.say(self.tr("in use"))
        self.loaded.setVisible(self._in_use)
        self.tools.setVisible(self._tools is not None)
        if self._tools is not None:
            tone = {"good": "accent", "fair": "quiet", "poor": "warning"}[self._tools.rating]
            sentence = tools_sentence(self._tools)
            self.tools.say(tools_text(self._tools), tone, f"{tools_text(self._tools)}. {sentence}")
        self.busy.setVisible(bool(self.busy.text()) and not self._in_use)
        (sees, hears), model = sense_words(True, True), self.model
        self.sees.say(sees)
        self.sees.setVisible(model.sees)
        self.hears.say(hears)
        self.hears.setVisible(model.hears)
        chips = (self.verdict, self.busy, self.sees, self.hears, self.tools, self.loaded)
        self.chips.setVisible(any(not chip.isHidden() for chip in chips))
        self.chips.refit()
        self._name_it()

    def show_check(self, check: Check | None, progress: VerifyProgress | None) -> None:
        self._check, self._progress = check, progress
        under_way = self._tools_checked
        for widget in (self.bar, self.checked, self.stop):
            widget.setVisible(check is not None or under_way is not None)
        self._show_mend()
        if check is None and under_way is None:
            return
        if check is None and under_way is not None:
            words = checking_text(under_way.done, under_way.total)
            fraction = under_way.done / under_way.total if under_way.total else 0.0
        elif progress is None:
            words, fraction = self.tr("waiting to be verified"), 0.0
        else:
            amount = format_size_of(progress.done, progress.total, languages.current)
            template = (
                self.tr("downloading again: {amount}")
                if progress.repairing
                else self.tr("verified: {amount}")
            )
            words = template.format(amount=amount)
            fraction = progress.done / progress.total if progress.total else 0.0
        self.checked.setText(words)
        self.bar.show_value(fraction, words)
        set_texts(
            self.stop,
            self.tr("Stop"),
            self.tr("Stop verifying {name}").format(name=library_title(self.model)),
        )

    def _name_it(self) -> None:
        verdict = self.verdict.accessibleName() if not self.verdict.isHidden() else ""
        in_use = self.tr("in use") if self._in_use else ""
        tools = self.tools.accessibleName() if self._tools is not None else ""
        senses = sense_words(self.model.sees, self.model.hears)
        parts = [library_title(self.model), self.what.text(), self._state_words(), verdict]
        parts += [*senses, tools, in_use]
        self.setAccessibleName(", ".join(part.rstrip(".") for part in parts if part))

    # What a person does

    def rename(self) -> None:
        """Make the name a field."""
        self.name.setText(self.model.name)
        self._names.setCurrentWidget(self.name)
        self.name.setFocus()
        self.name.selectAll()

    def _keep_name(self, text: str) -> None:
        if self._names.currentWidget() is not self.name:
            return
        self._leave_name()
        text = " ".join(text.split())
        if text and text != self.model.name:
            self.renamed.emit(self.model.id, text)

    def _leave_name(self) -> None:
        had_focus = self.name.hasFocus()
        self.name.blockSignals(True)  # that the focus leaves it keeps nothing now
        self._names.setCurrentWidget(self.title)
        if had_focus:
            self.setFocus()
        self.name.blockSignals(False)

    def menu(self) -> QMenu:
        """What can be done with it. It deletes itself when it closes."""
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        model, here = self.model, self.model.state != "missing"

        def tell(action: str) -> None:
            self.acted.emit(model.id, action)

        menu.addAction(icon("pencil"), self.tr("Rename"), self.rename)
        if here and self._check is None:
            menu.addAction(icon("check"), self.tr("Verify"), lambda: tell("verify"))
        if model.state == "ready" and self._tools_checked is None:
            menu.addAction(icon("wrench"), self.tr("Check tools (30 s)"), lambda: tell("check_tools"))
        if here:
            menu.addAction(icon("eye"), self.tr("What reasoning changes"), lambda: tell("reasoning"))
        if model.state == "damaged" and model.repo and self._check is None:
            menu.addAction(icon("wrench"), self.tr("Repair"), lambda: tell("repair"))
        menu.addAction(icon("folder-open"), self.tr("Show in the file manager"), lambda: tell("reveal"))
        shown = not self.files.isHidden()
        text = self.tr("Hide the files") if shown else self.tr("Files and hashes")
        menu.addAction(icon("box"), text, lambda: self.files.setVisible(not shown))
        menu.addSeparator()
        remove = self.tr("Move to the trash") if model.managed else self.tr("Remove from the library")
        menu.addAction(icon("trash-2"), remove, lambda: tell("remove"))
        return menu

    def open_menu(self, place: QPoint | None) -> None:
        menu = self.menu()
        if place is None:
            place = self.more.mapToGlobal(
                QPoint(self.more.width() - menu.sizeHint().width(), self.more.height())
            )
        menu.popup(place)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.open_menu(None if keyboard else event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.picked.emit(self.model.id, picking_of(event.modifiers()))

    def show_chosen(self, on: bool) -> None:
        """Whether it is chosen, beside others or alone."""
        self._chosen = on
        self.setAccessibleDescription(self.tr("selected") if on else "")
        self.update()

    def has_ring(self) -> bool:
        return self.hasFocus() or self._chosen

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._chosen:
            painter, size = QPainter(self), themes.current.px(TICK)
            icon("check", "accent", TICK).paint(
                painter, themes.current.px(4), themes.current.px(6), size, size
            )
            painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(key), 0)
        picking = picking_of(event.modifiers())
        if step and picking == "extend":
            self.picked.emit(self.model.id, "toggle" if not self._chosen else "extend")
            self.walked.emit(self.model.id, step)
            focus = QApplication.focusWidget()
            if isinstance(focus, LibraryCard) and focus is not self:
                focus.picked.emit(focus.model.id, "extend")
        elif key == Qt.Key.Key_Space and picking != "none":
            self.picked.emit(self.model.id, picking)
        elif step:
            self.walked.emit(self.model.id, step)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.use.isEnabled():
            self.acted.emit(self.model.id, "use")
        elif key == Qt.Key.Key_F2:
            self.rename()
        elif key == Qt.Key.Key_Delete:
            self.acted.emit(self.model.id, "remove")
        else:
            super().keyPressEvent(event)

    # Looks

    def retranslate(self) -> None:
        self.show_model(self.model)

    def restyle(self) -> None:
        self._names.setFixedHeight(themes.current.px(36))
        set_icon(self.more, "ellipsis", "muted", 18)
