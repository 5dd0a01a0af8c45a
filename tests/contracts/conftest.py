"""Each test runs with each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.engines import KINDS, Subject, subject

ENGINES = [pytest.param(kind, marks=pytest.mark.model if kind == "local" else ()) for kind in KINDS]


@pytest.fixture(params=ENGINES)
def fresh(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """An engine of the test's own, without a model."""
    with subject(request.param) as made:
        yield made


@pytest.fixture(scope="module", params=ENGINES)
def loaded(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """An engine with a model, for all tests of the module."""
    with subject(request.param) as made:
        made.load()
        yield made


@pytest.fixture(scope="module", params=ENGINES)
def thinking(request: pytest.FixtureRequest) -> Iterator[Subject]:
    """An engine with a model that always thinks first."""
    with subject(request.param) as made:
        made.load(made.thinker)
        yield made
