"""The plugin's slots and the Python that the simulator runs are one policy: same slots and counts, block by block."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from engine.expert_cache.policy import Policy, above_policy
from tests.support.experts.expert_policy import CachedExperts
from tests.support.experts.made_routers import LOCAL, SKEWED, TOPICAL, Shape, made_routing

NATIVE = Path(__file__).parents[3] / "engine" / "expert_cache" / "native"
DRIVER = Path(__file__).parents[2] / "support" / "experts" / "slots_driver.cpp"
COMPILER = shutil.which("c++")
pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler")

Run = Callable[[list[str]], list[list[int]]]
POLICIES = [
    *(
        Policy(half_life, admission)
        for half_life in (0.0, -1.0, 0.5, 3.7, 24.0)
        for admission in (False, True)
    ),
    above_policy(Policy(half_life=12.0)),
]


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs lines through the plugin's slots; what it printed, as numbers."""
    program = tmp_path_factory.mktemp("slots") / "slots"
    sources = [str(DRIVER), str(NATIVE / "slots.cpp")]
    command = [str(COMPILER), "-O2", "-std=c++17", "-ffp-contract=off", f"-I{NATIVE}", *sources]
    subprocess.run([*command, "-o", str(program)], check=True)

    def run(lines: list[str]) -> list[list[int]]:
        told = subprocess.run(
            [str(program)], input="\n".join(lines), capture_output=True, text=True, check=True
        )
        return [[int(number) for number in line.split()] for line in told.stdout.splitlines()]

    return run


class Course:
    """One course of blocks for the Python, written down for the plugin too."""

    def __init__(self, experts: int, slots: int, policy: Policy) -> None:
        self._cache = CachedExperts(slots, experts, policy)
        self.lines = [f"{experts} {slots} {_written(policy)}"]
        self.expected: list[list[int]] = []

    def block(self, rows: list[int]) -> None:
        before = self._cache.counters
        self._cache.block(rows)
        made = self._cache.counters - before
        self.lines.append(f"b {len(rows)} {' '.join(map(str, rows))}")
        counted = [made.hits, made.brought, made.evicted, made.refused]
        self.expected.append(counted + list(self._cache.warm_experts))

    def warm(self, experts: list[int]) -> None:
        self._cache.warm(experts)
        self.lines.append(f"w {len(experts)} {' '.join(map(str, experts))}")
        self.expected.append(list(self._cache.warm_experts))


def _written(policy: Policy) -> str:
    return f"{policy.half_life!r} {int(policy.admission)} {int(policy.fixed)} {policy.margin!r}"


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(("router", "texts"), [(TOPICAL, 1), (LOCAL, 4), (SKEWED, 2)])
def test_both_keep_the_same_experts(plugin: Run, policy: Policy, router: object, texts: int) -> None:
    course = Course(64, 20, policy)
    routing = made_routing(router, Shape(64, 4), 400, layers=1, texts=texts)
    for rows in routing.reshape(400, -1).tolist():
        course.block(rows)
    assert plugin(course.lines) == course.expected


@pytest.mark.parametrize("seed", range(12))
def test_random_courses_of_warm_starts_and_blocks_agree(plugin: Run, seed: int) -> None:
    draw = Random(seed)
    experts = draw.randint(2, 12)
    course = Course(experts, draw.randint(1, experts), draw.choice([*POLICIES, Policy(fixed=True)]))
    for _ in range(300):
        what = draw.random()
        if what < 0.04:
            course.warm([draw.randint(-1, experts) for _ in range(draw.randint(1, experts))])
        else:
            course.block([draw.randrange(experts) for _ in range(draw.randint(1, 6))])
    assert plugin(course.lines) == course.expected


def test_both_bring_their_scores_down_alike(plugin: Run) -> None:
    """A half-life of a quarter step: every 128 steps."""
    course = Course(5, 3, Policy(0.25, admission=True))
    draw = Random(7)
    for _ in range(1500):
        course.block([draw.randrange(5), draw.randrange(3)])
    assert plugin(course.lines) == course.expected
