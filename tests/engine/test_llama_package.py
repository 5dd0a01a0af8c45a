"""What is installed of llama-cpp-python, told without importing it."""

import importlib.metadata
import subprocess
import sys

import pytest

from engine import llama_package


def test_the_version_is_that_of_the_distribution() -> None:
    assert llama_package.version() == importlib.metadata.version("llama-cpp-python")


def test_without_the_package_there_is_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama_package, "NAME", "no_such_package")
    assert llama_package.found() is None and llama_package.version() == ""


@pytest.mark.process
def test_a_host_imports_the_bindings_and_nothing_that_they_do_not_need() -> None:
    probe = "import sys; import engine.local.native; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())
    assert "llama_cpp.llama_cpp" in modules
    assert not modules & {"llama_cpp.llama", "diskcache", "jinja2", "ssl", "importlib.metadata"}
