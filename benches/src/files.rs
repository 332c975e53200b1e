//! Numbers in files: f32, little-endian, row after row, nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use nn::tensor::Tensor;

/// A folder of this process that ends with the value.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Result<Folder, String> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("nn-bench-{}-{}", std::process::id(), NUMBER.fetch_add(1, Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Folder(path))
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.f32"))
    }

    /// Files with the inputs of a workload, in order.
    pub(crate) fn inputs(&self, inputs: &[Tensor<f32>]) -> Result<Vec<PathBuf>, String> {
        let paths: Vec<_> = (0..inputs.len()).map(|i| self.file(&i.to_string())).collect();
        for (path, input) in paths.iter().zip(inputs) {
            write(path, input.as_slice())?;
        }
        Ok(paths)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // a left-over in the system's folder for left-overs harms nobody
    }
}

pub(crate) fn write(path: &Path, values: &[f32]) -> Result<(), String> {
    let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    fs::write(path, bytes).map_err(|e| format!("{}: {e}", path.display()))
}

pub(crate) fn read(path: &Path) -> Result<Vec<f32>, String> {
    let bytes = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let (values, rest) = bytes.as_chunks::<4>();
    match rest {
        [] => Ok(values.iter().map(|b| f32::from_le_bytes(*b)).collect()),
        _ => Err(format!("{}: {} bytes are no f32 numbers", path.display(), bytes.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_comes_back_and_half_a_number_is_refused() {
        let folder = Folder::new().unwrap();
        let path = folder.file("test of files");
        write(&path, &[1.5, -0.0, f32::MIN_POSITIVE]).unwrap();
        assert_eq!(read(&path).unwrap(), [1.5, -0.0, f32::MIN_POSITIVE]);
        fs::write(&path, [0; 5]).unwrap();
        assert!(read(&path).unwrap_err().contains("5 bytes"));
        assert!(read(&folder.file("missing")).unwrap_err().contains("missing"));
    }
}
