"""The conformance suite of the Model Context Protocol against the host, scenario by scenario (make test-agents).

These are all client scenarios that the two revisions require in 0.2.0-alpha.12: 18 of 2025-11-25 and 32 of
2026-07-28, and one that came later. Left out are extensions: other ways to log in, without a person or with proof
of a key (client credentials, DPoP), and skills.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.agents.npm_packages import node_of, npm_folder

pytestmark = [pytest.mark.agents, pytest.mark.timeout(900)]

# Both revisions ask for these.
LOGIN = [
    f"auth/{name}"
    for name in (
        "metadata-default",
        "metadata-var1",
        "metadata-var2",
        "metadata-var3",
        "basic-cimd",
        "scope-from-www-authenticate",
        "scope-from-scopes-supported",
        "scope-omitted-when-undefined",
        "scope-step-up",
        "scope-retry-limit",
        "token-endpoint-auth-basic",
        "token-endpoint-auth-post",
        "token-endpoint-auth-none",
        "pre-registration",
    )
]
SCENARIOS = {
    "2025-11-25": [
        "initialize",
        "tools_call",
        "elicitation-sep1034-client-defaults",
        "sse-retry",
        *LOGIN,
    ],
    "2026-07-28": [
        "tools_call",
        "request-metadata",
        "sep-2322-client-request-state",
        "http-standard-headers",
        "http-custom-headers",
        "http-invalid-tool-headers",
        "json-schema-ref-no-deref",
        "json-schema-2020-12-preservation",
        *LOGIN,
        "auth/resource-mismatch",
        "auth/offline-access-scope",
        "auth/offline-access-not-supported",
        "auth/authorization-server-migration",
        "auth/iss-supported",
        "auth/iss-not-advertised",
        "auth/iss-supported-missing",
        "auth/iss-wrong-issuer",
        "auth/iss-unexpected",
        "auth/iss-normalized",
        "auth/metadata-issuer-mismatch",
    ],
}
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("version", "scenario"), [(version, name) for version, names in SCENARIOS.items() for name in names]
)
def test_scenario(version: str, scenario: str) -> None:
    folder = npm_folder()
    suite = folder / "node_modules" / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
    client = f"{sys.executable} -m tests.support.agents.servers.conformance_client"
    command = [node_of(folder), str(suite), "client", "--command", client, "--scenario", scenario]
    environment = {name: value for name, value in os.environ.items() if "PROXY" not in name.upper()}
    ran = subprocess.run(
        [*command, "--spec-version", version],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
