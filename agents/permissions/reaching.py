"""What of the network a call needs: all of it, or hosts that are led to one by one. Pure."""

from __future__ import annotations

from typing import NamedTuple

from agents.permissions.hosts import all_registries, missing
from agents.permissions.question import Question
from agents.permissions.review import Review
from agents.permissions.values import Scope


class Needs(NamedTuple):
    """`whole`: nothing less than the whole network will do. `hosts` are those that are foreseen and not allowed;
    `asks`: the hosts are asked about before the call is carried out, foreseen or not."""

    whole: bool = False
    hosts: tuple[str, ...] = ()
    asks: bool = False


def needs_network(question: Question, review: Review) -> bool:
    effects = question.effects
    asked = effects.network or effects.kind == "network" or bool(effects.url)
    return not effects.within and (question.facts.network or asked or review.network)


def needs_of(question: Question, review: Review) -> Needs:
    """What it needs. A host that is not foreseen is asked about when it is tried, unless strangers' text came in."""
    if not needs_network(question, review):
        return Needs()
    led = question.effects.kind in ("shell", "python") and not question.facts.network
    raw = review.raw or (review.by_remote and question.remotes is None)
    if question.rules is None or not led or raw:
        return Needs(whole=True)
    foreseen = (*review.hosts, *((question.remotes or ()) if review.by_remote else ()))
    hosts = missing(() if question.tainted else question.rules, foreseen)
    return Needs(False, hosts, bool(hosts) or question.tainted)


def host_scopes(hosts: tuple[str, ...], *, lasting: bool) -> tuple[Scope, ...]:
    """The answers to a question about hosts, besides "once". Not `lasting`: none that counts for another call."""
    wider: tuple[Scope, ...] = ()
    if lasting and hosts:
        wider = ("workspace", "registries") if all_registries(hosts) else ("workspace",)
    return (*wider, "network")
