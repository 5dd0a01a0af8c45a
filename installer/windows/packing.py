"""Writes what people get: the installer, and the archive that an installed version fetches for its successor."""

from __future__ import annotations

import datetime
import re
import zipfile
from pathlib import Path

from installer.packages.places import Places, Release, environment, output_of
from installer.packages.tree import settle
from installer.windows.places import HERE, archive_name, setup_name
from installer.windows.programs import Programs


def setup(places: Places, release: Release, programs: Programs) -> Path:
    """Write the installer; gives its path. Raises SetupError."""
    for folder in (places.tree, programs.folder):
        settle(folder, release)
    places.dist.mkdir(exist_ok=True)
    made = places.dist / setup_name(release.version)
    partial = made.with_suffix(".partial")
    defined = {
        "VERSION": release.version,
        "NUMBER": number(release.version),
        "TREE": places.tree,
        "PROGRAMS": programs.folder,
        "ICON": programs.icon,
        "OUTPUT": partial,
    }
    output_of(
        [
            "makensis", "-V2", "-INPUTCHARSET", "UTF8",
            *(f"-D{name}={value}" for name, value in defined.items()), HERE / "setup.nsi",
        ],
        env=environment(release),
    )  # fmt: skip
    return partial.replace(made)


def number(version: str) -> str:
    """A version as Windows has them: four numbers."""
    parts = re.findall(r"\d+", version)[:4]
    return ".".join([*parts, *["0"] * (4 - len(parts))])


def archive(places: Places, release: Release) -> Path:
    """Write the archive of one version's folder; gives its path."""
    time = datetime.datetime.fromtimestamp(release.time, datetime.UTC).timetuple()[:6]
    places.dist.mkdir(exist_ok=True)
    made = places.dist / archive_name(release.version)
    partial = made.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as opened:
        for path in sorted(path for path in places.tree.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(places.tree).as_posix(), time)
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            opened.writestr(entry, path.read_bytes(), compresslevel=6)
    return partial.replace(made)
