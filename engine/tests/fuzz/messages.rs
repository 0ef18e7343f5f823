//! The wire decoder: bytes that nobody meant, and messages with bits turned, cut short or with hostile counts.

use carrel_engine::dtype::DType;
use carrel_engine::error::ErrorKind;
use carrel_engine::wire::{Flush, Program, Read, Reply, ReplyItem, Stats, Upload, ValueId};

use crate::noise::{Findings, Noise, caught, rounds};
use crate::programs;

fn flush(noise: &mut Noise) -> Flush {
    let ids = |noise: &mut Noise| (0..noise.below(4)).map(|id| ValueId(id as u64)).collect();
    Flush {
        uploads: (0..noise.below(3))
            .map(|id| Upload {
                id: ValueId(id as u64),
                dtype: DType::F32,
                bytes: vec![7; noise.below(5) * 4],
            })
            .collect(),
        program: programs::random_program(noise).encode(),
        params: vec![1; noise.below(4)],
        input_ids: ids(noise),
        output_ids: ids(noise),
        reads: vec![Read {
            ticket: 3,
            id: ValueId(1),
        }],
        frees: ids(noise),
    }
}

fn reply() -> Reply {
    Reply {
        items: vec![
            ReplyItem::Data {
                ticket: 1,
                bytes: vec![1, 2, 3, 4],
            },
            ReplyItem::Failure {
                kind: ErrorKind::Runtime,
                message: "grüße".into(),
            },
        ],
        stats: Stats::default(),
    }
}

/// One to four changes: bits turned, bytes replaced by extreme ones, cut, grown, counts made huge.
fn mutilate(noise: &mut Noise, bytes: &mut Vec<u8>) {
    for _ in 0..=noise.below(4) {
        if bytes.is_empty() {
            bytes.push(1);
        }
        let place = noise.below(bytes.len());
        match noise.below(6) {
            0 => bytes[place] ^= 1 << noise.below(8),
            1 => bytes[place] = noise.pick(&[0, 1, 127, 128, 255]),
            2 => bytes.truncate(place),
            3 => bytes.insert(place, noise.below(256) as u8),
            4 => {
                let word = noise.pick(&[u32::MAX, 1 << 31, (1 << 31) - 1, 1 << 30, 0x0001_0000, 0]);
                for (to, from) in bytes[place..].iter_mut().zip(word.to_le_bytes()) {
                    *to = from;
                }
            }
            _ => {
                let tail = bytes[place..].to_vec();
                bytes.extend_from_slice(&tail);
            }
        }
    }
}

#[test]
fn mutilated_messages_are_errors_or_other_messages() {
    let mut noise = Noise::new(11);
    let mut findings = Findings::default();
    for _ in 0..rounds(20_000) {
        let which = noise.below(4);
        let mut bytes = match which {
            0 => flush(&mut noise).encode(),
            1 => programs::random_program(&mut noise).encode(),
            2 => reply().encode(),
            _ => (0..noise.below(200)).map(|_| noise.below(256) as u8).collect(),
        };
        mutilate(&mut noise, &mut bytes);
        let outcome = caught(|| {
            // What is decoded is what is encoded: nothing is read that would not be written.
            if let Ok(flush) = Flush::decode(&bytes) {
                assert_eq!(flush.encode(), bytes, "a flush decodes loosely");
            }
            if let Ok(program) = Program::decode(&bytes) {
                let again = Program::decode(&program.encode());
                assert_eq!(again.as_ref(), Ok(&program), "a program decodes loosely");
            }
            if let Ok(reply) = Reply::decode(&bytes) {
                assert!(Reply::decode(&reply.encode()).is_ok(), "a reply decodes loosely");
            }
        });
        if let Err(message) = outcome {
            findings.add(message, format!("{bytes:?}"));
        }
    }
    findings.report();
}
