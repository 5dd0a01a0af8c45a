"""Which web pages may use the server, and by which names it is reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.desktop.base.service_calls import ServiceCalls
from app.desktop.forms.form import Field, FormSection
from app.desktop.server.listed_texts import ListedTexts
from app.server.http.listed import listed_name, listed_origin
from app.services.settings.settings import Settings

if TYPE_CHECKING:
    from app.services.services import Services

# What people ask for most: the origins that a switch lists.
KNOWN = {
    "here": ("http://localhost:*", "http://127.0.0.1:*"),
    "obsidian": ("app://obsidian.md",),
    "vscode": ("vscode-webview://*",),
}
_KNOWN_ORIGINS = frozenset(origin for origins in KNOWN.values() for origin in origins)


class PagesSection(FormSection):
    """What is listed holds at once, also while the server is on."""

    def __init__(self, calls: ServiceCalls, parent: QWidget | None = None) -> None:
        super().__init__(lambda **fields: self._switch(**fields), parent)
        self._calls = calls
        self.pages, self.names = ListedTexts(listed_origin, self), ListedTexts(listed_name, self)
        self.pages.added.connect(lambda origin: self._list("server_origins", add=(origin,)))
        self.pages.removed.connect(lambda origin: self._list("server_origins", remove=(origin,)))
        self.names.added.connect(lambda name: self._list("server_names", add=(name,)))
        self.names.removed.connect(lambda name: self._list("server_names", remove=(name,)))
        self.refresh()

    def _switch(self, **fields: Any) -> None:
        for key, on in fields.items():
            self._list("server_origins", **{"add" if on else "remove": KNOWN[key]})

    def _list(self, setting: str, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        def change(services: Services) -> Settings:
            kept = [each for each in getattr(services.settings.current, setting) if each not in remove]
            return services.settings.change(**{setting: (*kept, *add)})

        self._calls.do(change, owner=self)

    def value_of(self, key: str) -> Any:
        return all(origin in self.settings.server_origins for origin in KNOWN[key]) if key in KNOWN else None

    def fields(self) -> Sequence[Field]:
        self.set_title(self.tr("Web pages and names"))
        remove, remove_one = self.tr("Remove"), self.tr("Remove {text}")
        others = [each for each in self.settings.server_origins if each not in _KNOWN_ORIGINS]
        self.pages.show_texts(others, remove, remove_one)
        self.pages.set_words(
            self.tr("Such as https://notes.example"),
            self.tr("Add a page by its address"),
            self.tr("Add page"),
        )
        self.names.show_texts(self.settings.server_names, remove, remove_one)
        self.names.set_words(
            self.tr("Such as coterie.example"), self.tr("Add a name of this computer"), self.tr("Add name")
        )
        return (
            Field(
                "here",
                self.tr("Pages of this computer"),
                self.tr("Pages at localhost or 127.0.0.1, from any program here. They need a key too."),
            ),
            Field("obsidian", self.tr("Obsidian"), self.tr("Its plug-ins, at app://obsidian.md.")),
            Field("vscode", self.tr("Visual Studio Code"), self.tr("The panels of all its extensions.")),
            Field(
                "pages",
                self.tr("Other web pages"),
                self.tr("Pages that aren’t listed are refused. Each needs a key, as programs do."),
                self.pages,
                below=True,
            ),
            Field(
                "names",
                self.tr("Names of this computer"),
                self.tr(
                    "Programs reach the server at localhost and at its addresses. List other names here."
                ),
                self.names,
                below=True,
            ),
        )
