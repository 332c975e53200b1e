use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::random::Stream;

/// Whole numbers from -3 to 3, so that every order of summation is exact.
fn whole(shape: &[usize], seed: u64) -> Tensor<f64> {
    let shape = Shape::new(shape).unwrap();
    let mut data = vec![0.0; shape.size()];
    Stream::new(seed, 0, 0).uniform(0, -3.0, 4.0, &mut data);
    Tensor::new(shape, data.iter().map(|x: &f64| x.floor()).collect()).unwrap()
}

/// The definition: for every value of every label, one product, added to where the labels of the result point.
/// Terms are plain letters; an axis of length 1 stands still.
fn naive(inputs: &[Vec<char>], output: &[char], operands: &[&Tensor<f64>]) -> Tensor<f64> {
    let mut lengths = BTreeMap::<char, usize>::new();
    for (term, x) in inputs.iter().zip(operands) {
        for (&label, &n) in term.iter().zip(x.shape().iter()) {
            let known = lengths.entry(label).or_insert(n);
            *known = if *known == 1 { n } else { *known };
        }
    }
    let labels: Vec<char> = lengths.keys().copied().collect();
    let sizes: Vec<usize> = lengths.values().copied().collect();
    let shape: Vec<usize> = output.iter().map(|label| lengths[label]).collect();
    let mut out = Tensor::zeros(Shape::new(&shape).unwrap());
    for number in 0..sizes.iter().product() {
        let mut rest: usize = number;
        let index: BTreeMap<char, usize> = labels
            .iter()
            .zip(&sizes)
            .map(|(&label, n)| {
                let i = rest % n;
                rest /= n;
                (label, i)
            })
            .collect();
        let at = |term: &[char], shape: &[usize]| {
            term.iter().zip(shape).fold(0, |at, (label, &n)| at * n + if n == 1 { 0 } else { index[label] })
        };
        let product: f64 = inputs
            .iter()
            .zip(operands)
            .map(|(term, x)| x.as_slice()[at(term, x.shape().as_slice())])
            .product();
        out.as_mut_slice()[at(output, &shape)] += product;
    }
    out
}

fn letters(text: &str) -> Vec<char> {
    text.chars().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 400 }))]

    /// Any labels from five letters, repeated or not, in any order, with lengths of 0 to 3 and some axes of length 1.
    #[test]
    fn agrees_with_the_definition(
        left in prop::collection::vec(0usize..5, 0..5),
        right in prop::option::of(prop::collection::vec(0usize..5, 0..5)),
        lengths in prop::collection::vec(prop_oneof![1 => Just(0usize), 12 => 1usize..4], 5),
        shrunk in prop::collection::vec(prop::bool::weighted(0.15), 5),
        order in Just(vec![0usize, 1, 2, 3, 4]).prop_shuffle(),
        kept in prop::collection::vec(any::<bool>(), 5),
    ) {
        let letter = |&i: &usize| (b'a' + i as u8) as char;
        let length = |&i: &usize| lengths[i];
        let a = whole(&left.iter().map(length).collect::<Vec<_>>(), 1);
        let mut terms = vec![left.iter().map(letter).collect::<Vec<char>>()];
        let mut tensors = vec![a];
        if let Some(right) = &right {
            let shrunk = |i: &usize| if shrunk[*i] { 1 } else { lengths[*i] };
            tensors.push(whole(&right.iter().map(shrunk).collect::<Vec<_>>(), 2));
            terms.push(right.iter().map(letter).collect());
        }
        let operands: Vec<&Tensor<f64>> = tensors.iter().collect();
        let is_there = |i: &usize| left.contains(i) || right.as_ref().is_some_and(|right| right.contains(i));
        let output: Vec<char> = order.iter().filter(|i| kept[**i] && is_there(i)).map(letter).collect();
        let join = |terms: &[Vec<char>]| {
            terms.iter().map(|term| term.iter().collect::<String>()).collect::<Vec<_>>().join(",")
        };
        let subscripts = format!("{}->{}", join(&terms), output.iter().collect::<String>());
        prop_assert_eq!(einsum(&subscripts, &operands).unwrap(), naive(&terms, &output, &operands), "{}", subscripts);

        let all = terms.concat();
        let mut implicit: Vec<char> = all.clone();
        implicit.retain(|label| all.iter().filter(|other| *other == label).count() == 1);
        implicit.sort_unstable();
        prop_assert_eq!(einsum(&join(&terms), &operands).unwrap(), naive(&terms, &implicit, &operands));
    }

    /// Whatever is written there, the answer is a tensor or an error.
    #[test]
    fn no_text_panics(text in "[a-c.,> é-]{0,12}", text2 in "\\PC{0,8}") {
        let (x, y) = (whole(&[2, 2], 1), whole(&[2], 2));
        for text in [text, text2] {
            let _ = einsum(&text, &[&x]);
            let _ = einsum(&text, &[&x, &y]);
        }
    }
}

