"""What is told of a load, whatever comes in between."""

import threading
from pathlib import Path

from app.services.models.events import ModelChanged
from app.services.services import open_services
from engine.api import EngineState, Listener
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import PATIENCE

MODEL = "/m/one.gguf"
# How long a load that is looked at may take to be told as ready, where nothing keeps it from that.
LOOK_S = 0.3


class LooksLong(ScriptedEngine):
    """Who loads is told that it loads only after that may have been over."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(listener)
        self.hold.set()
        self.opener = threading.get_ident()
        self.ready = threading.Event()

    @property
    def state(self) -> EngineState:
        seen = super().state
        if seen == "loading" and threading.get_ident() == self.opener:
            self.hold.clear()
            self.ready.wait(LOOK_S)
        return seen


def test_of_a_load_that_ends_while_it_is_looked_at_the_end_is_told_last(coterie_home: Path) -> None:
    engines: list[LooksLong] = []

    def make(listener: Listener) -> ScriptedEngine:
        engines.append(LooksLong(listener))
        return engines[-1]

    services = open_services(coterie_home, make_engine=make)
    heard: list[str] = []

    def note(event: ModelChanged) -> None:
        heard.append(event.state)
        if event.state == "ready":
            engines[0].ready.set()

    services.events.subscribe(ModelChanged, note)
    services.models.use(MODEL)
    assert engines[0].ready.wait(PATIENCE)
    services.close()
    assert services.models.state.state == heard[-1] == "ready"
