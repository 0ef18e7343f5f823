//! What the executor answers to a flush: the bytes read, the errors met, and its counters.
//!
//! Refuses to be empty: every flush gets exactly one reply, so the recorder knows what was done.

use crate::error::{Error, ErrorKind, Result};
use crate::wire::VERSION;
use crate::wire::codec::{Reader, Writer};

/// One result within a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyItem {
    /// A value's bytes, [`crate::dtype::DType::wire_bytes`] an element.
    Data {
        /// The ticket of the read.
        ticket: u32,
        /// Little-endian elements.
        bytes: Vec<u8>,
    },
    /// Something failed. Reads of the same flush that got no data fail with it.
    Failure {
        /// Runtime, out of memory or device lost.
        kind: ErrorKind,
        /// A full sentence.
        message: String,
    },
}

/// Bytes of a reply beside its items.
const ROOM_FOR_COUNTERS: usize = 64;

impl ReplyItem {
    /// The bytes that the item takes in a message.
    const fn room(&self) -> usize {
        match self {
            ReplyItem::Data { bytes, .. } => 9 + bytes.len(),
            ReplyItem::Failure { message, .. } => 5 + message.len(),
        }
    }
}

/// Counters since the executor started; benchmarks and tests read them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Queue submits.
    pub submits: u32,
    /// Compute dispatches.
    pub dispatches: u32,
    /// Programs that were planned (plan cache misses).
    pub plans: u32,
    /// Pipelines compiled.
    pub pipelines: u32,
    /// Bytes of live buffers and of the pool.
    pub buffer_bytes: u64,
    /// Bytes of the buffers that hold values.
    pub used_bytes: u64,
    /// The most bytes that were in use during the flush, temporaries included.
    pub peak_bytes: u64,
    /// Bytes of the arrays that dispatches read and wrote, each counted whole once a dispatch.
    pub moved_bytes: u64,
}

/// The answer to one flush.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// Results in order.
    pub items: Vec<ReplyItem>,
    /// Counters after the flush.
    pub stats: Stats,
}

impl Reply {
    /// The message as bytes. If there is no memory for them, a message that says so.
    pub fn encode(&self) -> Vec<u8> {
        let room = self
            .items
            .iter()
            .map(ReplyItem::room)
            .fold(ROOM_FOR_COUNTERS, usize::saturating_add);
        match Writer::with_room(room) {
            Ok(writer) => self.write(writer),
            Err(error) => {
                let items = vec![ReplyItem::Failure {
                    kind: error.kind(),
                    message: error.to_string(),
                }];
                let stats = self.stats;
                Reply { items, stats }.write(Writer::default())
            }
        }
    }

    fn write(&self, mut writer: Writer) -> Vec<u8> {
        writer.u8(VERSION);
        writer.size(self.items.len());
        for item in &self.items {
            match item {
                ReplyItem::Data { ticket, bytes } => {
                    writer.u8(0);
                    writer.u32(*ticket);
                    writer.blob(bytes);
                }
                ReplyItem::Failure { kind, message } => {
                    writer.u8(match kind {
                        ErrorKind::OutOfMemory => 2,
                        ErrorKind::DeviceLost => 3,
                        _ => 1,
                    });
                    writer.text(message);
                }
            }
        }
        let stats = &self.stats;
        for counter in [stats.submits, stats.dispatches, stats.plans, stats.pipelines] {
            writer.u32(counter);
        }
        for bytes in [
            stats.buffer_bytes,
            stats.used_bytes,
            stats.peak_bytes,
            stats.moved_bytes,
        ] {
            writer.u64(bytes);
        }
        writer.into_bytes()
    }

    /// Reads a message.
    pub fn decode(bytes: &[u8]) -> Result<Reply> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8()?;
        if version != VERSION {
            return Err(Error::runtime(format!(
                "engine reply has version {version}, this recorder speaks {VERSION}"
            )));
        }
        let mut reply = Reply::default();
        for _ in 0..reader.count(5)? {
            reply.items.push(match reader.u8()? {
                0 => ReplyItem::Data {
                    ticket: reader.u32()?,
                    bytes: reader.owned_blob()?,
                },
                1 => ReplyItem::Failure {
                    kind: ErrorKind::Runtime,
                    message: reader.text()?,
                },
                2 => ReplyItem::Failure {
                    kind: ErrorKind::OutOfMemory,
                    message: reader.text()?,
                },
                3 => ReplyItem::Failure {
                    kind: ErrorKind::DeviceLost,
                    message: reader.text()?,
                },
                code => return Err(Error::runtime(format!("engine reply holds unknown item {code}"))),
            });
        }
        reply.stats = Stats {
            submits: reader.u32()?,
            dispatches: reader.u32()?,
            plans: reader.u32()?,
            pipelines: reader.u32()?,
            buffer_bytes: reader.u64()?,
            used_bytes: reader.u64()?,
            peak_bytes: reader.u64()?,
            moved_bytes: reader.u64()?,
        };
        reader.finish()?;
        Ok(reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let reply = Reply {
            items: vec![
                ReplyItem::Data {
                    ticket: 1,
                    bytes: vec![1, 2, 3, 4],
                },
                ReplyItem::Failure {
                    kind: ErrorKind::OutOfMemory,
                    message: "no memory".into(),
                },
            ],
            stats: Stats {
                submits: 1,
                dispatches: 2,
                plans: 3,
                pipelines: 4,
                buffer_bytes: 5,
                used_bytes: 6,
                peak_bytes: 7,
                moved_bytes: 8,
            },
        };
        assert_eq!(Reply::decode(&reply.encode()), Ok(reply));
        assert!(Reply::decode(&[]).is_err());
    }
}