/// What stands for the ellipsis in the oracle: letters of its own.
#[test]
fn ellipsis_stands_for_the_axes_without_letters() {
    type Case = (&'static str, &'static [&'static [usize]], &'static [&'static str], &'static str);
    let cases: &[Case] = &[
        ("...ii ->...i", &[&[2, 3, 4, 4]], &["xyii"], "xyi"),
        ("...ij->...ji", &[&[2, 3, 4]], &["xij"], "xji"),
        ("... ij -> ... ji", &[&[3, 4]], &["ij"], "ji"),
        ("i...->...", &[&[2, 3, 4]], &["ixy"], "xy"),
        ("i...i->i...", &[&[2, 3, 2]], &["ixi"], "ix"),
        ("...", &[&[2, 3]], &["xy"], "xy"),
        ("i...", &[&[2, 3]], &["ix"], "xi"),
        ("...ij,...jk->...ik", &[&[2, 1, 3, 4], &[5, 4, 2]], &["xyij", "yjk"], "xyik"),
        ("...ij,...jk", &[&[5, 3, 4], &[2, 1, 4, 2]], &["yij", "xyjk"], "xyik"),
        ("ij...,jk...->ik...", &[&[2, 3, 5], &[3, 4, 1]], &["ijx", "jkx"], "ikx"),
        ("...,...", &[&[2, 1], &[3]], &["xy", "y"], "xy"),
        ("...i,...", &[&[2, 3], &[4, 2]], &["yi", "xy"], "xyi"),
        ("bij, bjk -> bik", &[&[2, 3, 4], &[2, 4, 5]], &["bij", "bjk"], "bik"),
        ("i,i", &[&[3], &[3]], &["i", "i"], ""),
        ("i,i->i", &[&[1], &[3]], &["i", "i"], "i"),
        ("ij,jk->ik", &[&[2, 1], &[3, 4]], &["ij", "jk"], "ik"),
        ("Ba", &[&[2, 3]], &["Ba"], "Ba"),
        ("ba", &[&[2, 3]], &["ba"], "ab"),
        (",->", &[&[], &[]], &["", ""], ""),
        ("->...", &[&[]], &[""], ""),
        ("i->...i", &[&[3]], &["i"], "i"),
    ];
    for (subscripts, shapes, terms, output) in cases {
        let tensors: Vec<_> = shapes.iter().zip(1..).map(|(shape, seed)| whole(shape, seed)).collect();
        let operands: Vec<_> = tensors.iter().collect();
        let terms: Vec<_> = terms.iter().map(|term| letters(term)).collect();
        let want = naive(&terms, &letters(output), &operands);
        assert_eq!(einsum(subscripts, &operands).unwrap(), want, "{subscripts}");
    }
}

#[test]
fn what_cannot_be_read_is_named_with_its_position() {
    let (x, v) = (whole(&[2, 3], 1), whole(&[3], 1));
    for (subscripts, position, word) in [
        ("ij.->i", 2, "'.'"),
        ("......", 3, "second"),
        ("i1", 1, "'1'"),
        ("ij->j->i", 5, "'-'"),
        ("ij->i,j", 5, "','"),
        ("i\u{e9}", 1, "'\u{e9}'"),
        ("ij->ii", 5, "'i'"),
        ("ij->ik", 5, "'k'"),
        ("ijk", 0, "3 labels"),
        ("i", 0, "[2, 3]"),
        ("ij,j", 3, "2 operands"),
        ("ii", 1, "lengths 2 and 3"),
        ("...i->i", 6, "lacks `...`"),
        ("i...->", 6, "lacks `...`"),
    ] {
        let error = einsum(subscripts, &[&x]).unwrap_err();
        let TensorError::Subscripts { position: got, ref what, .. } = error else { panic!("{error}") };
        assert!(got == position && what.contains(word), "{subscripts}: {error}");
    }
    let error = einsum("ij,ki->k", &[&x, &x]).unwrap_err().to_string();
    assert!(
        error.contains("'i' has length 2 in shape [2, 3] and 3 in shape [2, 3] at position 4"),
        "{error}"
    );
    assert!(einsum("...i,...j", &[&whole(&[2, 3], 1), &whole(&[4, 3], 1)]).is_err());
    assert!(matches!(einsum("i,i,i", &[&v, &v, &v]), Err(TensorError::Setting { .. })));
    assert!(einsum::<f64, Vec<f64>>("", &[]).is_err());
}

#[test]
fn absurd_sizes_are_errors() {
    let eight = whole(&[1; 8], 1);
    let error = einsum("abcdefgh,ijklmnop->abcdefghijklmnop", &[&eight, &eight]).unwrap_err();
    assert!(matches!(error, TensorError::RankTooLarge { rank: 16 }));
    let many = einsum("abcdefgh,hijklmno->ao", &[&eight, &eight]).unwrap();
    assert_eq!(many.shape(), &Shape::from([1, 1]));
    let (tall, huge) = (
        Tensor::<f64>::new([1 << 40, 0], vec![]).unwrap(),
        Tensor::<f64>::new([0, 1 << 31, 1 << 31], vec![]).unwrap(),
    );
    assert!(matches!(einsum("ij,kj->ik", &[&tall, &tall]), Err(TensorError::TooLarge { .. })));
    assert!(matches!(einsum("ij,kl->ijkl", &[&tall, &tall]), Err(TensorError::TooLarge { .. })));
    assert_eq!(einsum("ijk->kji", &[&huge]).unwrap().shape(), &Shape::from([1 << 31, 1 << 31, 0]));
    assert_eq!(einsum("ij->j", &[&tall]).unwrap().shape(), &Shape::from([0]));
}

/// As the documentation says: the sum over a label of one operand alone comes before the product.
#[test]
fn lone_labels_are_summed_first() {
    let (a, zero) = (Tensor::from([1e308, 1e308]), Tensor::from(0.0));
    assert!(einsum("i,->", &[&a, &zero]).unwrap().item().unwrap().is_nan());
    let infinite = Tensor::from(f64::INFINITY);
    assert!(einsum("i,->", &[&Tensor::from([1.0, -1.0]), &infinite]).unwrap().item().unwrap().is_nan());
}
