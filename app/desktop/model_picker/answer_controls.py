"""How answers are written: the same controls for the defaults and for one conversation."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.theme import themes
from app.desktop.widgets.controls import Bounds, OptionalNumber, Section, SettingRow, TextArea
from app.store.records import ChatOptions
from engine.values import Sampling

BOUNDS: dict[str, Bounds] = {
    "temperature": Bounds(0, 2, 0.05, 2),
    "top_k": Bounds(0, 1000, 1, 0),
    "top_p": Bounds(0, 1, 0.05, 2),
    "min_p": Bounds(0, 1, 0.01, 2),
    "repeat_penalty": Bounds(0.5, 2, 0.05, 2),
    "seed": Bounds(0, 2**32 - 1, 1, 0),
}
WHOLE = ("top_k", "seed")
MAX_TOKENS = Bounds(1, 1_000_000, 64, 0)


class AnswerControls(Section):
    """System prompt, sampling, length. `changed` carries the whole choice as `ChatOptions`.

    `compact` is for narrow places: the explanations are tool tips there.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, compact: bool = False) -> None:
        super().__init__(parent)
        self._compact = compact
        self._options = ChatOptions()
        self._fallback = ChatOptions()
        self._default_words = ""
        self.prompt = TextArea(self)
        self._prompt_row = self.add_row(self.prompt, below=True)
        self.numbers: dict[str, OptionalNumber] = {}
        self._number_rows: dict[str, SettingRow] = {}
        for name, bounds in BOUNDS.items():
            self._add_number(name, bounds)
        self._add_number("max_tokens", MAX_TOKENS)
        self.prompt.changed.connect(lambda text: self._change(system_prompt=text or None))

    def _add_number(self, name: str, bounds: Bounds) -> None:
        number = OptionalNumber(bounds, self)
        number.changed.connect(lambda value: self._take_number(name, value))
        self.numbers[name] = number
        self._number_rows[name] = self.add_row(number)

    def show_options(self, options: ChatOptions, fallback: ChatOptions, default_words: str) -> None:
        """What is chosen, what holds where nothing is, and how that default is called."""
        self._options, self._fallback, self._default_words = options, fallback, default_words
        self.prompt.show_text(options.system_prompt or "")
        self.prompt.setPlaceholderText(fallback.system_prompt or self._prompt_hint())
        for name, number in self.numbers.items():
            if name == "max_tokens":
                under = fallback.max_tokens or None
                number.show_value(options.max_tokens or None, under, self._length_words(under))
            else:
                number.show_value(
                    getattr(options.sampling, name), getattr(fallback.sampling, name), default_words
                )

    def _length_words(self, under: int | None) -> str:
        return self._default_words if under else self.tr("No limit")

    def _prompt_hint(self) -> str:
        return self.tr("For example: Answer briefly, and say when you are not sure.")

    def _take_number(self, name: str, value: float | None) -> None:
        whole = None if value is None else round(value)
        if name == "max_tokens":
            self._change(max_tokens=whole)
            return
        chosen: Any = whole if name in WHOLE else value
        self._change(sampling=msgspec.structs.replace(self._options.sampling, **{name: chosen}))

    def _change(self, **fields: Any) -> None:
        self._options = msgspec.structs.replace(self._options, **fields)
        self.changed.emit(self._options)

    def retranslate(self) -> None:
        self._prompt_row.set_words(
            self.tr("System prompt"),
            self.tr("Instructions the model gets before every chat."),
            compact=self._compact,
        )
        words = {
            "temperature": (
                self.tr("Temperature"),
                self.tr(
                    "Lower is more predictable, higher more varied. 0 always picks the most likely word."
                ),
            ),
            "top_k": (
                self.tr("Top-k"),
                self.tr("Considers only this many of the most likely tokens. 0 turns it off."),
            ),
            "top_p": (
                self.tr("Top-p"),
                self.tr("Considers the most likely tokens that together make up this share."),
            ),
            "min_p": (
                self.tr("Min-p"),
                self.tr("Leaves out tokens less likely than this fraction of the most likely one."),
            ),
            "repeat_penalty": (
                self.tr("Repetition penalty"),
                self.tr("Above 1, recently used words become less likely."),
            ),
            "seed": (
                self.tr("Seed"),
                self.tr("The same seed and question give the same answer. Without one, each answer differs."),
            ),
            "max_tokens": (self.tr("Maximum answer length"), self.tr("In tokens, including reasoning.")),
        }
        for name, row in self._number_rows.items():
            row.set_words(*words[name], compact=self._compact)
        if self._default_words:
            self.show_options(self._options, self._fallback, self._default_words)

    def restyle(self) -> None:
        super().restyle()
        self.prompt.setFixedHeight(themes.current.px(96))


def fallback_of_model(sampling: Sampling | None) -> ChatOptions:
    """What holds where the settings choose nothing: the model's own recommendation, where it is known."""
    return ChatOptions(sampling=sampling or Sampling())


def over(upper: Sampling, lower: Sampling) -> Sampling:
    """Each value of `upper`, where it has none that of `lower`."""
    names = Sampling.__struct_fields__
    chosen = {name: getattr(upper, name) for name in names if getattr(upper, name) is not None}
    return msgspec.structs.replace(lower, **chosen)
