//! Half types on their way between messages, where they have two bytes, and buffers, where they have two or four.
//!
//! Whether kernels hold float16 in two bytes is asked of the adapter and then tried once: WGSL leaves it to a device
//! whether conversions keep the smallest numbers, and a device that loses some holds float16 in 32 bits, as one without
//! the feature does. bfloat16 is always held in 32 bits. Refuses to round: what buffers hold, the dtype has.
//! Read next: `plan::kernel::Element`.

use std::borrow::Cow;

use half::{bf16, f16};

use super::Executor;
use crate::dtype::DType;
use crate::error::Result;
use crate::kernels::samples::every_half;
use crate::plan::Caps;
use crate::plan::kernel::Element;
use crate::wire::codec::roomy;
use crate::wire::{Flush, Read, ReplyItem, Upload, ValueId};

/// Patterns of 16 bits.
const NUM_PATTERNS: usize = 1 << 16;

/// The bytes of an upload as a buffer holds them: whole words.
pub(super) fn as_held<'a>(caps: &Caps, dtype: DType, sent: &'a [u8]) -> Result<Cow<'a, [u8]>> {
    if !dtype.is_half() {
        return Ok(Cow::Borrowed(sent));
    }
    if Element::of(dtype, caps.halves) == Some(Element::F16) {
        if sent.len().is_multiple_of(4) {
            return Ok(Cow::Borrowed(sent));
        }
        let mut held = roomy(sent.len() + 2)?;
        held.extend_from_slice(sent);
        held.extend([0; 2]);
        return Ok(Cow::Owned(held));
    }
    let mut held = roomy(sent.len() * 2)?;
    let (pairs, _) = sent.as_chunks::<2>();
    for &pair in pairs {
        let wide = match dtype {
            DType::F16 => f16::from_le_bytes(pair).to_f32(),
            _ => bf16::from_le_bytes(pair).to_f32(),
        };
        held.extend(wide.to_le_bytes());
    }
    Ok(Cow::Owned(held))
}

/// The bytes of a buffer as a reply sends them.
pub(super) fn as_sent(caps: &Caps, dtype: DType, num_elements: usize, mut held: Vec<u8>) -> Result<Vec<u8>> {
    if !dtype.is_half() {
        return Ok(held);
    }
    if Element::of(dtype, caps.halves) == Some(Element::F16) {
        held.truncate(num_elements * 2);
        return Ok(held);
    }
    let mut sent = roomy(held.len() / 2)?;
    let (words, _) = held.as_chunks::<4>();
    for &word in words {
        let wide = f32::from_le_bytes(word);
        sent.extend(match dtype {
            DType::F16 => f16::from_f32(wide).to_le_bytes(),
            _ => bf16::from_f32(wide).to_le_bytes(),
        });
    }
    Ok(sent)
}

impl Executor {
    /// Holds float16 in two bytes from now on, if the device brings every number there and back unchanged.
    /// To be called while there are no values.
    pub(super) async fn try_halves(&mut self) {
        if !self.gpu.has_halves {
            return;
        }
        self.gpu.caps.halves = true;
        let are_kept = self.keeps_halves().await;
        // Nobody asked for this work: no counter knows of it, and what went wrong in it is no failure of anybody's.
        self.gpu.errors.take();
        self.gpu.caps.halves = are_kept;
        self.forget_work();
    }

    /// Every float16 made an f32 and a float16 again on the device.
    async fn keeps_halves(&mut self) -> bool {
        let patterns: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
        let Some(program) = every_half(NUM_PATTERNS) else {
            return false;
        };
        let [input, wide, narrow] = [1, 2, 3].map(ValueId);
        let flush = Flush {
            uploads: vec![Upload {
                id: input,
                dtype: DType::F16,
                bytes: patterns,
            }],
            program: program.encode(),
            params: Vec::new(),
            input_ids: vec![input],
            output_ids: vec![wide, narrow],
            reads: [wide, narrow]
                .map(|id| Read {
                    ticket: id.0 as u32,
                    id,
                })
                .to_vec(),
            frees: vec![input, wide, narrow],
        };
        let items = self.run(flush).await;
        let bytes_of = |id: ValueId| {
            items.iter().find_map(|item| match item {
                ReplyItem::Data { ticket, bytes } if u64::from(*ticket) == id.0 => Some(bytes.as_slice()),
                _ => None,
            })
        };
        let (Some(wide), Some(narrow)) = (bytes_of(wide), bytes_of(narrow)) else {
            return false;
        };
        let (words, _) = wide.as_chunks::<4>();
        let (pairs, _) = narrow.as_chunks::<2>();
        let is_kept = |(pattern, (&word, &pair)): (u16, (&[u8; 4], &[u8; 2]))| {
            let (expected, wide) = (f16::from_bits(pattern), f32::from_le_bytes(word));
            let narrow = f16::from_le_bytes(pair);
            if expected.is_nan() {
                wide.is_nan() && narrow.is_nan()
            } else {
                wide.to_bits() == expected.to_f32().to_bits() && narrow.to_bits() == pattern
            }
        };
        words.len() == NUM_PATTERNS
            && pairs.len() == NUM_PATTERNS
            && (0..=u16::MAX).zip(words.iter().zip(pairs)).all(is_kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_went() {
        let wide = Caps::default();
        let narrow = Caps { halves: true, ..wide };
        for dtype in [DType::F16, DType::BF16] {
            for caps in [&wide, &narrow] {
                for count in 0..5 {
                    // One, infinity, the smallest subnormal, zero with a sign.
                    let sent: Vec<u8> = [0x3c00_u16, 0x7c00, 1, 0x8000]
                        .iter()
                        .take(count)
                        .flat_map(|bits| bits.to_le_bytes())
                        .collect();
                    let held = as_held(caps, dtype, &sent).unwrap().into_owned();
                    let num_elements = sent.len() / 2;
                    assert_eq!(held.len() as u64, caps.value_bytes(dtype, num_elements));
                    assert_eq!(as_sent(caps, dtype, num_elements, held), Ok(sent));
                }
            }
        }
    }
}
