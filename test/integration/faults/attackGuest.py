"""Tries every way in which a program may get at another process of its user: `attackGuest.py PID`. One JSON object on stdout.

Each value is true where the way is open. Nothing is left behind: what is written is what was read there.
"""

import ctypes
import json
import os
import sys

target = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4


class Piece(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def opens(what):
    try:
        what()
        return True
    except OSError:
        return False


def writable_address():
    with open(f"/proc/{target}/maps") as maps:
        return next(int(line.split("-")[0], 16) for line in maps if " rw-p " in line)


def write_memory():
    address = writable_address()
    memory = os.open(f"/proc/{target}/mem", os.O_RDWR)
    os.pwrite(memory, os.pread(memory, 8, address), address)


def read_memory():
    os.pread(os.open(f"/proc/{target}/mem", os.O_RDONLY), 8, writable_address())


def transfer(call):
    buffer = ctypes.create_string_buffer(8)
    here = Piece(ctypes.addressof(buffer), 8)
    try:
        there = Piece(writable_address(), 8)
    except OSError:
        there = Piece(0x400000, 8)
    return call(target, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) == 8


def attach():
    attached = libc.ptrace(16, target, 0, 0) == 0
    if attached:
        os.waitpid(target, 0x40000000)
        libc.ptrace(17, target, 0, 0)
    return attached


def take_descriptor():
    return libc.syscall(438, os.pidfd_open(target), 1, 0) >= 0


def tried(what):
    try:
        return what()
    except OSError:
        return False


print(
    json.dumps(
        {
            "listDescriptors": opens(lambda: os.listdir(f"/proc/{target}/fd")),
            "openOutput": opens(lambda: os.open(f"/proc/{target}/fd/1", os.O_WRONLY)),
            "openInput": opens(lambda: os.open(f"/proc/{target}/fd/0", os.O_RDONLY | os.O_NONBLOCK)),
            "readEnvironment": opens(lambda: open(f"/proc/{target}/environ").read()),
            "readMaps": opens(lambda: open(f"/proc/{target}/maps").read()),
            "readMemory": opens(read_memory),
            "writeMemory": opens(write_memory),
            "vmRead": tried(lambda: transfer(libc.process_vm_readv)),
            "vmWrite": tried(lambda: transfer(libc.process_vm_readv) and transfer(libc.process_vm_writev)),
            "ptrace": tried(attach),
            "takeDescriptor": tried(take_descriptor),
        }
    )
)
