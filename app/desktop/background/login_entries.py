"""What Linux, macOS and Windows read at login to start a program, and what such an entry says.

Sources: the Desktop Entry and Autostart specifications of freedesktop.org, launchd.plist(5), and Microsoft's page on
the registry keys Run and RunOnce. The list StartupApproved, in which the Task Manager keeps what was switched off
there, is not documented: the first byte is odd for those.
"""

from __future__ import annotations

import plistlib
import subprocess
from typing import Literal
from xml.parsers.expat import ExpatError

from app.integration.desktop_file import command_of, escaped, keys_of
from app.integration.launch import Launch

State = Literal["on", "off", "foreign"]
LABEL = "coterie.background"
_OURS = "X-Coterie-Background"


def desktop_entry(launch: Launch) -> bytes:
    """The file for ~/.config/autostart."""
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        "Name=Coterie",
        f"Exec={command_of(launch)}",
        f"Path={escaped(launch.folder)}",
        "Terminal=false",
        f"{_OURS}=true",
    )
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def state_of_desktop_entry(data: bytes, launch: Launch) -> State:
    """ "on": a login starts `launch`. "off": an entry of ours that does not, "foreign": one of somebody else."""
    keys = keys_of(data.decode("utf-8", "surrogateescape"))
    if keys.get(_OURS) != "true":
        return "foreign"
    disabled = keys.get("Hidden") == "true" or keys.get("X-GNOME-Autostart-enabled") == "false"
    return "off" if disabled or keys.get("Exec") != command_of(launch) else "on"


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
