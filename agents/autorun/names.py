"""The names of files that other programs carry out without being asked, with the program and the occasion.

What somebody starts by name (a Makefile, the scripts of package.json, the packages of a virtual environment) is
ordinary code and stands in no table.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple


class Autorun(NamedTuple):
    """`program` carries it out on the occasion `when`: "opened" (the folder, in an editor), "entered" (the folder, in
    a shell), "started" (the program, in this folder), "pushed" (to a server), "commit" (or another work of Git),
    "clicked" (the file), "follows" (it is text that an agent obeys).

    `held`: it must not be changed even for a moment, because the program may look at any time.
    """

    program: str
    when: str
    held: bool = True


# Names of files and of whole folders, in their folder "first/second" where one name is not enough.
_TABLE = {
    "opened": {
        "VS Code": ".vscode *.code-workspace",
        "JetBrains IDEs": ".idea",
        "Zed": ".zed",
        "Dev Containers": ".devcontainer .devcontainer.json",
        "rust-analyzer": ".cargo/config.toml .cargo/config rust-toolchain rust-toolchain.toml",
        "Vim": ".vimrc .exrc .nvimrc .nvim.lua",
        "Emacs": ".dir-locals.el .dir-locals-2.el",
    },
    "entered": {
        "direnv": ".envrc",
        "mise": "mise.toml .mise.toml",
    },
    "started": {
        "Python": "sitecustomize.py usercustomize.py",
        "npm": ".npmrc",
        "Yarn": ".yarnrc .yarnrc.yml",
        "GDB": ".gdbinit",
        "LLDB": ".lldbinit",
        "Claude Code": ".claude .mcp.json",
        "Cursor": ".cursor",
        "Codex": ".codex",
        "Gemini CLI": ".gemini",
        "Continue": ".continue",
        "Windsurf": ".windsurf",
        "opencode": ".opencode opencode.json",
    },
    "login": {
        "The shell": ".bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile "
        ".zlogin .zlogout .kshrc .cshrc .tcshrc .login .logout .xprofile .xinitrc .xsession .xsessionrc",
        "PowerShell": "profile.ps1 Microsoft.PowerShell_profile.ps1",
        "The desktop": ".config/autostart .config/systemd",
    },
    "commit": {
        "pre-commit": ".pre-commit-config.yaml .pre-commit-config.yml",
        "Husky": ".husky",
    },
    "clicked": {"The desktop": "*.desktop"},
    "pushed": {
        "GitHub": ".github/workflows",
        "GitLab": ".gitlab-ci.yml",
    },
    "follows": {
        "Coding agents": "AGENTS.md .agents .rules",
        "Claude Code": "CLAUDE.md CLAUDE.local.md",
        "Gemini CLI": "GEMINI.md",
        "Qwen Code": "QWEN.md",
        "Goose": ".goosehints",
        "Junie": ".junie",
        "Cursor": ".cursorrules",
        "Windsurf": ".windsurfrules",
        "Cline": ".clinerules",
        "GitHub Copilot": ".github/copilot-instructions.md .github/instructions .github/skills",
    },
}
_NOT_HELD = ("pushed", "follows")
_BLANKS = str.maketrans("", "", "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


def plain(name: str) -> str:
    """A name as the least careful file system compares it: case-folded, without invisible characters."""
    if name.isascii():
        return name.casefold().rstrip(". ")
    seen = "".join(letter for letter in name if unicodedata.category(letter) != "Cf").translate(_BLANKS)
    return unicodedata.normalize("NFKC", seen).casefold().rstrip(". ")


_KNOWN = {
    "/".join(plain(part) for part in name.split("/")): Autorun(program, when, when not in _NOT_HELD)
    for when, programs in _TABLE.items()
    for program, names in programs.items()
    for name in names.split()
}
_ABOVE = frozenset(name.partition("/")[0] for name in _KNOWN if "/" in name)
_ENDS = {name[1:]: found for name, found in _KNOWN.items() if name.startswith("*")}


def autorun(path: str) -> Autorun | None:
    """What carries out the file or folder at `path` ("/" between names) by its name or that of a folder above it."""
    above = ""
    for name in map(plain, path.split("/")):
        found = of_name(above, name)
        if found is not None:
            return found
        above = name
    return None


def of_name(above: str, name: str) -> Autorun | None:
    """As `autorun`, of one name in the folder named `above`, both `plain`."""
    found = _KNOWN.get(name) or _KNOWN.get(f"{above}/{name}")
    if found is None and "." in name[1:]:
        found = _ENDS.get(name[name.rindex(".") :])
    return found


def above(name: str) -> bool:
    """Whether something in a folder of this name (`plain`) may be carried out, but not all of it."""
    return name in _ABOVE
