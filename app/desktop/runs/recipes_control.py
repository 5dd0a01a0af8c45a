"""What a person does with recipes and skills on the Runs page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.desktop.base.notification import Notification
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.runs.new_run import NewRun
from app.desktop.runs.side_panel import RunsSide
from app.services.runs.values import Recipe

if TYPE_CHECKING:
    from app.desktop.runs.add_skills import AddSkills


class RecipesControl(QObject):
    """Between the list, the form and the sheet of skills. `said` carries a `Notification`, `gone` the recipe that was
    deleted."""

    said = Signal(object)
    gone = Signal(object)

    def __init__(self, calls: ServiceCalls, side: RunsSide, form: NewRun, parent: QObject) -> None:
        super().__init__(parent)
        self._calls, self._side, self._form = calls, side, form
        self.skills: AddSkills | None = None
        side.recipe_delete_wanted.connect(self._delete)
        side.skills_wanted.connect(self._add_skills)
        form.save_wanted.connect(self._save)
        form.recipe_delete_wanted.connect(self._delete)

    def read(self) -> None:
        """Bring the list up to date."""
        self._calls.do(lambda s: s.runs.recipes.all(), self._side.show_recipes, owner=self)

    def _save(self, recipe: Recipe) -> None:
        self._calls.do(lambda s: s.runs.recipes.save(recipe), self._saved, self._form.saving.say)

    def _saved(self, recipe: Recipe) -> None:
        self._form.saving.open(False)
        self.read()
        self.said.emit(Notification(self.tr("“{title}” was saved as a skill").format(title=recipe.title)))

    def _add_skills(self) -> None:
        """The sheet with what other programs have."""
        if self.skills is None:
            from app.desktop.runs.add_skills import AddSkills

            self.skills = AddSkills(self._calls, self._form.window())
            self.skills.added.connect(self.read)
        self.skills.look()

    def _delete(self, recipe: Recipe) -> None:
        """At once, with a way back for a while."""
        self._calls.do(
            lambda s: s.runs.recipes.delete(recipe.id), lambda _: self._deleted(recipe), owner=self
        )

    def _deleted(self, recipe: Recipe) -> None:
        self.gone.emit(recipe)
        self.read()
        self.said.emit(Notification(self.tr("Skill deleted"), self.tr("Undo"), lambda: self._restore(recipe)))

    def _restore(self, recipe: Recipe) -> None:
        if recipe.skill:
            self._calls.do(lambda s: s.runs.skills.restore(recipe.skill), lambda _: self.read(), owner=self)
        else:
            self._save(recipe)
