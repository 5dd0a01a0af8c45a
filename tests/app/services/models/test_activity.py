"""What the engine does is there for whoever looks later, and goes with the model."""

from __future__ import annotations

from pathlib import Path

from app.services.models.events import ActivityChanged, CacheChanged, GenerationQueued, Owner, PromptProgress
from app.services.models.progress import progress_event
from app.services.services import open_services
from engine.activity import Activity, CacheActivity
from engine.api import Listener, PrefillProgress, Queued
from engine.errors import ErrorInfo
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening

EDITED = ErrorInfo("reuse.edited", {"turn": 4, "tokens": 3100})
CACHE = CacheActivity(10, 160, 120, 40_000, 2000, ((), (1, 5)))


def test_the_newest_activity_is_kept_until_the_model_goes(coterie_home: Path) -> None:
    engines: list[ScriptedEngine] = []

    def make(listener: Listener) -> ScriptedEngine:
        engines.append(ScriptedEngine(listener))
        return engines[-1]

    services = open_services(coterie_home, make_engine=make)
    try:
        told = Listening(services)
        services.models.use("starter", remember=False)
        told.model("ready")
        assert services.models.activity.newest is None
        engines[0].tell(Activity(answering=2, waiting=1))
        assert told.next(ActivityChanged).activity == Activity(2, 1) == services.models.activity.newest
        assert services.models.activity.cache is None
        engines[0].tell(CACHE)
        assert told.next(CacheChanged).activity == CACHE == services.models.activity.cache
        services.models.use("starter", remember=False)
        assert told.next(ActivityChanged).activity is None and services.models.activity.newest is None
        assert told.next(CacheChanged).activity is None and services.models.activity.cache is None
    finally:
        services.close()


def test_what_comes_before_the_first_word_is_told_of_answers_and_runs_alike() -> None:
    reading = PrefillProgress(9, 100, 4000, 0, EDITED)
    for owner in (Owner(1), Owner(run=5), Owner(1, 5)):
        assert progress_event(owner, Queued(9, 2)) == GenerationQueued(owner, 2)
        assert progress_event(owner, reading) == PromptProgress(owner, 100, 4000, EDITED)
    mostly_reused = PrefillProgress(9, 3000, 4000, 3000, EDITED)
    assert progress_event(Owner(1), mostly_reused) == PromptProgress(Owner(1), 3000, 4000)
