"""A workspace and its snapshots."""

from tests.agents.snapshots.conftest import bench as bench
