"""The smallest change that makes a refused plan work, taken from the refusal's own parameters. Pure."""

from __future__ import annotations

import msgspec

from engine.errors import ErrorInfo
from engine.placement.plan import Wishes


def suggested_wishes(refusal: ErrorInfo | None, wishes: Wishes) -> Wishes | None:
    """Wishes with the change that a refusal names: a shorter context, or a larger budget of a device.

    None where it names nothing that a wish can change (a larger machine, a smaller model).
    """
    if refusal is None:
        return None
    context = refusal.params.get("context")
    if isinstance(context, int) and context > 0 and context != wishes.context:
        return msgspec.structs.replace(wishes, context=context)
    device, budget = refusal.params.get("device"), refusal.params.get("budget_bytes")
    if isinstance(device, str) and isinstance(budget, int) and budget > wishes.budgets.get(device, 0):
        return msgspec.structs.replace(wishes, budgets={**wishes.budgets, device: budget})
    return None
