//! Lowering: descriptions, however nested, become one flat list of kernels.

use std::sync::Arc;

use tensor_ops::Shape;
use tensor_ops::random::Stream;

use crate::network::{Node, StateStart, ThetaStart};
use crate::{AnyKernel, BindError, BindErrorKind, Kernel, Layer, Layout, Mixing, Network};

/// The most inputs of one operation.
pub const MAX_INPUTS: usize = 4;

/// The output of an operation inside a [`Builder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value(usize);

/// A network while it is being built.
#[derive(Debug)]
pub struct Builder {
    nodes: Vec<Node>,
    shapes: Vec<Shape>,
    theta: Layout,
    state: Layout,
    theta_start: Vec<ThetaStart>,
    state_start: Vec<StateStart>,
    /// The names of the enclosing layers, outermost first.
    path: Vec<String>,
}

impl Builder {
    fn new(input: Shape) -> Builder {
        Builder {
            nodes: Vec::new(),
            shapes: vec![input],
            theta: Layout::default(),
            state: Layout::default(),
            theta_start: Vec::new(),
            state_start: Vec::new(),
            path: Vec::new(),
        }
    }

    /// The shape of a sample of `value`.
    pub fn shape(&self, value: Value) -> &Shape {
        &self.shapes[value.0]
    }

    /// The error of a block that stands here and was given `inputs`.
    pub fn refuse(&self, block: &'static str, inputs: &[Value], kind: BindErrorKind) -> BindError {
        let shapes: Vec<Shape> = inputs.iter().map(|&x| self.shapes[x.0]).collect();
        BindError::new(&self.path.join("."), block, &shapes, kind)
    }

    /// Adds a part under the name `name`, which its parameters' names will begin with.
    ///
    /// # Errors
    /// Those of the part.
    pub fn child(&mut self, name: &str, layer: &dyn Layer, x: Value) -> Result<Value, BindError> {
        self.path.push(name.to_string());
        let y = layer.build(self, x);
        self.path.pop();
        y
    }

    /// Adds an operation on values of this builder.
    ///
    /// # Errors
    /// What the operation has against the shapes, with its path; another number of inputs than it takes; two
    /// parameters of one name.
    pub fn apply(&mut self, op: impl AnyKernel, inputs: &[Value]) -> Result<Value, BindError> {
        let path = self.path.join(".");
        let name = op.name();
        let shapes: Vec<Shape> = inputs.iter().map(|&x| self.shapes[x.0]).collect();
        let refuse = |kind| BindError::new(&path, name, &shapes, kind);

        let arity = op.arity();
        if inputs.len() != arity || arity > MAX_INPUTS {
            return Err(refuse(BindErrorKind::Arity { takes: arity, got: inputs.len() }));
        }
        let plan = op.plan(&shapes).map_err(refuse)?;
        if plan.output.size() == 0 {
            return Err(refuse(BindErrorKind::EmptySample { which: "output" }));
        }

        let full = |own: &str| if path.is_empty() { own.to_string() } else { format!("{path}.{own}") };
        let (mut params, mut rows) = (Vec::new(), Vec::new());
        for param in plan.params {
            let name = full(param.name);
            if self.theta.get(&name).is_some() {
                return Err(refuse(BindErrorKind::DuplicateName { name }));
            }
            rows.push(param.shape.as_slice().first().copied().unwrap_or(1));
            let range = self.theta.push(name, param.shape).map_err(|e| refuse(e.into()))?;
            self.theta_start.push(ThetaStart { init: param.init, fan: param.fan });
            params.push(range);
        }
        let mut state = Vec::new();
        for tensor in plan.state {
            let name = full(tensor.name);
            if self.state.get(&name).is_some() {
                return Err(refuse(BindErrorKind::DuplicateName { name }));
            }
            state.push(self.state.push(name, tensor.shape).map_err(|e| refuse(e.into()))?);
            self.state_start.push(StateStart { initial: tensor.initial });
        }

        let output = self.shapes.len();
        self.shapes.push(plan.output);
        self.nodes.push(Node {
            // Two operations of one path are told apart by their position.
            key: Stream::key(&format!("{path}#{}", self.nodes.len())),
            path,
            name,
            kernel: Arc::new(op),
            inputs: inputs.iter().map(|x| x.0).collect(),
            accumulates: Vec::new(), // known when all uses are
            output,
            params,
            state,
            rows,
            saved: plan.saved,
            summary: plan.summary,
            summary_back: plan.summary_back,
            saved_back: plan.saved_back,
            scratch: plan.scratch,
            batch_scratch: plan.batch_scratch,
            mixing: plan.mixing,
            min_batch: plan.min_batch,
            flops: plan.flops,
            slab: slab(plan.flops, plan.min_rows),
            fuses: plan.fuses,
            by_rows: plan.by_rows,
            indices: plan.indices,
            fused: false,
            then: None,
            pulled: false,
            below: None,
        });
        Ok(Value(output))
    }
}

