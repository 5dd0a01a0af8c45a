"""Diagnosis of weights that are laid out anew for the processor (AMX, CPU_REPACK): which are, which are not, why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.language import Language
from app.messages import localized
from app.services.diagnostics.hub import Finding
from engine.local.repack.failures import failed_models
from engine.local.repack.speeds import LayoutSpeed, kept_speeds
from engine.local.survey import Survey
from engine.placement.plan import HugePagesHere, ProductsHere


class LayoutsReport(msgspec.Struct, frozen=True):
    """`memories` by ggml's names, the `types` of weights that they take, how much faster or slower an answer is with
    each by measurement ("Q4_K": 1.6; "Q4_K experts"), files that are left as they are, because a process died,
    whether weights move into huge pages, and whether prompts are multiplied by products of our own."""

    memories: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    gains: dict[str, float] = {}
    failed: tuple[str, ...] = ()
    huge_pages: HugePagesHere = ""
    products: ProductsHere = ""


_IN_PAGES = {"used": "huge_pages_used", "off": "huge_pages_off"}
_MULTIPLIED = {"used": "products_used", "not_built": "products_not_built", "not_here": "products_not_here"}


def layouts_report(found: Survey | None, folder: Path, language: Language) -> tuple[LayoutsReport, Finding]:
    """`folder` keeps what was measured of machines. Nothing of it is an error: what loses or fails is not used."""

    def said(name: str, **values: object) -> str:
        return localized(f"doctor.layouts.{name}", language, **values)

    pages, products = (found.huge_pages, found.products) if found is not None else ("", "")
    others = [said(names[key]) for names, key in ((_MULTIPLIED, products), (_IN_PAGES, pages)) if key]
    if found is None or not found.layouts:
        report = LayoutsReport(huge_pages=pages, products=products)
        return report, Finding(True, " ".join([said("none"), *others]))
    build = found.build_key
    speeds = kept_speeds(found.machine, build, folder)
    report = LayoutsReport(
        found.layouts, found.machine.repacks, _gains(speeds), failed_models(folder, build), pages, products
    )
    told = [said("used", memories=", ".join(report.memories), types=", ".join(report.types))]
    if "AMX_INT8" in found.features_used and "AMX" not in report.memories:
        told.append(said("amx_refused"))
    if not speeds:
        told.append(said("unmeasured"))
    if slower := [name for name, gain in report.gains.items() if gain < 1]:
        told.append(said("slower", types=", ".join(slower)))
    if report.failed:
        told.append(said("failed", names=", ".join(Path(path).name for path in report.failed)))
    return report, Finding(True, " ".join([*told, *others]))


def _gains(speeds: Sequence[LayoutSpeed]) -> dict[str, float]:
    return {
        speed.type_name + (" experts" if speed.experts else ""): round(speed.plain_s / speed.own_s, 2)
        for speed in speeds
        if speed.own_s
    }
