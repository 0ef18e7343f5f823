//! The list of variables, its order and its filter, and the figures of the kernel's memory. Fields are named as the kernel
//! names them (`engine/python/carrel_kernel/inspector`); what a reply leaves out is empty.

use serde::Deserialize;
use std::cmp::Ordering;

/// A line of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Variable {
    /// Its name, or its place in what it lies in.
    pub name: String,
    /// The name of its class.
    #[serde(rename = "type")]
    pub type_name: String,
    /// `value`, `function` or `module`.
    pub kind: String,
    /// Its dimensions or its length, in words.
    pub shape: String,
    /// The type of its elements.
    pub dtype: String,
    /// Where its elements are.
    pub device: String,
    /// How much memory it takes, where that is known.
    pub bytes: Option<u64>,
    /// What it holds, on one line.
    pub preview: String,
}

/// What the kernel costs; what is not known is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// Memory of Python.
    pub python_bytes: Option<u64>,
    /// Memory of the tensor engine, tensors on the CPU included.
    pub tensor_bytes: Option<u64>,
    /// Memory of tensors on the GPU.
    pub gpu_bytes: Option<u64>,
    /// The most of it since the start.
    pub gpu_peak_bytes: Option<u64>,
    /// The same with what waits for the next tensors.
    pub gpu_reserved_bytes: Option<u64>,
}

/// What the kernel tells about its variables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Listing {
    /// The variables, in the order in which they were made.
    pub variables: Vec<Variable>,
    /// How many more there are.
    pub left_out: usize,
    /// What the kernel costs.
    pub resources: Resources,
}

/// By what the list can be sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// By name, capitals and small letters together.
    #[default]
    Name,
    /// By the name of the class.
    Type,
    /// By memory, the largest first.
    Size,
}

/// An order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Whether the order is turned round.
    pub is_reversed: bool,
}

impl Sort {
    /// The order after a column's heading was pressed.
    pub fn pressed(self, key: SortKey) -> Self {
        Self {
            key,
            is_reversed: self.key == key && !self.is_reversed,
        }
    }

    /// The value of `aria-sort` for a column.
    pub fn aria(self, key: SortKey) -> &'static str {
        let is_descending = self.is_reversed != (key == SortKey::Size);
        match (self.key == key, is_descending) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }
}

/// The variables that contain a text, in an order.
pub(super) fn visible(all: &[Variable], filter: &str, sort: Sort) -> Vec<Variable> {
    let filter = filter.trim().to_lowercase();
    let fits = |variable: &&Variable| {
        variable.name.to_lowercase().contains(&filter) || variable.type_name.to_lowercase().contains(&filter)
    };
    let mut shown: Vec<Variable> = all.iter().filter(fits).cloned().collect();
    shown.sort_by(|a, b| {
        let order = match sort.key {
            SortKey::Name => Ordering::Equal,
            SortKey::Type => a.type_name.to_lowercase().cmp(&b.type_name.to_lowercase()),
            SortKey::Size => b.bytes.cmp(&a.bytes),
        };
        let order = order.then_with(|| by_name(a, b));
        if sort.is_reversed { order.reverse() } else { order }
    });
    shown
}

fn by_name(a: &Variable, b: &Variable) -> Ordering {
    let folded = a.name.to_lowercase().cmp(&b.name.to_lowercase());
    folded.then_with(|| a.name.cmp(&b.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str, type_name: &str, bytes: Option<u64>) -> Variable {
        Variable {
            name: name.to_owned(),
            type_name: type_name.to_owned(),
            bytes,
            ..Variable::default()
        }
    }

    fn names(filter: &str, sort: Sort) -> String {
        let all = [
            variable("b", "int", Some(28)),
            variable("A", "Tensor", Some(4000)),
            variable("c", "object", None),
        ];
        let shown = visible(&all, filter, sort);
        shown.iter().map(|variable| variable.name.as_str()).collect()
    }

    #[test]
    fn the_list_is_sorted_both_ways_and_filtered_by_name_and_type() {
        let sort = Sort::default();
        assert_eq!(names("", sort), "Abc");
        assert_eq!(names("", sort.pressed(SortKey::Name)), "cbA");
        let by_size = sort.pressed(SortKey::Size);
        assert_eq!(names("", by_size), "Abc");
        assert_eq!(by_size.aria(SortKey::Size), "descending");
        assert_eq!(names("", by_size.pressed(SortKey::Size)), "cbA");
        assert_eq!(names("", sort.pressed(SortKey::Type)), "bcA");
        assert_eq!(names(" TENS ", sort), "A");
        assert_eq!(names("b", sort), "bc");
        assert_eq!(sort.aria(SortKey::Size), "none");
    }

    #[test]
    fn a_reply_may_leave_out_what_it_does_not_know() {
        let text = r#"{"status":"ok","variables":[{"name":"x","type":"int","bytes":null,"new":1}]}"#;
        let listing: Listing = serde_json::from_str(text).expect("it is a listing");
        assert_eq!(listing.variables, [variable("x", "int", None)]);
        assert_eq!(listing.resources, Resources::default());
    }
}
