"""The head of the library: its title, the order of its models, and how to add some."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.menu import Menu
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.file_dialog import choose_files, choose_folder
from app.desktop.text.words import joined
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Column
from app.format import format_size
from app.store.records import LibraryModel

TITLE = 150


class LibraryBar(ThemedWidget):
    """`import_files` carries paths of files or folders; `import_elsewhere` asks to look at other programs."""

    order_changed = Signal()
    import_files = Signal(object)
    import_elsewhere = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count: tuple[int, int] | None = None
        self.title = text_label(self, "title")
        self.order, self.add = ChoiceButton(self), push_button(self)
        self.order.set_choices("", [("used", "")], "used")
        self._buttons = FlowRow(self, self.order, self.add)
        self._row = FoldingRow(self, (self.title, 1, TITLE), self._buttons)
        Column(self._row, parent=self)
        self.order.chosen.connect(self._chosen)
        self.add.clicked.connect(self.open_menu)
        self.refresh()

    def _chosen(self) -> None:
        self._buttons.refit()
        self.order_changed.emit()

    def show_count(self, count: int, size: int) -> None:
        self._count = (count, size)
        self.order.setVisible(count > 1)
        self._buttons.refit()
        self._say_count()

    def _say_count(self) -> None:
        words = ""
        if self._count is not None and self._count[0]:
            count, size = self._count
            number = self.tr("1 model") if count == 1 else self.tr("{count} models").format(count=count)
            words = joined([number, format_size(size)])
        self.title.setText(self.tr("Library"))
        self.title.setToolTip(words)

    def sorted(self, models: Iterable[LibraryModel]) -> list[LibraryModel]:
        """The models in the order that is chosen."""
        order = self.order.value()
        if order == "name":
            return sorted(models, key=lambda model: (model.name.casefold(), model.id))
        if order == "size":
            return sorted(models, key=lambda model: (-model.bytes, model.id))
        return sorted(models, key=lambda model: (-max(model.used, model.added), model.id))

    def menu(self) -> QMenu:
        """The ways to add models. It deletes itself when it closes."""
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon("box"), self.tr("Model files…"), self._choose_files)
        menu.addAction(icon("folder-open"), self.tr("Add a folder…"), self._choose_folder)
        menu.addAction(icon("search"), self.tr("From other apps…"), self.import_elsewhere.emit)
        return menu

    def open_menu(self) -> None:
        menu = self.menu()
        left = self.add.width() - menu.sizeHint().width()
        menu.popup(self.add.mapToGlobal(QPoint(left, self.add.height() + themes.current.px(4))))

    def _choose_files(self) -> None:
        kinds = self.tr("Models") + " (*.gguf)"
        choose_files(self, self.tr("Add model files"), kinds, self.import_files.emit)

    def _choose_folder(self) -> None:
        title = self.tr("Add all models in a folder")
        choose_folder(self, title, lambda folder: self.import_files.emit([folder]))

    def retranslate(self) -> None:
        names = {
            "used": self.tr("Recently used"),
            "name": self.tr("Name"),
            "size": self.tr("Size"),
        }
        self.order.set_choices(self.tr("Order"), list(names.items()), self.order.value())
        set_texts(self.add, self.tr("Add models…"), self.tr("Add models that are on this computer"))
        self._say_count()
        self._buttons.refit()
        self._row.fold()

    def restyle(self) -> None:
        self.title.setMinimumHeight(themes.current.px(34))
