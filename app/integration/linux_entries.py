"""What a Linux desktop reads to open model files and links with Coterie: for packages and for one person's folders.

Sources: freedesktop.org's Desktop Entry, Shared MIME-info and MIME Applications specifications.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.integration.desktop_file import command_of, escaped, keys_of
from app.integration.launch import Launch
from app.integration.model_link import SCHEME

ENTRY = "coterie.desktop"
PACKAGE = "coterie.xml"
ICON = "coterie.svg"
MODEL_FILE = "application/x-gguf"
TYPES = (f"x-scheme-handler/{SCHEME}", MODEL_FILE)
_OURS = "X-Coterie-Written"
_GROUP = "[Default Applications]"


def application_entry(launch: Launch, *, own: bool = False) -> bytes:
    """The file for applications/. `own`: it is one person's, written and taken away by the switch in the settings."""
    lines = [
        "[Desktop Entry]",
        "Type=Application",
        "Name=Coterie",
        "GenericName=Chat with AI models",
        "GenericName[ko]=AI 모델과 대화",
        "Comment=A desktop home for open mixture-of-experts models",
        "Comment[ko]=내 컴퓨터에서 쓰는 오픈 전문가 혼합(MoE) 모델",
        f"Exec={command_of(launch, '%u')}",
        *([f"Path={escaped(launch.folder)}"] if launch.folder else []),
        "Icon=coterie",
        "Terminal=false",
        "Categories=Utility;",
        "StartupNotify=true",
        "StartupWMClass=coterie",
        f"MimeType={';'.join(TYPES)};",
        *([f"{_OURS}=true"] if own else []),
    ]
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def is_own(entry: bytes) -> bool:
    """Whether the switch wrote this file."""
    return keys_of(entry.decode("utf-8", "surrogateescape")).get(_OURS) == "true"


def starts(entry: bytes, launch: Launch) -> bool:
    """Whether this file starts `launch`."""
    return keys_of(entry.decode("utf-8", "surrogateescape")).get("Exec") == command_of(launch, "%u")


def mime_package() -> bytes:
    """The file for mime/packages/: what a GGUF file is, by its name and its first bytes."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- Written by Coterie. -->
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{MODEL_FILE}">
    <comment>GGUF model</comment>
    <comment xml:lang="ko">GGUF 모델</comment>
    <icon name="coterie"/>
    <magic priority="60">
      <match type="string" offset="0" value="GGUF"/>
    </magic>
    <glob pattern="*.gguf"/>
  </mime-type>
</mime-info>
""".encode()


def default_of(lists: Sequence[str], type: str) -> str:
    """The application for `type` by these mimeapps.list files, of which the first counts first; "" for none."""
    for text in lists:
        for line, is_default in _lines(text):
            if is_default and _key(line) == type and (chosen := _ids(line)):
                return chosen[0]
    return ""


def with_default(text: str) -> str:
    """A mimeapps.list in which ours comes first for both types. What was there stays behind it."""
    before = {_key(line): _ids(line) for line, is_default in _lines(without_default(text)) if is_default}
    lines = [line for line, is_default in _lines(text) if not is_default or _key(line) not in TYPES]
    if _GROUP not in lines:
        lines = [*"\n".join(lines).rstrip("\n").split("\n"), "", _GROUP, ""]
    place = lines.index(_GROUP) + 1
    ours = [_default(type, [ENTRY, *before.get(type, [])]) for type in TYPES]
    return "\n".join([*lines[:place], *ours, *lines[place:]]).lstrip("\n")


def without_default(text: str) -> str:
    """A mimeapps.list without ours: what was the default before it is so again."""
    lines = list[str]()
    for line, is_default in _lines(text):
        if is_default and _key(line) in TYPES and ENTRY in (ids := _ids(line)):
            if others := [id for id in ids if id != ENTRY]:
                lines.append(_default(_key(line), others))
        else:
            lines.append(line)
    return "\n".join(lines)


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it names a default application."""
    inside = False
    for line in text.split("\n"):
        if line.startswith("["):
            inside = line.rstrip() == _GROUP
            yield (_GROUP if inside else line), False
        else:
            yield line, inside and "=" in line and not line.startswith("#")


def _key(line: str) -> str:
    return line.partition("=")[0].strip()


def _ids(line: str) -> list[str]:
    parts = (part.strip() for part in line.partition("=")[2].split(";"))
    return [id for id in parts if id]


def _default(type: str, ids: Sequence[str]) -> str:
    return f"{type}={''.join(f'{id};' for id in ids)}"
