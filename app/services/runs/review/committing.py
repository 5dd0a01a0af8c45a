"""Commits chosen changes of a run, and nothing else: neither what a person has staged nor what they changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from agents.review.hunks import Hunk, with_only, without
from agents.review.values import Dropped, Review, ReviewFile
from agents.snapshots.names import real_name
from agents.snapshots.snapshots import Snapshots
from agents.tools.files.text_file import read_text
from app.services.runs.review.repository import Blob, Repository
from engine.errors import UserError


class Committed(msgspec.Struct, frozen=True):
    """A commit: its name, its branch, its files, and those that were `left` out because git ignores them or another
    repository has them."""

    name: str
    branch: str
    paths: tuple[str, ...]
    left: tuple[str, ...] = ()


class _Part(msgspec.Struct, frozen=True):
    """Changes of one file that are to be committed."""

    file: ReviewFile
    hunks: tuple[Hunk, ...]


def commit(
    repository: Repository, snapshots: Snapshots, review: Review, chosen: Dropped, message: str
) -> Committed:
    """Commit the `chosen` hunks of files, all of a file for None.

    What the last commit has is changed as the run changed it; a person's own edits elsewhere in a file stay what they
    are, staged or not. No hook runs. Raises UserError `commit.no_message`, `commit.nothing`, `commit.conflict`,
    `commit.untracked`, `commit.filter`, `commit.git_failed`, `commit.index`, and as `Repository.branch` does.
    """
    if not message.strip():
        raise UserError("commit.no_message")
    branch = repository.branch()
    parts = [_Part(file, file.hunks_in(chosen)) for file in review.files if file.path in chosen]
    work = _Committing(repository, snapshots, parts)
    with tempfile.TemporaryDirectory(prefix="coterie-commit-") as folder:
        changes = work.changes()
        if not changes:
            raise UserError("commit.nothing")
        tree = repository.tree(changes, Path(folder) / "index")
        staged = work.staged(changes)
        name = repository.commit(tree, message, branch)
    try:
        if staged:
            repository.change_index(staged)
    except UserError as error:
        raise UserError("commit.index", name=name[:12], detail=str(error.params.get("detail", ""))) from error
    return Committed(name, branch.removeprefix("refs/heads/"), tuple(work.committed), tuple(work.left))


def path_in_git(path: str) -> bytes:
    return os.fsencode(real_name(path))


class _Committing:
    def __init__(self, repository: Repository, snapshots: Snapshots, parts: list[_Part]) -> None:
        self._repository, self._snapshots = repository, snapshots
        self.left: list[str] = []
        self.committed: list[str] = []
        paths = [path for part in parts for path in part.file.paths]
        self._head = repository.in_head([path_in_git(path) for path in paths])
        ignored = repository.ignored([path_in_git(path) for path in paths])
        self._filtered = repository.filtered([path_in_git(path) for path in paths])
        self._parts: list[_Part] = []
        for part in parts:
            path = path_in_git(part.file.path)
            theirs = path in ignored and path not in self._head
            if theirs or any(self._is_elsewhere(path) for path in part.file.paths):
                self.left.append(part.file.path)
            else:
                self._parts.append(part)

    def _is_elsewhere(self, path: str) -> bool:
        """Whether it lies in a repository within this one."""
        folders = (real_name(path).split("/")[:n] for n in range(1, path.count("/") + 1))
        return any(os.path.lexists(self._repository.root.joinpath(*names, ".git")) for names in folders)

    def changes(self) -> dict[bytes, Blob | None]:
        """What the commit has at each path that it changes."""
        found: dict[bytes, Blob | None] = {}
        for part in self._parts:
            changed = self._changed(part)
            if any(self._head.get(path) != blob for path, blob in changed.items()):
                self.committed.append(part.file.path)
                found |= changed
        return found

    def _changed(self, part: _Part) -> dict[bytes, Blob | None]:
        file = part.file
        path, old = path_in_git(file.path), path_in_git(file.old_path or file.path)
        if name := self._filtered.get(path) or self._filtered.get(old):
            raise UserError("commit.filter", path=file.path, filter=name)
        head = self._head.get(old)
        if file.after is None:
            if head is not None:
                self._check_same(file, head)
            return {path: None} if head is not None else {}
        if head is None:
            if file.before is not None and not file.old_path:
                raise UserError("commit.untracked", path=file.path)
            return {path: self._whole(file, path)}
        if self._is_there(file, path, head):
            return {path: head}
        content = self._with_hunks(part, head, head) if file.hunks else None
        if content is None:
            if not (file.old_path and self._is_only_moved(file)):
                self._check_same(file, head)
            blob = head if self._is_only_moved(file) else self._whole(file, path)
        else:
            blob = Blob(head.mode, content)
        blob = msgspec.structs.replace(blob, mode=self._mode(file, head))
        return {old: None, path: blob} if file.old_path else {path: blob}

    def _is_there(self, file: ReviewFile, path: bytes, head: Blob) -> bool:
        """Whether it was committed already, all of it."""
        after = file.after
        if file.old_path or after is None or after.kind not in ("file", "link") or not after.hash:
            return False
        return self._whole(file, path).name == head.name and self._mode(file, head) == head.mode

    def _is_only_moved(self, file: ReviewFile) -> bool:
        return file.before is not None and file.after is not None and file.before.hash == file.after.hash

    def _with_hunks(self, part: _Part, blob: Blob, head: Blob) -> str | None:
        """The content of `blob` with the hunks; None where it is not to be merged but replaced."""
        text = read_text(self._repository.content(blob))
        if text is None or (part.file.change == "new"):
            if blob == head:
                raise UserError("commit.conflict", path=part.file.path)
            return None
        old, new = part.file.old_text, part.file.new_text
        if "\r\n" not in text.raw:  # git keeps line ends in its own way
            old, new = old.replace("\r\n", "\n"), new.replace("\r\n", "\n")
        carried = with_only(old, new, part.hunks, text.raw)
        missing = [hunk for hunk in part.hunks if hunk.number in carried.left]
        if without(old, new, missing, text.raw).left:  # it is neither to be put in nor there already
            if blob == head:
                raise UserError("commit.conflict", path=part.file.path)
            return None
        try:
            return self._repository.store(text.encode(carried.text))
        except UnicodeEncodeError:
            raise UserError("commit.conflict", path=part.file.path) from None

    def _check_same(self, file: ReviewFile, head: Blob) -> None:
        """What is replaced or removed as a whole must be what the run found. Raises UserError `commit.conflict`."""
        before = file.before
        if before is None or not before.hash:
            raise UserError("commit.conflict", path=file.path)
        content = self._snapshots.content(before.hash)
        path = path_in_git(file.old_path or file.path)
        names = {self._repository.store(content)} | (
            {self._repository.store(content, path)} if before.kind == "file" else set()
        )
        if head.name not in names:
            raise UserError("commit.conflict", path=file.path)

    def _whole(self, file: ReviewFile, path: bytes) -> Blob:
        after = file.after
        assert after is not None
        if after.kind not in ("file", "link") or not after.hash:
            raise UserError("commit.conflict", path=file.path)
        content = self._snapshots.content(after.hash)
        if after.kind == "link":
            return Blob("120000", self._repository.store(content))
        return Blob("100755" if after.mode & 0o100 else "100644", self._repository.store(content, path))

    def _mode(self, file: ReviewFile, head: Blob) -> str:
        before, after = file.before, file.after
        assert after is not None
        if after.kind == "link" or head.mode == "120000":
            return "120000" if after.kind == "link" else "100755" if after.mode & 0o100 else "100644"
        if before is not None and bool(before.mode & 0o100) == bool(after.mode & 0o100):
            return head.mode
        return "100755" if after.mode & 0o100 else "100644"

    def staged(self, changes: Mapping[bytes, Blob | None]) -> dict[bytes, Blob | None]:
        """What the repository's own index gets: the commit where nothing was staged, and where a person has staged
        something the same with the hunks in it; where that cannot be, it stays."""
        index = self._repository.in_index(list(changes))
        found: dict[bytes, Blob | None] = {}
        parts = {path_in_git(part.file.path): part for part in self._parts}
        for path, blob in changes.items():
            there, head = index.get(path), self._head.get(path)
            if there == head:
                found[path] = blob
            elif there is not None and head is not None and blob is not None and path in parts:
                merged = self._with_hunks(parts[path], there, head)
                if merged is not None:
                    found[path] = Blob(there.mode, merged)
        return found
