"""Consent to runs that other programs start: a person is asked once for each program, folder and mode. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterable

from agents.events import Mode
from agents.permissions.request import grant_for
from agents.permissions.values import ApprovalRequest, Decision, Grant
from agents.permissions.visible import visible
from app.store.records import RunRecord

TOOL = "run_task"
# The name of the question among a run's calls, and what sets its grants apart from those of tool servers, whose
# fingerprints are hashes.
CALL, FINGERPRINT = "start", "program"
# Each lets more pass unasked than those before it.
MODES: tuple[Mode, ...] = ("read", "ask", "workspace", "all-in-sandbox")


def consent_of(grants: Iterable[Grant], program: str, workspace: str, mode: Mode) -> Grant | None:
    """The grant by which `program` may start a run of this mode in the folder without a question."""
    enough = MODES[MODES.index(mode) :]
    return next(
        (
            grant
            for grant in grants
            if (grant.tool, grant.fingerprint) == (TOOL, FINGERPRINT)
            and (grant.server, grant.workspace) == (program, workspace)
            and grant.pattern in enough
        ),
        None,
    )


def mode_of(pattern: str) -> Mode:
    """The mode that a grant or a question names."""
    return next((mode for mode in MODES if mode == pattern), "ask")


def consent_request(record: RunRecord, program: str) -> ApprovalRequest:
    """The question whether `program` may have this run carried out."""
    return ApprovalRequest(
        run=record.id,
        call=CALL,
        tool=TOOL,
        kind="program",
        subject=visible(record.task),
        scopes=("workspace",),
        pattern=record.mode,
        server=program,
        message=record.workspace,
    )


def consent_grant(request: ApprovalRequest, decision: Decision) -> Grant | None:
    """What is kept of the answer; None where it was for this once."""
    return grant_for(
        request,
        decision.scope,
        workspace=request.message,
        created=time.time(),
        fingerprint=FINGERPRINT,
    )
