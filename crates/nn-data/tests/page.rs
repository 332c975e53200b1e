//! The program that `docs/data.md` shows, block by block.
#![cfg(feature = "csv")]

#[test]
fn from_a_file_to_batches() -> Result<(), Box<dyn std::error::Error>> {
    let people = "\
age,city,income,bought
34,Lyon,2100,no
,Paris,3900,yes
51,Lyon,NA,yes
23,Nice,1800,no
44,Paris,3100,yes
";

    use nn_data::files::{Csv, Missing};

    let csv = Csv::new().classes("bought").missing(Missing::Keep);
    let table = csv.read_from::<f32>(people.as_bytes(), "people.csv")?; // of a file: csv.read("people.csv")?
    assert_eq!(table.inputs().shape().as_slice(), [5, 3]);

    use nn_data::{Moments, Standardizer};

    let numbers = "a,b\n1,10\n2,20\n3,30\n";
    let plain = Csv::new();
    let schema = plain.read_from::<f64>(numbers.as_bytes(), "numbers")?.schema().clone(); // of a file: plain.schema(path)?
    let mut rows = plain.rows_from(numbers.as_bytes(), "numbers", &schema)?;
    let mut moments = Moments::new(2);
    while let Some(portion) = rows.next::<f64>(2)? {
        moments.observe(portion.inputs().as_slice());
    }
    assert_eq!(Standardizer::of(&moments.finish()).mean(), [2.0, 20.0]);

    let (train, test) = table.split(0.8, 0)?;

    use nn_data::{Columns, Imputer, OneHot, Pipeline, Transform, Unknown};

    let (pipeline, _) = Pipeline::fit(&train)
        .then(Imputer::median)?
        .then(|x| {
            let cities = |x: &_| Ok(OneHot::fit(x)?.unknown(Unknown::Accept)); // a city that the training part lacks
            Ok(Columns::fit(x)?.on(&[1], cities)?.on(&[0, 2], Standardizer::fit)?.done())
        })?
        .done();
    let train = pipeline.apply(train)?.0.into_dataset()?;
    let test = pipeline.apply(test)?.0.into_dataset()?;
    assert_eq!((train.len(), test.len()), (4, 1));

    use nn_data::{Augment, Batches};

    let mut batches = Batches::mini(&train, 2, 0)?.augmented(Augment::new().noise(0.01))?;
    for epoch in 0..20 {
        batches.enter(epoch, 0); // any epoch, any position: order and noise are functions of (seed, epoch, place)
        while let Some(batch) = batches.next() {
            assert_eq!(batch.samples, 2); // batch.inputs, batch.targets: slices of one buffer that is reused
        }
    }
    Ok(())
}

/// The page shows this program, and nothing else: spaces do not count.
#[test]
fn the_page_shows_this_program() {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let (page, program) = (include_str!("../../../docs/data.md"), bare(include_str!("page.rs")));
    let mut at = 0;
    let blocks = page.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    for block in blocks.map(bare) {
        let place = program[at..].find(&block);
        assert!(place.is_some(), "this block of docs/data.md is not in the program: {block}");
        at += place.unwrap_or(0) + block.len();
    }
    assert!(at > 1000, "the page has blocks");
}
