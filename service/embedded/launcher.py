"""Becomes the server: `launcher.py PARENT UID GID COMMAND …`.

Gives up root, asks the kernel for SIGINT (a fast shutdown) when its parent dies, and makes way for the command under
the same process id. It is a program of its own because a hook between fork and exec may hang in a process that has
threads, and the wish has to come after the change of account, which cancels it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    parent, uid, gid = map(int, sys.argv[1:4])
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the command that wanted this server has ended")
    os.execv(sys.argv[4], sys.argv[4:])  # noqa: S606 - no shell is what is wanted
