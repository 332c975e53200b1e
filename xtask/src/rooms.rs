//! The rooms of unsafe code, run under tools that see what a test cannot: Miri and AddressSanitizer.

use crate::{StatusOk, cargo};

/// Miri interprets the tests with few elements and without vector instructions; AddressSanitizer runs all tests of
/// `tensor-ops` with those of this machine. A tool that is not there is named as not there.
pub(crate) fn run() -> Result<(), String> {
    miri()?;
    address_sanitizer()
}

fn miri() -> Result<(), String> {
    let found = cargo(["miri", "--version"]).output().is_ok_and(|output| output.status.success());
    if !found {
        println!("Miri: NOT RUN, it is not part of this toolchain (`rustup +nightly component add miri`)");
        return Ok(());
    }
    // Spinning threads must be allowed to end, and proptest may not look for its files.
    cargo([
        "miri",
        "test",
        "--package",
        "tensor-ops",
        "--lib",
        "--test",
        "pool",
        "--",
        "pool",
        "gemm",
        "simd",
    ])
    .env("MIRIFLAGS", "-Zmiri-disable-isolation -Zmiri-ignore-leaks")
    .env("PROPTEST_CASES", "2")
    .status_ok()
}

fn address_sanitizer() -> Result<(), String> {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu")) {
        println!("AddressSanitizer: NOT RUN, it is set up for x86_64-unknown-linux-gnu only");
        return Ok(());
    }
    // The flag is not stable, the runtime is part of every toolchain. A target by name keeps build scripts and
    // derive macros out of it; a folder of its own keeps the usual build warm.
    cargo(["test", "--package", "tensor-ops", "--lib", "--tests", "--target", "x86_64-unknown-linux-gnu"])
        .args(["--target-dir", "target/sanitizer"])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Zsanitizer=address")
        // Workers live as long as the process; a size that no memory holds is refused, which tests ask for.
        .env("ASAN_OPTIONS", "detect_leaks=0:allocator_may_return_null=1")
        .status_ok()
}
