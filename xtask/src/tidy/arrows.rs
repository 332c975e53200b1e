//! Arrows between crates run one way.

use std::path::Path;

use serde_json::Value;

use crate::cargo;

/// Each crate with the crates of the workspace that it may stand on.
const ARROWS: [(&str, &[&str]); 13] = [
    ("tensor-ops", &[]),
    ("nn-core", &["tensor-ops"]),
    ("nn-layers", &["nn-core", "tensor-ops"]),
    ("nn-optim", &["tensor-ops"]),
    ("nn-data", &["tensor-ops"]),
    ("nn-check", &["nn-core", "tensor-ops"]),
    ("nn-train", &["nn-check", "nn-core", "nn-data", "nn-optim", "tensor-ops"]),
    ("nn", &["nn-check", "nn-core", "nn-data", "nn-layers", "nn-optim", "nn-train", "tensor-ops"]),
    ("conformance", &["nn-core", "nn-data", "nn-layers", "nn-optim", "nn-train", "tensor-ops"]),
    ("zoo", &["nn-check", "nn-core", "nn-layers", "tensor-ops"]),
    ("benches", &["nn"]),
    ("xtask", &[]),
    ("exhaustive", &["tensor-ops"]),
];

pub(crate) fn metadata(root: &Path) -> Result<Value, String> {
    let output = cargo(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root).output();
    let output = output.map_err(|e| format!("cargo metadata: {e}"))?;
    serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}"))
}

/// Dependencies between our crates that the table does not allow, and crates that it does not know. What tests depend on
/// is free: `nn-layers` is checked by `nn-check`.
pub(crate) fn wrong_way(metadata: &Value) -> Vec<String> {
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or("").to_string();
    let packages = list(metadata, "packages");
    let ours: Vec<String> = packages.iter().map(|package| text(package, "name")).collect();
    let mut findings = Vec::new();
    for package in &packages {
        let name = text(package, "name");
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
            findings.push(format!("{name}: a crate that the table of arrows does not know"));
            continue;
        };
        for dependency in list(package, "dependencies") {
            let to = text(&dependency, "name");
            if dependency["kind"] != "dev" && ours.contains(&to) && !allowed.contains(&to.as_str()) {
                findings.push(format!("{name}: must not depend on {to}"));
            }
        }
    }
    if ours.is_empty() {
        findings.push("cargo metadata lists no crates".to_string());
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_arrow_the_wrong_way_is_found() {
        let package = |name: &str, dependencies: Value| json!({"name": name, "dependencies": dependencies});
        let on = |name: &str, kind: Value| json!([{"name": name, "kind": kind}]);
        let findings = |a: Value, b: Value| wrong_way(&json!({"packages": [a, b]}));
        let layers = || package("nn-layers", json!([]));
        let right = findings(package("nn", on("nn-layers", Value::Null)), layers());
        assert_eq!(right, Vec::<String>::new());
        let wrong = findings(package("nn-core", on("nn-layers", Value::Null)), layers());
        assert_eq!(wrong, ["nn-core: must not depend on nn-layers"]);
        assert!(findings(package("nn-core", on("nn-layers", json!("dev"))), layers()).is_empty());
        assert_eq!(findings(package("new", json!([])), layers()).len(), 1);
        assert_eq!(wrong_way(&json!({})).len(), 1);
    }
}
