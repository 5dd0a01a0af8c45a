"""The card that says in one sentence where the model lies and how fast it is."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from app.desktop.base.icons import icon
from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.placement.kept import WITHOUT_CACHE
from app.desktop.text.measures import device_label, device_of, place_text
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.card import Card
from app.desktop.widgets.labels import set_texts, text_label
from app.desktop.widgets.layouts import Row, discard
from app.format import format_percent, format_percent_range, format_size, format_speed
from engine.errors import ErrorInfo
from engine.placement.plan import DISK, Machine, Plan


class NoticeLine(QWidget):
    """One further thing to know, with a small sign before it."""

    def __init__(self, text: str, colour: str, parent: QWidget) -> None:
        super().__init__(parent)
        px = themes.current.px
        self._sign = QLabel(self)
        self._sign.setPixmap(icon("circle-alert", colour, 16).pixmap(px(16), px(16)))
        self._text = text_label(self, "small", text=text, wraps=True, selectable=True)
        Row((self._sign, 0, Qt.AlignmentFlag.AlignTop), (self._text, 1), parent=self, spacing=8)

    def text(self) -> str:
        return self._text.text()


class ExplanationCard(Card):
    """`change_wanted`: a person takes the smallest change that makes a refused plan work. Its button, `change`,
    stands where the page puts it."""

    change_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: Plan | None = None
        self._measured = 0.0
        self._live = 0.0
        self._together = 0
        self._notices: tuple[ErrorInfo, ...] = ()
        self._machine: Machine | None = None
        self._problem: ErrorInfo | None = None
        self._change_text = ""
        self.sentence = text_label(self, wraps=True, selectable=True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.speed = text_label(self, wraps=True, selectable=True)
        self.speed.setTextFormat(Qt.TextFormat.RichText)
        self.reads = text_label(self, "small", wraps=True, selectable=True)
        # Of a plan that keeps experts one by one.
        self.hits = text_label(self, wraps=True, selectable=True)
        self.hits.setProperty("kind", "small")
        self.change = push_button(self)
        self.change.clicked.connect(self.change_wanted)
        self.notices: list[NoticeLine] = []
        self.inside.addWidget(self.sentence)
        self.inside.addWidget(self.speed)
        self.inside.addWidget(self.reads)
        self.inside.addWidget(self.hits)
        self.refresh()

    def show_plan(
        self,
        plan: Plan,
        measured: float,
        notices: Sequence[ErrorInfo] = (),
        machine: Machine | None = None,
    ) -> None:
        """`measured` tokens per second of this very plan, 0 when it has not answered yet; `notices` come after
        the plan's own. `machine` knows what its devices are."""
        self._plan, self._measured, self._notices = plan, measured, tuple(notices)
        self._machine, self._problem = machine, None
        self.refresh()

    def show_problem(self, problem: ErrorInfo) -> None:
        """Why there is no plan for what is wished, in the place of one."""
        self._problem = problem
        self.refresh()

    def show_live(self, tokens_per_second: float, answers: int = 1) -> None:
        """The speed of the answers that are being written, all together; 0 when none is."""
        self._live, self._together = tokens_per_second, answers
        self._show_speed()

    def show_change(self, text: str) -> None:
        """What the button says that takes the suggested change; empty hides it."""
        self._change_text = text
        set_texts(self.change, text)
        self.change.setVisible(bool(text))

    def _show_speed(self) -> None:
        plan = self._plan
        told = plan is not None and self._problem is None and (plan.fits or self._live > 0)
        self.speed.setVisible(told)
        if plan is None or not told:
            return
        low, high = plan.predicted.decode_range
        spread = self.tr("{low} to {high}").format(low=format_speed(low), high=format_speed(high))
        if self._live > 0:
            bold = self.tr("{speed} tokens per second now").format(speed=format_speed(self._live))
            rest = self.tr("{range} predicted").format(range=spread)
            if self._together > 1:
                rest = self.tr("in {count} answers together. Predicted for one: {range}").format(
                    count=self._together, range=spread
                )
        elif self._measured > 0:
            bold = self.tr("{speed} tokens per second measured").format(speed=format_speed(self._measured))
            rest = self.tr("{range} predicted").format(range=spread)
        else:
            bold = self.tr("{range} tokens per second predicted").format(range=spread)
            rest = self.tr("not measured yet")
        self.speed.setText(f"<b>{escape(bold)}</b>, {escape(rest)}")

    def _show_reads(self) -> None:
        plan, machine = self._plan, self._machine
        known = plan is not None and machine is not None and plan.fits and self._problem is None
        parts = plan.predicted.bytes_per_token if plan is not None else {}
        self.reads.setVisible(known and bool(parts))
        if machine is None or not parts:
            return
        told = ", ".join(
            self.tr("{size} from the disk").format(size=format_size(read))
            if name == DISK
            else self.tr("{size} from {device}").format(
                size=format_size(read), device=device_label(machine, name)
            )
            for name, read in parts.items()
        )
        self.reads.setText(self.tr("Each token of an answer reads {parts}.").format(parts=told))

    def _show_hits(self) -> None:
        plan = self._plan
        cache = plan.placement.expert_cache if plan is not None else None
        expected = self._problem is None and plan is not None and plan.fits and plan.predicted.hit_rate > 0
        self.hits.setVisible(expected and cache is not None)
        if plan is None or cache is None or not expected:
            return
        name = cache.above.device if cache.above is not None else cache.device
        device = device_of(self._machine, name) if self._machine is not None else None
        template = (
            self.tr(
                "Of the experts that a token needs, {percent} should be on {place} or in RAM already ({range})."
            )
            if cache.above is not None
            else self.tr("Of the experts that a token needs, {percent} should be in RAM already ({range}).")
            if cache.source == DISK
            else self.tr(
                "Of the experts that a token needs, {percent} should be on {place} already ({range})."
            )
        )
        self.hits.setText(
            template.format(
                percent=format_percent(plan.predicted.hit_rate),
                place=place_text(device),
                range=format_percent_range(*plan.predicted.hit_range, languages.current),
            )
        )

    def _show_notices(self) -> None:
        for line in self.notices:
            discard(line, self.inside)
        told = [*(self._plan.notices if self._plan is not None else ()), *self._notices]
        if self._problem is not None:
            told = []
        self.notices = [NoticeLine(text, "warning", self) for text in _texts(told)]
        for line in self.notices:
            self.inside.addWidget(line)

    def retranslate(self) -> None:
        plan = self._plan
        if self._problem is not None:
            self.sentence.setText(languages.tell(self._problem))
        elif plan is not None:
            sentences = [languages.tell(plan.explanation)]
            if plan.refusal is not None:
                sentences.append(languages.tell(plan.refusal))
            self.sentence.setText(" ".join(sentences))
        self._show_speed()
        self._show_reads()
        self._show_hits()
        self._show_notices()
        self.show_change(self._change_text)

    def restyle(self) -> None:
        self.sentence.setFont(themes.current.font(15))
        self.speed.setFont(themes.current.font(15))
        self._show_notices()


def _texts(notices: Sequence[ErrorInfo]) -> list[str]:
    """A sentence for each, once; that experts are not kept and the reason for it are one."""
    texts: list[str] = []
    for before, notice in zip((None, *notices), notices, strict=False):
        text = languages.tell(notice)
        if before is not None and before.code == WITHOUT_CACHE:
            text = f"{texts.pop()} {text}"
        texts.append(text)
    return list(dict.fromkeys(texts))
