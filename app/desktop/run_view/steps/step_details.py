"""What a step opens to: thoughts, words, arguments, what changed, the result, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from shiboken6 import isValid

from agents.events import FileChange
from agents.permissions.visible import visible
from app.desktop.base.background import background
from app.desktop.base.language import languages
from app.desktop.base.style import set_kind
from app.desktop.base.themed_widget import FittedWidget, TranslatedWidget
from app.desktop.markdown.body import AnswerBody
from app.desktop.markdown.prose import PlainBlock
from app.desktop.markdown.text_box import TextBox
from app.desktop.run_view.reasoning_card import MAX_SHOWN
from app.desktop.run_view.steps import step_text
from app.desktop.run_view.steps.line_widget import NUMBER, OVERHANG, LineWidget
from app.desktop.run_view.steps.step_lines import CallLine, ThoughtLine
from app.desktop.text.run_labels import model_name
from app.desktop.text.words import counted
from app.desktop.widgets.buttons import word_button
from app.desktop.widgets.labels import set_texts, show_text, text_label
from app.desktop.widgets.layouts import Column, Row
from app.diff_text import shown_diff
from app.format import format_count, format_duration, format_size
from app.markdown.markdown import parse

MOST_FILES = 12
MOST_WORDS = 20_000


class _FileRow(TranslatedWidget):
    """A file that a call changed, and the button that puts it back alone."""

    def __init__(self, change: FileChange, parent: QWidget, *, back: bool) -> None:
        super().__init__(parent)
        self.change = change
        self._note = text_label(self, "small", wraps=True)
        self.undo = word_button(self, "small-word")
        self.undo.setVisible(back)
        Row((self._note, 1), self.undo, parent=self, spacing=8)
        self.retranslate()

    def retranslate(self) -> None:
        path = visible(self.change.path)
        self._note.setText(f"{path}  ·  {step_text.change_word(self.change)}")
        set_texts(self.undo, self.tr("Undo this file"), self.tr("Undo this file: {path}").format(path=path))


class StepDetails(FittedWidget):
    """Made when the line of a `row` is opened. What is wanted here, the row tells."""

    def __init__(self, row: LineWidget, line: CallLine | ThoughtLine) -> None:
        super().__init__(row)
        self._row, self.line = row, line
        self._parts: list[QWidget] = []
        self._actions: dict[str, QPushButton] = {}
        self._whole: QPushButton | None = None
        self._whole_text = ""
        self._bar = Row(spacing=8)
        self._bar.addStretch(1)
        margins = (OVERHANG + NUMBER, 0, OVERHANG, 12)
        self._column = Column(self._bar, parent=self, margins=margins, spacing=10)
        self._build()
        self.retranslate()

    def show_line(self, line: CallLine | ThoughtLine) -> None:
        """Takes a newer state of the same line."""
        if line == self.line:
            return
        self.line = line
        self._column.drop(*self._parts)
        self._bar.drop(*self._actions.values())
        self._parts, self._actions, self._whole = [], {}, None
        self._build()
        self.retranslate()
        self.height_changed.emit()

    def show_text(self, text: str) -> None:
        """The whole result, which was asked for."""
        if self._whole is not None:
            self._whole.setEnabled(False)
            background().submit(lambda: visible(text), self._show_whole)

    def _show_whole(self, text: str) -> None:
        if isValid(self) and self._whole is not None:
            self._whole_text = text
            self._whole.hide()
            self._result.show_text(text)
            self.retranslate()
            self.height_changed.emit()

    # --- building ---

    def _build(self) -> None:
        line = self.line
        if line.reasoning.strip():
            self._thoughts = PlainBlock(self, line.reasoning.strip()[:MAX_SHOWN], pixels=13, quiet=True)
            self._put(self._thoughts)
        if isinstance(line, CallLine):
            self._build_call(line)
        elif line.error is not None:
            self._put_facts()
        if not self._row.is_inner:
            self._add_action("seen", lambda: self._row.seen_wanted.emit(self.line.step, self.line.number))

    def _build_call(self, line: CallLine) -> None:
        if line.content.strip():
            body = AnswerBody(self)
            body.show_blocks(parse(line.content.strip()[:MOST_WORDS]))
            body.link_asked.connect(self._row.link_asked)
            body.height_changed.connect(self.height_changed)
            self._put(body)
        text, language, _ = self._shown_arguments(line)
        if text:
            self._arguments = self._box(text, language=language)
        if line.diff:
            self._change = shown_diff(visible(line.diff))
            self._diff = self._box(self._change.text, diff=True)
        if line.status and line.text and line.text != line.diff:
            self._result = self._box(self._whole_text or visible(line.text))
            if line.handle and not self._whole_text and not self._row.is_inner:
                self._whole = word_button(self, "small-word")
                self._whole.clicked.connect(lambda: self._row.text_wanted.emit(line.handle))
                self._put(self._whole)
                self._column.setAlignment(self._whole, Qt.AlignmentFlag.AlignLeft)
        for change in line.files[:MOST_FILES]:
            row = _FileRow(change, self, back=line.undo)
            row.undo.clicked.connect(
                lambda _=False, path=change.path: self._row.undo_wanted.emit((line.call,), (path,), 0)
            )
            self._put(row)
        self._put_facts()
        if line.undo:
            self._add_action("undo", lambda: self._row.undo_wanted.emit((line.call,), None, 0))
        if line.back:
            self._add_action("back", lambda: self._row.undo_wanted.emit(None, None, line.last))

    @staticmethod
    def _shown_arguments(line: CallLine) -> tuple[str, str, str]:
        """Nothing where a diff tells the same."""
        return ("", "", "") if line.diff and not line.server else step_text.main_text(line)

    def _box(self, text: str, *, language: str = "", diff: bool = False) -> TextBox:
        box = TextBox(self)
        box.show_text(text.removesuffix("\n"), language=language, diff=diff)
        box.height_changed.connect(self.height_changed)
        self._put(box)
        return box

    def _put(self, part: QWidget) -> None:
        self._parts.append(part)
        self._column.insertWidget(self._column.count() - 1, part)
        part.show()

    def _put_facts(self) -> None:
        self._facts = text_label(self, "small", wraps=True)
        self._put(self._facts)

    def _add_action(self, name: str, act: Callable[[], object]) -> None:
        button = self._actions[name] = word_button(self, "small-word")
        button.clicked.connect(lambda _=False: act())
        self._bar.insertWidget(self._bar.count() - 1, button)
        button.show()

    # --- words ---

    def retranslate(self) -> None:
        line = self.line
        if line.reasoning.strip():
            self._thoughts.setAccessibleName(self.tr("Reasoning"))
        if isinstance(line, CallLine):
            self._name_boxes(line)
        elif line.error is not None:
            set_kind(self._facts, "bad")
            self._facts.setText(languages.tell(line.error))
        names = {
            "undo": self.tr("Undo this step"),
            "back": self.tr("Back to here"),
            "seen": self.tr("What the model saw"),
        }
        for key, button in self._actions.items():
            button.setText(names[key])
        if "back" in self._actions:
            self._actions["back"].setToolTip(self.tr("Undoes everything after this step"))

    def _name_boxes(self, line: CallLine) -> None:
        text, _, name = self._shown_arguments(line)
        if text:
            told = {"command": self.tr("Command"), "code": self.tr("Program"), "task": self.tr("Task")}
            self._arguments.set_head(told.get(name, self.tr("Arguments")))
        if line.diff:
            changes = {
                "new": self.tr("New file"),
                "changed": self.tr("Changed"),
                "deleted": self.tr("Deleted file"),
            }
            head = changes.get(self._change.change, self.tr("What changed"))
            self._diff.set_head(head, step_text.summary_text(line.name, line.summary))
        if line.status and line.text and line.text != line.diff:
            whole = bool(self._whole_text) or not line.handle
            shown = "" if whole else self.tr("beginning and end, as the model sees them")
            self._result.set_head(self.tr("Result"), shown)
        if self._whole is not None:
            self._whole.setText(self.tr("Show all ({size})").format(size=format_size(line.bytes)))
        show_text(self._facts, "  ·  ".join(filter(None, self._told(line))))

    def _told(self, line: CallLine) -> list[str]:
        told = [step_text.decision_text(line)]
        if line.child and isinstance(line.arguments, dict) and line.arguments.get("changes"):
            told.append(self.tr("in a copy of the folder"))
        if line.child_model:
            told.append(model_name(line.child_model))
        if line.status and line.seconds >= 0.05:
            told.append(format_duration(line.seconds, languages.current))
        if line.foreign:
            told.append(self.tr("text from outside"))
        if line.uncovered:
            one = self.tr("1 file couldn’t be kept for undo")
            told.append(counted(line.uncovered, one, self.tr("{count} files couldn’t be kept for undo")))
        left = len(line.files) - MOST_FILES
        if left > 0:
            told.append(self.tr("{count} more files").format(count=format_count(left)))
        return told

    def restyle(self) -> None:
        for part in self._parts:
            if isinstance(part, PlainBlock | AnswerBody):
                part.restyle()
