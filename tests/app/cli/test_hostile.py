"""The command line under bad input, bad streams and signals: one sentence, nothing lost, nothing left."""

import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.app.cli.chat.test_chat import COTERIE, stored
from tests.support.command import here

pytestmark = [pytest.mark.model, pytest.mark.long]

STORY = "Tell me a very long story about the sea."
GREEDY = ("--temperature", "0", "--max-tokens", "400")


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COTERIE, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
    )


def hosts_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The engine hosts that a command has started."""
    hosts = []
    for child in psutil.Process(process.pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):  # others come and go
            if "spawn_main" in " ".join(child.cmdline()):
                hosts.append(child)
    return hosts


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `coterie` is the command."""
    function = f'coterie() {{ "{sys.executable}" -m app "$@"; }}\n'
    return subprocess.run(
        ["bash", "-c", function + line], capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_process_that_is_ended_keeps_what_was_said(coterie_home: Path, number: signal.Signals) -> None:
    with start("chat", STORY, *GREEDY) as process:
        assert process.stdout is not None
        said = process.stdout.read(40)
        process.send_signal(number)
        said += process.stdout.read()
        assert process.wait(timeout=300) == 130
        assert process.stderr is not None and process.stderr.read().strip() == ""
    assert stored(coterie_home)[1].strip() == said.strip()


def test_ctrl_c_twice_and_while_loading_ends_with_130_and_one_object() -> None:
    for delay in (0.0, 0.3, 0.6):
        with start("chat", STORY, "--json", *GREEDY) as process:
            while not hosts_of(process):
                time.sleep(0.01)
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
            time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            out, said = process.communicate(timeout=300)
            assert process.returncode == 130
            assert "Traceback" not in said
        assert out.count("\n") == 1 and json.loads(out)


def test_a_killed_engine_is_told_in_one_sentence_and_the_text_is_kept(coterie_home: Path) -> None:
    with start("chat", STORY, *GREEDY) as process:
        assert process.stdout is not None and process.stderr is not None
        said = process.stdout.read(40)
        hosts_of(process)[0].kill()
        said += process.stdout.read()
        assert process.wait(timeout=300) == 1
        told = process.stderr.read().strip()
    assert "\n" not in told and "memory" in told
    assert stored(coterie_home)[1].strip() == said.strip()


@pytest.mark.parametrize("output", ["| head -c 1", "> /dev/full"])
@pytest.mark.parametrize("form", ["", "--json"])
def test_output_that_nobody_takes_stops_the_answer_with_one_sentence(output: str, form: str) -> None:
    done = shell(f"set -o pipefail; coterie chat '{STORY}' --max-tokens 60 {form} {output}")
    if form and "head" in output:
        assert done.returncode == 0  # the one write was made before head was gone
        return
    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0 and "output" in done.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_standard_streams_harm_nothing(coterie_home: Path, closed: str) -> None:
    done = shell(f"coterie chat 'Say hi' --max-tokens 3 {closed}")
    assert done.returncode == 0 and done.stderr == ""
    assert stored(coterie_home)[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("chat", "Hi", "--model", os.fsdecode(b"/models/\xff.gguf")),
        ("inspect", os.fsdecode(b"/models/\xff.gguf")),
        ("chat", "Hi", "--reasoning", "9" * 5000),
        ("chat", "Hi", "--reasoning", os.fsdecode(b"\xff")),
        ("chat", "Hi", "--context", "2"),
        ("chat", "Hi", "--model", "/dev/zero"),
    ],
)
def test_what_is_no_text_or_no_number_is_told_in_one_sentence(arguments: tuple[str, ...]) -> None:
    done = here(*arguments, "--json", LC_ALL="C.UTF-8")
    assert done.code == 1
    assert json.loads(done.out)["error"]["message"] == done.err.strip()
    assert done.err.strip().count("\n") == 0


