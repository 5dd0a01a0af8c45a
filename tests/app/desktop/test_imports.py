"""What the desktop imports in a thread may not make objects of Qt there: they would belong to that thread."""

import subprocess
import sys

PROBE = """
import threading
from PySide6.QtCore import QObject, QCoreApplication
application = QCoreApplication([])
made = []
init = QObject.__init__
from app.desktop import application as desktop_application
def note(self, *args, **kwargs):
    init(self, *args, **kwargs)
    made.append(type(self).__name__)
QObject.__init__ = note
thread = threading.Thread(target=desktop_application.import_rest)
thread.start()
thread.join()
print(made)
import sys
print("app.desktop.chat.transcript" in sys.modules)
"""


def test_modules_that_are_imported_in_a_thread_make_no_qt_objects() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "True"]
