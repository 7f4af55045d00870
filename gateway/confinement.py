"""What a process that reads mail may do: little (R8).

Memory, open files and processor time are bounded by the kernel's own limits; nothing can be
written to disk; with libseccomp on the machine no socket can be opened and no program started.
"""

import resource
import sys

try:
    import pyseccomp
except RuntimeError:  # raised where the system has no libseccomp
    pyseccomp = None

_OPEN_FILES = 64
_SECONDS_OVER = 5  # of processor time beyond the wall clock's budget, before the kernel ends it
_NETWORK = ("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4")
_PROGRAMS = ("execve", "execveat", "fork", "vfork", "ptrace")


def confine(*, memory: int, programs: bool) -> None:
    """Give up what reading does not need, for good; `memory` in octets of address space.

    `programs` leaves the right to start some: OCR is a program of its own.
    """
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold content
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    if pyseccomp is None:
        return
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for call in _NETWORK if programs else (*_NETWORK, *_PROGRAMS):
        rules.add_rule(pyseccomp.ERRNO(13), call)  # EACCES
    rules.load()


def bound_processor_time(seconds: float) -> None:
    """Let the kernel end this process if the next message takes that much processor time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + int(seconds) + _SECONDS_OVER, hard))


def missing() -> str:
    """Say in a line what this machine cannot enforce; "" if nothing."""
    if pyseccomp is None:
        return "libseccomp is not installed: what reads mail is not kept from opening sockets"
    return ""
