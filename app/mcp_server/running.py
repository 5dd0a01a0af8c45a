"""`run_task`: a run of ours for another program, which waits for its end."""

from __future__ import annotations

import queue

import msgspec

from agents.events import Approval, Entry, ModelTurn, RunFinished, ToolCalled
from agents.permissions.values import ApprovalRequest
from app.mcp_server.calls import Caller, Done
from app.mcp_server.tools import ChangedFile, Ran
from app.messages import localized_error
from app.services.events import ServiceEvent
from app.services.runs.events import RunAsks, RunEntries, RunOver
from app.services.runs.reasons import why_finished
from app.services.runs.runs import Runs
from app.services.runs.values import RunSpec
from app.services.services import Services
from engine.errors import UserError

_LOOK_S = 0.1
_MOST_TOLD = 100
WAITS = "Waits for an answer in Coterie's window"


def run_task(services: Services, spec: RunSpec, caller: Caller, *, in_window: bool) -> Done:
    """Carry out the run to its end. Who hangs up stops it; it can be resumed in Coterie. `in_window`: its questions
    are answered in the window of this process, else by the caller, if there is a person.

    Raises UserError as `Runs.start` does.
    """
    heard: queue.SimpleQueue[ServiceEvent] = queue.SimpleQueue()
    unsubscribe = [services.events.subscribe(kind, heard.put) for kind in (RunEntries, RunAsks, RunOver)]
    try:
        run = services.runs.start(spec, attended=in_window or caller.can_ask).id
        caller.told(f"Run {run} has begun")
        answered = _follow(services.runs, run, heard, caller, in_window=in_window)
    finally:
        for end in unsubscribe:
            end()
    return _done(services.runs, run, somebody=in_window or (caller.can_ask and answered))


def _follow(
    runs: Runs, run: int, heard: queue.SimpleQueue[ServiceEvent], caller: Caller, *, in_window: bool
) -> bool:
    """Wait for the run's end. Returns whether somebody has answered all that was asked."""
    stopped, answered = False, True
    while True:
        if not stopped and caller.is_gone():
            runs.stop(run)
            stopped = True
        try:
            event = heard.get(timeout=_LOOK_S)
        except queue.Empty:
            if runs.join(run, 0.0) and heard.empty():
                return answered
            continue
        if isinstance(event, RunOver) and event.run == run:
            return answered
        if isinstance(event, RunEntries) and event.run == run:
            for text in filter(None, map(_step, event.entries)):
                caller.told(text)
        elif isinstance(event, RunAsks) and event.run == run and event.request is not None:
            if in_window:
                caller.told(WAITS)
            else:
                answered = _answer(runs, event.request, caller) and answered


def _answer(runs: Runs, request: ApprovalRequest, caller: Caller) -> bool:
    if runs.pending(request.run) != request:
        return True
    decision = caller.ask(request)
    if decision is None:
        runs.leave(request.run)
        return False
    runs.decide(request.run, request.call, decision)
    return True


def _step(entry: Entry) -> str:
    """An event in a few words; "" for most."""
    event = entry.event
    if isinstance(event, ToolCalled):
        first = (
            event.arguments if isinstance(event.arguments, str) else next(iter(event.arguments.values()), "")
        )
        words = " ".join(str(first).split())
        shown = words if len(words) <= _MOST_TOLD else words[: _MOST_TOLD - 1] + "…"
        return f"Step {event.step}: {event.name} {shown}".rstrip()
    if isinstance(event, ModelTurn) and not event.tool_calls:
        return f"Step {event.step}: the answer"
    return ""


def _done(runs: Runs, run: int, *, somebody: bool) -> Done:
    entries = runs.entries(run)
    finished = next((e.event for e in reversed(entries) if isinstance(e.event, RunFinished)), None)
    if finished is None:
        raise UserError("run.unsaved")
    view = runs.view(run)
    files = tuple(ChangedFile(each.change.path, each.change.change) for each in view.touched)
    refused = sum(isinstance(e.event, Approval) and e.event.decision == "denied" for e in entries)
    message = " ".join(_notes(finished, refused, somebody))
    ran = Ran(
        run, finished.status, finished.reason, finished.answer, files, refused, view.record.model, message
    )
    values: dict[str, object] = msgspec.to_builtins(ran)
    changed = ", ".join(f"{file.path} ({file.change})" for file in files) or "none"
    last = f"Run {run} in Coterie. Changed files: {changed}."
    text = "\n\n".join(filter(None, (finished.answer.strip(), message, last)))
    return Done(text, values, failed=finished.status != "completed")


def _notes(finished: RunFinished, refused: int, somebody: bool) -> list[str]:
    """`somebody`: there was a person who could be asked, and who answered."""
    notes = []
    if finished.reason == "user" and not somebody:
        notes.append("Nobody answered whether this may be done. Open Coterie, and try again.")
    elif finished.reason == "user":
        notes.append(
            "The person at this computer did not allow it, or stopped it. Try again only if they ask for it."
        )
    elif finished.status != "completed":
        notes.append(localized_error(why_finished(finished)))
    if refused:
        who = "" if somebody else " because nobody could be asked: Coterie has to be open for that"
        notes.append(f"Not allowed: {refused} of the agent's calls{who}.")
    return notes
