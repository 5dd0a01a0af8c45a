"""The AppImage: the tree in a squashfs behind the program that shows it as a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from app.integration.linux_entries import ENTRY, ICON
from installer.packages import tree
from installer.packages.places import Places, Release, environment, output_of

# Of the type 2 of AppImages, at byte 8 of the ELF header, where Linux looks at nothing.
MAGIC = b"AI\x02"
MAGIC_AT = 8
LINKS = {"AppRun": "bin/coterie", ENTRY: f"share/applications/{ENTRY}", ".DirIcon": ICON}


def pack(places: Places, release: Release, base: Path) -> Path:
    """Write the AppImage; gives its path. Raises SetupError."""
    tree.write_installation(places.tree, release, "appimage")
    image, made = (
        places.build / "appimage.squashfs",
        places.dist / f"Coterie-{release.version}-x86_64.AppImage",
    )
    image.unlink(missing_ok=True)
    icon = places.tree / ICON
    links = [places.tree / name for name in LINKS]
    try:
        shutil.copyfile(places.tree / "share" / "icons" / "hicolor" / "scalable" / "apps" / ICON, icon)
        for link, target in zip(links, LINKS.values(), strict=True):
            link.symlink_to(target)
        tree.settle(places.tree, release)
        output_of(
            [
                "mksquashfs", places.tree, image, "-quiet", "-no-progress", "-all-root", "-no-xattrs",
                "-comp", "zstd", "-Xcompression-level", "19", "-b", "256K",
            ],
            env=environment(release),
        )  # fmt: skip
    finally:
        for path in (icon, *links):
            path.unlink(missing_ok=True)
    places.dist.mkdir(exist_ok=True)
    partial = made.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write(head((base / "runtime").read_bytes()))
        with image.open("rb") as content:
            shutil.copyfileobj(content, file)
    image.unlink()
    partial.chmod(0o755)
    partial.replace(made)
    return made


def head(runtime: bytes) -> bytes:
    """The program with the mark by which others know an AppImage."""
    return runtime[:MAGIC_AT] + MAGIC + runtime[MAGIC_AT + len(MAGIC) :]
