"""CUDA for the window: from the card that can use it to the pack that has answered, told as it goes on."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from app.services.cuda_pack.cuda_pack import CudaPack, Offer
from app.services.cuda_pack.values import CudaChanged, CudaState
from app.services.events import EventBus
from engine.errors import ErrorInfo, UserError

if TYPE_CHECKING:
    from engine.hub.transfer import Progress, StopToken

log = logging.getLogger(__name__)


class CudaGetting:
    """All methods may be called from any thread; those that say so block. Nothing is asked of anybody but by `look`
    and `begin`. One thing is done at a time: what is wanted meanwhile, as by a second click, is left out. `refresh`
    surveys the machine again, whose cards another backend drives then."""

    def __init__(self, pack: CudaPack, events: EventBus, refresh: Callable[[], object]) -> None:
        self._pack, self._events, self._refresh = pack, events, refresh
        self._lock = threading.Lock()
        self._work = threading.Lock()
        self._state = CudaState()
        self._offer: Offer | None = None
        self._stop: StopToken | None = None

    @property
    def state(self) -> CudaState:
        return self._state

    def read(self) -> None:
        """Look at the cards and at what is here, unless something is under way. Blocks."""
        if not self._rests:
            return
        cards, error = "", None
        try:
            cards = self._pack.cards()
            self._pack.check_address()
        except UserError as unable:
            error = unable.info
        with self._alone() as alone:
            if alone and self._rests:
                # Why it can't be had counts for more than what went wrong the last time.
                state = msgspec.structs.replace(self._state, cards=cards, can_ask=error is None)
                self._publish(
                    self._idle(state, error or (self._state.error if self._state.can_ask else None))
                )

    def look(self) -> None:
        """Ask what a release has. Blocks."""
        with self._alone() as alone:
            if alone:
                self._look()

    def _look(self) -> None:
        self._publish(msgspec.structs.replace(self._state, phase="looking", error=None))
        try:
            offer = self._offer = self._pack.look()
        except UserError as error:
            self._publish(self._idle(self._state, error.info))
            return
        idle = self._idle(self._state)
        sizes = {"bytes": offer.bytes, "disk_bytes": offer.disk_bytes}
        self._publish(msgspec.structs.replace(idle, phase="offered", **sizes) if offer.is_new else idle)

    def decline(self) -> None:
        """What was offered is not wanted."""
        with self._alone() as alone:
            if alone:
                self._publish(self._idle(self._state))

    def begin(self) -> None:
        """Fetch what was offered, and use it once it has answered. Blocks."""
        with self._alone() as alone:
            if alone and self._offer is not None and self._state.phase == "offered":
                self._begin(self._offer)

    def _begin(self, offer: Offer) -> None:
        from engine.hub.transfer import Stopped, StopToken

        stop = self._stop = StopToken()
        error, is_new = None, self._state.is_new
        try:
            self._going("fetching")
            self._pack.install(offer, self._received, stop)
            is_new = True
            self._survey()
        except UserError as failed:
            error = failed.info
        except Stopped:
            log.info("CUDA was stopped on its way")
        finally:
            self._stop = None
            self._publish(self._idle(msgspec.structs.replace(self._state, is_new=is_new), error))

    def cancel(self) -> None:
        """End the download or the trial; what was fetched is kept."""
        if (stop := self._stop) is not None:
            stop.pause()

    def remove(self) -> None:
        """Remove what is here. Blocks."""
        with self._alone() as alone:
            if alone:
                self._remove()

    def _remove(self) -> None:
        error = None
        try:
            self._pack.remove()
            self._survey()
        except UserError as failed:
            error = failed.info
        self._publish(self._idle(self._state, error))

    def close(self) -> None:
        self.cancel()

    @property
    def _rests(self) -> bool:
        return self._state.phase in ("unknown", "none", "ready")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[bool]:
        """Whether nothing else is under way; nothing else begins within it then."""
        alone = self._work.acquire(blocking=False)
        try:
            yield alone
        finally:
            if alone:
                self._work.release()

    def _received(self, now: Progress) -> None:
        self._going("fetching" if now.received < now.total else "trying", now.received)

    def _survey(self) -> None:
        with contextlib.suppress(UserError):  # told where models are placed
            self._refresh()

    def _idle(self, state: CudaState, error: ErrorInfo | None = None) -> CudaState:
        """A state with nothing under way, by what is here."""
        kept = self._pack.kept
        return msgspec.structs.replace(
            state,
            phase="ready" if kept == "fits" else "none",
            is_other=kept == "other",
            is_new=state.is_new and kept == "fits",
            error=error,
        )

    def _going(self, phase: str, received: int = 0) -> None:
        self._publish(msgspec.structs.replace(self._state, phase=phase, received=received, error=None))

    def _publish(self, state: CudaState) -> None:
        with self._lock:
            changed, self._state = state != self._state, state
        if changed:
            self._events.publish(CudaChanged(state))
