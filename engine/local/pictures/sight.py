"""What lets a session see: its projector, loaded at the first picture, and the encoding of pictures on a thread.

One picture is encoded at a time, beside the steps of all answers. Encoded rows are kept for as long as there is room,
because a conversation that comes back needs them again when its state is gone.
"""

from __future__ import annotations

import hashlib
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Sequence

from engine.errors import ErrorInfo, UserError, error_info
from engine.local.native.projector import Encoded, PictureRows, ProjectorHandle
from engine.local.pictures.trial import is_sound
from engine.local.pictures.units import MOST_ROWS, unit
from engine.pixels import read_pixels
from engine.values import Picture

# Of a picture: native code has not been made for any size and shape.
MOST_PIXELS, MOST_RATIO = 64_000_000, 100
# Rows that are kept, in bytes.
KEPT_BYTES = 256 * 2**20
# While it is loaded, whether that was stopped is looked for this often.
_LOOK_S = 0.05
# So many numbers tell one picture from all others.
_TELLING = 8

Numbers = tuple[int, ...]


class Sight:
    """Thread-safe, but for `close`. `fingerprint` identifies the projector's file in its present state; `device`
    and `most_rows` are those of `ProjectorHandle`, `verdicts` that of `is_sound`."""

    def __init__(
        self,
        path: str,
        fingerprint: str,
        model_path: str,
        model: int,
        threads: int,
        *,
        device: str = "",
        most_rows: int = 0,
        verdicts: str = "",
    ) -> None:
        self._path, self._fingerprint, self._model_path = path, fingerprint, model_path
        self._model, self._threads, self._device = model, threads, device
        self._most_rows, self._verdicts = most_rows, verdicts
        self._handle: ProjectorHandle | None = None
        self._refusal: ErrorInfo | None = None
        self._changed = threading.Condition()
        self._known: dict[Numbers, tuple[Picture, int]] = {}
        self._asked: list[tuple[int, Picture]] = []
        self._encoding: Picture | None = None
        self._encoded: OrderedDict[tuple[str, int], Encoded] = OrderedDict()
        self._failed: dict[str, ErrorInfo] = {}
        self._thread: threading.Thread | None = None
        self._is_closing = False
        self.encodings = 0

    def load(self, stopped: Callable[[], bool] = lambda: False) -> bool:
        """Wait for the projector, which the thread of the pictures loads; False where that is `stopped` before.

        Raises UserError `projector.*`.
        """
        with self._changed:
            self._begin()
            while self._handle is None and self._refusal is None:
                if stopped() or self._is_closing:
                    return False
                self._changed.wait(_LOOK_S)
            if self._refusal is not None:
                raise UserError.from_info(self._refusal)
            return True

    def tokens(self, picture: Picture) -> Numbers:
        """What stands for the picture in a list of tokens, once it is loaded. Raises UserError `projector.*`,
        `picture.*`."""
        short, long = sorted((picture.width, picture.height))
        if short < 1 or short * long > MOST_PIXELS or long > MOST_RATIO * short:
            raise UserError("picture.too_large")
        self.load()
        handle = self._handle
        if handle is None:  # it is closing
            raise UserError("engine.no_model")
        found: list[int] = []
        tile = 0
        for part in handle.parts(picture.width, picture.height):
            if not isinstance(part, PictureRows):
                found += part
                continue
            if part.rows > MOST_ROWS:
                raise UserError("picture.too_large")
            numbers = unit(self._digest(picture, tile), part.rows, part.positions)
            with self._changed:
                self._known[numbers[:_TELLING]] = (picture, tile)
            found += numbers
            tile += 1
        return tuple(found)

    def ask(self, request: int, numbers: Sequence[int]) -> None:
        """Encode the picture of a unit for a request, unless that is done."""
        with self._changed:
            picture, tile = self._known[tuple(numbers[:_TELLING])]
            if (picture.sha256, tile) in self._encoded or (request, picture) in self._asked:
                return
            self._failed.pop(picture.sha256, None)
            self._asked.append((request, picture))
            self._changed.notify_all()

    def withdraw(self, request: int) -> None:
        """A request has ended: what is encoded for it alone is broken off."""
        with self._changed:
            self._asked = [each for each in self._asked if each[0] != request]
            if self._encoding is not None and all(each[1] != self._encoding for each in self._asked):
                self._break_off()

    def encoded(self, numbers: Sequence[int]) -> Encoded | ErrorInfo | None:
        """The rows of a unit, or why there are none; None while they are on their way."""
        with self._changed:
            picture, tile = self._known[tuple(numbers[:_TELLING])]
            found = self._encoded.get((picture.sha256, tile))
            if found is not None:
                self._encoded.move_to_end((picture.sha256, tile))
                return found
            return self._failed.get(picture.sha256)

    def wait(self, seconds: float) -> None:
        """Wait for the end of an encoding."""
        with self._changed:
            self._changed.wait(seconds)

    def close(self) -> None:
        with self._changed:
            self._is_closing = True
            self._break_off()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        if self._handle is not None:
            self._handle.close()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
            self._thread.start()

    def _load(self) -> ProjectorHandle | None:
        """On the thread of the pictures."""
        handle, refusal = None, ErrorInfo("projector.not_loaded", {"path": self._path})
        try:
            if is_sound(
                self._path,
                self._fingerprint,
                self._model_path,
                self._threads,
                lambda: self._is_closing,
                self._verdicts,
            ):
                handle = self._opened()
        except UserError as error:
            refusal = error.info
        except Exception:  # as in `_run`
            traceback.print_exc()
        with self._changed:
            self._handle, self._refusal = handle, None if handle else refusal
            self._changed.notify_all()
        return handle

    def _opened(self) -> ProjectorHandle:
        """On its device; on the processor where that refuses it."""

        def open_on(device: str) -> ProjectorHandle:
            return ProjectorHandle(
                self._path, self._model, self._threads, device=device, most_rows=self._most_rows
            )

        if self._device:
            try:
                return open_on(self._device)
            except UserError:
                traceback.print_exc()
        return open_on("")

    def _digest(self, picture: Picture, tile: int) -> str:
        parts = (picture.sha256, picture.width, picture.height, tile, self._fingerprint)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def _break_off(self) -> None:
        if self._handle is not None:
            self._handle.stop = True

    def _run(self) -> None:
        handle = self._load()
        while handle is not None:
            with self._changed:
                self._changed.wait_for(lambda: self._asked or self._is_closing)
                if self._is_closing:
                    return
                picture = self._encoding = self._asked[0][1]
                handle.stop = False
            found: list[Encoded] | None = None
            failure: ErrorInfo | None = None
            try:
                found = handle.encoded(picture.width, picture.height, read_pixels(picture))
            except Exception as error:  # a projector is someone else's: it may find any mistake of ours
                failure = error_info("picture.not_encoded", error)
            with self._changed:
                self._encoding = None
                self.encodings += found is not None
                if found is not None:
                    self._keep(picture, found)
                elif failure is not None:
                    self._failed[picture.sha256] = failure
                if found is not None or failure is not None:
                    self._asked = [each for each in self._asked if each[1] != picture]
                self._changed.notify_all()

    def _keep(self, picture: Picture, tiles: list[Encoded]) -> None:
        for tile, encoded in enumerate(tiles):
            self._encoded[picture.sha256, tile] = encoded
        size = sum(each.rows.nbytes for each in self._encoded.values())
        for key in list(self._encoded):
            if size <= KEPT_BYTES or key[0] == picture.sha256:
                break
            size -= self._encoded.pop(key).rows.nbytes
