//! Kernels of every kind as text, so that tests can put all WGSL through a validator.
//!
//! Small programs are planned for a plain and for a software device; every file of the registry occurs.
//! Refuses to run anything.

use crate::codegen::generate;
use crate::dtype::DType;
use crate::plan::{Caps, plan};
use crate::prim::infer::{Meta, infer};
use crate::prim::{ArgReduce, Binary, Prim, Reduce, Unary};
use crate::view::contiguous_strides;
use crate::wire::{Operand, Program, ProgramNode, ValueDecl, ValueRef};

/// Name and text of modules that together hold every shader file, operator and helper function.
pub fn all_wgsl_for_validation() -> Vec<(String, String)> {
    let plain = Caps::default();
    let software = Caps {
        software: true,
        ..plain
    };
    // Too little workgroup memory for anything.
    let bare = Caps {
        workgroup_bytes: 0,
        ..plain
    };
    texts(&[("plain", plain), ("software", software), ("bare", bare)])
}

/// As [`all_wgsl_for_validation`], for devices whose kernels hold float16 in two bytes.
pub fn wgsl_with_halves_for_validation() -> Vec<(String, String)> {
    let halves = Caps {
        halves: true,
        ..Caps::default()
    };
    let software = Caps {
        software: true,
        ..halves
    };
    texts(&[("halves", halves), ("halves, software", software)])
}

/// As [`all_wgsl_for_validation`], for a device whose subgroups are used.
pub fn wgsl_with_subgroups_for_validation() -> Vec<(String, String)> {
    let subgroups = Caps {
        subgroups: true,
        ..Caps::default()
    };
    texts(&[("subgroups", subgroups)])
}

fn texts(devices: &[(&str, Caps)]) -> Vec<(String, String)> {
    let mut all = programs();
    all.extend(super::samples_of_routines::programs());
    all.extend(super::samples_of_attention::programs());
    let mut texts = Vec::new();
    for (name, program) in all {
        for (device, caps) in devices {
            let Ok(plan) = plan(&program, &vec![false; program.inputs.len()], caps) else {
                continue;
            };
            for (number, kernel) in plan.kernels.iter().enumerate() {
                texts.push((
                    format!("{name}, kernel {number}, {device}"),
                    generate(kernel, caps).wgsl,
                ));
            }
        }
    }
    texts
}

