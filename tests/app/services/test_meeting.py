"""Requests of people that meet each other, or a disk that refuses, at the worst moment."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.events import StoreFailed
from app.services.models.engines import Engines
from app.services.models.events import AnswerFinished, ModelChanged
from app.services.models.models import Models
from app.services.services import Services, open_services
from app.services.settings.settings import SettingsFile
from engine.api import (
    EngineState,
    Event,
    GenerateRequest,
    Listener,
    LoadFailed,
    LoadProgress,
    LoadRequest,
    ModelFacts,
)
from engine.errors import ErrorInfo, UserError
from tests.support.engines.scripted_engine import ScriptedEngine
from tests.support.listening import Listening


@pytest.fixture
def services(coterie_home: Path) -> Services:
    return open_services(coterie_home, make_engine=ScriptedEngine)


@pytest.fixture
def told(services: Services) -> Listening:
    return Listening(services)


@pytest.fixture(autouse=True)
def closed(services: Services) -> object:
    yield
    services.close()


class Refusing:
    """Lets methods of a part of the store fail while `error` is set."""

    def __init__(self, part: object, patch: pytest.MonkeyPatch, *methods: str) -> None:
        self.error: Exception | None = None
        for name in methods:
            patch.setattr(part, name, self._guarded(getattr(part, name)))

    def _guarded(self, real: Callable[..., object]) -> Callable[..., object]:
        def guarded(*args: object, **kwargs: object) -> object:
            if self.error is not None:
                raise self.error
            return real(*args, **kwargs)

        return guarded


def test_an_answer_that_the_disk_has_not_taken_is_not_gone_on_with_and_loses_nothing(
    services: Services, told: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = Refusing(services.store.messages, monkeypatch, "save", "finish")
    conversation = services.conversations.create()
    refusing.error = UserError("store.disk_full", folder="x")
    answer = services.asking.send(conversation.id, "Hello")
    told.next(StoreFailed)
    while services.answers.answering():
        threading.Event().wait(0.01)
    with pytest.raises(UserError) as caught:
        services.asking.continue_answer(answer.id)
    assert caught.value.code == "store.disk_full"
    refusing.error = None
    services.asking.continue_answer(answer.id)
    assert told.finished(answer.id).content == "Hello from the script."
    assert told.finished(answer.id).content == "Hello from the script." * 2


def test_a_stop_that_comes_before_the_engine_knows_of_the_answer_stops_it(
    services: Services, told: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.models.ensure()
    told.model("ready")
    conversation = services.conversations.create()
    generate = services.models.generate

    def stopped_first(request: GenerateRequest, listener: Listener, path: str) -> None:
        services.answers.stop(conversation.id)
        services.models.engines.local.hold.set()  # type: ignore[attr-defined]
        generate(request, listener, path)

    monkeypatch.setattr(services.models, "generate", stopped_first)
    answer = services.asking.send(conversation.id, "Hello")
    assert told.finished(answer.id).state == "stopped"


def test_a_question_that_got_no_answer_is_not_stored_twice_when_it_is_sent_again(
    services: Services, told: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = services.conversations.create()
    add, failing = services.store.messages.add, [UserError("store.locked", path="x")]

    def without_answer(*args: object, **kwargs: object) -> object:
        if args[2] == "assistant" and failing:
            raise failing.pop()
        return add(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(services.store.messages, "add", without_answer)
    with pytest.raises(UserError):
        services.asking.send(conversation.id, "Hello\0 there")
    told.finished(services.asking.send(conversation.id, "Hello\0 there").id)
    path = services.conversations.messages(services.conversations.path(conversation.id))
    assert [message.role for message in path] == ["user", "assistant"]


def test_a_title_that_cannot_be_kept_does_not_refuse_the_words(
    services: Services, told: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    Refusing(services.store.conversations, monkeypatch, "rename").error = UserError("store.locked", path="x")
    conversation = services.conversations.create()
    answer = services.asking.send(conversation.id, "Hello")
    assert told.finished(answer.id).state == "done"
    assert [e.error.code for e in told.seen if isinstance(e, StoreFailed)] == ["store.locked"]


def test_another_branch_shown_while_an_answer_starts_does_not_take_its_question_away(
    services: Services, told: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = services.conversations.create()
    first = told.finished(services.asking.send(conversation.id, "Hello").id)
    add = services.store.messages.add
    browsing: list[threading.Thread] = []

    def then_browse(*args: object, **kwargs: object) -> object:
        added = add(*args, **kwargs)  # type: ignore[arg-type]
        browsing.append(threading.Thread(target=services.conversations.show_sibling, args=(added.id, -1)))
        browsing[0].start()
        browsing[0].join(timeout=0.3)
        return added

    monkeypatch.setattr(services.store.messages, "add", then_browse)
    second = services.asking.regenerate(first.id)
    browsing[0].join()
    assert told.finished(second.id).state == "done"
    assert services.conversations.path(conversation.id)[-1] == first.id


def test_an_unforeseen_error_while_saving_is_reported_and_the_text_is_saved_later(
    services: Services, told: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[BaseException | None] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: reported.append(args.exc_value))
    refusing = Refusing(services.store.messages, monkeypatch, "save", "finish")
    refusing.error = ZeroDivisionError("a mistake")
    answer = services.asking.send(services.conversations.create().id, "Hello")
    assert told.next(StoreFailed).error.code == "unknown"
    refusing.error = None
    assert told.finished(answer.id).content == "Hello from the script."
    assert reported


def test_an_unforeseen_error_while_starting_leaves_no_answer_open(
    services: Services, told: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(request: GenerateRequest, listener: Listener, path: str) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr(services.models, "generate", failing)
    conversation = services.conversations.create()
    with pytest.raises(ZeroDivisionError):
        services.asking.send(conversation.id, "Hello")
    assert services.answers.answering() == set()


def test_two_conversations_are_answered_at_once_each_with_its_own_question(
    services: Services, told: Listening
) -> None:
    ids = [services.conversations.create().id for _ in range(2)]
    threads = [threading.Thread(target=services.asking.send, args=(id, f"Hello {id}")) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended = {told.next(AnswerFinished).message.conversation for _ in ids}
    assert ended == set(ids)
    requests = services.models.engines.local.requests  # type: ignore[attr-defined]
    assert sorted(request.messages[-1].content for request in requests) == [
        f"Hello {id}" for id in sorted(ids)
    ]


class Stubborn:
    """An engine that says a last word of the old model while it is asked for the new, and then refuses."""

    model: ModelFacts | None = None

    def __init__(self, listener: Listener) -> None:
        self.tell = listener
        self.state: EngineState = "empty"
        self.last_word: list[Event] = []
        self.error: UserError | None = None

    def load(self, request: LoadRequest) -> None:
        if self.last_word:
            self.tell(self.last_word)
        if self.error:
            raise self.error
        self.state = "loading"


def stubborn(home: Path) -> tuple[Models, Stubborn]:
    settings = SettingsFile(home / "settings.toml")
    models = Models(settings, settings.events, lambda listener: Engines(listener, Stubborn, Stubborn))  # type: ignore[arg-type]
    return models, models.engines.used  # type: ignore[return-value]


def test_progress_belongs_to_the_model_that_was_asked_for_last(coterie_home: Path) -> None:
    models, engine = stubborn(coterie_home)
    models.use("/models/old.gguf", remember=False)
    engine.last_word = [LoadFailed(ErrorInfo("model.missing", {"path": "/models/old.gguf"}))]
    models.use("/models/new.gguf", remember=False)
    assert (models.state.state, models.state.name) == ("loading", "new")
    engine.tell([LoadProgress(0.5)])
    assert models.state == ModelChanged("loading", "new", "/models/new.gguf", 0.5)


def test_a_model_whose_engine_cannot_be_started_is_told_as_not_loaded(coterie_home: Path) -> None:
    models, engine = stubborn(coterie_home)
    engine.error = UserError("engine.not_started", detail="no room")
    models.use("/models/new.gguf", remember=False)
    assert models.state.state == "empty"
    assert models.state.error == ErrorInfo("engine.not_started", {"detail": "no room"})
