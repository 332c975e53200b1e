//! Batches allocate nothing once they are there.

use nn_data::{Augment, Batches, Dataset, Targets};
use tensor_ops::{Tensor, pool};

#[test]
fn nothing_is_allocated_for_a_batch() {
    let images = Tensor::<f32>::randn([100, 1, 8, 8], 0);
    let labels = (0..100).map(|i| i % 10).collect();
    let set = Dataset::new(images, Targets::Classes { labels, classes: 10 }).unwrap();
    let plain = Batches::mini(&set, 16, 0).unwrap();
    let weighted = Batches::balanced(&set, 16, 0).unwrap();
    let augment = Augment::new().flip().shift(1).crop(6, 6).noise(0.1).mix_up(0.2);
    let augmented = Batches::mini(&set, 16, 0).unwrap().augmented(augment).unwrap();
    for mut batches in [plain, weighted, augmented] {
        // On this thread, whose allocations are counted.
        let count = pool::in_place(|| {
            allocation_counter::measure(|| {
                for epoch in 0..3 {
                    batches.enter(epoch, 0);
                    while let Some(batch) = batches.next() {
                        std::hint::black_box(batch.inputs);
                    }
                }
            })
        });
        assert_eq!(count.count_total, 0);
    }
}
