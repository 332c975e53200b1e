"""Weights between PyTorch and this library, in both directions, and the greatest difference.

    python benches/peers/state_dict.py          # needs torch alone; builds and runs the example state_dict

For each network: PyTorch's state dict goes to a file, our model reads it, predicts, and writes itself; and a model of ours goes to
a file, and PyTorch reads it. Weights must come back to the bit, names and shapes without an exception, outputs within 1e-5.
"""

import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}


def write(path, tensors):
    """The safetensors format: length of the header, header, row-major little-endian numbers."""
    names = {dtype: name for name, dtype in TYPES.items()}
    header, parts, at = {}, [], 0
    # The widest numbers first, as the format asks for.
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        data = bytes(tensor.detach().contiguous().reshape(-1).view(torch.uint8).tolist())
        offsets = [at, at + len(data)]
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": offsets}
        parts.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


def read(path):
    data = path.read_bytes()
    (n,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + n]).items():
        if name == "__metadata__":
            continue
        first, last = (8 + n + offset for offset in entry["data_offsets"])
        numbers = torch.frombuffer(bytearray(data[first:last]), dtype=TYPES[entry["dtype"]])
        tensors[name] = numbers.reshape(entry["shape"])
    return tensors


class Residual(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return x + self.body(x)


class Conv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(1, 6, 5, stride=2), nn.BatchNorm2d(6)
        self.conv2, self.norm2 = nn.Conv2d(6, 16, 5, stride=2, bias=False), nn.BatchNorm2d(16)
        self.fc1 = nn.Linear(16 * 4 * 4, 64)
        self.block = Residual(nn.Sequential(nn.Linear(64, 32), nn.GELU(), nn.Linear(32, 64, bias=False)))
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = torch.relu(self.norm1(self.conv1(x)))
        x = nn.functional.leaky_relu(self.norm2(self.conv2(x)), 0.1)
        return self.fc2(self.block(torch.tanh(self.fc1(x.flatten(1)))))


def mlp():
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10))


def ours(network, source, target, *options):
    command = ["cargo", "run", "--quiet", "--release", "--example", "state_dict", "--package", "nn", "--"]
    subprocess.run([*command, network, source, target, *options], cwd=ROOT, check=True)


def split(tensors):
    """Weights and outputs of a file of ours."""
    return {k: v for k, v in tensors.items() if not k.startswith("attached.")}, tensors["attached.y"]


def same_weights(module, tensors):
    state = module.state_dict()
    return state.keys() == tensors.keys() and all(
        torch.equal(state[name].to(tensors[name].dtype), tensors[name]) for name in state
    )


def main():
    torch.manual_seed(0)
    good = True
    print(f"{'network':<8}{'numbers':>10}  {'direction':<16}{'weights':<10}{'greatest difference of outputs':>32}{'of up to':>10}")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "from.safetensors", Path(folder) / "to.safetensors"
        for network, make, shape in [("mlp", mlp, (500, 784)), ("conv", Conv, (500, 1, 28, 28))]:
            x = torch.randn(shape)
            theirs = make()
            with torch.no_grad():
                for _ in range(3):  # in training mode: running statistics that have moved
                    theirs(torch.randn(shape))
            for direction in ["PyTorch to ours", "ours to PyTorch"]:
                if direction == "PyTorch to ours":
                    write(source, {**theirs.state_dict(), "attached.x": x})
                    ours(network, source, target)
                    module = theirs
                else:
                    write(source, {"attached.x": x})
                    ours(network, source, target, "--seed", "1")
                    module = make()
                    module.load_state_dict(split(read(target))[0], strict=True)
                weights, y = split(read(target))
                with torch.no_grad():
                    expected = module.eval()(x)
                same = same_weights(module, weights)
                difference, size = (y - expected).abs().max().item(), expected.abs().max().item()
                good = good and same and difference < 1e-5 * max(size, 1.0)
                count = sum(tensor.numel() for tensor in weights.values())
                words = "equal" if same else "DIFFER"
                print(f"{network:<8}{count:>10,}  {direction:<16}{words:<10}{difference:>32.2e}{size:>10.2f}")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
