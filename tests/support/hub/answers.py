"""What the hub answers to a question that is not for the bytes of a file: status, headers and JSON."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.hub.repositories import (
    Account,
    HubRepo,
    Shelf,
    described,
    file_entry,
    listed,
    search,
    tree,
)

Query = Mapping[str, Sequence[str]]
RESTRICTED = (
    "Access to model {repo} is restricted and you are not in the authorized list. Visit {url} to ask."
)
PLEASE_LOG_IN = "Access to model {repo} is restricted. You must have access to it and be authenticated. {url}"


@dataclass(frozen=True)
class Reply:
    """`body` is JSON unless `content_type` says otherwise."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(value).encode(), headers or {})


def failure(status: int, code: str, message: str) -> Reply:
    headers = {"X-Error-Message": message}
    if code:
        headers["X-Error-Code"] = code
    return answer({"error": message}, status, headers)


BAD_TOKEN = failure(401, "", "Invalid credentials in Authorization header")


def refusal(shelf: Shelf, name: str, account: Account | None) -> Reply | None:
    """Why someone cannot see a repository: the hub does not tell a private one from one that is not there."""
    repository = shelf.get(name)
    hidden = repository is None or (
        repository.private and not (account is not None and account.may_read(name))
    )
    if not hidden:
        return None
    if account is None:
        return failure(401, "RepoNotFound", "Invalid username or password.")
    return failure(404, "RepoNotFound", "Repository not found")


def gate(repository: HubRepo, account: Account | None, endpoint: str) -> Reply | None:
    """Why someone cannot have the files of a repository that they can see."""
    url = f"{endpoint}/{repository.name}"
    if not repository.gated:
        return None
    if account is None:
        return failure(401, "GatedRepo", PLEASE_LOG_IN.format(repo=repository.name, url=url))
    if not account.may_read(repository.name):
        return failure(403, "GatedRepo", RESTRICTED.format(repo=repository.name, url=url))
    return None


def known_revision(repository: HubRepo, revision: str) -> bool:
    return urllib.parse.unquote(revision) in ("main", "refs/heads/main", repository.commit)


def no_revision(revision: str) -> Reply:
    return failure(404, "RevisionNotFound", f"Invalid rev id: {revision}")


def no_entry(repository: HubRepo) -> Reply:
    reply = failure(404, "EntryNotFound", "Entry not found")
    return Reply(404, reply.body, {**reply.headers, "X-Repo-Commit": repository.commit})


class Api:
    """The part below /api/. `hashes` tells of a file "OWNER/REPO/PATH" whether its hash may be told."""

    def __init__(self, shelf: Shelf, page_size: int) -> None:
        self._shelf = shelf
        self._page_size = page_size

    def search(self, query: Query, account: Account | None, endpoint: str) -> Reply:
        found = search(self._shelf, query, account)
        size = min(int(query.get("limit", (self._page_size,))[0]), self._page_size)
        start = int(query.get("cursor", (0,))[0])
        page = [listed(repository, query) for repository in found[start : start + size]]
        headers = {}
        if start + size < len(found):
            following = [
                (name, value) for name, values in query.items() for value in values if name != "cursor"
            ]
            text = urllib.parse.urlencode([*following, ("cursor", start + size)])
            headers["Link"] = f'<{endpoint}/api/models?{text}>; rel="next"'
        return answer(page, headers=headers)

    def repository(self, repository: HubRepo, query: Query, hashes: Mapping[str, bool]) -> Reply:
        everything = described(
            repository, blobs=query.get("blobs", ("",))[0].lower() in ("1", "true"), hashes=hashes
        )
        if fields := query.get("expand", ()):
            everything = {name: everything[name] for name in ("_id", "id", *fields) if name in everything}
        return answer(everything)

    def tree(self, repository: HubRepo, folder: str, query: Query, hashes: Mapping[str, bool]) -> Reply:
        recursive = query.get("recursive", ("",))[0].lower() in ("1", "true")
        entries = tree(repository, urllib.parse.unquote(folder), recursive, hashes)
        return no_entry(repository) if entries is None else answer(entries)

    def paths_info(self, repository: HubRepo, body: bytes, hashes: Mapping[str, bool]) -> Reply:
        paths = urllib.parse.parse_qs(body.decode()).get("paths", [])
        found = [
            file_entry(repository, path, repository.files[path], hashes.get(path, True))
            for path in paths
            if path in repository.files
        ]
        return answer(found)

    def whoami(self, account: Account | None) -> Reply:
        if account is None:
            return failure(401, "", "Invalid username or password.")
        token = {"type": "access_token", "accessToken": {"displayName": "coterie", "role": "read"}}
        return answer(
            {"type": "user", "id": "1", "name": account.name, "fullname": account.name, "auth": token}
        )