/// Floating-point operations of a piece of work: some 10 µs, so that the fork-join cost of 0.4 µs is small beside it.
const PIECE: usize = 1 << 18;

/// How many samples make a piece: a function of the operation alone, never of the number of threads.
fn slab(flops: usize, min_rows: usize) -> usize {
    (PIECE / flops.max(1)).max(min_rows).max(1)
}

impl Network {
    /// Builds `layer` for samples of shape `input`.
    ///
    /// # Errors
    /// As [`Layer::bind`], which calls this.
    pub fn bind(layer: &dyn Layer, input: Shape) -> Result<Network, BindError> {
        Shape::new(input.as_slice()).map_err(|e| BindError::new("", "network", &[input], e.into()))?;
        if input.size() == 0 {
            return Err(BindError::new(
                "",
                "network",
                &[input],
                BindErrorKind::EmptySample { which: "input" },
            ));
        }
        let mut builder = Builder::new(input);
        let Value(output) = layer.build(&mut builder, Value(0))?;
        let Builder { mut nodes, shapes, theta, state, theta_start, state_start, .. } = builder;

        // From the output backwards: who is used, and who writes a value's gradient first and who adds to it. The
        // loss is the first to write the output's gradient.
        let mut written = vec![false; shapes.len()];
        written[output] = true;
        for node in nodes.iter_mut().rev() {
            if !written[node.output] {
                let inputs: Vec<Shape> = node.inputs.iter().map(|&x| shapes[x]).collect();
                return Err(BindError::new(&node.path, node.name, &inputs, BindErrorKind::Unused));
            }
            node.accumulates =
                node.inputs.iter().map(|&x| std::mem::replace(&mut written[x], true)).collect();
        }
        // Forwards: a gradient is worth computing where it leads to a parameter.
        let mut trainable = vec![false; shapes.len()];
        for node in &nodes {
            trainable[node.output] = !node.params.is_empty() || node.inputs.iter().any(|&x| trainable[x]);
        }
        let buffers = fuse(&mut nodes, &shapes, output);
        let signature = 0; // known in a moment
        let mut network = Network {
            nodes,
            shapes,
            buffers,
            trainable,
            output,
            theta,
            state,
            signature,
            theta_start,
            state_start,
        };
        network.sign();
        Ok(network)
    }
}

/// Finds the activations that are computed in place together with the operation before them, and says where each value
/// lies. A value must have no other reader, or what an activation overwrites would be missed.
fn fuse(nodes: &mut [Node], shapes: &[Shape], output: usize) -> Vec<usize> {
    let mut buffers: Vec<usize> = (0..shapes.len()).collect();
    let reader = |nodes: &[Node], value: usize| {
        let mut uses = nodes.iter().enumerate().filter(|(_, node)| node.inputs.contains(&value));
        match (uses.next(), uses.next()) {
            (Some((i, node)), None) if value != output && node.inputs.len() == 1 => Some(i),
            _ => None,
        }
    };
    for i in 0..nodes.len() {
        let Some(j) = reader(nodes, nodes[i].output).filter(|_| nodes[i].fuses) else { continue };
        // The output's gradient is the caller's to write: it is read and left as it is.
        if nodes[j].output == output || !can_be_in_place(&nodes[j], shapes) {
            continue;
        }
        nodes[j].fused = true;
        nodes[i].then = Some(j);
        buffers[nodes[i].output] = nodes[j].output;
        if let Some(next) = reader(nodes, nodes[j].output).filter(|&next| nodes[next].fuses) {
            nodes[i].pulled = true;
            nodes[next].below = Some(j);
        }
    }
    buffers
}

/// Whether an operation is a function of each element and nothing else.
fn can_be_in_place(node: &Node, shapes: &[Shape]) -> bool {
    let kernel = &*node.kernel;
    let is_function = <dyn AnyKernel as Kernel<f32>>::pointwise(kernel).is_some()
        && <dyn AnyKernel as Kernel<f64>>::pointwise(kernel).is_some();
    let keeps =
        [node.saved, node.saved_back, node.summary, node.summary_back, node.scratch, node.batch_scratch];
    is_function
        && node.params.is_empty()
        && node.state.is_empty()
        && keeps == [0; 6]
        && node.mixing == Mixing::Never
        && shapes[node.inputs[0]] == shapes[node.output]
}
