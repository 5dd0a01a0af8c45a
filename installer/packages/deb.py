"""The Debian package: the tree under /opt/coterie, and what the system looks for under /usr."""

from __future__ import annotations

import shutil
from pathlib import Path

from installer.packages import libraries, tree
from installer.packages.elf import elf_files, wants_of
from installer.packages.places import HERE, Places, Release, clear, environment, output_of

# The same bytes with any number of threads, which zstd has not.
COMPRESSION = ("-Zxz", "-z6")
RECOMMENDS = "fonts-noto-cjk, libvulkan1, mesa-vulkan-drivers"
SCRIPTS = ("postinst", "postrm")


def pack(places: Places, release: Release) -> Path:
    """Write the package; gives its path. Moves the tree for as long as it takes. Raises SetupError."""
    root = places.build / "deb"
    clear(root)
    (root / "opt").mkdir()
    (root / "usr" / "bin").mkdir(parents=True)
    (root / "usr" / "bin" / "coterie").symlink_to(f"{tree.TARGET}/bin/coterie")
    shutil.copytree(places.tree / "share", root / "usr" / "share", symlinks=True)
    documents = root / "usr" / "share" / "doc" / "coterie"
    documents.mkdir(parents=True)
    shutil.copyfile(places.tree / "licenses" / "copyright", documents / "copyright")
    tree.write_installation(places.tree, release, "deb")
    made = places.dist / f"coterie_{release.version}_amd64.deb"
    inside = root / tree.TARGET.lstrip("/")
    places.tree.rename(inside)
    try:
        _control(root, release)
        tree.settle(root, release)
        places.dist.mkdir(exist_ok=True)
        output_of(
            ["dpkg-deb", "--root-owner-group", *COMPRESSION, "--build", root, made],
            env=environment(release),
        )
    finally:
        inside.rename(places.tree)
    return made


def _control(root: Path, release: Release) -> None:
    folder = root / "DEBIAN"
    folder.mkdir()
    size = sum(path.lstat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    depends = libraries.depends(wants_of(elf_files(root)).values())
    lines = [
        "Package: coterie",
        f"Version: {release.version}",
        "Architecture: amd64",
        "Maintainer: The Coterie developers <coterie@coterie.invalid>",
        f"Installed-Size: {size // 1024}",
        f"Depends: {', '.join(depends)}",
        f"Recommends: {RECOMMENDS}",
        "Section: utils",
        "Priority: optional",
        "Description: Desktop home for open mixture-of-experts models",
        " Chat with large open models on your own computer and give them tasks that they",
        " do with tools. Nothing you write leaves the computer unless you say so.",
    ]
    (folder / "control").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name in SCRIPTS:
        shutil.copyfile(HERE / "debian" / name, folder / name)
        (folder / name).chmod(0o755)
