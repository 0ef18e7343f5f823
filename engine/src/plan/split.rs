//! Folds of many elements into few results, cut in two: first parts side by side, then the parts.
//!
//! The parts and their order are fixed by the sizes, so results do not depend on the device's timing.
//! Refuses to touch folds that fill the device already.

use super::kernel::{Access, Binding, Block, Body, Expr, Kernel, Op, Position, ROOT, Store, Value};

/// Folds longer than this are cut: one workgroup would walk them alone.
const LONGEST_FOLD: usize = 32_768;

/// Results that keep some of the device busy.
const SEVERAL_RESULTS: usize = 4;

/// Elements of a part: 32 for each of 256 invocations.
const PART_LENGTH: usize = 8_192;

/// Most parts; the second kernel folds them in one workgroup, sixteen for each of 256 invocations.
const MAX_PARTS: usize = 4_096;

/// Folds into more results than this keep the device busy as they are.
const MANY_RESULTS: usize = 256;

/// True for a fold of so many elements into each of so many results that is cut in two.
pub(super) const fn would_split(results: usize, length: usize) -> bool {
    // Several workgroups side by side may walk longer before a second dispatch pays.
    let longest = if results >= SEVERAL_RESULTS {
        2 * LONGEST_FOLD
    } else {
        LONGEST_FOLD
    };
    length >= longest && results <= MANY_RESULTS
}

/// The two kernels that replace a fold, and the number of elements between them.
pub(super) fn split_fold(kernel: &Kernel, partial: u32) -> Option<(Kernel, Kernel, usize)> {
    let Body::Reduce { op, dtype, groups, .. } = &kernel.body else {
        return None;
    };
    let size = |folded: bool| {
        groups
            .iter()
            .filter(|group| group.1 == folded)
            .map(|group| group.0)
            .product::<usize>()
    };
    let (results, length) = (size(false), size(true));
    if !would_split(results, length) {
        return None;
    }
    let parts = length.div_ceil(PART_LENGTH).min(MAX_PARTS);
    let between = Binding::new(Value::Partial(partial), *dtype, Access::Write);

    let mut first = Kernel {
        body: Body::Reduce {
            op: *op,
            dtype: *dtype,
            groups: groups.clone(),
            parts,
        },
        store: Block {
            exprs: vec![Expr {
                op: Op::Result,
                dtype: *dtype,
            }],
            positions: vec![Position::Root],
            result: None,
            stores: vec![Store {
                binding: kernel.bindings.len() as u32,
                position: ROOT,
                value: 0,
            }],
        },
        ..kernel.clone()
    };
    first.bindings.push(between);
    drop_unused_bindings(&mut first);

    let mut second = Kernel {
        body: Body::Reduce {
            op: *op,
            dtype: *dtype,
            groups: vec![(results, false), (parts, true)],
            parts: 1,
        },
        loads: vec![Block {
            exprs: vec![Expr {
                op: Op::Load {
                    binding: kernel.bindings.len() as u32,
                    position: ROOT,
                },
                dtype: *dtype,
            }],
            positions: vec![Position::Root],
            result: Some(0),
            stores: Vec::new(),
        }],
        ..kernel.clone()
    };
    second.bindings.push(Binding {
        access: Access::Read,
        ..between
    });
    drop_unused_bindings(&mut second);
    Some((first, second, results * parts))
}

/// Renumbers the bindings that the blocks use and drops the rest.
pub(super) fn drop_unused_bindings(kernel: &mut Kernel) {
    let mut new_numbers: Vec<Option<u32>> = vec![None; kernel.bindings.len()];
    let mut kept: Vec<Binding> = Vec::new();
    let mut renumber = |binding: &mut u32| {
        let number = new_numbers[*binding as usize].get_or_insert_with(|| {
            kept.push(kernel.bindings[*binding as usize]);
            kept.len() as u32 - 1
        });
        *binding = *number;
    };
    for block in kernel.loads.iter_mut().chain([&mut kernel.store]) {
        for expr in &mut block.exprs {
            if let Op::Load { binding, .. } = &mut expr.op {
                renumber(binding);
            }
        }
        for store in &mut block.stores {
            renumber(&mut store.binding);
        }
    }
    kernel.bindings = kept;
}
