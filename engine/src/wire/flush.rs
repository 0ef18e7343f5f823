//! One message from the recorder: uploads, work, frees and reads, in that order.
//!
//! Refuses nothing that is well-formed: whether ids exist is the executor's to check.

use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::wire::codec::{Reader, Writer};
use crate::wire::prim_code::read_dtype;
use crate::wire::{VERSION, ValueId};

/// Bytes of an upload beside its elements, at most.
const ROOM_FOR_A_LINE: usize = 16;

/// A new value filled with bytes from the CPU: [`DType::wire_bytes`] an element.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// The value's identity.
    pub id: ValueId,
    /// Element type (int64 is uploaded as 32-bit, bool as 0 or 1 in 32 bits, half types in their own 16 bits).
    pub dtype: DType,
    /// Little-endian elements.
    pub bytes: Vec<u8>,
}

/// A wish to have a whole value's bytes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Chosen by the recorder; the reply carries it.
    pub ticket: u32,
    /// The value.
    pub id: ValueId,
}

/// One unit of GPU work.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flush {
    /// Values that come with the message.
    pub uploads: Vec<Upload>,
    /// [`crate::wire::Program`] bytes; empty if there is nothing to compute.
    pub program: Vec<u8>,
    /// Parameter words: view offsets as `u32`, scalars as the bits of the node's dtype (f32 or i32/u32).
    pub params: Vec<u32>,
    /// The values behind the program's inputs.
    pub input_ids: Vec<ValueId>,
    /// The identities that the program's kept outputs get.
    pub output_ids: Vec<ValueId>,
    /// Values wanted on the CPU, after the program ran.
    pub reads: Vec<Read>,
    /// Values that are not needed any more, after the reads.
    pub frees: Vec<ValueId>,
}

impl Flush {
    /// The message as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let uploads = self.uploads.iter().map(|upload| upload.bytes.len() + ROOM_FOR_A_LINE);
        let room = uploads.sum::<usize>() + self.program.len();
        // Who recorded the uploads has seen to it that there is room, see `ops::copy`.
        let mut writer = Writer::with_room(room).unwrap_or_default();
        writer.u8(VERSION);
        writer.size(self.uploads.len());
        for upload in &self.uploads {
            writer.u64(upload.id.0);
            writer.u8(upload.dtype as u8);
            writer.blob(&upload.bytes);
        }
        writer.blob(&self.program);
        writer.size(self.params.len());
        for &word in &self.params {
            writer.u32(word);
        }
        write_ids(&mut writer, &self.input_ids);
        write_ids(&mut writer, &self.output_ids);
        writer.size(self.reads.len());
        for read in &self.reads {
            writer.u32(read.ticket);
            writer.u64(read.id.0);
        }
        write_ids(&mut writer, &self.frees);
        writer.into_bytes()
    }

    /// Reads a message.
    pub fn decode(bytes: &[u8]) -> Result<Flush> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8()?;
        if version != VERSION {
            return Err(Error::runtime(format!(
                "engine message has version {version}, this executor speaks {VERSION}"
            )));
        }
        let mut flush = Flush::default();
        for _ in 0..reader.count(13)? {
            let (id, dtype) = (ValueId(reader.u64()?), read_dtype(&mut reader)?);
            flush.uploads.push(Upload {
                id,
                dtype,
                bytes: reader.owned_blob()?,
            });
        }
        flush.program = reader.blob()?.to_vec();
        for _ in 0..reader.count(4)? {
            flush.params.push(reader.u32()?);
        }
        flush.input_ids = read_ids(&mut reader)?;
        flush.output_ids = read_ids(&mut reader)?;
        for _ in 0..reader.count(12)? {
            flush.reads.push(Read {
                ticket: reader.u32()?,
                id: ValueId(reader.u64()?),
            });
        }
        flush.frees = read_ids(&mut reader)?;
        reader.finish()?;
        Ok(flush)
    }
}

fn write_ids(writer: &mut Writer, ids: &[ValueId]) {
    writer.size(ids.len());
    for id in ids {
        writer.u64(id.0);
    }
}

fn read_ids(reader: &mut Reader<'_>) -> Result<Vec<ValueId>> {
    let count = reader.count(8)?;
    (0..count).map(|_| Ok(ValueId(reader.u64()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_every_truncation_is_an_error() {
        let flush = Flush {
            uploads: vec![Upload {
                id: ValueId(1),
                dtype: DType::F32,
                bytes: vec![0, 0, 128, 63],
            }],
            program: vec![1, 2, 3],
            params: vec![7, 8],
            input_ids: vec![ValueId(1)],
            output_ids: vec![ValueId(2)],
            reads: vec![Read {
                ticket: 5,
                id: ValueId(2),
            }],
            frees: vec![ValueId(1)],
        };
        let bytes = flush.encode();
        assert_eq!(Flush::decode(&bytes), Ok(flush));
        for length in 0..bytes.len() {
            assert!(Flush::decode(&bytes[..length]).is_err(), "length {length}");
        }
    }
}
