"""What packages must do where they are installed or unpacked. Each trial raises SetupError for what is not so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from installer.commands import SetupError
from installer.packages.inside import HOME, Inside
from installer.packages.places import Release

# It is gone afterwards: nothing need be written through to the disk.
APT = ("apt-get", "-qy", "-o", "Dpkg::Options::=--force-unsafe-io")
PYTHON = "/opt/coterie/python/bin/python3.13"
MOUNTED = "/tmp/.mount_coterie"
# What a bare system may lack: a font, a network, room.
SPARED = ("emoji", "hub", "memory")
# One command in the sandbox that this system has: it may write in its folder, and nowhere else. The kernel makes no
# user namespaces in a chroot (unshare(2)), as AppArmor makes none on Ubuntu, and bubblewrap wants one.
SANDBOXED = """
import sys
from pathlib import Path
from agents.api import Confinement
from agents.sandbox.find import find_sandbox
command = ["sh", "-c", "echo within > made; echo out > /home/escaped; true"]
found = find_sandbox()
ran = found.run(command, Confinement(Path(sys.argv[1])))
print(found.name, ran.code)
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


def through_fuse(inside: Inside, image: str, release: Release) -> None:
    """On this very system, which must have FUSE: the image is mounted for as long as the program runs."""
    report = diagnosis(inside, image)
    doctor(report, release, "appimage")
    if not report["starter"].startswith(MOUNTED):
        raise SetupError(f"It was not mounted: {report['starter']}. Is fuse3 installed?")
    answer(inside, image)


def unpacked(inside: Inside, image: Path, release: Release) -> None:
    """A bare chroot has no fusermount: the AppImage must say nothing and unpack itself."""
    place = inside.at("Coterie.AppImage")
    shutil.copyfile(image, place)
    place.chmod(0o755)
    with others(inside):
        inside.run("/Coterie.AppImage", "--version", APPIMAGE_EXTRACT_AND_RUN="1")
    report = diagnosis(inside, "/Coterie.AppImage")
    doctor(report, release, "appimage")
    without_vulkan(inside, report)
    answer(inside, "/Coterie.AppImage", "--appimage-extract-and-run")
    places = (f"{HOME}/.cache", "/tmp")
    with inside.small(*places):
        done = inside.ended("/Coterie.AppImage", "--version")
        left = [path.name for folder in places for path in inside.at(folder).rglob("*") if path.is_file()]
    if done.returncode != 1 or "not enough room to unpack" not in done.stderr or left:
        raise SetupError(f"With 100 MB free it ended with {done.returncode}: {done.stderr} Left: {left}")


@contextmanager
def others(inside: Inside) -> Iterator[None]:
    """Two other versions unpacked themselves before, and from one somebody runs: that one alone stays."""
    import fcntl

    left, runs = (f"{HOME}/.cache/coterie-appimage-{name}" for name in ("left", "runs"))
    inside.run("mkdir", "-p", f"{left}/usr", f"{runs}/usr")
    held = os.open(inside.at(runs), os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_SH)
        yield
    finally:
        os.close(held)
    if inside.at(left).exists() or not inside.at(f"{runs}/usr").exists():
        raise SetupError("Of other versions, not the one that runs alone is left.")


def install(inside: Inside, package: Path) -> None:
    shutil.copyfile(package, inside.at("coterie.deb"))
    inside.run(*APT, "install", "--no-install-recommends", "/coterie.deb", person=False, online=True)
    inside.at("coterie.deb").unlink()


def diagnosis(inside: Inside, program: str = "coterie", home: str = "") -> dict[str, Any]:
    """What doctor prints. It fails where anything is not as it should be, as fonts in a bare system."""
    done = inside.ended(program, "doctor", "--json", HOME=home or inside.home)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise SetupError(f"doctor said:\n{done.stdout}{done.stderr}") from error
    return found


def doctor(report: dict[str, Any], release: Release, kind: str) -> None:
    """What it says of the installation, the engine and what comes along."""
    if report["installation"] != {"kind": kind, "version": release.version, "channel": release.channel}:
        raise SetupError(f"doctor says {report['installation']} of the installation.")
    if wrong := [check for check in report["checks"] if not check["ok"] and check["name"] not in SPARED]:
        raise SetupError(f"doctor finds {wrong}")
    engine = report["engine"]
    if engine["build"] != "portable" or not engine["variant"] or "CPU" not in engine["backends"]:
        raise SetupError(f"doctor says {engine} of the engine.")
    if not report["expert_cache"]["build"]:
        raise SetupError(f"doctor says {report['expert_cache']} of the plugin.")
    # Every processor with AVX2 has them.
    if (products := report["layouts"]["products"]) != "used":
        raise SetupError(f"doctor says that our own products are {products!r}.")


def without_vulkan(inside: Inside, report: dict[str, Any]) -> None:
    """Not even Vulkan's loader is in a bare system, and the engine does without."""
    found = [str(path) for path in inside.at("usr/lib").rglob("libvulkan.so*")]
    if found or "Vulkan" in report["engine"]["backends"]:
        raise SetupError(f"Vulkan is where it should not be: {found}, {report['engine']}")


def answer(inside: Inside, *program: str) -> None:
    """The model that comes along says something, without a network."""
    said = inside.run(*program, "chat", "Say hello.", "--model", "starter", "--max-tokens", "24", "--json")
    told = json.loads(said)
    if not told["content"].strip():
        raise SetupError(f"The starter model answered nothing: {told}")


def sandboxed(inside: Inside) -> None:
    work = f"{HOME}/일 하나"
    inside.run("mkdir", "-p", work)
    told = inside.run(PYTHON, "-I", "-c", SANDBOXED, work).strip()
    made, escaped = inside.at(f"{work}/made"), inside.at("home/escaped")
    if told != "landlock 0" or not made.is_file() or escaped.exists():
        raise SetupError(f"The command in the sandbox ended with {told}; made: {made.is_file()}.")


def linked(inside: Inside) -> None:
    """Every library of Qt's finds the ones that it wants, loaded as the program loads it."""
    missing = inside.run(PYTHON, "-I", "-c", LOADING)
    if missing:
        raise SetupError(f"Not found in a bare Debian:\n{missing}")


def unwritable(inside: Inside) -> None:
    """In a home that is not the person's to write in, a sentence says so, and doctor tells what is wrong."""
    home = "/home/읽기 전용"
    inside.run("mkdir", "-p", home, person=False)
    done = inside.ended("coterie", "chat", "Hello", "--model", "starter", HOME=home)
    if done.returncode != 1 or not one_sentence(done) or home not in done.stderr:
        raise SetupError(f"A home that can't be written: {done.returncode}, {done.stdout}{done.stderr}")
    wrong = [check["name"] for check in diagnosis(inside, home=home)["checks"] if not check["ok"]]
    if "data folder" not in wrong:
        raise SetupError(f"In a home that can't be written doctor finds only {wrong}")


def one_sentence(done: subprocess.CompletedProcess[str]) -> bool:
    return not done.stdout and len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr


def remove(inside: Inside) -> None:
    chats = inside.run("coterie", "chats", "list", "--json").splitlines()
    inside.run(*APT, "remove", "coterie", person=False)
    left = [path for path in ("opt/coterie", "usr/bin/coterie") if inside.at(path).exists()]
    kept = inside.at(f"{HOME}/.local/share/coterie/coterie.db")
    if left or not kept.is_file() or not chats:
        raise SetupError(f"After the removal {left} are left; the chats are there: {kept.is_file()}.")
