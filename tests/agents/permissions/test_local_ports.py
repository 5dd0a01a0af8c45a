"""Which ports of the loopback a call names."""

from __future__ import annotations

from typing import Any

import pytest

from agents.permissions.local_ports import local_ports


@pytest.mark.parametrize(
    ("arguments", "ports"),
    [
        ({"url": "http://localhost:5173/a?b=http://127.0.0.1:3001"}, {5173, 3001}),
        ({"url": "http://LOCALHOST.:80"}, {80}),
        ({"code": "await page.goto('http://app.localhost:8000'); fetch(`http://[::1]:9/`)"}, {8000, 9}),
        (
            {"steps": [{"go": ["0.0.0.0:1", "localhost6:2", "ip6-loopback:3", "[0:0:0:0:0:0:0:1]:4"]}]},
            {1, 2, 3, 4},
        ),
        ({"url": "http://[::ffff:127.0.0.1]:5", "host": "me@localhost:6"}, {5, 6}),
        ({"port": 5432, "serverPort": 1, "report": 7, "ports": 8}, {5432, 1, 7}),
        ({"localhost:7": ""}, {7}),
        ({"url": "https://localhost.example.org:5", "b": "notlocalhost:6", "c": "10.127.0.0.1:7"}, set()),
        (
            {
                "url": "http://localhost/",
                "a": "localhost:0",
                "b": "localhost:123456",
                "port": True,
                "c": "::1:5",
            },
            set(),
        ),
    ],
)
def test_ports_are_found_wherever_they_stand(arguments: Any, ports: set[int]) -> None:
    assert local_ports(arguments) == ports


def test_what_is_nested_too_deep_names_nothing() -> None:
    deep: Any = "localhost:5"
    for _ in range(5000):
        deep = [deep]
    assert local_ports(deep) == frozenset()
