"""What Linux, macOS and Windows read at login to start a program, and what such an entry says.

Sources: the Desktop Entry and Autostart specifications of freedesktop.org, launchd.plist(5), and Microsoft's page on
the registry keys Run and RunOnce. The list StartupApproved, in which the Task Manager keeps what was switched off
there, is not documented: the first byte is odd for those.
"""

from __future__ import annotations

import plistlib
import re
import subprocess
from typing import Literal
from xml.parsers.expat import ExpatError

from app.desktop.background.launch import Launch

State = Literal["on", "off", "foreign"]
LABEL = "coterie.background"
_OURS = "X-Coterie-Background"


def desktop_entry(launch: Launch) -> bytes:
    """The file for ~/.config/autostart."""
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        "Name=Coterie",
        f"Exec={_exec(launch)}",
        f"Path={_value(launch.folder)}",
        "Terminal=false",
        f"{_OURS}=true",
    )
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def state_of_desktop_entry(data: bytes, launch: Launch) -> State:
    """ "on": a login starts `launch`. "off": an entry of ours that does not, "foreign": one of somebody else."""
    keys = _keys(data.decode("utf-8", "surrogateescape"))
    if keys.get(_OURS) != "true":
        return "foreign"
    disabled = keys.get("Hidden") == "true" or keys.get("X-GNOME-Autostart-enabled") == "false"
    return "off" if disabled or keys.get("Exec") != _exec(launch) else "on"


def launch_agent(launch: Launch) -> bytes:
    """The file for ~/Library/LaunchAgents."""
    agent = {
        "Label": LABEL,
        "ProgramArguments": list(launch.command),
        "WorkingDirectory": launch.folder,
        "EnvironmentVariables": dict(launch.variables),
        "RunAtLoad": True,
        "ProcessType": "Interactive",
        "LimitLoadToSessionType": "Aqua",
    }
    return plistlib.dumps(agent)


def state_of_launch_agent(data: bytes, launch: Launch) -> State:
    """As `state_of_desktop_entry`."""
    try:
        agent = plistlib.loads(data)
    except (ValueError, ExpatError, OverflowError, RecursionError, plistlib.InvalidFileException):
        return "foreign"
    if not isinstance(agent, dict) or agent.get("Label") != LABEL:
        return "foreign"
    starts = agent.get("RunAtLoad") is True and agent.get("Disabled") is not True
    return "on" if starts and agent.get("ProgramArguments") == list(launch.command) else "off"


def run_command(launch: Launch) -> str:
    """The value for the registry's key Run, which knows neither a folder nor variables."""
    return subprocess.list2cmdline(launch.command)


def state_of_run_command(value: object, approved: object, launch: Launch) -> State:
    """As `state_of_desktop_entry`; `approved` is the entry's value in StartupApproved, None without one."""
    if not isinstance(value, str) or not value.endswith(f" {launch.command[-1]}"):
        return "foreign"
    disabled = isinstance(approved, bytes) and approved[:1] != b"" and bool(approved[0] & 1)
    return "off" if disabled or value != run_command(launch) else "on"


def _exec(launch: Launch) -> str:
    """The command of a desktop entry; its variables are set by env(1)."""
    assigned = [f"{name}={value}" for name, value in launch.variables.items()]
    words = [*(["env", *assigned] if assigned else []), *launch.command]
    return _value(" ".join(_quoted(word) for word in words))


def _quoted(word: str) -> str:
    return '"' + re.sub(r'(["`$\\])', r"\\\1", word).replace("%", "%%") + '"'


def _value(text: str) -> str:
    """A value of type string, whose escapes come on top of those of quoting."""
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return "\\s" + escaped[1:] if escaped.startswith(" ") else escaped


def _keys(text: str) -> dict[str, str]:
    """The keys of the group Desktop Entry."""
    keys, inside = dict[str, str](), False
    for line in text.split("\n"):
        if line.startswith("["):
            inside = line.strip() == "[Desktop Entry]"
        elif inside and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            keys.setdefault(key.strip(), value.strip())
    return keys
