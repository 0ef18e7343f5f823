//! Routines along a dimension: running folds and the steps of sorting.
//!
//! Refuses to cut long lines: see `plan::passes`.

use super::registry;
use super::select::{LONGEST_SERIAL, Routine, SERIAL_INVOCATIONS, SHORT_FOLD, element_alias, unsigned};
use crate::codegen::expression::{arithmetic_dtype, binary};
use crate::dtype::DType;
use crate::plan::Caps;
use crate::prim::{Binary, Scan};

/// Lines that lie side by side are walked by one invocation each if they are as many as this.
const MANY_LINES: usize = 2_048;

/// Bytes of workgroup memory of the scan by blocks, with items of a value and a position.
const SCAN_BYTES: u32 = 4_096;

/// A running fold of `[outer, length, inner]`, perhaps in parts.
pub(super) fn scan(op: Scan, dtype: DType, [outer, length, inner]: [usize; 3], parts: usize, caps: &Caps) -> Routine {
    let lines = outer * inner;
    let number = lines * parts;
    let fits = caps.workgroup_bytes >= SCAN_BYTES && caps.max_invocations >= 256;
    let part_length = length.div_ceil(parts);
    let coalesced = inner > 1 && number >= MANY_LINES;
    let serial = !fits
        || part_length <= SHORT_FOLD
        || coalesced
        || (caps.software && number > 1 && part_length <= LONGEST_SERIAL);
    let (shader, workgroups) = if serial {
        (&registry::SCAN_SERIAL, number.div_ceil(SERIAL_INVOCATIONS))
    } else {
        (&registry::SCAN_BLOCKS, number)
    };
    let mut functions = element_alias(dtype);
    let place = "line / INNER, k, line % INNER";
    match op {
        Scan::Sum | Scan::Prod | Scan::Max | Scan::Min => {
            let dtype = arithmetic_dtype(dtype);
            let combine = match op {
                Scan::Prod => binary(Binary::Mul, dtype, "a", "b"),
                Scan::Max => binary(Binary::Maximum, dtype, "a", "b"),
                Scan::Min => binary(Binary::Minimum, dtype, "a", "b"),
                _ => binary(Binary::Add, dtype, "a", "b"),
            };
            // What precedes a part is the running fold of the parts before it.
            let before = if parts > 1 {
                "load_before(number - 1u)"
            } else {
                "Item()"
            };
            functions.push_str(&format!(
                "alias Item = Element;\n\
                 fn combine(a: Item, b: Item) -> Item {{ return {combine}; }}\n\
                 fn item_at(line: u32, k: u32) -> Item {{ return load_x({place}); }}\n\
                 fn before_part(number: u32) -> Item {{ return {before}; }}\n\
                 fn give(line: u32, k: u32, item: Item) {{ store({place}, item); }}\n"
            ));
        }
        // The largest so far and the sum of what the others are of it: rounded once, when it is given.
        Scan::LogSumExp => functions.push_str(&format!(
            "struct Item {{ top: f32, sum: f32 }}\n\
             fn part(item: Item, top: f32) -> f32 {{ if (item.top == top) {{ return item.sum; }} return item.sum * exp(item.top - top); }}\n\
             fn combine(a: Item, b: Item) -> Item {{ let top = c_maximum(a.top, b.top); return Item(top, part(a, top) + part(b, top)); }}\n\
             fn item_at(line: u32, k: u32) -> Item {{ return Item(load_x({place}), 1.0); }}\n\
             fn before_part(number: u32) -> Item {{ return Item(); }}\n\
             fn give(line: u32, k: u32, item: Item) {{ store({place}, item.top + c_log(item.sum)); }}\n"
        )),
        Scan::ArgMax | Scan::ArgMin => {
            let order = if op == Scan::ArgMax { ">=" } else { "<=" };
            let wins = if dtype.is_float() {
                format!("c_isnan(b.value) || (!c_isnan(a.value) && b.value {order} a.value)")
            } else {
                format!("b.value {order} a.value")
            };
            functions.push_str(&format!(
                "struct Item {{ value: Element, position: u32 }}\n\
                 fn combine(a: Item, b: Item) -> Item {{ if ({wins}) {{ return b; }} return a; }}\n\
                 fn item_at(line: u32, k: u32) -> Item {{ return Item(load_x({place}), k); }}\n\
                 fn before_part(number: u32) -> Item {{ return Item(); }}\n\
                 fn give(line: u32, k: u32, item: Item) {{ store({place}, i32(item.position)); }}\n"
            ));
        }
    }
    Routine {
        shader,
        constants: vec![
            ("LINES", unsigned(lines)),
            ("LENGTH", unsigned(length)),
            ("INNER", unsigned(inner)),
            ("PARTS", unsigned(parts)),
            ("PART_LENGTH", unsigned(part_length)),
        ],
        functions,
        workgroups,
    }
}

/// One step of sorting `[outer, length, inner]`: runs of `run` from nothing, or merged from halves.
pub(super) fn sort(
    descending: bool,
    dtype: DType,
    [outer, length, inner]: [usize; 3],
    run: usize,
    is_merge: bool,
    caps: &Caps,
) -> Routine {
    let (lines, elements) = (outer * inner, outer * inner * length);
    // NaN counts as the largest.
    let before = match (descending, dtype.is_float()) {
        (false, true) => "!c_isnan(a) && (c_isnan(b) || a < b)",
        (true, true) => "!c_isnan(b) && (c_isnan(a) || a > b)",
        (false, false) => "a < b",
        (true, false) => "a > b",
    };
    let functions = format!(
        "{}fn before(a: Element, b: Element) -> bool {{ return {before}; }}\n",
        element_alias(dtype)
    );
    let mut run = run;
    let (shader, workgroups) = if is_merge {
        (&registry::SORT_MERGE, elements.div_ceil(SERIAL_INVOCATIONS))
    } else if caps.sorts_in_workgroups() && length > SHORT_FOLD {
        run = run.min(length.next_power_of_two());
        (&registry::SORT_BITONIC, lines * length.div_ceil(run))
    } else {
        (&registry::SORT_COUNT, elements.div_ceil(SERIAL_INVOCATIONS))
    };
    Routine {
        shader,
        constants: vec![
            ("LINES", unsigned(lines)),
            ("LENGTH", unsigned(length)),
            ("INNER", unsigned(inner)),
            ("RUN", unsigned(run)),
            ("RUNS", unsigned(length.div_ceil(run))),
        ],
        functions,
        workgroups,
    }
}
