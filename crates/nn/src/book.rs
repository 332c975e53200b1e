//! The pages of the book: their code blocks are tests.

macro_rules! pages {
    ($($name:ident $page:literal)*) => {
        $(#[doc = include_str!(concat!("../../../docs/book/src/", $page, ".md"))] struct $name;)*
    };
}

pages! {
    NormalisingInputs "normalising_inputs"
    DepthAndInitialisation "depth_and_initialisation"
    GradientCheck "gradient_check"
    MiniBatches "mini_batches"
    MovingAverages "moving_averages"
    Optimizers "optimizers"
    LearningRateDecay "learning_rate_decay"
    SaddlePoints "saddle_points"
    Softmax "softmax"
    DotAndMultiply "dot_and_multiply"
    Regularisation "regularisation"
    Hyperparameters "hyperparameters"
}
