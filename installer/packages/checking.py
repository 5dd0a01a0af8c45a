"""Tries the packages of dist/ as people do, in a Debian that has nothing but its base; `make check-packages`.

It runs as root in a mount namespace of its own, so that nothing of it is left. The person in there has a home with a
space and Hangul in its name, variables of a foreign Python, and, but for the window, no network.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from installer.commands import SetupError, run_logged
from installer.console import Console
from installer.packages import window
from installer.packages.places import Places, Release, environment, mirror, require

SUITE = "trixie"
# It is gone afterwards: nothing need be written through to the disk.
APT = ("apt-get", "-o", "Dpkg::Options::=--force-unsafe-io")
HOME = "/home/사람 하나"
USER = 1000
FOREIGN = {
    "PYTHONHOME": "/nowhere", "PYTHONPATH": "/nowhere", "LD_LIBRARY_PATH": "/nowhere",
    "QT_PLUGIN_PATH": "/nowhere", "GGML_BACKEND_PATH": "/nowhere/libggml-none.so",
}  # fmt: skip
PYTHON = "/opt/coterie/python/bin/python3.13"
# One command in the sandbox that this system has: it may write in its folder, and nowhere else.
SANDBOXED = """
import sys
from pathlib import Path
from agents.api import Confinement
from agents.sandbox.find import find_sandbox
command = ["sh", "-c", "echo within > made; echo out > /home/escaped; true"]
ran = find_sandbox().run(command, Confinement(Path(sys.argv[1])))
print(ran.code)
"""
LOADING = """
import ctypes, PySide6
from pathlib import Path
for path in sorted(Path(PySide6.__file__).parent.rglob("*.so*")):
    try:
        ctypes.CDLL(str(path))
    except OSError as error:
        print(error)
"""
PATIENCE_S = 600


class Inside(NamedTuple):
    """The system that packages are tried in."""

    root: Path

    def run(self, *command: str, person: bool = True, online: bool = False, **variables: str) -> str:
        """What a command prints. Raises SetupError with what it said when it fails."""
        here = ["chroot", *([f"--userspec={USER}:{USER}"] if person else []), str(self.root)]
        apart = [] if online else ["unshare", "--net"]
        usual = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": HOME if person else "/root",
            "LANG": "C.UTF-8",
        }
        given = {**usual, "DEBIAN_FRONTEND": "noninteractive", **(FOREIGN if person else {}), **variables}
        done = subprocess.run(
            [*apart, *here, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=given,
            timeout=PATIENCE_S,
            check=False,
        )
        if done.returncode:
            raise SetupError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout


def check(here: Places, release: Release, console: Console) -> None:
    """Try both packages. Raises SetupError for the first thing that is not as it must be."""
    require("mmdebstrap", "unshare", "Xvfb", "xdotool", "import")
    if os.geteuid() != 0:
        raise SetupError("A system to try packages in is made by root: sudo make check-packages")
    package, image = only(here.dist, "coterie_*_amd64.deb"), only(here.dist, "Coterie-*.AppImage")
    root = here.build / "check"
    shutil.rmtree(root, ignore_errors=True)
    with console.step("A bare Debian") as progress:
        run_logged(
            [
                "mmdebstrap",
                "--variant=minbase",
                "--dpkgopt=force-unsafe-io",
                "--skip=cleanup/apt",
                SUITE,
                root,
                *mirror(os.environ),
            ],
            here.logs / "check.log",
            progress,
            failure="A system to try packages in could not be made.",
            env=environment(release),
        )
    inside = Inside(root)
    prepare(inside)
    steps: Sequence[tuple[str, Callable[[], None]]] = (
        ("AppImage, through FUSE", lambda: through_fuse(image, release, here.build / "사람 둘")),
        ("AppImage, unpacked, nothing installed", lambda: try_image(inside, image)),
        ("Installed from the deb", lambda: install(inside, package)),
        ("Doctor", lambda: doctor(diagnosis(inside), release, "deb")),
        ("An answer, offline", lambda: answer(inside, "coterie")),
        ("A command in the sandbox", lambda: sandboxed(inside)),
        ("Libraries", lambda: linked(inside)),
        ("A message in the window", lambda: window.talk(root, here.build / "window.png", USER, HOME)),
        ("Removed, and chats kept", lambda: remove(inside)),
    )
    for title, step in steps:
        with console.step(title):
            step()
    shutil.rmtree(root)
    console.say(f"The picture of the window: {(here.build / 'window.png').relative_to(here.root)}")


def only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise SetupError(f"There must be one {pattern} in {folder}: make packages")
    return found[0]


def prepare(inside: Inside) -> None:
    """The system's own folders, and a person. Mounts end with this process's namespace."""
    for name in ("proc", "dev", "sys"):
        subprocess.run(["mount", "--rbind", f"/{name}", inside.root / name], check=True)
    shutil.copyfile("/etc/resolv.conf", inside.root / "etc" / "resolv.conf")
    inside.run("useradd", "--uid", str(USER), "--home-dir", HOME, "--create-home", "person", person=False)


def install(inside: Inside, package: Path) -> None:
    shutil.copyfile(package, inside.root / "coterie.deb")
    inside.run(
        "apt-get", "install", "-qy", "--no-install-recommends", "/coterie.deb", person=False, online=True
    )
    (inside.root / "coterie.deb").unlink()


def diagnosis(inside: Inside) -> dict[str, Any]:
    """What doctor prints. It fails where anything is not as it should be, as fonts in a bare system."""
    found: dict[str, Any] = json.loads(inside.run("sh", "-c", "coterie doctor --json || true"))
    return found


def doctor(report: dict[str, Any], release: Release, kind: str) -> None:
    """What it says of the installation, the engine and what comes along. A bare system may lack what it needs not."""
    if report["installation"] != {"kind": kind, "version": release.version, "channel": release.channel}:
        raise SetupError(f"doctor says {report['installation']} of the installation.")
    wrong = [
        check
        for check in report["checks"]
        if not check["ok"] and check["name"] not in ("emoji", "hub", "memory")
    ]
    if wrong:
        raise SetupError(f"doctor finds {wrong}")


def answer(inside: Inside, *program: str) -> None:
    """The model that comes along says something, without a network."""
    said = inside.run(*program, "chat", "Say hello.", "--model", "starter", "--max-tokens", "24", "--json")
    told = json.loads(said)
    if not told["content"].strip():
        raise SetupError(f"The starter model answered nothing: {told}")


def sandboxed(inside: Inside) -> None:
    work = f"{HOME}/일 하나"
    inside.run("mkdir", "-p", work)
    code = inside.run(PYTHON, "-I", "-c", SANDBOXED, work).strip()
    made, escaped = (inside.root / f"{work}/made".lstrip("/")), inside.root / "home" / "escaped"
    if code != "0" or not made.is_file() or escaped.exists():
        raise SetupError(f"The command in the sandbox ended with {code}; made: {made.is_file()}.")


def linked(inside: Inside) -> None:
    """Every library of Qt's finds the ones that it wants, loaded as the program loads it."""
    missing = inside.run(PYTHON, "-I", "-c", LOADING)
    if missing:
        raise SetupError(f"Not found in a bare Debian:\n{missing}")


