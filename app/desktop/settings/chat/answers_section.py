"""How answers are made unless a chat says otherwise: the usual choices, and the numbers of sampling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.form import Field
from app.desktop.model_picker.answer_controls import AnswerControls
from app.desktop.model_picker.reasoning_chooser import ReasoningChooser
from app.services.models.events import ModelChanged
from app.services.models.reasoning import BUDGET, reasoning_choices
from app.services.settings.settings import REASONING_WORDS, Settings
from app.store.records import ChatOptions
from engine.values import Sampling

SAMPLED = Sampling.__struct_fields__


class _Defaults(AnswerControls):
    """Rows of what holds for every conversation. `saved` takes the settings that it shows out of what was chosen."""

    def __init__(
        self,
        calls: ServiceCalls,
        saved: Callable[[ChatOptions], dict[str, Any]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._calls = calls
        self._kept: Settings | None = None
        self._model: ModelChanged | None = None
        self.changed.connect(lambda options: calls.do(lambda s: s.settings.change(**saved(options))))

    def take_settings(self, settings: Settings) -> None:
        self._kept = settings
        self._show()

    def take_model(self, model: ModelChanged) -> None:
        self._model = model
        self._show()

    def _show(self) -> None:
        settings = self._kept
        if settings is None:
            return
        chosen = ChatOptions(settings.system_prompt or None, settings.sampling, None, settings.max_tokens)
        facts = self._model.facts if self._model is not None else None
        fallback = ChatOptions(sampling=Sampling() if facts is None else facts.sampling)
        self.show_options(chosen, fallback, self.tr("Model default"))

    def retranslate(self) -> None:
        super().retranslate()
        self._show()


class DefaultAnswers(_Defaults):
    """The usual choices, reasoning among them."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(calls, _apart_from_sampling, parent)
        self.reasoning = ReasoningChooser(self)
        self.reasoning.chosen.connect(lambda value: calls.do(lambda s: s.settings.change(reasoning=value)))
        self.refresh()

    def _show(self) -> None:
        super()._show()
        if self._kept is not None:
            self.reasoning.show_choices(self._reasoning_choices(self._kept), self._kept.reasoning)

    def _reasoning_choices(self, settings: Settings) -> list[str]:
        """What some model can do: on and off, a number, and the levels of the model that is loaded."""
        facts = self._model.facts if self._model is not None else None
        offered = {"auto", "off", "on", BUDGET, str(settings.reasoning)}
        offered.update(reasoning_choices(None if facts is None else facts.reasoning))
        return [word for word in (*REASONING_WORDS, BUDGET) if word in offered]

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Answers"))
        explanation = self.tr(
            "Whether a model that can reason does so before it answers. You can override this in each chat."
        )
        reasoning = Field("reasoning", self.tr("Reasoning"), explanation, self.reasoning)
        usual = [field for field in super().fields() if field.key not in SAMPLED]
        return (usual[0], reasoning, *usual[1:])


class DefaultSampling(_Defaults):
    """The numbers that most people leave alone."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(calls, lambda options: {"sampling": options.sampling}, parent)
        self.refresh()

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Advanced"))
        return [field for field in super().fields() if field.key in SAMPLED]


def _apart_from_sampling(options: ChatOptions) -> dict[str, Any]:
    return {"system_prompt": options.system_prompt or "", "max_tokens": options.max_tokens or 0}
