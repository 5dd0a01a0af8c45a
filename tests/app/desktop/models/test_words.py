"""Names, times, verdicts and queries, as words and from words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from app.desktop.base.language import languages
from app.desktop.models.discover.queries import BILLION, Filters, query_of
from app.desktop.models.discover.variant_lines import VariantLine, read_line, variant_lines
from app.desktop.models.library_state import Holding
from app.desktop.models.library_text import hash_text, library_title
from app.desktop.text.machine_text import machine_words
from app.desktop.text.quantization_text import quantization_words
from app.desktop.text.run_labels import folder_text
from app.desktop.text.verdict_text import busy_chip, reasoning_text, verdict_chip, verdict_sentence
from app.desktop.text.words import (
    about,
    active_parameters,
    licence_name,
    popularity,
    short_name,
    signs,
)
from app.store.records import LibraryFile
from engine.errors import ErrorInfo
from engine.hub.values import (
    HubFile,
    HubModel,
    JudgedVariant,
    Query,
    RemoteFacts,
    Repository,
    Variant,
    Verdict,
)
from tests.app.desktop.placement import plans
from tests.app.desktop.window.library_models import a_library_model
from tests.support.library.scripted_library import a_model

DAY = 86_400.0


@pytest.fixture(autouse=True)
def language(looks: None) -> Iterator[None]:
    languages.choose("en")
    yield
    languages.choose("en")


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("qwen3 moe", Query("qwen3 moe")),
        ("  qwen3   moe ", Query("qwen3 moe")),
        ("unsloth/", Query("", "unsloth")),
        ("unsloth/Qwen3", Query("Qwen3", "unsloth")),
        ("unsloth/Qwen3-GGUF:Q4_K_M", Query("Qwen3-GGUF", "unsloth")),
        ("unsloth/Qwen3-GGUF/Qwen3-Q4_K_M.gguf", Query("Qwen3-GGUF", "unsloth")),
        ("https://huggingface.co/unsloth/Qwen3-GGUF/tree/main", Query("Qwen3-GGUF", "unsloth")),
        ("hf.co/unsloth/Qwen3-GGUF", Query("Qwen3-GGUF", "unsloth")),
        ("http://127.0.0.1:8765/demo/Smol?x=1", Query("Smol", "demo")),
        ("yes and/or no", Query("yes and/or no")),
    ],
)
def test_what_is_typed_becomes_a_query(typed: str, wanted: Query) -> None:
    assert query_of(typed, Filters()) == wanted


def test_nothing_typed_and_nothing_chosen_asks_for_nothing() -> None:
    assert query_of("  ", Filters()) is None
    assert query_of("", Filters(licence="mit")) == Query(licence="mit")
    filters = Filters("downloads", "mit", 8 * BILLION)
    assert query_of("x", filters) == Query("x", "", "downloads", "mit", 8 * BILLION)


@pytest.mark.parametrize(
    ("repo", "name", "active"),
    [
        ("unsloth/Qwen3-30B-A3B-GGUF", "Qwen3-30B-A3B", 3 * BILLION),
        ("x/LFM2-8B-A1.5B_gguf", "LFM2-8B-A1.5B", 1_500_000_000),
        ("x/granite-4.0-1b-a400m", "granite-4.0-1b-a400m", 400_000_000),
        ("x/Ada3B", "Ada3B", 0),
        ("x/gguf", "gguf", 0),
    ],
)
def test_a_repository_by_its_name(repo: str, name: str, active: int) -> None:
    assert (short_name(repo), active_parameters(repo)) == (name, active)


def test_a_result_is_told_in_two_lines() -> None:
    now = 100 * DAY
    model = HubModel(
        "unsloth/Qwen3-30B-A3B-GGUF",
        1_240_000,
        updated=97 * DAY,
        licence="apache-2.0",
        parameters=30_500_000_000,
    )
    assert about(model) == "30.5B parameters, 3B active · Apache-2.0"
    assert popularity(model, now) == "unsloth · 1.2M downloads · updated 3 days ago"
    assert popularity(model, now, short=True) == "unsloth · 1.2M downloads · 3 days ago"
    assert about(HubModel("a/b", parameters=135_000_000, private=True)) == "135M parameters · private"
    languages.choose("ko")
    assert about(model) == "매개변수 305억 개, 활성 30억 개 · Apache-2.0"
    assert popularity(model, now) == "unsloth · 다운로드 120만회 · 3일 전 갱신"


def test_licences_have_the_names_that_people_know() -> None:
    assert [licence_name(name) for name in ("apache-2.0", "cc-by-nc-4.0", "other", "", "odd-1")] == [
        "Apache-2.0", "CC-BY-NC-4.0", "own license", "", "odd-1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Q4_K_M", "the usual choice"),
        ("UD-Q4_K_XL", "the usual choice"),
        ("Q4_0", "a little worse than the usual choice"),
        ("UD-IQ2_XXS", "noticeably worse"),
        ("Q3_K_L", "noticeably worse"),
        ("Q8_0", "nearly the original, twice the size"),
        ("BF16", "the original, three times the size"),
        ("model-of-somebody", ""),
    ],
)
def test_a_quantization_is_told_in_plain_words(name: str, words: str) -> None:
    assert quantization_words(name) == words


def test_what_a_model_can_do_is_read_from_its_tags_until_its_header_is_there() -> None:
    model = HubModel("a/b", tags=("gguf", "ko", "function-calling", "image-text-to-text"))
    assert signs(model, None) == ["tools", "Korean", "sees pictures"]
    facts = RemoteFacts("qwen3", "Q4", 1, 1, 1, 0, 0, "levels", ())
    assert signs(model, facts) == ["reasons", "Korean"]
    facts = msgspec.structs.replace(facts, sees=True, hears=True)
    assert signs(model, facts) == ["reasons", "Korean", "sees pictures", "hears"]
    assert signs(HubModel("a/b"), None) == []


def test_what_other_programs_take_is_said_apart() -> None:
    verdict = _verdict("ram", decode_tps=20.0, busy_bytes=243_000_000)
    assert verdict_chip(verdict) == verdict_chip(_verdict("ram", decode_tps=20.0))
    words = "Close other programs: 243 MB are missing right now."
    assert busy_chip(verdict) == ("243 MB missing right now", "warning", words)
    assert verdict_sentence(verdict).endswith(words)
    assert busy_chip(_verdict("ram"))[0] == ""


def _verdict(fit: str, **fields: object) -> Verdict:
    return Verdict(fit, "header", ErrorInfo("verdict.ram", {"tps": 6}), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verdict", "chip"),
    [
        (_verdict("device", decode_tps=36.2), ("on the GPU, about 36 tok/s", "accent")),
        (_verdict("divided", decode_tps=21.0), ("GPU and RAM, about 21 tok/s", "accent")),
        (_verdict("ram", decode_tps=1.4), ("in RAM, about 1.4 tok/s", "quiet")),
        (_verdict("disk", decode_tps=0.4), ("read from the disk, about 0.4 tok/s", "warning")),
        (_verdict("no", missing_bytes=38 * 10**9), ("needs 38 GB more memory", "warning")),
        (_verdict("no"), ("doesn’t fit", "warning")),
        (_verdict("device"), ("fits the GPU", "accent")),
        (_verdict("ram"), ("fits in RAM", "accent")),
        (_verdict("disk"), ("too big for RAM, very slow", "warning")),
        (_verdict("divided", decode_tps=21.0, worker=True), ("with another PC, about 21 tok/s", "accent")),
        (_verdict("device", worker=True), ("fits with another PC", "accent")),
    ],
)
def test_a_verdict_in_a_few_words(verdict: Verdict, chip: tuple[str, str]) -> None:
    assert verdict_chip(verdict) == chip


@pytest.mark.parametrize(
    ("kind", "levels", "shown"),
    [
        ("none", (), ""), ("", (), ""), ("always", (), "reasoning: always"),
        ("unknown", (), "reasoning: possible"),
        ("switch", (), "reasoning: on, off"), ("levels", ("low", "medium", "high"), "reasoning: low, medium, high"),
        ("budget", (), "reasoning: adjustable length"),
    ],
)  # fmt: skip
def test_thinking_is_told_by_what_one_can_ask_for(kind: str, levels: tuple[str, ...], shown: str) -> None:
    facts = RemoteFacts("a", "Q4", 1, 1, 1, 0, 0, kind, levels)
    assert reasoning_text(facts) == shown


def test_a_model_on_disk_names_its_quantisation_once() -> None:
    assert library_title(a_model("o/Qwen3-GGUF", "Q4_K_M", 1)) == "Qwen3 · Q4_K_M"
    assert library_title(a_model("o/Qwen3-GGUF", "Q4_K_M", 1, name="qwen q4_k_m")) == "qwen q4_k_m"


def test_paths_and_hashes_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert folder_text("/home/me/models/x.gguf") == "~/models/x.gguf"
    assert folder_text("/home/median/x.gguf") == "/home/median/x.gguf"
    assert hash_text("ab" * 32).split(" ") == ["abababab"] * 8 and hash_text("") == ""


def test_the_machine_in_a_few_words() -> None:
    assert machine_words(plans.qwen().machine) == "RTX 2080 and 64 GB of RAM"
    assert machine_words(plans.dense().machine) == "16 GB of RAM"


def test_a_model_that_is_here_without_its_projector_can_be_let_see() -> None:
    model = a_library_model("m")
    variant = Variant("Q8_0", (HubFile("m.gguf", 4 * 10**9),), HubFile("mmproj-F16.gguf", 10**9))
    seeing = msgspec.structs.replace(model, files=(*model.files, LibraryFile("/p", 10**9, sees=True)))
    repository = Repository(HubModel("a/b"), "c", (variant,))

    def line(holding: Holding, **more: Any) -> VariantLine:
        holdings, percents = {"Q8_0": holding}, {"Q8_0": 7}
        return variant_lines(repository, {}, holdings, percents, finished=True, **more)[0]

    lacking = line(Holding(model=model))
    assert (lacking.action, lacking.size, lacking.said) == (
        "Let it see",
        "5 GB",
        "Download what lets Q8_0 see",
    )
    assert line(Holding(model=seeing)).action == "Use"
    refused = line(Holding(model=model), refused={"Q8_0": ErrorInfo("hub.offline")})
    assert refused.bad and refused.words and not refused.blocked
    judged = {"Q8_0": JudgedVariant(msgspec.structs.replace(variant, projector=None))}
    blind = variant_lines(repository, judged, {"Q8_0": Holding(model=model)}, {"Q8_0": 0}, finished=True)[0]
    assert (blind.action, blind.size) == ("Use", "4 GB")
    assert read_line(list(judged.values()), "", finished=True) == ""
    assert read_line([JudgedVariant(variant)], "", finished=True).endswith(
        "1 GB that let the model see or hear."
    )
