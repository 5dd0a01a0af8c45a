"""The messages in English and Korean."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from app.installation.facts import Installation
from app.language import Language
from app.messages import localized, localized_error, messages
from engine.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
ERRORS = sorted(key for key in messages("en") if key.startswith("errors."))


def test_each_error_is_a_sentence_and_korean_in_korean() -> None:
    english = {key: messages("en")[key] for key in ERRORS}
    assert {key for key, text in english.items() if text[-1] not in ".?"} == set()
    assert {key for key, text in english.items() if text[0] not in text[0].upper() + "“{"} == set()
    korean = {key: messages("ko")[key] for key in ERRORS}
    assert {key for key, text in korean.items() if text[-1] not in ".?"} == set()
    assert {key for key, text in korean.items() if not any("가" <= c <= "힣" for c in text)} == set()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_plural_forms_are_pairs_and_only_of_english(language: str) -> None:
    forms = {
        (key, form)
        for key, text in messages(language).items()  # type: ignore[arg-type]
        for _, _, form, _ in string.Formatter().parse(text)
        if form
    }
    assert language == "en" or not forms
    assert {(key, form) for key, form in forms if form.count("|") != 1 or not form.partition("|")[2]} == set()


def test_korean_leaves_no_particle_to_the_reader_or_to_chance() -> None:
    """After a name a noun stands before the particle; sizes end in a vowel whatever their number is."""
    both = re.compile(r"[은는이가을를와과]\([은는이가을를와과]\)|\((?:으|이)\)")
    after_a_name = re.compile(
        r"\{(?!\w*bytes\}|size\}|done\})\w+\}[’”]?(?:은|는|이|가|을|를|과|와|으로|로)(?=[ .,]|$)"
    )
    unsure = {
        key: text for key, text in messages("ko").items() if both.search(text) or after_a_name.search(text)
    }
    assert unsure == {}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_quotes_and_apostrophes_are_typographic_but_in_code(language: Language) -> None:
    texts = {key: re.sub(r"`[^`]*`", "", text) for key, text in messages(language).items()}
    assert {key for key, text in texts.items() if "'" in text or '"' in text} == set()


def test_an_unknown_code_is_told_with_the_code_in_it() -> None:
    assert "no.such" in localized_error(UserError("no.such", path="x"))


def test_sizes_and_counts_are_written_as_people_read_them() -> None:
    error = UserError("engine.not_enough_memory", needed_bytes=9_100_000_000, free_bytes=800_000_000)
    for language in ("en", "ko"):
        said = localized_error(error, language)  # type: ignore[arg-type]
        assert "9.1 GB" in said and "800 MB" in said
    overflow = UserError("engine.context_overflow", needed=50_000, available=8192)
    assert "50,000" in localized_error(overflow) and "50,000토큰" in localized_error(overflow, "ko")


def test_one_has_its_own_form() -> None:
    assert localized("tool_server.tools", "en", count=1) == "1 tool"
    assert localized("tool_server.tools", "en", count=1200) == "1,200 tools"
    assert localized("tool_server.tools", "ko", count=1) == "도구 1개"


def test_a_device_has_its_article() -> None:
    lost = [localized_error(UserError("cache.no_memory", device=name)) for name in ("GPU", "RPC0")]
    assert "available on the GPU." in lost[0] and "available on RPC0." in lost[1]


def test_a_message_reads_the_file_of_its_language_only() -> None:
    code = (
        "import sys, app.messages as m; assert 'tomllib' not in sys.modules; "
        "m.localized_error(m.UserError('engine.no_model'), 'ko'); "
        "print(m.messages.cache_info().currsize)"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "1"


def test_a_package_tells_no_way_of_a_clone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only set-up's own notes lead to is never told in a package, which has none."""
    of_set_up = re.compile(
        r"doctor\.graphics\.|errors\.(cache\.(no_compiler|not_compiled)|update\.by_source)"
    )
    for language in ("en", "ko"):
        table = messages(language)  # type: ignore[arg-type]
        named = {key for key, text in table.items() if "make setup" in text and not of_set_up.match(key)}
        otherwise = {key.removeprefix("packaged.") for key in table if key.startswith("packaged.")}
        assert named and named == {key for key in otherwise if not of_set_up.match(key)}
        for key in named:
            fields = [
                {name for _, name, _, _ in string.Formatter().parse(table[k]) if name}
                for k in (key, f"packaged.{key}")
            ]
            assert fields[0] == fields[1]
    error = UserError("engine.library_failed", detail="x")
    assert "make setup" in localized_error(error)
    monkeypatch.setattr("app.messages.installation", lambda: Installation("deb"))
    assert "Install Coterie again" in localized_error(error)
