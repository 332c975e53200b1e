"""JAX, each operation compiled by `jax.jit`, as a peer. JAX has no results to write to: it allocates always."""

import os

import peer

# XLA sizes its pool by the cores that the process may use, once; there is no call for it.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:peer.THREADS])
os.environ["JAX_PLATFORMS"] = "cpu"

jax = peer.needs("jax")
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

OPS = {
    "matmul_x_wt": lambda w: lambda x, y: x @ y.T,
    "matmul_dy_w": lambda w: lambda x, y: x @ y,
    "matmul_dyt_x": lambda w: lambda x, y: x.T @ y,
    "exp": lambda w: jnp.exp,
    "sigmoid": lambda w: jax.nn.sigmoid,
    "tanh": lambda w: jnp.tanh,
    "gelu": lambda w: lambda x: jax.nn.gelu(x, approximate=False),
    "relu": lambda w: jax.nn.relu,
    "erf": lambda w: jax.scipy.special.erf,
    "softplus": lambda w: jax.nn.softplus,
    "ln": lambda w: jnp.log,
    "add": lambda w: jnp.add,
    "multiply": lambda w: jnp.multiply,
    "softmax": lambda w: lambda x: jax.nn.softmax(x, axis=1),
    "log_softmax": lambda w: lambda x: jax.nn.log_softmax(x, axis=1),
    "row_norm": lambda w: lambda x: x / jnp.linalg.norm(x, axis=1, keepdims=True),
    "sum": lambda w: lambda x: x.sum(axis=w["axis"]),
    "max": lambda w: lambda x: x.max(axis=w["axis"]),
    "cumsum": lambda w: lambda x: jnp.cumsum(x, axis=w["axis"]),
    "transpose": lambda w: jnp.transpose,
    "permute": lambda w: lambda x: jnp.transpose(x, w["order"]),
    "concat": lambda w: lambda *x: jnp.concatenate(x, axis=w["axis"]),
}


def ways(w, paths, threads):
    if w["op"] not in OPS:
        return None
    x = [jnp.asarray(np.fromfile(path, "<f4").reshape(shape)) for path, shape in zip(paths, w["shapes"])]
    compiled = jax.jit(OPS[w["op"]](w)).lower(*x).compile()
    # A call only enqueues the work; the answer is there when the block ends.
    return [("jit", lambda: compiled(*x).block_until_ready())]


peer.serve(jax.__version__, ways, lambda result, path: np.asarray(result, "<f4").tofile(path))
