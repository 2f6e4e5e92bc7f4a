"""What the library that is loaded in front of a program is to do to it: see tests/helpers/preload/fail.c."""

import mmap
import struct

from reaperd import HELPERS

PRELOAD = HELPERS / "fail.so"


class Wishes:
    """Three numbers that the program and the test share."""

    def __init__(self, path):
        path.write_bytes(bytes(24))
        self.environment = {"LD_PRELOAD": str(PRELOAD), "FAIL_FILE": str(path)}
        with open(path, "r+b") as f:
            self.memory = mmap.mmap(f.fileno(), 24)

    def fail_after(self, count):
        """The allocation of that number fails, once; 0: none."""
        self.memory[:8] = struct.pack("=q", count)

    def left(self):
        """How many allocations there are until then."""
        return struct.unpack("=q", self.memory[:8])[0]

    def offset_clock(self, seconds):
        """CLOCK_REALTIME is off by so much from now on."""
        self.memory[8:16] = struct.pack("=q", seconds)

    def move_at_once(self, count):
        """A read or write of a file or stream moves no more bytes than that."""
        self.memory[16:] = struct.pack("=q", count)
