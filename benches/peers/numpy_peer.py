"""NumPy as a peer. Element-wise functions run on one thread whatever is asked; products on BLAS's threads."""

from functools import partial

import peer

np = peer.needs("numpy")


def sigmoid(x, out):
    np.negative(x, out=out)
    np.exp(out, out=out)
    np.add(out, 1, out=out)
    return np.reciprocal(out, out=out)


def softplus(x, out):
    return np.logaddexp(x, np.float32(0), out=out)


def softmax(x, out):
    np.subtract(x, x.max(axis=1, keepdims=True), out=out)
    np.exp(out, out=out)
    return np.divide(out, out.sum(axis=1, keepdims=True), out=out)


def log_softmax(x, out):
    np.subtract(x, x.max(axis=1, keepdims=True), out=out)
    return np.subtract(out, np.log(np.exp(out).sum(axis=1, keepdims=True)), out=out)


def copy(out, view):
    np.copyto(out, view)
    return out


OPS = {
    "matmul_x_wt": lambda x, w, y: partial(np.matmul, x[0], x[1].T, out=y),
    "matmul_dy_w": lambda x, w, y: partial(np.matmul, *x, out=y),
    "matmul_dyt_x": lambda x, w, y: partial(np.matmul, x[0].T, x[1], out=y),
    "exp": lambda x, w, y: partial(np.exp, *x, out=y),
    "sigmoid": lambda x, w, y: partial(sigmoid, *x, y),
    "tanh": lambda x, w, y: partial(np.tanh, *x, out=y),
    "relu": lambda x, w, y: partial(np.maximum, x[0], np.float32(0), out=y),
    "softplus": lambda x, w, y: partial(softplus, *x, y),
    "ln": lambda x, w, y: partial(np.log, *x, out=y),
    "add": lambda x, w, y: partial(np.add, *x, out=y),
    "multiply": lambda x, w, y: partial(np.multiply, *x, out=y),
    "softmax": lambda x, w, y: partial(softmax, *x, y),
    "log_softmax": lambda x, w, y: partial(log_softmax, *x, y),
    "row_norm": lambda x, w, y: lambda: np.divide(x[0], np.sqrt(np.square(x[0]).sum(axis=1, keepdims=True)), out=y),
    "sum": lambda x, w, y: partial(np.sum, *x, axis=w["axis"]),
    "max": lambda x, w, y: partial(np.max, *x, axis=w["axis"]),
    "cumsum": lambda x, w, y: partial(np.cumsum, *x, axis=w["axis"], out=y),
    "transpose": lambda x, w, y: partial(copy, y, x[0].T),
    "permute": lambda x, w, y: partial(copy, y, x[0].transpose(w["order"])),
    "concat": lambda x, w, y: partial(np.concatenate, x, axis=w["axis"], out=y),
}


def ways(w, paths, threads):
    if w["op"] not in OPS:
        return None
    x = [np.fromfile(path, "<f4").reshape(shape) for path, shape in zip(paths, w["shapes"])]
    return [("numpy", OPS[w["op"]](x, w, np.empty(w["result"], np.float32)))]


# OpenBLAS's threads spin for some 105 ms after a product, as measured.
peer.serve(np.__version__, ways, lambda result, path: np.asarray(result, "<f4").tofile(path), settle_ms=120)
