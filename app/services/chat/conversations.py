"""Conversations as they are kept: found, named, copied, deleted and restored.

Methods block on the disk: call them off the GUI thread. Changes are published from the calling thread.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.services.chat.events import BranchShown, ConversationChanged, ConversationKept
from app.services.chat.files_at_hand import files_at_hand
from app.services.chat.open_answers import OpenAnswers
from app.services.chat.projects import Projects
from app.services.chat.prompting import branch_to
from app.services.events import EventBus
from app.store.records import ChatOptions, ChatTools, Conversation, Message, SearchHit, WholeChat
from app.store.store import Store

TRASH_DAYS = 30


class Conversations:
    """Operations on conversations and on their branches."""

    def __init__(
        self,
        store: Store,
        projects: Projects,
        answers: OpenAnswers,
        events: EventBus,
    ) -> None:
        self._store, self._projects, self._answers, self._events = store, projects, answers, events

    # --- reading ---

    def all(self) -> list[Conversation]:
        """Conversations with messages, a draft or a name, in the order of the list."""
        return [c for c in self._store.conversations.all() if not c.is_blank]

    def search(self, query: str) -> list[SearchHit]:
        return self._store.conversations.search(query)

    def trash(self) -> list[Conversation]:
        return self._store.conversations.trash()

    def get(self, id: int) -> Conversation:
        return self._store.conversations.get(id)

    def path(self, id: int) -> list[int]:
        return self._store.messages.path(id)

    def path_with(self, message: int) -> list[int]:
        """The path of the message's conversation, of which the branch through the message is shown from now on."""
        home = self._store.messages.get(message).conversation
        path = self.path(home)
        if message not in path:
            self.show(message)
            path = self.path(home)
        return path

    def find(self, id: int, phrases: Sequence[str]) -> list[tuple[int, int]]:
        """Each message of the shown branch that contains one of the phrases, in order, with how often."""
        return self._store.messages.find(id, phrases)

    def messages(self, ids: Sequence[int]) -> list[Message]:
        return self._store.messages.get_all(ids)

    def files_at_hand(self, project: int | None, tools: ChatTools | None) -> list[Path]:
        """Files of the project and of the folder of the tools that a conversation has; reads the disk."""
        found = self._projects.find(project)
        folders = [] if tools is None else [tools.workspace]
        return files_at_hand(() if found is None else found.options.files, folders)

    # --- changing a conversation ---

    def create(
        self, options: ChatOptions | None = None, origin: int | None = None, project: int | None = None
    ) -> Conversation:
        """Create a conversation; `origin` is the one it was begun from. In a project it has, without `options`, those
        of the project."""
        if options is None and project is not None:
            options = self._projects.options_for(project)
        made = self._store.conversations.create(options or ChatOptions(), origin)
        return self._changed(
            made if project is None else self._store.conversations.set(made.id, project=project)
        )

    def create_temporary(self, options: ChatOptions | None = None) -> Conversation:
        """Create a conversation that is in memory alone: nothing of it is written to the disk, and it ends with the
        program. It has no tools, whose runs keep journals."""
        options = msgspec.structs.replace(options or ChatOptions(), tools=None)
        return self._changed(self._store.create_temporary(options))

    def keep(self, id: int) -> Conversation:
        """Keep a temporary conversation from now on; returns it under its new id."""
        with self._answers.starting:  # a question must not come between
            self._answers.refuse_busy(id)
            kept = self._changed(self._store.whole_chats.add(self._store.whole_chats.get(id)))
            self._events.publish(ConversationKept(id, kept.id))
            self.delete(id)
        return kept

    def branch(self, message: int) -> Conversation:
        """Begin a conversation with a copy of the branch up to this message."""
        home = self._store.messages.get(message).conversation
        whole = self._store.whole_chats.get(home)
        path = branch_to(message, whole.messages)
        ids, now = [m.id for m in path], time.time()
        begun = msgspec.structs.replace(
            whole.conversation,
            pinned=False,
            archived=False,
            created=now,
            updated=now,
            deleted=None,
            leaf=message,
            draft="",
            attachments=(),
            origin=home,
            source="",
            queued=(),
        )
        runs = {m.run for m in path}
        copy = WholeChat(
            begun,
            path,
            tuple(ids),
            tuple(cut for cut in whole.cuts if cut.first in ids),
            tuple(run for run in whole.runs if run.record.id in runs),
        )
        return self._changed(self._store.whole_chats.add(copy))

    def rename(self, id: int, title: str) -> Conversation:
        return self._changed(self._store.conversations.rename(id, title.strip(), "user"))

    def name(self, id: int, title: str) -> Conversation:
        """Give a conversation a title, unless a person gave it one."""
        return self._changed(self._store.conversations.rename(id, title, "auto"))

    def set_pinned(self, id: int, pinned: bool) -> Conversation:
        return self._changed(self._store.conversations.set(id, pinned=pinned))

    def choose_model(self, id: int, model: str) -> Conversation:
        """Let a conversation go on with a model, as `Models.use` names it."""
        return self.change_options(id, model=model)

    def change_options(self, id: int, **fields: Any) -> Conversation:
        """Change single options, whatever others change meanwhile."""
        return self._changed(
            self._store.conversations.rework(
                id, lambda chat: {"options": msgspec.structs.replace(chat.options, **fields)}
            )
        )

    def set_draft(self, id: int, draft: str) -> Conversation:
        """Save unsent text. Published only where it makes a conversation out of nothing, or nothing of one: else only
        the composer that typed it cares."""
        before = self._store.conversations.get(id)
        after = self._store.conversations.set(id, draft=draft)
        return after if before.is_blank == after.is_blank else self._changed(after)

    def put_back(self, id: int, question: str) -> Conversation:
        """A question that is not asked after all stands before what is unsent."""
        return self._changed(
            self._store.conversations.rework(
                id, lambda chat: {"draft": "\n".join(filter(None, (question, chat.draft)))}
            )
        )

    def delete(self, id: int) -> Conversation:
        """Move a conversation to the trash and stop its answer; `Filing.restore` brings it back for 30 days."""
        self._answers.stop(id)
        return self._changed(self._store.conversations.delete(id))

    # --- its branches ---

    def delete_message(self, message: int) -> Conversation:
        """Delete a message and what follows it; `restore_message` brings them back for 30 days.

        Raises UserError `chat.busy` while this conversation is being answered.
        """
        with self._answers.starting:
            self._answers.refuse_busy(self._store.messages.get(message).conversation)
            return self._shows(self._store.messages.delete(message))

    def restore_message(self, message: int) -> Conversation:
        with self._answers.starting:
            self._answers.refuse_busy(self._store.messages.get(message).conversation)
            return self._shows(self._store.messages.restore(message))

    def show_sibling(self, message: int, offset: int) -> None:
        """Show the branch of the variant `offset` places after this one (before it, when negative)."""
        siblings = self._store.messages.siblings(message)
        index = siblings.index(message) + offset
        if not 0 <= index < len(siblings):
            return
        self.show(siblings[index])

    def show(self, message: int) -> Conversation:
        """Show the branch through a message."""
        with self._answers.starting:  # the request is built from the branch that is shown
            return self._shows(self._store.messages.show(message))

    # --- inside ---

    def _shows(self, conversation: Conversation) -> Conversation:
        self._events.publish(ConversationChanged(conversation), BranchShown(conversation.id))
        return conversation

    def _changed(self, conversation: Conversation) -> Conversation:
        self._events.publish(ConversationChanged(conversation))
        return conversation
