//! The forms of one function agree, and refuse alike.

use super::{all_bits, values};
use crate::elementwise::binary::{joint_shape, result_shape};
use crate::{Real, Shape, Tensor, TensorError, ViewMut, slices};

type Row<T> = (
    &'static str,
    fn(T) -> T,
    fn(&Tensor<T>) -> Tensor<T>,
    fn(&Tensor<T>, &mut Tensor<T>) -> Result<(), TensorError>,
    fn(&mut Tensor<T>),
);

/// Every function of one number that has a scalar beside it.
fn unary<T: Real>() -> Vec<Row<T>> {
    macro_rules! rows {
        ($($name:ident $into:ident $in_place:ident = $scalar:expr;)*) => {
            vec![$((
                stringify!($name),
                $scalar,
                |x| Tensor::$name(x),
                |x, out| x.$into(out),
                |x| x.$in_place(),
            )),*]
        };
    }
    rows! {
        abs abs_into abs_in_place = |x| x.abs();
        sign sign_into sign_in_place = |x| {
            if x > T::ZERO { T::ONE } else if x < T::ZERO { -T::ONE } else if x == T::ZERO { T::ZERO } else { x }
        };
        neg neg_into neg_in_place = |x| -x;
        reciprocal reciprocal_into reciprocal_in_place = |x| T::ONE / x;
        sqrt sqrt_into sqrt_in_place = |x| x.sqrt();
        rsqrt rsqrt_into rsqrt_in_place = |x| T::ONE / x.sqrt();
        square square_into square_in_place = |x| x * x;
        exp exp_into exp_in_place = |x| x.exp();
        exp2 exp2_into exp2_in_place = |x| x.exp2();
        expm1 expm1_into expm1_in_place = |x| x.exp_m1();
        ln ln_into ln_in_place = |x| x.ln();
        log1p log1p_into log1p_in_place = |x| x.ln_1p();
        log2 log2_into log2_in_place = |x| x.log2();
        log10 log10_into log10_in_place = |x| x.log10();
        sin sin_into sin_in_place = |x| x.sin();
        cos cos_into cos_in_place = |x| x.cos();
        tan tan_into tan_in_place = |x| x.tan();
        asin asin_into asin_in_place = |x| x.asin();
        acos acos_into acos_in_place = |x| x.acos();
        atan atan_into atan_in_place = |x| x.atan();
        sinh sinh_into sinh_in_place = |x| x.sinh();
        cosh cosh_into cosh_in_place = |x| x.cosh();
        tanh tanh_into tanh_in_place = |x| x.tanh();
        asinh asinh_into asinh_in_place = |x| x.asinh();
        acosh acosh_into acosh_in_place = |x| x.acosh();
        atanh atanh_into atanh_in_place = |x| x.atanh();
        floor floor_into floor_in_place = |x| x.floor();
        ceil ceil_into ceil_in_place = |x| x.ceil();
        round round_into round_in_place = |x| x.round_ties_even();
        erf erf_into erf_in_place = |x| x.erf();
        sigmoid sigmoid_into sigmoid_in_place = |x| x.sigmoid();
        softplus softplus_into softplus_in_place = |x| x.softplus();
        relu relu_into relu_in_place = |x| x.maximum(T::ZERO);
        gelu gelu_into gelu_in_place = |x| x.gelu();
        sigmoid_derivative sigmoid_derivative_into sigmoid_derivative_in_place = |s| s * (T::ONE - s);
        tanh_derivative tanh_derivative_into tanh_derivative_in_place = |y| T::ONE - y * y;
        softplus_derivative softplus_derivative_into softplus_derivative_in_place = |x| x.sigmoid();
        sqrt_derivative sqrt_derivative_into sqrt_derivative_in_place = |y| T::ONE / (y + y);
    }
}

fn check_unary<T: Real>(shape: Shape) {
    let x = values::<T>(shape, 1);
    for (name, scalar, owned, into, in_place) in unary::<T>() {
        let expected: Vec<u64> = all_bits(&x.as_slice().iter().map(|&x| scalar(x)).collect::<Vec<_>>());
        let y = owned(&x);
        assert_eq!(y.shape(), &shape, "{name}");
        assert_eq!(all_bits(y.as_slice()), expected, "{name}");
        let mut out = values::<T>(shape, 2);
        into(&x, &mut out).unwrap();
        assert_eq!(all_bits(out.as_slice()), expected, "{name}_into");
        let mut place = x.clone();
        in_place(&mut place);
        assert_eq!(all_bits(place.as_slice()), expected, "{name}_in_place");
    }
}

