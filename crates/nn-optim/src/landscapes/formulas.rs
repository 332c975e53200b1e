//! The functions, each with its gradient beside it.

use tensor_ops::Real;

fn n<T: Real>(x: f64) -> T {
    T::from_f64(x)
}

/// ½ Σ λᵢ xᵢ²; ∂/∂xᵢ = λᵢ xᵢ
pub(super) fn bowl<T: Real>(condition: f64, x: &[T], g: &mut [T]) -> T {
    let last = x.len().saturating_sub(1).max(1) as f64;
    let mut value = T::ZERO;
    for i in 0..x.len() {
        g[i] = n::<T>(condition.powf(i as f64 / last)) * x[i];
        value += n::<T>(0.5) * g[i] * x[i];
    }
    value
}

/// a² + 100 b², a = 1-x, b = y-x²; ∂/∂x = -2a - 400 x b, ∂/∂y = 200 b
pub(super) fn rosenbrock<T: Real>([x, y]: [T; 2]) -> (T, [T; 2]) {
    let (a, b) = (T::ONE - x, y - x * x);
    (a * a + n::<T>(100.0) * b * b, [n::<T>(-2.0) * a - n::<T>(400.0) * x * b, n::<T>(200.0) * b])
}

/// Σ rᵢ², rᵢ = cᵢ - x (1-yⁱ); ∂/∂x = -2 Σ rᵢ (1-yⁱ), ∂/∂y = 2 Σ rᵢ x i yⁱ⁻¹
pub(super) fn beale<T: Real>([x, y]: [T; 2]) -> (T, [T; 2]) {
    let (mut value, mut dx, mut dy) = (T::ZERO, T::ZERO, T::ZERO);
    let mut power = T::ONE; // yⁱ⁻¹
    for (i, c) in [(1.0, 1.5), (2.0, 2.25), (3.0, 2.625)] {
        let rest = T::ONE - power * y;
        let r = n::<T>(c) - x * rest;
        value += r * r;
        dx -= n::<T>(2.0) * r * rest;
        dy += n::<T>(2.0 * i) * r * x * power;
        power *= y;
    }
    (value, [dx, dy])
}

/// a² + b², a = x²+y-11, b = x+y²-7; ∂/∂x = 4 a x + 2 b, ∂/∂y = 2 a + 4 b y
pub(super) fn himmelblau<T: Real>([x, y]: [T; 2]) -> (T, [T; 2]) {
    let (a, b) = (x * x + y - n(11.0), x + y * y - n(7.0));
    let (two, four) = (n::<T>(2.0), n::<T>(4.0));
    (a * a + b * b, [four * a * x + two * b, two * a + four * b * y])
}

/// x² - y²; (2x, -2y)
pub(super) fn saddle<T: Real>([x, y]: [T; 2]) -> (T, [T; 2]) {
    (x * x - y * y, [n::<T>(2.0) * x, n::<T>(-2.0) * y])
}

/// x³ - 3 x y²; (3x² - 3y², -6 x y)
pub(super) fn monkey_saddle<T: Real>([x, y]: [T; 2]) -> (T, [T; 2]) {
    let three = n::<T>(3.0);
    (x * x * x - three * x * y * y, [three * (x * x - y * y), n::<T>(-6.0) * x * y])
}

/// 1 - e, e = exp(-(x²+y²)/2); (x e, y e)
pub(super) fn plateau<T: Real>([x, y]: [T; 2]) -> (T, [T; 2]) {
    let exponent = n::<T>(-0.5) * (x * x + y * y);
    let e = exponent.exp();
    // 1 - e would have lost all digits near the minimum.
    (-exponent.exp_m1(), [x * e, y * e])
}
