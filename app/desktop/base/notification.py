"""Something to say at the foot of the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Notification(NamedTuple):
    """A sentence with at most one action. `gone` is called once when it goes by without the action."""

    text: str
    action: str = ""
    act: Callable[[], None] | None = None
    gone: Callable[[], None] | None = None
