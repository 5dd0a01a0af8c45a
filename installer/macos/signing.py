"""Signs a bundle from the inside out, and has Apple notarize it.

Each piece of code is signed by itself and never with `--deep`, which signs what lies inside with what is meant for
the outside: https://developer.apple.com/documentation/xcode/creating-distribution-signed-code-for-the-mac
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from installer.macos.plists import ENTITLEMENTS
from installer.packages.places import output_of

NOBODY = "-"
# The first bytes of a program or library: of one processor, or of several.
_MACH_O = (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


class Signer(NamedTuple):
    """`identity` is a certificate of the keychain, `NOBODY` for none: such a bundle runs where it was made alone.
    `profile` are the credentials that `notarytool store-credentials` keeps there, "" for no notarization."""

    identity: str = NOBODY
    profile: str = ""


def code_in(bundle: Path) -> list[Path]:
    """What has to be signed, the innermost first: libraries and programs, frameworks after what they hold."""
    files = [
        path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink() and _is_code(path)
    ]
    frameworks = [path for path in bundle.rglob("*.framework") if path.is_dir()]
    main = bundle / "Contents" / "MacOS"
    # What lies in a framework's own folder of a version is signed with the framework.
    inner = [path for path in files if path.parent != main and not _is_main_of_framework(path)]
    return sorted([*inner, *frameworks], key=lambda path: (-len(path.parts), str(path)))


def _is_code(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in _MACH_O


def _is_main_of_framework(path: Path) -> bool:
    return any(parent.suffix == ".framework" and parent.stem == path.name for parent in path.parents)


def commands(bundle: Path, code: Sequence[Path], signer: Signer, entitlements: Path) -> Iterator[list[str]]:
    """What signs the bundle, in this order."""
    sign = ["codesign", "--force", "--sign", signer.identity]
    # The hardened runtime loads no library of another signer, and nobody's libraries have none.
    sign += ["--options", "runtime", "--timestamp"] if signer.identity != NOBODY else []
    for path in code:
        program = (
            path.parent.name == "bin"
        )  # Python itself: it makes the process, and its rights are the process's
        yield [*sign, *(["--entitlements", str(entitlements)] if program else []), str(path)]
    yield [*sign, "--entitlements", str(entitlements), str(bundle)]
    yield ["codesign", "--verify", "--deep", "--strict", str(bundle)]


def sign(bundle: Path, signer: Signer) -> None:
    """Raises SetupError."""
    entitlements = bundle.with_name("entitlements.plist")
    entitlements.write_bytes(plistlib.dumps(ENTITLEMENTS))
    for command in commands(bundle, code_in(bundle), signer, entitlements):
        output_of(command)


def notarize(file: Path, stapled: Sequence[Path], signer: Signer) -> None:
    """Send a disk image or archive to Apple, wait for the answer, and fix the ticket to what it is about. Raises
    SetupError."""
    if not signer.profile:
        return
    output_of(["xcrun", "notarytool", "submit", str(file), "--keychain-profile", signer.profile, "--wait"])
    for path in stapled:
        output_of(["xcrun", "stapler", "staple", str(path)])
