//! Fitted normalizers in files, beside the model.

use tensor_ops::Tensor;
use tensor_ops::file::{FileError, TensorFile};

use super::affine::Affine;
use super::covariance::Linear;
use super::{
    ChannelStandardizer, Imputer, MaxAbs, MinMax, OneHot, Ordinal, Pca, Power, Robust, Unknown, Zca,
};

/// A fitted normalizer that can be saved beside a model: in f64, so that what is read is what was fitted.
///
/// A [`Pipeline`](crate::Pipeline) is saved step by step, each under a name of its own, and put together again by
/// [`Pipeline::of`](crate::Pipeline::of). [`Standardizer`](crate::Standardizer) has functions of its own.
///
/// ```
/// use nn_data::{MinMax, Saved, Train};
/// use tensor_ops::{Tensor, file::TensorFile};
/// let fitted = MinMax::fit(&Train(Tensor::from([[1.0], [3.0]])))?;
/// let mut file = TensorFile::default();
/// fitted.attach_to(&mut file, "scale");
/// assert_eq!(MinMax::from_file(&file, "scale")?, fitted);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Saved: Sized {
    /// Adds the fitted numbers to a file, under this name.
    fn attach_to(&self, file: &mut TensorFile, name: &str);

    /// What [`Saved::attach_to`] added.
    ///
    /// # Errors
    /// [`FileError`] where the file holds none of this name and kind, or one whose numbers cannot be.
    fn from_file(file: &TensorFile, name: &str) -> Result<Self, FileError>;
}

/// The numbers of a normalizer in a file.
struct Numbers<'a> {
    file: &'a TensorFile,
    /// Kind and name.
    prefix: String,
}

fn attach(file: &mut TensorFile, kind: &str, name: &str, numbers: &[(&str, &[f64])]) {
    for (part, numbers) in numbers {
        file.attach(&format!("{kind}.{name}.{part}"), &Tensor::from(numbers.to_vec()));
    }
}

impl Numbers<'_> {
    fn of<'a>(file: &'a TensorFile, kind: &str, name: &str) -> Numbers<'a> {
        Numbers { file, prefix: format!("{kind}.{name}") }
    }

    /// Finite numbers, at least one.
    fn read(&self, part: &str) -> Result<Vec<f64>, FileError> {
        let numbers = self.file.attached::<f64>(&format!("{}.{part}", self.prefix))?.into_vec();
        self.insist(!numbers.is_empty() && numbers.iter().all(|x| x.is_finite()))?;
        Ok(numbers)
    }

    fn insist(&self, fits: bool) -> Result<(), FileError> {
        match fits {
            true => Ok(()),
            false => Err(FileError::Format(format!("{}: numbers that do not fit together", self.prefix))),
        }
    }

    fn affine(&self) -> Result<Affine, FileError> {
        let (center, scale, offset) = (self.read("center")?, self.read("scale")?, self.read("offset")?);
        self.insist(center.len() == scale.len() && scale.iter().all(|s| *s != 0.0) && offset.len() == 1)?;
        Ok(Affine { center, scale, offset: offset[0] })
    }

    fn linear(&self) -> Result<Linear, FileError> {
        let (mean, forward, backward) = (self.read("mean")?, self.read("forward")?, self.read("backward")?);
        let outputs = forward.len() / mean.len();
        self.insist(outputs > 0 && outputs * mean.len() == forward.len() && forward.len() == backward.len())?;
        Ok(Linear { mean, outputs, forward, backward })
    }

    /// Lists of ascending categories, one after the other, and their lengths.
    fn categories(&self) -> Result<(Vec<Vec<f64>>, Unknown), FileError> {
        let (flat, lengths, accepts) =
            (self.read("categories")?, self.read("lengths")?, self.read("accepts")?);
        let mut rest = &flat[..];
        let mut categories = Vec::new();
        for length in lengths {
            self.insist(length >= 1.0 && length <= rest.len() as f64 && length == length.trunc())?;
            let (first, others) = rest.split_at(length as usize);
            self.insist(first.is_sorted_by(|a, b| a < b))?;
            categories.push(first.to_vec());
            rest = others;
        }
        self.insist(rest.is_empty() && accepts.len() == 1)?;
        Ok((categories, if accepts[0] == 0.0 { Unknown::Refuse } else { Unknown::Accept }))
    }
}

fn attach_categories(
    file: &mut TensorFile,
    kind: &str,
    name: &str,
    categories: &[Vec<f64>],
    unknown: Unknown,
) {
    let lengths: Vec<f64> = categories.iter().map(|c| c.len() as f64).collect();
    let accepts = [f64::from(u8::from(unknown == Unknown::Accept))];
    let flat = categories.concat();
    attach(file, kind, name, &[("categories", &flat), ("lengths", &lengths), ("accepts", &accepts)]);
}

macro_rules! saved {
    ($name:ident, $kind:literal, |$self:ident, $file:ident, $to:ident| $attach:expr, |$numbers:ident| $restore:expr) => {
        impl Saved for $name {
            fn attach_to(&self, $file: &mut TensorFile, $to: &str) {
                let $self = self;
                $attach
            }

            fn from_file(file: &TensorFile, name: &str) -> Result<$name, FileError> {
                let $numbers = Numbers::of(file, $kind, name);
                $restore
            }
        }
    };
}

macro_rules! affine {
    ($name:ident, $kind:literal) => {
        saved!(
            $name,
            $kind,
            |this, file, to| {
                let Affine { center, scale, offset } = &this.affine;
                attach(file, $kind, to, &[("center", center), ("scale", scale), ("offset", &[*offset])]);
            },
            |numbers| Ok($name { affine: numbers.affine()? })
        );
    };
}

