"""What all Python peers share: the protocol of benches/README.md, one JSON object a line.

A peer gives `serve` a function that turns a request into ways to compute it: (name, call) pairs without arguments.
Where there are several, the fastest is the peer's answer. Ways of training are (name, make) pairs: `make()` gives the call.
"""

import contextlib
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
    """The time of `reps` calls: what a Python program pays, the interpreter's some 30 ns a call included. A call that
    has a state is put back to where it began first, by its attribute `restart`."""
    getattr(call, "restart", bool)()
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


def answer(call, steps):
    """What is compared: the result of a call, or of some steps from where a call with a state began."""
    if not hasattr(call, "restart"):
        return call()
    call.restart()
    losses = [call() for _ in range(steps)]
    return call.trained(losses)


def growth(make, steps):
    """What `make` makes, and the bytes by which the resident memory of the process grew at most while it was made and
    took its first steps; None where the system does not tell."""
    def resident(key):
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith(key))
    try:
        with open("/proc/self/clear_refs", "w") as peak:
            peak.write("5")  # the peak begins anew
        before = resident("VmRSS")
    except OSError:
        return make(), None
    call = make()
    for _ in range(steps):
        call()
    return call, resident("VmHWM") - before


def serve(version, ways, write, settle_ms=None, context=lambda workload: contextlib.nullcontext()):
    """Answers until standard input ends. `ways(workload, paths, threads)` gives None for what the peer does not have, or
    a sentence that says why; `write(result, path)` stores a result as little-endian f32; `settle_ms` says how long idle
    threads spin; in `context(workload)` everything is computed. A call with a state has an attribute `restart`, and
    `trained(losses)`, which gives θ and the losses."""
    call = workload = None
    for line in sys.stdin:
        message = json.loads(line)
        try:
            if message["cmd"] == "hello":
                say({"ok": True, "version": version, "settle_ms": settle_ms})
            elif message["cmd"] == "prepare":
                workload, steps = message["workload"], message["workload"].get("steps", 0)
                with context(workload):
                    found = ways(workload, message["inputs"], message["threads"])
                    if not found or isinstance(found, str):
                        say({"ok": True, "unsupported": found or workload["op"]})
                        continue
                    if message.get("memory"):
                        form, make = found[0]
                        call, grown = growth(make, steps)
                    else:
                        form, call = fastest([(form, make()) for form, make in found] if steps else found)
                        grown = None
                    write(answer(call, steps), message["output"])
                say({"ok": True, "form": form, "growth": grown})
            elif message["cmd"] == "time":
                with context(workload):
                    say({"ok": True, "ns": nanoseconds(call, message["warm_up"], message["reps"])})
            else:
                say({"ok": False, "error": f"no command {message['cmd']}"})
        except Exception as error:  # the harness reports it with the row and goes on
            say({"ok": False, "error": f"{type(error).__name__}: {error}"})
