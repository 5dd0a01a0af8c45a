"""What a step opens to: thoughts, words, arguments, what changed, the result, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from agents.events import FileChange
from agents.permissions.visible import visible
from app.desktop.base.background import background
from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.markdown.body import AnswerBody
from app.desktop.markdown.markdown import parse
from app.desktop.markdown.prose import PlainBlock
from app.desktop.markdown.text_box import TextBox
from app.desktop.run_view import step_text
from app.desktop.run_view.reasoning_card import MAX_SHOWN
from app.desktop.run_view.step_lines import CallLine, ThoughtLine
from app.desktop.widgets.buttons import QuietButton
from app.desktop.widgets.flow import flow
from app.desktop.widgets.labels import set_texts
from app.desktop.widgets.layouts import discard
from app.desktop.widgets.note_line import NoteLine
from app.format import format_count, format_duration, format_size

MOST_FILES = 12
MOST_WORDS = 20_000


class _FileRow(QWidget):
    """A file that a call changed, and the button that puts it back alone."""

    def __init__(self, change: FileChange, parent: QWidget, *, back: bool) -> None:
        super().__init__(parent)
        self.change = change
        self._note = NoteLine(self)
        self.undo = QuietButton(self, pixels=12.5)
        self.undo.setVisible(back)
        self.retranslate()

    def retranslate(self) -> None:
        path = visible(self.change.path)
        self._note.set_note(f"{path}  ·  {step_text.change_word(self.change)}")
        set_texts(self.undo, self.tr("Undo this file"), self.tr("Undo this file: {path}").format(path=path))

    def restyle(self) -> None:
        self.undo.restyle()

    def fit(self, width: int) -> int:
        size = self.undo.sizeHint()
        taken = size.width() + 8 if not self.undo.isHidden() else 0
        height = max(self._note.fit(width - taken), size.height() if taken else 0)
        self._note.setGeometry(0, (height - self._note.fit(width - taken)) // 2, width - taken, height)
        self.undo.setGeometry(
            width - size.width(), (height - size.height()) // 2, size.width(), size.height()
        )
        return height


Part = PlainBlock | AnswerBody | TextBox | NoteLine | QuietButton | _FileRow


class StepDetails(QWidget):
    """Made when a line is opened. `undo_wanted` carries calls or None, paths or None, and the event behind which
    everything would be undone."""

    height_changed = Signal()
    link_asked = Signal(str)
    undo_wanted = Signal(object, object, int)
    seen_wanted = Signal(int)
    text_wanted = Signal(str)

    def __init__(self, parent: QWidget, line: CallLine | ThoughtLine) -> None:
        super().__init__(parent)
        self.line = line
        self._parts: list[Part] = []
        self._actions: dict[str, QuietButton] = {}
        self._whole: QuietButton | None = None
        self._whole_text = ""
        self._build()
        self.retranslate()

    def show_line(self, line: CallLine | ThoughtLine) -> None:
        """Takes a newer state of the same line."""
        if line == self.line:
            return
        self.line = line
        for part in (*self._parts, *self._actions.values()):
            discard(part)
        self._parts, self._actions, self._whole = [], {}, None
        self._build()
        self.retranslate()
        for part in (*self._parts, *self._actions.values()):
            part.show()
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
            self._parts.append(self._thoughts)
        if isinstance(line, CallLine):
            self._build_call(line)
        elif line.error is not None:
            self._parts.append(self._note())
        self._actions["seen"] = self._action(lambda: self.seen_wanted.emit(self.line.step))

    def _build_call(self, line: CallLine) -> None:
        if line.content.strip():
            body = AnswerBody(self)
            body.show_blocks(parse(line.content.strip()[:MOST_WORDS]))
            body.link_asked.connect(self.link_asked)
            body.height_changed.connect(self.height_changed)
            self._parts.append(body)
        text, language, _ = self._shown_arguments(line)
        if text:
            self._arguments = self._box(text, language=language)
        if line.diff:
            self._diff = self._box(visible(line.diff), diff=True)
        if line.status and line.text and line.text != line.diff:
            self._result = self._box(self._whole_text or visible(line.text))
            if line.handle and not self._whole_text:
                self._whole = self._action(lambda: self.text_wanted.emit(line.handle))
                self._parts.append(self._whole)
        for change in line.files[:MOST_FILES]:
            row = _FileRow(change, self, back=line.undo)
            row.undo.clicked.connect(
                lambda _=False, path=change.path: self.undo_wanted.emit((line.call,), (path,), 0)
            )
            self._parts.append(row)
        self._parts.append(self._note())
        if line.undo:
            self._actions["undo"] = self._action(lambda: self.undo_wanted.emit((line.call,), None, 0))
        if line.back:
            self._actions["back"] = self._action(lambda: self.undo_wanted.emit(None, None, line.last))

    @staticmethod
    def _shown_arguments(line: CallLine) -> tuple[str, str, str]:
        """Nothing where a diff tells the same."""
        return ("", "", "") if line.diff and not line.server else step_text.main_text(line)

    def _box(self, text: str, *, language: str = "", diff: bool = False) -> TextBox:
        box = TextBox(self)
        box.show_text(text.removesuffix("\n"), language=language, diff=diff)
        box.height_changed.connect(self.height_changed)
        self._parts.append(box)
        return box

    def _note(self) -> NoteLine:
        self._facts = NoteLine(self)
        return self._facts

    def _action(self, act: Callable[[], object]) -> QuietButton:
        button = QuietButton(self, pixels=12.5)
        button.clicked.connect(lambda _=False: act())
        return button

    # --- words ---

    def retranslate(self) -> None:
        line = self.line
        if line.reasoning.strip():
            self._thoughts.setAccessibleName(self.tr("Reasoning"))
        if isinstance(line, CallLine):
            self._name_boxes(line)
        elif line.error is not None:
            self._facts.set_note(languages.tell(line.error), "bad")
        for part in self._parts:
            if isinstance(part, _FileRow | AnswerBody):
                part.retranslate()
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
            told = {"command": self.tr("Command"), "code": self.tr("Program")}
            self._arguments.set_head(told.get(name, self.tr("Arguments")))
        if line.diff:
            self._diff.set_head(self.tr("What changed"), step_text.summary_text(line.name, line.summary))
        if line.status and line.text and line.text != line.diff:
            whole = bool(self._whole_text) or not line.handle
            shown = "" if whole else self.tr("beginning and end, as the model sees them")
            self._result.set_head(self.tr("Result"), shown)
        if self._whole is not None:
            self._whole.setText(self.tr("Show all ({size})").format(size=format_size(line.bytes)))
        self._facts.set_note("  ·  ".join(filter(None, self._told(line))))

    def _told(self, line: CallLine) -> list[str]:
        told = [step_text.decision_text(line)]
        if line.status and line.seconds >= 0.05:
            told.append(format_duration(line.seconds, languages.current))
        if line.untrusted:
            told.append(self.tr("text from outside"))
        if line.uncovered == 1:
            told.append(self.tr("1 file couldn’t be kept for undo"))
        elif line.uncovered:
            count = format_count(line.uncovered)
            told.append(self.tr("{count} files couldn’t be kept for undo").format(count=count))
        left = len(line.files) - MOST_FILES
        if left > 0:
            told.append(self.tr("{count} more files").format(count=format_count(left)))
        return told

    # --- looks ---

    def restyle(self) -> None:
        for part in (*self._parts, *self._actions.values()):
            if isinstance(part, PlainBlock | AnswerBody | QuietButton | _FileRow):
                part.restyle()

    def fit(self, width: int) -> int:
        """Lays the details out for a width; returns their height."""
        px, y = themes.current.px, 0
        for part in self._parts:
            if part.isHidden():
                continue
            if isinstance(part, QuietButton):
                size = part.sizeHint()
                part.setGeometry(-6, y, size.width(), size.height())
                y += size.height() + px(6)
                continue
            if isinstance(part, NoteLine) and not part.text:
                continue
            height = part.fit(width)
            part.setGeometry(0, y, width, height)
            y += height + px(4 if isinstance(part, _FileRow) else 10)
        y += flow(list(self._actions.values()), QRect(-6, y, width + 6, 0), px(8))
        return y + px(12)
