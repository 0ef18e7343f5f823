//! Folds by subgroups: where they may take the place of a tree in workgroup memory, and as which expression.
//!
//! Only whole workgroups that fold one result do so: how invocations lie in subgroups is the device's affair.
//! Refuses to assume subgroups: `Caps::subgroups` says that they are there and that they were measured to pay.

use super::expression::arithmetic_dtype;
use crate::dtype::DType;
use crate::kernels::select::Layout;
use crate::plan::Caps;
use crate::prim::Reduce;

/// True if a fold of this layout may use subgroups.
pub fn folds_by_subgroups(op: Reduce, dtype: DType, layout: Option<&Layout>, caps: &Caps) -> bool {
    // Sums and products of integers are looked at step by step, see `shaders/lib/range.wgsl`.
    let has_operation = match arithmetic_dtype(dtype) {
        DType::F32 => true,
        _ => !matches!(op, Reduce::Sum | Reduce::Prod),
    };
    caps.subgroups && has_operation && layout.is_some_and(|layout| layout.width == 1)
}

/// The fold of `value` over a subgroup, in arithmetic dtype.
pub fn across_subgroup(op: Reduce, dtype: DType, value: &str) -> String {
    let is_float = arithmetic_dtype(dtype).is_float();
    let function = match op {
        Reduce::Sum => "subgroupAdd",
        Reduce::Prod => "subgroupMul",
        Reduce::Max | Reduce::Any => "subgroupMax",
        Reduce::Min | Reduce::All => "subgroupMin",
    };
    let folded = format!("{function}({value})");
    if is_float && matches!(op, Reduce::Max | Reduce::Min) {
        // What the built-in makes of NaN is left open; here NaN wins.
        return format!("select({folded}, c_from_bits(0x7fc00000u), subgroupAny(c_isnan({value})))");
    }
    folded
}
