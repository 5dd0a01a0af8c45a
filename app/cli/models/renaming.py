"""`coterie models rename`."""

from __future__ import annotations

from app.cli.models.objects import model_object
from app.cli.models.opened import opened
from app.cli.output import Output
from app.cli.printable import printable
from app.sentences import Sentence

_RENAMED = Sentence("{id} is called {name} now.", "{id}의 이름을 {name}(으)로 바꿨습니다.")


def rename(id: str, name: str, output: Output) -> int:
    """Raises UserError `library.*`."""
    with opened() as services:
        model = services.library.rename(id, name)
    if output.json:
        output.object(model_object(model))
    text: str = getattr(_RENAMED, output.language)
    output.text(text.format(id=printable(model.id), name=printable(model.name)))
    return 0