#[test]
fn unary_functions_are_the_scalar_ones_in_every_form() {
    let shapes: &[&[usize]] = &[&[], &[0], &[3, 0, 2], &[1], &[7, 5], &[2, 1, 1, 3, 1, 2, 1, 2], &[1111]];
    for shape in &shapes[..if cfg!(miri) { 5 } else { shapes.len() }] {
        check_unary::<f32>(Shape::new(shape).unwrap());
        check_unary::<f64>(Shape::new(shape).unwrap());
    }
}

#[test]
fn the_forms_of_derivatives_agree() {
    let x = values::<f32>(Shape::from([777]), 1);
    macro_rules! check {
        ($($name:ident $into:ident $in_place:ident)*) => {$(
            let y = x.$name();
            let (mut out, mut place) = (Tensor::zeros([777]), x.clone());
            x.$into(&mut out).unwrap();
            place.$in_place();
            assert_eq!(all_bits(out.as_slice()), all_bits(y.as_slice()), stringify!($into));
            assert_eq!(all_bits(place.as_slice()), all_bits(y.as_slice()), stringify!($in_place));
        )*};
    }
    check! {
        relu_derivative relu_derivative_into relu_derivative_in_place
        gelu_derivative gelu_derivative_into gelu_derivative_in_place
        erf_derivative erf_derivative_into erf_derivative_in_place
    }
}

#[test]
fn slices_are_the_methods() {
    let x = values::<f32>(Shape::from([1000]), 3);
    macro_rules! check {
        ($($slice:ident $in_place:ident $method:ident)*) => {$(
            let expected = all_bits(x.$method().as_slice());
            let (mut out, mut place) = (vec![0.0; 1000], x.clone().into_vec());
            slices::$slice(x.as_slice(), &mut out);
            slices::$in_place(&mut place);
            assert_eq!(all_bits(&out), expected, stringify!($slice));
            assert_eq!(all_bits(&place), expected, stringify!($in_place));
        )*};
    }
    check! {
        exp exp_in_place exp
        exp_m1 exp_m1_in_place expm1
        ln ln_in_place ln
        ln_1p ln_1p_in_place log1p
        tanh tanh_in_place tanh
        erf erf_in_place erf
        sigmoid sigmoid_in_place sigmoid
        softplus softplus_in_place softplus
        relu relu_in_place relu
        gelu gelu_in_place gelu
        gelu_derivative gelu_derivative_in_place gelu_derivative
        sqrt sqrt_in_place sqrt
    }
}

#[test]
#[should_panic(expected = "exp: lengths of x and out")]
fn slices_of_unequal_lengths_are_refused() {
    slices::exp(&[0.0, 1.0], &mut [0.0; 3]);
}

#[test]
fn classes_of_numbers() {
    let x = values::<f64>(Shape::from([500]), 1);
    let all = |f: fn(f64) -> bool| x.as_slice().iter().map(|&x| f(x)).collect::<Vec<_>>();
    let mut out = Tensor::full([500], true);
    assert_eq!(x.is_nan().as_slice(), all(f64::is_nan));
    assert_eq!(x.is_inf().as_slice(), all(f64::is_infinite));
    assert_eq!(x.is_finite().as_slice(), all(f64::is_finite));
    x.is_inf_into(&mut out).unwrap();
    assert_eq!(out, x.is_inf());
}

/// Every error of a form names the method and both shapes.
#[test]
fn wrong_shapes_are_refused_with_both() {
    let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let (row, long) = (Tensor::from([1.0, 2.0, 3.0]), Tensor::<f64>::zeros([4]));
    let (mut out, mut mask) = (Tensor::zeros([6]), Tensor::full([6], false));
    let masks = x.greater(&row).unwrap();
    let refusals = [
        ("exp_into", "[2, 3]", "[6]", x.exp_into(&mut out)),
        ("sin_into", "[2, 3]", "[6]", x.sin_into(&mut out)),
        ("add_into", "[2, 3]", "[6]", x.add_into(&row, &mut out)),
        ("add_into", "[2, 3]", "[4]", x.add_into(&long, &mut out)),
        ("power_into", "[2, 3]", "[6]", x.power_into(&row, &mut out)),
        ("clip_into", "[2, 3]", "[6]", x.clip_into(0.0, 1.0, &mut out)),
        ("less_into", "[2, 3]", "[6]", x.less_into(&row, &mut mask)),
        ("is_nan_into", "[2, 3]", "[6]", x.is_nan_into(&mut mask)),
        ("logical_and_into", "[2, 3]", "[6]", masks.logical_and_into(&masks, &mut mask)),
        ("logical_not_into", "[2, 3]", "[6]", masks.logical_not_into(&mut mask)),
        ("where_cond_into", "[2, 3]", "[6]", masks.where_cond_into(&x, &row, &mut out)),
        ("where_cond", "[3]", "[4]", masks.where_cond(&row, &long).map(|_| ())),
        ("where_cond", "[2, 3]", "[4]", masks.where_cond(&Tensor::from(0.0), &long).map(|_| ())),
        ("greater", "[2, 3]", "[4]", x.greater(&long).map(|_| ())),
        ("less_equal", "[2, 3]", "[4]", x.less_equal(&long).map(|_| ())),
        ("add", "[2, 3]", "[4]", Tensor::add(&x, &long).map(|_| ())),
        ("add_in_place", "[3]", "[2, 3]", row.clone().add_in_place(&x)),
        ("remainder_in_place", "[3]", "[2, 3]", row.clone().remainder_in_place(&x)),
        ("logical_or_in_place", "[2, 3]", "[6]", masks.clone().logical_or_in_place(&mask)),
    ];
    for (op, left, right, result) in refusals {
        let text = result.unwrap_err().to_string();
        assert!(text.starts_with(&format!("{op}: ")), "{op}: {text}");
        assert!(text.contains(left) && text.contains(right), "{op}: {text}");
    }
}

