//! The convolutional networks whose training steps are measured, by their names. `peers/torch_nets.py` has the same.

use nn::core::Network;
use nn::layers::{GlobalAvgPool, MaxPool2d, Padding};
use nn::prelude::*;

/// The network of this name, and the shape of a sample.
///
/// # Panics
/// Where there is none of this name.
pub fn named(name: &str) -> (Sequential, Shape) {
    match name {
        "mnist-example" => (mnist_example(), [1, 28, 28].into()),
        "lenet-5" => (lenet_5(), [1, 28, 28].into()),
        "resnet-20" => (resnet_20(), [3, 32, 32].into()),
        _ => panic!("no network is named {name:?}"),
    }
}

/// A named network, bound.
///
/// # Panics
/// As [`named`].
pub fn bound(name: &str) -> Network {
    let (net, input) = named(name);
    Network::bind(&net, input).expect("a network that fits its input")
}

/// PyTorch's MNIST example, without its dropout: no two libraries draw the same numbers.
fn mnist_example() -> Sequential {
    Sequential::new()
        .push(Conv2d::new(32, [3, 3]))
        .push(Relu)
        .push(Conv2d::new(64, [3, 3]))
        .push(Relu)
        .push(MaxPool2d::new([2, 2]))
        .push(Flatten)
        .push(Dense::new(128))
        .push(Relu)
        .push(Dense::new(10))
}

/// LeNet-5 (LeCun et al. 1998) as it is trained today: with ReLU and the largest of each window.
fn lenet_5() -> Sequential {
    Sequential::new()
        .push(Conv2d::new(6, [5, 5]).padding(Padding::Explicit([2, 2])))
        .push(Relu)
        .push(MaxPool2d::new([2, 2]))
        .push(Conv2d::new(16, [5, 5]))
        .push(Relu)
        .push(MaxPool2d::new([2, 2]))
        .push(Flatten)
        .push(Dense::new(120))
        .push(Relu)
        .push(Dense::new(84))
        .push(Relu)
        .push(Dense::new(10))
}

fn conv(channels: usize, stride: usize) -> Conv2d {
    Conv2d::new(channels, [3, 3]).stride([stride; 2]).padding(Padding::Explicit([1, 1])).without_bias()
}

/// Two convolutions with batch norm, around which the input goes: as it is, or through a convolution of 1 x 1 where the shape changes.
fn block(channels: usize, stride: usize, changes: bool) -> Sequential {
    let body = Sequential::new()
        .push(conv(channels, stride))
        .push(BatchNorm::new())
        .push(Relu)
        .push(conv(channels, 1))
        .push(BatchNorm::new());
    let net = Sequential::new();
    if !changes {
        return net.push(Residual::new(body)).push(Relu);
    }
    let shortcut = Sequential::new()
        .push(Conv2d::new(channels, [1, 1]).stride([stride; 2]).without_bias())
        .push(BatchNorm::new());
    net.push(Parallel::sum().push(body).push(shortcut)).push(Relu)
}

/// ResNet-20 for images of 32 x 32 (He et al. 2016, section 4.2), with projections where the shape changes.
fn resnet_20() -> Sequential {
    let mut net = Sequential::new().push(conv(16, 1)).push(BatchNorm::new()).push(Relu);
    for (channels, stride) in [(16, 1), (32, 2), (64, 2)] {
        for i in 0..3 {
            let stride = if i == 0 { stride } else { 1 };
            net = net.push(block(channels, stride, stride > 1));
        }
    }
    net.push(GlobalAvgPool).push(Flatten).push(Dense::new(10))
}
