"""JAX, each operation compiled by `jax.jit`, as a peer. JAX has no results to write to: it allocates always."""

import os
from functools import partial

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


def forward(parameters, x, dense):
    for weight, bias in parameters[:-1]:
        x = jax.nn.relu(dense(x, weight) + bias)
    weight, bias = parameters[-1]
    return dense(x, weight) + bias


# How a weight may lie in memory: as PyTorch has it, or as Flax has it. The first function makes it from (out, in) and back.
LAYOUTS = {
    "(out, in)": (lambda weight: weight, lambda x, weight: x @ weight.T),
    "(in, out)": (jnp.transpose, lambda x, weight: x @ weight),
}


def pairs(parameters, turn):
    return [(turn(weight), bias) for weight, bias in zip(parameters[::2], parameters[1::2])]


def inference(x, layout):
    turn, dense = LAYOUTS[layout]
    parameters = jax.block_until_ready(pairs(x[1:], turn))
    compiled = jax.jit(partial(forward, dense=dense)).lower(parameters, x[0]).compile()
    return lambda: compiled(parameters, x[0]).block_until_ready()


def picked(log_p, labels):
    return jnp.take_along_axis(log_p, labels[:, None], axis=1)[:, 0]


def masked(log_p, labels):
    return jnp.sum(jax.nn.one_hot(labels, log_p.shape[1], dtype=log_p.dtype) * log_p, axis=1)


def training(w, inputs, pick, layout):
    """A step that is one program: the old parameters and moments are donated to it."""
    turn, dense = LAYOUTS[layout]
    x, labels, start = inputs[0], inputs[1].astype(jnp.int32), pairs(inputs[2:], turn)

    def loss_of(parameters, x, labels):
        return -pick(jax.nn.log_softmax(forward(parameters, x, dense)), labels).mean()

    def sgd(parameters, state, gradients):
        return jax.tree.map(lambda p, g: p - w["rate"] * g, parameters, gradients), state

    def adam(parameters, state, gradients):
        m, v, t = state
        beta1, beta2 = w["betas"]
        t = t + 1
        m = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, m, gradients)
        v = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, gradients)
        rate, root = w["rate"] / (1 - beta1**t), jax.lax.rsqrt(1 - beta2**t)
        parameters = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) * root + w["eps"]), parameters, m, v)
        return parameters, (m, v, t)

    update = sgd if w["optimizer"] == "sgd" else adam

    def step(parameters, state, x, labels):
        loss, gradients = jax.value_and_grad(loss_of)(parameters, x, labels)
        return *update(parameters, state, gradients), loss

    def begin():
        zeros = [jax.tree.map(jnp.zeros_like, start) for _ in range(2)]
        state = () if update is sgd else (*zeros, jnp.zeros((), jnp.float32))
        return [jax.tree.map(jnp.copy, start), state]

    now = begin()
    compiled = jax.jit(step, donate_argnums=(0, 1)).lower(*now, x, labels).compile()

    def call():
        now[0], now[1], loss = compiled(now[0], now[1], x, labels)
        return loss.block_until_ready()

    def restart():
        now[:] = jax.block_until_ready(begin())

    def trained(losses):
        theta = [tensor.ravel() for weight, bias in now[0] for tensor in (turn(weight), bias)]
        return jnp.concatenate([*theta, jnp.stack(losses)])

    call.restart, call.trained = restart, trained
    return call


def ways(w, paths, threads):
    if w["op"] not in OPS and w["op"] not in ("step", "infer"):
        return None
    x = [jnp.asarray(np.fromfile(path, "<f4").reshape(shape)) for path, shape in zip(paths, w["shapes"])]
    if w["op"] == "step":
        return [(f"jit, W {layout}, labels {pick.__name__}", partial(training, w, x, pick, layout))
                for pick in (picked, masked) for layout in LAYOUTS]
    if w["op"] == "infer":
        return [(f"jit, W {layout}", inference(x, layout)) for layout in LAYOUTS]
    compiled = jax.jit(OPS[w["op"]](w)).lower(*x).compile()
    # A call only enqueues the work; the answer is there when the block ends.
    return [("jit", lambda: compiled(*x).block_until_ready())]


peer.serve(jax.__version__, ways, lambda result, path: np.asarray(result, "<f4").tofile(path))
