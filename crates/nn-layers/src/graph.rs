//! Any wiring, by names.

use std::fmt::Debug;
use std::sync::Arc;

use nn_core::{AnyKernel, BindError, BindErrorKind, Builder, Layer, Value};

/// A network of parts with names, each reading parts before it; the input is called `"input"`. The last part makes the output. A
/// graph is a layer, so graphs nest; parameters are named as in a PyTorch module with these attributes: `"encoder.weight"`.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Add, Dense, Graph, Sigmoid, Tanh};
/// let net = Graph::new()
///     .add("hidden", Dense::new(4), "input")
///     .add("bent", Tanh, "hidden")
///     .add("gate", Dense::new(4), "bent")
///     .join("sum", Add, ["hidden", "gate"])
///     .add("out", Sigmoid, "sum");
/// let model: Model<f32> = net.init([3], 0)?;
/// assert!(model.parameter("gate.weight").is_some());
/// let error = Graph::new().add("a", Tanh, "b").bind([3]).unwrap_err().to_string();
/// assert_eq!(error, "layers.a (Graph): reads \"b\", which no part before it is called (input shape [m, 3])");
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "Functional")]
#[derive(Debug, Clone, Default)]
pub struct Graph {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
struct Part {
    name: String,
    what: What,
    from: Vec<String>,
}

#[derive(Debug, Clone)]
enum What {
    Layer(Arc<dyn Layer>),
    Join(Arc<dyn Join>),
}

/// An operation that can be added to a network again and again.
trait Join: Debug + Send + Sync {
    fn apply(&self, net: &mut Builder, inputs: &[Value]) -> Result<Value, BindError>;
}

impl<K: AnyKernel + Clone> Join for K {
    fn apply(&self, net: &mut Builder, inputs: &[Value]) -> Result<Value, BindError> {
        net.apply(self.clone(), inputs)
    }
}

/// A part whose inputs are known.
#[derive(Debug)]
struct Placed<'a> {
    what: &'a What,
    inputs: &'a [Value],
}

impl Layer for Placed<'_> {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        match self.what {
            What::Layer(layer) => layer.build(net, x),
            What::Join(op) => op.apply(net, self.inputs),
        }
    }
}

impl Graph {
    /// No parts yet: the identity.
    pub fn new() -> Graph {
        Graph::default()
    }

    /// Adds a layer that reads the part `from`.
    #[must_use]
    pub fn add(mut self, name: &str, layer: impl Layer + 'static, from: &str) -> Graph {
        let what = What::Layer(Arc::new(layer));
        self.parts.push(Part { name: name.to_string(), what, from: vec![from.to_string()] });
        self
    }

    /// Adds an operation that reads several parts, such as [`Add`](crate::Add) or [`Concat`](crate::Concat).
    #[must_use]
    pub fn join<'a>(
        mut self,
        name: &str,
        op: impl AnyKernel + Clone,
        from: impl IntoIterator<Item = &'a str>,
    ) -> Graph {
        let from = from.into_iter().map(str::to_string).collect();
        self.parts.push(Part { name: name.to_string(), what: What::Join(Arc::new(op)), from });
        self
    }
}

impl Layer for Graph {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        let mut values: Vec<(&str, Value)> = vec![("input", x)];
        let find = |values: &[(&str, Value)], name: &str| {
            values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        };
        for Part { name, what, from } in &self.parts {
            let refuse = |net: &Builder, what: String| {
                let error = net.refuse("Graph", &[x], BindErrorKind::Setting { what });
                let path =
                    if error.path.is_empty() { name.clone() } else { format!("{}.{name}", error.path) };
                BindError::new(&path, "Graph", &error.inputs, error.kind)
            };
            if find(&values, name).is_some() {
                return Err(refuse(net, format!("{name:?} is the name of another part")));
            }
            let mut inputs = Vec::new();
            for from in from {
                let value = find(&values, from).ok_or_else(|| {
                    refuse(net, format!("reads {from:?}, which no part before it is called"))
                })?;
                inputs.push(value);
            }
            let part = Placed { what, inputs: &inputs };
            let y = net.child(name, &part, inputs.first().copied().unwrap_or(x))?;
            values.push((name, y));
        }
        Ok(values[values.len() - 1].1)
    }
}

#[cfg(test)]
use crate::{Add, Dense, Sequential, Tanh};
// A value with three readers, and a graph inside a graph.
#[cfg(test)]
nn_check::suite!(
    Graph::new()
        .add("a", Sequential::new().push(Dense::new(3)).push(Tanh), "input")
        .add("b", Graph::new().add("inner", Dense::new(3), "input"), "a")
        .join("c", Add, ["a", "b"])
        .join("d", Add, ["c", "a"]),
    input: [4], batch: 3, refuses: [&[]]
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wiring_that_cannot_be_is_refused() {
        let error = |net: Graph| net.bind([2]).unwrap_err().to_string();
        assert!(error(Graph::new().add("a", Tanh, "input").add("a", Tanh, "a")).contains("another part"));
        assert!(error(Graph::new().add("input", Tanh, "input")).contains("another part"));
        let unused = Graph::new().add("lost", Tanh, "input").add("kept", Tanh, "input");
        assert_eq!(error(unused), "layers.lost (Tanh): nothing uses its output (input shape [m, 2])");
        let none: [&str; 0] = [];
        assert!(error(Graph::new().join("a", Add, none)).contains("takes 2 inputs"));
    }
}
