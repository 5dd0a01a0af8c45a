"""What rows of the list of chats say, and what a screen reader says of them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from app.desktop.text.words import shown_title
from app.desktop.window.chats.grouping import Group
from app.store.records import Conversation


def group_title(group: Group) -> str:
    """The heading of a group, which is no project, in the language that is on."""
    translate = QCoreApplication.translate
    form = translate("Conversations", "MMMM yyyy", "a month as a heading, in the letters of QDate")
    named = {
        "temporary": translate("Conversations", "Temporary"),
        "pinned": translate("Conversations", "Pinned"),
        "today": translate("Conversations", "Today"),
        "yesterday": translate("Conversations", "Yesterday"),
        "week": translate("Conversations", "Last 7 days"),
        "thirty_days": translate("Conversations", "Last 30 days"),
    }.get(group.kind)
    return named or QLocale().toString(QDate(group.month.year, group.month.month, 1), form)


def said_of_chat(chat: Conversation, *, asks: bool, answers: bool) -> str:
    """The title, and what the signs beside it mean."""
    translate, title = QCoreApplication.translate, shown_title(chat)
    if chat.archived:
        title = translate("Conversations", "{title}, archived").format(title=title)
    if asks:
        return translate("Conversations", "{title}, needs you").format(title=title)
    if answers:
        return translate("Conversations", "{title}, an answer is being written").format(title=title)
    return title


def said_of_project(name: str, count: int, *, folded: bool) -> str:
    """The name, how many chats it has, and whether they are shown."""
    translate = QCoreApplication.translate
    words = (
        translate("Conversations", "Project {name}, collapsed, chats: {count}")
        if folded
        else translate("Conversations", "Project {name}, expanded, chats: {count}")
    )
    return words.format(name=name, count=count)
