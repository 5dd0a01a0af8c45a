"""What the table of quantizations says: pure, from what was read, judged and is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from PySide6.QtCore import QCoreApplication

from app.desktop.base.language import languages
from app.desktop.models.library_state import Holding
from app.desktop.text.quantization_text import quantization_words
from app.desktop.text.verdict_text import verdict_chip, verdict_sentence
from app.desktop.text.words import joined
from app.format import format_size
from engine.errors import ErrorInfo
from engine.hub.values import JudgedVariant, Repository, Variant

# What a download needs on the disk beside its own bytes, as where it begins.
SPARE = 0.05


class VariantLine(msgspec.Struct, frozen=True):
    """What a row shows, in the language that is on. `chip` is the verdict in a few words, `sentence` the whole;
    `mark` stands beside the name. `action` is the text of the button, `said` the same as a whole sentence.
    `words` are what the quantization means, or, where they are `bad`, why it cannot be had; `blocked` says that
    trying again cannot help."""

    name: str
    size: str
    chip: str = ""
    tone: str = "quiet"
    sentence: str = ""
    mark: str = ""
    mark_tone: str = "accent"
    action: str = ""
    said: str = ""
    words: str = ""
    bad: bool = False
    blocked: bool = False


def variant_lines(
    repository: Repository,
    judged: Mapping[str, JudgedVariant],
    holdings: Mapping[str, Holding],
    percents: Mapping[str, int],
    *,
    finished: bool,
    best_first: bool = False,
    free: int | None = None,
    refused: Mapping[str, ErrorInfo] = {},
    asked: str = "",
) -> list[VariantLine]:
    """A line for each variant, the largest first, the best one before them where it is to stand there, and before all
    the one that was `asked` for by its name.

    `percents`: how far each download is. `free`: bytes free where the library lies, None where nobody knows.
    `refused`: why some could not be begun.
    """
    best = {name for name, each in judged.items() if each.best and best_first}
    # What was judged says whose projector comes along.
    known = [judged[one.name].variant if one.name in judged else one for one in repository.variants]
    variants = sorted(known, key=lambda one: (one.name != asked, one.name not in best, -one.bytes))
    return [
        _with_refusal(
            _line(
                variant,
                judged.get(variant.name),
                holdings[variant.name],
                percents[variant.name],
                finished,
                asked=variant.name == asked,
            ),
            variant,
            holdings[variant.name],
            free,
            refused.get(variant.name),
        )
        for variant in variants
    ]


def _with_refusal(
    line: VariantLine, variant: Variant, holding: Holding, free: int | None, refused: ErrorInfo | None
) -> VariantLine:
    """The line with the reason why it cannot be had, if there is one."""
    replace = msgspec.structs.replace
    download = holding.download
    if refused is not None and lacks_projector(variant, holding):
        return replace(line, words=languages.tell(refused), bad=True)
    if holding.model is not None or (download is not None and download.state != "failed"):
        return line
    need = variant.bytes - (download.received if download is not None else 0)
    if free is not None and need * (1 + SPARE) > free:
        words = QCoreApplication.translate("Models", "Needs {need} on the disk, {free} are free")
        words = words.format(need=format_size(int(need * (1 + SPARE))), free=format_size(free))
        return replace(line, words=words, said=f"{line.said}. {words}", bad=True, blocked=True)
    error = refused or (download.error if download is not None else None)
    return line if error is None else replace(line, words=languages.tell(error), bad=True)


def _line(
    variant: Variant,
    judged: JudgedVariant | None,
    holding: Holding,
    percent: int,
    finished: bool,
    *,
    asked: bool,
) -> VariantLine:
    translate = QCoreApplication.translate
    chip, tone, sentence = _verdict(judged, finished)
    mark, mark_tone = "", "accent"
    if judged is not None and judged.best:
        mark = translate("Models", "best here")
    elif holding.model is not None:
        mark, mark_tone = translate("Models", "in library"), "quiet"
    if asked:
        mark, mark_tone = joined([translate("Models", "from the link"), mark]), "accent"
    action, said = _action(variant, holding, percent)
    return VariantLine(
        name=variant.name,
        size=format_size(variant.bytes),
        chip=chip,
        tone=tone,
        sentence=sentence,
        mark=mark,
        mark_tone=mark_tone,
        action=action,
        said=said,
        words=quantization_words(variant.name),
    )


def _verdict(judged: JudgedVariant | None, finished: bool) -> tuple[str, str, str]:
    translate = QCoreApplication.translate
    if judged is None:
        return ("" if finished else translate("Models", "reading…")), "plain", ""
    if judged.verdict is not None:
        chip, tone = verdict_chip(judged.verdict)
        sentence = verdict_sentence(judged.verdict)
        if judged.error is not None:
            sentence = f"{sentence} {languages.tell(judged.error)}"
        return chip, tone, sentence
    why = languages.tell(judged.error) if judged.error is not None else ""
    return translate("Models", "unknown"), "plain", why


def lacks_projector(variant: Variant, holding: Holding) -> bool:
    """Whether the model is here, and what lets it see is on the hub alone."""
    return holding.model is not None and holding.model.projector is None and variant.projector is not None


def _action(variant: Variant, holding: Holding, percent: int) -> tuple[str, str]:
    """The text of the button, and the same as a whole for a screen reader."""
    translate = QCoreApplication.translate
    name, lacking = variant.name, lacks_projector(variant, holding)
    if lacking and holding.download is None:
        said = translate("Models", "Download what lets {name} see").format(name=name)
        return translate("Models", "Let it see"), said
    if holding.model is not None and not lacking:
        return translate("Models", "Use"), translate("Models", "Use {name} in the chat").format(name=name)
    download = holding.download
    if download is None:
        return translate("Models", "Get"), translate("Models", "Download {name}").format(name=name)
    if download.state == "failed":
        return translate("Models", "Try again"), translate("Models", "Download {name} again").format(
            name=name
        )
    words = {
        "queued": translate("Models", "Waiting"),
        "paused": translate("Models", "Paused, {percent}%"),
        "verifying": translate("Models", "Verifying"),
    }.get(download.state, translate("Models", "{percent}%"))
    shown = words.format(percent=percent)
    return shown, translate("Models", "{name}: {state}. Show the downloads").format(name=name, state=shown)


def read_line(judged: Sequence[JudgedVariant], machine: str, *, finished: bool) -> str:
    """What the verdicts rest on: how much was read, and for which machine it was planned; and what of the sizes lets
    the model see."""
    return " ".join(filter(None, (_read_line(judged, machine, finished=finished), _eyes_line(judged))))


def _eyes_line(judged: Sequence[JudgedVariant]) -> str:
    """What of a download lets the model see or hear."""
    size = max((each.variant.projector.bytes for each in judged if each.variant.projector), default=0)
    if not size:
        return ""
    words = QCoreApplication.translate("Models", "Downloads include {size} that let the model see or hear.")
    return words.format(size=format_size(size))


def _read_line(judged: Sequence[JudgedVariant], machine: str, *, finished: bool) -> str:
    translate = QCoreApplication.translate
    read = sum(each.facts.bytes_read for each in judged if each.facts is not None)
    headers = [each for each in judged if each.verdict is not None and each.verdict.source == "header"]
    sizes = [each for each in judged if each.verdict is not None and each.verdict.source == "sizes"]
    if headers and read:
        template = (
            translate("Models", "Checked against {machine}. {size} of file headers were read.")
            if machine
            else translate("Models", "{size} of file headers were read.")
        )
        return template.format(size=format_size(read), machine=machine)
    if finished and sizes:
        words = translate("Models", "Estimated from the size of the files.")
        why = next((each.error for each in sizes if each.error is not None), None)
        return f"{words} {languages.tell(why)}" if why is not None else words
    return "" if finished else translate("Models", "Reading the files’ headers…")


def best_sentence(judged: Sequence[JudgedVariant]) -> str:
    """The best one in words: its name and its whole verdict."""
    for each in judged:
        if each.best and each.verdict is not None:
            return QCoreApplication.translate("Models", "Best for this computer: {name}. {verdict}").format(
                name=each.variant.name, verdict=verdict_sentence(each.verdict)
            )
    return ""
