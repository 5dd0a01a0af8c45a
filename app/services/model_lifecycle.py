"""Model lifecycle: decides when the model is loaded and unloaded.

It loads on first use, and unloads when idle or when memory runs short; never while a request is active or a
run is pending. Requests during an unload wait for the next load.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable

import msgspec

from app.services.chat.chat_models import ChatModels
from app.services.chat.conversations import Conversations
from app.services.chat.open_answers import OpenAnswers
from app.services.events import EventBus
from app.services.memory_pressure import MemoryKnown, ReadMemory, after, read_memory
from app.services.models.events import AnswerFinished, LoadedModelChanged, ModelChanged, ModelUsed
from app.services.models.idle_policy import Decision, Rules, Situation, decide
from app.services.models.loaded_model import LoadedModel, Using, held_by
from app.services.models.models import Models
from app.services.runs.events import RunAsks, RunChanged, RunRemoved
from app.services.settings.settings import SettingsChanged, SettingsFile
from app.services.worker import survived
from app.store.records import RUNS_UNDER_WAY, RunRecord
from engine.errors import UserError
from engine.remote.names import is_remote

log = logging.getLogger(__name__)
MINUTE_S = 60.0
# Changes of the unload time below this are not published: it is shown in minutes.
_SAME_S = 20.0


class ModelLifecycle:
    """Supervises the model of `models`, on a thread that sleeps until something changes or a deadline passes.

    All methods may be called from any thread.
    """

    def __init__(
        self,
        settings: SettingsFile,
        models: Models,
        conversations: Conversations,
        chat_models: ChatModels,
        answers: OpenAnswers,
        events: EventBus,
        *,
        read: ReadMemory = read_memory,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._models = models
        self._conversations, self._chat_models, self._answers = conversations, chat_models, answers
        self._events = events
        self._read, self._clock, self._wall = read, clock, wall
        # Guards what follows; never held while a model, a store or a subscriber is called.
        self._changed = threading.Condition()
        self._used = clock()
        self._since = wall()
        self._ready = ""  # the path of the model that is loaded
        self._runs: dict[int, RunRecord] = {}  # runs in progress with the local model
        self._asking: dict[int, float] = {}  # runs that wait for approval, since when
        self._last: Using | None = None
        self._memory = MemoryKnown()
        self._look_at = 0.0
        self._woken = False
        self._closed = False
        self._thread: threading.Thread | None = None
        self._told: LoadedModel | None = None
        events.subscribe(ModelUsed, lambda _: self._note_use())
        events.subscribe(ModelChanged, self._model_changed)
        events.subscribe(AnswerFinished, self._answer_finished)
        events.subscribe(RunChanged, self._run_changed)
        events.subscribe(RunAsks, self._run_asks)
        events.subscribe(RunRemoved, lambda event: self._forget_run(event.run))
        events.subscribe(SettingsChanged, lambda _: self._wake())

    @property
    def current(self) -> LoadedModel | None:
        """The loaded model, as last published."""
        return self._told

    # --- called by a window ---

    def begin(self, model: str = "", context: int | None = None) -> None:
        """Start with the model of the settings: load it, or wait for its first use, as configured. A `model` is
        loaded at once, and not remembered; `context` as in `Models.use`.

        From now on the idle policy applies.
        """
        settings = self._settings.current
        self._models.use(
            model or settings.model,
            context=context,
            remember=not model,
            because="start",
            later=not model and settings.load_model == "writing",
        )
        self.supervise()

    def supervise(self) -> None:
        """Apply the idle policy from now on; nothing is loaded for that."""
        with self._changed:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="model-lifecycle", daemon=True)
                self._thread.start()

    def expect(self, conversation: int | None = None) -> None:
        """The user has begun to type: load the model of the conversation, or an idle one, meanwhile.

        One whose load failed or was canceled is left alone.
        """
        self._note_use()
        if conversation is not None:
            self._chat_models.expect(conversation)
        state = self._models.state
        if state.resting or state.state == "ready":  # and perhaps about to be unloaded: wait for that
            self._models.ensure("writing")

    def unload(self) -> None:
        """Unload now. Raises UserError `model.in_use` while the model is in use."""
        at = self._situation()
        gone = not (at.answering or at.running) and self._models.rest("wanted")
        if not gone and self._models.state.state != "empty":
            raise UserError("model.in_use", name=self._models.state.name)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    # --- deciding ---

    def look(self) -> float | None:
        """Decide and act now. Returns the seconds until the next deadline; None without one."""
        state = self._models.state
        if state.state != "ready" or is_remote(state.path):
            with self._changed:
                self._memory = MemoryKnown()
            self._publish(None)
            return None
        self._look_at_memory()
        rules, at = self._rules(), self._situation()
        decision = decide(rules, at)
        if decision.unload and self._models.rest(decision.unload, lambda: self._still(decision)):
            log.info("The model was unloaded: %s", decision.unload)
            self._publish(None)
            return None
        self._publish(self._loaded_model(state, at, decision))
        if decision.stays in ("answering", "running"):
            return None
        again = [] if decision.again is None else [decision.again]
        if rules.for_memory:
            again.append(self._look_at)
        if decision.unload:  # it was used just now
            again.append(at.now + 1.0)
        return max(0.0, min(again) - at.now) if again else None

    def _still(self, decision: Decision) -> bool:
        """Whether an unload is still due: somebody may have begun to type meanwhile."""
        return decide(self._rules(), self._situation()).unload == decision.unload

    def _rules(self) -> Rules:
        settings = self._settings.current
        return Rules(settings.unload_after * MINUTE_S, settings.unload_for_memory)

    def _situation(self) -> Situation:
        answering = self._models.is_answering
        with self._changed:
            at_work = [id for id in self._runs if id not in self._asking]
            asking = [since for id, since in self._asking.items() if id in self._runs]
            return Situation(
                self._clock(),
                self._used,
                answering,
                bool(at_work),
                max(asking) if asking else None,
                self._memory.short_since,
            )

    def _look_at_memory(self) -> None:
        now = self._clock()
        with self._changed:
            known = self._memory
            if now < self._look_at:
                return
        wanted = self._settings.current.unload_for_memory
        known = after(known, self._read(), now) if wanted else MemoryKnown(again=0.0)
        with self._changed:
            self._memory, self._look_at = known, now + known.again

    def _loaded_model(self, state: ModelChanged, at: Situation, decision: Decision) -> LoadedModel:
        until = 0.0 if decision.until is None else self._wall() + decision.until - at.now
        with self._changed:
            runs, last, since = tuple(self._runs.values()), self._last, self._since
        by_runs = {run.conversation for run in runs}
        chats = sorted(id for id in self._answers.answering() if id not in by_runs)
        users = (*(self._chat(id) for id in chats), *(self._run_using(run) for run in runs))
        activity = self._models.activity.newest
        if last is not None and last.kind == "chat":
            last = self._chat(last.id)
        return LoadedModel(
            state.path,
            state.name,
            state.because,
            held_by(state.facts) if state.facts is not None else (),
            since,
            users,
            last,
            until,
            decision.stays,
            at.short_since is not None,
            0 if activity is None else activity.kept_bytes,
        )

    def _chat(self, id: int) -> Using:
        title = ""
        with contextlib.suppress(UserError):  # deleted permanently
            title = self._conversations.get(id).title
        return Using("chat", id, title)

    def _run_using(self, run: RunRecord) -> Using:
        return self._chat(run.conversation) if run.conversation else Using("run", run.id, run.title)

    def _publish(self, loaded_model: LoadedModel | None) -> None:
        with self._changed:
            if _is_same(self._told, loaded_model):
                return
            self._told = loaded_model
        self._events.publish(LoadedModelChanged(loaded_model))

    # --- events ---

    def _note_use(self) -> None:
        with self._changed:
            self._used = self._clock()
        self._wake()

    def _model_changed(self, event: ModelChanged) -> None:
        with self._changed:
            before, self._ready = self._ready, event.path if event.state == "ready" else ""
            if self._ready and self._ready != before:  # and not only placed in another way
                self._used, self._since = self._clock(), self._wall()
        self._wake()

    def _answer_finished(self, event: AnswerFinished) -> None:
        with self._changed:
            self._last = Using("chat", event.message.conversation, "")
        self._wake()

    def _run_changed(self, event: RunChanged) -> None:
        run = event.run
        if run.remote or is_remote(run.model) or run.state not in RUNS_UNDER_WAY:
            self._forget_run(run.id)
            return
        with self._changed:
            self._runs[run.id] = run
            if not (run.conversation or run.parent):
                self._last = Using("run", run.id, run.title)
        self._wake()

    def _run_asks(self, event: RunAsks) -> None:
        with self._changed:
            if event.request is None:
                self._asking.pop(event.run, None)
            else:
                self._asking[event.run] = self._clock()
        self._wake()

    def _forget_run(self, run: int) -> None:
        with self._changed:
            self._runs.pop(run, None)
            self._asking.pop(run, None)
        self._wake()

    def _wake(self) -> None:
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                self._woken = False
            wait: float | None = MINUTE_S
            with survived():
                wait = self.look()
            with self._changed:
                self._changed.wait_for(lambda: self._woken or self._closed, wait)


def _is_same(told: LoadedModel | None, now: LoadedModel | None) -> bool:
    """Whether nothing visible has changed."""
    if told is None or now is None:
        return told is now
    near = bool(told.until) == bool(now.until) and abs(told.until - now.until) < _SAME_S
    return near and msgspec.structs.replace(told, until=now.until) == now
