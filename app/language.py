"""Languages of the product, and the system's language."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "ko"]


def system_language(environ: Mapping[str, str] = os.environ) -> Language:
    """From LC_ALL, LC_MESSAGES or LANG, the first that is set (POSIX locale rules)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if locale := environ.get(name):
            return "ko" if re.match(r"ko(?![a-z])", locale, re.IGNORECASE) else "en"
    return "en"
