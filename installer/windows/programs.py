"""The small programs of an installation, with icon and manifest: what starts a version, and Python's own two."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from installer.packages.places import ROOT, clear, output_of
from installer.windows import places

COMPILER = places.COMPILER.replace("g++", "gcc")
_RESOURCES = "x86_64-w64-mingw32-windres"
# In pixels, as Windows shows icons.
SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)


class Programs(NamedTuple):
    """What was made."""

    folder: Path
    """Coterie.exe and bin/coterie.exe."""
    icon: Path
    resource: Path


def make(folder: Path) -> Programs:
    """Make all anew. Raises SetupError."""
    clear(folder)
    made = Programs(folder / "programs", folder / "coterie.ico", folder / "resource.o")
    write_icon(ROOT / "resources" / "icons" / "coterie.svg", made.icon)
    told = folder / "program.rc"
    told.write_text(
        f'1 ICON "{made.icon.as_posix()}"\n1 24 "{(places.HERE / "program.manifest").as_posix()}"\n',
        encoding="utf-8",
    )
    output_of([_RESOURCES, "--codepage=65001", told, made.resource])
    (made.folder / "bin").mkdir(parents=True)
    compile_one(places.HERE / "launcher.c", made.folder / "Coterie.exe", made.resource, windowed=True)
    compile_one(
        places.HERE / "launcher.c", made.folder / "bin" / "coterie.exe", made.resource, windowed=False
    )
    return made


def compile_one(source: Path, target: Path, resource: Path, *, windowed: bool) -> None:
    """Compile one file in C for Windows, with or without a terminal. Raises SetupError."""
    kind = ["-mwindows", "-DWINDOWED"] if windowed else ["-mconsole"]
    output_of(
        [
            COMPILER, "-O2", "-Wall", "-Wextra", "-Werror", "-municode", *kind, "-D_WIN32_WINNT=0x0A00",
            "-DUNICODE", "-static", "-s", "-Wl,--no-insert-timestamp", "-o", target, source, resource,
        ]
    )  # fmt: skip


def write_icon(drawing: Path, target: Path) -> None:
    """Paint an SVG in the sizes of an icon."""
    pictures = [_painted(drawing, size) for size in SIZES]
    *others, largest = pictures
    largest.save(target, format="ICO", sizes=[(size, size) for size in SIZES], append_images=others)


def _painted(drawing: Path, size: int) -> Image.Image:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(drawing)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # its stubs want bytes, and it wants text
    return Image.open(io.BytesIO(bytes(buffer.data().data())))
