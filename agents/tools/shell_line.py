"""How a command that a model wrote is given to the system's shell."""

from __future__ import annotations

import base64
import sys

# bash where there is one, and an answer of its own where there is not: models write for bash.
_IN_BASH = 'if command -v bash >/dev/null; then exec bash -c "$1"; else exec sh -c "$1"; fi'

# Output in UTF-8 without progress bars, and the exit code of the last program that was run, or 1 for trouble.
_BEFORE = "$ProgressPreference='SilentlyContinue';[Console]::OutputEncoding=[Text.Encoding]::UTF8\n"
_AFTER = "\nif (-not $?) { if ($LASTEXITCODE) { exit $LASTEXITCODE }; exit 1 }"

_POSIX = (
    "Run a shell command in the workspace folder and return its output and exit code. Only the workspace "
    "can be written to. There is no network unless network is true and the user allows it. Processes that "
    "are left running are ended when the command returns."
)
_WINDOWS = (
    "Run a Windows PowerShell command in the workspace folder and return its output and exit code. Only the "
    "workspace can be written to. The user is asked about every command. Processes that are left running are ended "
    "when the command returns."
)


def shell_line(command: str, platform: str = sys.platform) -> list[str]:
    """The arguments that run `command`, which nothing but the shell itself reads."""
    if platform != "win32":
        return ["/bin/sh", "-c", _IN_BASH, "shell", command]
    text = f"{_BEFORE}{command}{_AFTER}".encode("utf-16-le", "surrogatepass")
    options = ["-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand"]
    return ["powershell.exe", *options, base64.b64encode(text).decode("ascii")]


def longest_command(platform: str = sys.platform) -> int:
    """Bytes that a command or a program may have: one argument has at most 128 KiB elsewhere; all of them together
    32,767 characters on Windows, where a command grows to almost three times its length."""
    return 11_000 if platform == "win32" else 60_000


def shell_description(platform: str = sys.platform) -> str:
    """What a model is told of the shell."""
    return _WINDOWS if platform == "win32" else _POSIX
