"""The recipe of the example `fashion` in PyTorch: FOLDER EPOCHS THREADS. Prints the time of each epoch, and the accuracy."""

import gzip
import os
import sys
import time

import numpy as np
import torch
from torch import nn

folder, epochs, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(0)


def read(name, head, shape):
    path = os.path.join(folder, name)
    raw = open(path, "rb").read() if os.path.exists(path) else gzip.open(path + ".gz").read()
    return torch.from_numpy(np.frombuffer(raw[head:], np.uint8).copy()).reshape(shape)


def part(name):
    images = read(f"{name}-images-idx3-ubyte", 16, (-1, 1, 28, 28)).float() / 255
    return images, read(f"{name}-labels-idx1-ubyte", 8, (-1,)).long()


(x, labels), (test, test_labels) = part("train"), part("t10k")
conv = lambda i, o: [nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2)]
net = nn.Sequential(*conv(1, 16), *conv(16, 32), nn.Flatten(), nn.Dropout(0.25), nn.Linear(1568, 128), nn.ReLU(),
                    nn.Dropout(0.25), nn.Linear(128, 10))
rule = torch.optim.Adam(net.parameters(), lr=0.002, fused=True)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(rule, epochs * -(-len(x) // 64))
for epoch in range(epochs):
    net.train()
    start = time.perf_counter()
    for at in torch.randperm(len(x)).split(64):
        rule.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(net(x[at]), labels[at]).backward()
        rule.step()
        schedule.step()
    seconds = time.perf_counter() - start
    net.eval()
    with torch.inference_mode():
        right = sum((net(a).argmax(1) == b).sum().item() for a, b in zip(test.split(1000), test_labels.split(1000)))
    print(f"epoch {epoch}: {seconds:.2f} s, accuracy {right / len(test):.4f}", flush=True)
