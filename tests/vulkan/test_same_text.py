"""What a model writes with a cache of experts is what it writes without: the whole table, on the processor, a worker and
a Vulkan device as the cache's, for every number of slots, alone and beside three other conversations.

A Vulkan device adds in another order than the processor, so what it computes is compared as text and by its logits.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.placement.plan import RAM, Misses
from tests.support.elsewhere import Elsewhere
from tests.support.expert_models import LAYOUTS, expert_model
from tests.support.greedy_texts import Followed, Texts, followed
from tests.support.moe import EXPERTS, EXPERTS_USED, moe_model
from tests.support.rpc_worker import Worker, rpc_worker

DEVICE, WORKER = "Vulkan0", "RPC0"
LENGTH = 200
CONVERSATIONS = (1, 4)
MISSES: tuple[Misses, ...] = ("computed", "brought")
SOME = (EXPERTS_USED, EXPERTS // 2, EXPERTS)
