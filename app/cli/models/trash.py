"""`coterie models trash`: what was removed, and emptying it."""

from __future__ import annotations

import time

from app.cli.models.objects import model_object
from app.cli.models.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.cli.table import aligned
from app.sentences import Sentence, format_bytes

_WORDS = {
    "nothing": Sentence("The trash is empty.", "휴지통이 비어 있습니다."),
    "emptied": Sentence(
        "The trash is empty: {size} are free again.", "휴지통을 비워 {size}을(를) 확보했습니다."
    ),
}


def trash(empty: bool, output: Output) -> int:
    """Print what is in the trash, or empty it. Raises UserError `library.*`."""
    with opened() as services:
        models = services.library.trash()
        freed = services.library.empty_trash() if empty else 0
    if output.json:
        for model in models:
            output.object(model_object(model) | ({"state": "deleted"} if empty else {}))
    elif empty:
        output.text(_word("emptied", output, size=format_bytes(freed)))
    elif models:
        rows = [(printable(one.id), format_bytes(one.bytes), _day(one.trashed or 0.0)) for one in models]
        output.text("\n".join(aligned(rows, "  ")))
    else:
        output.note(_word("nothing", output))
    return 0


def _day(when: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(when))


def _word(name: str, output: Output, **values: object) -> str:
    text: str = getattr(_WORDS[name], output.language)
    return text.format_map(values)
