"""Library: what is on disk, what it takes, and what is in the trash."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from app.desktop.base.notification import Notification
from app.desktop.base.revealing import open_folder, reveal
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tab_order import holds_focus
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.model_picker.tool_checking import ToolChecking
from app.desktop.models.checking import Checking
from app.desktop.models.discover.verdicts import Verdicts
from app.desktop.models.disk_bar import DiskBar
from app.desktop.models.import_card import ImportCard
from app.desktop.models.importing import Importing
from app.desktop.models.library_bar import LibraryBar
from app.desktop.models.library_card import LibraryCard
from app.desktop.models.library_selection import LibrarySelection, Picking, SelectionBar
from app.desktop.models.library_state import LibraryState
from app.desktop.models.library_text import library_title
from app.desktop.models.offered_card import OfferedCard
from app.desktop.models.offering import Offering
from app.desktop.models.proof_control import ProofControl
from app.desktop.models.removing import Removing
from app.desktop.models.trash_card import TrashCard
from app.desktop.widgets.card import Card
from app.desktop.widgets.labels import wrapped_label
from app.desktop.widgets.layouts import Column, discard
from app.desktop.widgets.scroller import ColumnScroller
from app.desktop.widgets.state_panel import StatePanel
from app.format import format_size
from app.store.records import LibraryModel

COLUMN = 900
# Cards that are built before the window gets its turn.
SLICE = 4


class LibraryView(ThemedWidget):
    """`use_wanted` carries a path, `said` a `Notification` for the foot of the window."""

    use_wanted = Signal(str)
    discover_wanted = Signal()
    said = Signal(object)

    def __init__(self, calls: ServiceCalls, shelf: LibraryState, tool_checking: ToolChecking) -> None:
        super().__init__()
        self._calls, self._shelf, self._tool_checking = calls, shelf, tool_checking
        self.cards: dict[str, LibraryCard] = {}
        self._order: list[LibraryModel] = []
        self._wanted = ""  # the id of a model to bring into sight once it is there
        self._loaded = ""
        self.verdicts, self.checking = Verdicts(calls, self), Checking(calls, self)
        self.proofs, self.removing = ProofControl(calls, self), Removing(calls, shelf, self)
        self.bar = LibraryBar(self)
        self.disk = DiskBar(self)
        self.state = StatePanel(self)
        self.found = ImportCard(self)
        self.found.hide()
        self.offered = OfferedCard(self)
        self.offered.hide()
        self.offering = Offering(calls, self.offered, self)
        self._importing = Importing(calls, self.found, self)
        self._duplicates = Card(self)
        self.duplicates = wrapped_label(self._duplicates)
        self._duplicates.inside.addWidget(self.duplicates)
        self._duplicates.refresh()
        self._duplicates.hide()
        self.trash = TrashCard(self)
        self._list = QWidget(self)
        self._cards = Column(parent=self._list, spacing=10)
        self.scroller = ColumnScroller(self, most=COLUMN)
        for widget in (
            self.bar, self.offered, self.disk, self.found, self.state, self._list, self._duplicates, self.trash,
        ):  # fmt: skip
            self.scroller.column.addWidget(widget)
        self.scroller.column.addStretch(1)
        self.selection, self.selected = LibrarySelection(), SelectionBar(self)
        Column((self.scroller, 1), self.selected, parent=self)
        self._slices = QTimer(self, singleShot=True, interval=0)
        self._slices.timeout.connect(self._build_slice)
        self._connect()
        self.refresh()
        self._show()

    def _connect(self) -> None:
        shelf = self._shelf
        shelf.library_changed.connect(self._show)
        shelf.downloads_changed.connect(lambda: self.disk.show_disk(shelf.disk_use()))
        shelf.verifying.connect(self.checking.take_progress)
        self.verdicts.changed.connect(self._show_verdict)
        self.checking.changed.connect(self._show_check)
        self.checking.ended.connect(self._checked)
        self.checking.failed.connect(lambda _, error: self._calls.failed.emit(error))
        self._tool_checking.changed.connect(self._show_tool_checks)
        self.selected.remove_wanted.connect(self._remove_selected)
        self.selected.clear_wanted.connect(self._clear_selection)
        self.bar.order_changed.connect(self._show)
        self.bar.import_files.connect(self._importing.take_paths)
        self.bar.import_elsewhere.connect(self.look_elsewhere)
        self._importing.imported.connect(self._imported)
        self.offering.known.connect(self.show_model)
        self.offering.use_wanted.connect(self.use_wanted)
        self.offering.add_wanted.connect(lambda path: self._importing.take_paths([path]))
        self.offering.closed.connect(lambda: self.bar.add.setFocus())
        self.found.closed.connect(self._put_away)
        self.state.acted.connect(
            lambda button: self.look_elsewhere() if button else self.discover_wanted.emit()
        )
        self.trash.restore_wanted.connect(lambda id: self.removing.restore([id]))
        self.removing.restored.connect(self.show_model)
        self.removing.said.connect(self.said)
        self.trash.empty_wanted.connect(
            lambda: shelf.do(lambda s: s.library.empty_trash(), self._emptied, slow=True)
        )
        self.disk.folder_wanted.connect(lambda: shelf.do(lambda s: open_folder(s.library.folder)))
        self.disk.clear_wanted.connect(
            lambda: shelf.do(lambda s: s.library.clear_leftovers(), self._emptied, slow=True)
        )

    # What the page tells

    def take_focus(self) -> bool:
        """Let the keys begin at a file that is offered, else at the first model. False while nothing is there."""
        if not self.offered.isHidden():
            self.offered.close_button.setFocus()
            return True
        if self._shelf.models is None:
            return False
        if self._order:
            if not self.cards:
                self._build_slice()
            self.cards[self._order[0].id].setFocus()
        else:
            self.state.buttons[0].setFocus()
        return True

    def show_model(self, id: str) -> None:
        """Bring one into sight, now or once it is there."""
        self._wanted = id
        self._show_wanted()

    def show_loaded(self, path: str) -> None:
        """Which file answers now."""
        self._loaded = path
        for card in self.cards.values():
            card.show_loaded(bool(path) and card.model.path == path)

    def machine_changed(self) -> None:
        self.verdicts.forget()
        self._ask_verdicts()

    # Showing

    def _show(self) -> None:
        models = self._shelf.models
        self.disk.show_disk(self._shelf.disk_use())
        self.trash.show_trash(self._shelf.trash)
        if models is None:
            self.state.say_soon(self.tr("Looking at what is on disk…"))
            return
        self._order = self.bar.sorted(models)
        wanted = {model.id for model in models}
        for id in [id for id in self.cards if id not in wanted]:
            self._drop(self.cards.pop(id))
        self.selection.keep([model.id for model in self._order])
        self._show_selection()
        self._place_cards()
        self._show_empty()
        self._show_duplicates()
        self.bar.show_count(len(models), self._shelf.library_bytes())
        if self.isVisible():
            self._ask_verdicts()

    def _place_cards(self) -> None:
        """Put the cards that are there in order; those that are missing are built in slices."""
        place = 0
        for model in self._order:
            card = self.cards.get(model.id)
            if card is None:
                continue
            if model != card.model:
                card.show_model(model)
            self._show_tools(card)
            item = self._cards.itemAt(place)
            if item is None or item.widget() is not card:
                self._cards.removeWidget(card)
                self._cards.insertWidget(place, card)
            place += 1
        if len(self.cards) < len(self._order):
            self._slices.start()
        self._show_wanted()

    def _build_slice(self) -> None:
        missing = [model for model in self._order if model.id not in self.cards]
        for model in missing[:SLICE]:
            self.cards[model.id] = self._made(model)
        self._place_cards()

    def _made(self, model: LibraryModel) -> LibraryCard:
        card = LibraryCard(model, self._list)
        card.acted.connect(self._act)
        card.renamed.connect(lambda id, name: self._shelf.do(lambda s: s.library.rename(id, name)))
        card.walked.connect(self._walk)
        card.picked.connect(self._pick)
        card.show_chosen(model.id in self.selection.ids)
        path = model.path
        card.show_verdict(self.verdicts.of(path), has_template=self.verdicts.has_template(path))
        card.show_check(self.checking.of(model.id), self.checking.progress(model.id))
        card.show_loaded(bool(self._loaded) and model.path == self._loaded)
        self._show_tools(card)
        card.show()
        return card

    def _drop(self, card: LibraryCard) -> None:
        had_focus = holds_focus(card)
        place = self._cards.indexOf(card)
        discard(card, self._cards)
        if had_focus and self._cards.count():
            self._cards.itemAt(min(max(0, place), self._cards.count() - 1)).widget().setFocus()
        elif had_focus:
            self.bar.add.setFocus()

    def _show_empty(self) -> None:
        empty = not self._order
        self._list.setVisible(not empty)
        if not empty and holds_focus(self.state):
            self.take_focus()
        self.state.setVisible(empty)
        if empty:
            self.state.say(
                self.tr("Nothing downloaded yet"),
                self.tr(
                    "Models you download are stored here. Models you already have, in another app or as "
                    "files, can be added without a copy."
                ),
                (self.tr("Find a model"), self.tr("Add models I have")),
                "box",
            )

    def _show_duplicates(self) -> None:
        groups = [group for group in self._shelf.duplicates if len(group) > 1]
        lines = []
        for group in groups:
            names = ", ".join(library_title(model) for model in group)
            saved = format_size(sum(model.bytes for model in group[1:]))
            lines.append(
                self.tr("{names} are identical. Keeping one would free {size}.").format(
                    names=names, size=saved
                )
            )
        self.duplicates.setText("\n".join(lines))
        self._duplicates.setVisible(bool(lines))

    def _show_wanted(self) -> None:
        card = self.cards.get(self._wanted)
        if card is not None and self.isVisible():
            self._wanted = ""
            card.setFocus()
            QTimer.singleShot(0, card, lambda: self.scroller.show_whole(card))

    def _ask_verdicts(self) -> None:
        self.verdicts.ask([model.path for model in self._order if model.state != "missing"])

    def _show_verdict(self, path: str) -> None:
        for card in self.cards.values():
            if card.model.path == path:
                card.show_verdict(self.verdicts.of(path), has_template=self.verdicts.has_template(path))

    def _show_check(self, id: str) -> None:
        if id in self.cards:
            self.cards[id].show_check(self.checking.of(id), self.checking.progress(id))

    def _show_tool_checks(self) -> None:
        for card in self.cards.values():
            self._show_tools(card)

    def _show_tools(self, card: LibraryCard) -> None:
        path = card.model.path
        card.show_tools(self._shelf.tool_checks.get(path), self._tool_checking.of(path))

    def showEvent(self, event: object) -> None:
        self.verdicts.ask_again(model.path for model in self._order if model.state != "missing")
        self._show_wanted()

    def look_elsewhere(self) -> None:
        """The models of other programs, with a list to tick."""
        self._importing.look()
        self.scroller.verticalScrollBar().setValue(0)

    # What a person does

    def _act(self, id: str, action: str) -> None:
        model = self.cards[id].model
        if action == "use":
            self.use_wanted.emit(model.path)
        elif action in ("verify", "repair"):
            self.checking.start(id, repair=action == "repair")
        elif action == "check_tools":
            self._tool_checking.start(model.path, library_title(model))
        elif action == "reasoning":
            self.proofs.show(model)
        elif action == "stop" and self.checking.of(id) is None:
            self._tool_checking.cancel()
        elif action == "stop":
            self.checking.stop(id)
        elif action == "reveal":
            self._shelf.do(lambda s: reveal(model.path))
        elif action == "remove" and id in self.selection.ids and len(self.selection.ids) > 1:
            self._remove_selected()
        elif action == "remove":
            self._remove([id])

    # Several at once

    def _pick(self, id: str, picking: Picking) -> None:
        self.selection.pick(id, picking, [model.id for model in self._order])
        self._show_selection()

    def _clear_selection(self) -> None:
        had_focus = holds_focus(self.selected)
        self.selection.pick("", "none", ())
        self._show_selection()
        if had_focus:
            self.take_focus()

    def _show_selection(self) -> None:
        ids = self.selection.ids
        for id, card in self.cards.items():
            card.show_chosen(id in ids)
        chosen = [model for model in self._order if model.id in ids]
        if chosen != self.selected.models():
            self.selected.show_models(chosen)

    def _remove_selected(self) -> None:
        ids = [model.id for model in self._order if model.id in self.selection.ids]
        self._clear_selection()
        self._remove(ids)

    def _remove(self, ids: list[str]) -> None:
        for id in ids:
            self.checking.stop(id)
        self.removing.remove(ids)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.SelectAll) and self._order:
            self.selection.pick_all([model.id for model in self._order])
            self._show_selection()
        elif event.key() == Qt.Key.Key_Escape and self.selection.ids:
            self._clear_selection()
        else:
            super().keyPressEvent(event)

    def _emptied(self, freed: int) -> None:
        self.said.emit(Notification(self.tr("{size} freed").format(size=format_size(freed))))
        self._shelf.read()

    def _checked(self, id: str, found: Any) -> None:
        card = self.cards.get(id)
        if card is None:
            return
        name = library_title(card.model)
        if found.ok:
            self.said.emit(Notification(self.tr("{name} is intact: every byte is correct").format(name=name)))
        elif card.model.repo:
            words = self.tr("{name} is damaged. Only the damaged parts need to be downloaded again.").format(
                name=name
            )
            self.said.emit(
                Notification(words, self.tr("Repair"), lambda: self.checking.start(id, repair=True))
            )
        else:
            self.said.emit(Notification(self.tr("{name} is damaged").format(name=name)))

    def _walk(self, id: str, step: int) -> None:
        ids = [model.id for model in self._order if model.id in self.cards]
        place = ids.index(id) + step
        if 0 <= place < len(ids):
            card = self.cards[ids[place]]
            card.setFocus()
            self.scroller.show_whole(card)

    def _imported(self, models: list[LibraryModel]) -> None:
        count = len(models)
        words = (
            self.tr("{name} is in your library").format(name=library_title(models[0]))
            if count == 1
            else self.tr("{count} models are in your library").format(count=count)
        )
        self.said.emit(Notification(words))
        self.show_model(models[0].id)
        self._shelf.read()

    def _put_away(self) -> None:
        had_focus = holds_focus(self.found)
        self.found.hide()
        if had_focus:
            self.bar.add.setFocus()

    def retranslate(self) -> None:
        self._show()
        self._duplicates.set_title(self.tr("Duplicates on this disk"))