def through_fuse(image: Path, release: Release, home: Path) -> None:
    """On this very system, which must have FUSE: it is mounted for as long as the program runs."""
    home.mkdir(exist_ok=True)
    variables = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", **FOREIGN}
    done = subprocess.run(
        [image, "doctor", "--json"], stdin=subprocess.DEVNULL, capture_output=True, env=variables, check=False
    )
    shutil.rmtree(home)
    try:
        report = json.loads(done.stdout)
    except ValueError as error:
        raise SetupError(f"The AppImage said:\n{done.stderr.decode(errors='replace')}") from error
    doctor(report, release, "appimage")
    if not report["starter"].startswith("/tmp/.mount_coterie"):
        raise SetupError(f"It was not mounted: {report['starter']}. Is fuse3 installed?")


def try_image(inside: Inside, image: Path) -> None:
    """A bare chroot has no FUSE: the AppImage must say nothing and unpack itself."""
    place = inside.root / "Coterie.AppImage"
    shutil.copyfile(image, place)
    place.chmod(0o755)
    inside.run("/Coterie.AppImage", "--version", APPIMAGE_EXTRACT_AND_RUN="1")
    answer(inside, "/Coterie.AppImage", "--appimage-extract-and-run")
    place.unlink()


def remove(inside: Inside) -> None:
    chats = inside.run("coterie", "chats", "list", "--json").splitlines()
    inside.run(*APT, "remove", "-qy", "coterie", person=False)
    left = [path for path in ("opt/coterie", "usr/bin/coterie") if (inside.root / path).exists()]
    kept = inside.root / HOME.lstrip("/") / ".local" / "share" / "coterie" / "coterie.db"
    if left or not kept.is_file() or not chats:
        raise SetupError(f"After the removal {left} are left; the chats are there: {kept.is_file()}.")
