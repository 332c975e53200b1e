//! Numbers, text and lists as bytes: little-endian, each list with its length in front.

use tensor_ops::Real;

/// Bytes that grow.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    pub(super) bytes: Vec<u8>,
}

impl Encoder {
    pub(super) fn u64(&mut self, x: u64) {
        self.bytes.extend_from_slice(&x.to_le_bytes());
    }

    pub(super) fn f64(&mut self, x: f64) {
        self.u64(x.to_bits());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.u64(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(super) fn numbers<T: Real>(&mut self, numbers: &[T]) {
        self.u64(numbers.len() as u64);
        self.bytes.reserve(size_of_val(numbers));
        for x in numbers {
            self.bytes.extend_from_slice(&x.bits().to_le_bytes()[..size_of::<T>()]);
        }
    }

    pub(super) fn list<U>(&mut self, items: &[U], mut item: impl FnMut(&mut Encoder, &U)) {
        self.u64(items.len() as u64);
        items.iter().for_each(|x| item(self, x));
    }

    pub(super) fn option<U>(&mut self, value: Option<U>, some: impl FnOnce(&mut Encoder, U)) {
        self.u64(u64::from(value.is_some()));
        if let Some(value) = value {
            some(self, value);
        }
    }
}

/// Bytes that are read; an error says what was missing.
#[derive(Debug)]
pub(super) struct Decoder<'b> {
    pub(super) bytes: &'b [u8],
}

type Result<T> = std::result::Result<T, String>;

impl<'b> Decoder<'b> {
    fn take(&mut self, n: u64) -> Result<&'b [u8]> {
        let n = usize::try_from(n).ok().filter(|n| *n <= self.bytes.len());
        let (taken, rest) = self.bytes.split_at(n.ok_or("it ends too early")?);
        self.bytes = rest;
        Ok(taken)
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into().expect("8 bytes")))
    }

    pub(super) fn f64(&mut self) -> Result<f64> {
        Ok(f64::from_bits(self.u64()?))
    }

    pub(super) fn text(&mut self) -> Result<String> {
        let n = self.u64()?;
        String::from_utf8(self.take(n)?.to_vec()).map_err(|_| "a text that is none".to_string())
    }

    pub(super) fn numbers<T: Real>(&mut self) -> Result<Vec<T>> {
        let size = size_of::<T>();
        let n = self.u64()?.checked_mul(size as u64).ok_or("a length that cannot be")?;
        let bytes = self.take(n)?;
        let number = |bytes: &[u8]| match size {
            4 => T::from_f64(f64::from(f32::from_le_bytes(bytes.try_into().expect("4 bytes")))),
            _ => T::from_f64(f64::from_le_bytes(bytes.try_into().expect("8 bytes"))),
        };
        Ok(bytes.chunks_exact(size).map(number).collect())
    }

    pub(super) fn list<U>(&mut self, mut item: impl FnMut(&mut Self) -> Result<U>) -> Result<Vec<U>> {
        let n = self.u64()?;
        let mut items = Vec::new(); // a length that cannot be ends with the bytes
        for _ in 0..n {
            items.push(item(self)?);
        }
        Ok(items)
    }

    pub(super) fn option<U>(&mut self, some: impl FnOnce(&mut Self) -> Result<U>) -> Result<Option<U>> {
        match self.u64()? {
            0 => Ok(None),
            1 => Ok(Some(some(self)?)),
            _ => Err("neither something nor nothing".to_string()),
        }
    }
}
