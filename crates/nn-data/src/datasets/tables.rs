//! Small tables.

use flate2::read::GzDecoder;
use tensor_ops::Real;

use crate::Dataset;
use crate::files::Csv;

/// SHA-256 of the CSV file: 1e52d3d96ba49c50fe132731766e8b9b3d456d7b44163a4d62d2a256e19005e5.
const IRIS: &[u8] = include_bytes!("../../data/iris.csv.gz");
/// SHA-256 of the CSV file: a5cb3a2dbf73c0e1ccb989d8387587be74687f25d3e3edbfc0db5756c6c47a59.
const WINE: &[u8] = include_bytes!("../../data/wine.csv.gz");
/// SHA-256 of the CSV file: 432ff316e7bfb60b70a275064b4401315cc39f09c9099d031013a23647e98687.
const BREAST_CANCER: &[u8] = include_bytes!("../../data/breast_cancer.csv.gz");
/// SHA-256 of the CSV file: 3b271426c1bd56aebb217e16eb31a4b0f5a5669fe59258d6c6c65411a115cd22.
const DIABETES: &[u8] = include_bytes!("../../data/diabetes.csv.gz");

/// 150 iris flowers, length and width of sepals and petals in cm: `(150, 4)`; setosa, versicolor, virginica.
///
/// R. A. Fisher, "The use of multiple measurements in taxonomic problems", 1936, in the copy of R.
///
/// ```
/// assert_eq!(nn_data::datasets::iris::<f32>().class_counts().unwrap(), [50, 50, 50]);
/// ```
pub fn iris<T: Real>() -> Dataset<T> {
    unpack(IRIS, Csv::new().classes("target"))
}

/// 178 wines of three cultivars, 13 chemical measurements: `(178, 13)`.
///
/// S. Aeberhard and M. Forina, "Wine", UCI Machine Learning Repository, 1992, CC BY 4.0.
///
/// ```
/// assert_eq!(nn_data::datasets::wine::<f32>().class_counts().unwrap(), [59, 71, 48]);
/// ```
pub fn wine<T: Real>() -> Dataset<T> {
    unpack(WINE, Csv::new().classes("target"))
}

/// 569 breast tumours, 30 measurements of cell nuclei in an image: `(569, 30)`; malignant, benign.
///
/// W. Wolberg, O. Mangasarian, N. Street and W. Street, "Breast cancer Wisconsin (diagnostic)", UCI Machine Learning Repository,
/// 1995, CC BY 4.0.
///
/// ```
/// assert_eq!(nn_data::datasets::breast_cancer::<f32>().class_counts().unwrap(), [212, 357]);
/// ```
pub fn breast_cancer<T: Real>() -> Dataset<T> {
    unpack(BREAST_CANCER, Csv::new().classes("target"))
}

/// 442 patients with diabetes: age, sex, body mass index, blood pressure and six blood values `(442, 10)`, in their own units;
/// the target `(442, 1)` is the progression of the disease a year later.
///
/// B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, "Least angle regression", 2004.
///
/// ```
/// use nn_data::{Targets, datasets};
/// let set = datasets::diabetes::<f32>();
/// assert_eq!((set.len(), set.inputs().as_slice()[2]), (442, 32.1));
/// assert!(matches!(set.targets(), Targets::Values(values) if values.as_slice()[0] == 151.0));
/// ```
pub fn diabetes<T: Real>() -> Dataset<T> {
    unpack(DIABETES, Csv::new().values("target"))
}

fn unpack<T: Real>(bytes: &[u8], csv: Csv) -> Dataset<T> {
    let table = csv.read_from(GzDecoder::new(bytes), "the data that was built in");
    table.expect("a table without gaps").into_dataset().expect("a table with targets")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_as_documented() {
        let shapes = [iris::<f64>(), wine(), breast_cancer(), diabetes()].map(|set| *set.inputs().shape());
        assert_eq!(shapes, [[150, 4], [178, 13], [569, 30], [442, 10]].map(Into::into));
        assert_eq!(iris::<f64>().inputs().as_slice()[..4], [5.1, 3.5, 1.4, 0.2]);
        assert_eq!(wine::<f64>().inputs().as_slice()[..2], [14.23, 1.71]);
        assert_eq!(breast_cancer::<f64>().inputs().as_slice()[..2], [17.99, 10.38]);
    }
}
