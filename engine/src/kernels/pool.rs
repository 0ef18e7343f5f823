//! Routines of pooling, and the geometry of windows as shader constants.
//!
//! Refuses channels: planes are alike.

use super::registry;
use super::select::{Routine, SERIAL_INVOCATIONS, element_alias, unsigned};
use crate::dtype::DType;
use crate::plan::kernel::pooled_elements;
use crate::prim::{Pool, Window};

/// A pooling of so many planes.
pub(super) fn routine(op: Pool, window: &Window, planes: usize, dtype: DType) -> Routine {
    let results = planes * pooled_elements(op, window);
    let mut functions = element_alias(dtype);
    let shader = match op {
        Pool::ArgMax => {
            // NaN beats numbers, and the first of equals wins by the order of the walk.
            let test = if dtype.is_float() {
                "!c_isnan(b) && (c_isnan(a) || a > b)"
            } else {
                "a > b"
            };
            functions.push_str(&format!(
                "fn beats(a: Element, b: Element) -> bool {{ return {test}; }}\n"
            ));
            &registry::POOL_LARGEST
        }
        Pool::Sum => &registry::POOL_SUM,
        Pool::Spread => {
            functions.push_str("fn share(p: u32, o: u32, at: u32) -> Element { return load_g(p, o); }\n");
            &registry::POOL_SPREAD
        }
        Pool::Scatter => {
            functions.push_str(
                "fn share(p: u32, o: u32, at: u32) -> Element {\n  if (u32(load_index(p, o)) != at) { return Element(); }\n  return load_g(p, o);\n}\n",
            );
            &registry::POOL_SPREAD
        }
    };
    let mut constants = geometry(window);
    constants.push(("RESULTS", unsigned(results)));
    Routine {
        shader,
        constants,
        functions,
        workgroups: results.div_ceil(SERIAL_INVOCATIONS),
    }
}

/// The window in three dimensions; missing ones come first and have size 1.
pub(super) fn geometry(window: &Window) -> Vec<(&'static str, String)> {
    let vector = |sizes: &[usize], missing: usize| {
        let mut three = vec![missing; 3 - sizes.len().min(3)];
        three.extend(sizes);
        format!("vec3<u32>({}u, {}u, {}u)", three[0], three[1], three[2])
    };
    vec![
        ("INPUT", vector(&window.input, 1)),
        ("KERNEL", vector(&window.kernel, 1)),
        ("STRIDE", vector(&window.stride, 1)),
        ("PADDING", vector(&window.padding, 0)),
        ("DILATION", vector(&window.dilation, 1)),
        ("OUTPUT", vector(&window.output, 1)),
    ]
}
