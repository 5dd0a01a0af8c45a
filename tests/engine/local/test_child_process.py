"""What every child that runs llama.cpp begins with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import os
import sys
from pathlib import Path
from engine.local.child_process import prepare_process

told = os.dup(1)
prepare_process(sys.argv[1])
import numpy

os.write(told, str(len(list(Path("/proc/self/task").iterdir()))).encode())
"""


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="counts threads as Linux shows them")
def test_numpy_starts_no_threads_of_its_own(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(log)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout == "1"
