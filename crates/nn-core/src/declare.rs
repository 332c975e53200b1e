//! What binding collects of learned and observed tensors: their names, their places, and how they start.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::network::{StateStart, ThetaStart};
use crate::{BindErrorKind, Layout, Param, State};

/// How the names of tensors begin that are in a file without being part of the model: `tensor_ops::file::ATTACHED`, which there is only
/// with files.
const RESERVED: &str = "attached.";
#[cfg(feature = "safetensors")]
const _: () = {
    let (theirs, ours) = (tensor_ops::file::ATTACHED.as_bytes(), RESERVED.as_bytes());
    assert!(theirs.len() == ours.len());
    let mut i = 0;
    while i < ours.len() {
        assert!(theirs[i] == ours[i]);
        i += 1;
    }
};

/// The two layouts while they grow, and what the blocks around say about names.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) theta: Layout,
    pub(crate) state: Layout,
    pub(crate) theta_start: Vec<ThetaStart>,
    pub(crate) state_start: Vec<StateStart>,
    /// What names begin with: the path, or the name of what is shared and the path inside it.
    pub(crate) prefix: Vec<String>,
    /// Whether parameters go to the state.
    pub(crate) frozen: bool,
    /// The names that the innermost shared part has used, where there is one.
    pub(crate) sharing: Option<Vec<String>>,
    /// Every name that a shared part has brought, and which operation was the first to use it.
    shared: BTreeMap<String, usize>,
}

impl Tables {
    fn full(&self, own: &str) -> String {
        match self.prefix.is_empty() {
            true => own.to_string(),
            false => format!("{}.{own}", self.prefix.join(".")),
        }
    }

    /// The full name, where the files in which it is saved have not set it apart.
    fn own(&self, own: &str) -> Result<String, BindErrorKind> {
        let name = self.full(own);
        match name.starts_with(RESERVED) {
            true => {
                let what = format!(
                    "{name:?} would be taken for what travels with a model; give the layer another name"
                );
                Err(BindErrorKind::Setting { what })
            }
            false => Ok(name),
        }
    }

    /// Whether this name is that of an earlier use of a shared part: then which operation used it first.
    fn earlier_use(&mut self, name: &str) -> Result<Option<usize>, BindErrorKind> {
        let taken = self.theta.get(name).is_some() || self.state.get(name).is_some();
        let of = self.shared.get(name).copied();
        let is_first_here = match &mut self.sharing {
            Some(names) if !names.iter().any(|used| used == name) => {
                names.push(name.to_string());
                true
            }
            _ => false,
        };
        match of.filter(|_| is_first_here) {
            Some(of) => Ok(Some(of)),
            None if taken => Err(BindErrorKind::DuplicateName { name: name.to_string() }),
            None => Ok(None),
        }
    }

    /// The places of the parameters of operation `node`: new ones in θ, or in the state where they are frozen; or those of an
    /// earlier operation that shares them, with its number.
    pub(crate) fn declare(
        &mut self,
        node: usize,
        params: Vec<Param>,
    ) -> Result<(Vec<Range<usize>>, Option<usize>), BindErrorKind> {
        let (mut ranges, mut owners) = (Vec::new(), Vec::new());
        for Param { name, shape, fan, init } in params {
            let name = self.own(name)?;
            init.check(&shape)
                .map_err(|what| BindErrorKind::Setting { what: format!("{name} starts badly: {what}") })?;
            let of = self.earlier_use(&name)?;
            owners.push(of);
            let layout = if self.frozen { &mut self.state } else { &mut self.theta };
            if of.is_some() {
                let entry = layout.get(&name).ok_or_else(|| BindErrorKind::Setting {
                    what: format!("{name:?} is shared, and frozen in one place but not in the other"),
                })?;
                if entry.shape != shape {
                    let what = format!("{name:?} is shared, and has shape {}, not {shape}", entry.shape);
                    return Err(BindErrorKind::Setting { what });
                }
                ranges.push(entry.range());
                continue;
            }
            if self.sharing.is_some() {
                self.shared.insert(name.clone(), node);
            }
            ranges.push(layout.push(name, shape)?);
            let start = ThetaStart { init, fan, gain: 1.0, node };
            match self.frozen {
                true => self.state_start.push(StateStart::Drawn(start)),
                false => self.theta_start.push(start),
            }
        }
        let of = owners.first().copied().flatten();
        if owners.iter().any(|owner| *owner != of) {
            let what = "shares some of its parameters with another layer, but not all".to_string();
            return Err(BindErrorKind::Setting { what });
        }
        Ok((ranges, of))
    }

    /// The places of observed tensors: new ones, or those of an earlier operation that shares them.
    pub(crate) fn declare_state(&mut self, tensors: Vec<State>) -> Result<Vec<Range<usize>>, BindErrorKind> {
        let mut ranges = Vec::new();
        for State { name, shape, initial } in tensors {
            let name = self.own(name)?;
            if self.earlier_use(&name)?.is_some() {
                let entry = self.state.get(&name).filter(|entry| entry.shape == shape);
                let entry = entry.ok_or(BindErrorKind::DuplicateName { name })?;
                ranges.push(entry.range());
                continue;
            }
            if self.sharing.is_some() {
                self.shared.insert(name.clone(), usize::MAX); // nobody asks whose it is
            }
            ranges.push(self.state.push(name, shape)?);
            self.state_start.push(StateStart::Constant(initial));
        }
        Ok(ranges)
    }
}
