"""The strip that says why no model answers, with what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.widgets.banner import Banner, BannerAction
from app.services.models.events import ModelChanged
from engine.remote.names import read_name

# What the user did himself needs no explanation.
QUIET = ("engine.load_cancelled",)


class ModelBanner(Banner):
    """Shown while the model's state carries an error; `choose_wanted` asks for the menu of models, `elsewhere_wanted`
    for the settings of the server at an address."""

    choose_wanted = Signal()
    elsewhere_wanted = Signal(str)

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        self._calls = calls
        self._state: ModelChanged | None = None
        super().__init__(parent)

    def show_model(self, state: ModelChanged) -> None:
        self._state = state
        if state.error is None or state.error.code in QUIET:
            self.hide()
            return
        actions = [BannerAction(self.tr("Try again"), self._reload)]
        if state.without_workers:
            actions.insert(
                0, BannerAction(self.tr("Reload without it"), lambda: self._reload(without_workers=True))
            )
        if (remote := read_name(state.path)) is not None:
            url = remote.url
            actions.append(
                BannerAction(self.tr("Settings of the server"), lambda: self.elsewhere_wanted.emit(url))
            )
        actions.append(BannerAction(self.tr("Choose another model"), self.choose_wanted.emit))
        if state.log_tail:
            log = "\n".join(state.log_tail)
            actions.append(BannerAction(self.tr("Show the log"), lambda: self.show_detail(log)))
        self.say(languages.tell(state.error), actions, "bad")

    def _reload(self, *, without_workers: bool = False) -> None:
        self._calls.do(lambda s: s.models.reload(without_workers=without_workers), executor="io")

    def retranslate(self) -> None:
        super().retranslate()
        if self._state is not None and not self.isHidden():
            self.show_model(self._state)
