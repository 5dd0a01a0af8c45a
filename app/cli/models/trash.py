"""`coterie models trash`: lists removed models, and empties the trash."""

from __future__ import annotations

import time

from app.cli.models.objects import model_object
from app.cli.models.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.format import format_size
from app.messages import localized
from app.table import aligned


def trash(empty: bool, output: Output) -> int:
    """Print what is in the trash, or empty it. Raises UserError `library.*`."""
    with opened() as services:
        models = services.library.trash()
        freed = services.library.empty_trash() if empty else 0
    if output.json:
        for model in models:
            output.object(model_object(model) | ({"state": "deleted"} if empty else {}))
    elif empty:
        output.text(localized("cli.trash.emptied", output.language, size=format_size(freed)))
    elif models:
        rows = [(printable(one.id), format_size(one.bytes), _day(one.trashed or 0.0)) for one in models]
        output.text("\n".join(aligned(rows, "  ")))
    else:
        output.note(localized("cli.trash.nothing", output.language))
    return 0


def _day(when: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(when))
