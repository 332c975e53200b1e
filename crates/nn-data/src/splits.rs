//! Parts of a data set: random with equal shares of classes, by group, by time, and folds. All are functions of the data and a
//! seed, in integers, hence the same on every platform.

use std::collections::BTreeMap;

use tensor_ops::Real;
use tensor_ops::random::Stream;

use crate::{DataError, Dataset, Parts, Targets, Test, Train};

/// The samples of one round of cross-validation, by number.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fold {
    /// Those to fit and train on.
    pub train: Vec<usize>,
    /// Those to validate on: each sample is in one fold's.
    pub validation: Vec<usize>,
}

impl Fold {
    /// The training and the validation part of the set that was folded.
    ///
    /// # Errors
    /// [`DataError::Index`] for a smaller set.
    pub fn of<T: Real>(&self, set: &Dataset<T>) -> Result<Parts<Dataset<T>>, DataError> {
        Ok((Train(set.select(&self.train)?), Test(set.select(&self.validation)?)))
    }
}

impl<T: Real> Dataset<T> {
    /// As [`Dataset::split`], and each class has its share of both parts, within one sample.
    ///
    /// # Errors
    /// [`DataError::Split`] where a part would have no samples, [`DataError::NotClasses`] for other targets.
    ///
    /// ```
    /// # use nn_data::{Dataset, Targets};
    /// # use tensor_ops::Tensor;
    /// let labels: Vec<usize> = (0..100).map(|i| usize::from(i % 10 == 0)).collect(); // 90 and 10
    /// let set = Dataset::new(Tensor::<f64>::ones([100, 1]), Targets::Classes { labels, classes: 2 })?;
    /// let (train, test) = set.split_stratified(0.8, 7)?;
    /// assert_eq!((train.class_counts().unwrap(), test.class_counts().unwrap()), (vec![72, 8], vec![18, 2]));
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn split_stratified(&self, fraction: f64, seed: u64) -> Result<Parts<Dataset<T>>, DataError> {
        let order = self.by_class("a stratified split", seed)?;
        let (m, first) = (self.len(), first_part(self.len(), fraction)?);
        // Evenly spread over the list, of which every class is a stretch.
        let is_first =
            |p: &usize| (p + 1) as u128 * first as u128 / m as u128 > *p as u128 * first as u128 / m as u128;
        let (a, b): (Vec<usize>, Vec<usize>) = (0..m).partition(is_first);
        let parts = [a, b].map(|part| part.into_iter().map(|p| order[p]).collect::<Vec<_>>());
        self.parts(parts, seed)
    }

    /// Two parts, the first with this fraction of the groups (rounded down): samples of one group (a patient, a document) stay
    /// together. `groups` has a name for each sample's group.
    ///
    /// # Errors
    /// [`DataError::Split`] where a part would have no groups, [`DataError::Length`] for another number of names than samples.
    ///
    /// ```
    /// # use nn_data::{Dataset, Targets};
    /// # let targets = Targets::Classes { labels: vec![0; 6], classes: 1 };
    /// # let set = Dataset::new([[1.0], [1.0], [2.0], [2.0], [3.0], [3.0]].into(), targets)?;
    /// let (train, test) = set.split_grouped(&[1, 1, 2, 2, 3, 3], 0.7, 0)?;
    /// assert_eq!((train.len(), test.len()), (4, 2));
    /// assert!(test.inputs().as_slice().iter().all(|x| !train.inputs().as_slice().contains(x)));
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn split_grouped<G: Ord>(
        &self,
        groups: &[G],
        fraction: f64,
        seed: u64,
    ) -> Result<Parts<Dataset<T>>, DataError> {
        let mut members = self.members(groups)?;
        let first = first_part(members.len(), fraction)?;
        Stream::new(seed, Stream::key("split"), 1).shuffle(&mut members);
        let rest = members.split_off(first);
        self.parts([members.concat(), rest.concat()], seed)
    }

