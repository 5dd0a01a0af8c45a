"""Consent to runs of other programs: for which program, folder and mode a grant counts, and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.events import Mode
from agents.permissions.values import Decision, Grant
from app.services.runs.place.programs import MODES, consent_grant, consent_of, consent_request
from app.services.runs.start import title_of
from app.services.runs.values import RunSpec
from app.services.runs.view import counts_in
from app.store.records import RunRecord

MODE = st.sampled_from(MODES)


def run(mode: Mode = "ask", folder: str = "/work") -> RunRecord:
    return RunRecord(1, "t", "Do it", folder, "starter", mode, "running", 0.0, 0.0)


def granted(mode: Mode = "ask") -> Grant:
    grant = consent_grant(consent_request(run(mode), "Claude"), Decision(True, "workspace"))
    assert grant is not None
    return grant


@given(MODE, MODE)
def test_a_grant_counts_for_modes_that_let_no_more_pass(given_to: Mode, wanted: Mode) -> None:
    found = consent_of([granted(given_to)], "Claude", "/work", wanted)
    assert (found is not None) == (MODES.index(wanted) <= MODES.index(given_to))


@pytest.mark.parametrize(
    ("program", "folder"), [("claude", "/work"), ("Claude", "/work/sub"), ("Claude", "/")]
)
def test_another_name_or_folder_is_asked_anew(program: str, folder: str) -> None:
    assert consent_of([granted()], program, folder, "read") is None


def test_a_grant_of_a_tool_server_of_that_name_is_none() -> None:
    tool = Grant("1", "workspace", "run_task", 0.0, "ask", "/work", "Claude", fingerprint="0" * 64)
    server = Grant("2", "server", "", 0.0, "", "", "Claude")
    assert consent_of([tool, server], "Claude", "/work", "read") is None
    assert not counts_in(granted(), run())


def test_once_and_scopes_that_were_not_offered_leave_nothing() -> None:
    request = consent_request(run(), "Claude")
    for scope in ("once", "run", "server"):
        assert consent_grant(request, Decision(True, scope)) is None


def test_the_program_stands_in_front_of_the_title() -> None:
    assert title_of(RunSpec("Do it", "/work", program="Claude"), "Do it") == "Claude: Do it"
    assert title_of(RunSpec("Do it", "/work"), "Do it") == "Do it"
