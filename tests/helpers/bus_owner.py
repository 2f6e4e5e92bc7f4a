"""bus_owner NAME FIFO: connects to the bus of DBUS_SYSTEM_BUS_ADDRESS, and does what is written into the fifo, a word a
line: own, release, exit. A client of its own, so that no library is needed."""

import os
import socket
import struct
import sys


def text(value):
    return struct.pack("<I", len(value)) + value.encode() + b"\0"


def padded(data, step):
    return data + b"\0" * (-len(data) % step)


def call(serial, member, signature="", body=b""):
    fields = b""
    for code, kind, value in ((1, "o", "/org/freedesktop/DBus"), (2, "s", "org.freedesktop.DBus"), (3, "s", member), (6, "s", "org.freedesktop.DBus")):
        fields = padded(fields, 8) + bytes([code, 1]) + kind.encode() + b"\0" + text(value)
    if signature:
        fields = padded(fields, 8) + b"\x08\x01g\0" + bytes([len(signature)]) + signature.encode() + b"\0"
    return padded(b"l\1\0\1" + struct.pack("<III", len(body), serial, len(fields)) + fields, 8) + body


def main():
    name, fifo = sys.argv[1:]
    bus = socket.socket(socket.AF_UNIX)
    bus.connect(os.environ.get("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/run/dbus/system_bus_socket").removeprefix("unix:path="))
    bus.sendall(b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\n")
    assert bus.recv(1000).startswith(b"OK")
    bus.sendall(b"BEGIN\r\n" + call(1, "Hello"))
    with open(os.open(fifo, os.O_RDWR), encoding="utf-8") as lines:
        for serial, line in enumerate(lines, 2):
            if line == "own\n":
                bus.sendall(call(serial, "RequestName", "su", padded(text(name), 4) + struct.pack("<I", 4)))
            elif line == "release\n":
                bus.sendall(call(serial, "ReleaseName", "s", text(name)))
            elif line == "exit\n":
                return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
