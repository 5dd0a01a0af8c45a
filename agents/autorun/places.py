"""Folders whose whole content other programs carry out, obey or trust: no place to work in."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from agents.autorun.git_config import user_paths
from agents.autorun.names import autorun

# Below the user's home: what starts at login, stands on the search path, configures shells, editors and agents, or
# keeps keys.
_OF_A_HOME = tuple(
    """
    bin .bin .config .local/bin .local/lib .local/share/applications .local/share/systemd .local/share/dbus-1
    .local/share/nautilus .local/share/kio .ssh .gnupg .aws .azure .kube .docker .password-store .pki .cargo .rustup
    .pyenv .rbenv .nvm .asdf .sdkman .npm .vim .emacs.d .oh-my-zsh .zsh .zsh.d .bash.d .bash_completion.d .gnome
    .kde .kde4 .fluxbox .xmonad .i3 .mozilla .thunderbird .vscode .vscode-server .vscode-insiders .cursor-server
    .hammerspoon .gradle .m2 .ipython .jupyter .git-templates
    Library/LaunchAgents Library/LaunchDaemons Library/Services Library/Scripts Library/QuickLook Library/Keychains
    Library/Preferences Library/Application\tSupport
    AppData/Roaming/Microsoft/Windows
    """.replace("\t", "\0").split()
)
_OF_THE_SYSTEM = tuple(
    """
    /etc /usr /bin /sbin /lib /lib32 /lib64 /libx32 /boot /dev /proc /sys /var/spool/cron /nix /gnu
    /private/etc /System /Library /Applications
    """.split()
)
_SOURCES = ("/usr/src", "/usr/local/src")


def trusted_place(folder: Path, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether other programs carry out, obey or trust what lies in a folder (absolute, without links), because of
    where it is: it lies in such a place, or holds one of those of the user's home.
    """
    with contextlib.suppress(RuntimeError):  # no home
        home = Path.home().resolve()
        for name in _OF_A_HOME:
            place = home / name.replace("\0", " ")
            if folder.is_relative_to(place) or (
                folder != home and place.is_relative_to(folder) and place.exists()
            ):
                return not _is_a_worktree(folder)
    if any(folder.is_relative_to(place) for place in _OF_THE_SYSTEM):
        return not any(folder != Path(each) and folder.is_relative_to(each) for each in _SOURCES)
    searched = filter(os.path.isabs, environment.get("PATH", "").split(os.pathsep))
    if any(folder == Path(os.path.realpath(place)) for place in searched):
        return True
    if any(folder.is_relative_to(os.path.realpath(place)) for place in user_paths(environment)):
        return True
    return ".git" in folder.parts or (autorun(folder.as_posix()) is not None and not _is_a_worktree(folder))


def _is_a_worktree(folder: Path) -> bool:
    """Whether it is a working tree that an agent keeps among its own files."""
    return "worktrees" in folder.parts and (folder / ".git").is_file()


def linked_from_home(root: Path) -> tuple[Path, ...]:
    """Where links in the user's home and its ".config" lead to below `root`: a folder of dot files, for many."""
    found: list[Path] = []
    with contextlib.suppress(RuntimeError):
        home = Path.home()
        for folder in (home, home / ".config"):
            with contextlib.suppress(OSError), os.scandir(folder) as entries:
                found += [Path(os.path.realpath(entry.path)) for entry in entries if entry.is_symlink()]
    return tuple(path for path in found if path != root and path.is_relative_to(root))
