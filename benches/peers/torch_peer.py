"""PyTorch, eager, as a peer. See benches/README.md."""

from functools import partial

import peer

torch = peer.needs("torch")
import torch_steps  # noqa: E402

F, nn = torch.nn.functional, torch._C._nn


# Each operation: what computes it, given the inputs x, the workload w and a result y to write to. In inference mode all.
OPS = {
    "matmul_x_wt": lambda x, w, y: [partial(torch.mm, x[0], x[1].t(), out=y), partial(F.linear, *x)],
    "matmul_dy_w": lambda x, w, y: [partial(torch.mm, *x, out=y), partial(torch.mm, *x)],
    "matmul_dyt_x": lambda x, w, y: [partial(torch.mm, x[0].t(), x[1], out=y), partial(torch.mm, x[0].t(), x[1])],
    "exp": lambda x, w, y: [partial(torch.exp, *x, out=y), partial(torch.exp, *x)],
    "sigmoid": lambda x, w, y: [partial(torch.sigmoid, *x, out=y), partial(torch.sigmoid, *x)],
    "tanh": lambda x, w, y: [partial(torch.tanh, *x, out=y), partial(torch.tanh, *x)],
    "gelu": lambda x, w, y: [partial(nn.gelu, *x, out=y), partial(F.gelu, *x)],
    "relu": lambda x, w, y: [partial(torch.clamp_min, x[0], 0, out=y), partial(torch.relu, *x)],
    "erf": lambda x, w, y: [partial(torch.erf, *x, out=y), partial(torch.erf, *x)],
    "softplus": lambda x, w, y: [partial(nn.softplus, *x, out=y), partial(F.softplus, *x)],
    "ln": lambda x, w, y: [partial(torch.log, *x, out=y), partial(torch.log, *x)],
    "add": lambda x, w, y: [partial(torch.add, *x, out=y), partial(torch.add, *x)],
    "multiply": lambda x, w, y: [partial(torch.mul, *x, out=y), partial(torch.mul, *x)],
    "softmax": lambda x, w, y: [partial(torch.softmax, *x, dim=1, out=y), partial(torch.softmax, *x, dim=1)],
    "log_softmax": lambda x, w, y: [partial(torch.log_softmax, *x, dim=1, out=y), partial(torch.log_softmax, *x, dim=1)],
    "row_norm": lambda x, w, y: [
        partial(F.normalize, *x, dim=1),
        partial(F.normalize, *x, dim=1, out=y),
        lambda: x[0] / x[0].norm(dim=1, keepdim=True),
        lambda: torch.div(x[0], torch.linalg.vector_norm(x[0], dim=1, keepdim=True), out=y),
    ],
    "sum": lambda x, w, y: [partial(torch.sum, *x)] if w["axis"] is None else [
        partial(torch.sum, *x, dim=w["axis"], out=y), partial(torch.sum, *x, dim=w["axis"])],
    "max": lambda x, w, y: [partial(torch.max, *x), partial(torch.amax, *x, dim=(0, 1))] if w["axis"] is None else [
        partial(torch.amax, *x, dim=w["axis"], out=y), partial(torch.amax, *x, dim=w["axis"])],
    "cumsum": lambda x, w, y: [partial(torch.cumsum, *x, dim=w["axis"], out=y), partial(torch.cumsum, *x, dim=w["axis"])],
    "transpose": lambda x, w, y: [partial(y.copy_, x[0].t()), lambda: x[0].t().contiguous()],
    "permute": lambda x, w, y: [partial(y.copy_, x[0].permute(w["order"])), lambda: x[0].permute(w["order"]).contiguous()],
    "concat": lambda x, w, y: [partial(torch.cat, x, dim=w["axis"], out=y), partial(torch.cat, x, dim=w["axis"])],
}


def ways(w, paths, threads):
    torch.set_num_threads(threads)
    if w["op"] not in OPS and w["op"] not in ("step", "infer", "update"):
        return None
    x = [torch_steps.load(path, shape) for path, shape in zip(paths, w["shapes"])]
    if w["op"] == "step":
        return torch_steps.training(w, x)
    if w["op"] == "update":
        return torch_steps.updating(w, x)
    if w["op"] == "infer":
        return [("module", partial(torch_steps.network(x[1:]), x[0]))]
    calls = OPS[w["op"]](x, w, torch.empty(w["result"]))
    return [(describe(call), call) for call in calls]


def describe(call):
    f = getattr(call, "func", None)
    if f is None:
        return "expression"
    return f.__name__ + (" out=" if "out" in call.keywords else "")


def context(w):
    return torch.enable_grad() if w["op"] in ("step", "update") else torch.inference_mode()


peer.serve(torch.__version__, ways, torch_steps.write, context=context)