def test_bytes_that_are_no_text_are_told_in_one_sentence(coterie_home: Path) -> None:
    done = subprocess.run(
        [*COTERIE, "chat", "--max-tokens", "2", "--json"],
        input=b"a\xff\xfeb\0c",
        capture_output=True,
        timeout=300,
        env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8:strict"},
        check=False,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "cli.piped_not_text"
    assert done.stderr.count(b"\n") == 1


def test_wrong_usage_with_json_prints_an_object_too() -> None:
    done = here("chat", "Hi", "--nope", "--json")
    assert done.code == 2
    assert json.loads(done.out)["error"]["code"] == "cli.usage"


def test_an_unforeseen_error_is_one_sentence_and_its_traceback_is_kept(coterie_home: Path) -> None:
    coterie_home.mkdir()
    (coterie_home / "coterie.db").touch()
    code = (
        "import sys, app.services.services as s\n"
        "def fail(*_): raise ZeroDivisionError('a mistake')\n"
        "s.Store.open = fail\n"
        "from app.cli.main import run\n"
        "sys.exit(run(['chat', 'Hi', '--json']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["message"] == done.stderr.strip()
    assert "Traceback" not in done.stderr and "ZeroDivisionError: a mistake" in done.stderr
    assert "Traceback" in (coterie_home / "logs" / "commands.log").read_text()


def test_a_disk_that_fills_during_an_answer_ends_the_command_with_the_text_in_its_object(
    coterie_home: Path,
) -> None:
    code = (
        "import sys\n"
        "import app.cli.chat.chatting as chat\n"
        "chat.SAVE_PATIENCE = 1.0\n"
        "from app.store.messages import Messages\n"
        "from engine.errors import UserError\n"
        "def full(self, *_, **__): raise UserError('store.disk_full', folder='here')\n"
        "Messages.save = Messages.finish = full\n"
        "from app.cli.main import run\n"
        "sys.exit(run(['chat', 'Say hi', '--max-tokens', '4', '--json']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert answer["content"] and answer["error"]["code"] == "store.disk_full"
    assert answer["error"]["message"] == done.stderr.strip()


class Terminal:
    """A conversation in a terminal of its own."""

    def __init__(self) -> None:
        self.pid, self._screen = pty.fork()
        if self.pid == 0:
            os.execv(sys.executable, [*COTERIE, "chat", *GREEDY])
        self.shown = ""

    def wait_for(self, text: str) -> None:
        until = time.monotonic() + 100
        while text not in self.shown:
            assert time.monotonic() < until, self.shown
            self._read(0.1)

    def wait_for_answer(self) -> None:
        """Some words of it; what was typed is shown too."""
        until = time.monotonic() + 100
        while len(self.shown) < 3 * len(STORY) + 100:
            assert time.monotonic() < until, self.shown
            self._read(0.1)

    def type(self, text: str) -> None:
        self.shown = ""
        os.write(self._screen, text.encode())

    def press_ctrl_c_at_the_prompt(self) -> None:
        """Once the line editor has the keyboard, and again when the program has not ended, as a person does.

        Python's line editing shows the prompt, then begins to wait; a signal that comes between the two is
        noticed at the next key. While lines are not edited, the terminal itself shows what is typed.
        """
        for _ in range(3):
            self._wait_until(lambda: not termios.tcgetattr(self._screen)[3] & termios.ICANON, 30)
            self._read(0.1)
            self.type("\x03")
            if self._wait_until(self._has_ended, 10):
                return

    def _has_ended(self) -> bool:
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _wait_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                return False
            self._read(0.1)
        return True

    def end(self) -> int:
        until = time.monotonic() + 100
        while (ended := os.waitpid(self.pid, os.WNOHANG))[0] == 0:
            assert time.monotonic() < until, self.shown
            self._read(0.1)
        os.close(self._screen)
        return os.waitstatus_to_exitcode(ended[1])

    def _read(self, timeout: float) -> None:
        if select.select([self._screen], [], [], timeout)[0]:
            try:
                self.shown += os.read(self._screen, 4096).decode("utf-8", "replace")
            except OSError:  # the other side is closed
                time.sleep(timeout)


def test_in_the_terminal_ctrl_c_stops_the_answer_and_at_the_prompt_ends(coterie_home: Path) -> None:
    terminal = Terminal()
    terminal.wait_for("You: ")
    terminal.type(STORY + "\n")
    terminal.wait_for_answer()
    terminal.type("\x03")
    terminal.wait_for("You: ")
    terminal.press_ctrl_c_at_the_prompt()
    assert terminal.end() == 130
    assert "Traceback" not in terminal.shown
    assert stored(coterie_home)[0] == STORY and stored(coterie_home)[1]


def test_a_terminal_that_is_closed_in_an_answer_keeps_the_text(coterie_home: Path) -> None:
    terminal = Terminal()
    terminal.wait_for("You: ")
    terminal.type(STORY + "\n")
    terminal.wait_for_answer()
    os.kill(terminal.pid, signal.SIGHUP)
    assert terminal.end() == 130
    assert stored(coterie_home)[1]
