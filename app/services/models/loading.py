"""Loading: one model after the other, each of them again with less where memory did not suffice."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

import msgspec

from app.services.models.activity import EngineActivity
from app.services.models.delivery import Delivery
from app.services.models.engines import Engines
from app.services.models.events import ModelChanged
from app.services.models.load_retry import MAX_STEPS, Failure, LoadRetry, is_for_memory
from app.services.models.loaded_model import Resting
from app.services.models.model_log import log_events, log_load
from app.services.models.model_state import ModelState
from engine.api import (
    Engine,
    EngineLost,
    EngineState,
    Event,
    Finished,
    GenerateRequest,
    Listener,
    Loaded,
    LoadFailed,
    LoadProgress,
    LoadRequest,
    Replanned,
)
from engine.errors import ErrorInfo, UserError
from engine.placement.plan import PlacementOptions
from engine.remote.names import is_remote


class Loading:
    """What the engine is told to load, and what it tells of it. Answers that wait for a model are handed on from one
    load to the next.

    Methods wait for processes, and raise UserError as the methods of `Engine` that they call; those that say so are
    called with `using` held.
    """

    def __init__(
        self,
        told: ModelState,
        delivery: Delivery,
        activity: EngineActivity,
        make_engines: Callable[[Listener], Engines],
        fall_back: Callable[[str, PlacementOptions], PlacementOptions | None],
    ) -> None:
        self._told, self._delivery, self._activity = told, delivery, activity
        self._requests = delivery.requests
        self._fall_back = fall_back
        # Held while a load or a request is passed to the engine; the engine's reader thread never takes it.
        self.using = threading.RLock()
        # Guards what follows; never held while waiting.
        self._lock = threading.Lock()
        self._request: LoadRequest | None = None
        self._watching = False
        self._steps = LoadRetry(self._step)
        self._stepping: LoadRequest | None = None  # the failed load that is being retried
        self._cancelled = False
        self._aside = False  # placements are being measured: nothing is loaded until that is over
        self._after: LoadRequest | None = None  # what is loaded afterwards
        self.engines = make_engines(self._on_events)

    @property
    def engine(self) -> Engine:
        return self.engines.used

    @property
    def is_held(self) -> bool:
        """Whether nothing can be asked now: a failed load is tried again, or placements are measured."""
        return self._stepping is not None or self._aside

    @property
    def is_watching(self) -> bool:
        """As `watch_experts` was told."""
        return self._watching

    def watch_experts(self, on: bool) -> None:
        with self.using:
            self._watching = on
            self.engines.local.watch_experts(on)

    @property
    def request(self) -> LoadRequest | None:
        """The last load that was asked for, which may have gone otherwise since."""
        return self._request

    def load(self, request: LoadRequest) -> None:
        """With `using`."""
        self._request, self._cancelled = request, False
        self._delivery.disturb()
        if self._aside:
            self._after = request
            self._told.tuning(self._told.called(request.path, None), request.path, self._told.current.workers)
            return
        log_load(request)
        self._tell_loading(request)
        self.engines.choose(request.path)
        self.engine.load(request)
        self._tell_loading_again(request)

    def forget(self) -> None:
        """Another load was requested, with `using`: cancel the answers that waited for the previous one."""
        with self._lock:
            held = self._requests.answers if self.is_held else ()
            self._stepping = None
            self._requests.forget_answers()
        self._delivery.end((each.id for each in held), "cancelled")

    def failed(self, state: EngineState, error: ErrorInfo, log_tail: tuple[str, ...] = ()) -> None:
        """Publish that nothing is loaded, and why."""
        self._told.failed(state, error, log_tail, self._workers())

    def cancel(self) -> None:
        self._cancelled = True
        self.engine.cancel_load()

    def rest(self, why: Resting, still: Callable[[], bool]) -> bool:
        """As `Models.rest`."""
        with self.using:
            path = self._told.current.path
            with self._lock:
                busy = self.is_held or self._requests.is_open
            if busy or self.engine.state != "ready" or is_remote(path) or not still():
                return False
            self.engine.unload()
            self._told.rests(path, why)
            return True

    def check(self) -> None:
        """Raise why no model could be loaded, if that is so. With `using`."""
        error = self._told.current.error
        if self.engine.state == "empty" and error:
            raise UserError.from_info(error)

    def generate(self, request: GenerateRequest) -> None:
        """Pass an answer to the engine, or keep it until it can be. With `using`."""
        with self._lock:
            self._requests.add(request)
            if self.is_held:
                return
        try:
            self.check()
            self._delivery.disturb()
            self.engine.generate(request)
        except UserError:
            with self._lock:
                if self._stepping:  # the load has just failed; the next one answers
                    return
            raise
        if self._request:
            self._tell_loading_again(self._request)

    def abort(self, request_id: int) -> None:
        with self._lock:
            held = self.is_held and self._requests.withdraw(request_id)
        if held:
            self._delivery.end((request_id,), "cancelled")
        self.engine.abort(request_id)

    def close(self) -> None:
        self._steps.close()
        self._delivery.close()
        self.engines.close()

    # --- memory set aside ---

    def set_aside(self, workers: tuple[str, ...]) -> ModelChanged:
        """Unload for `Models.unloaded`; the state before."""
        with self.using:
            with self._lock:
                if self._aside:
                    raise UserError("tuning.twice")
                if self._requests.answers:
                    raise UserError("tuning.answering")
                loaded = self._stepping is not None or self.engine.state in ("loading", "ready")
                self._aside, self._stepping = True, None
                self._after = self._request if loaded else None
            before = self._told.current
            self._told.tuning(before.name, before.path, workers)
            if loaded:
                self.engine.unload()
                self._told.tuning(before.name, before.path, workers)  # its last event came in between
            return before

    def bring_back(self, before: ModelChanged) -> tuple[GenerateRequest, ...]:
        """Load the chosen model after measuring, with `using`; the answers that waited for that, to be passed on."""
        with self._lock:
            self._aside = False
            wanted, self._after = self._after, None
            held = self._requests.answers
        if self.engine.state == "closed":
            return ()
        try:
            if wanted:
                self.load(msgspec.structs.replace(wanted, watch_experts=self._watching))
            else:
                self._told.publish(before)
        except UserError as error:
            self.failed("empty", error.info)
        return held

    # --- again with less ---

    def _steps_down(self, failure: Failure) -> bool:
        """From the reader thread: whether the other thread retries a failed load."""
        request = self._request
        loading = self._told.current.state == "loading"
        if request is None or not loading or self._cancelled or not is_for_memory(failure):
            return False
        with self._lock:
            if self._aside or len(request.options.fallbacks) >= MAX_STEPS:
                return False
            if not self._steps.ask(request, failure):
                return False
            self._stepping = request
            return True

    def _step(self, request: LoadRequest, failure: Failure) -> None:
        """On the retry thread: load again with less, and pass on the waiting requests."""
        try:
            options = self._fall_back(request.path, request.options)
        except UserError:
            options = None
        except BaseException:
            self._give_up(request, failure)
            raise
        with self.using:
            if request is not self._stepping:
                return  # another load was requested meanwhile
            if options is None or self._cancelled:
                self._give_up(request, failure)
                return
            try:
                self.load(msgspec.structs.replace(request, options=options, watch_experts=self._watching))
            except UserError as error:
                self._give_up(request, LoadFailed(error.info))
                return
            with self._lock:
                if self._stepping is request:  # and not the new load, which has failed by now
                    self._stepping = None
                held = self._requests.answers
            for waiting in held:
                with contextlib.suppress(UserError):  # it has failed again: the next retry takes them
                    self.engine.generate(waiting)

    def _give_up(self, request: LoadRequest, failure: Failure) -> None:
        error = ErrorInfo("engine.load_cancelled") if self._cancelled else failure.error
        with self._lock:
            if self._stepping is not request:
                return
            held = self._requests.answers
            self._stepping = None
            self._requests.forget_answers()
        lost = isinstance(failure, EngineLost) and not self._cancelled
        self.failed("lost" if lost else "empty", error, getattr(failure, "log_tail", ()))
        self._delivery.end((each.id for each in held), "error", error)

    # --- events ---

    def _on_events(self, events: list[Event]) -> None:
        log_events(events)
        failure = next((event for event in events if isinstance(event, LoadFailed | EngineLost)), None)
        if failure is not None and self._steps_down(failure):
            events = [event for event in events if event is not failure]
        self._delivery.deliver([event for event in events if not self._take(event)])

    def _take(self, event: Event) -> bool:
        """Whether an event was for nobody who asked."""
        if isinstance(event, LoadProgress) and self._request:
            self._tell_loading(self._request, event.fraction)
        elif isinstance(event, Loaded):
            plan = event.model.plan
            # The engine survives the loss of a worker beneath its cache.
            self._told.loaded(event.model, plan.placement.workers if plan else self._workers())
            self._delivery.rest()
        elif isinstance(event, Replanned):
            self._told.replanned(event.model)
        elif isinstance(event, LoadFailed):
            self.failed("empty", event.error)
        elif isinstance(event, EngineLost):
            self.failed("lost", event.error, event.log_tail)
        elif isinstance(event, Finished):
            if event.reason != "cancelled":
                self._told.answered(event.error)
            return self._held_on(event)
        else:
            return self._activity.take(event)
        return True

    def _held_on(self, finished: Finished) -> bool:
        """Whether an answer that ended with its load is kept for the next one."""
        with self._lock:
            return self._stepping is not None and self._requests.is_waiting(finished.id)

    def _tell_loading(self, request: LoadRequest, fraction: float = 0.0) -> None:
        self._told.loading(request.path, fraction, self._workers())

    def _tell_loading_again(self, request: LoadRequest) -> None:
        """The last event of the previous model may have come in between; how this load ends is told afterwards."""
        with self._told.telling:
            if self.engine.state == "loading" and self._told.current.state != "loading":
                self._tell_loading(request)

    def _workers(self) -> tuple[str, ...]:
        return self._request.options.workers if self._request else ()
