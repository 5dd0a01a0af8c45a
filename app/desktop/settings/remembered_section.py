"""Memory across chats: what is remembered, as sentences that are changed, kept and removed here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.text_field import TextField
from app.desktop.forms.form import Field, FormSection
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import set_texts, show_text, text_label, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.services.chat.events import MemoriesChanged, ProjectsChanged
from app.services.chat.memories import LONGEST
from app.services.events import ServiceEvent
from app.store.records import Memory, Project

# The least of a sentence that is seen beside its buttons.
SENTENCE = 140


class MemoryLine(QWidget):
    """One sentence, changed in place."""

    edited = Signal(int, str)
    kept = Signal(int)
    removed = Signal(int)

    def __init__(self, memory: Memory, where: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.memory = memory
        self.field = TextField(memory.text, self)
        self.field.setMaxLength(LONGEST)
        self.field.setCursorPosition(0)
        self.field.editingFinished.connect(self._edited)
        self.where = text_label(self, "small", wraps=True)
        show_text(self.where, where if memory.kept else self.tr("Proposed by a model. Not used yet."))
        self.keep, self.remove = push_button(self, "bar"), push_button(self, "bar")
        set_texts(self.keep, self.tr("Keep"), self.tr("Keep: {text}").format(text=memory.text))
        set_texts(self.remove, self.tr("Remove"), self.tr("Remove: {text}").format(text=memory.text))
        self.keep.setHidden(memory.kept)
        self.keep.clicked.connect(lambda: self.kept.emit(memory.id))
        self.remove.clicked.connect(lambda: self.removed.emit(memory.id))
        self.field.setAccessibleName(self.tr("Remembered sentence"))
        texts, buttons = QWidget(self), QWidget(self)
        Column(self.field, self.where, parent=texts, spacing=2)
        Row(self.keep, self.remove, parent=buttons, spacing=8)
        row = FoldingRow(self, (texts, 1, SENTENCE), buttons)
        row.align(buttons, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        Column(row, parent=self)

    def _edited(self) -> None:
        text = " ".join(self.field.text().split())
        if not text:
            self.field.setText(self.memory.text)
        elif text != self.memory.text:
            self.edited.emit(self.memory.id, text)


class RememberedSection(FormSection):
    """A switch, the sentences, and a field for another one. `said` tells a `Notification` for the foot of the
    window."""

    said = Signal(object)

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(self._change, parent)
        self._calls = calls
        self._memories: tuple[Memory, ...] = ()
        self._projects: dict[int, str] = {}
        self._body = QWidget(self)
        self.nothing = wrapped_label(self._body, "small")
        self.lines: list[MemoryLine] = []
        self._list = Column(self.nothing, spacing=8)
        self.field, self.add = TextField(self._body), push_button(self._body)
        self.field.setMaxLength(LONGEST)
        self.field.returnPressed.connect(self._add)
        self.add.clicked.connect(self._add)
        Column(self._list, Row((self.field, 1), self.add, spacing=8), parent=self._body, spacing=10)
        self.refresh()

    def read(self) -> None:
        """Show what there is now."""
        self._calls.do(
            lambda s: (s.memories.all(), s.projects.all()),
            lambda found: self.show_memories(*found),
            owner=self,
        )

    def take_events(self, events: list[ServiceEvent]) -> None:
        if self.isVisible() and any(isinstance(event, MemoriesChanged | ProjectsChanged) for event in events):
            self.read()

    def show_memories(self, memories: Sequence[Memory], projects: Sequence[Project]) -> None:
        """Proposed ones first, then the latest."""
        ordered = tuple(sorted(memories, key=lambda memory: (memory.kept, -memory.id)))
        names = {project.id: project.name for project in projects}
        if (ordered, names) == (self._memories, self._projects):
            return
        self._memories, self._projects = ordered, names
        self._show_lines()

    def _show_lines(self) -> None:
        self._list.drop(*self.lines)
        self.lines = [MemoryLine(memory, self._where(memory), self._body) for memory in self._memories]
        for line in self.lines:
            line.edited.connect(self._edit)
            line.kept.connect(lambda id: self._calls.do(lambda s: s.memories.keep(id)))
            line.removed.connect(self._remove)
            self._list.addWidget(line)
        self.nothing.setVisible(not self.lines)

    def _where(self, memory: Memory) -> str:
        name = "" if memory.project is None else self._projects.get(memory.project, "")
        return self.tr("Only in the project {name}").format(name=name) if name else ""

    def _change(self, **fields: bool) -> None:
        self._calls.do(lambda s: s.settings.change(**fields))

    def _add(self) -> None:
        text = self.field.text().strip()
        if text:
            self.field.clear()
            self._calls.do(lambda s: s.memories.add(text))

    def _edit(self, id: int, text: str) -> None:
        self._calls.do(lambda s: s.memories.edit(id, text))

    def _remove(self, id: int) -> None:
        self._calls.do(lambda s: s.memories.remove(id), self._removed, owner=self)

    def _removed(self, memory: Memory | None) -> None:
        if memory is not None:
            undo = partial(self._put_back, memory)
            self.said.emit(Notification(self.tr("Forgotten"), self.tr("Undo"), undo))

    def _put_back(self, memory: Memory) -> None:
        self._calls.do(lambda s: s.memories.put_back(memory))

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Memory across chats"))
        self.nothing.setText(self.tr("Nothing is remembered."))
        self.field.setPlaceholderText(self.tr("For example: I live in Busan and prefer short answers."))
        self.field.setAccessibleName(self.tr("Another sentence to remember"))
        set_texts(self.add, self.tr("Remember"))
        switch = self.tr(
            "Included in new chats. Models can suggest new sentences, which are used only after you keep them."
        )
        sentences = self.tr(
            "Stored only on this computer. A chat with a model on another server sends them there."
        )
        return (
            Field("memory", self.tr("Use memory"), switch),
            Field("memories", self.tr("Remembered"), sentences, self._body, below=True),
        )

    def retranslate(self) -> None:
        super().retranslate()
        self._show_lines()
