"""Repositories of the hub and what its API tells of them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tests.support.hub.contents import Content, MemoryContent

Gated = Literal[False, "auto", "manual"]
# Smaller files are kept in git itself, without a hash that the hub tells.
LFS_FROM = 10 * 2**20


@dataclass(frozen=True)
class Account:
    """Who a token belongs to, and which gated or private repositories it opens ("*": all)."""

    name: str
    opens: frozenset[str] = frozenset({"*"})

    def may_read(self, repo: str) -> bool:
        return "*" in self.opens or repo in self.opens


@dataclass
class HubRepo:
    """A repository at its newest commit. `files` are contents by their path; the card becomes README.md.

    `parameters`, `architecture` and `context_length` are what the hub read from the GGUF ("" and 0: nothing).
    """

    name: str
    files: dict[str, Content]
    card: str = ""
    licence: str = "apache-2.0"
    downloads: int = 0
    likes: int = 0
    trending: int = 0
    updated: str = "2026-05-01T12:00:00.000Z"
    created: str = "2026-01-01T12:00:00.000Z"
    gated: Gated = False
    private: bool = False
    architecture: str = ""
    parameters: int = 0
    context_length: int = 0
    tags: tuple[str, ...] = ()
    revisions: int = 0

    def __post_init__(self) -> None:
        if self.card or "README.md" not in self.files:
            head = f"---\nlicense: {self.licence}\ntags:\n- gguf\n---\n"
            body = self.card or f"# {self.name.split('/')[1]}\n\nA model for trying things out.\n"
            self.files = {"README.md": MemoryContent((head + body).encode()), **self.files}

    @property
    def commit(self) -> str:
        names = ",".join(sorted(self.files))
        return hashlib.sha1(f"{self.name}:{self.revisions}:{names}".encode()).hexdigest()

    @property
    def author(self) -> str:
        return self.name.split("/")[0]

    @property
    def all_tags(self) -> list[str]:
        return [
            "gguf",
            *self.tags,
            f"license:{self.licence}",
            "endpoints_compatible",
            "region:us",
            "conversational",
        ]

    def etag(self, path: str, hashes: bool = True) -> str:
        """Of a file in LFS its SHA-256, of another what git calls it."""
        content = self.files[path]
        if hashes and is_lfs(path, content):
            return content.sha256
        return git_id(self.name, path, content)


def is_lfs(path: str, content: Content) -> bool:
    return content.bytes >= LFS_FROM or path.endswith((".gguf", ".dat", ".safetensors", ".bin"))


def git_id(repo: str, path: str, content: Content) -> str:
    return hashlib.sha1(f"{repo}/{path}:{content.bytes}".encode()).hexdigest()


class Shelf:
    """The repositories of one hub, and who may read them. Changed by tests while it is asked from threads."""

    def __init__(self, repositories: Iterable[HubRepo] = ()) -> None:
        self._lock = threading.Lock()
        self._repositories = {repository.name: repository for repository in repositories}
        self.accounts: dict[str, Account] = {}

    def add(self, *repositories: HubRepo) -> None:
        with self._lock:
            self._repositories.update((repository.name, repository) for repository in repositories)

    def remove(self, name: str) -> None:
        with self._lock:
            self._repositories.pop(name, None)

    def get(self, name: str) -> HubRepo | None:
        return self._repositories.get(name)

    def replace(self, repo: str, path: str, content: Content) -> str:
        """Commit another content for a file; the new commit. The one before is gone, as after a forced push."""
        with self._lock:
            repository = self._repositories[repo]
            repository.files = {**repository.files, path: content}
            repository.revisions += 1
            return repository.commit

    def all(self) -> tuple[HubRepo, ...]:
        with self._lock:
            return tuple(self._repositories.values())


def search(shelf: Shelf, query: Mapping[str, Sequence[str]], account: Account | None) -> list[HubRepo]:
    """The repositories that `GET /api/models` finds, in order."""
    words = [word for text in query.get("search", ()) for word in text.lower().split()]
    wanted = query.get("filter", ())
    low, high = _parameter_range(query.get("num_parameters", ("",))[0])
    found = [
        repository
        for repository in shelf.all()
        if all(word in repository.name.lower() for word in words)
        and all(author == repository.author for author in query.get("author", ()))
        and all(tag in repository.all_tags for tags in wanted for tag in tags.split(","))
        and (low <= repository.parameters <= high or (low, high) == (0, float("inf")))
        and (not repository.private or (account is not None and account.may_read(repository.name)))
    ]
    orders = {
        "downloads": lambda one: one.downloads,
        "likes": lambda one: one.likes,
        "lastModified": lambda one: one.updated,
        "createdAt": lambda one: one.created,
        "trendingScore": lambda one: one.trending,
    }
    order = orders[query.get("sort", ("trendingScore",))[0]]
    return sorted(found, key=lambda one: (order(one), one.name), reverse=True)


def listed(repository: HubRepo, query: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """One entry of a search: what was asked for with `expand`, or the usual fields."""
    everything = described(repository, blobs=False)
    fields = query.get("expand", ())
    if fields:
        return {name: everything[name] for name in ("_id", "id", *fields) if name in everything}
    usual = ("_id", "id", "modelId", "likes", "trendingScore", "private", "downloads", "tags", "createdAt")
    return {name: everything[name] for name in usual}


def described(
    repository: HubRepo,
    *,
    blobs: bool,
    hashes: Mapping[str, bool] = {},
    contents: Mapping[str, Content] = {},
) -> dict[str, Any]:
    """What `GET /api/models/{id}` tells. `hashes` False for a file leaves its SHA-256 out."""
    files = {**repository.files, **contents}
    entry: dict[str, Any] = {
        "_id": hashlib.sha1(repository.name.encode()).hexdigest()[:24],
        "id": repository.name,
        "modelId": repository.name,
        "author": repository.author,
        "sha": repository.commit,
        "lastModified": repository.updated,
        "createdAt": repository.created,
        "private": repository.private,
        "gated": repository.gated,
        "disabled": False,
        "downloads": repository.downloads,
        "likes": repository.likes,
        "trendingScore": repository.trending,
        "tags": repository.all_tags,
        "pipeline_tag": "text-generation",
        "library_name": "gguf",
        "cardData": {"license": repository.licence, "tags": ["gguf"]},
        "usedStorage": sum(content.bytes for content in files.values()),
        "spaces": [],
        "siblings": [_sibling(repository, path, content, blobs, hashes) for path, content in files.items()],
    }
    if repository.architecture:
        entry["gguf"] = {
            "total": repository.parameters,
            "architecture": repository.architecture,
            "context_length": repository.context_length,
        }
    return entry


def _sibling(
    repository: HubRepo, path: str, content: Content, blobs: bool, hashes: Mapping[str, bool]
) -> dict[str, Any]:
    sibling: dict[str, Any] = {"rfilename": path}
    if blobs:
        sibling |= {"size": content.bytes, "blobId": git_id(repository.name, path, content)}
        if is_lfs(path, content) and hashes.get(path, True):
            sibling["lfs"] = {"sha256": content.sha256, "size": content.bytes, "pointerSize": 135}
    return sibling


def tree(
    repository: HubRepo, folder: str, recursive: bool, hashes: Mapping[str, bool] = {}
) -> list[dict[str, Any]] | None:
    """What `GET /api/models/{id}/tree/{revision}/{folder}` tells; None where there is no such folder."""
    prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
    inside = {path: content for path, content in repository.files.items() if path.startswith(prefix)}
    if prefix and not inside:
        return None
    folders = sorted(
        {
            prefix + "/".join(parts[:depth])
            for path in inside
            if len(parts := path.removeprefix(prefix).split("/")) > 1
            for depth in range(1, len(parts) if recursive else 2)
        }
    )
    entries: list[dict[str, Any]] = [
        {"type": "directory", "oid": hashlib.sha1(name.encode()).hexdigest(), "size": 0, "path": name}
        for name in folders
    ]
    for path, content in inside.items():
        if recursive or "/" not in path.removeprefix(prefix):
            entries.append(file_entry(repository, path, content, hashes.get(path, True)))
    return entries


def file_entry(repository: HubRepo, path: str, content: Content, hashes: bool = True) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "type": "file",
        "oid": git_id(repository.name, path, content),
        "size": content.bytes,
        "path": path,
    }
    if is_lfs(path, content) and hashes:
        entry["lfs"] = {"oid": content.sha256, "size": content.bytes, "pointerSize": 135}
    return entry


def _parameter_range(text: str) -> tuple[float, float]:
    """From "min:3B,max:8B"."""
    bounds = {"min": 0.0, "max": float("inf")}
    for part in filter(None, text.split(",")):
        name, _, value = part.partition(":")
        unit = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(value[-1:].upper(), 0)
        bounds[name] = float(value[:-1]) * unit if unit else float(value)
    return bounds["min"], bounds["max"]
