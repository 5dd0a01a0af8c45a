"""The hub, the library and the downloads from a script: no network, no files, any state at once.

They keep the signatures of the services' `HubService`, `Library`, `Downloads` and `Secrets`;
`tests.support.library.shelves` fills them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec

from app.services.events import EventBus, ServiceEvent
from app.services.hub.catalogue import CatalogueEntry, CataloguePick
from app.services.hub.events import DownloadChanged, DownloadProgress
from app.services.library.events import LibraryChanged, VerifyProgress
from app.services.library.values import DiskUse, Found, LookedAt, Removed
from app.store.records import Download, DownloadFile, LibraryFile, LibraryModel
from engine.errors import ErrorInfo, UserError
from engine.hub.transfer import BadPart, KeptFile, StopToken, Verification
from engine.hub.values import (
    HubFile,
    HubModel,
    JudgedVariant,
    Query,
    RemoteFacts,
    Repository,
    Variant,
    Verdict,
)

GB = 10**9
COMMIT = "0123456789abcdef0123456789abcdef01234567"
DAY = 86_400.0


class Telling:
    """Publishes events."""

    def __init__(self) -> None:
        self.events = EventBus()

    def tell(self, *events: ServiceEvent) -> None:
        self.events.publish(*events)


def a_variant(name: str, size: float, repo: str = "some/Model-GGUF") -> Variant:
    """One file of `size` GB."""
    stem = repo.rpartition("/")[2].removesuffix("-GGUF")
    return Variant(name, (HubFile(f"{stem}-{name}.gguf", round(size * GB), "ab" * 32),))


def a_verdict(size: int, ram: int = 52 * GB, gpu: int = 7 * GB, active: float = 1.0) -> Verdict:
    """What a model of `size` bytes would be, `active` of which each token reads, on an invented machine."""
    speed = 300 * GB / max(1.0, size * active)
    if size <= gpu:
        sentence = ErrorInfo("verdict.device", {"tps": round(speed), "device": "GPU", "device_bytes": size})
        return Verdict("device", "header", sentence, decode_tps=speed, device_bytes=size)
    if size <= ram + gpu:
        speed = 41 * GB / max(1.0, size * active)
        sizes = {"device_bytes": gpu, "ram_bytes": size - gpu}
        sentence = ErrorInfo("verdict.divided", {"tps": round(speed), "device": "GPU", **sizes})
        return Verdict("divided", "header", sentence, decode_tps=speed, **sizes)
    missing = size - ram - gpu
    return Verdict("no", "header", ErrorInfo("verdict.no", {"missing_bytes": missing}), missing_bytes=missing)


class ScriptedHub:
    """`models` is what there is, `repositories` what is in some of them. `error` is raised instead of answering;
    while `hold` is set, every answer waits, as it does with a slow line; it is set once `hold_after` variants are
    judged. `asked` lists the calls."""

    def __init__(self) -> None:
        self.models: list[HubModel] = []
        self.repositories: dict[str, Repository] = {}
        self.facts: dict[str, RemoteFacts] = {}
        self.sizes_only: set[str] = set()
        self.entries: tuple[CatalogueEntry, ...] = ()
        self.error: UserError | None = None
        self.judge_error: UserError | None = None
        self.asked: list[Any] = []
        self.hold = threading.Event()
        self.page = 10
        self.hold_after = 0
        self.ended_early = 0
        self.busy_bytes = 0

    def _wait(self, keep_going: Callable[[], bool] = lambda: True) -> bool:
        while self.hold.is_set() and keep_going():
            time.sleep(0.005)
        return keep_going()

    def access(self) -> Any:
        from engine.hub.access import HubAccess

        return HubAccess()

    def search(
        self,
        query: Query,
        found: Callable[[tuple[HubModel, ...]], None],
        keep_going: Callable[[], bool] = lambda: True,
    ) -> None:
        self.asked.append(query)
        if not self._wait(keep_going):
            self.ended_early += 1
            return
        if self.error is not None:
            raise self.error
        words = query.text.casefold().split()
        fitting = [
            model
            for model in self.models
            if all(word in model.repo.casefold() for word in words)
            and (not query.author or model.repo.startswith(query.author + "/"))
            and (not query.licence or model.licence == query.licence)
            and (not query.most_parameters or model.parameters <= query.most_parameters)
        ]
        if query.sort == "downloads":
            fitting.sort(key=lambda model: -model.downloads)
        for first in range(0, len(fitting), self.page):
            if not keep_going():
                self.ended_early += 1
                return
            found(tuple(fitting[first : first + self.page]))

    def repository(self, repo: str) -> Repository:
        self.asked.append(repo)
        self._wait()
        if self.error is not None:
            raise self.error
        if repo in self.repositories:
            return self.repositories[repo]
        model = next((model for model in self.models if model.repo == repo), HubModel(repo))
        if model.gate and repo not in self.repositories:
            raise UserError("hub.gated", repo=repo, url=f"https://huggingface.co/{repo}")
        raise UserError("hub.not_found", repo=repo)

    def judge(
        self,
        repository: Repository,
        judged: Callable[[JudgedVariant], None] = lambda _: None,
        keep_going: Callable[[], bool] = lambda: True,
    ) -> tuple[JudgedVariant, ...]:
        result = []
        for variant in repository.variants:
            if not self._wait(keep_going):
                break
            one = self._judged(repository, variant)
            judged(one)
            result.append(one)
            if len(result) == self.hold_after:
                self.hold.set()
        fitting = [one for one in result if one.verdict is not None and one.verdict.fits]
        best = max(fitting, key=lambda one: (one.verdict.decode_tps >= 20, one.variant.bytes), default=None)
        return tuple(msgspec.structs.replace(one, best=one is best) for one in result)

    def _judged(self, repository: Repository, variant: Variant) -> JudgedVariant:
        if self.judge_error is not None:
            return JudgedVariant(variant, error=self.judge_error.info)
        repo = repository.model.repo
        facts = self.facts.get(repo)
        active = facts.active_parameters / facts.parameters if facts is not None else 1.0
        verdict = a_verdict(variant.bytes, active=active)
        if repo in self.sizes_only:
            verdict = msgspec.structs.replace(verdict, source="sizes", decode_tps=0.0)
            return JudgedVariant(
                variant, verdict, error=ErrorInfo("hub.no_ranges", {"host": "huggingface.co"})
            )
        return JudgedVariant(variant, verdict, facts)

    def judge_local(self, path: str) -> Verdict:
        self.asked.append(("local", path))
        verdict = a_verdict(18 * GB if "30B" in path else 2 * GB, active=0.11 if "A3B" in path else 1.0)
        return msgspec.structs.replace(verdict, busy_bytes=self.busy_bytes)

    def judge_entry(self, entry: CatalogueEntry) -> Verdict:
        return a_verdict(entry.bytes, active=entry.active_parameters / entry.parameters)

    def guess(self, parameters: int, active: int) -> Verdict:
        return a_verdict(int(parameters * 0.61), active=active / parameters if active else 1.0)

    def catalogue(self) -> tuple[CatalogueEntry, ...]:
        return self.entries

    def picks(self, count: int = 3) -> tuple[CataloguePick, ...]:
        return tuple(
            CataloguePick(entry, a_verdict(entry.bytes), 30.0, ErrorInfo("verdict.ram", {"tps": 30}))
            for entry in self.entries[:count]
        )

    def check_token(self, token: str) -> str:
        return "somebody"

    def close(self) -> None:
        self.hold.clear()


class ScriptedSecrets:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.token = ""

    def hub_token(self) -> str:
        return self.token

    def set_hub_token(self, token: str) -> bool:
        self.token = token
        return True

    def forget_hub_token(self) -> None:
        self.token = ""

    def has_token(self) -> Literal["keyring", "session", "environment", ""]:
        return "keyring" if self.token else ""


class ScriptedLibrary(Telling):
    """`models` and `removed` are lists to fill. `remote_servers` is what other programs have; `bad` are the ids of
    models that verifying finds damaged; while `hold` is set, verifying goes on."""

    def __init__(self, *models: LibraryModel) -> None:
        super().__init__()
        self.all = list(models)
        self.remote_servers: tuple[Found, ...] = ()
        self.same: tuple[tuple[str, ...], ...] = ()
        self.bad: set[str] = set()
        self.leftover = 0
        self.free = 312 * GB
        self.asked: list[Any] = []
        self.hold = threading.Event()
        self.error: UserError | None = None

    @property
    def folder(self) -> Path:
        return Path("/home/someone/.local/share/coterie/models")

    def models(self, trashed: bool = False) -> tuple[LibraryModel, ...]:
        return tuple(model for model in self.all if trashed or model.trashed is None)

    def at(self, path: str) -> LibraryModel | None:
        """As `Library.at`."""
        return next((model for model in self.models() if model.path == path), None)

    def get(self, id: str) -> LibraryModel:
        for model in self.all:
            if model.id == id:
                return model
        raise UserError("library.not_found", name=id)

    def located(self, model: LibraryModel) -> Path:
        if model.state == "missing":
            raise UserError("library.missing", name=model.name, path=model.path)
        return Path(model.path)

    def resolve(self, name: str) -> Path:
        return Path(self.get(name).path)

    def trash(self) -> tuple[LibraryModel, ...]:
        return tuple(model for model in self.all if model.trashed is not None and model.managed)

    def duplicates(self) -> tuple[tuple[LibraryModel, ...], ...]:
        here = {model.id: model for model in self.models()}
        groups = (tuple(here[id] for id in ids if id in here) for ids in self.same)
        return tuple(group for group in groups if len(group) > 1)

    def disk(self) -> DiskUse:
        used = sum(model.bytes for model in self.models() if model.managed)
        trash = sum(model.bytes for model in self.trash())
        return DiskUse(self.folder, self.free, 1000 * GB, used, trash, 7 * GB, self.leftover)

    def found_elsewhere(self) -> tuple[Found, ...]:
        self.asked.append("found_elsewhere")
        return self.remote_servers

    def look_at(self, path: Path | str) -> LookedAt:
        self.asked.append(("look_at", str(path)))
        if self.error is not None:
            raise self.error
        known = next((model for model in self.models() if model.path == str(path)), None)
        name = Path(path).stem
        new = LibraryModel(name, name, (LibraryFile(str(path), 2 * GB),), "file", time.time())
        return LookedAt(known or new, known=known is not None)

    def import_(self, path: Path | str, origin: str = "file") -> tuple[LibraryModel, ...]:
        self.asked.append(("import", str(path), origin))
        if self.error is not None:
            raise self.error
        name = Path(path).stem
        model = LibraryModel(name, name, (LibraryFile(str(path), 2 * GB),), origin, time.time())  # type: ignore[arg-type]
        self.put(model)
        return (model,)

    def rename(self, id: str, name: str) -> LibraryModel:
        return self.put(msgspec.structs.replace(self.get(id), name=name))

    def remove(self, id: str) -> Removed:
        model = self.put(msgspec.structs.replace(self.get(id), trashed=time.time()))
        return Removed(model, model.bytes if model.managed else 0)

    def restore(self, id: str) -> LibraryModel:
        return self.put(msgspec.structs.replace(self.get(id), trashed=None))

    def empty_trash(self, older_than: float | None = None) -> int:
        freed = sum(model.bytes for model in self.trash())
        self.all = [model for model in self.all if model.trashed is None]
        self.tell(LibraryChanged())
        return freed

    def clear_leftovers(self) -> int:
        freed, self.leftover = self.leftover, 0
        return freed

    def verify(self, id: str, repair: bool = False, stop: StopToken | None = None) -> Verification:
        self.asked.append(("verify", id, repair))
        model, done = self.get(id), 0
        while self.hold.is_set():
            if stop is not None and stop.stopped:
                raise UserError("library.stopped")
            done = min(model.bytes, done + model.bytes // 50)
            self.tell(VerifyProgress(id, done, model.bytes, repair))
            time.sleep(0.01)
        files = tuple(KeptFile(Path(file.path), file.bytes, "cd" * 32) for file in model.files)
        if id in self.bad and not repair:
            self.put(msgspec.structs.replace(model, state="damaged", verified=time.time()))
            return Verification(files, (BadPart(files[0].path, 3, 25_165_824, 33_554_431),))
        self.bad.discard(id)
        self.put(msgspec.structs.replace(model, state="ready", verified=time.time()))
        return Verification(files)

    def used(self, path: str) -> None:
        self.asked.append(("used", path))

    def keep_house(self) -> None:
        """Nothing is left of a crash."""

    def put(self, model: LibraryModel) -> LibraryModel:
        """In the place of the one with its id, else at the end."""
        for place, other in enumerate(self.all):
            if other.id == model.id:
                self.all[place] = model
                break
        else:
            self.all.append(model)
        self.tell(LibraryChanged())
        return model


class ScriptedDownloads(Telling):
    """Downloads that go on when `advance` is called. A finished one is put into `library`."""

    def __init__(self, library: ScriptedLibrary, *downloads: Download) -> None:
        super().__init__()
        self._library = library
        self.by_id = {download.id: download for download in downloads}
        self.asked: list[Any] = []
        self.error: UserError | None = None

    def recover(self, go_on: bool = True) -> tuple[Download, ...]:
        return ()

    def close(self) -> None:
        """Nothing runs."""

    def add(self, repository: Repository, variant: Variant) -> Download:
        self.asked.append(("add", repository.model.repo, variant.name))
        if self.error is not None:
            raise self.error
        repo = repository.model.repo
        number = max(self.by_id, default=0) + 1
        files = tuple(DownloadFile(file.path, file.bytes, file.sha256) for file in variant.files)
        id = f"{repo}:{variant.name}"
        running = sum(download.state == "running" for download in self.by_id.values())
        state: Any = "running" if running < 2 else "queued"
        return self.put(
            Download(number, id, repo, COMMIT, variant.name, files, state, float(number), time.time())
        )

    def add_named(self, text: str) -> Download:
        raise UserError("hub.bad_name", name=text)

    def all(self) -> tuple[Download, ...]:
        return tuple(sorted(self.by_id.values(), key=lambda download: download.position))

    def get(self, id: int) -> Download:
        if id not in self.by_id:
            raise UserError("download.not_found")
        return self.by_id[id]

    def pause(self, id: int) -> Download:
        self.asked.append(("pause", id))
        return self._change(id, state="paused", rate=0.0)

    def resume(self, id: int) -> Download:
        self.asked.append(("resume", id))
        return self._change(id, state="running", error=None)

    def cancel(self, id: int) -> Download:
        self.asked.append(("cancel", id))
        return self._change(id, state="cancelled")

    def move(self, id: int, before: int | None) -> None:
        self.asked.append(("move", id, before))
        queue = [download.id for download in self.all() if download.id != id]
        queue.insert(queue.index(before) if before is not None else len(queue), id)
        for place, number in enumerate(queue):
            if self.by_id[number].position != place:
                self._change(number, position=float(place))

    def pause_all(self) -> None:
        for download in self.all():
            if download.state in ("running", "queued"):
                self.pause(download.id)

    def resume_all(self) -> None:
        for download in self.all():
            if download.state in ("paused", "failed"):
                self.resume(download.id)

    def forget(self, id: int) -> None:
        self.asked.append(("forget", id))
        del self.by_id[id]

    # What the script does

    def put(self, download: Download) -> Download:
        self.by_id[download.id] = download
        self.tell(DownloadChanged(download))
        return download

    def _change(self, id: int, **fields: Any) -> Download:
        return self.put(msgspec.structs.replace(self.get(id), **fields))

    def advance(self, id: int, received: int, rate: float = 48e6) -> None:
        """So many bytes are there now."""
        download = self.by_id[id] = msgspec.structs.replace(self.by_id[id], received=received, rate=rate)
        left = (download.bytes - received) / rate if rate else -1.0
        self.tell(DownloadProgress(id, received, download.bytes, rate, left))

    def fail(self, id: int, error: UserError) -> None:
        self._change(id, state="failed", error=error.info)

    def finish(self, id: int) -> None:
        download = self.get(id)
        files = tuple(LibraryFile(f"/models/{file.path}", file.bytes, file.sha256) for file in download.files)
        self._library.put(
            LibraryModel(
                download.model,
                download.repo.rpartition("/")[2].removesuffix("-GGUF"),
                files,
                "hub",
                time.time(),
                managed=True,
                repo=download.repo,
                commit=download.commit,
                variant=download.variant,
                quantisation=download.variant,
            )
        )
        self._change(id, state="done", received=download.bytes)


def a_download(
    id: int, repo: str, variant: str, size: float, state: str = "queued", received: float = 0.0, **fields: Any
) -> Download:
    """A download of one file; sizes in GB."""
    name = repo.rpartition("/")[2].removesuffix("-GGUF")
    file = DownloadFile(f"{name}-{variant}.gguf", round(size * GB), "ab" * 32)
    values = {"position": float(id), "created": time.time(), "received": round(received * GB), **fields}
    return Download(id, f"{repo}:{variant}", repo, COMMIT, variant, (file,), state=state, **values)  # type: ignore[arg-type]


def a_model(repo: str, variant: str, size: float, **fields: Any) -> LibraryModel:
    """A model of the hub in one file of `size` GB."""
    name = repo.rpartition("/")[2].removesuffix("-GGUF")
    path = f"/home/someone/.local/share/coterie/models/{repo}/{name}-{variant}.gguf"
    values: dict[str, Any] = {
        "name": name,
        "origin": "hub",
        "added": time.time() - 5 * DAY,
        "managed": True,
        "repo": repo,
        "commit": COMMIT,
        "variant": variant,
        "quantisation": variant,
        **fields,
    }
    file = LibraryFile(path, round(size * GB), "5f" * 32, f"{name}-{variant}.gguf")
    return LibraryModel(f"{repo}:{variant}", files=(file,), **values)
