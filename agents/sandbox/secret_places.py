"""Where keys, passwords and tokens lie in a home: hidden from programs, also in folders that they may read.

A link is followed to what it names, so a folder of dot files that is linked into the home is hidden as well. A second
name of a file (a hard link) is found by its number.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_MOST_FOLDERS = 2000  # maximum folders searched for files by name, those near the top first
_MOST_OF_A_PLACE = 100  # maximum folders of a secret place in which files with further names are looked for
_PLACES = tuple(
    """
    .ssh .aws .azure .gnupg .kube .oci .vault-token .password-store .pki .putty .docker/config.json .docker/contexts
    .config/containers .config/gcloud .config/doctl .config/flyctl .fly .config/op .config/rclone .config/heroku
    .config/stripe .config/netlify .config/sops .config/age .npmrc .yarnrc .yarnrc.yml .config/yarn .pypirc
    .config/pip .pip .condarc .conda/aau_token .continuum .config/uv .config/pypoetry .local/share/uv/credentials
    .cargo/credentials .cargo/credentials.toml .cargo/config .cargo/config.toml .gem/credentials .config/gem
    .bundle/config .config/composer .composer .m2/settings.xml .m2/settings-security.xml .gradle/gradle.properties
    .config/go .config/mise .config/deno .bunfig.toml .config/NuGet .nuget/NuGet .config/gh .config/hub
    .config/glab-cli .netrc _netrc .git-credentials .config/git .gitconfig .subversion .terraformrc .terraform.d
    .pgpass .my.cnf .mylogin.cnf .s3cfg .boto .databrickscfg .kaggle .ibmcloud .huggingface .cache/huggingface/token
    .cache/huggingface/stored_tokens .cache/git .local/share/keyrings .local/share/kwalletd .local/share/gnupg
    .config/keepassxc .config/KeePass .config/Bitwarden .config/1Password .config/kwalletrc .mozilla .thunderbird
    .librewolf .waterfox .config/mozilla .cache/mozilla .config/google-chrome .config/chromium .config/BraveSoftware
    .config/microsoft-edge .config/vivaldi .config/opera .config/Slack .config/discord .config/Signal
    .config/Code/User/globalStorage .local/share/TelegramDesktop .cache/google-chrome .cache/chromium .var/app snap
    .electrum .bitcoin .claude .claude.json .codex .gemini .continue .config/opencode .local/share/opencode
    .config/github-copilot .bash_history .zsh_history .python_history .node_repl_history .psql_history .mysql_history
    .lesshst .local/share/fish .local/state/bash .Xauthority .ICEauthority .env .envrc
    """.split()
)
_FILES = frozenset(
    """
    .npmrc npmrc .yarnrc.yml .pypirc pip.conf .netrc _netrc .git-credentials .condarc .env .envrc .pgpass .my.cnf
    .htpasswd .vault-token .dockercfg credentials credentials.toml credentials.json id_rsa id_dsa id_ecdsa id_ed25519
    """.split()
)
_BEGINNINGS = (".env.",)
_ENDINGS = (".kdbx", ".p12", ".pfx", ".keystore", ".jks")


def secret_places(home: Path) -> tuple[Path, ...]:
    """The known places in a home, and where links there lead."""
    named = [home / place for place in _PLACES]
    return tuple(dict.fromkeys([*named, *(Path(os.path.realpath(path)) for path in named)]))


def is_secret(path: Path, secrets: Iterable[Path]) -> bool:
    """Whether a path is one of `secrets`, or lies in one."""
    real = Path(os.path.realpath(path))
    return any(real.is_relative_to(secret) for secret in secrets)


def hidden_in(folders: Iterable[Path], secrets: Iterable[Path]) -> tuple[Path, ...]:
    """What is to be hidden of the folders, without links: `secrets` in them, second names of those, files by their
    names, and sockets, behind which programs outside may listen. Files far down may be missing."""
    places = list(secrets)
    twice = _with_second_names(places)
    found: list[Path] = []
    for folder in dict.fromkeys(Path(os.path.realpath(folder)) for folder in folders):
        found += [place for place in places if place.is_relative_to(folder) and os.path.lexists(place)]
        found += _in_folder(folder, twice)
    return tuple(dict.fromkeys(path for path in found if not path.is_symlink()))


def without(folder: Path, hidden: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The paths that are together all of a folder but `hidden`, and the folders around those, of which the names are
    needed. Links are left out: what they name has a place of its own."""
    inside = [path for path in hidden if path.is_relative_to(folder)]
    if not inside:
        return [folder], []
    if folder in inside:
        return [], []
    shown, around = [], [folder]
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_symlink():
                inner = without(Path(entry.path), inside)
                shown += inner[0]
                around += inner[1]
    return shown, around


def _with_second_names(places: Iterable[Path]) -> dict[int, Path]:
    """Secret files that have further names, by their numbers; those far down in a place may be missing."""
    found: dict[int, Path] = {}
    for place in places:
        with contextlib.suppress(OSError):
            facts = place.lstat()
            if stat.S_ISREG(facts.st_mode):
                found |= {facts.st_ino: place} if facts.st_nlink > 1 else {}
            elif stat.S_ISDIR(facts.st_mode):
                found |= _second_names_below(place)
    return found


def _second_names_below(place: Path) -> dict[int, Path]:
    found: dict[int, Path] = {}
    waiting = [place]
    for looked_at, folder in enumerate(waiting):
        if looked_at == _MOST_OF_A_PLACE:
            break
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    facts = entry.stat(follow_symlinks=False)
                    found |= {facts.st_ino: Path(entry.path)} if facts.st_nlink > 1 else {}
    return found


def _in_folder(folder: Path, twice: Mapping[int, Path]) -> Iterator[Path]:
    waiting = [folder]
    for looked_at, place in enumerate(waiting):
        if looked_at == _MOST_FOLDERS:
            return
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif not entry.is_symlink() and (
                    _is_named_so(entry.name) or _is_socket(entry) or _is_same(entry, twice)
                ):
                    yield Path(entry.path)


def _is_named_so(name: str) -> bool:
    return name in _FILES or name.startswith(_BEGINNINGS) or name.endswith(_ENDINGS)


def _is_same(entry: os.DirEntry[str], files: Mapping[int, Path]) -> bool:
    known = files.get(entry.inode())
    try:
        return known is not None and known.samefile(entry.path)
    except OSError:  # it is gone
        return False


def _is_socket(entry: os.DirEntry[str]) -> bool:
    try:
        return not entry.is_file() and stat.S_ISSOCK(entry.stat(follow_symlinks=False).st_mode)
    except OSError:  # it is gone
        return False
