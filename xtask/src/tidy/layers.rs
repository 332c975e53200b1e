//! Every layer and loss has its battery of tests, and every layer its benchmark.

use super::Source;

const LAYERS: &str = "crates/nn-layers/src";
const BENCHES: &str = "benches/benches/layers.rs";

/// Files that hold a layer or a loss, but no suite.
pub(crate) fn without_suite(sources: &[Source]) -> Vec<String> {
    let files = sources.iter().filter(|s| s.path.starts_with(LAYERS) && holds_a_layer(&s.text));
    files
        .filter(|s| !s.text.contains("nn_check::suite!(") && !s.text.contains("nn_check::loss_suite!("))
        .map(|s| {
            format!("{}: a layer or a loss without `nn_check::suite!` or `loss_suite!`", s.path.display())
        })
        .collect()
}

/// A macro's definition is no layer; its use is.
fn holds_a_layer(text: &str) -> bool {
    let code: Vec<&str> = text.lines().map(str::trim_start).filter(|line| !line.starts_with("//")).collect();
    let implements = |line: &&str| {
        line.starts_with("impl")
            && (line.contains("Kernel<T> for ")
                || line.contains("Layer for ")
                || line.contains("Loss<T> for "))
            && !line.contains('$')
            || line.starts_with("super::elementwise!(")
            || line.starts_with("elementwise_loss!(")
    };
    code.iter().any(implements)
}

/// Layers that `lib.rs` exports, but no benchmark names.
pub(crate) fn without_bench(sources: &[Source]) -> Vec<String> {
    let text = |path: &str| sources.iter().find(|s| s.path.ends_with(path)).map_or("", |s| &s.text);
    let benches = text(BENCHES);
    let is_layer = |name: &str| {
        let declared = [
            format!("Op for {name} "),
            format!("Layer for {name} "),
            format!("elementwise!(\n    {name},"),
            format!("elementwise!({name},"),
        ];
        sources.iter().any(|s| s.path.starts_with(LAYERS) && declared.iter().any(|d| s.text.contains(d)))
    };
    let exported = text("crates/nn-layers/src/lib.rs").lines().filter(|line| line.starts_with("pub use "));
    let names = exported.flat_map(|line| line.split(|c: char| !c.is_alphanumeric()));
    names
        .filter(|name| name.starts_with(char::is_uppercase) && is_layer(name))
        .filter(|name| !benches.contains(&format!("\"{name}")))
        .map(|name| format!("{BENCHES}: no row for the layer {name}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source;

    #[test]
    fn a_forgotten_suite_is_found() {
        let layer = "impl<T: Real> Kernel<T> for Dense {}";
        let path = "crates/nn-layers/src/dense.rs";
        assert_eq!(without_suite(&[source(path, layer)]).len(), 1);
        let tested = format!("{layer}\nnn_check::suite!(Dense::new(3), input: [5], batch: 4);");
        assert!(without_suite(&[source(path, &tested)]).is_empty());
        assert_eq!(without_suite(&[source(path, "super::elementwise!(Relu, ..)")]).len(), 1);
        assert_eq!(without_suite(&[source(path, "elementwise_loss!(Huber);")]).len(), 1);
        assert_eq!(without_suite(&[source(path, "impl<T: Real> Loss<T> for Focal {}")]).len(), 1);
        assert!(without_suite(&[source(path, "impl<T: Real> Loss<T> for $loss {}")]).is_empty());
        assert!(without_suite(&[source(path, "/// impl Layer for Dense")]).is_empty());
    }

    #[test]
    fn a_forgotten_benchmark_is_found() {
        let lib = source("crates/nn-layers/src/lib.rs", "pub use dense::{Dense, Helper};");
        let layer = source("crates/nn-layers/src/dense.rs", "impl Op for Dense {}");
        let bench = |text| source(BENCHES, text);
        assert_eq!(
            without_bench(&[bench(""), source("x", ""), lib, layer]),
            [format!("{BENCHES}: no row for the layer Dense")]
        );
        let lib = source("crates/nn-layers/src/lib.rs", "pub use dense::{Dense, Helper};");
        let layer = source("crates/nn-layers/src/dense.rs", "impl Op for Dense {}");
        assert!(without_bench(&[bench("row(\"Dense 784-128\")"), lib, layer]).is_empty());
    }
}
