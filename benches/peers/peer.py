"""What all Python peers share: the protocol of benches/README.md, one JSON object a line.

A peer gives `serve` a function that turns a request into ways to compute it: (name, call) pairs without arguments.
Where there are several, the fastest is the peer's answer.
"""

import gc
import itertools
import json
import math
import os
import sys
import time

THREADS = int(os.environ.get("NN_PEER_THREADS", "1"))


def needs(module):
    """The module, or the one sentence that the harness reports."""
    try:
        return __import__(module)
    except ImportError as error:
        sys.stdin.readline()
        say({"ok": False, "error": f"{sys.executable} has no package {module} ({error}): `cargo xtask bench "
                                   "--setup-peers` installs one, --python PATH or NN_PEER_PYTHON names another"})
        sys.exit(0)


def say(answer):
    print(json.dumps(answer), flush=True)


def nanoseconds(call, warm_up, reps):
    """The time of `reps` calls: what a Python program pays, the interpreter's some 30 ns a call included."""
    for _ in itertools.repeat(None, warm_up):
        call()
    gc.disable()
    start = time.perf_counter_ns()
    for _ in itertools.repeat(None, reps):
        call()
    end = time.perf_counter_ns()
    gc.enable()
    return end - start


def fastest(ways):
    """The fastest of some (name, call) pairs, each by the best of three batches of 2 ms, or by three calls."""
    def cost(way):
        first = nanoseconds(way[1], 2, 1)
        reps = max(1, math.ceil(2e6 / max(first, 1)))
        return min(nanoseconds(way[1], 0, reps) / reps for _ in range(3))
    return min(ways, key=cost) if len(ways) > 1 else ways[0]


def serve(version, ways, write, settle_ms=None):
    """Answers until standard input ends. `ways(workload, paths, threads)` gives None for what the peer does not have;
    `write(result, path)` stores a result as little-endian f32; `settle_ms` says how long idle threads spin."""
    call = None
    for line in sys.stdin:
        message = json.loads(line)
        try:
            if message["cmd"] == "hello":
                say({"ok": True, "version": version, "settle_ms": settle_ms})
            elif message["cmd"] == "prepare":
                found = ways(message["workload"], message["inputs"], message["threads"])
                if not found:
                    say({"ok": True, "unsupported": message["workload"]["op"]})
                    continue
                form, call = fastest(found)
                write(call(), message["output"])
                say({"ok": True, "form": form})
            elif message["cmd"] == "time":
                say({"ok": True, "ns": nanoseconds(call, message["warm_up"], message["reps"])})
            else:
                say({"ok": False, "error": f"no command {message['cmd']}"})
        except Exception as error:  # the harness reports it with the row and goes on
            say({"ok": False, "error": f"{type(error).__name__}: {error}"})
