//! Images in folders, one folder for each class.

use std::path::{Path, PathBuf};

use image::ImageReader;
use tensor_ops::{Real, Tensor};

use super::ReadError;
use crate::{Dataset, Targets};

/// How images are read: from `folder/class/*.png` (or `.jpg`, `.jpeg`), all of one size.
///
/// Classes are numbered in the order of their names, samples come class by class in the order of theirs: the same on every
/// machine. Other files, and those whose names begin with a point, are left alone. Images are `(m, channels, height, width)` of 0 to 255.
///
/// ```no_run
/// use nn_data::files::Images;
/// let (set, names) = Images::gray().resized(28, 28).read::<f32>("letters")?;
/// assert_eq!(set.sample_shape().as_slice(), [1, 28, 28]);
/// println!("{names:?}"); // the names of the classes
/// # Ok::<(), nn_data::files::ReadError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Images {
    channels: usize,
    size: Option<(u32, u32)>,
}

/// The most bytes that a decoder may ask for: an image of 8,000 by 8,000.
const MEMORY: u64 = 256 << 20;

impl Images {
    /// One channel: the luminance of coloured images (Rec. 709).
    pub fn gray() -> Images {
        Images { channels: 1, size: None }
    }

    /// Three channels: red, green, blue.
    pub fn rgb() -> Images {
        Images { channels: 3, size: None }
    }

    /// Images of other sizes are brought to this one (by a triangle filter); their proportions may change.
    #[must_use]
    pub fn resized(self, height: u32, width: u32) -> Images {
        Images { size: Some((height, width)), ..self }
    }

    /// All images of a folder's folders, and the names of the classes.
    ///
    /// # Errors
    /// [`ReadError`] for a folder without such folders or images, an image that is damaged or larger than 8,000 by 8,000, or one of another size
    /// than the first where no size was asked for.
    pub fn read<T: Real>(&self, folder: impl AsRef<Path>) -> Result<(Dataset<T>, Vec<String>), ReadError> {
        let folder = folder.as_ref();
        let name = folder.display().to_string();
        let (mut names, mut labels, mut data) = (Vec::new(), Vec::new(), Vec::new());
        let mut size = self.size;
        for class in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
            for file in entries(&class)?.into_iter().filter(|path| is_image(path)) {
                self.append(&file, &mut size, &mut data)?;
                labels.push(names.len());
            }
            names.push(class.file_name().unwrap_or_default().to_string_lossy().into_owned());
        }
        let Some((height, width)) = size.filter(|_| !labels.is_empty()) else {
            return Err(ReadError::Empty { file: name, what: "images in folders" });
        };
        let shape = [labels.len(), self.channels, height as usize, width as usize];
        let inputs = Tensor::new(shape, data).map_err(ReadError::data(&name))?;
        let targets = Targets::Classes { labels, classes: names.len() };
        Ok((Dataset::new(inputs, targets).map_err(ReadError::data(&name))?, names))
    }

    /// One image, channel by channel; the first one sets the size.
    fn append<T: Real>(
        &self,
        path: &Path,
        size: &mut Option<(u32, u32)>,
        data: &mut Vec<T>,
    ) -> Result<(), ReadError> {
        let name = path.display().to_string();
        let wrong = |error: image::ImageError| ReadError::format(&name, error.to_string());
        let io = ReadError::io(&name);
        let mut reader = ImageReader::open(path).map_err(&io)?.with_guessed_format().map_err(&io)?;
        let mut limits = image::Limits::default();
        limits.max_alloc = Some(MEMORY);
        limits.max_image_width = Some(8000);
        limits.max_image_height = Some(8000);
        reader.limits(limits);
        let mut image = reader.decode().map_err(wrong)?;
        let (height, width) = *size.get_or_insert((image.height(), image.width()));
        if (image.height(), image.width()) != (height, width) {
            if self.size.is_none() {
                let (h, w) = (image.height(), image.width());
                let what =
                    format!("an image of {h} by {w}, and the first has {height} by {width}: ask for a size");
                return Err(ReadError::format(&name, what));
            }
            image = image.resize_exact(width, height, image::imageops::FilterType::Triangle);
        }
        let bytes = match self.channels {
            1 => image.into_luma8().into_raw(),
            _ => image.into_rgb8().into_raw(),
        };
        for channel in 0..self.channels {
            let values = bytes.iter().skip(channel).step_by(self.channels);
            data.extend(values.map(|byte| T::from_usize(usize::from(*byte))));
        }
        Ok(())
    }
}