    /// Two parts, the earlier with at most this fraction of the samples, both in the order of `times`: what is later must not
    /// help to explain what was before. Samples of one moment stay together.
    ///
    /// # Errors
    /// [`DataError::Split`] where a part would have no samples, [`DataError::Length`] for another number of times than samples.
    ///
    /// ```
    /// # use nn_data::{Dataset, Targets};
    /// # let targets = Targets::Classes { labels: vec![0; 4], classes: 1 };
    /// # let set = Dataset::new([[4.0], [1.0], [3.0], [2.0]].into(), targets)?;
    /// let (past, future) = set.split_by_time(&[2004, 2001, 2003, 2002], 0.75)?;
    /// assert_eq!((past.inputs().as_slice(), future.inputs().as_slice()), (&[1.0, 2.0, 3.0][..], &[4.0][..]));
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn split_by_time<G: Ord>(&self, times: &[G], fraction: f64) -> Result<Parts<Dataset<T>>, DataError> {
        self.check_length(times.len())?;
        let samples = self.len();
        let mut first = first_part(samples, fraction)?;
        let mut order: Vec<usize> = (0..samples).collect();
        order.sort_by(|&a, &b| times[a].cmp(&times[b]));
        while first > 0 && times[order[first - 1]] == times[order[first]] {
            first -= 1;
        }
        if first == 0 {
            return Err(DataError::Split { fraction, samples });
        }
        Ok((Train(self.select(&order[..first])?), Test(self.select(&order[first..])?)))
    }

    /// `k` folds at random, whose sizes differ by one at most.
    ///
    /// # Errors
    /// [`DataError::Folds`] unless 2 <= k <= samples.
    ///
    /// ```
    /// # use nn_data::{Dataset, Targets};
    /// # let targets = Targets::Classes { labels: vec![0; 4], classes: 1 };
    /// # let set = Dataset::new([[1.0], [2.0], [3.0], [4.0]].into(), targets)?;
    /// for fold in set.k_folds(4, 0)? {
    ///     let (train, validation) = fold.of(&set)?;
    ///     assert_eq!((train.len(), validation.len()), (3, 1));
    /// }
    /// # Ok::<(), nn_data::DataError>(())
    /// ```
    pub fn k_folds(&self, k: usize, seed: u64) -> Result<Vec<Fold>, DataError> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        Stream::new(seed, Stream::key("folds"), 0).shuffle(&mut order);
        self.deal(k, &order)
    }

    /// As [`Dataset::k_folds`], and each class has its share of every fold, within one sample.
    ///
    /// # Errors
    /// [`DataError::Folds`] unless 2 <= k <= samples, [`DataError::NotClasses`] for other targets.
    pub fn stratified_k_folds(&self, k: usize, seed: u64) -> Result<Vec<Fold>, DataError> {
        self.deal(k, &self.by_class("stratified folds", seed)?)
    }

    /// `k` folds of whole groups: the largest group first, each to the fold that is smallest so far. Nothing is random.
    ///
    /// # Errors
    /// [`DataError::Folds`] unless 2 <= k <= groups, [`DataError::Length`] for another number of names than samples.
    pub fn grouped_k_folds<G: Ord>(&self, k: usize, groups: &[G]) -> Result<Vec<Fold>, DataError> {
        let mut members = self.members(groups)?;
        check_folds(k, members.len())?;
        members.sort_by_key(|group| std::cmp::Reverse(group.len()));
        let mut folds = vec![Vec::new(); k];
        for group in members {
            let smallest = (0..k).min_by_key(|&f| folds[f].len()).unwrap_or(0);
            folds[smallest].extend(group);
        }
        Ok(self.folds(folds))
    }

    /// The numbers of the samples, class by class, at random inside each.
    fn by_class(&self, what: &'static str, seed: u64) -> Result<Vec<usize>, DataError> {
        let Targets::Classes { labels, .. } = self.targets() else {
            return Err(DataError::NotClasses { what });
        };
        let mut order: Vec<usize> = (0..self.len()).collect();
        Stream::new(seed, Stream::key("split"), 0).shuffle(&mut order);
        order.sort_by_key(|&i| labels[i]);
        Ok(order)
    }

    /// The samples of each group.
    fn members<G: Ord>(&self, groups: &[G]) -> Result<Vec<Vec<usize>>, DataError> {
        self.check_length(groups.len())?;
        let mut members = BTreeMap::<&G, Vec<usize>>::new();
        groups.iter().enumerate().for_each(|(i, group)| members.entry(group).or_default().push(i));
        Ok(members.into_values().collect())
    }

    fn check_length(&self, names: usize) -> Result<(), DataError> {
        match names == self.len() {
            true => Ok(()),
            false => Err(DataError::Length { inputs: self.len(), targets: names }),
        }
    }

    /// Both parts, each in a random order.
    fn parts(&self, parts: [Vec<usize>; 2], seed: u64) -> Result<Parts<Dataset<T>>, DataError> {
        let [mut a, mut b] = parts;
        Stream::new(seed, Stream::key("split"), 2).shuffle(&mut a);
        Stream::new(seed, Stream::key("split"), 3).shuffle(&mut b);
        Ok((Train(self.select(&a)?), Test(self.select(&b)?)))
    }

    /// Deals samples out to folds like cards.
    fn deal(&self, k: usize, order: &[usize]) -> Result<Vec<Fold>, DataError> {
        check_folds(k, order.len())?;
        Ok(self.folds((0..k).map(|f| order.iter().skip(f).step_by(k).copied().collect()).collect()))
    }

    fn folds(&self, parts: Vec<Vec<usize>>) -> Vec<Fold> {
        let mut part_of = vec![0; self.len()];
        for (f, part) in parts.iter().enumerate() {
            part.iter().for_each(|&i| part_of[i] = f);
        }
        let fold = |(f, mut validation): (usize, Vec<usize>)| {
            validation.sort_unstable();
            Fold { train: (0..self.len()).filter(|&i| part_of[i] != f).collect(), validation }
        };
        parts.into_iter().enumerate().map(fold).collect()
    }
}

