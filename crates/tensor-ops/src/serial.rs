//! Shapes and tensors through serde: a shape is the list of its lengths, a tensor `{shape, data}`.
//!
//! What is read is not trusted: a list grows with what is there, never with what is claimed, and a shape is checked
//! before anything is made of it.
//!
//! JSON has no NaN and no infinities: `serde_json` writes them as `null`, which is refused as a number when read. And it
//! reads long numbers with the right last bit only with its feature `float_roundtrip`.

use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_core::ser::SerializeStruct;
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Element, MAX_RANK, Shape, Tensor};

/// A list of lengths.
impl Serialize for Shape {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// Refuses what [`Shape::new`] refuses.
impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_seq(Lengths)
    }
}

struct Lengths;

impl<'de> Visitor<'de> for Lengths {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {MAX_RANK} axis lengths")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Shape, A::Error> {
        let (mut lengths, mut rank) = ([0; MAX_RANK], 0);
        while let Some(n) = list.next_element::<usize>()? {
            *lengths.get_mut(rank).ok_or_else(|| Error::invalid_length(rank + 1, &self))? = n;
            rank += 1;
        }
        Shape::new(&lengths[..rank]).map_err(Error::custom)
    }
}

/// `{shape, data}`, the elements in row-major order; views too.
///
/// ```
/// use tensor_ops::Tensor;
/// let x = Tensor::from([[1.0, 2.0], [3.0, 4.5]]);
/// let text = serde_json::to_string(&x).unwrap();
/// assert_eq!(text, r#"{"shape":[2,2],"data":[1.0,2.0,3.0,4.5]}"#);
/// assert_eq!(serde_json::from_str::<Tensor<f64>>(&text).unwrap(), x);
/// ```
impl<T: Element + Serialize, S: AsRef<[T]>> Serialize for Tensor<T, S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let mut fields = serializer.serialize_struct("Tensor", 2)?;
        fields.serialize_field("shape", self.shape())?;
        fields.serialize_field("data", self.as_slice())?;
        fields.end()
    }
}

/// Refuses shapes that cannot be, and data of another length than the shape has elements. Unknown fields are passed over.
impl<'de, T: Element + Deserialize<'de>> Deserialize<'de> for Tensor<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tensor<T>, D::Error> {
        deserializer.deserialize_struct("Tensor", &["shape", "data"], Fields(PhantomData))
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Element + Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = Tensor<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tensor: its shape and its data")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<Tensor<T>, A::Error> {
        let shape = fields.next_element()?.ok_or_else(|| Error::invalid_length(0, &self))?;
        let data = fields.next_element()?.ok_or_else(|| Error::invalid_length(1, &self))?;
        tensor(shape, data)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Tensor<T>, A::Error> {
        let (mut shape, mut data) = (None, None);
        while let Some(name) = fields.next_key::<Field>()? {
            match name {
                Field::Shape if shape.is_some() => return Err(Error::duplicate_field("shape")),
                Field::Data if data.is_some() => return Err(Error::duplicate_field("data")),
                Field::Shape => shape = Some(fields.next_value()?),
                Field::Data => data = Some(fields.next_value()?),
                Field::Other => _ = fields.next_value::<IgnoredAny>()?,
            }
        }
        let shape = shape.ok_or_else(|| Error::missing_field("shape"))?;
        tensor(shape, data.ok_or_else(|| Error::missing_field("data"))?)
    }
}

fn tensor<T: Element, E: Error>(shape: Shape, data: Vec<T>) -> Result<Tensor<T>, E> {
    Tensor::with_storage(shape, data, "deserialize").map_err(Error::custom)
}

enum Field {
    Shape,
    Data,
    Other,
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Field, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Field;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name or the number of a field")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Field, E> {
                Ok(match name {
                    "shape" => Field::Shape,
                    "data" => Field::Data,
                    _ => Field::Other,
                })
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Field, E> {
                Ok([Field::Shape, Field::Data].into_iter().nth(number as usize).unwrap_or(Field::Other))
            }
        }
        deserializer.deserialize_identifier(Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read<T: for<'a> Deserialize<'a> + Element>(text: &str) -> Result<Tensor<T>, String> {
        serde_json::from_str(text).map_err(|e| e.to_string())
    }

    proptest! {
        #[test]
        fn there_and_back(lengths in prop::collection::vec(0usize..4, 0..6), seed: u64) {
            let x = Tensor::<f64>::randn(Shape::new(&lengths).unwrap(), seed);
            let value = serde_json::to_value(&x).unwrap();
            prop_assert_eq!(&serde_json::to_value(x.view()).unwrap(), &value);
            let again: Tensor<f64> = serde_json::from_value(value).unwrap();
            prop_assert_eq!(again, x.clone());
            // Sixteenths have few digits: serde_json reads longer ones only to the last bit but one.
            let x = x.map(|x| (x * 16.0).floor() / 16.0);
            prop_assert_eq!(read::<f64>(&serde_json::to_string(&x).unwrap()).unwrap(), x);
        }

        #[test]
        fn no_text_panics(text in r#"\{"shape":\[[0-9, ]{0,12}\],"data":\[[0-9.,e]{0,12}\]\}"#, cut in 0usize..40) {
            let _ = read::<f32>(&text);
            let _ = read::<f32>(&text[..cut.min(text.len())]);
        }
    }

    #[test]
    fn every_element_type_comes_back() {
        assert_eq!(
            read::<bool>(r#"{"shape":[2],"data":[true,false]}"#).unwrap(),
            Tensor::from([true, false])
        );
        assert_eq!(
            read::<usize>(r#"{"data":[3],"note":{"a":[1]},"shape":[1]}"#).unwrap(),
            Tensor::from([3usize])
        );
        assert_eq!(read::<f32>(r#"[[2],[0.5,1e30]]"#).unwrap(), Tensor::from([0.5f32, 1e30]));
        assert_eq!(read::<f32>(r#"{"shape":[],"data":[1]}"#).unwrap(), Tensor::from(1.0f32));
        assert_eq!(read::<f64>(r#"{"shape":[0,3],"data":[]}"#).unwrap().shape(), &Shape::from([0, 3]));
    }

    #[test]
    fn hostile_input_is_refused_with_its_reason() {
        for (text, word) in [
            (r#"{"shape":[2,3],"data":[1]}"#, "[2, 3] has 6 elements, got 1"),
            (r#"{"shape":[4294967296,4294967296],"data":[]}"#, "more elements than memory"),
            (r#"{"shape":[0,18446744073709551615,2],"data":[]}"#, "more elements than memory"),
            (r#"{"shape":[9223372036854775807],"data":[1]}"#, "got 1"),
            (r#"{"shape":[1,1,1,1,1,1,1,1,1],"data":[1]}"#, "at most 8"),
            (r#"{"shape":[-1],"data":[1]}"#, "-1"),
            (r#"{"shape":[1]}"#, "data"),
            (r#"{"data":[1]}"#, "shape"),
            (r#"{"shape":[1],"shape":[1],"data":[1]}"#, "duplicate"),
            (r#"{"shape":[1],"data":[null]}"#, "null"),
            (r#"[[1]]"#, "length 1"),
            (r#"7"#, "a tensor"),
        ] {
            let error = read::<f64>(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
