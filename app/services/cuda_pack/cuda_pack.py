"""The pack for NVIDIA's cards: whether this computer can use one, what it takes, the way until it has answered."""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from app import paths
from app.integration.launch import python
from app.services.cuda_pack.able_cards import able_cards, names_of
from app.services.cuda_pack.packs import Packs
from app.services.cuda_pack.trying import Trial, TrialError, run_trial
from app.services.settings.settings import SettingsFile
from app.services.updates.looking import access_to, machine
from app.services.updates.manifest import Manifest, ReleaseFile
from app.services.updates.replacing import is_there
from app.services.updates.updating import Updates
from engine import llama_package
from engine.errors import UserError
from engine.graphics_cards import Cards, find_cards

if TYPE_CHECKING:
    from engine.hub.transfer import Progress, StopToken

log = logging.getLogger(__name__)
_SPARE = 64 * 2**20
# Errors of a download that are no fault of the network.
_WRONG = (
    *("download.changed", "download.wrong_bytes", "download.wrong_length", "download.redirects"),
    *("download.refused", "download.web_page"),
)


class Offer(msgspec.Struct, frozen=True):
    """What would be fetched for `cards`. `bytes` are those of its archives, without libraries that are here,
    `disk_bytes` what it takes in the end. `is_new`: it is not in use already."""

    cards: str
    address: str
    module: ReleaseFile
    libraries: ReleaseFile
    bytes: int
    disk_bytes: int
    is_new: bool = True


