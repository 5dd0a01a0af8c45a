"""Every widget of the kit in its states, in one window: `python -m tests.gallery`.

Theme, language and text size are switched at its top; the words of the samples come from the table below, those of
the widgets from their own translations.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QSlider, QWidget

from app.desktop.base.language import languages
from app.desktop.base.style import style_sheet
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import CheckedField
from app.desktop.forms.clearable import ClearableField
from app.desktop.forms.controls import Bounds, OptionalNumber, Section, TextArea
from app.desktop.forms.copy_diagnostics import CopyDiagnostics
from app.desktop.forms.form import Field, FormSection, Number, Text
from app.desktop.forms.line_list import Line, LineList
from app.desktop.widgets.banner import Banner, BannerAction
from app.desktop.widgets.buttons import CopyButton, JumpButton, push_button, set_presence, word_button
from app.desktop.widgets.card import Card
from app.desktop.widgets.chip import Chip
from app.desktop.widgets.choice_button import ChoiceButton
from app.desktop.widgets.choice_card import ChoiceCard
from app.desktop.widgets.collapsible import Collapsible
from app.desktop.widgets.dot import Dot
from app.desktop.widgets.elided import ElidedLabel, ElidedTitle
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.folding import FoldingRow
from app.desktop.widgets.labels import text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.legend import Legend
from app.desktop.widgets.overlay import Sheet
from app.desktop.widgets.scroller import ColumnScroller, QuietBar, ReadingArea
from app.desktop.widgets.searched_list import SearchedList
from app.desktop.widgets.segmented import SegmentedControl
from app.desktop.widgets.share_bar import Share, ShareBar
from app.desktop.widgets.side_row import SideRow
from app.desktop.widgets.slim_bar import Gauge, SlimBar
from app.desktop.widgets.state_panel import StatePanel
from app.desktop.widgets.switch import Switch
from app.desktop.widgets.tick_box import TickBox
from app.desktop.widgets.toast import Toast
from engine.errors import UserError

BUTTONS = ("", "primary", "quiet", "bar", "link", "pill")
LABELS = (
    "title",
    "heading",
    "",
    "value",
    "small",
    "faint",
    "warning",
    "bad",
    "chip",
    "quiet-chip",
    "warning-chip",
)
TONES = ("good", "accent", "warning", "bad", "faint")
WORDS = {
    "save": ("Save", "저장"),
    "model": ("A model with a rather long name, Q4_K_M", "이름이 꽤 긴 모델, Q4_K_M"),
    "sentence": (
        "The model could not be loaded: 2 GB of memory are missing.",
        "메모리가 2GB 부족해 모델을 불러오지 못했습니다.",
    ),
    "fits": ("fits this computer", "이 컴퓨터에 알맞음"),
    "small": ("Small", "작게"),
    "large": ("Large", "크게"),
    "name": ("Name", "이름"),
    "used": ("4k of 8k", "8k 중 4k"),
}


def word(name: str) -> str:
    """A sample in the language that is on."""
    return WORDS[name][languages.current == "ko"]


def button_row(parent: QWidget) -> Sequence[QWidget]:
    made = []
    for kind in BUTTONS:
        for enabled in (True, False):
            button = push_button(parent, kind, word("save"))
            button.setEnabled(enabled)
            made.append(button)
    return made


def quiet_buttons(parent: QWidget) -> Sequence[QWidget]:
    made = [word_button(parent, kind, word("save")) for kind in ("word", "small-word", "small-word", "badge")]
    set_presence(made[2], "faint")
    named = [CopyButton(parent, lambda: word("save")), JumpButton(parent), push_button(parent, "send")]
    for button in named:
        button.setAccessibleName(word("save"))
    return [*made, *named]


def labels(parent: QWidget) -> Sequence[QWidget]:
    elided, title = ElidedLabel(parent), ElidedTitle(parent)
    for line in (elided, title):
        line.set_whole(word("model"))
        line.setMinimumWidth(themes.current.px(120))
    return [*(text_label(parent, kind, word("name")) for kind in LABELS), elided, title]


def chips(parent: QWidget) -> Sequence[QWidget]:
    flow, folding = FlowRow(parent), FoldingRow(parent)
    for row in (flow, folding):
        for tone in ("accent", "quiet", "warning", "plain"):
            chip = Chip(row, tone)
            chip.say(word("fits"))
            row.add(chip)
    flow.refit()
    dots = QWidget(parent)
    Row(*(Dot(dots, tone) for tone in TONES), STRETCH, parent=dots, spacing=8)
    return [flow, folding, dots]


def bars(parent: QWidget) -> Sequence[QWidget]:
    made: list[QWidget] = []
    for fraction in (0.0, 0.02, 0.5, 0.9, 1.0):
        gauge = Gauge(parent)
        gauge.show_value(word("used"), fraction, word("used"))
        made.append(gauge)
    for quiet in (False, True):
        bar = SlimBar(parent)
        bar.show_value(0.4, word("used"), quiet=quiet)
        made.append(bar)
    area = ReadingArea(parent)
    area.setAccessibleName(word("name"))
    shares = ShareBar(parent, 12)
    shares.show_shares([Share(QBrush(QColor(themes.current.gpu)), 3, word("used"))], 8)
    legend = Legend(parent)
    theme = themes.current
    legend.show_entries([(word("small"), [theme.gpu, theme.worker]), (word("large"), [theme.ram])])
    return [*made, shares, legend, QuietBar(Qt.Orientation.Horizontal, parent), area]


def choices(parent: QWidget) -> Sequence[QWidget]:
    segments, choice = SegmentedControl(parent), ChoiceButton(parent)
    sizes = [("small", word("small")), ("large", word("large"))]
    segments.set_choices(sizes, "small")
    segments.setAccessibleName(word("name"))
    choice.set_choices(word("name"), sizes, "large")
    made: list[QWidget] = [segments, choice]
    for on in (False, True):
        for enabled in (True, False):
            for box in (Switch(parent), TickBox(parent)):
                box.setChecked(on)
                box.setEnabled(enabled)
                box.setAccessibleName(word("name"))
                made.append(box)
    slider = QSlider(Qt.Orientation.Horizontal, parent)
    slider.setAccessibleName(word("name"))
    return [*made, slider]


def choice_cards(parent: QWidget) -> Sequence[QWidget]:
    made = [ChoiceCard(parent, one_of=one_of) for one_of in (False, True, True)]
    made[2].setChecked(True)
    for card in made:
        card.set_choice(word("name"), word("sentence"))
    return made


def fields(parent: QWidget) -> Sequence[QWidget]:
    plain, checked, searched, number, area = (
        QLineEdit(parent),
        CheckedField(parent),
        ClearableField(parent),
        OptionalNumber(Bounds(0, 2, 0.05, 2), parent),
        TextArea(parent),
    )
    number.show_value(0.7, 1.0, word("small"))
    checked.say(UserError("chat.busy"))
    searched.setText(word("name"))
    for field in (plain, checked, searched, number, area):
        field.setAccessibleName(word("name"))
    area.show_text(word("sentence"))
    area.setFixedHeight(themes.current.px(80))
    return [plain, checked, searched, number, area]


def notes(parent: QWidget) -> Sequence[QWidget]:
    made: list[QWidget] = []
    for tone in ("warning", "bad", "accent"):
        banner = Banner(parent)
        banner.say(word("sentence"), [BannerAction(word("save"), lambda: None)], tone)
        made.append(banner)
    for tone in ("muted", "warning", "bad"):
        framed = Banner(parent, framed=True)
        framed.say(word("sentence"), [BannerAction(word("save"), lambda: None)], tone)
        made.append(framed)
    panel = StatePanel(parent)
    panel.say(word("name"), word("sentence"), (word("save"),), "cloud-off")
    return [*made, panel]


class SampleForm(FormSection):
    """A row of each editor, over the settings as they come."""

    def fields(self) -> Sequence[Field]:
        themes_offered = [("system", word("small")), ("dark", word("large"))]
        return (
            Field("theme", word("name"), word("sentence"), themes_offered),
            Field("max_tokens", word("used"), "", Number(Bounds(1, 100_000, 1, 0), word("small"))),
            Field("system_prompt", word("model"), "", Text(word("sentence"), area=True)),
        )


def cards(parent: QWidget) -> Sequence[QWidget]:
    card = Card(parent)
    card.set_title(word("name"), word("used"))
    words = wrapped_label(card, "small")
    words.setText(word("sentence"))
    card.inside.addWidget(words)
    made: list[QWidget] = [card]
    for opened in (False, True):
        fold = Collapsible(parent)
        fold.set_words(word("name"), word("small"))
        fold.inside.addWidget(text_label(fold, "small", word("sentence")))
        fold.open(opened)
        fold.refresh()
        made.append(fold)
    section = Section(parent)
    section.set_title(word("name"))
    section.add_row(CopyDiagnostics(section)).set_words(word("small"), word("sentence"))
    section.add_row(TickBox(section)).set_words(word("large"))
    section.refresh()
    form = SampleForm(lambda **_: None, parent)
    form.set_title(word("large"))
    form.refresh()
    return [*made, section, form]


def lists(parent: QWidget) -> Sequence[QWidget]:
    made: list[QWidget] = []
    for symbol, chosen in (("", False), ("", True), ("plus", False)):
        row = SideRow(parent, symbol=symbol)
        row.show_words(word("model"), word("used"))
        row.setChecked(chosen)
        made.append(row)
    searched = SearchedList(parent)
    searched.list.setAccessibleName(word("name"))
    searched.search.setAccessibleName(word("name"))
    searched.new.setAccessibleName(word("save"))
    searched.setFixedHeight(themes.current.px(120))
    searched.refresh()
    found = LineList(parent)
    found.show_lines([Line(word("model"), word("fits"), word("save"), word("save"))])
    return [*made, searched, found]


# How the samples of a group stand: side by side where they are small, below each other where they are wide.
GROUPS: tuple[tuple[str, Callable[[QWidget], Sequence[QWidget]], bool], ...] = (
    ("Buttons", button_row, True),
    ("Quiet buttons", quiet_buttons, True),
    ("Labels", labels, True),
    ("Chips and dots", chips, False),
    ("Bars", bars, True),
    ("Choices", choices, True),
    ("Choices in frames", choice_cards, False),
    ("Fields", fields, False),
    ("Notes", notes, False),
    ("Cards", cards, False),
    ("Lists", lists, False),
)


class Gallery(ThemedWidget):
    """The window: the switches, and below them all samples, which are made anew for another look."""

    def __init__(self) -> None:
        super().__init__()
        self.theme, self.language, self.scale = (SegmentedControl(self) for _ in range(3))
        self.theme.set_choices([("light", "Light"), ("dark", "Dark")], themes.current.name)
        self.language.set_choices([("en", "English"), ("ko", "한국어")], languages.current)
        self.scale.set_choices([("1.0", "100 %"), ("1.5", "150 %"), ("2.0", "200 %")], "1.0")
        for control, name in ((self.theme, "Theme"), (self.language, "Language"), (self.scale, "Text size")):
            control.setAccessibleName(name)
            control.chosen.connect(self.show_samples)
        self.over, self.toasted = push_button(self, "bar", "Overlay"), push_button(self, "bar", "Toast")
        self._scroller = ColumnScroller(self)
        foot = text_label(self)
        head = Row(self.theme, self.language, self.scale, STRETCH, self.over, self.toasted, spacing=8)
        Column(head, (self._scroller, 1), foot, parent=self, margins=(12, 12, 12, 0), spacing=8)
        self._overlay, self._toast = Sheet(self, 480), Toast(self, foot)
        self._overlay.title.setText(word("name"))
        self.over.clicked.connect(self._overlay.open)
        self.toasted.clicked.connect(lambda: self._toast.say(word("sentence"), word("save"), lambda: None))
        self._samples: QWidget | None = None
        self.refresh()
        self._overlay.refresh()
        self.show_samples()

    def show_samples(self) -> None:
        """Make all samples in the look that is chosen."""
        languages.choose(self.language.value())
        themes.choose(self.theme.value(), float(self.scale.value()))
        if self._samples is not None:
            self._samples.hide()
            self._samples.deleteLater()
        self._samples = samples = QWidget()
        column = Column(parent=samples, spacing=20)
        for title, make, beside in GROUPS:
            group = QWidget(samples)
            parts = make(group)
            heading: QLabel = text_label(group, "heading", title)
            Column(heading, *([_flow(group, parts)] if beside else parts), parent=group, spacing=8)
            column.add(group)
        self._scroller.column.addWidget(samples)


def _flow(parent: QWidget, parts: Sequence[QWidget]) -> QWidget:
    row = FlowRow(parent)
    for part in parts:
        row.add(part)
    row.refit()
    return row


def main() -> int:
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    themes.changed.connect(lambda: application.setStyleSheet(style_sheet(themes.current)))
    gallery = Gallery()
    gallery.resize(1000, 800)
    gallery.show()
    return application.exec()


if __name__ == "__main__":
    raise SystemExit(main())
