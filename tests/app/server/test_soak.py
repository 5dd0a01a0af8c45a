"""Clients of all kinds at the real server over the real engine, which is killed again and again.

Some seconds of it here; ten minutes with `make test-server-soak`.
"""

from __future__ import annotations

import sys

import pytest

from tests.support.soak.served_run import ServedSoak, served_soak

pytestmark = [
    pytest.mark.model,
    pytest.mark.process,
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="the engine is killed"),
]
_MB = 2**20


def check(found: ServedSoak, *, slack: int) -> None:
    """`slack` is how many bytes the server may have grown by from the first half of the calm time to the second. What
    the engine keeps of prompts grows to a bound of its own."""
    assert found.faults == []
    assert found.kills > 0 and found.working == 0 and found.engine.second > 0, found
    assert found.books["whole"] + found.books["streamed"] > 0 and found.books["left"] > 0, found
    assert found.server.growth <= slack, found
    assert found.threads.growth <= 2 and found.files.growth <= 12, found


@pytest.mark.timeout(300)
def test_no_request_is_left_without_an_end_while_the_engine_is_killed() -> None:
    check(served_soak(12.0, kill_every=3.0), slack=64 * _MB)


@pytest.mark.soak
@pytest.mark.timeout(1500)
def test_ten_minutes_of_clients_of_all_kinds_leave_memory_threads_and_files_flat() -> None:
    found = served_soak(600.0)
    print(found)
    check(found, slack=16 * _MB)
