"""Faults that are loaded before the C library, for Linux with a C compiler. Standard library only."""
import os
import shutil
import struct
import subprocess

from harness import Failure


class FailingSync:
    """Makes fdatasync of write-ahead logs fail, or hang, in processes that run in `environment`, until it works."""

    def __init__(self, folder):
        self.flag = os.path.join(folder, "failing")
        self.environment = {"LD_PRELOAD": build(folder, "failing-sync"), "FAILING_SYNC_FLAG": self.flag}

    def fail(self):
        open(self.flag, "w").close()

    def hang(self):
        # Renamed, so that it is never there and empty.
        with open(self.flag + ".new", "w", encoding="ascii") as flag:
            flag.write("hang")
        os.rename(flag.name, self.flag)

    def work(self):
        os.unlink(self.flag)


class ShiftedClock:
    """Shifts the time of day of processes that run in `environment`."""

    def __init__(self, folder):
        path = os.path.join(folder, "shift")
        self.file = open(path, "wb", buffering=0)
        self.shift(0)
        self.environment = {"LD_PRELOAD": build(folder, "shifted-clock"), "SHIFTED_CLOCK": path}

    def shift(self, seconds):
        """From now on the clock is that far ahead of the true one."""
        os.pwrite(self.file.fileno(), struct.pack("=q", seconds), 0)


def build(folder, name):
    library = os.path.join(folder, f"{name}.so")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.c")
    compiler = shutil.which("clang") or shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Failure("there is no C compiler; run 'scripts/setup test'")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library
