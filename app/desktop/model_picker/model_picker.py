"""The picker of models: type to find one, Enter to use it. It shows what is known and never waits for more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QListView, QWidget

from app.desktop.base.language import languages
from app.desktop.base.text_field import TextField
from app.desktop.base.theme import themes
from app.desktop.model_picker.loaded_model_note import ResidenceNote
from app.desktop.model_picker.model_choices import ModelChoice, found_choices
from app.desktop.model_picker.model_wishes import Known, ModelWishes
from app.desktop.model_picker.picker_rows import PickerRows, Row, RowDelegate, row_height
from app.desktop.text.remote_marks import mark, place_name
from app.desktop.text.template_text import no_template_sentence
from app.desktop.text.tool_rating_text import checking_text, tools_sentence, tools_text
from app.desktop.text.words import sense_words
from app.desktop.widgets.labels import announce, show_text, text_label
from app.desktop.widgets.overlay import Overlay
from app.format import format_size, format_speed, format_tokens_per_second
from engine.remote.names import read_name

WIDTH = 440
FOOT = 18


class ModelPicker(Overlay):
    """Stands under `menu`, over the window `parent`, and shows what that knows; what is wanted is told by its
    signals."""

    def __init__(self, parent: QWidget, menu: ModelWishes) -> None:
        super().__init__(parent, WIDTH)
        self._menu, self._known = menu, menu.known
        self.layout().setStretch(2, 0)  # at the right, where the menu is
        self.field = TextField(self.card)
        self.rows = PickerRows(self)
        self.list = QListView(self.card)
        self.list.setModel(self.rows)
        self.list.setItemDelegate(RowDelegate(self.rows, self.list))
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setMouseTracking(True)
        self._nothing = text_label(self.card, "small", wraps=True)
        self.note = ResidenceNote(self.card)
        for widget in (self.field, self._nothing, self.list, self.note):
            self.inside.addWidget(widget)
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        self.list.entered.connect(self.list.setCurrentIndex)
        self.refresh()

    # What it is told

    def show_known(self, known: Known) -> None:
        """What is known now."""
        first = not self._known.choices and known.choices and not self.field.text()
        self._known = known
        self._show()
        if first:
            self._select_used()

    def open(self) -> None:
        self.field.clear()
        super().open()
        self._show()
        self._select_used()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def texts(self) -> list[str]:
        """What each row says, for a reader."""
        return [row.described for row in self.rows.rows]

    # Rows

    def _show(self) -> None:
        if self.isHidden():
            return  # made anew when it opens
        before = self.list.currentIndex().row()
        models = self._model_rows(found_choices(self.field.text(), self._known.choices or ()))
        self.rows.show_rows([*models, *self._action_rows(found=bool(models))])
        show_text(self._nothing, self._say_nothing() if not models else "")
        self.note.show_residence(self._known.state, self._known.loaded_model)
        self._go_to(min(max(0, before), len(self.rows.rows) - 1))
        self._fit()

    def _say_nothing(self) -> str:
        if self._known.choices is None:
            return self.tr("Reading the library…")
        return self.tr("None of your models has that name.")

    def _model_rows(self, choices: Sequence[ModelChoice]) -> list[Row]:
        """A heading stands over the first of each group of servers."""
        headings = {"near": self.tr("Servers on this computer"), "elsewhere": mark()}
        rows = []
        for choice in choices:
            row = self._model_row(choice)
            heading = headings.pop(choice.kind, "")
            rows.append(msgspec.structs.replace(row, heading=heading) if heading else row)
        return rows

    def _model_row(self, choice: ModelChoice) -> Row:
        used = self._known.state is not None and self._known.state.path == choice.path != ""
        note, colour, said = self._note(choice, used)
        parts = [choice.quantisation, format_size(choice.bytes) if choice.bytes else ""]
        if choice.kind == "starter":
            parts.append(self.tr("starter model"))
        elif choice.kind == "file":
            parts.append(self.tr("opened file"))
        elif (remote := read_name(choice.path)) is not None:
            parts += [choice.place, place_name(remote)]
        known = self._known.speeds.get(choice.path)
        bare = choice.usable and known is not None and not known.has_template
        # The middle of a long line is cut.
        parts = [*sense_words(choice.sees, choice.hears), *parts]
        if bare:
            parts.insert(0, self.tr("no chat template"))
        speed, speed_said = self._speed(choice)
        detail = " · ".join(part for part in (*parts, speed, tools_text(choice.tools)) if part)
        tools_said = f"{tools_text(choice.tools)}. {tools_sentence(choice.tools)}" if choice.tools else ""
        told = (choice.name, *parts, speed_said, said, tools_said, no_template_sentence() if bare else "")
        described = ", ".join(part for part in told if part)
        act: partial[None] = partial(self._menu.use_wanted.emit, choice.use)
        if choice.kind == "library" and not choice.usable:
            act = partial(self._menu.library_wanted.emit)  # where it can be mended
        symbol = "box" if choice.usable else "triangle-alert"
        symbol = "check" if used else "cloud" if choice.kind == "elsewhere" else symbol
        enabled = choice.usable or choice.kind == "library"
        return Row(
            choice.name,
            symbol,
            act,
            described,
            detail,
            note,
            colour,
            enabled,
            is_model=True,
            sees=choice.sees,
        )

    def _note(self, choice: ModelChoice, used: bool) -> tuple[str, str, str]:
        """The word at the right of a model, its colour, and what a reader says."""
        state, checking = self._known.state, self._known.checking
        if choice.state == "missing":
            return self.tr("not found"), "warning", self.tr("its file was moved or deleted")
        if choice.state == "damaged":
            return self.tr("damaged"), "bad", self.tr("damaged, can be repaired in the library")
        if checking is not None and checking.path == choice.path:
            told = checking_text(checking.done, checking.total)
            return told, "accent", told
        if used and state is not None:
            words = {
                "ready": (self.tr("in use"), "accent"),
                "loading": (self.tr("loading"), "accent"),
                "lost": (self.tr("stopped"), "bad"),
            }.get(state.state)
            if words is not None:
                return *words, words[0]
            if state.resting:
                return self.tr("not loaded"), "muted", self.tr("not loaded")
        return "", "muted", ""

    def _speed(self, choice: ModelChoice) -> tuple[str, str]:
        """How fast it is here, in short and as a reader says it."""
        known = self._known.speeds.get(choice.path)
        if known is None or not choice.usable:
            return "", ""
        if known.measured > 0:
            number = format_speed(known.measured)
            return (
                format_tokens_per_second(known.measured, languages.current),
                self.tr("{speed} tokens per second measured").format(speed=number),
            )
        if known.fits is False:
            words = self.tr("doesn’t fit this computer")
            return words, words
        if known.predicted > 0:
            number = format_speed(known.predicted)
            return (
                self.tr("about {speed} tok/s").format(speed=number),
                self.tr("about {speed} tokens per second predicted").format(speed=number),
            )
        return "", ""

    def _action_rows(self, *, found: bool) -> list[Row]:
        menu, known = self._menu, self._known
        state, loaded, checking = known.state, known.loaded_model, known.checking
        query = " ".join(self.field.text().split())
        more = self.tr("Get more models…")
        if query and not found:
            more = self.tr("Search Hugging Face for {query}").format(query=query)
        else:
            query = ""
        # What cannot be done for a moment keeps its place: another row must not slip under the hand.
        held = loaded is not None and loaded.stays in ("answering", "running")
        actions: list[tuple[str, str, Callable[[], object]]] = [
            (more, "search" if query else "plus", partial(menu.models_wanted.emit, query)),
            (self.tr("Open a model file…"), "folder-open", menu.open_file_wanted.emit),
            (self.tr("Remote models…"), "cloud", menu.elsewhere_wanted.emit),
        ]
        if state is not None and state.resting:
            actions.append((self.tr("Load now"), "box", menu.reload_wanted.emit))
        elif state is not None and state.state in ("lost", "ready"):
            actions.append((self.tr("Load again"), "refresh-cw", menu.reload_wanted.emit))
        unload = self.tr("Unload now")
        if loaded is not None and state is not None and state.state == "ready":
            actions.append((unload, "x", menu.unload_wanted.emit))
        if checking is not None:
            actions.append((self.tr("Stop checking tools"), "square", menu.check_stop_wanted.emit))
        elif state is not None and (state.state == "ready" or state.resting):
            check = partial(menu.check_wanted.emit, state.path, state.name)
            actions.append((self.tr("Check tools (30 s)"), "wrench", check))
        return [
            Row(text, symbol, act, text, enabled=not (held and text == unload), divided=found and number == 0)
            for number, (text, symbol, act) in enumerate(actions)
        ]

    # Choosing

    def _filter(self) -> None:
        self._show()
        self._go_to(0)

    def _select_used(self) -> None:
        used = next((n for n, row in enumerate(self.rows.rows) if row.symbol == "check"), 0)
        self._go_to(used)

    def _go_to(self, row: int) -> None:
        """Make `row` the current one, or the next that can be chosen."""
        following = [n for n, candidate in enumerate(self.rows.rows) if candidate.enabled and n >= row]
        if following:
            self.list.setCurrentIndex(self.rows.index(following[0]))

    def _step(self, step: int) -> None:
        places = [n for n, row in enumerate(self.rows.rows) if row.enabled]
        current = self.list.currentIndex().row()
        place = places.index(current) if current in places else 0
        self._go_to(places[min(max(0, place + step), len(places) - 1)])
        # The focus stays in the field, so a reader hears of the row only this way.
        said = self.rows.rows[self.list.currentIndex().row()].described
        announce(self.field, said)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self.rows.rows) and self.rows.rows[row].enabled:
            act = self.rows.rows[row].act
            self.close_overlay()
            act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            return self._take_key(event)
        done = super().eventFilter(watched, event)
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._fit()
        return done

    def _take_key(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -5, Qt.Key.Key_PageDown: 5}
        if event.key() in steps:
            self._step(steps[Qt.Key(event.key())])
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex().row())
            return True
        return False

    # Looks

    def _fit(self) -> None:
        """Under the menu, as high as its rows, and within the window."""
        px, window = themes.current.px, self.window()
        corner = self._menu.mapTo(window, QPoint(self._menu.width(), self._menu.height()))
        self.layout().setContentsMargins(
            px(12), corner.y() + px(4), max(px(12), window.width() - corner.x()), px(12)
        )
        self.layout().setAlignment(self.card, Qt.AlignmentFlag.AlignTop)
        self.card.setFixedWidth(min(px(WIDTH), window.width() - px(24)))
        wanted = sum(row_height(row) for row in self.rows.rows) + 2
        above = corner.y() + px(4 + 2 * 8 + 8) + self.field.sizeHint().height()
        if self._nothing.isVisibleTo(self.card):
            above += self._nothing.sizeHint().height() + px(8)
        if noted := self.note.wanted_height(self.card.width() - 2 * px(8)):
            self.note.setFixedHeight(noted)
            above += noted + px(8)
        room = window.height() - above - px(FOOT)
        self.list.setFixedHeight(max(px(100), min(wanted, room)))
        self.card.adjustSize()

    def retranslate(self) -> None:
        self.field.setPlaceholderText(self.tr("Find a model"))
        self.field.setAccessibleName(self.tr("Find a model"))
        self.list.setAccessibleName(self.tr("Models"))
        self._show()

    def restyle(self) -> None:
        super().restyle()
        px = themes.current.px
        self.inside.setContentsMargins(px(8), px(8), px(8), px(8))
        self._nothing.setContentsMargins(px(10), px(2), px(10), px(2))
        if self.isVisible():
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Nothing: what lies under a menu stays in sight."""
