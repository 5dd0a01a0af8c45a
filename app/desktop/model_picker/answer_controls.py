"""How answers are written: the same controls for the defaults and for one conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.forms.controls import Bounds
from app.desktop.forms.form import Field, FormSection, Number, Text
from app.store.records import ChatOptions
from engine.values import Sampling

MAX_TOKENS = Bounds(1, 1_000_000, 64, 0)


class AnswerControls(FormSection):
    """System prompt, sampling, length. `changed` carries the whole choice as `ChatOptions`.

    `compact` is for narrow places: the explanations are tool tips there.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, compact: bool = False) -> None:
        super().__init__(self._change, parent, compact=compact)
        self._options = ChatOptions()
        self._fallback = ChatOptions()
        self._default_words = ""

    def show_options(self, options: ChatOptions, fallback: ChatOptions, default_words: str) -> None:
        """What is chosen, what holds where nothing is, and how that default is called."""
        self._options, self._fallback, self._default_words = options, fallback, default_words
        self.form.show(self.fields(), self.value_of)

    def value_of(self, key: str) -> Any:
        if key in Sampling.__struct_fields__:
            return getattr(self._options.sampling, key)
        return getattr(self._options, key) or None

    def _change(self, **fields: Any) -> None:
        ((key, value),) = fields.items()
        if key in Sampling.__struct_fields__:
            key, value = "sampling", msgspec.structs.replace(self._options.sampling, **{key: value})
        self._options = msgspec.structs.replace(self._options, **{key: value or None})
        self.changed.emit(self._options)

    def fields(self) -> Sequence[Field]:
        prompt = self._fallback.system_prompt or self.tr(
            "For example: Answer briefly, and say when you are not sure."
        )
        length = self._fallback.max_tokens or None
        return (
            Field(
                "system_prompt",
                self.tr("System prompt"),
                self.tr("Instructions the model gets before every chat."),
                Text(prompt, area=True),
            ),
            self._sampled(
                "temperature",
                self.tr("Temperature"),
                self.tr(
                    "Lower is more predictable, higher more varied. 0 always picks the most likely word."
                ),
                Bounds(0, 2, 0.05, 2),
            ),
            self._sampled(
                "top_k",
                self.tr("Top-k"),
                self.tr("Considers only this many of the most likely tokens. 0 turns it off."),
                Bounds(0, 1000, 1, 0),
            ),
            self._sampled(
                "top_p",
                self.tr("Top-p"),
                self.tr("Considers the most likely tokens that together make up this share."),
                Bounds(0, 1, 0.05, 2),
            ),
            self._sampled(
                "min_p",
                self.tr("Min-p"),
                self.tr("Leaves out tokens less likely than this fraction of the most likely one."),
                Bounds(0, 1, 0.01, 2),
            ),
            self._sampled(
                "repeat_penalty",
                self.tr("Repetition penalty"),
                self.tr("Above 1, recently used words become less likely."),
                Bounds(0.5, 2, 0.05, 2),
            ),
            self._sampled(
                "seed",
                self.tr("Seed"),
                self.tr("The same seed and question give the same answer. Without one, each answer differs."),
                Bounds(0, 2**32 - 1, 1, 0),
            ),
            Field(
                "max_tokens",
                self.tr("Maximum answer length"),
                self.tr("In tokens, including reasoning."),
                Number(MAX_TOKENS, self._default_words if length else self.tr("No limit"), length),
            ),
        )

    def _sampled(self, key: str, label: str, explanation: str, bounds: Bounds) -> Field:
        fallback = getattr(self._fallback.sampling, key)
        return Field(key, label, explanation, Number(bounds, self._default_words, fallback))


def over(upper: Sampling, lower: Sampling) -> Sampling:
    """Each value of `upper`, where it has none that of `lower`."""
    names = Sampling.__struct_fields__
    chosen = {name: getattr(upper, name) for name in names if getattr(upper, name) is not None}
    return msgspec.structs.replace(lower, **chosen)
