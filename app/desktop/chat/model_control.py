"""The model of the shown chat, as its header and strip let a person choose, load and stop it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.file_dialog import choose_file
from app.desktop.model_picker.header import Header
from app.desktop.model_picker.model_banner import ModelBanner
from app.desktop.model_picker.model_list_loader import ModelListLoader
from app.services.events import ServiceEvent
from app.services.models.events import LoadedModelChanged, ModelChanged
from engine.api import ModelFacts
from engine.errors import ErrorInfo
from engine.remote.names import is_remote

if TYPE_CHECKING:
    from app.desktop.model_picker.leaving_card import Leaving
    from app.services.chat.chat_models import ModelOfChat
    from app.services.models.models import Models


class ModelControl(QObject):
    """Shows the model's state in `header` and `strip`, and does what is wanted there.

    `state` is that of the chat's model, which is not in memory while another one is in use; `chosen` tells what a
    person chose for the chat.
    """

    chosen = Signal(str)

    def __init__(self, calls: ServiceCalls, header: Header, strip: ModelBanner) -> None:
        super().__init__(header)
        self._calls, self._header, self._strip = calls, header, strip
        self._reading = ModelListLoader(calls, header.model)
        self._in_use: ModelChanged | None = None
        self._of_chat: ModelOfChat | None = None
        self.leaving: Leaving | None = None
        header.cancel_wanted.connect(self.cancel)
        header.model.use_wanted.connect(self.use)
        header.model.reload_wanted.connect(lambda: self._call(lambda models: models.reload()))
        header.model.unload_wanted.connect(lambda: calls.do(lambda s: s.lifecycle.unload(), executor="io"))
        strip.choose_wanted.connect(header.model.open_menu)

    def take_events(self, events: list[ServiceEvent]) -> None:
        self._reading.take_events(events)
        for event in events:
            if isinstance(event, LoadedModelChanged):
                self._header.model.know(loaded_model=event.loaded_model)

    @property
    def state(self) -> ModelChanged | None:
        """The state of the chat's model, None until it is known."""
        used, chat = self._in_use, self._of_chat
        if used is None or chat is None or chat.path == used.path:
            return used
        gone = None if chat.path else ErrorInfo("chat.model_gone", {"name": chat.title})
        return ModelChanged("empty", chat.title, chat.path, error=gone, resting="" if gone else "unused")

    @property
    def facts(self) -> ModelFacts | None:
        """What is known of the chat's model, None while it is not in memory."""
        return None if self.state is None else self.state.facts

    def show_state(self, state: ModelChanged) -> None:
        """The state of the model in use."""
        self._in_use = state
        self._show()

    def show_chat(self, model: ModelOfChat | None) -> None:
        """The model of the shown chat, None where the one in use answers."""
        self._of_chat = model
        self._show()

    def _show(self) -> None:
        if (state := self.state) is not None:
            self._header.show_model(state)
            self._strip.show_model(state)

    def use(self, choice: str) -> None:
        """Load a model file or "starter", or use a model elsewhere, after asking whether text may leave for it."""
        self.agree(choice, lambda: self._use(choice))

    def agree(self, choice: str, then: Callable[[], None]) -> None:
        """Call `then` once text may go to this model; for one elsewhere a person is asked the first time."""
        if not is_remote(choice):
            if self.leaving is not None:
                self.leaving.give_way()
            then()
            return
        if self.leaving is None:
            from app.desktop.model_picker.leaving_card import Leaving  # after the first paint

            self.leaving = Leaving(self._calls, self._header)
        self.leaving.before(choice, then)

    def _use(self, choice: str) -> None:
        self.chosen.emit(choice)
        self._call(lambda models: models.use(choice))

    def open_file(self) -> None:
        """Let a person choose a file, and use it."""
        kinds = self.tr("Models") + " (*.gguf)"
        choose_file(self._header.window(), self.tr("Open a model file"), kinds, self.use)

    def cancel(self) -> None:
        """End the load, or the tuning that it waits for."""
        services = self._calls.services
        if services is not None and self._in_use is not None and self._in_use.tuning:
            services.placements.trials.cancel()
        else:
            self._call(lambda models: models.cancel_load())

    def _call(self, work: Callable[[Models], None]) -> None:
        self._calls.do(lambda s: work(s.models), executor="io")
