"""Messages of a run to its model: why a call was not carried out, that it repeats itself, that it should end."""

from __future__ import annotations

from collections.abc import Sequence

from agents.events import FileChange
from agents.run.loops import Repeat

_WHY_ENDED = {
    "steps": "All steps of this run are used.",
    "time": "The time of this run is over.",
    "tokens": "This run has written as much as it may.",
    "calls": "All calls of this run are used.",
    "errors": "Too many calls in a row have failed.",
    "malformed": "Too many calls in a row could not be carried out as they were written.",
    "loop": "The same calls or words came again and again.",
}
_ANSWER = (
    "Tools cannot be used any more. Answer now in words, without a call: what was done, what was found, and what "
    "is left to do."
)
EMPTY = "Your answer was empty. Make the next call, or say in words what was done and found."
EMPTY_AFTER_THOUGHT = (
    "You have thought and not answered. Think less now: make the next call, or say in words what was done and "
    "found."
)
CUT_CALL = (
    "Your call was cut off because the answer had become too long, and nothing was carried out. Make a shorter call: "
    "write a long text in several parts."
)
CUT_LAST_CALL = (
    "The last of your calls was cut off because the answer had become too long, and it was not carried out; those "
    "before it are. Make it again, shorter: write a long text in several parts."
)
CUT_ANSWER = (
    "Your answer was cut off because it had become too long. Go on exactly where it stopped, and end soon."
)
SAME_TEXT = (
    "You are saying the same again and again. Do something else: make another call, or give your answer."
)
STILL_SAME_TEXT = (
    "You still say the same. The run ends if it goes on. Say only what is new, or give your answer."
)
SAME_CALL_IN_TURN = "Not carried out: the same call is in this turn already, and its result counts for both."
REFUSED_BEFORE = (
    "Not carried out: the user has refused this very call before. Do something else, or tell the user in your answer "
    "why it is needed."
)
ENDED = "Not carried out: the user stopped the run."
PLAN_MISSING = (
    "There is no plan yet. Call update_plan with the steps that you would take, in order; nothing else counts as the "
    "plan. The user looks at it before anything is changed."
)
PLAN_TOO_LONG = (
    "The plan has too many steps. Take them together to at most {most}, and call update_plan with them."
)
PLANNING = (
    "Not carried out: nothing is changed or executed before the user has approved the plan. Find out by reading what "
    "you need, then propose the plan with update_plan."
)
NOBODY = "Not carried out: this needs a person's approval, and nobody is there to give it."
NOT_KEPT = "Not carried out: what it would change could not be kept for undoing it ({why})."


def steps_left(steps: Sequence[str]) -> str:
    """What the model is told when it answers before all approved steps are ticked."""
    listed = "\n".join(f"- {step}" for step in steps)
    return (
        f"These steps of the approved plan are not ticked:\n{listed}\nDo them. Where one is done, tick it with "
        "update_plan; where one cannot be done, say why in your answer."
    )


def final(reason: str) -> str:
    return f"{_WHY_ENDED[reason]} {_ANSWER}"


def over_budget(reason: str) -> str:
    return f"Not carried out. {_WHY_ENDED[reason]}"


def too_many(taken: int, count: int) -> str:
    return f"You made {count} calls at once. Only the first {taken} were taken. Make fewer at a time."


def nudge(repeat: Repeat) -> str:
    if repeat.kind == "empty":
        return (
            f"You have called {repeat.tool} several times without the arguments that it needs. Write them, use "
            "another tool, or answer in words."
        )
    if repeat.kind == "alternating":
        return (
            "You are making the same few calls in turn, and their results stay the same or nearly so. You have what "
            "they can tell. Do something else, or give your answer."
        )
    return (
        f"You have made the same call of {repeat.tool} several times, and its result stays the same or nearly so. Do "
        "not make it again. Do something else, or give your answer."
    )


def taken_out(repeat: Repeat) -> str:
    if not repeat.calls:
        return STILL_SAME_TEXT
    return (
        f"The repeated calls of {repeat.tool} were taken out of this conversation. Do not make them again; do "
        "something else, or answer."
    )


def denied(message: str) -> str:
    """What the model is told of a call that a person refused, with what they said."""
    said = message.strip()
    told = f" They say: {said}" if said else ""
    return f"Not carried out: the user did not allow it.{told} Do not try the same in another way."


def hosts_refused(hosts: Sequence[str]) -> str:
    return f"[Refused: {_listed(hosts)}. Only hosts that the user allows can be reached.]"


def hosts_denied(hosts: Sequence[str], message: str) -> str:
    said = message.strip()
    told = f" They say: {said}" if said else ""
    return f"[Refused: {_listed(hosts)}. The user does not allow it.{told} Do not try to get there in another way.]"


def hosts_allowed(hosts: Sequence[str]) -> str:
    return f"[Refused: {_listed(hosts)}. The user allows it now: make the same call again.]"


def hosts_second_try(hosts: Sequence[str]) -> str:
    return (
        f"[This is the second try: at the first, {_listed(hosts)} was refused, and then the user allowed it.]"
    )


def ports_denied(server: str, ports: Sequence[int], message: str) -> str:
    said = message.strip()
    told = f" They say: {said}" if said else ""
    listed = ", ".join(map(str, ports))
    return (
        f"Not carried out: the user does not let {server} reach port {listed} of what runs in the background.{told} "
        "Do not try to get there in another way."
    )


def ports_shared(server: str, ports: Sequence[int]) -> str:
    listed = ", ".join(map(str, ports))
    return (
        f"[{server} uses the network of the user's computer, in which port {listed} of what runs in the background "
        "is not there. A server that is set up without the network can reach it.]"
    )


def ports_nowhere(server: str, ports: Sequence[int]) -> str:
    listed = ", ".join(map(str, ports))
    return (
        f"[{server} cannot reach port {listed} of what runs in the background: the sandbox of this computer has no "
        "networks of its own.]"
    )


def paths_denied(paths: Sequence[str], message: str) -> str:
    said = message.strip()
    told = f" They say: {said}" if said else ""
    return f"[The user does not let commands read {_listed(paths)}.{told} Do not try to get there in another way.]"


def paths_second_try(paths: Sequence[str]) -> str:
    return (
        f"[This is the second try: at the first, {_listed(paths)} was not there for commands, and then the user \
allowed it.]"
    )


def _listed(hosts: Sequence[str]) -> str:
    return ", ".join(hosts[:10]) + (f" and {len(hosts) - 10} more" if len(hosts) > 10 else "")


def interrupted(files: Sequence[FileChange]) -> str:
    """What the model is told of an interrupted call. `files` are its changes."""
    changed = ", ".join(f"{file.path} ({file.change})" for file in files[:20])
    more = f" and {len(files) - 20} more" if len(files) > 20 else ""
    told = f" Files that it changed: {changed}{more}." if files else ""
    return (
        "The program ended while this call was carried out, so its result is not known: it may be done in whole, in "
        f"part or not at all.{told} Look how things are before you do it again."
    )


def put_right(changed: Sequence[str]) -> str:
    """A line after the result of a call whose arguments were corrected."""
    return f"[The call was put right: {'; '.join(changed)}]" if changed else ""
