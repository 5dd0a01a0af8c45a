"""The first card: whether the model runs here and how fast, in plain words, and whether there is anything to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from app.desktop.base.language import languages
from app.desktop.base.theme import themes
from app.desktop.widgets.card import Card
from app.desktop.widgets.labels import text_label
from app.format import format_speed
from engine.errors import ErrorInfo
from engine.placement.plan import Plan

# Tokens per second: faster than anybody reads, as fast as people read, and what one can wait for.
FAST, READING, BEARABLE = 20.0, 8.0, 3.0
# Of the least that is predicted: below, something else took the time.
_HELD_UP = 0.5


class PlainCard(Card):
    """`change` is the button that takes the suggested change; who owns it says when it is shown."""

    def __init__(self, change: QPushButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: Plan | None = None
        self._measured = 0.0
        self._problem: ErrorInfo | None = None
        self.sentence = text_label(self, wraps=True, selectable=True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.inside.addWidget(self.sentence)
        self.inside.addWidget(change, 0, Qt.AlignmentFlag.AlignLeft)
        self.refresh()

    def show_plan(self, plan: Plan, measured: float, problem: ErrorInfo | None = None) -> None:
        """`measured` tokens per second of this very plan, 0 before it answered; `problem`: why what is wished
        cannot be planned."""
        self._plan, self._measured, self._problem = plan, measured, problem
        self.retranslate()

    def _words(self, plan: Plan) -> str:
        if self._problem is not None:
            return languages.tell(self._problem)
        if not plan.fits:
            refusal = plan.refusal or plan.explanation
            return self.tr("This model doesn’t fit as it is. {reason}").format(reason=languages.tell(refusal))
        held_up = 0 < self._measured < _HELD_UP * plan.predicted.decode_range[0]
        speed = plan.predicted.decode_tps if held_up else self._measured or plan.predicted.decode_tps
        template = self.tr("This model fits. {speed} {advice}")
        if plan.mode == "disk":
            template = self.tr(
                "This model is larger than the memory it may use and runs from the disk. {speed} {advice}"
            )
        elif plan.paged:
            template = self.tr("This model is larger than the memory it may use. {speed} {advice}")
        advice = self._held_up() if held_up else self._advice(plan, speed)
        return template.format(speed=self._speed(speed), advice=advice)

    def _speed(self, speed: float) -> str:
        if speed >= FAST:
            words = self.tr("Expect about {speed} tokens a second, which is fast.")
        elif speed >= READING:
            words = self.tr("Expect about {speed} tokens a second, about as fast as you read.")
        elif speed >= BEARABLE:
            words = self.tr("Expect about {speed} tokens a second, which is slow but usable.")
        else:
            words = self.tr("Expect about {speed} tokens a second, which is very slow.")
        return words.format(speed=format_speed(speed))

    def _held_up(self) -> str:
        return self.tr(
            "The last answer came at {speed}: other programs may have kept this computer busy."
        ).format(speed=format_speed(self._measured))

    def _advice(self, plan: Plan, speed: float) -> str:
        waits = READING if plan.paged or plan.mode == "disk" else BEARABLE
        if speed < waits:
            return self.tr("A smaller quantization or a smaller model would be much faster.")
        return self.tr("Nothing to do here.")

    def retranslate(self) -> None:
        if self._plan is not None:
            self.sentence.setText(self._words(self._plan))

    def restyle(self) -> None:
        self.sentence.setFont(themes.current.font(17))
