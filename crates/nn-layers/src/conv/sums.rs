//! The gradient of the bias.

use std::ops::Range;

use tensor_ops::{Real, simd};

/// db = Σ dy over samples and places, for some channels: `channel` elements each, `sample` in a sample.
pub(super) fn sum_channels<T: Real>(
    dy: &[T],
    sample: usize,
    channel: usize,
    channels: Range<usize>,
    db: &mut [T],
) {
    const LANES: usize = 16;
    simd::dispatch(
        #[inline(always)]
        || {
            for (db, c) in db.iter_mut().zip(channels) {
                let mut sums = [T::ZERO; LANES];
                for dy in dy.chunks_exact(sample) {
                    let (blocks, rest) = dy[c * channel..(c + 1) * channel].as_chunks::<LANES>();
                    for block in blocks {
                        for l in 0..LANES {
                            sums[l] += block[l];
                        }
                    }
                    for (l, &dy) in rest.iter().enumerate() {
                        sums[l] += dy;
                    }
                }
                let mut half = LANES / 2;
                while half > 0 {
                    for l in 0..half {
                        sums[l] += sums[l + half];
                    }
                    half /= 2;
                }
                *db = sums[0];
            }
        },
    );
}