fn programs() -> Vec<(String, Program)> {
    let mut programs = Vec::new();
    let dtypes = [
        DType::F32,
        DType::I64,
        DType::I32,
        DType::I16,
        DType::I8,
        DType::U8,
        DType::Bool,
        DType::F16,
        DType::BF16,
    ];
    let mut add = |name: String, prim: Prim, inputs: &[(&[usize], DType)], fill: Option<(&[usize], DType)>| {
        programs.extend(single(prim, inputs, fill).map(|program| (name, program)));
    };
    for dtype in dtypes {
        for &op in Unary::ALL.iter().filter(|op| op.runs_on_gpu()) {
            add(
                format!("{} {dtype}", op.name()),
                Prim::Unary(op),
                &[(&[3, 5], dtype)],
                None,
            );
        }
        for &op in Binary::ALL.iter().filter(|op| op.runs_on_gpu()) {
            add(
                format!("{} {dtype}", op.name()),
                Prim::Binary(op),
                &[(&[3, 5], dtype), (&[3, 5], dtype)],
                None,
            );
        }
        for &op in Reduce::ALL {
            for (shape, dims) in [
                (&[100, 70][..], vec![1]),
                (&[100, 70], vec![0]),
                (&[9, 3], vec![1]),
                (&[300, 300], vec![0, 1]),
                (&[4, 5, 6], vec![0, 2]),
            ] {
                add(
                    format!("{op:?} {dtype} {shape:?} {dims:?}"),
                    Prim::Reduce { op, dims },
                    &[(shape, dtype)],
                    None,
                );
            }
        }
        for &op in ArgReduce::ALL {
            add(
                format!("arg{op:?} {dtype}"),
                Prim::ArgReduce { op, dim: 1 },
                &[(&[3, 40], dtype)],
                None,
            );
            add(
                format!("arg{op:?} short {dtype}"),
                Prim::ArgReduce { op, dim: 0 },
                &[(&[4, 40], dtype)],
                None,
            );
        }
        for &to in &dtypes {
            add(format!("cast {dtype} to {to}"), Prim::Cast(to), &[(&[7], dtype)], None);
        }
        let base: &[usize] = &[6, 4];
        add(
            format!("where {dtype}"),
            Prim::Where,
            &[(base, DType::Bool), (base, dtype), (base, dtype)],
            None,
        );
        add(format!("copy {dtype}"), Prim::Copy, &[(base, dtype)], None);
        add(format!("full {dtype}"), Prim::Full, &[], Some((base, dtype)));
        add(format!("arange {dtype}"), Prim::Arange, &[], Some((&[9], dtype)));
        add(
            format!("gather {dtype}"),
            Prim::Gather { dim: 1 },
            &[(base, dtype), (&[6, 2], DType::I64)],
            None,
        );
        add(
            format!("index select {dtype}"),
            Prim::IndexSelect,
            &[(base, dtype), (&[3], DType::I64)],
            None,
        );
        let scatter = |dim| Prim::ScatterAdd {
            dim,
            shape: base.to_vec(),
        };
        add(
            format!("scatter {dtype}"),
            scatter(0),
            &[(&[3, 4], DType::I64), (&[3, 4], dtype)],
            None,
        );
        add(
            format!("one hot {dtype}"),
            scatter(1),
            &[(&[6, 1], DType::I64), (&[6, 1], dtype)],
            None,
        );
        for accumulate in [false, true] {
            let inputs: [(&[usize], DType); 3] = [(base, dtype), (&[3], DType::I64), (&[3, 4], dtype)];
            add(
                format!("index put {accumulate} {dtype}"),
                Prim::IndexPut { accumulate },
                &inputs,
                None,
            );
        }
        let write = Prim::ViewWrite {
            shape: vec![2, 3],
            strides: vec![8, 2],
        };
        add(
            format!("view write {dtype}"),
            write,
            &[(&[24], dtype), (&[2, 3], dtype)],
            None,
        );
    }
    for (rows, inner, columns) in [(5, 3, 7), (200, 64, 150), (300, 20, 300)] {
        for dtype in [DType::F32, DType::I64] {
            let inputs: [(&[usize], DType); 2] = [(&[2, rows, inner], dtype), (&[2, inner, columns], dtype)];
            add(
                format!("matmul {rows}x{inner}x{columns} {dtype}"),
                Prim::Matmul,
                &inputs,
                None,
            );
        }
    }
    for prim in [Prim::Softmax, Prim::SafeSoftmax, Prim::LogSoftmax] {
        for shape in [&[3, 10][..], &[4, 500]] {
            add(
                format!("{prim:?} {shape:?}"),
                prim.clone(),
                &[(shape, DType::F32)],
                None,
            );
        }
    }
    programs
}

/// A program of so many float16, made f32 and float16 again; both are kept.
pub fn every_half(count: usize) -> Option<Program> {
    let mut program = single(Prim::Cast(DType::F32), &[(&[count], DType::F16)], None)?;
    let mut back = single(Prim::Cast(DType::F16), &[(&[count], DType::F32)], None)?
        .nodes
        .pop()?;
    back.operands.first_mut()?.value = ValueRef::Node(0);
    program.nodes.push(back);
    program.outputs.push(1);
    Some(program)
}

/// A program of one node over whole inputs, or `None` if the primitive does not take these dtypes.
pub fn single(prim: Prim, inputs: &[(&[usize], DType)], fill: Option<(&[usize], DType)>) -> Option<Program> {
    let metas: Vec<Meta> = inputs
        .iter()
        .map(|(shape, dtype)| Meta {
            shape: shape.to_vec(),
            dtype: *dtype,
        })
        .collect();
    let fill = fill.map(|(shape, dtype)| Meta {
        shape: shape.to_vec(),
        dtype,
    });
    let output = infer(&prim, &metas, fill.as_ref()).ok()?;
    let operands = metas.iter().enumerate().map(|(index, meta)| Operand {
        value: ValueRef::Input(index as u32),
        shape: meta.shape.clone(),
        strides: contiguous_strides(&meta.shape),
        offset_param: None,
    });
    let operands = operands.collect();
    let num_params = prim.num_params() as u32;
    Some(Program {
        inputs: metas
            .iter()
            .map(|meta| ValueDecl {
                dtype: meta.dtype,
                num_elements: meta.shape.iter().product(),
            })
            .collect(),
        nodes: vec![ProgramNode {
            prim,
            operands,
            shape: output.shape,
            dtype: output.dtype,
            first_param: 0,
        }],
        outputs: vec![0],
        num_params,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::registry;

    #[test]
    fn every_shader_file_is_sampled() {
        let mut texts = all_wgsl_for_validation();
        texts.extend(wgsl_with_subgroups_for_validation());
        for shader in registry::ALL {
            assert!(
                texts.iter().any(|(_, text)| text.contains(&shader.code())),
                "{} is in no sample",
                shader.id
            );
        }
    }
}
