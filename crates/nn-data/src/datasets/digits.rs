//! 1,797 handwritten digits.

use std::io::Read;

use flate2::read::GzDecoder;
use tensor_ops::{Real, Tensor};

use crate::{Dataset, Targets};

/// `gzip -9n` of a CSV file whose SHA-256 is 9f7fca3251c178a06039990b75e3023f8b888151d2e2d4579c3ba0d2744a1d00: a line of
/// names, then 64 pixels and the class a line.
const CSV_GZ: &[u8] = include_bytes!("../../data/digits.csv.gz");
const SAMPLES: usize = 1797;
const PIXELS: usize = 64;

/// 1,797 images of handwritten digits, 8 x 8 pixels of 0 to 16, row after row: `(1797, 64)`, 10 classes.
///
/// E. Alpaydin and C. Kaynak, "Optical recognition of handwritten digits", UCI Machine Learning Repository, 1998,
/// CC BY 4.0: the test part, in the form in which scikit-learn (BSD-3-Clause) ships it.
///
/// ```
/// let set = nn_data::datasets::digits::<f32>();
/// assert_eq!(set.class_counts().unwrap(), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
/// ```
pub fn digits<T: Real>() -> Dataset<T> {
    let mut text = String::new();
    GzDecoder::new(CSV_GZ).read_to_string(&mut text).expect("the data that was built in");
    let mut pixels = Vec::with_capacity(SAMPLES * PIXELS);
    let mut labels = Vec::with_capacity(SAMPLES);
    for record in csv::Reader::from_reader(text.as_bytes()).records() {
        let record = record.expect("a line of the data that was built in");
        let mut fields = record.iter().map(|field| field.parse::<u8>().expect("a small number"));
        pixels.extend(fields.by_ref().take(PIXELS).map(|x| T::from_f64(x.into())));
        labels.extend(fields.map(usize::from));
    }
    let inputs = Tensor::new([SAMPLES, PIXELS], pixels).expect("as many pixels as documented");
    Dataset::new(inputs, Targets::Classes { labels, classes: 10 }).expect("a data set without gaps")
}
