"""Training steps and forward passes in PyTorch: dense layers with ReLU between them."""

from functools import partial

import torch

F = torch.nn.functional


def load(path, shape):
    """A tensor in memory of PyTorch's own, aligned as PyTorch aligns."""
    size = 1
    for n in shape:
        size *= n
    return torch.from_file(path, size=size, dtype=torch.float32).clone().reshape(shape)


def write(result, path):
    result.detach().contiguous().numpy().astype("<f4").tofile(path)


def network(parameters):
    """The module with copies of these numbers: W (out, in), b (out), layer after layer."""
    layers = []
    for weight, bias in zip(parameters[::2], parameters[1::2]):
        layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
        layers += [layer, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def optimizer(w, parameters, **how):
    if w["optimizer"] == "sgd":
        return torch.optim.SGD(parameters, lr=w["rate"], **how)
    return torch.optim.Adam(parameters, lr=w["rate"], betas=tuple(w["betas"]), eps=w["eps"], **how)


def with_state(step, start, parameters, state):
    """`step` with what peer.py asks of a call that has a state: `start` is what `parameters` go back to, `state()` gives
    the tensors that go back to 0."""
    @torch.no_grad()
    def restart():
        for tensor, first in zip(parameters, start):
            tensor.copy_(first)
        for tensor in state():
            tensor.zero_()

    step.restart = restart
    step.trained = lambda losses: torch.cat([p.detach().flatten() for p in parameters] + [torch.stack(losses).detach()])
    return step


def eager(w, x, labels, start, **how):
    net = network(start)
    rule = optimizer(w, net.parameters(), **how)

    def step():
        rule.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(x), labels)
        loss.backward()
        rule.step()
        return loss

    return with_state(step, start, list(net.parameters()), lambda: moments(rule))


def moments(rule):
    return [tensor for state in rule.state.values() for tensor in state.values() if torch.is_tensor(tensor)]


def training(w, inputs):
    """The ways of a step: the optimizer fused, or in a call for each operation on all tensors."""
    x, labels, *start = inputs
    labels = labels.long()
    ways = [("eager, fused", {"fused": True}), ("eager, foreach", {"foreach": True})]
    return [(name, partial(eager, w, x, labels, start, **how)) for name, how in ways]


def update(w, theta, gradient, m, s, **how):
    parameter = torch.nn.Parameter(theta.clone())
    parameter.grad = gradient
    rule = optimizer(w, [parameter], **how)
    rule.step()  # makes the state

    def step():
        rule.step()

    @torch.no_grad()
    def restart():
        state = rule.state[parameter]
        for tensor, first in [(parameter, theta), (state["exp_avg"], m), (state["exp_avg_sq"], s)]:
            tensor.copy_(first)
        state["step"].zero_()

    def trained(_):
        state = rule.state[parameter]
        return torch.cat([parameter.detach(), state["exp_avg"], state["exp_avg_sq"]])

    step.restart, step.trained = restart, trained
    return step


def updating(w, inputs):
    """The ways of an update alone: θ, its gradient and Adam's moments are given; the answer is θ and the moments."""
    ways = [("fused", {"fused": True}), ("foreach", {"foreach": True})]
    return [(name, partial(update, w, *inputs, **how)) for name, how in ways]
