"""The sentences for errors: what happened and what to do, in English and Korean; one module for each area.

Every code that a `UserError` is raised with has a row; a test compares the two. Parameters
stand in braces. `bytes`-like parameters arrive as numbers and are written with their unit by `sentence`.
"""

from __future__ import annotations

from app.sentences import (
    agent_tools,
    checks,
    cli,
    desktop,
    drafting,
    engine,
    expert_cache,
    hub,
    library,
    mcp,
    models,
    placement,
    remote,
    reuse,
    runs,
    sandbox,
    services,
    store,
    transfer,
    undo,
)
from app.sentences.sentence import Language, Sentence
from engine.errors import ErrorInfo, Param, UserError

__all__ = ["SENTENCES", "Language", "Sentence", "format_bytes", "sentence"]

SENTENCES: dict[str, Sentence] = {
    "unknown": Sentence(
        "Something unexpected went wrong ({detail}). Nothing you wrote is lost; please try again.",
        "예상하지 못한 문제가 생겼습니다({detail}). 작성한 내용은 그대로 있습니다. 다시 시도해 주세요.",
    ),
    **engine.SENTENCES,
    **reuse.SENTENCES,
    **models.SENTENCES,
    **placement.SENTENCES,
    **hub.SENTENCES,
    **store.SENTENCES,
    **services.SENTENCES,
    **library.SENTENCES,
    **transfer.SENTENCES,
    **runs.SENTENCES,
    **agent_tools.SENTENCES,
    **checks.SENTENCES,
    **sandbox.SENTENCES,
    **undo.SENTENCES,
    **mcp.SENTENCES,
    **remote.SENTENCES,
    **cli.SENTENCES,
    **desktop.SENTENCES,
    **drafting.SENTENCES,
    **expert_cache.SENTENCES,
}


def format_bytes(count: float) -> str:
    """A size in the units people read: 98 MB, 9.1 GB (decimal, one digit below ten)."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            digits = 1 if unit != "bytes" and count < 10 else 0
            return f"{count:.{digits}f} {unit}"
        count /= 1000
    raise AssertionError("unreachable")


def _shown(name: str, value: Param, language: Language) -> str:
    if name == "device" and value == "GPU":
        return "the GPU" if language == "en" else "GPU"
    if name.endswith("bytes") and isinstance(value, int | float):
        return format_bytes(value)
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def sentence(error: UserError | ErrorInfo, language: Language = "en") -> str:
    """The plain sentence for an error. A code without a row is told as `unknown` with the code in it."""
    row = SENTENCES.get(error.code)
    if row is None:
        row, params = SENTENCES["unknown"], {"detail": error.code}
    else:
        params = {name: _shown(name, value, language) for name, value in error.params.items()}
    text: str = getattr(row, language)
    return text.format_map(params)
