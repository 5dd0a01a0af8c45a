"""Languages of the product, and the system's language."""

from __future__ import annotations

import os
from typing import Literal

Language = Literal["en", "ko"]


def system_language() -> Language:
    """From LC_ALL, LC_MESSAGES or LANG, the first that is set (POSIX locale rules)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "ko" if value.lower().startswith("ko") else "en"
    return "en"
