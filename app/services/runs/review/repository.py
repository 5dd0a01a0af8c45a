"""A git repository, through plumbing commands that start no program of the repository's: no hooks, no filters, no
monitors of files. Hooks of a person's own usually run what lies in the folder, which a run may just have changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from engine.errors import UserError

_SECONDS = 60.0
_MOST_PATHS = 60  # of a command line, of which Windows takes 32,767 letters
_SIGNING_SECONDS = 180.0  # a person may be asked for a passphrase
# What would lead git to another repository.
_STEERING = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX",
)  # fmt: skip
# Files and folders of git's that tell of something that is not at its end.
_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")


class Blob(msgspec.Struct, frozen=True):
    """A file in a tree or in the index: its mode as git writes it, and the name of its content."""

    mode: str
    name: str


def _batches(paths: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """As many paths as a command line takes everywhere."""
    return (paths[at : at + _MOST_PATHS] for at in range(0, len(paths), _MOST_PATHS))


class Repository:
    """The repository around the folder `root`. Paths are bytes, relative to `root`.

    Methods raise UserError `commit.git_failed` with git's own words.
    """

    def __init__(self, root: Path) -> None:
        """Raises UserError `commit.no_git`, `commit.no_repository`."""
        git = shutil.which("git")
        if git is None:
            raise UserError("commit.no_git")
        self.root = root
        self._git = (git, "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-C", str(root))
        self._environment = {name: value for name, value in os.environ.items() if name not in _STEERING}
        self._environment |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        try:
            inside = self.told("rev-parse", "--is-inside-work-tree")
        except UserError as error:
            if "not a git repository" in str(error.params.get("detail", "")):
                raise UserError("commit.no_repository", folder=str(root)) from error
            raise
        if inside != "true":
            raise UserError("commit.no_repository", folder=str(root))
        self.prefix = self._run(("rev-parse", "--show-prefix")).removesuffix(b"\n")

    def branch(self) -> str:
        """The branch that a commit would go on. Raises UserError `commit.detached`, `commit.under_way`,
        `commit.locked`, `commit.no_identity` when none can be made now."""
        found = self._tried(("symbolic-ref", "-q", "HEAD"))
        if found is None:
            raise UserError("commit.detached")
        folder = Path(os.fsdecode(self._run(("rev-parse", "--absolute-git-dir")).removesuffix(b"\n")))
        if any((folder / name).exists() for name in _UNDER_WAY) or self._run(("ls-files", "-u", "-z")):
            raise UserError("commit.under_way")
        if (folder / "index.lock").exists():
            raise UserError("commit.locked", path=str(folder / "index.lock"))
        for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            if self._tried(("-c", "user.useConfigOnly=true", "var", who)) is None:
                raise UserError("commit.no_identity")
        return found.decode(errors="replace").strip()

    def head(self) -> str:
        """The last commit, "" where there is none yet."""
        found = self._tried(("rev-parse", "-q", "--verify", "HEAD^{commit}"))
        return "" if found is None else found.decode().strip()

    def in_head(self, paths: Sequence[bytes]) -> dict[bytes, Blob]:
        """The files of the last commit at these paths."""
        if not self.head():
            return {}
        found: dict[bytes, Blob] = {}
        for some in _batches(paths):
            named = (self.prefix + path for path in some)
            found |= self._blobs(self._run(("ls-tree", "-z", "--full-tree", "HEAD", "--", *named)), kind=True)
        return found

    def in_index(self, paths: Sequence[bytes]) -> dict[bytes, Blob]:
        """What is staged at these paths."""
        found: dict[bytes, Blob] = {}
        for some in _batches(paths):
            told = self._run(("--literal-pathspecs", "ls-files", "-s", "-z", "--full-name", "--", *some))
            found |= self._blobs(told, kind=False)
        return found

    def content(self, blob: Blob) -> bytes:
        return self._run(("cat-file", "blob", blob.name))

    def store(self, content: bytes, path: bytes | None = None) -> str:
        """Keep a content; with `path` line ends and encoding are those that git's attributes want there."""
        how = ("--no-filters",) if path is None else (b"--path=" + path,)
        return self._run(("hash-object", "-w", "--stdin", *how), stdin=content).decode().strip()

    def filtered(self, paths: Sequence[bytes]) -> dict[bytes, str]:
        """Paths that a program filters, with the filter's name."""
        told = self._run(
            ("check-attr", "-z", "--stdin", "filter"), stdin=b"".join(path + b"\0" for path in paths)
        )
        fields = told.split(b"\0")
        found = zip(fields[::3], fields[2::3], strict=False)
        return {
            path: name.decode(errors="replace")
            for path, name in found
            if name not in (b"unspecified", b"unset")
        }

    def ignored(self, paths: Sequence[bytes]) -> set[bytes]:
        """Of these paths those that git ignores."""
        stdin = b"".join(path + b"\0" for path in paths)
        return set((self._tried(("check-ignore", "-z", "--stdin"), stdin=stdin) or b"").split(b"\0")) - {b""}

    def tree(self, changes: Mapping[bytes, Blob | None], index: Path) -> str:
        """The last commit's tree with `changes` (None: without the file); `index` is a file to work with."""
        self._run(("read-tree", self.head() or "--empty"), index=index)
        self.change_index(changes, index)
        return self._run(("write-tree",), index=index).decode().strip()

    def change_index(self, changes: Mapping[bytes, Blob | None], index: Path | None = None) -> None:
        """Stage `changes`, in an index of one's own or in the repository's."""
        nothing = "0" * len(self.head() or "0" * 40)
        lines = [
            f"{'0' if blob is None else blob.mode} {nothing if blob is None else blob.name}\t".encode()
            + self.prefix
            + path
            + b"\0"
            for path, blob in sorted(changes.items(), key=lambda each: each[1] is not None)
        ]
        self._run(("update-index", "-z", "--index-info"), stdin=b"".join(lines), index=index)

    def commit(self, tree: str, message: str, branch: str) -> str:
        """Make a commit on top of the last one, signed where git's settings say so; returns its name.

        Raises UserError `commit.nothing` for the tree of the last one.
        """
        head = self.head()
        if head and self.told("rev-parse", f"{head}^{{tree}}") == tree:
            raise UserError("commit.nothing")
        signed = self._tried(("config", "--type=bool", "commit.gpgsign")) == b"true\n"
        parents = ("-p", head) if head else ()
        made = self._run(
            ("commit-tree", tree, *parents, *(("-S",) if signed else ()), "-F", "-"),
            stdin=message.strip().encode(errors="replace") + b"\n",
            seconds=_SIGNING_SECONDS,
        )
        name = made.decode().strip()
        subject = message.strip().partition("\n")[0]
        self._run(("update-ref", "-m", f"commit: {subject}", branch, name, head or "0" * len(name)))
        return name

    def subjects(self, count: int) -> list[str]:
        """The first lines of the last commits' messages."""
        told = self._tried(("log", f"-{count}", "--format=%s")) or b""
        return told.decode(errors="replace").splitlines()

    def told(self, *words: str) -> str:
        return self._run(words).decode(errors="replace").strip()

    def _blobs(self, told: bytes, *, kind: bool) -> dict[bytes, Blob]:
        found: dict[bytes, Blob] = {}
        for line in filter(None, told.split(b"\0")):
            facts, _, path = line.partition(b"\t")
            fields = facts.decode().split(" ")
            if not kind or fields[1] == "blob":
                found[path.removeprefix(self.prefix)] = Blob(fields[0], fields[2 if kind else 1])
        return found

    def _tried(self, words: Sequence[str], stdin: bytes = b"") -> bytes | None:
        """What git prints; None when it says no."""
        ran = self._ran(words, stdin, None, _SECONDS)
        return ran.stdout if ran.returncode == 0 else None

    def _run(
        self,
        words: Sequence[str | bytes],
        stdin: bytes = b"",
        index: Path | None = None,
        seconds: float = _SECONDS,
    ) -> bytes:
        ran = self._ran(words, stdin, index, seconds)
        if ran.returncode != 0:
            detail = ran.stderr.decode(errors="replace").strip().removeprefix("fatal: ").partition("\n")[0]
            raise UserError("commit.git_failed", detail=detail[:300] or f"exit code {ran.returncode}")
        return ran.stdout

    def _ran(
        self, words: Sequence[str | bytes], stdin: bytes, index: Path | None, seconds: float
    ) -> subprocess.CompletedProcess[bytes]:
        environment = self._environment | ({"GIT_INDEX_FILE": str(index)} if index is not None else {})
        try:
            return subprocess.run(
                [*self._git, *words],
                input=stdin,
                capture_output=True,
                timeout=seconds,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise UserError("commit.git_failed", detail=f"no answer within {seconds:.0f} seconds") from error
        except OSError as error:
            raise UserError("commit.git_failed", detail=error.strerror or str(error)) from error
