"""Opening the services is part of every start: what only the hub and moving files need is not imported for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROBE = """
import sys
from pathlib import Path
from app.services.services import open_services
from tests.support.engines.scripted_engine import ScriptedEngine
services = open_services(Path(sys.argv[1]), make_engine=ScriptedEngine)
services.library.models()
services.downloads.all()
services.close()
heavy = ("huggingface_hub", "keyring", "xxhash", "urllib3", "httpx2", "truststore")
print(*(name for name in heavy if name in sys.modules))
"""


def test_opening_the_services_imports_nothing_of_the_hub(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", PROBE, str(tmp_path)], capture_output=True, text=True)
    assert (done.stdout.split(), done.stderr) == ([], "")
