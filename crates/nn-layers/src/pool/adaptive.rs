//! Pools that are told the size of their output.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

use super::sweep;
use super::window::Grid;

/// An adaptive pool: its name, what it does, its forward and backward functions.
macro_rules! adaptive {
    ($pool:ident, [$one:ident, $two:ident, $three:ident], $what:literal, $example:literal,
     |$grid:ident, $x:ident, $y:ident| $forward:expr, |$dy:ident, $dx:ident| $backward:expr) => {
        #[doc = concat!("y = the ", $what, " of x over cells that cover the last `N` axes, one to three: as many cells as asked for,")]
        /// whatever the size of x.
        ///
        #[doc = concat!("| | shape of `", stringify!($two), "` |")]
        /// |---|---|
        /// | x | `(m, C, H, W)` |
        /// | y | `(m, C, H', W')` as asked for |
        ///
        /// Cell i of H' covers the rows from ⌊i·H/H'⌋ to ⌈(i + 1)·H/H'⌉, the latter not included, as in PyTorch: where H' does not
        /// divide H, cells overlap.
        ///
        /// ```
        /// use nn_core::{Layer, Model};
        #[doc = concat!("use nn_layers::", stringify!($one), ";")]
        #[doc = concat!("let model: Model<f32> = ", stringify!($one), "::new([2]).init([1, 3], 0)?;")]
        #[doc = concat!("assert_eq!(model.predict(&[[[1.0, 3.0, 4.0]]].into())?, [[", $example, "]].into());")]
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Debug, Clone, Copy)]
        pub struct $pool<const N: usize> {
            cells: [Option<usize>; N],
        }

        #[doc = concat!("[`", stringify!($pool), "`] over sequences, `(m, C, W)`.")]
        pub type $one = $pool<1>;
        #[doc = concat!("[`", stringify!($pool), "`] over images, `(m, C, H, W)`.")]
        pub type $two = $pool<2>;
        #[doc = concat!("[`", stringify!($pool), "`] over volumes, `(m, C, D, H, W)`.")]
        pub type $three = $pool<3>;

        impl<const N: usize> $pool<N> {
            /// So many cells along each axis.
            pub fn new(cells: [usize; N]) -> $pool<N> {
                $pool { cells: cells.map(Some) }
            }

            /// As [`new`](Self::new), where an axis without a number keeps its length.
            pub fn keeping(cells: [Option<usize>; N]) -> $pool<N> {
                $pool { cells }
            }

            fn grid(&self, input: &Shape) -> Grid {
                Grid::of_cells(input, self.cells).expect("checked in `plan`")
            }
        }

        impl<const N: usize> Op for $pool<N> {
            fn name(&self) -> &'static str {
                [stringify!($pool), stringify!($one), stringify!($two), stringify!($three)][N.min(3)]
            }

            fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
                let grid = Grid::of_cells(&inputs[0], self.cells)?;
                Ok(Plan::new(grid.output::<N>()?).flops(grid.flops()))
            }
        }

        impl<T: Real, const N: usize> Kernel<T> for $pool<N> {
            fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
                let ($grid, $x, $y) = (&self.grid(pass.x[0].shape()), pass.x[0].data(), y.data());
                $forward
            }

            fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
                let ($grid, $x) = (&self.grid(pass.x[0].shape()), pass.x[0].data());
                let ($dy, $dx) = (pass.dy.data(), dx[0].data());
                let _ = $x;
                $backward
            }
        }
    };
}

adaptive!(
    AdaptiveAvgPool,
    [AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d],
    "mean",
    "[2.0, 3.5]",
    |grid, x, y| sweep::mean(grid, sweep::seen, x, y),
    |dy, dx| sweep::mean_back(grid, sweep::seen, dy, dx)
);
adaptive!(
    AdaptiveMaxPool,
    [AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d],
    "largest",
    "[3.0, 4.0]",
    |grid, x, y| sweep::max(grid, x, y),
    |dy, dx| sweep::max_back(grid, x, dy, dx)
);

#[cfg(test)]
nn_check::suite!(
    AdaptiveAvgPool2d::new([2, 3]), input: [2, 5, 4], batch: 3, refuses: [&[5, 4], &[2, 0, 4], &[1, 2, 5, 4]]
);
#[cfg(test)]
nn_check::suite!(avg_of_sequences: AdaptiveAvgPool1d::new([5]), input: [2, 3], batch: 2);
#[cfg(test)]
nn_check::suite!(avg_of_volumes: AdaptiveAvgPool3d::keeping([Some(1), None, Some(2)]), input: [1, 3, 2, 5], batch: 2);
#[cfg(test)]
nn_check::suite!(
    max: AdaptiveMaxPool2d::new([2, 3]), input: [2, 5, 4], batch: 3, refuses: [&[5, 4], &[2, 0, 4], &[1, 2, 5, 4]]
);
#[cfg(test)]
nn_check::suite!(max_of_sequences: AdaptiveMaxPool1d::new([3]), input: [2, 8], batch: 2);
#[cfg(test)]
nn_check::suite!(max_of_volumes: AdaptiveMaxPool3d::keeping([Some(1), None, Some(2)]), input: [1, 3, 2, 5], batch: 2);
