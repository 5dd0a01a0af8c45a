"""A signal that ends a command ends it wherever it strikes."""

import asyncio
import os
import signal
import sys

import pytest

from app.cli.ending import INTERRUPTED, run_told
from app.cli.output import Output


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_termination_that_strikes_in_a_callback_of_a_loop_ends_the_command() -> None:
    async def waits() -> None:
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)
        await asyncio.sleep(60)

    def work() -> int:
        asyncio.run(waits())
        return 0

    assert run_told(work, Output(False)) == INTERRUPTED
