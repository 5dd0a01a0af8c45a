"""What Windows reads to open model files and links with Coterie, under HKEY_CURRENT_USER.

Sources: Microsoft's pages "Registering an Application to a URI Scheme" and "File Types". Which program opens a type
is the person's own choice there, so the type is only offered: it becomes the default where nobody else has it.
"""

from __future__ import annotations

import subprocess

from app.integration.launch import Launch
from app.integration.model_link import SCHEME

CLASSES = r"Software\Classes"
LINK = rf"{CLASSES}\{SCHEME}"
MODEL = rf"{CLASSES}\Coterie.gguf"
ENDING = rf"{CLASSES}\.gguf"
OFFERED = rf"{ENDING}\OpenWithProgids"
PROGRAM = "Coterie.gguf"
MARK = "Written by"
COMMAND = r"shell\open\command"


def open_command(launch: Launch) -> str:
    """What opens a file or a link, which Windows puts in for %1."""
    return f'{subprocess.list2cmdline(launch.command)} "%1"'


def values(launch: Launch) -> tuple[tuple[str, str, str], ...]:
    """Key, name and text of each value; a name of "" is the key's default value."""
    command = open_command(launch)
    return (
        (LINK, "", f"URL:{SCHEME}"),
        (LINK, "URL Protocol", ""),
        (LINK, MARK, "Coterie"),
        (rf"{LINK}\{COMMAND}", "", command),
        (MODEL, "", "GGUF model"),
        (rf"{MODEL}\{COMMAND}", "", command),
        (OFFERED, PROGRAM, ""),
    )


def keys_made() -> tuple[str, ...]:
    """The keys that are ours alone, the deepest first; those of the ending may hold what others have entered."""
    below = (rf"\{COMMAND}", r"\shell\open", r"\shell", "")
    return tuple(f"{key}{path}" for key in (LINK, MODEL) for path in below)
