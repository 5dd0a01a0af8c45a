"""Sessions: what an editor calls a conversation, and the run that it is."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec
from acp.schema import ListSessionsResponse, SessionInfo, SessionInfoUpdate

from agents.events import Mode
from app.acp.choices import PLAN
from app.acp.servers import Named
from app.acp.turn import Turn
from app.acp.updates import Updates
from app.services.runs.runs import Runs
from app.services.runs.values import RunRecord
from engine.errors import UserError

# Of a run that was not started by an editor.
_OF_RUN = "run-"
_PAGE = 50


class Session(msgspec.Struct):
    """An open conversation. `run` is 0 until the first message; `turn` is there while one is worked on. `servers` are
    those that the editor names for it, `told` what was said of them last, `leaving` the model of the last message.
    `plans`: each message is answered by a plan first, which is then carried out in `mode`."""

    id: str
    workspace: str
    mode: Mode
    model: str
    updates: Updates
    run: int = 0
    turn: Turn | None = None
    servers: Named = Named()
    told: str = ""
    leaving: str = ""
    plans: bool = False

    @property
    def shown_mode(self) -> str:
        """As the editor chooses it."""
        return PLAN if self.plans else self.mode

    @property
    def root(self) -> Path:
        return Path(self.workspace)


def kept(runs: Runs, session: str) -> RunRecord:
    """The run of a session that may have been opened by another process. Reads the disk.

    Raises UserError `acp.no_session`.
    """
    number = session.removeprefix(_OF_RUN)
    ids = [run for run, name in runs.sessions().items() if name == session]
    if session.startswith(_OF_RUN) and number.isdecimal() and len(number) < 10:
        ids.append(int(number))
    for id in ids:
        try:
            record = runs.get(id)
        except UserError:
            continue
        if record.workspace and not record.conversation and record.trashed is None:
            return record
    raise UserError("acp.no_session", session=session[:100])


def listed(runs: Runs, workspace: str | None, cursor: str | None) -> ListSessionsResponse:
    """The runs in a folder, or in all, the latest first, wherever they were started. Reads the disk.

    Raises UserError `acp.no_choice` for a cursor that was not given out.
    """
    begin = cursor or "0"
    if not (begin.isdecimal() and len(begin) < 10):
        raise UserError("acp.no_choice", value=begin[:100])
    names = runs.sessions()
    found = [run for run in runs.all() if run.workspace and workspace in (None, run.workspace)]
    end = int(begin) + _PAGE
    sessions = [
        SessionInfo(
            session_id=names.get(run.id, f"{_OF_RUN}{run.id}"),
            cwd=run.workspace,
            title=run.title,
            updated_at=iso_time(run.updated),
        )
        for run in found[int(begin) : end]
    ]
    return ListSessionsResponse(sessions=sessions, next_cursor=str(end) if end < len(found) else None)


def title_update(run: RunRecord) -> SessionInfoUpdate:
    return SessionInfoUpdate(
        session_update="session_info_update", title=run.title, updated_at=iso_time(run.updated)
    )


def iso_time(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="seconds")
