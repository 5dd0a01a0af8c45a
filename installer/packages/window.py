"""Opens the installed window on a screen that nobody sees, types a message, and waits for its answer."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from installer.commands import SetupError

PATIENCE_S = 180
MESSAGE = "Good morning"


def talk(root: Path, picture: Path, user: int, home: str) -> None:
    """Raises SetupError where no window comes or no answer is kept."""
    inside = ["chroot", f"--userspec={user}:{user}", str(root), "env", "-i", f"HOME={home}", "LANG=C.UTF-8"]
    inside += ["PATH=/usr/bin:/bin"]
    settings = root / home.lstrip("/") / ".local" / "share" / "coterie" / "settings.toml"
    settings.write_text('language = "en"\ntheme = "light"\nwelcomed = true\n', encoding="utf-8")
    os.chown(settings, user, user)
    with screen() as display:
        with opened(inside, display) as (program, number, took):
            _said(display, "windowfocus", "--sync", number)
            x, y = _composer(_said(display, "getwindowgeometry", "--shell", number))
            _said(display, "mousemove", x, y, "click", "1", "type", MESSAGE)
            _said(display, "key", "Return")
            wait(lambda: answered(inside), program, "No answer came", pause=1.0)
            subprocess.run(["import", "-display", display, "-window", "root", picture], check=False)
        with opened(inside, display) as (_, _, again):
            print(f"  the window came after {took:.1f} s, and when opened again after {again:.1f} s")


@contextmanager
def opened(inside: list[str], display: str) -> Iterator[tuple[subprocess.Popen[str], str, float]]:
    """The program with its window: that one's number, and after how many seconds it came. Raises SetupError."""
    started = time.monotonic()
    program = subprocess.Popen(
        [*inside, f"DISPLAY={display}", "coterie"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        found = wait(
            lambda: _said(display, "search", "--onlyvisible", "--name", "Coterie"), program, "No window came"
        )
        yield program, found.split()[0], time.monotonic() - started
    finally:
        program.terminate()
        try:
            program.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            program.kill()
            program.communicate()


def answered(inside: list[str]) -> str:
    """The finished answer to the message, as the database has it; "" for none yet."""
    for chat in _lines([*inside, "coterie", "chats", "list", "--json"]):
        for shown in _lines([*inside, "coterie", "chats", "show", str(chat["id"]), "--json"]):
            question, *answers = shown["messages"] or [{}]
            if question.get("content") == MESSAGE and answers and answers[0]["state"] in ("done", "length"):
                return str(answers[0]["content"])
    return ""


def _lines(command: list[str]) -> list[dict[str, Any]]:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _composer(geometry: str) -> tuple[str, str]:
    """Where the message is written: in the middle of the window, near its lower edge."""
    place = {name: int(text) for name, _, text in (line.partition("=") for line in geometry.splitlines())}
    return str(place["X"] + place["WIDTH"] * 6 // 10), str(place["Y"] + place["HEIGHT"] - 90)


def wait(
    question: Callable[[], str], program: subprocess.Popen[str], failure: str, pause: float = 0.05
) -> str:
    """Ask until something is answered, for as long as the program runs. Raises SetupError."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if said := question():
            return said
        if program.poll() is not None:
            raise SetupError(
                f"The window ended with {program.returncode}: {program.stderr.read() if program.stderr else ''}"
            )
        time.sleep(pause)
    raise SetupError(f"{failure} within {PATIENCE_S} s.")


def _said(display: str, *arguments: str) -> str:
    done = subprocess.run(
        ["xdotool", *arguments], capture_output=True, text=True, env={**os.environ, "DISPLAY": display}
    )
    return done.stdout.strip()


@contextmanager
def screen() -> Iterator[str]:
    """A display that Xvfb chooses."""
    read, write = os.pipe()
    # Else it starts anew when the last window has gone, and is not there for the next.
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-ac", "-noreset"],
        pass_fds=(write,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as told:
            number = told.readline().strip()
        if not number:
            raise SetupError("Xvfb did not start.")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()
