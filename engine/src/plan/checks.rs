//! What is checked of a program before it is planned, and of its windows' offsets before each run.
//!
//! Refuses to check shapes: decoding has. Read next: `planner`.

use super::kernel::Element;
use crate::error::{Error, Result};
use crate::prim::Prim;
use crate::wire::Program;

/// A window whose runtime offset must be checked: parameter word, and the first offset that is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetCheck {
    /// The parameter word.
    pub param: u32,
    /// The word must be less than this.
    pub limit: usize,
}

/// Dtypes that the GPU holds, outputs in order, and sizes that fit 32-bit byte counts.
pub(super) fn check(program: &Program) -> Result<()> {
    let dtypes = program
        .inputs
        .iter()
        .map(|input| input.dtype)
        .chain(program.nodes.iter().map(|node| node.dtype));
    for dtype in dtypes {
        if Element::of(dtype, false).is_none() {
            return Err(Error::UnsupportedDType {
                op: "the executor",
                dtype,
                device: "webgpu",
            });
        }
    }
    if let Some(node) = program.nodes.iter().find(|node| !node.prim.runs_on_gpu()) {
        return Err(Error::CpuOnly {
            prim: format!("{:?}", node.prim),
        });
    }
    if program.outputs.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(Error::runtime("engine message lists its outputs out of order"));
    }
    Ok(())
}

/// The checks of every window whose offset is a parameter.
pub(super) fn offset_checks(program: &Program) -> Vec<OffsetCheck> {
    let mut checks = Vec::new();
    let mut add = |param: u32, shape: &[usize], strides: &[usize], available: usize| {
        let span: usize = shape
            .iter()
            .zip(strides)
            .map(|(&size, &stride)| size.saturating_sub(1) * stride)
            .sum();
        if shape.iter().all(|&size| size > 0) {
            checks.push(OffsetCheck {
                param,
                limit: available.saturating_sub(span),
            });
        }
    };
    for node in &program.nodes {
        for operand in &node.operands {
            if let (Some(param), Some(value)) = (operand.offset_param, program.value(operand.value)) {
                add(param, &operand.shape, &operand.strides, value.num_elements);
            }
        }
        if let Prim::ViewWrite { shape, strides } = &node.prim {
            add(node.first_param, shape, strides, node.shape[0]);
        }
    }
    checks
}
