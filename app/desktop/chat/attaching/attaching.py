"""What is attached to the message that is written: taken from every side, read, weighed, shown and sent."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.desktop.base.language import languages
from app.desktop.base.service_calls import ServiceCalls
from app.desktop.base.tasks import Task
from app.desktop.chat.attaching.attachment_chip import Entry
from app.desktop.chat.attaching.chip_actions import ChipActions, has_parts
from app.desktop.chat.attaching.chip_strip import ChipStrip, Shown, identity
from app.desktop.chat.attaching.giving import Giving
from app.desktop.chat.attaching.readings import Reading, Readings
from app.desktop.chat.attaching.thumbnails import Thumbnails
from app.desktop.chat.composer import Composer
from app.desktop.chat.shown_chat import ShownChat
from app.desktop.text_entry.drops import Drops
from app.desktop.widgets.banner import Banner, BannerAction
from app.services.chat.attachments.weighing import can_be_read, can_be_searched
from app.store.records import Attachment, Conversation
from engine.errors import UserError

if TYPE_CHECKING:
    from app.services.chat.attachments.weighing import Weight


class Attaching(QObject):
    """Chips in the `composer` for the draft of the `shown` chat; `strip` says what cannot be done. Takes what is
    dropped anywhere on `page`; `offer` gives what a person can do with a folder."""

    def __init__(
        self,
        calls: ServiceCalls,
        page: QWidget,
        shown: ShownChat,
        composer: Composer,
        offer: Callable[[str], BannerAction],
    ) -> None:
        super().__init__(page)
        self._calls, self._page, self._shown, self._composer = calls, page, shown, composer
        self._offer = offer
        self._edit = composer.edit
        self._attachments: tuple[Attachment, ...] = ()
        # On their way to the chat; they stand in its draft until they are there.
        self._sent: tuple[Attachment, ...] = ()
        # As they were weighed last, and how many seconds a token of them takes.
        self._weights: dict[Hashable, Attachment] = {}
        self._pace = 0.0
        self._weighing: Task | None = None
        self._submits = False
        # Whether the strip says what is in the way of sending.
        self._explains = False
        self.readings = Readings(calls, self)
        self.strip = Banner(page)
        self.thumbnails = Thumbnails(calls, lambda: self._shown.now.id, self)
        self.giving = Giving(shown, composer, self._names)
        self.chips = ChipStrip(composer.frame)
        composer.frame.show_above(self.chips)
        self.chips.height_changed.connect(composer.frame.fit)
        self.actions = ChipActions(calls, shown, composer, self.chips)
        Drops(page, self._edit)
        self._connect()

    def _connect(self) -> None:
        edit = self._edit
        self.giving.given.connect(self._read)
        self.giving.too_many.connect(self._say_too_many)
        self.giving.no_screenshot.connect(self._say_no_screenshot)
        edit.refused.connect(self._say_full)
        edit.erased.connect(self._remove_last)
        self.chips.removed.connect(self._remove)
        self.chips.picture_wanted.connect(self.thumbnails.give)
        self.actions.remove_wanted.connect(self._remove)
        self.actions.read_wanted.connect(self._read)
        self.actions.change_wanted.connect(self._replace)
        self.actions.no_room.connect(self._say_full)
        self.chips.focus_lost.connect(self._composer.take_focus)
        self.readings.changed.connect(self._show)
        self.readings.kept.connect(self._take)
        self.readings.failed.connect(lambda error: self.strip.say(languages.tell(error), colour="bad"))
        self.readings.folder.connect(self._refuse_folder)

    def _read(self, reading: Reading) -> None:
        self.strip.hide()
        self.readings.add(reading)
        self._shown.with_conversation(partial(self.readings.begin, reading))

    def _names(self) -> set[str]:
        names = {each.name for each in self._attachments}
        return names | {reading.name for reading in self.readings.of(self._shown.now)}

    # The draft

    def show_chat(self, conversation: Conversation | None) -> None:
        """What is attached in the chat that is shown now."""
        kept = () if conversation is None else conversation.attachments
        self._sent = tuple(each for each in self._sent if each in kept)
        attachments = tuple(each for each in kept if each not in self._sent)
        if attachments != self._attachments:
            self._attachments = attachments
            self.weigh()
        self._show()

    def leave(self) -> None:
        """Another chat comes."""
        self.strip.hide()
        self._attachments = self._sent = ()
        self._weights = {}
        self._submits = False
        self._stop_weighing()
        self._show()

    def _take(self, conversation: Conversation) -> None:
        if conversation.id == self._shown.now.id:
            self.show_chat(conversation)
        else:
            self._show()

    def _change(self, change: Callable[[tuple[Attachment, ...]], tuple[Attachment, ...]]) -> None:
        conversation = self._shown.now.id
        if conversation is not None:
            self._calls.do(
                lambda s: s.attachments.set_draft(
                    conversation, change(s.conversations.get(conversation).attachments)
                ),
                self._take,
                owner=self,
            )

    def _remove(self, thing: object) -> None:
        self.strip.hide()
        self._submits = False
        if isinstance(thing, Reading):
            self.readings.cancel(thing)
            return
        self._attachments = tuple(each for each in self._attachments if each != thing)
        self._show()
        self.weigh()
        self._change(lambda had: tuple(each for each in had if each != thing))

    def _replace(self, old: Attachment, new: Attachment) -> None:
        self.strip.hide()
        self._change(lambda had: tuple(new if each == old else each for each in had))

    def _remove_last(self) -> None:
        if things := self._things():
            self._remove(things[-1])

    def _things(self) -> list[object]:
        return [*self._attachments, *self.readings.of(self._shown.now)]

    # What it costs

    def weigh(self) -> None:
        """Count again: what is attached, the model, or the chat before it is another."""
        self._stop_weighing()
        conversation, attachments = self._shown.now.id, self._attachments
        if conversation is not None and attachments:
            self._weighing = self._calls.do(
                lambda s: s.attachments.weigh(conversation, attachments),
                lambda weight: self._weighed(attachments, weight),
                lambda _: self._not_weighed(),
                executor="net",
                owner=self,
            )
        else:
            self._submits = False  # nothing is left that it waits for

    def _stop_weighing(self) -> None:
        if self._weighing is not None:
            self._weighing.cancel()
        self._weighing = None

    def _weighed(self, attachments: tuple[Attachment, ...], weight: Weight) -> None:
        self._weights = dict(zip(map(identity, attachments), weight.attachments, strict=True))
        whole = sum(each.tokens for each in weight.attachments if each.state != "refused")
        self._pace = weight.seconds / whole if whole else 0.0
        self._count()

    def _not_weighed(self) -> None:
        self._weights = {}
        self._count()

    def _count(self) -> None:
        """Show what is known now, and send what waited for it."""
        self._weighing = None
        self._show()
        if self._submits:
            self._submits = False
            self._composer.submit()

    def _now(self) -> tuple[Attachment, ...]:
        """As they were weighed, else as they were read."""
        return tuple(self._weights.get(identity(each), each) for each in self._attachments)

    def _show(self) -> None:
        readings = self.readings.of(self._shown.now)
        shown: list[Shown] = []
        for kept, each in zip(self._attachments, self._now(), strict=True):
            if reading := next((one for one in readings if one.instead == kept), None):
                shown.append(Shown(reading, _entry(reading)))
            else:
                shown.append(Shown(kept, Entry(each.name, each, seconds=each.tokens * self._pace)))
        shown += [
            Shown(reading, _entry(reading))
            for reading in readings
            if reading.instead not in self._attachments
        ]
        self.chips.show_chips(shown)
        if self._explains and self._hindrance() is None:
            self._explains = False
            self.strip.hide()
        self._composer.set_attached(bool(shown))

    # Sending

    def taken(self, *, waiting: bool = False) -> tuple[Attachment, ...] | None:
        """What goes with the words that are sent now, or are `waiting` for their turn; None where that cannot be,
        which is explained then."""
        hindrance = self._hindrance()
        if hindrance is not None:
            self._explain(hindrance)
            return None
        if waiting and any(each.by_parts for each in self._attachments):
            self.strip.say(
                self.tr(
                    "What is read part by part can’t wait in line. Send this question when the answer is done."
                ),
                colour="accent",
            )
            return None
        if self._weighing is not None:
            self._submits = True
            return None
        self.strip.hide()
        told, self._sent = self._now(), (*self._sent, *self._attachments)
        self._attachments = ()
        self._stop_weighing()
        self._show()
        return told

    def give_back(self) -> None:
        """The words could not be sent: what was attached is in the draft still."""
        self._sent = ()
        self.show_chat(self._shown.now.conversation)

    def _hindrance(self) -> Reading | Attachment | None:
        """The first thing that keeps the words from being sent."""
        readings = self.readings.of(self._shown.now)
        return (
            readings[0] if readings else next((each for each in self._now() if each.state == "refused"), None)
        )

    def _explain(self, hindrance: Reading | Attachment) -> None:
        self._explains = True
        if isinstance(hindrance, Reading):
            said = self.tr("“{name}” is still being read. Send again when it is done, or remove it.")
            self.strip.say(said.format(name=hindrance.name), colour="accent")
            return
        kept = self._attachments[self._now().index(hindrance)]
        actions: list[BannerAction] = []
        if can_be_read(hindrance):
            actions.append(BannerAction(self.tr("Read them"), partial(self.actions.read_scan, kept)))
        if can_be_searched(hindrance):
            actions.append(BannerAction(self.tr("Search in it"), partial(self.actions.search, kept)))
        if can_be_searched(hindrance) and not has_parts(kept):
            read = partial(self.actions.search, kept, by_parts=True)
            actions.append(BannerAction(self.tr("Read part by part"), read))
        if has_parts(kept):
            actions.append(BannerAction(self.tr("Choose parts…"), partial(self.actions.choose_parts, kept)))
        if len(actions) < 2:  # its chip has a cross
            actions.append(BannerAction(self.tr("Remove"), partial(self._remove, kept)))
        reason = hindrance.reason or UserError("attachment.not_sent").info
        self.strip.say(languages.tell(reason), actions)

    def _refuse_folder(self, folder: str) -> None:
        text = self.tr("A folder doesn’t fit into a message, but the model can work in it with tools.")
        action = self._offer(folder)
        self.strip.say(text, [BannerAction(action.text, partial(self._act, action))])

    def _act(self, action: BannerAction) -> None:
        self.strip.hide()
        action.act()

    def _say_too_many(self, most: int) -> None:
        self.strip.say(self.tr("Only the first {count} files were attached.").format(count=most))

    def _say_no_screenshot(self) -> None:
        self.strip.say(
            self.tr(
                "Your desktop doesn’t let apps see the screen. Take a picture with its own tool and paste it."
            )
        )

    def _say_full(self) -> None:
        self.strip.say(self.tr("There is no more room in this message."))


def _entry(reading: Reading) -> Entry:
    return Entry(reading.name, waits=reading.task is None, done=reading.done, of=reading.of)
