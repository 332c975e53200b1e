//! Unsafe code stands in its rooms only.

use super::Source;

/// The rooms, each a module with what lies under it: the pool and how it divides memory, the calls into code compiled for
/// the instructions that were found, and the matrix kernel; and the calls of other crates' kernels that it is compared with.
const ROOMS: [&str; 4] = [
    "crates/tensor-ops/src/pool",
    "crates/tensor-ops/src/simd",
    "crates/tensor-ops/src/gemm",
    "benches/peers/kernels",
];

/// Lines of code that say `unsafe` elsewhere, and crates that do not forbid it.
pub(crate) fn outside_its_rooms(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|s| s.path.extension().is_some_and(|e| e == "rs")) {
        let path = source.path.display();
        let is_room = ROOMS.iter().any(|room| source.path.with_extension("").starts_with(room));
        // This file has the word in its strings.
        let is_this = source.path.ends_with("xtask/src/tidy/unsafe_code.rs");
        for (number, line) in source.text.lines().enumerate().filter(|_| !is_room && !is_this) {
            let code = line.split("//").next().unwrap_or("");
            if code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe") {
                findings.push(format!("{path}:{}: unsafe code outside its rooms", number + 1));
            }
        }
        let is_root = source.path.ends_with("src/lib.rs") || source.path.ends_with("src/main.rs");
        let has_rooms = is_room || source.path.starts_with("crates/tensor-ops");
        if is_root && !has_rooms && !source.text.contains("#![forbid(unsafe_code)]") {
            findings.push(format!("{path}: no `#![forbid(unsafe_code)]`"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source;

    #[test]
    fn unsafe_code_is_found_outside_its_rooms_only() {
        let block = "fn f() { unsafe { g() } }";
        assert_eq!(outside_its_rooms(&[source("crates/a/src/b.rs", block)]).len(), 1);
        assert!(outside_its_rooms(&[source("crates/tensor-ops/src/pool.rs", block)]).is_empty());
        assert!(outside_its_rooms(&[source("crates/tensor-ops/src/gemm/tile.rs", block)]).is_empty());
        assert_eq!(outside_its_rooms(&[source("crates/tensor-ops/src/pools.rs", block)]).len(), 1);
        assert!(outside_its_rooms(&[source("crates/a/src/b.rs", "// not unsafe at all")]).is_empty());
        assert!(outside_its_rooms(&[source("crates/a/src/b.rs", "#![forbid(unsafe_code)]")]).is_empty());
        assert_eq!(outside_its_rooms(&[source("crates/a/src/lib.rs", "")]).len(), 1);
    }
}
