"""Writes Coterie-VERSION-arm64.dmg to dist/.

Usage: python -m installer.macos --python FOLDER [--identity NAME] [--profile NAME] [--updates URL] (of set-up's
environment, on a Mac with an Apple processor). Without an identity the bundle runs on this Mac alone. Exit codes: 0
done, 1 stopped for a reason told, 130 interrupted.
"""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from installer.commands import SetupError
from installer.console import Console
from installer.macos import bundle, signing
from installer.macos.plists import NAME
from installer.packages.options import chosen_release, exit_code, options
from installer.packages.places import ROOT, Places, clear, output_of


def main(arguments: Sequence[str], console: Console) -> int:
    parser = options("installer.macos", __doc__)
    parser.add_argument("--python", type=Path, required=True, help="a CPython that can be moved")
    parser.add_argument("--identity", default=signing.NOBODY, help="the certificate to sign with")
    parser.add_argument("--profile", default="", help="credentials in the keychain for the notarization")
    chosen = parser.parse_args(arguments)
    places = Places(ROOT, ROOT / "build" / "macos", ROOT / "dist")

    def work() -> None:
        if (platform.system(), platform.machine()) != ("Darwin", "arm64"):
            raise SetupError("The bundle for macOS is made on a Mac with an Apple processor.")
        release = chosen_release(places.root, chosen)
        parts = bundle.Parts(chosen.python, places.root / ".venv")
        with console.step("Bundle") as progress:
            made = bundle.make(places, release, parts, progress)
        signer = signing.Signer(chosen.identity, chosen.profile)
        with console.step("Signatures"):
            signing.sign(made, signer)
        with console.step("Disk image"):
            written = image(made, places.dist / f"{NAME}-{release.version}-arm64.dmg", signer)
        console.say(f"  {written.relative_to(places.root)}, {written.stat().st_size / 1e6:.0f} MB")

    return exit_code(work, console)


def image(app: Path, target: Path, signer: signing.Signer) -> Path:
    """A disk image with the bundle, and a link to where it is dragged. Raises SetupError."""
    content = app.with_name("image")
    clear(content)
    shutil.copytree(app, content / app.name, symlinks=True)
    (content / "Applications").symlink_to("/Applications")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    output_of(
        [
            "hdiutil",
            "create",
            "-volname",
            NAME,
            "-srcfolder",
            content,
            "-fs",
            "HFS+",
            "-format",
            "ULMO",
            target,
        ]
    )
    if signer.identity != signing.NOBODY:
        output_of(["codesign", "--sign", signer.identity, "--timestamp", target])
    signing.notarize(target, [target], signer)
    return target


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Console()))
