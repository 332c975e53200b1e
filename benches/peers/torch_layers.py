"""Single layers of images in PyTorch: forward and the two ways back, each in the formats of memory that PyTorch has."""

from functools import partial

import torch

F, aten = torch.nn.functional, torch.ops.aten


def ways(w, inputs):
    formats = [("NCHW", torch.contiguous_format), ("NHWC", torch.channels_last)]
    return [(name, call(w, [x.contiguous(memory_format=form) if x.dim() == 4 else x for x in inputs]))
            for name, form in formats]


def call(w, x):
    pair = lambda name: [w[name]] * 2
    if w["layer"] == "conv2d":
        stride, padding, groups = pair("stride"), pair("padding"), w["groups"]
        if w["pass"] == "forward":
            return partial(F.conv2d, *x, stride=stride, padding=padding, groups=groups)
        wants = [w["pass"] == "dx", w["pass"] == "dW", False]
        image, weight = (torch.empty(w["image"]), x[0]) if wants[0] else (x[0], torch.empty(w["weight"]))
        if wants[0] and x[0].is_contiguous(memory_format=torch.channels_last):
            image = image.contiguous(memory_format=torch.channels_last)
        back = partial(aten.convolution_backward, x[1], image, weight, [0], stride, padding, [1, 1], False, [0, 0],
                       groups, wants)
        return lambda: back()[0 if wants[0] else 1]
    kernel, stride, padding = pair("kernel"), pair("stride"), pair("padding")
    if w["layer"] == "max_pool2d":
        if w["pass"] == "forward":
            return partial(F.max_pool2d, x[0], kernel, stride, padding)
        _, at = aten.max_pool2d_with_indices(x[0], kernel, stride, padding)
        return partial(aten.max_pool2d_with_indices_backward, x[1], x[0], kernel, stride, padding, [1, 1], False, at)
    if w["pass"] == "forward":
        return partial(F.avg_pool2d, x[0], kernel, stride, padding)
    return partial(aten.avg_pool2d_backward, x[1], x[0], kernel, stride, padding, False, True, None)
