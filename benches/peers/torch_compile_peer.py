"""PyTorch with `torch.compile`, for training steps and forward passes alone. See benches/README.md."""

import shutil
from functools import partial

import peer

torch = peer.needs("torch")
import torch_steps  # noqa: E402

F = torch.nn.functional
# Inductor writes C++ and has it compiled.
COMPILER = any(shutil.which(name) for name in ("g++", "c++", "clang++"))


def halves(w, x, labels, start):
    """Loss with its gradient, and the optimizer: compiled each by itself, as in a usual training loop."""
    net = torch_steps.network(start)
    rule = torch_steps.optimizer(w, net.parameters(), fused=True)
    loss_of = torch.compile(lambda: F.cross_entropy(net(x), labels), dynamic=False)

    def step():
        rule.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        rule.step()
        return loss

    return torch_steps.with_state(step, start, list(net.parameters()), lambda: torch_steps.moments(rule))


def forward(parameters, x):
    layers = list(zip(parameters[::2], parameters[1::2]))
    for weight, bias in layers[:-1]:
        x = F.relu(F.linear(x, weight, bias))
    return F.linear(x, *layers[-1])


def whole(w, x, labels, start):
    """Everything in one graph: the gradient by torch.func, the update written out."""
    parameters = [tensor.clone() for tensor in start]
    m, v = ([torch.zeros_like(tensor) for tensor in start] for _ in range(2))
    t = torch.zeros(())
    adam = w["optimizer"] == "adam"

    @torch.compile(dynamic=False)
    def graph(parameters, m, v, t, x, labels):
        def loss_of(parameters):
            return F.cross_entropy(forward(parameters, x), labels)

        gradients, loss = torch.func.grad_and_value(loss_of)(parameters)
        if not adam:
            for p, g in zip(parameters, gradients):
                p.sub_(g, alpha=w["rate"])
            return loss
        beta1, beta2 = w["betas"]
        t.add_(1)
        rate = w["rate"] / (1 - beta1**t)
        root = (1 - beta2**t).rsqrt()
        for p, m, v, g in zip(parameters, m, v, gradients):
            m.lerp_(g, 1 - beta1)
            v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
            p.sub_(rate * m / (v.sqrt() * root + w["eps"]))
        return loss

    @torch.no_grad()
    def step():
        return graph(parameters, m, v, t, x, labels)

    return torch_steps.with_state(step, start, parameters, lambda: [*m, *v, t])


def ways(w, paths, threads):
    torch.set_num_threads(threads)
    # Each row is compiled for its own shapes, whatever was compiled before.
    torch._dynamo.reset()
    if w["op"] not in ("step", "infer"):
        return None
    if not COMPILER:
        return "torch.compile needs a C++ compiler"
    x = [torch_steps.load(path, shape) for path, shape in zip(paths, w["shapes"])]
    if w["op"] == "infer":
        # A frozen network may keep its weights in another layout.
        net = torch_steps.network(x[1:]).eval()
        options = [("compiled", {}), ("compiled, frozen", {"freezing": True})]
        return [(name, partial(torch.compile(net, dynamic=False, options=how), x[0])) for name, how in options]
    x, labels, *start = x
    labels = labels.long()
    return [(name, partial(way, w, x, labels, start)) for name, way in [("whole", whole), ("halves", halves)]]


def context(w):
    return torch.enable_grad() if w["op"] == "step" else torch.inference_mode()


peer.serve(torch.__version__, ways, torch_steps.write, context=context)
