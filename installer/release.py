"""Signs releases: `python -m installer.release key FILE` makes a key, `... sign` the manifest of a release.

The private key never lies in the project. The public half that `key` prints goes into `resources/release_keys.toml`.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import hashlib
import os
import re
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.services.updates.looking import ENDING
from app.services.updates.manifest import LARGEST, Manifest, ReleaseFile, order, signed, verified
from engine.durable_files import write_whole
from engine.errors import UserError

DAYS = 30
ROOT = Path(__file__).resolve().parents[1]


class Refused(Exception):
    """It cannot be signed so; the message says why."""


def make_key(path: Path) -> str:
    """Write a new private key, for the owner alone; the public half as base64. Raises Refused."""
    if path.resolve().is_relative_to(ROOT):
        raise Refused(f"A private key must not lie in the project: choose another place than {path}.")
    key = Ed25519PrivateKey.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refused(f"{path} can't be made: {error.strerror}.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(key.private_bytes_raw()) + b"\n")
    return _public(key.private_bytes_raw())


def read_key(path: Path) -> bytes:
    """The raw private key in a file of `make_key`. Raises Refused."""
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except (OSError, ValueError) as error:
        raise Refused(f"{path} can't be read as a key: {error}.") from error
    if len(key) != 32:
        raise Refused(f"{path} isn't a key: make one with `python -m installer.release key FILE`.")
    return key


# What a release consists of, by the names of its files, and what each is for.
_FILES = (
    (r"Coterie-.+-x86_64\.AppImage", "appimage-x86_64"),
    (r"coterie_.+_amd64\.deb", "deb-x86_64"),
    (r"Coterie-.+-windows-x86_64\.zip", "windows-x86_64"),
    (r"Coterie-.+-arm64\.dmg", "macos-aarch64"),
    (r"coterie-(cuda(?:-libraries)?-\d.+)\.zip", r"\1"),
)


def files_in(folder: Path) -> dict[str, Path]:
    """The files of a release that lie in a folder, by what they are for. Raises Refused for two of a kind."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        for pattern, kind in _FILES:
            if match := re.fullmatch(pattern, path.name):
                key = match.expand(kind)
                if key in found:
                    raise Refused(
                        f"{found[key].name} and {path.name} are both for {key}: only one can be released."
                    )
                found[key] = path
    return found


def release_file(path: Path) -> ReleaseFile:
    """What a manifest says of a file. Raises Refused."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        unpacked = 0
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
        entry = ReleaseFile(path.name, path.stat().st_size, digest, unpacked)
        return msgspec.convert(msgspec.to_builtins(entry), ReleaseFile)
    except (OSError, zipfile.BadZipFile, msgspec.ValidationError) as error:
        raise Refused(f"{path} can't be released: {error}.") from error


def sign(manifest: Manifest, keys: Sequence[bytes], folder: Path) -> Path:
    """Write the signed manifest into `folder`, where the one before may lie. Raises Refused."""
    try:
        manifest = msgspec.convert(msgspec.to_builtins(manifest), Manifest)
    except msgspec.ValidationError as error:
        raise Refused(f"The release can't be described: {error}.") from error
    path = folder / f"{manifest.channel}{ENDING}"
    before = _before(path, keys)
    if before is not None and order(manifest.version) < order(before.version):
        raise Refused(
            f"Version {before.version} is released already: {manifest.version} would be a way back."
        )
    if before is not None and manifest.counter <= before.counter:
        raise Refused(f"The counter has to grow: the last one was {before.counter}.")
    data = signed(manifest, *keys)
    if len(data) > LARGEST:
        raise Refused("The notes are too long.")
    write_whole(path, data)
    path.chmod(0o644)
    return path


def _before(path: Path, keys: Sequence[bytes]) -> Manifest | None:
    """The manifest that is there, signed by one of the same keys. Raises Refused for another file."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return verified(data, [base64.b64decode(_public(key)) for key in keys])
    except UserError as error:
        raise Refused(f"{path} was not signed with these keys: {error.code}.") from error


def _public(private: bytes) -> str:
    key = Ed25519PrivateKey.from_private_bytes(private).public_key()
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _manifest(options: argparse.Namespace, keys: Sequence[bytes]) -> Manifest:
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    before = _before(options.out / f"{options.channel}{ENDING}", keys)
    files = (
        {} if options.files else {kind: release_file(path) for kind, path in files_in(options.out).items()}
    )
    for given in options.files:
        kind, equals, path = given.partition("=")
        if not equals:
            raise Refused(f"Say what {given} is for, as in appimage-x86_64={given}.")
        files[kind] = release_file(Path(path))
    notes = {}
    for language, path in (("en", options.notes), ("ko", options.notes_ko)):
        if path is not None:
            try:
                notes[language] = path.read_text(encoding="utf-8").strip()
            except (OSError, ValueError) as error:
                raise Refused(f"{path} can't be read: {error}.") from error
    counter = options.counter or (1 if before is None else before.counter + 1)
    expires = now + datetime.timedelta(days=options.days)
    return Manifest(options.channel, options.version, counter, now, expires, notes, files)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m installer.release", description=__doc__)
    commands = parser.add_subparsers(required=True)
    key = commands.add_parser("key", help="make a key to sign with, outside of the project")
    key.add_argument("file", type=Path)
    make = commands.add_parser("sign", help="write CHANNEL.release beside the files of a release")
    make.add_argument("--key", type=Path, action="append", required=True, help="a private key; up to four")
    make.add_argument("--channel", choices=("stable", "beta"), default="stable")
    make.add_argument("--version", required=True)
    make.add_argument(
        "--counter", type=int, default=0, help="one more than that of the last manifest, if left out"
    )
    make.add_argument("--days", type=int, default=DAYS, help="how long it is valid; sign again before that")
    make.add_argument("--notes", type=Path, help="what is new, in English")
    make.add_argument("--notes-ko", type=Path, help="the same in Korean")
    make.add_argument("--out", type=Path, default=Path("dist"), help="the folder that is published")
    make.add_argument(
        "files", nargs="*", metavar="KIND-PROCESSOR=FILE", help="those that lie in --out, if left out"
    )
    options = parser.parse_args(arguments)
    try:
        if "key" in vars(options):
            keys = [read_key(path) for path in options.key]
            print(sign(_manifest(options, keys), keys, options.out))
        else:
            print(make_key(options.file))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
