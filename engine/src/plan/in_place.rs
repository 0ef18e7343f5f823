//! Results written over operands that nobody needs any more.
//!
//! An invocation that reads an element of an operand and writes the same element of a result may use one
//! buffer for both: a value less in memory, a binding less in the kernel. Refuses kernels whose
//! invocations read each other's elements.

use super::kernel::{Access, Body, Kernel, Op, ROOT, Value};

/// Pairs of a result and the operand whose place it may take, as far as the kernel itself goes; `same_size`
/// says whether two values have as many elements, `is_free` whether an operand is not needed afterwards.
pub(super) fn overwrites(
    kernel: &mut Kernel,
    same_size: impl Fn(Value, Value) -> bool,
    is_free: impl Fn(Value) -> bool,
) -> Vec<(Value, Value)> {
    let mut pairs = Vec::new();
    if !matches!(kernel.body, Body::Elementwise { .. } | Body::Matmul { .. }) {
        return pairs;
    }
    while let Some((written, read)) = find(kernel, &same_size, &is_free) {
        pairs.push((kernel.bindings[written].value, kernel.bindings[read].value));
        take_place(kernel, written, read);
    }
    pairs
}

/// A written binding and a read one that can become one.
fn find(
    kernel: &Kernel,
    same_size: &impl Fn(Value, Value) -> bool,
    is_free: &impl Fn(Value) -> bool,
) -> Option<(usize, usize)> {
    let of_kind = |kind: Access| {
        let all = kernel.bindings.iter().enumerate();
        all.filter(move |(_, binding)| binding.access == kind)
    };
    for (written, result) in of_kind(Access::Write) {
        let mut stores = kernel
            .store
            .stores
            .iter()
            .filter(|store| store.binding as usize == written);
        if !stores.all(|store| store.position == ROOT) || is_read(kernel, written) {
            continue;
        }
        for (read, operand) in of_kind(Access::Read) {
            let fits = operand.dtype == result.dtype && same_size(result.value, operand.value);
            if fits && is_free(operand.value) && reads_only_own_element(kernel, read) {
                return Some((written, read));
            }
        }
    }
    None
}

fn is_read(kernel: &Kernel, binding: usize) -> bool {
    let reads = |op: &Op| matches!(op, Op::Load { binding: found, .. } if *found as usize == binding);
    kernel.store.exprs.iter().any(|expr| reads(&expr.op))
}

/// True if the body does not read the binding, and each result only its own element of it.
fn reads_only_own_element(kernel: &Kernel, binding: usize) -> bool {
    let place = |op: &Op| match op {
        Op::Load {
            binding: found,
            position,
        } if *found as usize == binding => Some(*position),
        _ => None,
    };
    let elsewhere = kernel
        .store
        .exprs
        .iter()
        .filter_map(|expr| place(&expr.op))
        .any(|at| at != ROOT);
    let in_body = kernel.loads.iter().flat_map(|load| &load.exprs);
    !elsewhere && !in_body.into_iter().any(|expr| place(&expr.op).is_some())
}

/// Makes the read binding the written one, and drops the other.
fn take_place(kernel: &mut Kernel, written: usize, read: usize) {
    kernel.bindings[read].value = kernel.bindings[written].value;
    kernel.bindings[read].access = Access::Write;
    kernel.bindings.remove(written);
    let renumber = |binding: &mut u32| {
        if *binding as usize == written {
            *binding = read as u32;
        }
        if *binding as usize > written {
            *binding -= 1;
        }
    };
    for block in kernel.loads.iter_mut().chain([&mut kernel.store]) {
        for expr in &mut block.exprs {
            if let Op::Load { binding, .. } = &mut expr.op {
                renumber(binding);
            }
        }
        block.stores.iter_mut().for_each(|store| renumber(&mut store.binding));
    }
}
