//! Sample programs of attention: every part with everything that it may read, and with nothing of it.
//!
//! Refuses to run anything: see `samples`.

use crate::dtype::DType;
use crate::prim::{Attention, AttentionPart, Prim, Scaling};
use crate::view::contiguous_strides;
use crate::wire::{Operand, Program, ProgramNode, ValueDecl, ValueRef};

/// Heads, queries, keys, and the elements of keys and values.
const SIZES: [[usize; 5]; 2] = [[2, 6, 9, 5, 7], [3, 130, 70, 24, 40]];

/// Name and program, one kernel each.
pub(super) fn programs() -> Vec<(String, Program)> {
    let mut programs = Vec::new();
    for sizes in SIZES {
        for part in [
            AttentionPart::Forward,
            AttentionPart::QueryGradient,
            AttentionPart::KeyGradient,
        ] {
            for (scaling, everything) in [(Scaling::None, false), (Scaling::Times, true), (Scaling::Over, true)] {
                let kind = Attention {
                    part,
                    scaling,
                    has_bias: everything,
                    has_mask: everything,
                    keeps_mask: scaling == Scaling::Over,
                    keeps_gradient: scaling == Scaling::Times,
                    has_factor: everything,
                    empty_is_zero: scaling == Scaling::Times,
                    is_half_plane: false,
                };
                programs.push((format!("attention {kind:?} {sizes:?}"), program(kind, sizes)));
            }
            let causal = Attention {
                part,
                scaling: Scaling::Times,
                has_bias: false,
                has_mask: true,
                keeps_mask: false,
                keeps_gradient: true,
                has_factor: false,
                empty_is_zero: true,
                is_half_plane: true,
            };
            programs.push((format!("attention {causal:?} {sizes:?}"), program(causal, sizes)));
        }
    }
    programs
}

fn program(kind: Attention, [batch, rows, columns, depth, width]: [usize; 5]) -> Program {
    let place: &[usize] = &[batch, rows, columns];
    let mut inputs: Vec<(&[usize], DType)> = Vec::new();
    let (q, k, v) = ([batch, rows, depth], [batch, columns, depth], [batch, columns, width]);
    let (g, per_row) = ([batch, rows, width], [batch, rows, 1]);
    inputs.extend([(&q[..], DType::F32), (&k, DType::F32), (&v, DType::F32)]);
    if kind.scaling != Scaling::None {
        inputs.push((&[1], DType::F32));
    }
    if kind.has_bias {
        inputs.push((place, DType::F32));
    }
    if kind.has_mask {
        inputs.extend([(place, DType::Bool), (place, DType::F32)]);
    }
    if kind.has_factor {
        inputs.push((place, DType::F32));
    }
    let (shape, part, second) = match kind.part {
        AttentionPart::QueryGradient => (q, AttentionPart::RowProducts, per_row),
        AttentionPart::KeyGradient => (k, AttentionPart::ValueGradient, [batch, width, columns]),
        _ => (g, AttentionPart::RowSums, per_row),
    };
    if kind.part.is_gradient() {
        inputs.extend([(&g[..], DType::F32), (&per_row, DType::F32)]);
        let is_query = kind.part == AttentionPart::QueryGradient;
        inputs.push((if is_query { &g } else { &per_row }, DType::F32));
        if kind.scaling != Scaling::None {
            inputs.push((&[1], DType::F32));
        }
        if kind.has_mask {
            inputs.extend([(place, DType::Bool), (place, DType::F32)]);
        }
    }
    let operands = inputs.iter().enumerate().map(|(index, (shape, _))| Operand {
        value: ValueRef::Input(index as u32),
        shape: shape.to_vec(),
        strides: contiguous_strides(shape),
        offset_param: None,
    });
    let node = |kind: Attention, operands: Vec<Operand>, shape: [usize; 3]| ProgramNode {
        prim: Prim::Attention(kind),
        operands,
        shape: shape.to_vec(),
        dtype: DType::F32,
        first_param: 0,
    };
    let nodes = vec![
        node(kind, operands.collect(), shape),
        node(Attention { part, ..kind }, Vec::new(), second),
    ];
    Program {
        inputs: inputs
            .iter()
            .map(|(shape, dtype)| ValueDecl {
                dtype: *dtype,
                num_elements: shape.iter().product(),
            })
            .collect(),
        nodes,
        outputs: vec![0, 1],
        num_params: 0,
    }
}
