//! Little-endian writer and checked reader that every message uses.
//!
//! Lists are a `u32` count and the items; counts are checked against the bytes that are left, so a
//! hostile count cannot make the reader allocate. Refuses to know any message.

use crate::error::{Error, Result};

/// Appends values to a growing message.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// A message that will have about so many bytes: long ones are not copied while they grow.
    pub fn with_room(bytes: usize) -> Result<Writer> {
        Ok(Writer { bytes: roomy(bytes)? })
    }

    /// The finished message.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Four bytes.
    pub fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Eight bytes.
    pub fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A size, which was checked to be under 2^31 when its shape was made.
    pub fn size(&mut self, value: usize) {
        self.u32(value as u32);
    }

    /// A count and that many sizes.
    pub fn sizes(&mut self, values: &[usize]) {
        self.size(values.len());
        for &value in values {
            self.size(value);
        }
    }

    /// A byte count and the bytes.
    pub fn blob(&mut self, bytes: &[u8]) {
        self.size(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// Text as UTF-8.
    pub fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }
}

/// Reads a message front to back.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the front of a message.
    pub const fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, tail) = self
            .bytes
            .split_at_checked(count)
            .ok_or_else(|| Error::runtime("engine message is truncated"))?;
        self.bytes = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut result = [0; N];
        result.copy_from_slice(self.take(N)?);
        Ok(result)
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    /// Four bytes.
    pub fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Eight bytes.
    pub fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A size.
    pub fn size(&mut self) -> Result<usize> {
        Ok(self.u32()? as usize)
    }

    /// A count of items that take at least `item_bytes` each.
    pub fn count(&mut self, item_bytes: usize) -> Result<usize> {
        let count = self.size()?;
        if count.saturating_mul(item_bytes.max(1)) > self.bytes.len() {
            return Err(Error::runtime("engine message is truncated"));
        }
        Ok(count)
    }

    /// A count and that many sizes.
    pub fn sizes(&mut self) -> Result<Vec<usize>> {
        let count = self.count(4)?;
        (0..count).map(|_| self.size()).collect()
    }

    /// A byte count and the bytes.
    pub fn blob(&mut self) -> Result<&'a [u8]> {
        let count = self.size()?;
        self.take(count)
    }

    /// A byte count and the bytes, copied; an error if there is no memory for them.
    pub fn owned_blob(&mut self) -> Result<Vec<u8>> {
        let blob = self.blob()?;
        let mut bytes = roomy(blob.len())?;
        bytes.extend_from_slice(blob);
        Ok(bytes)
    }

    /// Text as UTF-8.
    pub fn text(&mut self) -> Result<String> {
        String::from_utf8(self.blob()?.to_vec())
            .map_err(|_| Error::runtime("engine message holds text that is not UTF-8"))
    }

    /// An error unless the whole message was read.
    pub fn finish(&self) -> Result<()> {
        if self.bytes.is_empty() {
            Ok(())
        } else {
            Err(Error::runtime("engine message has bytes after its end"))
        }
    }
}

/// An empty vector with room for so many bytes, or PyTorch's error when there is no such memory.
pub fn roomy(bytes: usize) -> Result<Vec<u8>> {
    let mut room = Vec::new();
    room.try_reserve_exact(bytes)
        .map_err(|_| Error::memory_exhausted(bytes as u128))?;
    Ok(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_truncation() {
        let mut writer = Writer::default();
        writer.sizes(&[1, 2, 3]);
        writer.text("grüße");
        writer.u64(7);
        let bytes = writer.into_bytes();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.sizes(), Ok(vec![1, 2, 3]));
        assert_eq!(reader.text().as_deref(), Ok("grüße"));
        assert_eq!(reader.u64(), Ok(7));
        assert_eq!(reader.finish(), Ok(()));
        for length in 0..bytes.len() {
            let mut reader = Reader::new(&bytes[..length]);
            assert!(
                reader
                    .sizes()
                    .and_then(|_| reader.text())
                    .and_then(|_| reader.u64())
                    .is_err()
            );
        }
        assert!(Reader::new(&[255, 255, 255, 255]).sizes().is_err());
    }
}