/// How many of `samples` are in the first part.
pub(crate) fn first_part(samples: usize, fraction: f64) -> Result<usize, DataError> {
    let first = (samples as f64 * fraction) as usize;
    match first > 0 && first < samples && (0.0..1.0).contains(&fraction) {
        true => Ok(first),
        false => Err(DataError::Split { fraction, samples }),
    }
}

fn check_folds(folds: usize, samples: usize) -> Result<(), DataError> {
    match (2..=samples).contains(&folds) {
        true => Ok(()),
        false => Err(DataError::Folds { folds, samples }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tensor_ops::Tensor;

    fn set(labels: Vec<usize>) -> Dataset<f64> {
        let inputs = Tensor::new([labels.len(), 1], (0..labels.len()).map(|i| i as f64).collect()).unwrap();
        Dataset::new(inputs, Targets::Classes { labels, classes: 4 }).unwrap()
    }

    fn numbers(set: &Dataset<f64>) -> Vec<usize> {
        set.inputs().as_slice().iter().map(|x| *x as usize).collect()
    }

    fn is_partition(parts: &[Vec<usize>], m: usize) -> bool {
        let mut all = parts.concat();
        all.sort_unstable();
        all.into_iter().eq(0..m)
    }

    proptest! {
        #[test]
        fn every_split_is_a_partition(labels in prop::collection::vec(0usize..4, 2..120), fraction in 0.05f64..0.95, seed: u64) {
            let (set, m) = (set(labels.clone()), labels.len());
            if let Ok((a, b)) = set.split_stratified(fraction, seed) {
                prop_assert!(is_partition(&[numbers(&a), numbers(&b)], m));
                prop_assert_eq!(a.len(), (m as f64 * fraction) as usize);
                let share = a.len() as f64 / m as f64;
                let counts = set.class_counts().unwrap().into_iter().zip(a.class_counts().unwrap());
                prop_assert!(counts.into_iter().all(|(all, first)| (all as f64 * share - first as f64).abs() <= 1.0));
            }
            if let Ok((a, b)) = set.split_grouped(&labels, fraction, seed) {
                prop_assert!(is_partition(&[numbers(&a), numbers(&b)], m));
                let of = |part: &Dataset<f64>| part.class_counts().unwrap();
                prop_assert!(of(&a).into_iter().zip(of(&b)).all(|(a, b)| a == 0 || b == 0));
            }
            if let Ok((a, b)) = set.split_by_time(&labels, fraction) {
                prop_assert!(is_partition(&[numbers(&a), numbers(&b)], m));
                let label = |i: usize| labels[i];
                prop_assert!(numbers(&a).into_iter().map(label).max() < numbers(&b).into_iter().map(label).min());
                prop_assert!(a.len() <= (m as f64 * fraction) as usize);
            }
        }

        #[test]
        fn folds_are_a_partition(labels in prop::collection::vec(0usize..4, 8..80), k in 2usize..8, seed: u64) {
            let (set, m) = (set(labels.clone()), labels.len());
            let plain = set.k_folds(k, seed).unwrap();
            let stratified = set.stratified_k_folds(k, seed).unwrap();
            let groups: Vec<usize> = (0..m).map(|i| i / 2 + i % 3).collect();
            let grouped = set.grouped_k_folds(k, &groups);
            for (kind, folds) in [plain, stratified, grouped.unwrap_or_default()].into_iter().enumerate() {
                if folds.is_empty() {
                    continue;
                }
                let parts: Vec<Vec<usize>> = folds.iter().map(|fold| fold.validation.clone()).collect();
                prop_assert!(is_partition(&parts, m));
                for fold in &folds {
                    prop_assert!(is_partition(&[fold.train.clone(), fold.validation.clone()], m));
                    let (_, validation) = fold.of(&set).unwrap();
                    if kind == 1 {
                        let counts = set.class_counts().unwrap().into_iter().zip(validation.class_counts().unwrap());
                        prop_assert!(counts.into_iter().all(|(all, part)| (all as f64 / k as f64 - part as f64).abs() < 1.0));
                    }
                    if kind == 2 {
                        prop_assert!(fold.train.iter().all(|&i| fold.validation.iter().all(|&j| groups[i] != groups[j])));
                    } else {
                        prop_assert!(validation.len() == m / k || validation.len() == m / k + 1);
                    }
                }
            }
        }
    }

    /// Written down once: a change of these numbers changes everybody's experiments.
    #[test]
    fn a_split_is_the_same_for_ever() {
        let (a, b) = set(vec![0, 1, 2, 0, 1, 2, 0, 1]).split_stratified(0.5, 42).unwrap();
        let again = set(vec![0, 1, 2, 0, 1, 2, 0, 1]).split_stratified(0.5, 42).unwrap();
        assert_eq!((&a, &b), (&again.0, &again.1));
        let other = set(vec![0, 1, 2, 0, 1, 2, 0, 1]).split_stratified(0.5, 43).unwrap();
        assert_ne!(a, other.0);
        assert_eq!((numbers(&a), numbers(&b)), (PINNED.0.to_vec(), PINNED.1.to_vec()));
    }

    const PINNED: ([usize; 4], [usize; 4]) = ([2, 1, 0, 4], [3, 7, 6, 5]);

    #[test]
    fn what_cannot_be_split_is_refused() {
        let set = set(vec![0, 0, 1]);
        assert!(matches!(set.k_folds(1, 0), Err(DataError::Folds { .. })));
        assert!(matches!(set.k_folds(4, 0), Err(DataError::Folds { folds: 4, samples: 3 })));
        assert!(matches!(set.grouped_k_folds(3, &[1, 1, 2]), Err(DataError::Folds { folds: 3, samples: 2 })));
        assert!(matches!(set.split_grouped(&[1, 2], 0.5, 0), Err(DataError::Length { .. })));
        assert!(matches!(set.split_by_time(&[5, 5, 5], 0.5), Err(DataError::Split { .. })));
        let values = Dataset::new([[1.0], [2.0]].into(), Targets::Values([[1.0], [2.0]].into())).unwrap();
        assert!(matches!(values.stratified_k_folds(2, 0), Err(DataError::NotClasses { .. })));
    }
}
