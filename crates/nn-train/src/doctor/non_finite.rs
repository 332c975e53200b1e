//! Where a NaN or an infinity arose.

use nn_core::{Batch, Context, Loss, Model, Network, Scalar, Workspace};

/// In words, the first place in the order of computation that is not finite: a parameter, then an operation's output, then the loss. The
/// batch runs once more, by the θ that the loss was computed with.
pub(crate) fn first_place<T: Scalar>(
    model: &Model<T>,
    batch: &Batch<'_, T>,
    loss: &dyn Loss<T>,
    cx: &Context,
    ws: &mut Workspace<T>,
) -> String {
    let network = model.network();
    for (layout, flat) in [(network.theta_layout(), model.theta()), (network.state_layout(), model.state())] {
        for entry in layout.entries() {
            if let Some(x) = first(&flat[entry.range()]) {
                return format!("{} holds {x}: the step before has put it there", entry.name);
            }
        }
    }
    network.forward(model.theta(), model.state(), batch.x, cx, ws);
    for (i, node) in network.nodes().iter().enumerate() {
        let output = ws.output_of(network, i).map(|y| y.data());
        if let Some(x) = output.and_then(first) {
            return format!(
                "layer {} ({}) is the first with an output that is {x}; {}",
                node.path(),
                node.name(),
                sizes(network, i, ws, batch)
            );
        }
    }
    // A loss of probabilities says so where it was given something else.
    let refused = ws.output(network).and_then(|y| loss.check_outputs(y).err());
    let why = refused.map_or_else(|| largest("its input", last(network, ws)), |error| error.to_string());
    format!("all layers are finite, so it arises in the loss, {loss:?}; {why}")
}

fn first<T: Scalar>(values: &[T]) -> Option<f64> {
    values.iter().find(|x| !x.is_finite()).map(|x| x.to_f64())
}

fn last<'w, T: Scalar>(network: &Network, ws: &'w Workspace<T>) -> &'w [T] {
    ws.output(network).map_or(&[], |y| y.data())
}

fn sizes<T: Scalar>(network: &Network, node: usize, ws: &Workspace<T>, batch: &Batch<'_, T>) -> String {
    let before = match node {
        0 => batch.x.data(),
        _ => ws.output_of(network, node - 1).map_or(&[][..], |y| y.data()),
    };
    largest("what comes before it", before)
}

fn largest<T: Scalar>(what: &str, values: &[T]) -> String {
    let most = values.iter().map(|x| x.to_f64().abs()).filter(|x| x.is_finite()).fold(0.0, f64::max);
    format!("{what} reaches {most:.1e}")
}
