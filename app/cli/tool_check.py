"""`coterie bench MODEL --tools`: how well a model uses tools, kept for where models are chosen."""

from __future__ import annotations

import msgspec

from agents.check.check import Checked
from app import paths
from app.cli.ending import signals_held
from app.cli.output import Output
from app.sentences import Language, Sentence
from app.sentences.checks import RATINGS, TASKS
from app.services.services import open_services

_WORDS = {
    "rating": Sentence("Tools: {rating}", "도구: {rating}"),
    "passed": Sentence(
        "{passed} of {total} tasks in {seconds} seconds", "과제 {total}개 중 {passed}개 통과, {seconds}초"
    ),
    "failed": Sentence("What went wrong:", "잘되지 않은 것:"),
}


def check_tools(model: str, output: Output) -> int:
    """Check, print and keep it; 0. Raises UserError as `ToolChecks.run` does."""
    services = open_services(paths.home())
    try:
        found = services.tool_checks.run(model, lambda done, total: output.progress(f"{done} / {total}"))
    finally:
        with signals_held():
            services.close()
    if found is not None:
        _print(found, output)
    return 0


def _print(found: Checked, output: Output) -> None:
    language = output.language
    failed = failed_words(found.failed, language)
    if output.json:
        values = msgspec.to_builtins(found)
        values["failed"] = [
            {"task": name, "words": words} for name, words in zip(found.failed, failed, strict=True)
        ]
        output.object(values)
        return
    rating = getattr(RATINGS[found.rating], language)
    output.text(_word("rating", language, rating=rating))
    seconds = f"{found.seconds:.0f}"
    output.text(_word("passed", language, passed=found.passed, total=found.total, seconds=seconds))
    if failed:
        output.text(_word("failed", language))
        for words in failed:
            output.text(f"  {words}")


def failed_words(names: tuple[str, ...], language: Language) -> list[str]:
    """What each task that went wrong asks for."""
    return [getattr(TASKS[name], language) for name in names]


def _word(name: str, language: Language, **values: object) -> str:
    text: str = getattr(_WORDS[name], language)
    return text.format_map(values)
