"""What each choice of reasoning changes in the text that a model gets, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from app.desktop.model_picker.reasoning_chooser import choice_word
from app.desktop.models.prompt_changes import LONGEST, Change, ShownPrompt
from app.format import format_count


def choice_name(choice: str, *, best_effort: bool = False) -> str:
    """What a choice is called, a number of tokens as the limit that it is."""
    if choice.isdecimal():
        template = QCoreApplication.translate("ReasoningProof", "Limit: {count} tokens")
        return template.format(count=format_count(int(choice)))
    return choice_word(choice, best_effort=best_effort)


def choice_sentences(shown: ShownPrompt, prompts: Sequence[ShownPrompt], *, best_effort: bool = False) -> str:
    """What this choice sends, beside the first of `prompts`, which is what the model does by itself."""
    translate = QCoreApplication.translate
    found, first = shown.found, prompts[0].found
    sentences: list[str] = []
    if found is first:
        sentences.append(translate("ReasoningProof", "Nothing is added: the model follows its own default."))
    elif found.same_as:
        template = translate("ReasoningProof", "Sends the same text as {choice}.")
        sentences.append(template.format(choice=choice_name(found.same_as)))
    elif found.prompt == first.prompt:
        template = translate("ReasoningProof", "Sends the same text as {choice}.")
        sentences.append(template.format(choice=choice_name(first.choice)))
    elif not shown.changes:
        sentences.append(translate("ReasoningProof", "Changes blank lines only."))
    if not found.same_as:
        sentences += _change_sentences(shown.changes)
        if found is first or found.prompt != first.prompt:
            sentences.append(_beginning(found.begins))
        sentences.append(_ending(found.limit))
    if best_effort and found.choice == "off":
        sentences.append(translate("ReasoningProof", "Not every model respects that."))
    return " ".join(sentence for sentence in sentences if sentence)


def _beginning(begins: str) -> str:
    translate = QCoreApplication.translate
    return {
        "reasoning": translate("ReasoningProof", "The model starts by reasoning."),
        "answer": translate("ReasoningProof", "The model starts with the answer."),
        "": "",
    }[begins]


def _ending(limit: int | None) -> str:
    if limit is None:
        return ""
    if not limit:
        return QCoreApplication.translate(
            "ReasoningProof", "Coterie ends the reasoning as soon as it begins."
        )
    template = QCoreApplication.translate(
        "ReasoningProof", "Coterie ends the reasoning after {count} tokens, and the answer begins."
    )
    return template.format(count=format_count(limit))


def _change_sentences(changes: Sequence[Change]) -> list[str]:
    """What is there instead of something else, then all that is added, then all that is left out."""
    translate = QCoreApplication.translate
    instead = translate("ReasoningProof", "Says {added} instead of {removed}.")
    sentences = [
        instead.format(added=_quoted(change.added), removed=_quoted(change.removed))
        for change in changes
        if change.added and change.removed
    ]
    added = [_quoted(change.added) for change in changes if not change.removed]
    removed = [_quoted(change.removed) for change in changes if not change.added]
    if added:
        sentences.append(translate("ReasoningProof", "Adds {text}.").format(text=", ".join(added)))
    if removed:
        sentences.append(translate("ReasoningProof", "Leaves out {text}.").format(text=", ".join(removed)))
    return sentences


def _quoted(text: str) -> str:
    if len(text) > LONGEST:
        half = LONGEST // 2
        text = f"{text[:half].rstrip()} … {text[-half:].lstrip()}"
    return QCoreApplication.translate("ReasoningProof", "“{text}”").format(text=text)
