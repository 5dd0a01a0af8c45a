"""One repository: what it is, its quantisations with what each would be on this machine, and its author's card."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QStackedWidget

from app.desktop.base.icons import set_icon
from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.models.discover.card_view import ModelCard
from app.desktop.models.discover.gate_note import GateNote
from app.desktop.models.discover.variant_lines import best_sentence, lacks_projector, read_line, variant_lines
from app.desktop.models.discover.variants_table import VariantsTable
from app.desktop.models.library_state import Holding
from app.desktop.text.template_text import no_template_sentence
from app.desktop.text.verdict_text import reasoning_text
from app.desktop.text.words import (
    about,
    experts_line,
    joined,
    popularity,
    sense_words,
    short_name,
)
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.chip import Chip
from app.desktop.widgets.elided import ElidedTitle
from app.desktop.widgets.flow import FlowRow
from app.desktop.widgets.labels import name_icon, set_texts, show_text, text_label, wrapped_label
from app.desktop.widgets.layouts import STRETCH, Column, Row
from app.desktop.widgets.scroller import ColumnScroller
from app.desktop.widgets.state_panel import StatePanel
from engine.errors import ErrorInfo, UserError
from engine.hub.quantizations import find_file
from engine.hub.values import HubModel, JudgedVariant, RemoteFacts, Repository

COLUMN = 860
# How far below the sight the card is kept ready, in heights of the view.
AHEAD = 1.0


class DetailsPanel(ThemedWidget):
    """Shows what it is given. `get_wanted` carries a `Variant`, `use_wanted` a path, `downloads_wanted` asks for
    the view of downloads, `link_asked` carries an address, `retry_wanted` asks to read again."""

    get_wanted = Signal(object)
    use_wanted = Signal(str)
    downloads_wanted = Signal()
    link_asked = Signal(str)
    page_wanted = Signal(str)
    retry_wanted = Signal()
    back_wanted = Signal()

    def __init__(
        self,
        holding: Callable[[str, str], Holding],
        percent: Callable[[Holding], int],
        free: Callable[[], int | None],
    ) -> None:
        super().__init__()
        self._holding, self._percent, self._free = holding, percent, free
        self._refused: dict[str, ErrorInfo] = {}
        self._model: HubModel | None = None
        self._repository: Repository | None = None
        self._judged: dict[str, JudgedVariant] = {}
        self._asked = ""  # the path in the repository of a file that a link names
        self._finished = self._best_first = False
        self._machine = ""
        self._error: UserError | None = None
        self.state = StatePanel(self)
        self.state.acted.connect(self.retry_wanted)
        self.back = push_button(self, "icon")
        self.back.clicked.connect(self.back_wanted)
        self.title = ElidedTitle(self)
        self._experts, self._reasoning, self._tools = (Chip(self) for _ in range(3))
        self._senses = Chip(self)
        self._bare = Chip(self, "warning")
        self.chips = FlowRow(
            self, self._experts, self._senses, self._reasoning, self._tools, self._bare, gap=6
        )
        self.about, self.source = wrapped_label(self, "small"), wrapped_label(self, "small")
        self.best = wrapped_label(self)
        self.gate = GateNote(self)
        self.gate.page_wanted.connect(self.page_wanted)
        self.absent = wrapped_label(self, "warning")
        self.table = VariantsTable(self)
        self.table.acted.connect(self._act)
        self.page_link = push_button(self, "link")
        self.page_link.clicked.connect(lambda: self.page_wanted.emit(self.repo()))
        self._rule = QFrame(self)
        self._rule.setProperty("kind", "line")
        self._card_title = text_label(self, "heading")
        self.card = ModelCard(self)
        self.card.link_asked.connect(self.link_asked)
        self._lay_out()
        self.show_nothing()
        self.refresh()

    def _lay_out(self) -> None:
        self._links = Row(self.page_link, STRETCH)
        frame = QFrame(self)
        frame.setProperty("kind", "card")
        # What the best one is comes last of all: below the table it moves nothing under a hand about to press.
        Column(
            Row((self.back, 0, Qt.AlignmentFlag.AlignTop), (self.title, 1), spacing=8),
            self.about,
            self.chips,
            self.source,
            self.gate,
            self.state,
            self.absent,
            self.table,
            self.best,
            self._links,
            self._rule,
            self._card_title,
            self.card,
            parent=frame,
            margins=(18, 14, 18, 18),
            spacing=8,
        )
        self.scroller = ColumnScroller(self, most=COLUMN, bare=True)
        self.scroller.column.addWidget(frame)
        self.scroller.column.addStretch(1)
        self.nothing = StatePanel(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(self.scroller)
        Column(self._stack, parent=self)
        self.scroller.verticalScrollBar().valueChanged.connect(self._look_ahead)

    # What the view tells

    def repo(self) -> str:
        return self._model.repo if self._model is not None else ""

    def show_nothing(self) -> None:
        """No repository is chosen."""
        self._model = self._repository = self._error = None
        self._judged, self._refused, self._asked = {}, {}, ""
        self._finished = self._best_first = False
        self.card.show_card("")
        self._stack.setCurrentWidget(self.nothing)

    def show_opening(self, model: HubModel) -> None:
        """A repository was chosen, and is being read."""
        self._model, self._repository, self._error = model, None, None
        self._judged, self._refused, self._asked = {}, {}, ""
        self._finished = self._best_first = False
        self.card.show_card("")
        self._stack.setCurrentWidget(self.scroller)
        self.scroller.verticalScrollBar().setValue(0)
        self._show()

    def ask_for(self, file: str) -> None:
        """Let the model of this file, a path in the repository, stand before the others."""
        self._asked = file
        self.scroller.verticalScrollBar().setValue(0)
        self._show_table()

    def has_failed(self) -> bool:
        """Whether the repository could not be read."""
        return self._repository is None and self._error is not None

    def show_repository(self, repository: Repository) -> None:
        self._repository, self._model = repository, repository.model
        self._error = None
        self._show()
        self.card.show_card(repository.card)

    def show_judged(self, judged: JudgedVariant) -> None:
        """One more verdict is there."""
        self._judged[judged.variant.name] = judged
        self._show()

    def show_all(self, judged: Sequence[JudgedVariant]) -> None:
        """All verdicts are there, the best one marked."""
        self._judged = {each.variant.name: each for each in judged}
        self._finished = True
        # Rows that change their places under a hand would be pressed by mistake.
        self._best_first = self._best_first or not self.table.is_in_use()
        self._show()

    def show_failure(self, error: UserError) -> None:
        self._error, self._finished = error, True
        self._show()

    def show_refusal(self, repo: str, name: str, error: ErrorInfo) -> None:
        """Why the download of a variant was not begun."""
        if repo == self.repo():
            self._refused[name] = error
            self.show_holdings()

    def show_machine(self, words: str) -> None:
        self._machine = words
        self._show()

    def show_holdings(self) -> None:
        """What is on disk or on its way changed."""
        if self._repository is not None:
            self._show_table()

    def facts(self) -> RemoteFacts | None:
        """What the header of one of its files said, as soon as one was read."""
        return next((each.facts for each in self._judged.values() if each.facts is not None), None)

    def take_focus(self) -> None:
        if self.back.isVisible():
            self.back.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.table.take_focus()

    # Inside

    def _act(self, name: str) -> None:
        repository = self._repository
        variants = repository.variants if repository is not None else ()
        variant = next((variant for variant in variants if variant.name == name), None)
        if variant is None:
            return
        holding = self._holding(self.repo(), name)
        judged = self._judged.get(name)
        variant = judged.variant if judged is not None else variant
        if holding.model is not None and not lacks_projector(variant, holding):
            self.use_wanted.emit(holding.model.path)
        elif holding.download is not None and holding.download.state != "failed":
            self.downloads_wanted.emit()
        else:
            self._refused.pop(name, None)
            self.get_wanted.emit(variant)

    def _show(self) -> None:
        model = self._model
        if model is None:
            return
        self.title.set_whole(short_name(model.repo))
        self.about.setText(joined([popularity(model, time.time()), about(model)]))
        self._show_chips()
        self._show_source()
        self.gate.show_gate(model, self._error)
        self._show_state()
        self._show_table()
        repository = self._repository
        has_card = repository is not None and bool(repository.card.strip())
        self._rule.setVisible(has_card)
        self._card_title.setVisible(has_card)
        self.card.setVisible(has_card)
        self.page_link.setVisible(repository is not None and not model.gate)

    def _show_chips(self) -> None:
        facts = self.facts()
        experts = experts_line(facts.experts_used, facts.experts) if facts is not None else ""
        reasoning = reasoning_text(facts) if facts is not None else ""
        senses = sense_words(facts.sees, facts.hears) if facts is not None else []
        tools = self.tr("tools") if facts is not None and facts.tools else ""
        bare = self.tr("no chat template") if facts is not None and not facts.has_template else ""
        shown = (
            (self._experts, experts),
            (self._senses, joined(senses)),
            (self._reasoning, reasoning),
            (self._tools, tools),
        )
        for chip, words in shown:
            chip.say(words)
            chip.setVisible(bool(words))
        self._bare.say(bare, explanation=no_template_sentence())
        self._bare.setVisible(bool(bare))
        self.chips.setVisible(any(words for _, words in shown) or bool(bare))
        self.chips.refit()

    def _show_source(self) -> None:
        repository = self._repository
        words = ""
        if repository is not None and repository.variants:
            words = read_line(tuple(self._judged.values()), self._machine, finished=self._finished)
        show_text(self.source, words)
        show_text(self.best, best_sentence(tuple(self._judged.values())))

    def _show_state(self) -> None:
        repository = self._repository
        if repository is None and self._error is not None:
            gated = self.gate.explains(self._error)
            self.state.setVisible(not gated)
            if not gated:
                self.state.say(languages.tell(self._error), "", (self.tr("Try again"),), "cloud-off")
        elif repository is None:
            self.state.setVisible(True)
            self.state.say_soon(self.tr("Reading the repository…"))
        else:
            self.state.setVisible(not repository.variants)
            if not repository.variants:
                self.state.say(
                    self.tr("No model here that can run"),
                    self.tr("This repository has no model in the GGUF format, or only a part of one."),
                )

    def _show_table(self) -> None:
        repository = self._repository
        if repository is None:
            self.absent.hide()
            self.table.show_lines([])
            return
        asked = find_file(repository.variants, self._asked)
        absent = self.tr("{file} isn’t among the models of this repository.").format(file=self._asked)
        show_text(self.absent, absent if self._asked and asked is None and repository.variants else "")
        holdings = {v.name: self._holding(repository.model.repo, v.name) for v in repository.variants}
        percents = {name: self._percent(holding) for name, holding in holdings.items()}
        self.table.show_lines(
            variant_lines(
                repository,
                self._judged,
                holdings,
                percents,
                finished=self._finished,
                best_first=self._best_first,
                free=self._free(),
                refused=self._refused,
                asked=asked.name if asked is not None else "",
            )
        )

    def _look_ahead(self) -> None:
        view = self.scroller.viewport().height()
        seen = self.scroller.verticalScrollBar().value() + view - self.card.y()
        self.card.reach(seen + round(view * AHEAD))

    def resizeEvent(self, event: object) -> None:
        self._look_ahead()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.scroller.verticalScrollBar()
        steps = {
            Qt.Key.Key_PageDown: bar.pageStep(), Qt.Key.Key_PageUp: -bar.pageStep(),
            Qt.Key.Key_Down: bar.singleStep() * 3, Qt.Key.Key_Up: -bar.singleStep() * 3,
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            bar.setValue(bar.value() + step)

    def retranslate(self) -> None:
        name_icon(self.back, self.tr("Back to the list"))
        set_texts(
            self.page_link, self.tr("Open the model page"), self.tr("Open the model page in the browser")
        )
        self._card_title.setText(self.tr("From the author"))
        self.nothing.say(
            self.tr("Choose a model"),
            self.tr(
                "See which of its files fit this computer and how fast they would be, before you download anything."
            ),
            symbol="box",
        )
        self._show()

    def restyle(self) -> None:
        px = themes.current.px
        self.title.setMinimumHeight(px(30))
        self.title.set_whole(self.title.whole())
        self._links.setContentsMargins(-px(5), px(4), 0, 0)
        self._rule.setFixedHeight(1)
        self._card_title.setContentsMargins(0, px(8), 0, px(2))
        set_icon(self.back, "arrow-left", "muted", 18)
