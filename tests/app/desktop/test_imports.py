"""What the desktop imports, and when: little before the first paint, and nothing of Qt made in a thread."""

import os
import subprocess
import sys
from pathlib import Path

PROBE = """
import threading
from pathlib import Path
from PySide6.QtCore import QObject, QCoreApplication
application = QCoreApplication([])
made = []
init = QObject.__init__
from app.desktop import application as desktop_application
def note(self, *args, **kwargs):
    init(self, *args, **kwargs)
    made.append(type(self).__name__)
QObject.__init__ = note
def import_all():
    desktop_application.look_at(Path("nowhere"))
    desktop_application.import_rest()
thread = threading.Thread(target=import_all)
thread.start()
thread.join()
print(made)
import sys
print("app.desktop.chat.transcript" in sys.modules)
"""


def test_modules_that_are_imported_in_a_thread_make_no_qt_objects() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "True"]


FIRST_PAINT = """
import sys
from PySide6.QtWidgets import QApplication
from app.desktop import application
from app.desktop.window.main_window import MainWindow
init = MainWindow.__init__
def note(self, *arguments):
    init(self, *arguments)
    self.first_painted.connect(lambda: (print(*sys.modules), sys.stdout.flush(), QApplication.quit()))
MainWindow.__init__ = note
application.run(sys.argv[:1])
"""
# Values and protocols: what a window shows before anything was read.
MAY_IMPORT = {
    "agents": set[str](),
    "engine": {"engine", "engine.errors", "engine.thread_priority", "engine.values"},
}
HEAVY = (
    "alembic",
    "asyncio",
    "jinja2",
    "llama_cpp",
    "markdown_it",
    "mcp",
    "numpy",
    "psutil",
    "pygments",
    "sqlalchemy",
)


def test_the_first_paint_imports_values_and_protocols_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COTERIE_HOME": str(tmp_path)},
    )
    modules = set(done.stdout.split())
    for package, allowed in MAY_IMPORT.items():
        assert {name for name in modules if name.partition(".")[0] == package} <= allowed
    assert not modules & set(HEAVY)


COMPLETED = """
import sys
from PySide6.QtWidgets import QApplication
from app.desktop import application
from app.desktop.window.main_window import MainWindow
complete = MainWindow.complete
def note(self, *arguments, **options):
    before = set(sys.modules)
    complete(self, *arguments, **options)
    print(*(set(sys.modules) - before), flush=True)
    QApplication.quit()
MainWindow.complete = note
application.run(sys.argv[:1])
"""


def test_the_window_is_completed_from_modules_that_were_imported_in_a_thread(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMPLETED],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COTERIE_HOME": str(tmp_path)},
    )
    assert done.stdout.split("\n")[0].split() == []
