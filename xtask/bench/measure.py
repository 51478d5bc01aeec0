"""Runs one command and prints its wall seconds, CPU seconds and peak resident KiB.

The peak is the one that the kernel reports for the finished child (and for its own children that
it waited for), so a short peak between two looks is not missed. With `--accept=CODE` first, that exit
code is as good as 0, and what the command says on stderr stays apart from its result.
"""

import os
import sys
import time


def main() -> int:
    words = sys.argv[1:]
    accept = [0]
    if words[0].startswith("--accept="):
        accept.append(int(words.pop(0).partition("=")[2]))
    log, *command = words
    # What the command prints goes to a file: a terminal or a pipe would be part of the measurement.
    actions = [
        (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
    ]
    if len(accept) == 1:
        actions.append((os.POSIX_SPAWN_DUP2, 1, 2))
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) not in accept:
        return 1
    print(f"{wall:.3f} {usage.ru_utime + usage.ru_stime:.3f} {usage.ru_maxrss}")
    return 0


sys.exit(main())
