"""Leaves this folder out of the usual test run, whose engine has no Vulkan."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("COTERIE_TEST_VULKAN") else ["test_*.py"]
