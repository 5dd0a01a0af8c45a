"""Facts about programs by name: how many of their first words identify what they do, whether they delete, and
whether they need the network.

Names after their own manuals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Only read and print, with any arguments, and start nothing.
HARMLESS = frozenset(
    """
    basename cat cd cmp cut diff dirname du echo false fgrep grep egrep head ls md5sum nl od pwd sha1sum
    sha256sum stat tail test [ tr true wc :
    """.split()
)
# Change only the shell that they run in; a grant need not name them.
QUIET = frozenset(
    {"cd", "echo", "exit", "false", "pwd", "true", ":", "test", "[", "set", "read", "sleep", "wait"}
)
# Programs with subcommands, as in "git log".
TWO_WORDS = frozenset(
    """
    git npm pnpm yarn bun cargo go pip pip3 uv poetry pipx conda docker podman kubectl gh apt apt-get
    brew systemctl dotnet make just bundle gem composer mvn gradle helm terraform hg svn jj deno mix
    """.split()
)
SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "rbash"})
PYTHONS = re.compile(r"(python|pypy)(\d(\.\d+)?)?$")
# Programs that run code given as an option, with these options.
INTERPRETERS: dict[str, tuple[str, ...]] = {
    "perl": ("-e", "-E"),
    "ruby": ("-e",),
    "node": ("-e", "-p", "--eval", "--print"),
    "nodejs": ("-e", "-p", "--eval", "--print"),
    "deno": ("eval",),
    "bun": ("-e", "--eval"),
    "php": ("-r", "-B", "-R", "-E"),
    "lua": ("-e",),
    "Rscript": ("-e",),
    "R": ("-e",),
    "tclsh": (),
    "guile": ("-c",),
    "osascript": ("-e",),
    "ghci": ("-e",),
    "swift": ("-e",),
    "julia": ("-e", "-E", "--eval"),
    "scala": ("-e",),
    "elixir": ("-e", "--eval"),
}
FETCHERS = frozenset(
    {"curl", "wget", "fetch", "aria2c", "lynx", "w3m", "http", "https", "xh", "ftp", "lwp-request"}
)
RAISERS = frozenset({"sudo", "su", "doas", "pkexec", "runuser", "run0", "sudoedit", "visudo", "machinectl"})
DISK_TOOLS = re.compile(
    r"(mkfs(\..+)?|mke2fs|fdisk|sfdisk|cfdisk|gdisk|sgdisk|parted|wipefs|blkdiscard|badblocks|mkswap"
    r"|cryptsetup|diskutil|diskpart|hdparm|format)$"
)
DISK = re.compile(r"/dev/(r?disk|sd|hd|vd|xvd|nvme|mmcblk|loop|dm-|mapper/|md\d|nbd|zram|mem$|kmem|port$)")

_REMOVERS = frozenset(
    """
    rm rmdir unlink shred srm wipe truncate trash trash-put rimraf del erase dropdb shutdown reboot halt
    poweroff crontab killall pkill kill dd chown chgrp
    """.split()
)
_NETWORK = FETCHERS | frozenset(
    """
    ssh scp sftp rsync nc ncat netcat socat telnet ping ping6 dig host nslookup whois traceroute tracepath
    mtr nmap npx bunx uvx pipx apt apt-get aptitude dnf yum pacman apk brew snap flatpak gh aws gcloud az
    kubectl helm terraform sendmail mail mutt rclone youtube-dl yt-dlp hf huggingface-cli ollama mosh rsh
    rlogin tftp smbclient openvpn twine
    """.split()
)
_PIP = frozenset({"install", "download", "wheel", "search", "index", "sync", "compile"})
_NETWORK_WORDS: dict[str, frozenset[str]] = {
    "git": frozenset(
        {"clone", "fetch", "pull", "push", "ls-remote", "submodule", "remote-https", "send-email"}
    ),
    "pip": _PIP,
    "uv": frozenset({"add", "sync", "lock", "pip", "tool", "python", "run", "publish", "self"}),
    "poetry": frozenset({"add", "install", "update", "lock", "publish", "self"}),
    "conda": frozenset({"install", "create", "update", "search", "env"}),
    "npm": frozenset(
        {"install", "i", "ci", "add", "update", "up", "publish", "create", "init", "view", "exec", "x"}
    ),
    "yarn": frozenset({"", "install", "add", "upgrade", "up", "create", "dlx", "publish"}),
    "cargo": frozenset({"install", "fetch", "update", "publish", "search", "add", "login"}),
    "go": frozenset({"get", "install", "mod"}),
    "gem": frozenset({"install", "update", "push", "fetch"}),
    "bundle": frozenset({"", "install", "update", "add"}),
    "composer": frozenset({"install", "require", "update", "create-project"}),
    "docker": frozenset({"pull", "push", "login", "build", "run", "search"}),
    "hg": frozenset({"clone", "pull", "push", "incoming", "outgoing"}),
    "svn": frozenset({"checkout", "co", "update", "up", "commit", "ci"}),
}
# An address in the sandbox itself: without the network nothing else is reached, whatever else is asked for.
LOOPBACK = re.compile(r"(?:https?://)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?(?:[/?#]|$)")
# Options that keep a package manager from the network, and packages that are folders or files.
_OFFLINE = frozenset({"--no-index", "--offline"})
_FOLDER = re.compile(r"(file:|\.{0,2}/|\.{1,2}$)")
_SAME = {"pip3": "pip", "mamba": "conda", "pnpm": "npm", "bun": "npm", "podman": "docker"}

_GIT_REMOVES: dict[str, re.Pattern[str]] = {
    "clean": re.compile(""),
    "reset": re.compile(r"--(hard|merge|keep)$"),
    "checkout": re.compile(r"(--|\.|-f|--force|-p|--patch|--ours|--theirs|.*/.*|.*\.\w+)$"),
    "switch": re.compile(r"(-f|--force|--discard-changes|-C)$"),
    "restore": re.compile(""),
    "rm": re.compile(""),
    "stash": re.compile(r"(drop|clear|pop)$"),
    "branch": re.compile(r"(-\w*[dDMf]\w*|--delete|--force)$"),
    "tag": re.compile(r"(-\w*[df]\w*|--delete|--force)$"),
    "reflog": re.compile(r"(expire|delete)$"),
    "gc": re.compile(r"--(prune|aggressive)"),
    "prune": re.compile(""),
    "filter-branch": re.compile(""),
    "filter-repo": re.compile(""),
    "update-ref": re.compile(r"-d$"),
    "worktree": re.compile(r"(remove|prune)$"),
    "submodule": re.compile(r"deinit$"),
    "push": re.compile(r"(-\w*[fd]\w*|--force.*|--delete|--mirror|--prune|\+.*|:.*)$"),
    "rebase": re.compile(""),
    "read-tree": re.compile(r"(-u|--reset|-m)$"),
    "checkout-index": re.compile(r"(-\w*f\w*|--force)$"),
}
_REMOVING_OPTION: dict[str, re.Pattern[str]] = {
    "find": re.compile(r"-(delete|fprint0?|fprintf|fls)$"),
    "rsync": re.compile(r"--(del|delete.*|remove-source-files)$"),
    "chmod": re.compile(r"(-\w*R\w*|--recursive)$"),
    "tar": re.compile(r"(--remove-files|--delete|--recursive-unlink)$"),
    "zip": re.compile(r"(-\w*[md]\w*|--move|--delete)$"),
    "mv": re.compile(r"/dev/null$"),
    "docker": re.compile(r"(rm|rmi|prune)$"),
    "podman": re.compile(r"(rm|rmi|prune)$"),
    "kubectl": re.compile(r"(delete|drain)$"),
    "terraform": re.compile(r"destroy$"),
    "make": re.compile(r"(clean|distclean|mrproper|clobber|uninstall)$"),
    "cargo": re.compile(r"(clean|uninstall)$"),
    "npm": re.compile(r"(uninstall|remove|rm|un|prune)$"),
    "pip": re.compile(r"uninstall$"),
    "sqlite3": re.compile(r"(?i).*\b(drop|delete|truncate)\b"),
    "psql": re.compile(r"(?i).*\b(drop|delete|truncate)\b"),
    "mysql": re.compile(r"(?i).*\b(drop|delete|truncate)\b"),
}


def least_words(words: Sequence[str]) -> int:
    """How many of the first words identify what a command does, 0 when they do not."""
    name, rest = words[0], list(words[1:])
    if PYTHONS.match(name) and rest[:1] == ["-m"]:
        return 3 if len(rest) > 1 else 0
    if name in ("npm", "pnpm", "yarn", "bun") and rest[:1] == ["run"]:
        return 3 if len(rest) > 1 else 0
    if (
        name in TWO_WORDS
        or name in SHELLS
        or name in INTERPRETERS
        or PYTHONS.match(name)
        or name in (".", "source")
    ):
        if not rest:
            return 1 if name in ("make", "yarn", "just", "gradle", "mvn") else 0
        return 0 if rest[0].startswith("-") else 2
    return 1


def removes(words: Sequence[str]) -> bool:
    """Whether a command is listed as deleting or overwriting."""
    name, rest = words[0], list(words[1:])
    if name in _REMOVERS or DISK_TOOLS.match(name):
        return True
    if name == "git":
        command, options = _subcommand(rest)
        pattern = _GIT_REMOVES.get(command)
        return pattern is not None and (not pattern.pattern or any(pattern.match(word) for word in options))
    pattern = _REMOVING_OPTION.get(_SAME.get(name, name))
    return pattern is not None and any(pattern.match(word) for word in rest)


def local_first(words: Sequence[str]) -> bool:
    """Whether a command that is listed as needing the network works without it where all that it needs is there.

    It is tried without; a model that then sees it fail can ask for the network.
    """
    name, rest = _module(words)
    if name in ("npx", "bunx") or not _OFFLINE.isdisjoint(rest):
        return True
    command, options = _subcommand(rest)
    operand = next((option for option in options if not option.startswith("-")), "")
    if name == "uv":
        return command == "run" or (command == "pip" and operand not in _PIP)
    if name == "go":
        return command == "mod" and operand not in ("download", "tidy", "vendor")
    if _SAME.get(name, name) != "npm":
        return False
    if command in ("exec", "x") or (command == "init" and not operand):
        return True
    packages = [option for option in options if not option.startswith("-")]
    return command in ("install", "i", "add") and bool(packages) and all(map(_FOLDER.match, packages))


def by_network(words: Sequence[str]) -> bool:
    """Whether a command is listed as needing the network."""
    name, rest = _module(words)
    if name in ("smtplib", "ftplib", "telnetlib", "urllib.request") and PYTHONS.match(words[0]):
        return True
    if name in _NETWORK:
        return not (name in FETCHERS and any(map(LOOPBACK.match, rest)))
    known = _NETWORK_WORDS.get(_SAME.get(name, name))
    if known is None:
        return False
    command, options = _subcommand(rest)
    if name == "git" and command == "submodule":
        return any(word in ("update", "add") for word in options)
    return command in known


def by_arguments(name: str) -> bool:
    """Whether a program's effect depends on its arguments: an unknown one may do anything."""
    return (
        name in TWO_WORDS
        or name in SHELLS
        or name in INTERPRETERS
        or name in _NETWORK_WORDS
        or name in _REMOVING_OPTION
        or name
        in ("awk", "gawk", "mawk", "nawk", "sed", "gsed", "eval", ".", "source", "alias", "trap", "exec")
        or bool(PYTHONS.match(name))
    )


def _module(words: Sequence[str]) -> tuple[str, list[str]]:
    """A command's name and its arguments; of `python -m NAME` those of the module."""
    name, rest = words[0], list(words[1:])
    if PYTHONS.match(name) and rest[:1] == ["-m"] and len(rest) > 1:
        return rest[1], rest[2:]
    return name, rest


def _subcommand(rest: Sequence[str]) -> tuple[str, list[str]]:
    """The first word that is no option nor the value of one, and the words after it."""
    words = list(rest)
    while words and words[0].startswith("-"):
        takes = words[0] in (
            "-C",
            "-c",
            "--git-dir",
            "--work-tree",
            "--namespace",
            "--prefix",
            "--cwd",
            "--config",
        )
        words = words[2:] if takes else words[1:]
    return (words[0], words[1:]) if words else ("", [])
