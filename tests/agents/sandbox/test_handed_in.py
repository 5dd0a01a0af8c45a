"""Certificates and registries of a person's environment are handed in; keys, names and passwords are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.sandbox.handed_in import handed_in

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN EC PRIVATE KEY-----\nMII\n-----END EC PRIVATE KEY-----\n"


def test_a_file_with_certificates_is_named_and_readable(tmp_path: Path) -> None:
    file = tmp_path / "company.pem"
    file.write_text(CERTIFICATE)
    found = handed_in({"REQUESTS_CA_BUNDLE": str(file), "SECRET_TOKEN": "x"}, ())
    assert found.environment == {"REQUESTS_CA_BUNDLE": str(file)} and found.files == (file,)


def test_a_folder_of_certificates_is_read_but_for_its_keys(tmp_path: Path) -> None:
    for name, text in (("a.pem", CERTIFICATE), ("b.pem", CERTIFICATE), ("key.pem", CERTIFICATE + KEY)):
        (tmp_path / name).write_text(text)
    (tmp_path / "0a.0").symlink_to("a.pem")
    found = handed_in({"SSL_CERT_DIR": f"{tmp_path}:/nowhere"}, ())
    assert found.files == (tmp_path / "0a.0", tmp_path / "a.pem", tmp_path / "b.pem")


def test_a_file_that_is_not_to_be_seen_is_not_named(tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    for name, text in ((".ssh/ca.pem", CERTIFICATE), ("key.pem", KEY), ("large.pem", "x" * 5_000_000)):
        (tmp_path / name).write_text(text)
        assert handed_in({"SSL_CERT_FILE": str(tmp_path / name)}, (tmp_path / ".ssh",)) == ({}, ())
    for value in ("", "company.pem", str(tmp_path / "gone"), "\0"):
        assert handed_in({"SSL_CERT_FILE": value}, ()) == ({}, ())


def test_the_systems_own_certificates_are_seen_anyway() -> None:
    there = next((path for path in Path("/etc/ssl/certs").glob("*.pem")), None)
    if there is None:
        pytest.skip("this system has no certificates there")
    assert handed_in({"SSL_CERT_FILE": str(there)}, ()) == ({"SSL_CERT_FILE": str(there)}, ())


@pytest.mark.parametrize(
    ("value", "handed"),
    [
        ("https://mirror.example.org/simple", True),
        ("https://a.example.org https://b.example.org", True),
        ("https://user:secret@mirror.example.org/simple", False),
        ("https://token@mirror.example.org", False),
        ("company=https://u:p@mirror.example.org", False),
        ("https://mirror.example.org/simple?token=secret", False),
    ],
)
def test_an_address_of_a_registry_without_a_password_is_handed_in(value: str, handed: bool) -> None:
    assert handed_in({"PIP_INDEX_URL": value}, ()).environment == ({"PIP_INDEX_URL": value} if handed else {})
