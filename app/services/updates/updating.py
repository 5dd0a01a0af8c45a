"""Updates of this installation, for the window and the command line."""

from __future__ import annotations

import contextlib
import datetime
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.installation.facts import Installation, installation
from app.installation.first_starts import this_start
from app.installation.sites import Site, Switch, site_of
from app.services.events import EventBus
from app.services.settings.settings import SettingsFile
from app.services.updates import replacing
from app.services.updates.looking import access_to, fetch_manifests, newer, split_address
from app.services.updates.manifest import Manifest, known_keys, order
from app.services.updates.values import Kept, KeptFile, Release, UpdateChanged, UpdateState
from engine.errors import ErrorInfo, UserError

if TYPE_CHECKING:
    from engine.hub.transfer import Progress, StopToken

log = logging.getLogger(__name__)
DAY_S = 86_400.0
LATER_S = 3 * DAY_S
# Kinds that newer versions are not downloaded for.
TOLD = ("source", "uv")


class Updates:
    """All methods may be called from any thread; those that say so block. Nothing is asked of anybody but by `look`,
    `look_if_due` once a person has agreed, and `apply`."""

    def __init__(
        self,
        home: Path,
        settings: SettingsFile,
        events: EventBus,
        here: Installation | None = None,
        site: Site | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.here = here or installation()
        self._site = site or site_of(self.here)
        self._folder, self._settings, self._events, self._clock = home / "updates", settings, events, clock
        self._file = KeptFile(self._folder / "known.json")
        self._lock = threading.Lock()
        self._stop: StopToken | None = None
        self._state = self._known(self._file.read())
        self._take_up_fallen()

    @property
    def state(self) -> UpdateState:
        return self._state

    @property
    def channels(self) -> tuple[str, ...]:
        """Stable versions count for everybody."""
        beta = self.here.channel == "beta" or self._settings.current.beta_updates
        return ("stable", "beta") if beta else ("stable",)

    @property
    def can_ask(self) -> bool:
        """Whether there is anybody who could be asked, so that a person is asked whether to."""
        return bool(self.here.updates)

    @property
    def is_told(self) -> bool:
        """Whether another program brings newer versions, so that a person is only told which."""
        return self.here.kind in TOLD

    @property
    def fallen(self) -> Switch | None:
        """The version that did not start, so that this one is back, until `forget_fallen`."""
        return None if self._site is None else self._site.read("fallen")

    @property
    def how(self) -> ErrorInfo | None:
        """What a person does about a newer version, where `apply` cannot."""
        try:
            self.check_replaces()
        except UserError as error:
            return error.info
        return None

    # Looking

    def look(self, address: str = "") -> UpdateState:
        """Ask at `address`, "" for the one that the installation knows, whether there is a newer version. Blocks.

        Raises UserError `update.*`, `hub.*`.
        """
        folder, manifests = self.manifests(address)
        release = newer(manifests, self.here, folder)
        log.info("Looked for a newer version: %s", release.version if release else "none")
        kept = self._file.change(
            lambda kept: msgspec.structs.replace(kept, release=release, looked=self._clock())
        )
        return self._publish(self._known(kept))

    def manifests(self, address: str = "") -> tuple[str, tuple[Manifest, ...]]:
        """The folder of releases at `address`, as for `look`, and what is signed there for the channels. Blocks.

        Raises UserError `update.*`, `hub.*`.
        """
        folder, channel = split_address(address or self.here.updates)
        access = access_to(folder, self._settings.current)
        now = datetime.datetime.fromtimestamp(self._clock(), datetime.UTC)
        channels = (channel,) if channel else self.channels
        try:
            access.check_online()
            found = fetch_manifests(access, channels, known_keys(self.here.keys), self._file.read().seen, now)
        except UserError as error:
            raise UserError("update.offline") if error.code == "hub.offline" else error from None
        self._file.change(lambda kept: msgspec.structs.replace(kept, seen={**kept.seen, **found.seen}))
        return access.endpoint, found.manifests

    def look_if_due(self) -> None:
        """Look once a day, if a person has agreed, and not while a version is on its way; blocks. What goes wrong is
        for the log alone."""
        settings = self._settings.current
        due = not 0 <= self._clock() - self._file.read().looked < DAY_S
        agreed = settings.updates == "on" and not settings.offline
        if self.can_ask and agreed and due and self._stop is None:
            try:
                self.look()
            except UserError as error:
                log.warning("No look for a newer version: %s", error)

    # What a person decides

    def skip(self) -> None:
        """Say no more of the version that is there."""
        self._decide(lambda kept: msgspec.structs.replace(kept, skipped=_version(kept)))

    def put_off(self) -> None:
        """Say no more of it for some days."""
        self._decide(lambda kept: msgspec.structs.replace(kept, later=self._clock() + LATER_S))

    def forget_fallen(self) -> None:
        """It was told that the new version did not start."""
        if self._site is not None:
            self._site.forget_fallen()
        self._publish(msgspec.structs.replace(self._state, fallen=""))

    # Replacing

    def check_replaces(self) -> None:
        """Raises UserError `update.by_source`, `update.by_uv`, `update.by_deb` or `update.by_hand` where a newer
        version comes by other means than `apply`, `update.no_file` where it does not come to this kind of computer.
        """
        release, kind = self._state.release, self.here.kind
        if kind in TOLD:
            raise UserError("update.by_source" if kind == "source" else "update.by_uv")
        if release is not None and release.file is None:
            raise UserError("update.no_file", version=release.version, address=release.address)
        if release is not None and release.file is not None and self._site is None:
            raise UserError(
                "update.by_deb" if kind == "deb" else "update.by_hand",
                version=release.version,
                address=release.link,
                name=release.file.name,
            )

    def apply(
        self, progress: Callable[[Progress], None] | None = None, stop: StopToken | None = None
    ) -> UpdateState:
        """Fetch the version that was found and put it in place for the next start. Blocks.

        Raises Stopped, UserError `update.*`, `download.*`, `hub.*`; the installed version is then as it was.
        """
        release, site = self._state.release, self._site
        if release is None:
            return self._state
        self.check_replaces()
        assert site is not None
        this_start().good()  # it works: what replaces it may take its place
        if site.waiting(self.here.version) == release.version:
            return self._publish(self._known(self._file.read()))
        try:
            with replacing.alone(site):
                self._replace(site, release, progress, stop)
        except UserError as error:
            self._publish(msgspec.structs.replace(self._known(self._file.read()), error=error.info))
            raise
        except BaseException:
            self._publish(self._known(self._file.read()))
            raise
        return self._publish(self._known(self._file.read()))

    def cancel(self) -> None:
        """End a download that `begin` started; what is there of it is kept."""
        with self._lock:
            if self._stop is not None:
                self._stop.pause()

    def begin(self) -> None:
        """`apply` as the window wants it: the state tells how it goes on, and what went wrong. Blocks."""
        from engine.hub.transfer import Stopped, StopToken

        with self._lock:
            if self._stop is not None:
                return
            stop = self._stop = StopToken()
        try:
            with contextlib.suppress(UserError, Stopped):
                self.apply(stop=stop)
        finally:
            with self._lock:
                self._stop = None

    def close(self) -> None:
        self.cancel()

    def _replace(
        self,
        site: Site,
        release: Release,
        progress: Callable[[Progress], None] | None,
        stop: StopToken | None,
    ) -> None:
        file = release.file
        assert file is not None

        def received(now: Progress) -> None:
            self._publish(self._going("fetching", now.received))
            if progress is not None:
                progress(now)

        self._publish(self._going("fetching"))
        access = access_to(release.address, self._settings.current)
        parts = self._folder / "parts"
        replacing.fetch_release(site, release, file, access, parts, progress=received, stop=stop)
        (parts / f"{file.sha256}.parts").unlink(missing_ok=True)  # no model: nobody will verify it again
        self._publish(self._going("trying", file.bytes))
        replacing.put_in_place(site, release, self.here.version)
        log.info("Version %s is in place for the next start", release.version)

    # State

    def _known(self, kept: Kept) -> UpdateState:
        """The state by what is remembered and what lies on the disk."""
        release, site = kept.release, self._site
        if release is not None and order(release.version) <= order(self.here.version):
            release = None  # it has come by another way
        waiting = "" if site is None else site.waiting(self.here.version)
        ready = waiting and (release is None or release.version == waiting)
        fallen = self.fallen
        quiet = release is not None and (
            release.version in (kept.skipped, kept.failed) or 0 < kept.later - self._clock() <= LATER_S
        )
        return UpdateState(
            phase="ready" if ready else "none" if release is None else "found",
            release=release,
            quiet=quiet,
            replaces=site is not None,
            fallen="" if fallen is None else fallen.after,
            looked=kept.looked,
        )

    def _going(self, phase: str, received: int = 0) -> UpdateState:
        return msgspec.structs.replace(self._state, phase=phase, received=received, error=None)

    def _take_up_fallen(self) -> None:
        """A version that did not start is not offered by itself again."""
        if self._state.fallen:
            fallen = self._state.fallen
            self._state = self._known(
                self._file.change(lambda kept: msgspec.structs.replace(kept, failed=fallen))
            )

    def _decide(self, changed: Callable[[Kept], Kept]) -> None:
        self._publish(self._known(self._file.change(changed)))

    def _publish(self, state: UpdateState) -> UpdateState:
        with self._lock:
            changed, self._state = state != self._state, state
        if changed:
            self._events.publish(UpdateChanged(state))
        return state


def _version(kept: Kept) -> str:
    return "" if kept.release is None else kept.release.version
