"""What is written for the three systems, and what is read of it."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.desktop.background.login_entries import (
    LABEL,
    desktop_entry,
    launch_agent,
    run_command,
    state_of_desktop_entry,
    state_of_launch_agent,
    state_of_run_command,
)
from app.integration.launch import Launch, this_one

PLAIN = Launch(("/opt/coterie/bin/python3", "-m", "app", "--background"), "/opt/coterie/lib", {})
ODD = Launch(
    ('/home/김 하나/50% "new"/$x`y\\z/python', "-m", "app", "--background"),
    "/home/김 하나/50%",
    {"COTERIE_HOME": "/data of\nmine"},
)


def test_the_desktop_entry_of_linux() -> None:
    assert desktop_entry(PLAIN).decode() == (
        "[Desktop Entry]\nType=Application\nName=Coterie\n"
        "Exec=/opt/coterie/bin/python3 -m app --background\n"
        "Path=/opt/coterie/lib\nTerminal=false\nX-Coterie-Background=true\n"
    )


@pytest.mark.process
@pytest.mark.parametrize("launch", [PLAIN, ODD])
def test_the_desktop_entry_is_valid(launch: Launch, tmp_path: Path) -> None:
    judge = shutil.which("desktop-file-validate")
    if judge is None:
        pytest.skip("needs desktop-file-validate")
    file = tmp_path / "coterie.desktop"
    file.write_bytes(desktop_entry(launch))
    subprocess.run([judge, file], check=True)


def words_of(exec_value: str) -> list[str]:
    """The arguments of a value of Exec as the specification has them read."""
    text, words, word = exec_value, list[str](), ""
    for escape, meant in (("\\\\", "\0"), ("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t"), ("\\s", " ")):
        text = text.replace(escape, meant)
    text, quoted, i = text.replace("\0", "\\") + " ", False, 0
    while i < len(text):
        if text[i] == "\\" and quoted:
            i += 1
            word += text[i]
        elif text[i] == '"':
            quoted = not quoted
        elif quoted or text[i] != " ":
            word += text[i]
        else:
            words.append(word.replace("%%", "%"))
            word = ""
        i += 1
    return words


PATHS = st.text(st.sampled_from("ab /\\\"'`$%=;\n\r\t김"), min_size=1, max_size=12)


@settings(max_examples=60)
@given(program=PATHS, home=PATHS)
def test_any_path_comes_back_from_the_desktop_entry(program: str, home: str) -> None:
    launch = Launch((program, "-m", "app", "--background"), "/", {"COTERIE_HOME": home})
    data = desktop_entry(launch)
    (line,) = [line for line in data.decode().split("\n") if line.startswith("Exec=")]
    assert words_of(line.removeprefix("Exec=")) == ["env", f"COTERIE_HOME={home}", *launch.command]
    assert state_of_desktop_entry(data, launch) == "on"


@pytest.mark.parametrize("launch", [PLAIN, ODD])
def test_entries_that_others_have_changed_are_read_as_they_are(launch: Launch) -> None:
    text = desktop_entry(launch)
    assert state_of_desktop_entry(text, launch) == "on"
    assert state_of_desktop_entry(text + b"Hidden=true\n", launch) == "off"
    assert state_of_desktop_entry(text + b"X-GNOME-Autostart-enabled=false\n", launch) == "off"
    assert state_of_desktop_entry(text + b"\n[Desktop Action x]\nHidden=true\n", launch) == "on"
    moved = Launch(("/elsewhere/python", *launch.command[1:]), launch.folder, launch.variables)
    assert state_of_desktop_entry(text, moved) == "off"
    assert state_of_desktop_entry(b"[Desktop Entry]\nType=Application\nExec=coterie\n", launch) == "foreign"


@given(st.binary())
def test_whatever_lies_there_is_somebody_elses(data: bytes) -> None:
    assert state_of_desktop_entry(data, PLAIN) == "foreign"
    assert state_of_launch_agent(data, PLAIN) == "foreign"


def test_the_launch_agent_of_macos() -> None:
    data = launch_agent(ODD)
    agent = plistlib.loads(data)
    assert agent["Label"] == LABEL and agent["ProgramArguments"] == list(ODD.command)
    assert agent["EnvironmentVariables"] == {"COTERIE_HOME": "/data of\nmine"}
    assert state_of_launch_agent(data, ODD) == "on"
    assert state_of_launch_agent(data, PLAIN) == "off"
    assert state_of_launch_agent(plistlib.dumps({**agent, "Disabled": True}), ODD) == "off"
    assert state_of_launch_agent(plistlib.dumps({**agent, "Label": "org.example"}), ODD) == "foreign"
    assert state_of_launch_agent(plistlib.dumps(["not", "a", "job"]), ODD) == "foreign"


def test_the_value_of_windows() -> None:
    launch = Launch((r"C:\Program Files\Coterie\pythonw.exe", *PLAIN.command[1:]), "", {})
    value = run_command(launch)
    assert value == r'"C:\Program Files\Coterie\pythonw.exe" -m app --background'
    assert state_of_run_command(value, None, launch) == "on"
    assert state_of_run_command(value, bytes([2, *[0] * 11]), launch) == "on"
    assert state_of_run_command(value, bytes([3, *[0] * 11]), launch) == "off"
    assert state_of_run_command(value, None, PLAIN) == "off"
    assert state_of_run_command("coterie.exe --tray", None, launch) == "foreign"
    assert state_of_run_command(7, None, launch) == "foreign"


def test_this_installation_is_started_over_its_data_folder(coterie_home: Path, tmp_path: Path) -> None:
    program = tmp_path / "python.exe"
    launch = this_one(executable=str(program), platform="win32")
    assert launch.command[0] == str(program)
    assert launch.variables == {"COTERIE_HOME": str(coterie_home)}
    (tmp_path / "pythonw.exe").touch()
    assert this_one(executable=str(program), platform="win32").command[0] == str(tmp_path / "pythonw.exe")
    assert this_one(executable=str(program), platform="linux").command[0] == str(program)
    assert (Path(launch.folder) / "app" / "__main__.py").is_file()
