"""`coterie models verify`: compares a model's bytes with its hashes, and repairs them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from app.cli.models.objects import model_object
from app.cli.models.progress import ProgressReport, Step
from app.cli.models.working import changes_of, watched
from app.cli.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.format import format_size
from app.services.events import ServiceEvent
from app.services.library.events import VerifyProgress

if TYPE_CHECKING:
    from engine.hub.transfer import BadPart, StopToken, Verification


def verify(id: str, repair: bool, output: Output) -> int:
    """Print damaged files; 0 when there are none, or all are repaired.

    Raises UserError `library.*`, `download.*` and `hub.*`.
    """
    with opened() as services:
        model = services.library.get(id)
        with changes_of(services) as changes, contextlib.closing(ProgressReport(output)) as report:

            def work(stop: StopToken) -> Verification:
                return services.library.verify(model.id, repair, stop)

            def show(event: ServiceEvent) -> None:
                # --json prints one object; a person sees a bar.
                if isinstance(event, VerifyProgress) and not output.json:
                    state = "repairing" if event.repairing else "verifying"
                    report.show(Step(event.model, state, event.done, event.total))

            found = watched(work, changes, show)
        model = services.library.get(model.id)
    told = {"bad": _parts(found.bad + found.repaired), "repaired": _parts(found.repaired)}
    output.object(model_object(model) | told)
    for part in found.repaired:
        output.text(_line("repaired", part, output))
    for part in found.bad:
        output.text(_line("bad", part, output))
    if found.ok:
        output.text(output.localized("cli.verify.good", id=model.id, size=format_size(model.bytes)))
    elif not repair and model.origin == "hub":
        output.note(output.localized("cli.verify.mend", id=model.id))
    return 0 if found.ok else 1


def _parts(parts: tuple[BadPart, ...]) -> list[dict[str, Any]]:
    return [
        {"file": str(part.path), "part": part.part, "first": part.first, "last": part.last}
        for part in sorted(parts, key=lambda part: (str(part.path), part.part))
    ]


def _line(word: str, part: BadPart, output: Output) -> str:
    path = printable(str(part.path))
    return output.localized(f"cli.verify.{word}", path=path, part=part.part, first=part.first, last=part.last)
