"""Matches grants to calls, and offers grants for a call. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from agents.permissions.hosts import HOSTS, HostRule, missing, read_rules, rules_of
from agents.permissions.question import Question
from agents.permissions.review import Review, Runs
from agents.permissions.values import Grant, Scope

_WRITING = frozenset({"write_file", "edit_file", "apply_patch", "move_file"})


def grant_of(question: Question, review: Review, reasons: tuple[str, ...]) -> str:
    """The id of a grant that allows the call, "" when none does.

    Of a shell each simple command must be granted; the id is that of the grant for the first.
    """
    grants = [grant for grant in question.grants if _counts(grant, question)]
    if "not_undoable" in reasons:
        # Granted in this run after the warning that it cannot be undone; a file that is too large still asks.
        grants = [grant for grant in grants if grant.scope == "run" and question.facts.anywhere]
    if question.effects.kind == "shell":
        return _shell_grant(grants, review) if _named_network(review, reasons) else ""
    if question.effects.kind == "python" and "network" in reasons:
        return ""
    pattern = _file_of(question) if question.autorun else host_of(question.effects.url)
    if question.autorun and not pattern:
        return ""
    return next((grant.id for grant in grants if grant.pattern == pattern), "")


def _counts(grant: Grant, question: Question) -> bool:
    if grant.server != question.server:
        return False
    if grant.scope == "server":
        if question.effects.kind == "search":
            return grant.tool == question.tool
        return bool(question.server) and grant.tool in ("", question.tool)
    same = grant.tool == question.tool or (question.autorun and {grant.tool, question.tool} <= _WRITING)
    if not same or grant.fingerprint != question.facts.fingerprint:
        return False
    if grant.scope == "run":
        return grant.run == question.run
    return grant.scope == "workspace" and grant.workspace == question.workspace


def _named_network(review: Review, reasons: tuple[str, ...]) -> bool:
    """Whether every command that gets the network says in its first words that it needs it."""
    return "network" not in reasons or all(runs.network for runs in review.runs)


def _shell_grant(grants: list[Grant], review: Review) -> str:
    if not review.readable or not review.runs:
        return ""
    found = [_begun(grants, runs) for runs in review.runs]
    return found[0] if all(found) else ""


def _begun(grants: list[Grant], runs: Runs) -> str:
    for grant in grants:
        for pattern in grant.pattern.split(", "):
            first = tuple(pattern.split(" ")) if pattern else ()
            if len(first) >= runs.least and runs.words[: len(first)] == first:
                return grant.id
    return ""


def offered(question: Question, review: Review, reasons: tuple[str, ...]) -> tuple[tuple[Scope, ...], str]:
    """Scopes that can be granted besides this one call, and the pattern of such a grant."""
    kind = question.effects.kind
    if kind == "shell":
        pattern = ", ".join(dict.fromkeys(" ".join(runs.words[: runs.least]) for runs in review.runs))
        fit = bool(pattern) and _named_network(review, reasons)
        scopes: tuple[Scope, ...] = ("run", "workspace") if fit else ()
    elif kind == "python":
        pattern, scopes = "", () if "network" in reasons else ("run",)
    elif question.autorun:
        pattern = _file_of(question)
        scopes = ("run", "workspace") if pattern else ()
    elif kind == "search":  # in every folder: where the words go is all that counts
        pattern, scopes = host_of(question.effects.url), ("run", "server")
    elif question.effects.url or kind == "network":
        pattern = host_of(question.effects.url)
        scopes = ("run", "workspace") if pattern else ()
    elif question.server:
        pattern, scopes = "", ("run", "workspace", "server") if question.facts.fingerprint else ("run",)
    else:
        pattern, scopes = "", ("run", "workspace")
    if "not_undoable" in reasons:
        scopes = ("run",) if scopes and question.facts.anywhere else ()
    return scopes, pattern if scopes else ""


def host_rules(grants: Iterable[Grant], workspace: str, run: int) -> tuple[HostRule, ...]:
    """The hosts that the programs of a run may reach by what was granted."""
    return rules_of(grant.pattern for grant in _of_hosts(grants, workspace, run))


def covering(grants: Iterable[Grant], workspace: str, run: int, hosts: Iterable[str]) -> tuple[str, ...]:
    """The ids of the grants by which `hosts` were reached."""
    hosts = tuple(hosts)
    found = ((grant.id, read_rules(grant.pattern)) for grant in _of_hosts(grants, workspace, run))
    return tuple(id for id, rules in found if len(missing(rules, hosts)) < len(hosts))


def _of_hosts(grants: Iterable[Grant], workspace: str, run: int) -> Iterator[Grant]:
    for grant in grants:
        here = grant.run == run if grant.scope == "run" else grant.workspace == workspace
        if grant.tool == HOSTS and not grant.server and here:
            yield grant


def _file_of(question: Question) -> str:
    """The one file that another program carries out, as a grant names it; "" for several, and where a patch changes
    others too, of which the grant says nothing."""
    effects, named = question.effects, question.autorun
    if len(named) != 1:
        return ""
    others = [
        path for path in (*effects.writes, *effects.deletes) if not f"{named[0]}/".startswith(f"{path}/")
    ]
    return "" if others and question.tool == "apply_patch" else named[0]


def released(grants: Iterable[Grant], workspace: str, run: int) -> tuple[str, ...]:
    """Files that other programs carry out, and that may nevertheless be written in a run: granted by name."""
    return tuple(
        grant.pattern
        for grant in grants
        if grant.tool in _WRITING
        and grant.pattern
        and not grant.server
        and (grant.run == run if grant.scope == "run" else grant.workspace == workspace)
    )


def host_of(url: str) -> str:
    """The host of a URL as a grant names it: "example.org", with its port when it has one of its own, and with its
    scheme when that is not https. "" when there is none or the URL cannot be read."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    try:
        host = host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    named = f"[{host}]" if ":" in host else host
    if port is not None and port != {"https": 443, "http": 80}.get(parts.scheme):
        named = f"{named}:{port}"
    return named if parts.scheme == "https" else f"{parts.scheme}://{named}"
