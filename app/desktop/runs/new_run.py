"""The form of a new run, and of a recipe that is to be run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QLabel, QWidget

from agents.budget import Budget
from app.desktop.base.theme import themes
from app.desktop.base.themed_widget import ThemedWidget
from app.desktop.forms.checked_field import Complaint
from app.desktop.forms.controls import SettingRow
from app.desktop.model_picker.reasoning_chooser import ReasoningChooser
from app.desktop.run_view.folder_field import FolderField
from app.desktop.run_view.form_foot import COLUMN, FormFoot
from app.desktop.run_view.guidance.instructions_line import InstructionsLine
from app.desktop.run_view.mode_choice import ModeChoice
from app.desktop.run_view.tools_fold import ToolsFold
from app.desktop.runs.budget_fold import BudgetFold
from app.desktop.runs.material.material_fold import NO_MATERIAL, Material, MaterialFold
from app.desktop.runs.model_field import ModelField
from app.desktop.runs.recipe_fields import RecipeFields
from app.desktop.runs.save_recipe import SaveRecipe, parameters_in
from app.desktop.text_entry.entry import PlainEntry
from app.desktop.text_entry.given_files import GivenFiles
from app.desktop.widgets.banner import BannerAction
from app.desktop.widgets.buttons import push_button
from app.desktop.widgets.labels import set_texts, show_text, text_label, wrapped_label
from app.desktop.widgets.layouts import Column, Row
from app.desktop.widgets.scroller import ColumnScroller
from app.desktop.widgets.switch import Switch
from app.desktop.widgets.writing import Writing
from app.services.models.events import ModelChanged
from app.services.models.reasoning import BUDGET, reasoning_choices
from app.services.runs.place.workspace import OF_FOLDER
from app.services.runs.values import Recipe, RunRecord, RunSpec
from engine.errors import UserError

# What some model can do, where it is not known of the chosen one.
ANY_REASONING = ("auto", "off", "on", "low", "medium", "high", BUDGET)
TASK_LINES = 5
OF_TASK = ("run.no_task", "run.task_too_large")
OF_MATERIAL = (
    *(
        "run.read_not_named",
        "run.read_missing",
        "run.read_unreadable",
        "run.read_too_wide",
        "run.read_secret",
    ),
    "collections.none",
)


class Teller(Protocol):
    """A place that says what is wrong with what stands there."""

    def say(self, error: UserError | None) -> None: ...


class NewRun(ThemedWidget):
    """`start_wanted` carries a `RunSpec`; `schedule_wanted` one too, with the words for its skill where that is meant
    as it is, else None; `save_wanted` a `Recipe`, `recipe_delete_wanted` the one that is shown. What comes of them is
    told with `say`, or by showing something else."""

    start_wanted = Signal(object)
    schedule_wanted = Signal(object, object)
    save_wanted = Signal(object)
    recipe_delete_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._busy = False
        self.recipe: Recipe | None = None
        self._filled = ""  # the recipe's task as the fields make it; another one was written by hand
        self._in_use: ModelChanged | None = None
        self.writing = Writing(self)  # of a task for the model in use
        self._scroller = ColumnScroller(self, most=COLUMN)
        inside = self._scroller.inside
        self._title = text_label(inside, "title")
        self._about = wrapped_label(inside, "small")
        self.delete = push_button(inside, "link")
        self.fields = RecipeFields(inside)
        self.task = PlainEntry(inside)
        self.task.setProperty("kind", "field")
        self.task.setTabChangesFocus(True)
        self.files = GivenFiles(self, self.task, self._offer_folder)
        self.of_task = Complaint(inside)
        self.folder, self.model, self.mode = FolderField(inside), ModelField(inside), ModeChoice(inside)
        self.instructions = InstructionsLine(self.folder, inside)
        self.plan = Switch(inside)
        self._plan_row = SettingRow(self.plan, inside, margins=(0, 0, 0, 0))
        self.reasoning = ReasoningChooser(inside)
        self.material = MaterialFold(self.folder, inside)
        self.tools, self.budget, self.saving = ToolsFold(inside), BudgetFold(inside), SaveRecipe(inside)
        self.foot = FormFoot(self)
        self.start, self.of_start = self.foot.start, self.foot.complaint
        self._labels = [QLabel(inside) for _ in range(5)]
        self._lay_out()
        self._connect()
        self.show_empty()
        self.refresh()

    def _lay_out(self) -> None:
        column = self._scroller.column
        column.addLayout(Row((self._title, 1), self.delete))
        column.addWidget(self._about)
        column.addWidget(self.fields)
        rows: tuple[tuple[QWidget, ...], ...] = (
            (self.task, self.files.strip, self.of_task),
            (self.folder, self.instructions),
            (self.model,),
            (self.mode, self._plan_row),
            (self.reasoning,),
        )
        for label, widgets in zip(self._labels, rows, strict=True):
            label.setProperty("kind", "heading")
            label.setBuddy(widgets[0])
            column.addLayout(group := Column(label, *widgets, spacing=6))
        group.setAlignment(self.reasoning, Qt.AlignmentFlag.AlignLeft)
        for fold in (self.material, self.tools, self.budget, self.saving):
            column.addWidget(fold)
        column.addStretch(1)
        Column((self._scroller, 1), self.foot, parent=self, spacing=0)

    def _connect(self) -> None:
        self.task.textChanged.connect(self._task_changed)
        self.fields.changed.connect(self._fill)
        self.folder.changed.connect(lambda: self.of_start.say(None))
        self.model.changed.connect(self._model_changed)
        self.saving.save_wanted.connect(self._save)
        self.saving.opened.connect(self._scroll_to_saving)
        self.start.clicked.connect(self.send)
        self.foot.later.clicked.connect(self._schedule)
        # Wherever the focus is: a button would take Enter for itself.
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.send)
        self.delete.clicked.connect(lambda: self.recipe_delete_wanted.emit(self.recipe))

    # What the page tells

    def show_empty(self) -> None:
        """A run of which only the folder is chosen: the one before."""
        self._show_recipe(None)
        self.task.clear()
        self.mode.set_mode("ask")
        self.plan.setChecked(False)
        self.material.show_material(NO_MATERIAL)
        self.model.set_context(0)
        self.tools.choose(None)
        self.budget.show_budget(Budget())
        self.saving.propose("")
        self.saving.open(False)

    def show_recipe(self, recipe: Recipe) -> None:
        """A recipe with its fields to fill in."""
        self._show_recipe(recipe)
        self.mode.set_mode(recipe.mode)
        self.tools.choose(recipe.tools)
        self.budget.show_budget(recipe.budget)
        self.plan.setChecked(recipe.plan)
        self.saving.propose(recipe.title if recipe.own else "", recipe.description)
        self.saving.open(False)
        self._filled = ""
        self.task.clear()
        self._fill()

    def show_run(
        self, run: RunRecord, budget: Budget, tools: Sequence[str], material: Material = NO_MATERIAL
    ) -> None:
        """The wish of a run that had these tools, to be kept as a recipe or started again."""
        self.show_empty()
        self.task.setPlainText(run.task)
        self.folder.show_folder(run.workspace)
        self.material.show_material(material)
        self.mode.set_mode(run.mode)
        self.budget.show_budget(budget)
        self.tools.choose_as(tools)
        self.saving.propose(run.title)
        self.saving.open()
        self.saving.title.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_recipe(self, recipe: Recipe | None) -> None:
        self.recipe = recipe
        self.fields.show_recipe(recipe)
        self.say(None)
        self.saving.say(None)
        self.retranslate()

    def show_recent(self, folders: Sequence[str], models: Sequence[str] = ()) -> None:
        """Folders and models of earlier runs; the latest folder is offered where none is chosen."""
        self.model.show_used(models)
        self.folder.show_recent(folders)
        if folders and not self.folder.folder():
            self.folder.show_folder(folders[0])

    def take_model(self, state: ModelChanged) -> None:
        """What is in use now."""
        self._in_use = state
        self.model.show_in_use(state.name, state.path)

    def take_focus(self) -> None:
        self._scroller.verticalScrollBar().setValue(0)
        if not self.fields.take_focus():
            self.task.moveCursor(QTextCursor.MoveOperation.End)
            self.task.setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, error: UserError | None) -> None:
        """Why it could not be started, where it can be mended."""
        self._set_busy(False)
        for place in (self.fields, self.of_task, self.folder, self.model, self.material, self.of_start):
            place.say(None)
        if error is None:
            return
        told_at, field = self._place_of(error)
        told_at.say(error)
        if field is not None:
            field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place_of(self, error: UserError) -> tuple[Teller, QWidget | None]:
        """Where an error is told, and what takes the focus to mend it."""
        if error.code in OF_TASK:
            return self.of_task, self.task
        if error.code in OF_FOLDER:
            return self.folder, self.folder
        if error.code.startswith("recipe."):
            return self.fields, None
        if error.code in OF_MATERIAL:
            return self.material, None
        if error.code.startswith(("remote.", "model.")):
            return self.model, self.model
        return self.of_start, None

    # Inside

    def send(self) -> None:
        if self._busy:
            return
        if (wish := self._checked_wish()) is not None:
            self._set_busy(True)
            self.start_wanted.emit(wish)

    def _schedule(self) -> None:
        if (wish := self._checked_wish()) is None:
            return
        as_it_is = self.recipe is not None and self.task.toPlainText() == self._filled
        self.schedule_wanted.emit(wish, self.fields.values() if as_it_is else None)

    def _checked_wish(self) -> RunSpec | None:
        """What is wished for; None once it is said what is left out."""
        try:
            return self.wish()
        except UserError as error:
            self.say(error)
            self.fields.take_focus()
            return None

    @property
    def in_use(self) -> ModelChanged | None:
        """The model in use, as far as it is known."""
        return self._in_use

    def wish(self) -> RunSpec:
        """Raises UserError `recipe.empty_parameter`."""
        recipe = self.recipe
        task = self.task.toPlainText()
        if recipe is not None and task == self._filled:
            from app.services.runs.recipes import filled

            task = filled(recipe, self.fields.values())
        return RunSpec(
            task,
            self.folder.folder(),
            model=self.model.model(),
            mode=self.mode.mode(),
            reasoning=self.reasoning.value(),
            budget=self.budget.budget(),
            tools=self.tools.chosen(),
            recipe=recipe.id if recipe is not None else "",
            title=recipe.title if recipe is not None else "",
            plan=self.plan.isChecked(),
            collection=self.material.material().collection,
            readable=self.material.material().readable,
            context=self.model.context(),
        )

    def _fill(self) -> None:
        """Write the recipe's task with what its fields say; not over what was written by hand."""
        recipe = self.recipe
        if recipe is None or self.task.toPlainText() != self._filled:
            return
        text = recipe.task
        for name, value in self.fields.values().items():
            if value.strip():
                text = text.replace("{" + name + "}", value.strip())
        self._filled = text
        self.task.setPlainText(text)

    def _save(self, title: str, description: str) -> None:
        recipe = self.recipe
        by_hand = recipe is None or self.task.toPlainText() != self._filled
        task = self.task.toPlainText() if by_hand or recipe is None else recipe.task
        known = recipe.parameters if recipe is not None else ()
        same = recipe is not None and recipe.own and recipe.title == title
        self.save_wanted.emit(
            Recipe(
                recipe.id if recipe is not None and same else "",
                title,
                description,
                task,
                parameters_in(task, known),
                self.tools.chosen(),
                self.mode.mode(),
                self.budget.budget(),
                own=same,
                plan=self.plan.isChecked(),
            )
        )

    def _offer_folder(self, folder: str) -> BannerAction:
        return BannerAction(self.tr("Work in this folder"), lambda: self.folder.show_folder(folder))

    def _scroll_to_saving(self, on: bool) -> None:
        if on:  # once it has its room in the column
            QTimer.singleShot(0, self, lambda: self._scroller.show_whole(self.saving))

    def _task_changed(self) -> None:
        self.of_task.say(None)
        if self.task.hasFocus() and not self.task.document().isEmpty() and self.model.is_in_use():
            self.writing.letters()

    def _model_changed(self) -> None:
        self.of_start.say(None)
        self._show_reasoning()

    def _show_reasoning(self) -> None:
        """What the chosen model can do; all there is where that is not known before it is loaded."""
        facts = self._in_use.facts if self._in_use is not None else None
        known = facts if self.model.is_in_use() else None
        choices = ANY_REASONING if known is None else reasoning_choices(known.reasoning)
        value = self.reasoning.value()
        if value not in choices and not (isinstance(value, int) and BUDGET in choices):
            value = "auto"
        self.reasoning.show_choices(choices, value)
        for widget in (self.reasoning, self._labels[4]):
            widget.setVisible(bool(choices))
        self._fit_reasoning()

    def _fit_reasoning(self) -> None:
        margins = self._scroller.column.contentsMargins()
        room = self._scroller.viewport().width() - margins.left() - margins.right()
        self.reasoning.fit_width(room)

    def resizeEvent(self, event: object) -> None:
        self._fit_reasoning()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.start.setEnabled(not busy)

    def retranslate(self) -> None:
        recipe = self.recipe
        self._title.setText(recipe.title if recipe is not None else self.tr("New run"))
        show_text(self._about, recipe.description if recipe is not None else "")
        self.delete.setVisible(recipe is not None and recipe.own)
        set_texts(self.delete, self.tr("Delete this skill"))
        names = (
            self.tr("Task"),
            self.tr("Folder"),
            self.tr("Model"),
            self.tr("What it may do without asking"),
            self.tr("Reasoning"),
        )
        for label, name in zip(self._labels, names, strict=True):
            label.setText(name)
        self._plan_row.set_words(
            self.tr("Plan first"),
            self.tr("It only reads, then proposes steps. Nothing is changed before you approve them."),
        )
        self.task.setAccessibleName(self.tr("Task"))
        self.task.setPlaceholderText(
            self.tr("What should be done in this folder? Describe the result you want.")
        )
        self.reasoning.setAccessibleName(self.tr("Reasoning"))

    def restyle(self) -> None:
        high = self.task.fontMetrics().lineSpacing() * TASK_LINES + themes.current.px(24)
        self.task.setFixedHeight(high)
        self._fit_reasoning()
