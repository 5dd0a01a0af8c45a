"""What a host is, as a person allows it."""

from __future__ import annotations

import pytest

from agents.permissions.hosts import (
    PACKAGE_HOSTS,
    REGISTRIES,
    all_registries,
    allowed,
    missing,
    named_host,
    read_rules,
    rules_of,
)


@pytest.mark.parametrize(
    ("rule", "yes", "no"),
    [
        (
            "pypi.org",
            [("pypi.org", 443), ("pypi.org", 80)],
            [("pypi.org", 8080), ("x.pypi.org", 443), ("ypi.org", 443)],
        ),
        (" PyPI.org. ", [("pypi.org", 443)], [("pypi.org", 22)]),
        (
            "*.example.org",
            [("a.example.org", 443), ("a.b.example.org", 80)],
            [("example.org", 443), ("aexample.org", 443)],
        ),
        ("example.org:8443", [("example.org", 8443)], [("example.org", 443), ("example.org", 80)]),
        ("*.example.org:22", [("a.example.org", 22)], [("a.example.org", 443)]),
        ("bücher.example", [("xn--bcher-kva.example", 443)], [("bucher.example", 443)]),
        (
            REGISTRIES,
            [("pypi.org", 443), ("static.crates.io", 443)],
            [("github.com", 443), ("upload.pypi.org", 443)],
        ),
    ],
)
def test_a_rule_covers_its_hosts(rule: str, yes: list[tuple[str, int]], no: list[tuple[str, int]]) -> None:
    rules = read_rules(rule)
    assert rules and [each for each in yes if not allowed(rules, *each)] == []
    assert [each for each in no if allowed(rules, *each)] == []
    assert rules_of(each.text for each in rules) == rules


NO_HOSTS = """
* *. *.org org localhost 10.0.0.1 *.0.0.1 [::1] ::1 1.2 0x7f.0x1 a.1 https://pypi.org pypi.org/simple user@pypi.org
pypi.org: pypi.org:0 pypi.org:99999 pypi.org:x a..b .pypi.org a.*.org *pypi.org - a.b:443:443 \u202epypi.org ａ/ｂ.org
""".split()


@pytest.mark.parametrize(
    "text",
    [
        *NO_HOSTS,
        "",
        " ",
        "py pi.org",
        "x" * 64 + ".org",
        "abcdefgh." * 40,
        "pypi.org, npmjs.org",
        "package registry",
    ],
)
def test_what_is_no_host_is_no_rule(text: str) -> None:
    assert read_rules(text) == ()


def test_hosts_that_are_not_covered_are_named_once() -> None:
    rules = rules_of(["pypi.org", "example.org:8443"])
    asked = ["pypi.org", "example.org", "example.org", "example.org:8443", "a.example.org:8443"]
    assert missing(rules, asked) == ("example.org", "a.example.org:8443")
    assert [named_host("a.org", port) for port in (443, 80, 22)] == ["a.org", "a.org", "a.org:22"]


def test_registries_are_known_by_their_hosts() -> None:
    assert all(all_registries(hosts) for hosts in PACKAGE_HOSTS.values())
    assert not all_registries([]) and not all_registries(["pypi.org", "example.org"])
