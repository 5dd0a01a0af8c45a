"""The bench of the Runs page serves the tests of what shows a run as well."""

from __future__ import annotations

from tests.app.desktop.runs.conftest import runs  # noqa: F401
