"""`coterie models show`: a repository of the hub, or a model of the library, with verdicts."""

from __future__ import annotations

import time

from app.cli.models.objects import model_object, repository_object, verdict_object
from app.cli.opened import opened
from app.cli.output import Output
from app.format import format_short_count, format_size
from app.language import Language
from app.messages import localized, localized_error
from app.services.hub.hub_names import variant_named
from app.services.services import Services
from app.store.records import LibraryModel
from engine.errors import UserError
from engine.hub.names import ModelName, looks_like_hub_name, parse_model_name
from engine.hub.values import JudgedVariant, RemoteFacts, Repository, Verdict


def show(name: str, output: Output) -> int:
    """Print what `name` is. Raises UserError `library.*`, `hub.*`."""
    with opened() as services:
        model = _local(name, services)
        if model is not None:
            return _show_model(model, services, output)
        return _show_repository(parse_model_name(name), services, output)


def _local(name: str, services: Services) -> LibraryModel | None:
    """The model of the library, unless a repository of the hub is meant."""
    if looks_like_hub_name(name):
        wanted = parse_model_name(name)
        if not wanted.variant and not wanted.file:
            return None
    try:
        return services.library.get(name)
    except UserError as error:
        if error.code == "library.not_found" and looks_like_hub_name(name):
            return None
        raise


# --- a model of the library ---


def _show_model(model: LibraryModel, services: Services, output: Output) -> int:
    verdict: Verdict | None = None
    told: UserError | None = None
    if model.state == "ready" and model.trashed is None:
        try:
            verdict = services.hub.judge_local(model.path)
        except UserError as error:
            told = error
    shown = verdict_object(verdict, output.language) if verdict else None
    output.object(model_object(model) | {"verdict": shown})
    output.table(_model_rows(model, verdict, output.language))
    if told is not None:
        output.tell(told)
    return 0


def _model_rows(model: LibraryModel, verdict: Verdict | None, language: Language) -> list[tuple[str, str]]:
    more = len(model.files) - 1
    file = localized("cli.show.files", language, path=model.path, more=more) if more else model.path
    origin = model.repo or model.origin
    state = "trashed" if model.trashed is not None else model.state
    rows = [
        ("name", model.name),
        ("file", file),
        ("size", format_size(model.bytes)),
        ("architecture", model.architecture),
        ("quantization", model.quantisation),
        ("parameters", _parameters(model.parameters, model.active_parameters, language)),
        ("experts", _experts(model.experts, model.experts_used, language)),
        ("takes", _takes(model, language)),
        ("origin", f"{origin}:{model.variant}" if model.repo and model.variant else origin),
        ("commit", model.commit),
        ("state", localized(f"cli.show.{state}", language)),
        ("verified", _day(model.verified, language)),
        ("used", _day(model.used, language)),
        ("verdict", localized_error(verdict.sentence, language) if verdict else ""),
        ("busy", localized_error(verdict.busy, language) if verdict and verdict.busy else ""),
    ]
    return [(localized(f"cli.show.{name}", language), value) for name, value in rows if value]


# --- a repository of the hub ---


def _show_repository(wanted: ModelName, services: Services, output: Output) -> int:
    repository = services.hub.repository(wanted.repo)
    output.progress(output.localized("cli.show.judging"))
    judged = services.hub.judge(repository)
    if wanted.variant or wanted.file:
        _, variant = variant_named(str(wanted), lambda _: repository)
        judged = tuple(one for one in judged if one.variant.name == variant.name)
    states = {model.id: model for model in services.library.models()}
    if output.json:
        output.object(repository_object(repository, judged, states, output.language))
        return 0
    language = output.language
    output.table(_repository_rows(repository, judged, language))
    if judged:
        table = [_variant_row(wanted.repo, one, states, language) for one in judged]
        output.text("")
        output.table(table)
    for left_out in repository.left_out:
        reason = localized_error(left_out.reason, language)
        output.note(output.localized("cli.show.left_out", reason=reason))
    if repository.model.gate:
        output.note(output.localized("cli.show.gated"))
    best = next((one for one in judged if one.best), None)
    if best is not None and f"{wanted.repo}:{best.variant.name}" not in states:
        output.text("\n" + output.localized("cli.show.pull", id=f"{wanted.repo}:{best.variant.name}"))
    return 0


def _repository_rows(
    repository: Repository, judged: tuple[JudgedVariant, ...], language: Language
) -> list[tuple[str, str]]:
    model = repository.model
    facts = next((one.facts for one in judged if one.facts), None)
    total = facts.parameters if facts else model.parameters
    context = facts.context_length if facts else model.context_length
    rows = [
        ("name", model.repo),
        ("architecture", facts.architecture if facts else model.architecture),
        ("parameters", _parameters(total, facts.active_parameters if facts else 0, language)),
        ("experts", _experts(facts.experts, facts.experts_used, language) if facts else ""),
        ("takes", _takes(facts, language) if facts else ""),
        ("context", localized("cli.show.tokens", language, count=f"{context:,}") if context else ""),
        ("reasoning", _reasoning(facts)),
        ("license", model.licence),
        ("downloads", f"{model.downloads:,}"),
        ("commit", repository.commit),
    ]
    return [(localized(f"cli.show.{name}", language), value) for name, value in rows if value]


def _takes(model: LibraryModel | RemoteFacts, language: Language) -> str:
    """What it takes, where that is more than text."""
    from app.cli.inspect import TAKES

    return (
        localized(f"cli.inspect.{TAKES[model.sees, model.hears]}", language)
        if model.sees or model.hears
        else ""
    )


def _variant_row(
    repo: str, judged: JudgedVariant, states: dict[str, LibraryModel], language: Language
) -> tuple[str, ...]:
    here = states.get(f"{repo}:{judged.variant.name}")
    told = judged.verdict.sentence if judged.verdict else judged.error
    marks = [localized("cli.show.best", language)] if judged.best else []
    marks += [localized(f"cli.show.{here.state}", language)] if here else []
    return (
        judged.variant.name,
        format_size(judged.variant.bytes),
        localized_error(told, language) if told else "",
        f"({', '.join(marks)})" if marks else "",
    )


def _reasoning(facts: RemoteFacts | None) -> str:
    if facts is None or not facts.reasoning:
        return ""
    return (
        f"{facts.reasoning} ({', '.join(facts.reasoning_levels)})"
        if facts.reasoning_levels
        else facts.reasoning
    )


def _parameters(total: int, active: int, language: Language) -> str:
    if not total:
        return ""
    if not active or active == total:
        return format_short_count(total, language)
    return localized(
        "cli.show.active",
        language,
        total=format_short_count(total, language),
        active=format_short_count(active, language),
    )


def _experts(experts: int, used: int, language: Language) -> str:
    return localized("cli.show.used_experts", language, experts=experts, used=used) if experts else ""


def _day(when: float, language: Language) -> str:
    if not when:
        return localized("cli.show.never", language)
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(when))
