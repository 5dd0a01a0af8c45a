"""What a question about hosts says."""

from __future__ import annotations

from typing import Any

from agents.permissions.values import ApprovalRequest
from app.cli.run.approving import question_lines
from app.hosts_text import hosts_sentence, hosts_title


def asked(**fields: Any) -> ApprovalRequest:
    given = {"reasons": ("hosts",), "hosts": ("pypi.org",), "only_hosts": True} | fields
    return ApprovalRequest(1, "c1", "shell", "shell", "pip install x", **given)


def test_the_title_names_the_hosts() -> None:
    assert hosts_title(asked(), "en") == "Connect to pypi.org?"
    assert hosts_title(asked(hosts=()), "ko") == "인터넷에 연결할까요?"
    assert hosts_title(asked(only_hosts=False), "en") == ""


def test_the_sentence_says_what_is_not_in_the_title() -> None:
    assert hosts_sentence(asked(), "en") == ""
    assert hosts_sentence(asked(only_hosts=False), "en") == "It connects to pypi.org."
    assert "was blocked" in hosts_sentence(asked(refused=True), "en")
    assert "isn’t known yet" in hosts_sentence(asked(hosts=()), "en")
    assert hosts_sentence(asked(reasons=("shell",), hosts=(), only_hosts=False), "en") == ""


def test_the_terminal_asks_the_same() -> None:
    lines = question_lines(asked(refused=True), "en")
    assert lines[1] == "Connect to pypi.org?" and "was blocked" in lines[-1]
