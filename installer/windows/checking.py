"""Tries the installer of dist/ as a person does, under Wine; `make windows-check`.

It is installed without a question into a folder named in Hangul, and its data lie in one with a space. Wine shows
neither a screen nor how Windows guards anything: what that leaves untried stands in docs/design/windows.md.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from installer.commands import SetupError
from installer.console import Console
from installer.packages.places import Places, Release
from installer.windows import tree, wine
from installer.windows.places import COMPILER, require, setup_name

# The installer takes no folder in quotation marks, with which Wine hands on whatever has a space.
FOLDER, HOME = r"C:\사람\Coterie", r"C:\사람 하나\data"
CHAT = ("chat", "Say hello.", "--model", "starter", "--max-tokens", "8", "--json")
DOCUMENT = "문서 하나.docx"
SENTENCE = "A cabinet of shells"
HERE = Path(__file__).resolve().parent
# Keys of the registry, as Wine writes them.
ENTERED = (r"Classes\\coterie", r"Classes\\.gguf", r"Uninstall\\Coterie")
# Run by the installed Python: what is for Windows alone.
PATHS = HERE / "for_wine" / "windows_paths.py"


def check(here: Places, release: Release, console: Console) -> None:
    """Raises SetupError for the first thing that is not as it must be."""
    require(COMPILER)
    setup = here.dist / setup_name(release.version)
    if not setup.is_file():
        raise SetupError(f"There is no {setup.name} in {here.dist}: make windows")
    root = here.build / "check"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    tried = wine.Wine(root / "prefix", HOME)
    try:
        with console.step("A Windows of Wine's"):
            tried.start()
        with console.step("Installed without a question") as progress:
            python = install(tried, setup, release)
            wine.complete(python, tree.for_wine(here, progress))
        steps: Sequence[tuple[str, Callable[[], None]]] = (
            ("Doctor", lambda: doctor(tried, release)),
            ("An answer, by the program", lambda: answer(tried)),
            ("A download", lambda: download(tried, here)),
            ("What is for Windows alone", lambda: paths(tried, python, root)),
            ("The window", lambda: window(tried, python, release)),
            ("Removed, and chats kept", lambda: remove(tried)),
        )
        for title, step in steps:
            with console.step(title):
                step()
    finally:
        tried.end()
    shutil.rmtree(root)


def program() -> str:
    return rf"{FOLDER}\bin\coterie.exe"


def install(tried: wine.Wine, setup: Path, release: Release) -> Path:
    """Gives the folder of the installed Python."""
    tried.run(setup, "/S", f"/D={FOLDER}")
    place = tried.path(FOLDER)
    current = place / "current.txt"
    if not current.is_file() or current.read_text(encoding="utf-8") != f"app-{release.version}":
        raise SetupError("The installer says nothing of a current version.")
    found = tried.registry()
    lacking = [text for text in ENTERED if text not in found]
    if lacking:
        raise SetupError(f"The registry lacks {', '.join(lacking)}.")
    return place / f"app-{release.version}" / "python"


def doctor(tried: wine.Wine, release: Release) -> None:
    report: dict[str, Any] = json.loads(tried.try_to_run(program(), "doctor", "--json").stdout)
    told = {"kind": tree.KIND, "version": release.version, "channel": release.channel}
    spared = ("emoji", "hub", "memory")
    wrong = [check for check in report["checks"] if not check["ok"] and check["name"] not in spared]
    if report["installation"] != told or wrong or report["home"] != HOME:
        raise SetupError(f"doctor says {report['installation']}, {report['home']} and finds {wrong}")
    if not (report["engine"] or {}).get("variant") or not report["expert_cache"]["build"]:
        raise SetupError(
            f"doctor says {report['engine']} of the engine, {report['expert_cache']} of its cache."
        )


def answer(tried: wine.Wine) -> None:
    told = json.loads(tried.run(program(), *CHAT))
    if not told["content"].strip():
        raise SetupError(f"The starter model answered nothing: {told}")


def download(tried: wine.Wine, here: Places) -> None:
    """From a hub on this machine, whose models are real."""
    from tests.support.hub import Hub
    from tests.support.hub.shelves import STARTER_REPO, demo_shelf

    with Hub(demo_shelf()) as hub:
        tried.run(program(), "models", "pull", f"{STARTER_REPO}:Q4_1", "--json", HF_ENDPOINT=hub.address)
    listed = tried.run(program(), "models", "list", "--json")
    if "SmolLM2" not in listed:
        raise SetupError(f"The downloaded model is not among the models: {listed}")


def paths(tried: wine.Wine, python: Path, root: Path) -> None:
    from docx import Document

    work = root / "work"
    work.mkdir()
    document = Document()
    document.add_paragraph(SENTENCE)
    document.save(str(work / DOCUMENT))
    said = tried.run(python / "python.exe", "-I", PATHS, f"Z:{work}")
    print(said, end="")
    if "read_document ok" not in said or SENTENCE not in said:
        raise SetupError(f"The document could not be read:\n{said}")


def window(tried: wine.Wine, python: Path, release: Release) -> None:
    """Opened where nobody sees it. Wine keeps Qt's variables from programs, so a shell of Windows sets them; that one
    reads no quotation marks as Wine hands them on."""
    command = f"set QT_QPA_PLATFORM=offscreen&& {_named(tried, python)}\\python.exe -I -m app --self-test"
    said = tried.run("cmd.exe", "/c", command)
    if json.loads(said.splitlines()[-1]) != {"version": release.version}:
        raise SetupError(f"The window said {said}")


def _named(tried: wine.Wine, python: Path) -> str:
    inside = python.relative_to(tried.prefix / "drive_c")
    return "C:\\" + str(inside).replace(os.sep, "\\")


def remove(tried: wine.Wine) -> None:
    # It would copy itself away and return at once.
    tried.run(tried.path(FOLDER) / "uninstall.exe", "/S", f"_?={FOLDER}")
    left = [path.name for path in tried.path(FOLDER).iterdir() if path.name != "uninstall.exe"]
    kept = tried.path(HOME) / "coterie.db"
    found = tried.registry()
    named = [text for text in (f"{ENTERED[0]}]", f"{ENTERED[2]}]", "--background") if text in found]
    if left or named or not kept.is_file():
        raise SetupError(
            f"After the removal {left} and {named} are left; the chats are there: {kept.is_file()}."
        )
