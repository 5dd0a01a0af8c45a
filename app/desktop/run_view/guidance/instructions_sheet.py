"""The project instructions of a folder, to be read and agreed to."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from app.desktop.run_view.guidance.text_sheet import TextSheet
from app.diff_text import shown_diff
from app.services.guidance.instructions import Found, Instruction


class InstructionsSheet(TextSheet):
    """`agreed` and `withdrawn` carry the `Instruction`s that are meant."""

    agreed = Signal(object)
    withdrawn = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._found = Found()
        self.yes.clicked.connect(self.confirm)
        self.refresh()

    def show_found(self, found: Found) -> None:
        self._found = found
        self.retranslate()

    def confirm(self) -> None:
        """Agree to what is open; where nothing is, no longer follow what was agreed to."""
        found = self._found
        self.close_overlay()
        if found.open:
            self.agreed.emit(found.open)
        else:
            self.withdrawn.emit(tuple(each for each in found.all if each.state == "agreed"))

    def retranslate(self) -> None:
        is_open = bool(self._found.open)
        self.title.setText(self.tr("Project instructions"))
        self.about.setText(
            self.tr(
                "These files tell agents how to work in this project. Somebody else may have written them. The model "
                "follows them once you agree, and you’re asked again when the text changes."
            )
        )
        self.show_text("\n\n".join(map(_shown, self._found.all)))
        self.text.setAccessibleName(self.title.text())
        self.yes.setText(self.tr("Follow these") if is_open else self.tr("Stop following"))
        self.no.setText(self.tr("Not now") if is_open else self.tr("Close"))
        self.card.setAccessibleName(self.title.text())


def _shown(each: Instruction) -> str:
    translate = QCoreApplication.translate
    file = each.file
    note = state_note(each)
    by = translate("InstructionsSheet", "imported by {name}").format(name=file.by) if file.by else ""
    head = f"{file.name}  ({', '.join(filter(None, (note, by)))})"
    parts = [head, "─" * min(60, len(head))]
    if each.diff:
        parts += [shown_diff(each.diff).text, "", translate("InstructionsSheet", "The whole text:")]
    return "\n".join((*parts, file.text.rstrip()))


def state_note(each: Instruction) -> str:
    translate = QCoreApplication.translate
    if each.state == "unusable":
        return {
            "outside": translate("InstructionsSheet", "leads out of the project"),
            "not_text": translate("InstructionsSheet", "not a text"),
        }.get(each.file.trouble, translate("InstructionsSheet", "can’t be read"))
    return {
        "agreed": translate("InstructionsSheet", "followed"),
        "new": translate("InstructionsSheet", "new"),
    }.get(each.state, translate("InstructionsSheet", "changed since you agreed"))
