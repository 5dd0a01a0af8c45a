"""Commands as the system's shell is given them."""

from __future__ import annotations

import base64

from agents.sandbox.windows.layouts import command_line
from agents.tools.shell_line import longest_command, shell_description, shell_line


def test_powershell_reads_exactly_what_was_written() -> None:
    command = 'echo "a b" \'c\' `d` %PATH% $x & del *; 한글 "'
    *options, encoded = shell_line(command, "win32")
    assert options[0] == "powershell.exe" and options[-1] == "-EncodedCommand" and "-NoProfile" in options
    assert encoded.isascii() and '"' not in encoded
    assert command in base64.b64decode(encoded).decode("utf-16-le").splitlines()


def test_the_longest_command_fits_into_a_command_line() -> None:
    program = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
    line = shell_line("x" * longest_command("win32"), "win32")
    assert len(command_line([program, *line[1:]])) < 32_767


def test_elsewhere_the_command_is_one_argument() -> None:
    for platform in ("linux", "darwin"):
        assert shell_line("a 'b", platform)[-1] == "a 'b"
    assert "PowerShell" in shell_description("win32") and "PowerShell" not in shell_description("linux")
