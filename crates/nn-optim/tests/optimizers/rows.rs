//! Every optimizer of elements with its formula, number by number: add a row, inherit the tests.

use nn_optim::{
    Accumulated, Adadelta, Adagrad, Adam, AdamW, Adamax, Averaged, Groups, Lamb, Lion, Lookahead, Momentum,
    Muon, NAdam, Optimizer, RAdam, RmsProp, Rprop, Sgd, Tensors,
};

/// The new x from (t counted from 1, the rate, x, g), remembering what it has to.
pub(crate) type Naive = Box<dyn FnMut(i32, f64, f64, f64) -> f64>;

pub(crate) struct Row<T> {
    pub(crate) optimizer: Box<dyn Optimizer<T>>,
    pub(crate) naive: fn() -> Naive,
    /// Whether θ shrinks without a gradient.
    pub(crate) decays: bool,
}

fn row<T>(optimizer: impl Optimizer<T> + 'static, naive: fn() -> Naive) -> Row<T>
where
    T: tensor_ops::Real,
{
    Row { optimizer: Box::new(optimizer), naive, decays: false }
}

fn decaying<T: tensor_ops::Real>(optimizer: impl Optimizer<T> + 'static, naive: fn() -> Naive) -> Row<T> {
    Row { decays: true, ..row(optimizer, naive) }
}

/// λ of the rows that decay.
const L: f64 = 0.3;

/// Adam's m and s after t steps, without correction.
fn moments() -> impl FnMut(f64) -> (f64, f64) {
    let (mut m, mut s) = (0.0, 0.0);
    move |g| {
        m = 0.9 * m + 0.1 * g;
        s = 0.999 * s + 0.001 * g * g;
        (m, s)
    }
}

fn adam(l2: f64, decoupled: f64) -> Naive {
    let mut moments = moments();
    Box::new(move |t, a, x, g| {
        let (m, s) = moments(g + l2 * x);
        let (m, s) = (m / (1.0 - 0.9f64.powi(t)), s / (1.0 - 0.999f64.powi(t)));
        x - a * decoupled * x - a * m / (s.sqrt() + 1e-8)
    })
}

fn momentum(gain: fn(i32, f64) -> f64, step: fn(i32, f64, f64, f64) -> f64) -> Naive {
    let mut v = 0.0;
    Box::new(move |t, a, x, g| {
        v = 0.9 * v + gain(t, a) * g;
        x - step(t, a, v, g)
    })
}

fn rmsprop(eps: [f64; 2], mu: f64, centered: bool, rate_inside: bool) -> Naive {
    let (mut s, mut m, mut b) = (0.0, 0.0, 0.0);
    Box::new(move |_, a, x, g| {
        s = 0.99 * s + (1.0 - 0.99) * g * g;
        m = 0.99 * m + (1.0 - 0.99) * g;
        let square = if centered { s - m * m } else { s };
        let u = g / ((square + eps[0]).sqrt() + eps[1]);
        b = mu * b + if rate_inside { a * u } else { u };
        x - if rate_inside { b } else { a * b }
    })
}

fn radam(beta2: f64) -> Naive {
    let (mut m, mut s) = (0.0, 0.0);
    Box::new(move |t, a, x, g| {
        (m, s) = (0.9 * m + 0.1 * g, beta2 * s + (1.0 - beta2) * g * g);
        let (last, power, t) = (2.0 / (1.0 - beta2) - 1.0, beta2.powi(t), f64::from(t));
        let rho = last - 2.0 * t * power / (1.0 - power);
        let m_hat = m / (1.0 - 0.9f64.powf(t));
        if rho <= 5.0 {
            return x - a * m_hat;
        }
        let r = ((rho - 4.0) * (rho - 2.0) * last / ((last - 4.0) * (last - 2.0) * rho)).sqrt();
        x - a * m_hat * r * (1.0 - power).sqrt() / (s.sqrt() + 1e-8)
    })
}

fn nadam(psi: f64) -> Naive {
    let (mut moments, mut product) = (moments(), 1.0);
    Box::new(move |t, a, x, g| {
        let mu = |t: i32| 0.9 * (1.0 - 0.5 * 0.96f64.powf(psi * f64::from(t)));
        let (m, s) = moments(g);
        product *= mu(t);
        let d = (s / (1.0 - 0.999f64.powi(t))).sqrt() + 1e-8;
        let next = mu(t + 1);
        x - a * (1.0 - mu(t)) / (1.0 - product) * g / d - a * next / (1.0 - product * next) * m / d
    })
}

fn momenta<T: tensor_ops::Real>() -> Vec<Row<T>> {
    let (averaged, summed) = (Momentum::averaged(0.1, 0.9), Momentum::summed(0.01, 0.9));
    let folded = Momentum::rate_in_velocity(0.01, 0.9);
    vec![
        row(averaged, || momentum(|_, _| 0.1, |_, a, v, _| a * v)),
        row(averaged.bias_correction(), || momentum(|_, _| 0.1, |t, a, v, _| a * v / (1.0 - 0.9f64.powi(t)))),
        row(averaged.nesterov(), || momentum(|_, _| 0.1, |_, a, v, g| a * (0.9 * v + 0.1 * g))),
        row(averaged.bias_correction().nesterov(), || {
            momentum(
                |_, _| 0.1,
                |t, a, v, g| {
                    let rest = |t| 1.0 - 0.9f64.powi(t);
                    a * (0.9 * v / rest(t + 1) + 0.1 * g / rest(t))
                },
            )
        }),
        row(summed, || momentum(|_, _| 1.0, |_, a, v, _| a * v)),
        row(summed.dampening(0.4), || momentum(|t, _| if t == 1 { 1.0 } else { 0.6 }, |_, a, v, _| a * v)),
        row(summed.nesterov(), || momentum(|_, _| 1.0, |_, a, v, g| a * (0.9 * v + g))),
        row(folded, || momentum(|_, a| a, |_, _, v, _| v)),
        row(folded.nesterov(), || momentum(|_, a| a, |_, a, v, g| 0.9 * v + a * g)),
        decaying(summed.decoupled_weight_decay(L), || {
            let mut inner = momentum(|_, _| 1.0, |_, a, v, _| a * v);
            Box::new(move |t, a, x, g| inner(t, a, x, g) - a * L * x)
        }),
    ]
}

fn adaptive<T: tensor_ops::Real>() -> Vec<Row<T>> {
    vec![
        row(RmsProp::new(0.01), || rmsprop([0.0, 1e-8], 0.0, false, false)),
        row(RmsProp::new(0.01).centered(), || rmsprop([0.0, 1e-8], 0.0, true, false)),
        row(RmsProp::new(0.01).eps(1e-3).eps_inside().momentum(0.5), || {
            rmsprop([1e-3, 0.0], 0.5, false, false)
        }),
        row(RmsProp::new(0.01).centered().momentum(0.5).rate_in_momentum(), || {
            rmsprop([0.0, 1e-8], 0.5, true, true)
        }),
        row(Adagrad::new(0.3).initial_accumulator(0.1).rate_decay(0.1), || {
            let mut s = 0.1;
            Box::new(move |t, a, x, g| {
                s += g * g;
                x - a / (1.0 + 0.1 * f64::from(t - 1)) * g / (s.sqrt() + 1e-10)
            })
        }),
        row(Adagrad::new(0.3).eps(1e-3).eps_inside(), || {
            let mut s = 0.0;
            Box::new(move |_, a, x, g| {
                s += g * g;
                x - a * g / (s + 1e-3f64).sqrt()
            })
        }),
        row(Adadelta::new(0.3).eps(1e-2), || {
            let (mut s, mut d2) = (0.0, 0.0);
            Box::new(move |_, a, x, g| {
                s = 0.9 * s + (1.0 - 0.9) * g * g;
                let d = ((d2 + 1e-2) / (s + 1e-2)).sqrt() * g;
                d2 = 0.9 * d2 + (1.0 - 0.9) * d * d;
                x - a * d
            })
        }),
        row(Lion::new(0.002), || {
            let mut m = 0.0f64;
            Box::new(move |_, a, x, g| {
                let c = 0.9 * m + 0.1 * g;
                m = 0.99 * m + (1.0 - 0.99) * g;
                x - a * if c == 0.0 { 0.0 } else { c.signum() }
            })
        }),
        row(Rprop::new(0.01), || {
            let (mut before, mut step) = (0.0, 0.01);
            Box::new(move |_, a, x, g| {
                let (turn, mut g) = (before * g, g);
                if turn > 0.0 {
                    step = f64::min(step * 1.2, 50.0);
                }
                if turn < 0.0 {
                    (step, g) = (f64::max(step * 0.5, 1e-6), 0.0);
                }
                before = g;
                x - a / 0.01 * step * if g == 0.0 { 0.0 } else { g.signum() }
            })
        }),
    ]
}

fn adams<T: tensor_ops::Real>() -> Vec<Row<T>> {
    vec![
        row(Adam::new(0.05), || adam(0.0, 0.0)),
        row(Adam::new(0.05).eps(1e-2).eps_hat(), || {
            let mut moments = moments();
            Box::new(move |t, a, x, g| {
                let (m, s) = moments(g);
                let a = a * (1.0 - 0.999f64.powi(t)).sqrt() / (1.0 - 0.9f64.powi(t));
                x - a * m / (s.sqrt() + 1e-2)
            })
        }),
        row(Adam::new(0.001).without_bias_correction(), || {
            let mut moments = moments();
            Box::new(move |_, a, x, g| {
                let (m, s) = moments(g);
                x - a * m / (s.sqrt() + 1e-8)
            })
        }),
        row(Adam::new(0.05).amsgrad(), || {
            let (mut moments, mut most) = (moments(), 0.0f64);
            Box::new(move |t, a, x, g| {
                let (m, s) = moments(g);
                most = most.max(s);
                let d = (most / (1.0 - 0.999f64.powi(t))).sqrt() + 1e-8;
                x - a * m / (1.0 - 0.9f64.powi(t)) / d
            })
        }),
        decaying(Adam::new(0.05).weight_decay(L), || adam(L, 0.0)),
        decaying(AdamW::new(0.05).weight_decay(L), || adam(0.0, L)),
        row(Adamax::new(0.02), || {
            let (mut m, mut u) = (0.0, 0.0f64);
            Box::new(move |t, a, x, g| {
                m = 0.9 * m + 0.1 * g;
                u = (0.999 * u).max(g.abs() + 1e-8);
                x - a / (1.0 - 0.9f64.powi(t)) * m / u
            })
        }),
        row(Adamax::new(0.02).eps(1e-2).eps_outside(), || {
            let (mut m, mut u) = (0.0, 0.0f64);
            Box::new(move |t, a, x, g| {
                m = 0.9 * m + 0.1 * g;
                u = (0.999 * u).max(g.abs());
                x - a / (1.0 - 0.9f64.powi(t)) * m / (u + 1e-2)
            })
        }),
        row(NAdam::new(0.02), || nadam(0.004)),
        row(NAdam::new(0.02).momentum_decay(1.0), || nadam(1.0)),
        row(RAdam::new(0.02), || radam(0.999)),
        // ρ∞ = 3: it never gets beyond momentum.
        row(RAdam::new(0.02).betas(0.9, 0.5), || radam(0.5)),
    ]
}

/// Optimizers around optimizers.
fn wrapped<T: tensor_ops::Real>() -> Vec<Row<T>> {
    vec![
        row(Lookahead::new(Adam::new(0.05), 3, 0.4), || {
            let (mut inner, mut slow) = (adam(0.0, 0.0), None);
            Box::new(move |t, a, x, g| {
                let from = *slow.get_or_insert(x);
                let x = inner(t, a, x, g);
                if t % 3 > 0 {
                    return x;
                }
                let to = from + 0.4 * (x - from);
                slow = Some(to);
                to
            })
        }),
        row(Averaged::exponential(Adam::new(0.05), 0.9), || adam(0.0, 0.0)),
        row(Averaged::equal(Adam::new(0.05), 2, 3), || adam(0.0, 0.0)),
        row(Accumulated::new(Adam::new(0.05), 3), || {
            let (mut inner, mut sum) = (adam(0.0, 0.0), 0.0);
            Box::new(move |t, a, x, g| {
                sum += g / 3.0;
                if t % 3 > 0 { x } else { inner(t / 3, a, x, std::mem::take(&mut sum)) }
            })
        }),
    ]
}

pub(crate) fn all<T: tensor_ops::Real>() -> Vec<Row<T>> {
    let sgd = vec![
        row(Sgd::new(0.1), || Box::new(|_, a, x, g| x - a * g)),
        decaying(Sgd::new(0.1).weight_decay(L), || Box::new(|_, a, x, g| x - a * (g + L * x))),
        decaying(Sgd::new(0.1).decoupled_weight_decay(L), || Box::new(|_, a, x, g| x - a * L * x - a * g)),
    ];
    [sgd, momenta(), adaptive(), adams(), wrapped()].into_iter().flatten().collect()
}

/// Every optimizer for θ of length n, with groups of several kinds too.
pub(crate) fn all_for<T: tensor_ops::Real>(n: usize) -> Vec<Box<dyn Optimizer<T>>> {
    let mut all: Vec<Box<dyn Optimizer<T>>> = all().into_iter().map(|row| row.optimizer).collect();
    let (a, b) = (n / 3, n / 2);
    let tensors = Tensors::new([("a", 0..a), ("b", a..b), ("c", b..n)]).unwrap();
    let boxed = |optimizer: AdamW| -> Box<dyn Optimizer<T>> { Box::new(optimizer) };
    let groups = Groups::new(boxed(AdamW::new(0.05)), &tensors)
        .group("b", Box::new(Adagrad::new(0.1).initial_accumulator(0.5)))
        .and_then(|groups| groups.scale_rate("c", 0.3));
    all.push(Box::new(groups.unwrap()));
    all.push(Box::new(Lamb::new(0.05, &tensors)));
    let row = Tensors::with_shapes([("row", [1, n])]).unwrap();
    all.push(Box::new(Muon::new(0.02, &row, "*").unwrap()));
    all
}
