//! Functions of two and of three operands against index arithmetic.

use proptest::prelude::*;

use super::{all_bits, naive, operands, position, values};
use crate::{Real, Shape, Tensor, TensorError};

type Owned<T> = fn(&Tensor<T>, &Tensor<T>) -> Result<Tensor<T>, TensorError>;
type Into<T> = fn(&Tensor<T>, &Tensor<T>, &mut Tensor<T>) -> Result<(), TensorError>;
type InPlace<T> = fn(&mut Tensor<T>, &Tensor<T>) -> Result<(), TensorError>;
type Row<T> = (&'static str, fn(T, T) -> T, Owned<T>, Into<T>, InPlace<T>);

/// Every function of two numbers: the scalar, and the three forms.
fn binary<T: Real>() -> Vec<Row<T>> {
    macro_rules! row {
        ($name:ident $into:ident $in_place:ident $scalar:expr) => {
            (
                stringify!($name),
                $scalar,
                |a, b| Tensor::$name(a, b),
                |a, b, out| a.$into(b, out),
                |a, b| a.$in_place(b),
            )
        };
    }
    vec![
        row!(add add_into add_in_place |a, b| a + b),
        row!(subtract subtract_into subtract_in_place |a, b| a - b),
        row!(multiply multiply_into multiply_in_place |a, b| a * b),
        row!(divide divide_into divide_in_place |a, b| a / b),
        row!(power power_into power_in_place |a, b| a.powf(b)),
        row!(maximum maximum_into maximum_in_place |a, b| a.maximum(b)),
        row!(minimum minimum_into minimum_in_place |a, b| a.minimum(b)),
        row!(fmod fmod_into fmod_in_place |a, b| T::from_f64(a.to_f64() % b.to_f64())),
        row!(remainder remainder_into remainder_in_place |a, b| {
            // NumPy's text, npy_divmod.
            let r = T::from_f64(a.to_f64() % b.to_f64());
            if b == T::ZERO {
                r
            } else if r == T::ZERO {
                T::ZERO.copysign(b)
            } else if (b < T::ZERO) != (r < T::ZERO) && !r.is_nan() {
                r + b
            } else {
                r
            }
        }),
    ]
}

fn check_binary<T: Real>([a, b]: [Shape; 2], seed: usize) {
    let (a, b) = (values::<T>(a, seed), values::<T>(b, seed + 1));
    let shape = a.shape().broadcast(b.shape(), "test").unwrap();
    for (name, scalar, owned, into, in_place) in binary::<T>() {
        let expected = all_bits(&naive(&a, &b, &shape, scalar));
        let y = owned(&a, &b).unwrap();
        assert_eq!(y.shape(), &shape, "{name}");
        assert_eq!(all_bits(y.as_slice()), expected, "{name} of {} and {}", a.shape(), b.shape());
        let mut out = values::<T>(shape, seed + 2);
        into(&a, &b, &mut out).unwrap();
        assert_eq!(all_bits(out.as_slice()), expected, "{name}_into");
        let mut left = a.clone();
        let result = in_place(&mut left, &b);
        if &shape == a.shape() {
            result.unwrap();
            assert_eq!(
                all_bits(left.as_slice()),
                expected,
                "{name}_in_place of {} and {}",
                a.shape(),
                b.shape()
            );
        } else {
            assert!(matches!(result, Err(TensorError::BroadcastTo { .. })), "{name}_in_place grows");
            assert_eq!(
                all_bits(left.as_slice()),
                all_bits(a.as_slice()),
                "{name}_in_place changes what it refuses"
            );
        }
    }
}

/// Every rank, zero-sized axes included.
fn lengths() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![3 => prop::collection::vec(0usize..4, 0..=5), 1 => prop::collection::vec(0usize..3, 6..=8)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 256 }))]

    #[test]
    fn binary_functions_broadcast_as_numpys(
        full in lengths(),
        ones in prop::collection::vec(0u8..8, 8),
        cut in 0usize..8,
        seed in 0usize..1000,
    ) {
        let [a, b, _] = operands(&full, &ones, cut);
        check_binary::<f32>([a, b], seed);
        check_binary::<f64>([a, b], seed);
    }

    #[test]
    fn long_rows_and_many_short_ones(
        outer in 1usize..40, middle in 1usize..6, inner in 1usize..80,
        ones in prop::collection::vec(0u8..8, 3), cut in 0usize..3, seed in 0usize..1000,
    ) {
        let [a, b, _] = operands(&[outer, middle, inner], &ones, cut);
        check_binary::<f32>([a, b], seed);
    }

    #[test]
    fn masks_and_selection(
        full in lengths(),
        tail in 0usize..600,
        ones in prop::collection::vec(0u8..8, 8),
        cut in 0usize..8,
        seed in 0usize..1000,
    ) {
        let mut full = full;
        if full.len() < 3 { full.push(tail) }
        let [a, b, c] = operands(&full, &ones, cut);
        let (a, b, c) = (values::<f32>(a, seed), values::<f32>(b, seed + 1), values::<f32>(c, seed + 2));
        let shape = a.shape().broadcast(b.shape(), "test").unwrap();
        macro_rules! check {
            ($($name:ident $into:ident $op:tt;)*) => {$(
                let expected = naive(&a, &b, &shape, |a, b| a $op b);
                let y = a.$name(&b).unwrap();
                prop_assert_eq!(y.as_slice(), &expected[..]);
                let mut out = Tensor::full(shape, true);
                a.$into(&b, &mut out).unwrap();
                prop_assert_eq!(out.as_slice(), &expected[..]);
            )*};
        }
        check! {
            equal equal_into ==; not_equal not_equal_into !=; less less_into <; less_equal less_equal_into <=;
            greater greater_into >; greater_equal greater_equal_into >=;
        }
        let mask = c.greater(&Tensor::from(0.5)).unwrap();
        let y = mask.where_cond(&a, &b).unwrap();
        let full = shape.broadcast(mask.shape(), "test").unwrap();
        prop_assert_eq!(y.shape(), &full);
        let expected: Vec<f32> = (0..full.size()).map(|i| {
            let at = |shape| position(shape, &full, i);
            if mask.as_slice()[at(mask.shape())] { a.as_slice()[at(a.shape())] } else { b.as_slice()[at(b.shape())] }
        }).collect();
        prop_assert_eq!(all_bits(y.as_slice()), all_bits(&expected));
        let mut out = Tensor::full(full, 3.0);
        mask.where_cond_into(&a, &b, &mut out).unwrap();
        prop_assert_eq!(all_bits(out.as_slice()), all_bits(&expected));
    }

    #[test]
    fn zip_map_takes_any_closure(
        full in lengths(), ones in prop::collection::vec(0u8..8, 8), cut in 0usize..8,
    ) {
        let [a, b, _] = operands(&full, &ones, cut);
        let (a, b) = (values::<f64>(a, 1), values::<f64>(b, 2));
        let f = |a: f64, b: f64| a - 2.0 * b;
        let y = a.zip_map(&b, "test", f).unwrap();
        prop_assert_eq!(all_bits(y.as_slice()), all_bits(&naive(&a, &b, y.shape(), f)));
        let y = a.map(|x| x * 3.0);
        prop_assert_eq!(all_bits(y.as_slice()), all_bits(&naive(&a, &a, a.shape(), |x, _| x * 3.0)));
    }
}
