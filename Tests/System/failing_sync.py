"""A disk that fails when the test says so: failing-sync.c, for Linux with a C compiler. Standard library only."""
import os
import shutil
import subprocess

from harness import Failure


class FailingSync:
    """Makes fdatasync of write-ahead logs fail in processes that run in `environment`, while it is failing."""

    def __init__(self, folder):
        self.flag = os.path.join(folder, "failing")
        self.environment = {"LD_PRELOAD": build(folder), "FAILING_SYNC_FLAG": self.flag}

    def fail(self):
        open(self.flag, "w").close()

    def work(self):
        os.unlink(self.flag)


def build(folder):
    library = os.path.join(folder, "failing-sync.so")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "failing-sync.c")
    compiler = shutil.which("clang") or shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Failure("there is no C compiler; run 'scripts/setup test'")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library
