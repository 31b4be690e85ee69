"""Become another program that dies with its parent, if need be without root: ``python guard.py ORDERS PROGRAM …``.

A program of its own, not a ``preexec_fn``: that one may deadlock in a process with threads. It imports nothing of
ours and leaves by ``exec``, so the child keeps its process id and costs some 40 ms.

*ORDERS* is JSON: ``parent`` (process id), ``death_signal`` (sent by the kernel when the parent dies), ``account``
(the unprivileged account to be if we are root, or null) and ``own`` (paths that this account must own).
"""

import ctypes
import json
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CLONE_NEWUSER = 0x10000000
CAPABILITY_VERSION_3 = 0x20080522
# To pass through and read folders that are root's alone: capabilities(7), CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
READ_EVERYWHERE = (1, 2)


def become_unprivileged(account: str, own: list[str]) -> None:
    """Stop being root: by a user namespace, or where that is forbidden (many containers) by changing the account.

    In the namespace the files stay root's, so nothing changes hands and no folder must be opened to others.
    """
    entry = pwd.getpwnam(account)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) == 0:
        for name, text in (
            ("uid_map", f"{entry.pw_uid} 0 1"),
            ("setgroups", "deny"),
            ("gid_map", f"{entry.pw_gid} 0 1"),
        ):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs start-up time
                file.write(text)
        return
    for top in own:
        os.chown(top, entry.pw_uid, entry.pw_gid)
        for _, folders, files, folder in os.fwalk(top):
            for name in [*folders, *files]:
                os.chown(name, entry.pw_uid, entry.pw_gid, dir_fd=folder, follow_symlinks=False)
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
    os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
    keep_reading(libc)


def keep_reading(libc: ctypes.CDLL) -> None:
    """Keep the right to read what is root's, over the change of account and the exec: programs may be under /root.

    Where even root does not have it, nothing is kept, and folders must be open to the account.
    """
    mask = sum(1 << capability for capability in READ_EVERYWHERE)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # Effective, permitted and inheritable, for capabilities 0 to 31, then for the rest.
    wanted = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    if libc.capset(header, wanted) == 0:
        for capability in READ_EVERYWHERE:
            libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def die_with_parent(parent: int, death_signal: int) -> None:
    """Have the kernel send *death_signal* when the parent dies, and leave at once if it is dead already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone")


def main(orders: str, *command: str) -> None:
    """Follow *orders*, then become *command*."""
    order = json.loads(orders)
    if order["account"] and os.geteuid() == 0:
        become_unprivileged(order["account"], order["own"])
    # Only now: the kernel forgets the death signal whenever the credentials change.
    die_with_parent(order["parent"], order["death_signal"])
    # Python ignores these two, and an ignored signal stays ignored in the program that we become.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    os.execvp(command[0], command)  # noqa: S606 - the caller's own command, no shell


if __name__ == "__main__":
    main(*sys.argv[1:])
