"""Which conversation the chat page shows."""

from __future__ import annotations

from collections.abc import Callable

from app.store.records import ChatOptions, Conversation, Project


class Shown:
    """What the page shows: a conversation, or a new chat that becomes one with its first words."""

    def __init__(
        self,
        conversation: Conversation | None = None,
        project: Project | None = None,
        *,
        temporary: bool = False,
    ) -> None:
        """A new chat begins with what its project says. A temporary one is not stored."""
        self.conversation, self._project, self._temporary = conversation, project, temporary
        # What the conversation sets for itself.
        self.options = conversation.options if conversation is not None else ChatOptions()
        if project is not None:
            self.options = ChatOptions(model=project.options.model, tools=project.options.tools)
        self.waiting: list[Callable[[int], object]] = []
        self.creating = False
        # A conversation that is not read yet.
        self.opening = False
        # So many times its branch is being read again.
        self.rereading = 0

    @property
    def temporary(self) -> bool:
        return self._temporary if self.conversation is None else self.conversation.temporary

    @property
    def project(self) -> int | None:
        """That of the conversation, or of what it will be."""
        if self.conversation is not None:
            return self.conversation.project
        return None if self._project is None else self._project.id

    @property
    def id(self) -> int | None:
        return None if self.conversation is None else self.conversation.id

    @property
    def has_begun(self) -> bool:
        """Whether something is shown, or was written before it could be."""
        return self.id is not None or self.creating

    @property
    def is_known(self) -> bool:
        """Whether the branch in sight is what is stored: not of a new chat, nor while it is read again."""
        return self.id is not None and not self.rereading