class CudaPack:
    """All methods may be called from any thread; those that say so block. `cards` and `trial` look at this computer
    and let its starter model answer."""

    def __init__(
        self,
        folder: Path,
        logs: Path,
        settings: SettingsFile,
        updates: Updates,
        cards: Callable[[], Cards] = lambda: find_cards(os.environ),
        trial: Callable[[Path, StopToken | None], Trial] | None = None,
    ) -> None:
        self._settings, self._updates = settings, updates
        self._log = logs / "cuda.log"
        self._cards, self._trial = cards, trial or self._answers
        self._packs = Packs(folder)

    @property
    def kept(self) -> Literal["", "fits", "other"]:
        """What is in use: nothing, a pack for the installed version of the engine, one for another."""
        return "" if self._packs.current is None else "fits" if self._packs.fits else "other"

    def cards(self) -> str:
        """The names of those that can use it. Blocks. Raises UserError `cuda.*`."""
        return names_of(able_cards(self._cards()))

    def check_address(self) -> None:
        """Raises UserError `cuda.no_address` where the installation knows nobody to ask."""
        if not self._updates.can_ask:
            raise UserError("cuda.no_address")

    def look(self, address: str = "") -> Offer:
        """Ask at `address`, "" for the one that the installation knows, what there is for this computer. Blocks.

        Raises UserError `cuda.*`, `update.*`, `hub.*`.
        """
        cards = self.cards()
        if not address:
            self.check_address()
        folder, manifests = self._updates.manifests(address)
        module, libraries = (self._file(manifests, name) for name in ("cuda", "cuda-libraries"))
        there = self._packs.libraries(libraries.sha256).is_dir()
        return Offer(
            cards=cards,
            address=folder,
            module=module,
            libraries=libraries,
            bytes=module.bytes + (0 if there else libraries.bytes),
            disk_bytes=module.unpacked + libraries.unpacked,
            is_new=self._packs.current != self._packs.folder / _name(module),
        )

    def install(
        self, offer: Offer, progress: Callable[[Progress], None] | None = None, stop: StopToken | None = None
    ) -> str:
        """Fetch what was offered, let it answer, and put it into use; gives the card that answered. Blocks.

        Raises Stopped, UserError `cuda.*`, `download.*`, `hub.*`; what was in use before then still is.
        """
        from engine.hub.transfer.disk import disk_error

        visible = ",".join(card.uuid for card in able_cards(self._cards()))
        try:
            with self._packs.alone():
                self._fetch(offer, progress, stop)
                return self._put(offer, visible, stop)
        except OSError as error:
            raise disk_error(error, self._packs.folder, 0) from error
        except ValueError as error:
            raise UserError("cuda.wrong_file", address=offer.address) from error

    def remove(self) -> bool:
        """Remove the pack; whether there was one. Raises UserError `cuda.elsewhere`, `download.cannot_write`."""
        from engine.hub.transfer.disk import disk_error

        try:
            with self._packs.alone():
                return self._packs.remove()
        except OSError as error:
            raise disk_error(error, self._packs.folder, 0) from error

    def _file(self, manifests: tuple[Manifest, ...], name: str) -> ReleaseFile:
        """Raises UserError `cuda.no_file`."""
        version = llama_package.version()
        for manifest in manifests:
            if file := manifest.files.get(f"{name}-{version}-{_system()}-{machine()}"):
                return file
        raise UserError("cuda.no_file", version=version)

    def _fetch(
        self, offer: Offer, progress: Callable[[Progress], None] | None, stop: StopToken | None
    ) -> None:
        """Bring the archives that are not there yet; each counts only with the right SHA-256. Raises Stopped,
        UserError, OSError, ValueError."""
        from engine.hub import transfer
        from engine.hub.transfer.disk import free_bytes, no_room
        from engine.hub.values import Located

        folder = self._packs.folder
        wanted_files = [offer.module]
        if not self._packs.libraries(offer.libraries.sha256).is_dir():
            wanted_files.append(offer.libraries)
        # Of a try that ended while it was unpacked or tried.
        files = [file for file in wanted_files if not is_there(folder / file.name, file)]
        need = sum(file.bytes for file in files) + sum(file.unpacked for file in wanted_files) + _SPARE
        if (have := free_bytes(folder)) < need:
            raise no_room(need, have, folder)
        if not files:
            if progress is not None:
                whole = sum(file.bytes for file in wanted_files)
                progress(transfer.Progress(whole, whole))
            return
        access = access_to(offer.address, self._settings.current)
        located = {
            file.name: Located(f"{offer.address}/{file.name}", file.bytes, file.sha256) for file in files
        }
        wanted = [transfer.Wanted(file.name, file.bytes, file.sha256, folder / file.name) for file in files]
        try:
            access.check_online()
            transfer.fetch(
                lambda path: located[path],
                wanted,
                folder / "download",
                access=access,
                parts=folder / "download.parts",
                progress=progress,
                stop=stop,
                replace=True,
            )
        except UserError as error:
            if error.code in _WRONG:
                raise UserError("cuda.wrong_file", address=offer.address) from error
            raise UserError("update.offline") if error.code == "hub.offline" else error from error
        finally:
            self._packs.drop(folder / "download.parts")

    def _put(self, offer: Offer, visible: str, stop: StopToken | None) -> str:
        """Unpack, try, put into use. Raises Stopped, UserError `cuda.no_answer`, OSError, ValueError."""
        packs, version = self._packs, llama_package.version()
        module, archive = packs.folder / offer.module.name, packs.folder / offer.libraries.name
        libraries = packs.libraries(offer.libraries.sha256)
        name = _name(offer.module)
        try:
            if not libraries.is_dir():
                packs.unpack_libraries(archive, offer.libraries.sha256)
            folder = packs.unpack_pack(module, name, libraries, version, visible)
            trial = self._tried(folder, offer, stop)
            packs.put(folder, libraries)
        except (ValueError, UserError):  # a file that is no good; what the disk refused may go on later
            _unlink(module, archive)
            raise
        _unlink(module, archive)
        log.info("CUDA is in use: %s", trial)
        return trial.device

    def _tried(self, folder: Path, offer: Offer, stop: StopToken | None) -> Trial:
        """Raises Stopped, UserError `cuda.no_answer`."""
        try:
            return self._trial(folder, stop)
        except TrialError as error:
            self._packs.drop(folder)
            raise UserError("cuda.no_answer", cards=offer.cards, log=str(self._log)) from error
        except BaseException:
            self._packs.drop(folder)
            raise

    def _answers(self, folder: Path, stop: StopToken | None) -> Trial:
        """Raises Stopped, TrialError."""
        root = Path(paths.__file__).parents[1]
        return run_trial(python(), root, "gpu", str(folder), self._log, os.environ, stop)


def _name(module: ReleaseFile) -> str:
    return f"{llama_package.version()}-{module.sha256[:16]}"


def _unlink(*files: Path) -> None:
    for file in files:
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)


def _system() -> str:
    return {"win32": "windows", "darwin": "macos"}.get(sys.platform, platform.system().lower())
