"""The collections, opened for one command; a damaged index is made anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from app import paths
from app.cli.ending import closed_at_end
from app.cli.output import Output
from app.services.collections.collections import Collections
from app.services.collections.opening import open_collections
from app.services.events import EventBus
from app.services.settings.settings import SettingsFile
from engine.errors import UserError

R = TypeVar("R")


def with_collections(work: Callable[[Collections], R], output: Output) -> R:
    """What `work` makes of the collections. Where their index turns out to be damaged all files are read again first,
    which is said."""
    settings = SettingsFile(paths.home() / "settings.toml")
    opened = open_collections(paths.home(), settings, EventBus(), lambda query, texts: None)
    with closed_at_end(opened) as collections:
        try:
            found = work(collections)
        except UserError as error:
            if error.code != "collections.damaged":
                raise
        else:
            if not collections.was_damaged:
                return found
        output.note(output.localized("cli.collections.was_damaged"))
        collections.bring_up_to_date()
        return work(collections)