#[test]
fn results_beyond_memory_are_refused() {
    // 2⁶² numbers: a shape that there is, and no memory for it; no element of it is looked at.
    let (a, b) = (Shape::from([1 << 31, 1]), Shape::from([1 << 31]));
    assert_eq!(joint_shape(&a, &b, "test").unwrap().size(), 1 << 62);
    assert!(matches!(result_shape::<bool>(&a, &b, "test"), Err(TensorError::TooLarge { .. })));
    assert!(matches!(result_shape::<f32>(&a, &b, "test"), Err(TensorError::TooLarge { .. })));
    let (column, row) = (Tensor::<f64>::zeros([1 << 40, 1, 0]), Tensor::<f64>::zeros([1, 1 << 10, 1]));
    assert_eq!(column.add(&row).unwrap().shape(), &Shape::from([1 << 40, 1 << 10, 0]));
}

#[test]
fn operators_do_what_the_functions_do() {
    let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    let row = Tensor::from([10.0, 20.0]);
    let sum = Tensor::from([[11.0, 22.0], [13.0, 24.0]]);
    assert_eq!(&a + &row, sum);
    assert_eq!(&row + &a, sum);
    assert_eq!(a.clone() + &row, sum);
    assert_eq!(row.clone() + &a, sum, "grows, so it is a new tensor");
    assert_eq!(a.clone() + row.clone(), sum);
    assert_eq!(&a + row.clone(), sum);
    assert_eq!(&sum - &row, a);
    assert_eq!(&a.view() - &row, &a - &row);
    assert_eq!(
        (&a + 1.0, a.clone() - 1.0),
        (Tensor::from([[2.0, 3.0], [4.0, 5.0]]), Tensor::from([[0.0, 1.0], [2.0, 3.0]]))
    );
    assert_eq!((&row * 0.5, row.clone() / 10.0), (Tensor::from([5.0, 10.0]), Tensor::from([1.0, 2.0])));
    assert_eq!((1.0 - &row, 100.0 / &row), (Tensor::from([-9.0, -19.0]), Tensor::from([10.0, 5.0])));
    assert_eq!((-&row, -row.clone()), (Tensor::from([-10.0, -20.0]), Tensor::from([-10.0, -20.0])));
    let mut x = [1.0, 2.0, 3.0, 4.0];
    let mut view = ViewMut::from_mut_slice([2, 2], &mut x).unwrap();
    view += &row;
    view -= &Tensor::from(1.0);
    view *= 2.0;
    view += 4.0;
    view -= 2.0;
    view /= 2.0;
    assert_eq!(x, [11.0, 22.0, 13.0, 24.0]);
    let buffer = Tensor::<f64>::zeros([100]);
    let at = buffer.as_slice().as_ptr();
    let y = -((buffer + &Tensor::from(1.0)) * 2.0);
    assert_eq!(y.as_slice().as_ptr(), at, "the memory of what is given away is used again");
}

#[test]
#[should_panic(expected = "add: shapes [2] and [3] do not broadcast together")]
fn operators_panic_with_the_text_of_the_error() {
    let _ = &Tensor::from([1.0, 2.0]) + &Tensor::from([1.0, 2.0, 3.0]);
}

#[test]
#[should_panic(expected = "subtract_in_place: [3] does not broadcast to [2]")]
fn assignments_too() {
    let mut x = Tensor::from([1.0, 2.0]);
    x -= &Tensor::from([1.0, 2.0, 3.0]);
}
