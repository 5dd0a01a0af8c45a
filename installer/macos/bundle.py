"""Puts Coterie.app together: the tree of `installer.packages.tree` in Contents/Resources, and what starts it."""

from __future__ import annotations

import os
import plistlib
import shutil
from pathlib import Path
from typing import NamedTuple

from app.installation.facts import FILE
from app.services.library.names import STARTER_PACKAGE
from installer import embedding
from installer.commands import SetupError, run_logged
from installer.console import Progress
from installer.macos.flags import OLDEST
from installer.macos.plists import ICON, NAME, PROGRAM, info
from installer.packages import prune, tree
from installer.packages.places import PYTHON, Places, Release, clear, environment, output_of
from installer.sources import LOCK, without_engine

HERE = Path(__file__).resolve().parent
_ENGINE = ("llama_cpp", "llama_cpp_python-*.dist-info", STARTER_PACKAGE, f"{STARTER_PACKAGE}-*.dist-info")
_SIDES = (16, 32, 64, 128, 256, 512, 1024)


class Parts(NamedTuple):
    """What a bundle is made of, besides the commit."""

    python: Path
    """A CPython that can be moved, of `uv python install`."""
    venv: Path
    """The environment of set-up, whose engine was built with `ENGINE_FLAGS` in CMAKE_ARGS."""


def make(places: Places, release: Release, parts: Parts, progress: Progress) -> Path:
    """Make the bundle anew, not signed; gives its path. Raises SetupError."""
    bundle = places.build / f"{NAME}.app"
    contents = bundle / "Contents"
    clear(contents / "Resources")
    (contents / "MacOS").mkdir()
    (contents / "Info.plist").write_bytes(plistlib.dumps(info(release)))
    write_icon(places.root / "resources" / "icons" / "coterie.svg", contents / "Resources" / ICON)
    put_python(places, release, parts, contents / "Resources" / "python", progress)
    compile_launcher(contents / "MacOS" / PROGRAM)
    shutil.copyfile(places.root / "LICENSE", contents / "Resources" / "LICENSE")
    return bundle


def put_python(places: Places, release: Release, parts: Parts, python: Path, progress: Progress) -> None:
    """The private Python with everything in it."""
    shutil.copytree(parts.python, python, symlinks=True)
    prune.prune_python(python)
    site = tree.site_packages(python)
    wanted = places.build / LOCK
    wanted.write_text(without_engine(places.root), encoding="utf-8")
    run_logged(
        [
            parts.venv / "bin" / "python", "-m", "pip", "--python", python / "bin" / f"python{PYTHON}", "install",
            "--no-deps", "--no-compile", "--no-warn-script-location", "--only-binary", ":all:", "--require-hashes",
            "--requirement", wanted,
        ],
        places.logs / "pip.log",
        progress,
        failure="The packages could not be installed into the bundle.",
        env=environment(release),
    )  # fmt: skip
    copy_engine(parts.venv, python)
    prune.prune_packages(site)
    tree.copy_own(places.root, release, site)
    prune.keep_program(python)
    (python / FILE).write_text(tree.installation_text(release, "macos"), encoding="utf-8")
    # Bytecode that is never compared with its source: a write would break the seal.
    compiling = ["-m", "compileall", "-q", "-f", "-j", "1", "--invalidation-mode", "unchecked-hash"]
    output_of(
        [python / "bin" / f"python{PYTHON}", "-I", "-B", *compiling, python / "lib"], env=environment(release)
    )


def copy_engine(venv: Path, python: Path) -> None:
    """The engine, its plugin and the models that come along, out of set-up's environment. Raises SetupError."""
    (source,) = venv.glob("lib/python*/site-packages")
    site = tree.site_packages(python)
    for pattern in _ENGINE:
        found = sorted(source.glob(pattern))
        if not found:
            raise SetupError(f"The environment has no {pattern}: make setup")
        for path in found:
            shutil.rmtree(site / path.name, ignore_errors=True)
            shutil.copytree(path, site / path.name, ignore=shutil.ignore_patterns("__pycache__"))
    plugin, model = venv / "lib" / "coterie", embedding.place_in(venv)
    if plugin.is_dir():
        shutil.copytree(plugin, python / "lib" / "coterie")
    if model.is_file():
        (python / "share" / "coterie").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(model, python / "share" / "coterie" / model.name)


def compile_launcher(target: Path) -> None:
    """Raises SetupError."""
    compiler = ["cc", "-O2", "-Wall", "-Werror", "-arch", "arm64", f"-mmacosx-version-min={OLDEST}"]
    output_of([*compiler, HERE / "launcher.c", "-o", target])


def write_icon(drawing: Path, target: Path) -> None:
    """The drawing in the sizes that macOS shows, in one file."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image
    from PySide6.QtCore import QByteArray, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(QByteArray(drawing.read_bytes()))
    pictures = []
    for side in _SIDES:
        image = QImage(side, side, QImage.Format.Format_RGBA8888)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        pictures.append(Image.frombytes("RGBA", (side, side), bytes(image.constBits())))
    pictures[-1].save(target, format="ICNS", append_images=pictures[:-1])
