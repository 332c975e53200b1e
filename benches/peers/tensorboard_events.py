"""Reads an event file of the library back with the tensorboard package, checksums included, beside the history as JSON lines.

cargo run --release -p nn-train --features tensorboard --example events -- FOLDER > history.jsonl
python benches/peers/tensorboard_events.py FOLDER history.jsonl
"""

import json
import math
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

folder, history = sys.argv[1:]
events = EventAccumulator(folder)
events.Reload()
epochs = [json.loads(line) for line in open(history)]
tags = {
    "loss/training": "running_loss",
    "loss/validation": "validation_loss",
    "accuracy/training": "running_accuracy",
    "accuracy/validation": "validation_accuracy",
}
compared = 0
for tag, field in tags.items():
    scalars = events.Scalars(tag)
    assert [s.step for s in scalars] == [e["epoch"] for e in epochs], tag
    for scalar, epoch in zip(scalars, epochs):
        assert math.isclose(scalar.value, epoch[field], rel_tol=1e-6), (tag, scalar, epoch)
        compared += 1
steps = [s.step for s in events.Scalars("batch/loss")]
assert steps == list(range(epochs[-1]["steps"])), steps
print(f"tensorboard reads {compared} figures of {len(epochs)} epochs and {len(steps)} steps as they were written")
