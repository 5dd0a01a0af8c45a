from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.desktop.base.language import languages
from app.desktop.base.themed_widget import ThemedWidget
from engine.errors import ErrorInfo
from resources.translations.update import HERE, LANGUAGES, ROOT, collect, compiled

pytestmark = pytest.mark.usefixtures("looks")

SOURCES = sorted((ROOT / "app" / "desktop").rglob("*.py"))


def messages(ts: Path) -> list[tuple[str, str, ElementTree.Element]]:
    root = ElementTree.parse(ts).getroot()
    return [
        (context.findtext("name", ""), message.findtext("source", ""), translation)
        for context in root.iter("context")
        for message in context.iter("message")
        for translation in message.iter("translation")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    found = messages(HERE / f"coterie_{language}.ts")
    assert len(found) > 100
    missing = [source for _, source, t in found if t.get("type") is not None or not (t.text or "").strip()]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_fields_of_their_text(language: str) -> None:
    for _, source, translation in messages(HERE / f"coterie_{language}.ts"):
        fields = re.findall(r"\{\w+\}", source)
        assert sorted(re.findall(r"\{\w+\}", translation.text or "")) == sorted(fields), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotes_and_apostrophes_are_typographic(language: str) -> None:
    for _, source, translation in messages(HERE / f"coterie_{language}.ts"):
        for text in (source, *translation.itertext()):
            assert not re.search("['\"]", re.sub("<[^>]*>", "", text)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_translations_hold_exactly_the_texts_of_the_sources(language: str, tmp_path: Path) -> None:
    fresh = tmp_path / f"coterie_{language}.ts"
    collect(fresh)
    wanted = {(context, source) for context, source, _ in messages(fresh)}
    kept = {(context, source) for context, source, _ in messages(HERE / fresh.name)}
    assert kept == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_translations_are_current(language: str, tmp_path: Path) -> None:
    qm = tmp_path / "fresh.qm"
    compiled(HERE / f"coterie_{language}.ts", qm)
    assert qm.read_bytes() == (HERE / f"coterie_{language}.qm").read_bytes()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_text_to_translate_is_a_plain_literal(path: Path) -> None:
    # lupdate passes over anything else without a word.
    calls = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    ]
    # A table marks its texts where they are written, and what looks them up names the context.
    table = any(ast.unparse(call.func) == "QT_TRANSLATE_NOOP" for call in calls)
    for call in calls:
        owner, _, name = ast.unparse(call.func).rpartition(".")
        # A painter's `translate` moves what it draws.
        if name not in ("tr", "translate", "QT_TRANSLATE_NOOP") or owner.endswith("painter"):
            continue
        literals = {"tr": 1, "translate": 1 if table else 2, "QT_TRANSLATE_NOOP": 2}[name]
        for argument in call.args[:literals]:
            literal = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            assert literal, f"{path.name}:{call.lineno}"


class Greeting(ThemedWidget):
    """Speaks with a word of the product's own table."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.refresh()

    def retranslate(self) -> None:
        self.words.append(QApplication.translate("Sidebar", "New chat"))


def test_open_windows_change_their_language(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    greeting = Greeting()
    greeting.setParent(window)
    window.show()
    languages.choose("ko")
    qtbot.waitUntil(lambda: greeting.words[-1] == "새 대화")
    assert QApplication.translate("QPlatformTheme", "Cancel") == "취소"
    languages.choose("en")
    qtbot.waitUntil(lambda: greeting.words[-1] == "New chat")


@pytest.mark.parametrize(("language", "told"), [("en", "“git pull”"), ("ko", "‘git pull’")])
def test_commands_in_a_sentence_are_quoted_as_words_are(language: str, told: str) -> None:
    languages.choose(language)
    sentence = languages.tell(ErrorInfo("update.by_source"))
    assert told in sentence and "`" not in sentence
