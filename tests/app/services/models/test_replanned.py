"""A model that is placed in another way between two answers stays loaded, and the person is told."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.services.models.events import ModelChanged, ModelReplanned
from app.services.services import Services, open_services
from engine.api import Replanned
from engine.errors import ErrorInfo
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening
from tests.support.models.starter import starter_model
from tests.support.placement.plans import a_plan

NOTICE = ErrorInfo("plan.for_long_conversations", {"tokens": 9000})


@pytest.fixture
def services(coterie_home: Path) -> Iterator[Services]:
    services = open_services(coterie_home, make_engine=ScriptedEngine)
    yield services
    services.close()


def test_the_state_has_the_new_plan_and_an_event_tells_of_it(services: Services) -> None:
    told = Listening(services)
    services.models.use(str(starter_model()), remember=False)
    loaded = told.model("ready")
    assert loaded.facts is not None
    since = services.lifecycle._since
    facts = msgspec.structs.replace(loaded.facts, plan=a_plan(notices=(NOTICE,)))
    services.models._loading._on_events([Replanned(facts)])
    assert told.next(ModelReplanned) == ModelReplanned(loaded.name)
    assert services.models.state == msgspec.structs.replace(loaded, facts=facts, notices=(NOTICE,))
    assert services.lifecycle._since == since, "it was not loaded again"
    assert [each.state for each in told.seen if isinstance(each, ModelChanged)][-2:] == ["ready", "ready"]
