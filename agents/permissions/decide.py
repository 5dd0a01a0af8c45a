"""Decides whether a call is carried out, needs approval or is refused. Pure.

In this order: what a mode or this machine rules out, hard rails that no grant overrides, what the sandbox
contains, grants, what the mode allows; everything else needs approval.
"""

from __future__ import annotations

from agents.permissions.grants import grant_of, offered
from agents.permissions.question import Question, Verdict
from agents.permissions.reaching import Needs, host_scopes, needs_network, needs_of
from agents.permissions.review import Review
from agents.permissions.reviews import review_of

# Approving one of these approves this call only.
ONCE = frozenset({"rail", "destructive", "unreadable_command", "untrusted"})


def decide(question: Question) -> Verdict:
    """The verdict on a call. See `agents.permissions` for what each mode means."""
    review = review_of(question)
    refusal = _refusal(question, review)
    if refusal is not None:
        return refusal
    needs = needs_of(question, review)
    reasons = _reasons(question, review, needs)
    besides = tuple(reason for reason in reasons if reason != "hosts")
    free = not besides or _free(question, review, besides)
    if free and not needs.asks:
        return Verdict("allow", "mode", network=needs.whole)
    again = bool(ONCE.intersection(reasons) or question.effects.outside)
    grant = "" if free or again else grant_of(question, review, besides)
    if grant and not needs.asks:
        return Verdict("allow", "grant", reasons, grant, needs.whole)
    if not question.present:
        return Verdict("deny", "nobody", reasons, message=_NOBODY)
    others = tuple(reason for reason in besides if reason != "untrusted")
    only_hosts = needs.asks and bool(grant or not others or _free(question, review, others))
    scopes, pattern = ((), "") if again or only_hosts else offered(question, review, besides)
    if needs.asks:
        scopes = (*scopes, *host_scopes(needs.hosts, lasting=not again))
    return Verdict(
        "ask",
        "",
        reasons,
        "",
        needs.whole,
        "",
        tuple(dict.fromkeys(scopes)),
        pattern,
        needs.hosts,
        only_hosts,
    )


_NOBODY = "Not carried out: this needs a person's approval, and nobody is there to give it."
_READ_ONLY = (
    "Not carried out: this run may only read. Do what you can by reading, and tell the rest in your answer."
)
_OUTSIDE = "Not carried out: only paths inside the workspace can be used."
_NO_SANDBOX = "Not carried out: there is no sandbox on this machine, so nothing is executed."


def _refusal(question: Question, review: Review) -> Verdict | None:
    effects, facts = question.effects, question.facts
    executes = effects.kind in ("shell", "python")
    if effects.outside and effects.kind in ("read", "files"):
        return Verdict("deny", "rail", ("outside",), message=_OUTSIDE)
    if executes and not question.sandboxed:
        return Verdict(
            "deny", "rail", (effects.kind,) if effects.kind == "shell" else (), message=_NO_SANDBOX
        )
    if review.rail == "deny":
        return Verdict("deny", "rail", ("rail",), message=f"Not carried out: {review.why} is never done.")
    if (
        question.mode == "read"
        and (facts.keeps or not _untouching(question))
        and (executes or not facts.read_only or needs_network(question, review))
    ):
        return Verdict("deny", "mode", message=_READ_ONLY)
    return None


def _untouching(question: Question) -> bool:
    """Whether it is a built-in tool that only stores something for the run: its plan, a note."""
    effects, facts = question.effects, question.facts
    return (
        effects.kind == "other"
        and not question.server
        and not (facts.destructive or facts.network or facts.anywhere)
        and not (effects.writes or effects.deletes or effects.outside or effects.url)
    )


def _reasons(question: Question, review: Review, needs: Needs) -> tuple[str, ...]:
    """Reasons why this call may need approval, whatever the mode and the grants; empty for read-only calls."""
    effects, facts, kind = question.effects, question.facts, question.effects.kind
    found: list[str] = []
    if review.rail == "ask":
        found.append("rail")
    if kind == "shell":
        found.append("shell")
    if kind == "mcp":
        found.append("mcp_first_use")
    if kind in ("files", "python") or (kind == "other" and not facts.read_only and not _untouching(question)):
        found.append("deletes" if effects.deletes and not effects.writes else "writes")
        if effects.deletes and effects.writes:
            found.append("deletes")
    if question.autorun:
        found.append("autorun")
    if kind in ("shell", "python") and not review.readable:
        found.append("unreadable_command")
    if review.destructive or (kind == "other" and not facts.read_only and facts.destructive):
        found.append("destructive")
    if needs.whole:
        found.append("network")
    if needs.asks:
        found.append("hosts")
    # A remote server is not in our sandbox; approval as for the network.
    unconfined = kind == "mcp" and not effects.url and not question.sandboxed
    if effects.outside or unconfined:
        found.append("outside")
    if found and not question.undoable and (kind != "mcp" or not facts.read_only):
        found.append("not_undoable")
    spreads = kind == "mcp" and not (facts.read_only or facts.held)
    foreign = needs.whole or needs.asks or effects.outside or unconfined or spreads
    # What is kept would speak to later runs as well.
    lasting = bool(question.autorun) or facts.keeps
    if question.tainted and (lasting or (foreign and not _only_told(question))):
        found.append("untrusted")
    return tuple(found)


def _only_told(question: Question) -> bool:
    """Whether a trusted server says that a tool only reads, and reaches nobody else: what it is told stays there. So
    it does with a provider of web search."""
    facts = question.facts
    if question.effects.kind == "search":
        return True
    return question.effects.kind == "mcp" and facts.read_only and not facts.network


def _free(question: Question, review: Review, reasons: tuple[str, ...]) -> bool:
    """Whether the mode allows it without approval."""
    kind, why = question.effects.kind, set(reasons)
    if why & {"rail", "network", "outside", "untrusted", "autorun"}:
        return False
    if kind == "shell" and review.harmless:
        return True
    if question.copied and kind == "files" and why <= {"writes", "deletes"}:
        return True  # it is asked when they are to be applied
    if question.mode == "workspace":
        # The sandbox holds even what cannot be read, and undo brings back what it takes away.
        held = {"writes", "deletes", "shell", "destructive", "unreadable_command"}
        return kind in ("files", "shell", "python") and why <= held
    if question.mode == "all-in-sandbox":
        blind = "not_undoable" in why and bool(why & {"destructive", "unreadable_command", "deletes"})
        return kind in ("files", "shell", "python", "mcp") and not blind
    return False
