//! Reports as data, with the feature `serde`.

use serde_core::ser::{SerializeMap, SerializeStruct};
use serde_core::{Serialize, Serializer};

use crate::{Band, Element, Hint, Missing, Report, Tensor, Verdict};

/// One word.
impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.key())
    }
}

/// One word.
impl Serialize for Band {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.key())
    }
}

/// Its key, what it says with it, and the sentence: `{"kind": "ratio", "value": 2.0, "text": "…"}`.
impl Serialize for Hint {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("kind", self.key())?;
        match self {
            Hint::Ratio(value) | Hint::BatchSize(value) | Hint::Penalty(value) => {
                map.serialize_entry("value", value)?;
            }
            Hint::Sample(Missing::First) => map.serialize_entry("value", "first")?,
            Hint::Sample(Missing::Last) => map.serialize_entry("value", "last")?,
            Hint::Rows(rows) => map.serialize_entry("value", &[rows.start, rows.end])?,
            Hint::Element(index) => map.serialize_entry("value", index)?,
            _ => {}
        }
        map.serialize_entry("text", &self.to_string())?;
        map.end()
    }
}

impl Serialize for Element {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut out = to.serialize_struct("Element", 5)?;
        out.serialize_field("index", &self.index)?;
        out.serialize_field("analytic", &self.analytic)?;
        out.serialize_field("numeric", &self.numeric)?;
        out.serialize_field("noise", &self.noise)?;
        out.serialize_field("verdict", &self.verdict)?;
        out.end()
    }
}

impl Serialize for Tensor {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut out = to.serialize_struct("Tensor", 13)?;
        out.serialize_field("name", &self.name)?;
        out.serialize_field("part", &self.part)?;
        out.serialize_field("shape", self.shape.as_slice())?;
        out.serialize_field("verdict", &self.verdict)?;
        out.serialize_field("distance", &self.distance)?;
        out.serialize_field("band", &self.band())?;
        out.serialize_field("compared", &self.compared)?;
        out.serialize_field("excluded", &self.excluded)?;
        out.serialize_field("inconclusive", &self.inconclusive)?;
        out.serialize_field("directions", &self.directions())?;
        out.serialize_field("wrong_by_direction", &self.is_wrong_by_direction())?;
        out.serialize_field("hints", self.hints())?;
        out.serialize_field("worst", &self.worst)?;
        out.end()
    }
}

/// ```
/// let report = nn_check::check_gradient(|t| t[0] * t[0], &[1.0], &[4.0]);
/// let json = serde_json::to_value(&report).unwrap();
/// assert_eq!(json["verdict"], "wrong");
/// assert_eq!(json["tensors"][0]["hints"][0]["kind"], "ratio");
/// ```
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut out = to.serialize_struct("Report", 5)?;
        out.serialize_field("verdict", &self.verdict())?;
        out.serialize_field("distance", &self.distance())?;
        out.serialize_field("compared", &self.compared())?;
        out.serialize_field("elements", &self.elements())?;
        out.serialize_field("tensors", &self.tensors)?;
        out.end()
    }
}
