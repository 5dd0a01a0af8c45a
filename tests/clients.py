"""Gets Claude Code and Codex CLI by npm into a folder that is removed at the end, and has them talk to the server:
python -m tests.clients (make test-clients)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAMS = ("@anthropic-ai/claude-code@latest", "@openai/codex@latest")
TESTS = ROOT / "tests" / "app" / "server" / "test_real_programs.py"


def install(npm: str, folder: Path) -> Path:
    """The folder with the programs. Raises CalledProcessError."""
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), *PROGRAMS]
    subprocess.run(command, check=True)
    # Puts the program of this system in its place; npm runs it only where it is allowed to.
    script = folder / "node_modules" / "@anthropic-ai" / "claude-code" / "install.cjs"
    if script.is_file():
        subprocess.run(["node", str(script)], cwd=script.parent, check=True)
    return folder / "node_modules" / ".bin"


def main() -> int:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        print("npm isn't installed: no program can be got", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="clients-") as folder:
        try:
            programs = install(npm, Path(folder))
        except subprocess.CalledProcessError as error:
            print(f"The programs could not be got: {error}", file=sys.stderr)
            return 1
        environment = {**os.environ, "COTERIE_TEST_CLIENTS": str(programs)}
        tests = [sys.executable, "-m", "pytest", "-m", "long", str(TESTS)]
        return subprocess.run([*tests, *sys.argv[1:]], env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
