"""How long data take elsewhere, beside `cargo run --release -p nn-data --example speed`: milliseconds, medians.

    python data.py csv FILE        pandas.read_csv, with the peak of its memory
    python data.py mnist FOLDER    gzip, DataLoader(TensorDataset), StandardScaler in f32
"""

import resource
import statistics
import sys
import time


def median(what, run, rounds=7):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    print(f"{what:<40} {statistics.median(times):>9.1f} ms")


def csv(path):
    import pandas

    median("pandas.read_csv", lambda: pandas.read_csv(path, engine="c"))
    print(f"  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at the peak")


def mnist(folder):
    import gzip

    import numpy
    import torch
    from sklearn.preprocessing import StandardScaler
    from torch.utils.data import DataLoader, TensorDataset

    with gzip.open(f"{folder}/train-images-idx3-ubyte.gz") as file:
        pixels = numpy.frombuffer(file.read(), numpy.uint8, offset=16)
    x = pixels.reshape(60000, 784).astype(numpy.float32)
    loader = DataLoader(TensorDataset(torch.from_numpy(x), torch.zeros(60000)), batch_size=64, shuffle=True)
    median("DataLoader(TensorDataset), an epoch", lambda: [None for _ in loader], 3)
    scaler = StandardScaler(copy=False)
    median("StandardScaler.fit", lambda: scaler.fit(x), 5)
    median("StandardScaler.transform, in place", lambda: scaler.transform(x), 5)


if __name__ == "__main__":
    {"csv": csv, "mnist": mnist}[sys.argv[1]](sys.argv[2])
