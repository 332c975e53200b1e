//! Lowering: descriptions, however nested, become one flat list of kernels.

use std::mem::{replace, take};
use std::sync::Arc;

use tensor_ops::Shape;
use tensor_ops::random::Stream;

use crate::declare::Tables;
use crate::network::Node;
use crate::{AnyKernel, BindError, BindErrorKind, Kernel, Layer, Mixing, Network, Op};

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
    tables: Tables,
    /// The names of the enclosing layers, outermost first.
    path: Vec<String>,
}

impl Builder {
    fn new(input: Shape) -> Builder {
        Builder { nodes: Vec::new(), shapes: vec![input], tables: Tables::default(), path: Vec::new() }
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
        self.tables.prefix.push(name.to_string());
        let y = layer.build(self, x);
        self.tables.prefix.pop();
        self.path.pop();
        y
    }

    /// Adds a part whose parameters do not learn: they are part of the state, and no gradient or optimizer sees them.
    ///
    /// # Errors
    /// Those of the part.
    pub fn frozen(&mut self, layer: &dyn Layer, x: Value) -> Result<Value, BindError> {
        let before = replace(&mut self.tables.frozen, true);
        let y = layer.build(self, x);
        self.tables.frozen = before;
        y
    }

    /// Adds a part whose parameters' names begin with `name` wherever it stands. A second part that is added under the
    /// same name uses the parameters of the first.
    ///
    /// # Errors
    /// Those of the part; parameters of other shapes than the first part's, or of another kind of layer.
    pub fn shared(&mut self, name: &str, layer: &dyn Layer, x: Value) -> Result<Value, BindError> {
        let prefix = replace(&mut self.tables.prefix, vec![name.to_string()]);
        let sharing = self.tables.sharing.replace(Vec::new());
        let y = layer.build(self, x);
        self.tables.sharing = sharing;
        self.tables.prefix = prefix;
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
        let mut plan = op.plan(&shapes).map_err(refuse)?;
        if plan.output.size() == 0 {
            return Err(refuse(BindErrorKind::EmptySample { which: "output" }));
        }

        let node = self.nodes.len();
        let params = take(&mut plan.params);
        let rows = params.iter().map(|p| p.shape.as_slice().first().copied().unwrap_or(1)).collect();
        let frozen = self.tables.frozen;
        let (params, of) = self.tables.declare(node, params).map_err(refuse)?;
        let state = self.tables.declare_state(take(&mut plan.state)).map_err(refuse)?;
        if let Some(of) = of {
            let first = &mut self.nodes[of];
            let ranges = if frozen { &first.frozen } else { &first.params };
            if first.name != name || first.by_rows != plan.by_rows || *ranges != params {
                let what = format!(
                    "shares parameters with layers.{} ({}), which uses them in another way",
                    first.path, first.name
                );
                return Err(refuse(BindErrorKind::Setting { what }));
            }
            first.also.push(node);
        }
        let (params, frozen) = if frozen { (Vec::new(), params) } else { (params, Vec::new()) };

        let output = self.shapes.len();
        self.shapes.push(plan.output);
        self.nodes.push(Node {
            // Two operations of one path are told apart by their position.
            key: Stream::key(&format!("{path}#{node}")),
            path,
            name,
            kernel: Arc::new(op),
            inputs: inputs.iter().map(|x| x.0).collect(),
            accumulates: Vec::new(), // known when all uses are
            output,
            params,
            frozen,
            reuses: of.is_some(),
            also: Vec::new(),
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
            moves: plan.moves,
            reads_input: false,
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
        let Builder { mut nodes, shapes, tables, .. } = builder;
        let Tables { theta, state, mut theta_start, mut state_start, .. } = tables;

        // From the output backwards: who is used, and who writes a value's gradient first and who adds to it. The
        // loss is the first to write the output's gradient.
        let mut written = vec![false; shapes.len()];
        written[output] = true;
        for node in nodes.iter_mut().rev() {
            if !written[node.output] {
                let inputs: Vec<Shape> = node.inputs.iter().map(|&x| shapes[x]).collect();
                return Err(BindError::new(&node.path, node.name, &inputs, BindErrorKind::Unused));
            }
            node.accumulates = node.inputs.iter().map(|&x| replace(&mut written[x], true)).collect();
        }
        // Forwards: a gradient is worth computing where it leads to a parameter.
        let mut trainable = vec![false; shapes.len()];
        // And the network's input is what operations that move numbers make of it.
        let mut is_input: Vec<bool> = (0..shapes.len()).map(|value| value == 0).collect();
        for node in &mut nodes {
            trainable[node.output] = !node.params.is_empty() || node.inputs.iter().any(|&x| trainable[x]);
            node.reads_input = node.inputs.iter().any(|&x| is_input[x]);
            is_input[node.output] = node.moves && node.reads_input;
        }
        let gains: Vec<f64> = nodes.iter().map(|node| gain_after(&nodes, node.output, output)).collect();
        let drawn = state_start.iter_mut().filter_map(|start| start.drawn_mut());
        theta_start.iter_mut().chain(drawn).for_each(|start| start.gain = gains[start.node]);
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

/// The one operation of one input that reads a value, unless the caller reads it too.
fn only_reader(nodes: &[Node], value: usize, output: usize) -> Option<usize> {
    let mut uses = nodes.iter().enumerate().filter(|(_, node)| node.inputs.contains(&value));
    match (uses.next(), uses.next()) {
        (Some((i, node)), None) if value != output && node.inputs.len() == 1 => Some(i),
        _ => None,
    }
}

/// What the weights that make a value are to fit.
fn gain_after(nodes: &[Node], value: usize, output: usize) -> f64 {
    only_reader(nodes, value, output).map_or(1.0, |i| <dyn AnyKernel as Op>::gain(&*nodes[i].kernel))
}

/// Finds the activations that are computed in place together with the operation before them, and says where each value
/// lies. A value must have no other reader, or what an activation overwrites would be missed.
fn fuse(nodes: &mut [Node], shapes: &[Shape], output: usize) -> Vec<usize> {
    let mut buffers: Vec<usize> = (0..shapes.len()).collect();
    let reader = |nodes: &[Node], value: usize| only_reader(nodes, value, output);
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
