"""What the reasoning switch of a model changes: the texts that it gets with each choice, side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.markdown.text_box import TextBox
from app.desktop.models.prompt_changes import ShownPrompt
from app.desktop.models.proof_text import choice_name, choice_sentences
from app.desktop.text.template_text import no_template_sentence
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import announce, set_texts, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, discard
from app.desktop.widgets.overlay import Sheet
from app.desktop.widgets.scroller import GUTTER
from app.desktop.widgets.state_panel import StatePanel
from app.services.models.reasoning_proof import ReasoningProof
from engine.errors import UserError
from engine.formats.reasoning_proof import QUESTION

# Wide for texts side by side.
WIDTH, NARROW = 1040, 640
# The room of a name, and the least for a text beside it or beside another text.
NAME, COLUMN = 160, 300
MOST_LINES = 300


class PromptBox(TextBox):
    """A prompt, beside another one with its differences marked. Keys reach it whether or not it scrolls; what is
    copied has no marks."""

    def __init__(self, parent: QWidget, shown: ShownPrompt, *, marked: bool) -> None:
        self._prompt = shown.found.prompt
        super().__init__(parent, most_lines=MOST_LINES)
        self.show_text("\n".join(shown.lines) if marked else self._prompt, diff=marked)

    def copied(self) -> str:
        return self._prompt

    def _let_reach(self) -> None:
        super()._let_reach()
        self.text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


class ProofSheet(Sheet):
    """`show_waiting` is followed by `show_proof` or `show_error`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, WIDTH)
        self._name = ""
        self._proof: ReasoningProof | None = None
        self._prompts: tuple[ShownPrompt, ...] = ()
        self._error: UserError | None = None
        inside = self.scroller.inside
        self.about = wrapped_label(inside)
        self.state = StatePanel(inside)
        self._choices, self._texts = QWidget(inside), QWidget(inside)
        self._choices_grid, self._texts_grid = QGridLayout(self._choices), QGridLayout(self._texts)
        for grid in (self._choices_grid, self._texts_grid):
            grid.setContentsMargins(0, 0, 0, 0)
        self._choices_grid.setColumnStretch(1, 1)
        self.lines: list[tuple[QLabel, QLabel]] = []
        self.legend = wrapped_label(inside, "small", selectable=False)
        self.boxes: list[PromptBox] = []
        self.done = push_button(self.card, "primary")
        for widget in (self.about, self.state, self._choices, self.legend, self._texts):
            self.scroller.column.addWidget(widget)
        self.scroller.column.addStretch(1)
        self.foot.add(STRETCH)
        self.foot.add(self.done)
        self.done.clicked.connect(self.close_overlay)
        self.refresh()

    # What it is told

    def show_waiting(self, name: str) -> None:
        """The file of the model called `name` is being read."""
        self._name, self._proof, self._prompts, self._error = name, None, (), None
        self.retranslate()

    def show_proof(self, proof: ReasoningProof, prompts: tuple[ShownPrompt, ...]) -> None:
        self._proof, self._prompts, self._error = proof, prompts, None
        self.retranslate()
        announce(self, self.about.text())

    def show_error(self, error: UserError) -> None:
        """Why the texts cannot be had."""
        self._error = error
        self.retranslate()

    def open(self) -> None:
        super().open()
        self.fit()
        self.done.setFocus(Qt.FocusReason.PopupFocusReason)

    def confirm(self) -> None:
        self.close_overlay()

    # Inside

    def _show(self) -> None:
        proof = self._proof
        self.about.setVisible(proof is not None)
        self.state.setVisible(proof is None)
        several = len(self._prompts) > 1
        self._choices.setVisible(several)
        self._texts.setVisible(bool(self._prompts))
        if self._error is not None:
            self.state.say("", languages.tell(self._error), symbol="triangle-alert")
        elif proof is None:
            self.state.say_soon(self.tr("Reading the model’s chat template…"))
        else:
            self.about.setText(self._introduction(proof))
        self._show_choices(several)
        self._show_texts()
        self.legend.setVisible(len(self.boxes) > 1)
        self._width = NARROW if self._error is not None or len(self._prompts) == 1 else WIDTH
        self._fit_card()
        self.fit()
        QTimer.singleShot(0, self, self.fit)  # once Qt has laid out what came and went

    def _introduction(self, proof: ReasoningProof) -> str:
        if not proof.has_template:
            return no_template_sentence()
        if len(proof.prompts) == 1:
            return self.tr("This model has no reasoning switch: it always gets the same text.")
        words = self.tr("{name} is asked “{question}”. This is what each choice of reasoning changes.")
        return words.format(name=self._name, question=QUESTION)

    def _is_best_effort(self) -> bool:
        return self._proof is not None and self._proof.control.kind == "always"

    def _named(self, choice: str) -> str:
        return choice_name(choice, best_effort=self._is_best_effort())

    def _show_choices(self, several: bool) -> None:
        for line in self.lines:
            for label in line:
                discard(label, self._choices_grid)
        self.lines = []
        for shown in self._prompts if several else ():
            name = text_label(self._choices, "heading", self._named(shown.found.choice))
            words = wrapped_label(self._choices)
            sentences = choice_sentences(shown, self._prompts, best_effort=self._is_best_effort())
            set_texts(words, sentences, f"{name.text()}: {sentences}")
            for label in (name, words):
                label.show()
            self.lines.append((name, words))

    def _show_texts(self) -> None:
        for box in self.boxes:
            discard(box, self._texts_grid)
        self.boxes = []
        names: dict[str, list[str]] = {}
        for shown in self._prompts:
            names.setdefault(shown.found.prompt, []).append(self._named(shown.found.choice))
        several = len(names) > 1
        for shown in self._prompts:
            choices = names.pop(shown.found.prompt, None)
            if choices is None:
                continue  # shown already
            box = PromptBox(self._texts, shown, marked=several)
            box.set_head(", ".join(choices))
            box.text.setAccessibleDescription(self.legend.text() if several else "")
            box.show()
            self.boxes.append(box)

    def _place_choices(self, room: int) -> None:
        """Each name beside its sentence, above it where there is little room."""
        px = themes.current.px
        wide = room >= px(NAME + COLUMN)
        self._choices_grid.setVerticalSpacing(px(6 if wide else 2))
        for number, (name, words) in enumerate(self.lines):
            for label in (name, words):
                self._choices_grid.removeWidget(label)
            name.setContentsMargins(0, 0 if wide or not number else px(10), 0, 0)
            self._choices_grid.addWidget(name, 2 * number, 0, Qt.AlignmentFlag.AlignTop)
            if wide:
                self._choices_grid.addWidget(words, 2 * number, 1)
            else:
                self._choices_grid.addWidget(words, 2 * number + 1, 0, 1, 2)

    def _place_texts(self, room: int) -> None:
        """As many side by side as there is room for."""
        columns = max(1, min(len(self.boxes), room // themes.current.px(COLUMN)))
        for number, box in enumerate(self.boxes):
            self._texts_grid.removeWidget(box)
            self._texts_grid.addWidget(box, number // columns, number % columns)
        for column in range(self._texts_grid.columnCount()):
            self._texts_grid.setColumnStretch(column, 1 if column < columns else 0)

    def fit(self) -> None:
        room = self.card.width() - themes.current.px(2 * 20 + GUTTER)
        self._place_choices(room)
        self._place_texts(room)
        for layout in (self._choices_grid, self._texts_grid, self.scroller.column):
            layout.invalidate()
        super().fit()

    def retranslate(self) -> None:
        self.title.setText(self.tr("What the reasoning switch changes"))
        self.card.setAccessibleName(self.title.text())
        self.legend.setText(
            self.tr(
                "These are the texts in full. Compared with the first one, + marks lines that are added and - "
                "lines that are left out."
            )
        )
        self.done.setText(self.tr("Done"))
        self._show()

    def restyle(self) -> None:
        px = themes.current.px
        self._choices_grid.setHorizontalSpacing(px(18))
        self._texts_grid.setSpacing(px(12))
        super().restyle()
