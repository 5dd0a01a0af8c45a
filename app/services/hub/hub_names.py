"""Resolves names of models on the hub to downloads."""

from __future__ import annotations

from collections.abc import Callable

from engine.errors import UserError
from engine.hub.values import Repository, Variant


def variant_named(text: str, repository: Callable[[str], Repository]) -> tuple[Repository, Variant]:
    """The variant named "OWNER/REPO:QUANT" or "OWNER/REPO/FILE.gguf"; without either, the only variant there
    is.

    Raises UserError `hub.bad_name`, `hub.no_variant`, `hub.which_variant` (`choices`), and what `repository`
    raises.
    """
    from engine.hub.names import parse_model_name
    from engine.hub.quantizations import find_file, find_variant

    name = parse_model_name(text)
    found = repository(name.repo)
    if name.file:
        variant = find_file(found.variants, name.file)
    elif name.variant:
        variant = find_variant(found.variants, name.variant)
    else:
        variant = found.variants[0] if len(found.variants) == 1 else None
    if variant is None:
        choices = ", ".join(one.name for one in found.variants) or "–"
        wanted = name.file or name.variant
        if not wanted:
            raise UserError("hub.which_variant", repo=name.repo, choices=choices)
        raise UserError("hub.no_variant", repo=name.repo, name=wanted, choices=choices)
    return found, variant