/// What is in a folder, in the order of its name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let name = folder.display().to_string();
    let io = ReadError::io(&name);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(&io)? {
        let entry = entry.map_err(&io)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn is_image(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    path.is_file() && matches!(&ending[..], "png" | "jpg" | "jpeg")
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgb, RgbImage};

    /// A folder of its own, which is gone afterwards.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("nn-data-{name}-{}", std::process::id()));
            for class in ["cats", "dogs", ".hidden"] {
                std::fs::create_dir_all(path.join(class)).unwrap();
            }
            Folder(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn pixel(x: u32, y: u32) -> Rgb<u8> {
        Rgb([10 * x as u8, 20 * y as u8, 7])
    }

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        RgbImage::from_fn(width, height, pixel).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn classes_are_folders_and_channels_come_first() {
        let folder = Folder::new("images");
        std::fs::write(folder.0.join("dogs/b.png"), encoded(3, 2, ImageFormat::Png)).unwrap();
        std::fs::write(folder.0.join("cats/a.PNG"), encoded(3, 2, ImageFormat::Png)).unwrap();
        std::fs::write(folder.0.join("cats/notes.txt"), "none").unwrap();
        let (set, names) = Images::rgb().read::<f32>(&folder.0).unwrap();
        assert_eq!(
            (set.inputs().shape().as_slice(), names),
            (&[2, 3, 2, 3][..], vec!["cats".into(), "dogs".into()])
        );
        assert_eq!(set.targets(), &Targets::Classes { labels: vec![0, 1], classes: 2 });
        let one =
            [0.0, 10.0, 20.0, 0.0, 10.0, 20.0, 0.0, 0.0, 0.0, 20.0, 20.0, 20.0, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0];
        assert_eq!(&set.inputs().as_slice()[..18], one);
        std::fs::write(folder.0.join("dogs/c.jpg"), encoded(8, 8, ImageFormat::Jpeg)).unwrap();
        let error = Images::gray().read::<f32>(&folder.0).unwrap_err().to_string();
        assert!(error.ends_with("an image of 8 by 8, and the first has 2 by 3: ask for a size"), "{error}");
        let (set, _) = Images::gray().resized(4, 5).read::<f32>(&folder.0).unwrap();
        assert_eq!(set.inputs().shape().as_slice(), [3, 1, 4, 5]);
    }

    #[test]
    fn damage_is_no_panic() {
        let folder = Folder::new("damaged");
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let (bytes, file) = (encoded(5, 4, format), folder.0.join("cats/a.png"));
            let read = |bytes: &[u8]| {
                std::fs::write(&file, bytes).unwrap();
                Images::gray().read::<f32>(&folder.0).is_ok()
            };
            assert!(read(&bytes));
            for end in 0..bytes.len() {
                read(&bytes[..end]);
                let mut flipped = bytes.clone();
                flipped[end] ^= 1 << (end % 8);
                read(&flipped);
            }
            assert!(!read(&bytes[..20]) && !read(&[]));
        }
        assert!(matches!(Images::rgb().read::<f32>(folder.0.join("dogs")), Err(ReadError::Empty { .. })));
        assert!(matches!(Images::rgb().read::<f32>(folder.0.join("birds")), Err(ReadError::Io { .. })));
    }
}
