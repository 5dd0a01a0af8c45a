"""Where keys, passwords and tokens lie in a home: hidden from programs, also in folders that they may read.

A link is followed to what it names, so a folder of dot files that is linked into the home is hidden as well. A hard
link cannot be told from the file itself: one that a person made in a folder that may be read can be read there.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

_MOST_FOLDERS = 2000  # maximum folders searched for files by name, those near the top first
_PLACES = tuple(
    """
    .ssh .aws .azure .gnupg .kube .oci .vault-token .password-store .pki .putty
    .docker/config.json .docker/contexts .config/containers .config/gcloud .config/doctl .config/flyctl .fly
    .config/op .config/rclone .config/heroku .config/stripe .config/netlify .config/sops .config/age
    .npmrc .yarnrc .yarnrc.yml .config/yarn .pypirc .config/pip .pip .condarc .conda .config/pypoetry .config/uv
    .local/share/uv/credentials .cargo/credentials .cargo/credentials.toml .cargo/config .cargo/config.toml
    .gem/credentials .config/gem .bundle .config/composer .composer .m2/settings.xml .m2/settings-security.xml
    .gradle/gradle.properties .config/go .config/mise .config/deno .bunfig.toml .config/NuGet .nuget
    .config/gh .config/hub .config/glab-cli .netrc _netrc .git-credentials .config/git .gitconfig .subversion
    .terraformrc .terraform.d .pgpass .my.cnf .mylogin.cnf .s3cfg .boto .databrickscfg .kaggle .ibmcloud
    .huggingface .cache/huggingface/token .cache/huggingface/stored_tokens .cache/git
    .local/share/keyrings .local/share/kwalletd .local/share/gnupg .config/keepassxc .config/KeePass
    .config/Bitwarden .config/1Password .config/kwalletrc
    .mozilla .thunderbird .librewolf .waterfox .config/mozilla .cache/mozilla .config/google-chrome
    .config/chromium .config/BraveSoftware .config/microsoft-edge .config/vivaldi .config/opera .config/Slack
    .config/discord .config/Signal .config/Code/User/globalStorage .local/share/TelegramDesktop
    .cache/google-chrome .cache/chromium .var/app snap .electrum .bitcoin
    .claude .claude.json .codex .gemini .continue .config/opencode .local/share/opencode .config/github-copilot
    .bash_history .zsh_history .python_history .node_repl_history .psql_history .mysql_history .lesshst
    .local/share/fish .local/state/bash .Xauthority .ICEauthority .env .envrc
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
    """What is to be hidden of the folders: `secrets` in them, files by their names, and sockets, behind which
    programs outside may listen. Without links. Files far down may be missing."""
    places = list(secrets)
    found: list[Path] = []
    for folder in dict.fromkeys(Path(os.path.realpath(folder)) for folder in folders):
        found += [place for place in places if place.is_relative_to(folder) and os.path.lexists(place)]
        found += _by_name(folder)
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


def _by_name(folder: Path) -> Iterator[Path]:
    waiting = [folder]
    for looked_at, place in enumerate(waiting):
        if looked_at == _MOST_FOLDERS:
            return
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif not entry.is_symlink() and (_is_named_so(entry.name) or _is_socket(entry)):
                    yield Path(entry.path)


def _is_named_so(name: str) -> bool:
    return name in _FILES or name.startswith(_BEGINNINGS) or name.endswith(_ENDINGS)


def _is_socket(entry: os.DirEntry[str]) -> bool:
    return not entry.is_file(follow_symlinks=False) and stat.S_ISSOCK(
        entry.stat(follow_symlinks=False).st_mode
    )
