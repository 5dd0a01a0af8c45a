"""The package llama-cpp-python as it is installed, of which nothing is imported to tell.

Importing the distribution's metadata takes longer than reading all of the bindings.
"""

from __future__ import annotations

import re
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

NAME = "llama_cpp"


def found() -> ModuleSpec | None:
    """Where the package lies; None where it is not installed."""
    return find_spec(NAME)


def version() -> str:
    """Its version; "" where it is not installed."""
    package = found()
    if package is None or package.origin is None:
        return ""
    said = re.search(r'^__version__ = "(.+)"', Path(package.origin).read_text("utf-8"), re.MULTILINE)
    return said[1] if said else ""
