//! Index arithmetic: where in memory the n-th element of a window lies.
//!
//! Shapes and strides are constants of the text, offsets are runtime words. Dimensions that lie
//! contiguously are merged first, so most windows need no division at all.
//! Refuses to know blocks and bindings.

/// Sizes and strides with sizes of one dropped and contiguous neighbours merged; outermost first.
pub fn simplify(shape: &[usize], strides: &[usize]) -> Vec<(usize, usize)> {
    let mut dims: Vec<(usize, usize)> = Vec::new();
    for (&size, &stride) in shape.iter().zip(strides) {
        match dims.last_mut() {
            _ if size == 1 => {}
            Some(outer) if outer.1 == size * stride => *outer = (outer.0 * size, stride),
            _ => dims.push((size, stride)),
        }
    }
    dims
}

/// One coordinate of a flat index: `(flat / below) % size`. `below` is the number of elements under one
/// step of the coordinate, `total` the number of elements in all.
pub fn coordinate(flat: &str, below: usize, size: usize, total: usize) -> String {
    if total == 0 {
        // Nothing to find a place in, and nothing to divide by.
        return "0u".to_owned();
    }
    match (below, below * size >= total) {
        (1, true) => flat.to_owned(),
        (1, false) => format!("{flat} % {size}u"),
        (_, true) => format!("{flat} / {below}u"),
        (_, false) => format!("({flat} / {below}u) % {size}u"),
    }
}

/// `name * stride` without needless factors; `None` for zero.
pub fn term(name: &str, stride: usize) -> Option<String> {
    match stride {
        0 => None,
        1 => Some(name.to_owned()),
        _ => Some(format!("{name} * {stride}u")),
    }
}

/// A sum of terms, or zero.
pub fn sum(terms: &[String]) -> String {
    if terms.is_empty() {
        "0u".to_owned()
    } else {
        terms.join(" + ")
    }
}

/// Statements that take a result's number `o` and a folded element's number `r` apart into the coordinates
/// `g0`, `g1`, … of a fold's groups, and those coordinates with their sizes.
pub fn split_groups(groups: &[(usize, bool)]) -> (Vec<String>, Vec<(String, usize)>) {
    let product = |groups: &[(usize, bool)], folded: bool| -> usize {
        let groups = groups.iter().filter(|group| group.1 == folded);
        groups.map(|group| group.0).product()
    };
    let (mut prelude, mut coordinates) = (Vec::new(), Vec::new());
    for (number, &(size, folded)) in groups.iter().enumerate() {
        let (below, total) = (product(&groups[number + 1..], folded), product(groups, folded));
        let text = coordinate(if folded { "r" } else { "o" }, below, size, total);
        let name = format!("g{number}");
        prelude.push(format!("let {name} = {text};"));
        coordinates.push((name, size));
    }
    (prelude, coordinates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contiguous_dimensions_merge() {
        assert_eq!(simplify(&[2, 3, 4], &[12, 4, 1]), [(24, 1)]);
        assert_eq!(simplify(&[2, 3, 4], &[0, 0, 0]), [(24, 0)]);
        assert_eq!(simplify(&[2, 1, 4], &[1, 7, 2]), [(2, 1), (4, 2)]);
        assert_eq!(simplify(&[1, 1], &[5, 5]), []);
    }

    #[test]
    fn divisions_only_where_needed() {
        assert_eq!(coordinate("i", 1, 24, 24), "i");
        assert_eq!(coordinate("i", 4, 6, 24), "i / 4u");
        assert_eq!(coordinate("i", 1, 4, 24), "i % 4u");
        assert_eq!(coordinate("i", 4, 3, 24), "(i / 4u) % 3u");
    }
}
