"""Names of hub models: `OWNER/REPO`, `OWNER/REPO:QUANT`, `OWNER/REPO/FILE.gguf`.

The rules of names are the hub's own (huggingface_hub, `utils/_validators.py`, `validate_repo_id`), less the names
without an owner that only the oldest repositories have.
"""

from __future__ import annotations

import re

import msgspec

from engine.errors import UserError
from engine.hub.destinations import safe_destination

__all__ = ["ModelName", "looks_like_hub_name", "parse_model_name", "safe_destination"]

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*", re.ASCII)
_LONGEST_REPO = 96
_LONGEST_NAME = 1024
_PAGE = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/", re.IGNORECASE)
_FILE_PAGE = re.compile(r"(?P<repo>[^/]+/[^/]+)/(?:blob|resolve|raw|tree)/[^/]+(?:/(?P<file>.*))?", re.DOTALL)


class ModelName(msgspec.Struct, frozen=True):
    """A repository "OWNER/NAME", and which model of it is meant: the name of a variant, or a file by its path in
    the repository; both "" where the name leaves it open."""

    repo: str
    variant: str = ""
    file: str = ""

    def __str__(self) -> str:
        if self.file:
            return f"{self.repo}/{self.file}"
        return f"{self.repo}:{self.variant}" if self.variant else self.repo


def parse_model_name(text: str) -> ModelName:
    """What a name means. The address of a page of the hub is taken for the name it shows.

    Raises UserError `hub.bad_name` (`name`).
    """
    name = text.strip()
    if len(name) > _LONGEST_NAME:
        raise UserError("hub.bad_name", name=f"{name[:60]}…")
    page = _PAGE.match(name)
    if page:
        name = _of_page(name[page.end() :])
    found = _split(name)
    if found is None:
        raise UserError("hub.bad_name", name=text.strip())
    return found


def looks_like_hub_name(text: str) -> bool:
    """Whether this can be meant for a model of the hub. A relative path such as `models/a/b.gguf` can be, too:
    who takes both looks for the file first."""
    try:
        parse_model_name(text)
    except UserError:
        return False
    return True


def check_repo(repo: str) -> str:
    """The name of a repository, as it is. Raises UserError `hub.bad_name` for what is none."""
    if not is_repo(repo):
        raise UserError("hub.bad_name", name=repo[:200])
    return repo


def is_repo(repo: str) -> bool:
    """Whether the hub could have a repository of this name."""
    owner, slash, name = repo.partition("/")
    return (
        bool(slash)
        and len(repo) <= _LONGEST_REPO
        and all(_PART.fullmatch(part) and part[-1] not in ".-" for part in (owner, name))
        and "--" not in repo
        and ".." not in repo
        and not name.endswith(".git")
    )


def is_plain_path(path: str) -> bool:
    """Whether a path in a repository is one that git can hold: no way up, nothing absolute, nothing invisible."""
    return (
        0 < len(path) <= _LONGEST_NAME
        and "\\" not in path
        and path.isprintable()
        and all(part not in ("", ".", "..") for part in path.split("/"))
    )


def _split(name: str) -> ModelName | None:
    repo, colon, variant = name.partition(":")
    if colon:
        good = is_repo(repo) and is_plain_path(variant) and ":" not in variant
        return ModelName(repo, variant=variant) if good else None
    owner, _, rest = name.partition("/")
    short, slash, file = rest.partition("/")
    repo = f"{owner}/{short}"
    if not is_repo(repo):
        return None
    if slash:
        good = is_plain_path(file) and file.lower().endswith(".gguf")
        return ModelName(repo, file=file) if good else None
    # Such a name is a path of two parts: no repository is called like a file.
    return None if repo.lower().endswith(".gguf") else ModelName(repo)


def _of_page(rest: str) -> str:
    rest = re.split(r"[?#]", rest, maxsplit=1)[0].rstrip("/")
    match = _FILE_PAGE.fullmatch(rest)
    if match is None:
        return rest
    file = match["file"] or ""
    return f"{match['repo']}/{file}" if file.lower().endswith(".gguf") else match["repo"]