affine!(MinMax, "min_max");
affine!(MaxAbs, "max_abs");
affine!(Robust, "robust");

saved!(
    Imputer,
    "imputer",
    |this, file, to| attach(file, "imputer", to, &[("fill", this.fill())]),
    |numbers| Ok(Imputer { fill: numbers.read("fill")? })
);

saved!(
    ChannelStandardizer,
    "channels",
    |this, file, to| {
        // Repeated over the places, whose number is read from its length: a claim would be believed.
        let center = &this.affine.center;
        let parts = [("mean", &this.mean[..]), ("deviation", &this.deviation), ("center", center)];
        attach(file, "channels", to, &parts);
    },
    |numbers| {
        let (mean, deviation, center) =
            (numbers.read("mean")?, numbers.read("deviation")?, numbers.read("center")?);
        numbers.insist(mean.len() == deviation.len() && deviation.iter().all(|d| *d > 0.0))?;
        numbers.insist(center.len().is_multiple_of(mean.len()))?;
        let places = center.len() / mean.len();
        Ok(ChannelStandardizer::of(mean, deviation, places))
    }
);

saved!(
    Power,
    "power",
    |this, file, to| {
        let Affine { center, scale, .. } = &this.affine;
        attach(
            file,
            "power",
            to,
            &[("lambdas", &this.lambdas), ("center", center), ("scale", scale), ("offset", &[0.0])],
        );
    },
    |numbers| {
        let (lambdas, affine) = (numbers.read("lambdas")?, numbers.affine()?);
        numbers.insist(lambdas.len() == affine.center.len())?;
        Ok(Power { lambdas, affine })
    }
);

saved!(
    OneHot,
    "one_hot",
    |this, file, to| attach_categories(file, "one_hot", to, &this.categories, this.unknown),
    |numbers| numbers.categories().map(|(categories, unknown)| OneHot { categories, unknown })
);

saved!(
    Ordinal,
    "ordinal",
    |this, file, to| attach_categories(file, "ordinal", to, &this.categories, this.unknown),
    |numbers| numbers.categories().map(|(categories, unknown)| Ordinal { categories, unknown })
);

saved!(
    Pca,
    "pca",
    |this, file, to| {
        let Linear { mean, forward, backward, .. } = &this.linear;
        let parts = [("mean", &mean[..]), ("forward", forward), ("backward", backward)];
        attach(file, "pca", to, &parts);
        attach(file, "pca", to, &[("variances", &this.variances), ("total", &[this.total])]);
    },
    |numbers| {
        let (linear, variances, total) =
            (numbers.linear()?, numbers.read("variances")?, numbers.read("total")?);
        numbers.insist(variances.len() == linear.outputs && total.len() == 1)?;
        Ok(Pca { linear, variances, total: total[0] })
    }
);

saved!(
    Zca,
    "zca",
    |this, file, to| {
        let Linear { mean, forward, backward, .. } = &this.linear;
        attach(file, "zca", to, &[("mean", mean), ("forward", forward), ("backward", backward)]);
    },
    |numbers| {
        let linear = numbers.linear()?;
        numbers.insist(linear.outputs == linear.mean.len())?;
        Ok(Zca { linear })
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Components;
    use crate::Train;

    fn comes_back<F: Saved + PartialEq + std::fmt::Debug>(fitted: F) {
        let mut file = TensorFile::default();
        fitted.attach_to(&mut file, "first");
        let file = TensorFile::from_bytes(&file.to_bytes().unwrap()).unwrap();
        assert_eq!(F::from_file(&file, "first").unwrap(), fitted);
        assert!(matches!(F::from_file(&file, "second"), Err(FileError::Missing { .. })));
    }

    #[test]
    fn what_is_read_is_what_was_fitted() {
        let x = Tensor::<f64>::randn([20, 6], 1);
        comes_back(MinMax::fit_to(&Train(&x), -1.0, 2.0).unwrap());
        comes_back(MaxAbs::fit(&Train(&x)).unwrap());
        comes_back(Robust::fit(&Train(&x)).unwrap().unscaled());
        comes_back(Imputer::median(&Train(&x)).unwrap());
        comes_back(Power::fit(&Train(&x)).unwrap());
        comes_back(OneHot::fit(&Train(&x)).unwrap().unknown(Unknown::Accept));
        comes_back(Ordinal::fit(&Train(&x)).unwrap());
        comes_back(Pca::fit(&Train(&x), Components::Count(2)).unwrap().whitened());
        comes_back(Zca::fit(&Train(&x), 0.1).unwrap());
        comes_back(ChannelStandardizer::fit(&Train(x.reshape(&[20, 2, 3]).unwrap())).unwrap());
    }

    #[test]
    fn numbers_that_cannot_be_are_refused() {
        let refuses = |center: &[f64], scale: &[f64], offset: &[f64]| {
            let mut file = TensorFile::default();
            attach(&mut file, "min_max", "a", &[("center", center), ("scale", scale), ("offset", offset)]);
            matches!(MinMax::from_file(&file, "a"), Err(FileError::Format(_)))
        };
        assert!(refuses(&[1.0], &[0.0], &[0.0]) && refuses(&[1.0], &[1.0, 2.0], &[0.0]));
        assert!(
            refuses(&[f64::NAN], &[1.0], &[0.0]) && refuses(&[], &[], &[0.0]) && refuses(&[1.0], &[1.0], &[])
        );
    }
}
