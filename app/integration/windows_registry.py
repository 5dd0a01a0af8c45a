"""The registry of Windows, as far as Coterie enters anything there: values of texts under HKEY_CURRENT_USER."""

from __future__ import annotations

import contextlib
import sys
from typing import Protocol


class Registry(Protocol):
    """All raise OSError where it is denied."""

    def read(self, key: str, name: str) -> object:
        """None where there is no such value."""

    def write(self, key: str, name: str, text: str) -> None: ...

    def delete(self, key: str, name: str) -> None:
        """Does nothing without such a value."""

    def delete_key(self, key: str) -> None:
        """With its values; does nothing without such a key, or where it has others below it."""


if sys.platform == "win32":
    import winreg

    class WindowsRegistry:
        """That of this system."""

        def read(self, key: str, name: str) -> object:
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    return winreg.QueryValueEx(opened, name)[0]
            except FileNotFoundError:
                return None

        def write(self, key: str, name: str, text: str) -> None:
            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)

        def delete(self, key: str, name: str) -> None:
            with (
                contextlib.suppress(FileNotFoundError),
                winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened,
            ):
                winreg.DeleteValue(opened, name)

        def delete_key(self, key: str) -> None:
            with contextlib.suppress(FileNotFoundError, PermissionError):
                winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)
