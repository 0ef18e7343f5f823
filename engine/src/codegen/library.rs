//! Helper functions of `shaders/lib/`, included by use: a kernel's text holds only what it calls.
//!
//! Refuses includes by name: calls are the only request, so nothing can be forgotten or left over.

/// Every library file.
const FILES: [&str; 10] = [
    include_str!("../../../shaders/lib/nonfinite.wgsl"),
    include_str!("../../../shaders/lib/math.wgsl"),
    include_str!("../../../shaders/lib/integer.wgsl"),
    include_str!("../../../shaders/lib/range.wgsl"),
    include_str!("../../../shaders/lib/random.wgsl"),
    include_str!("../../../shaders/lib/bits.wgsl"),
    include_str!("../../../shaders/lib/hyperbolic.wgsl"),
    include_str!("../../../shaders/lib/error.wgsl"),
    include_str!("../../../shaders/lib/gamma.wgsl"),
    include_str!("../../../shaders/lib/bessel.wgsl"),
];

/// The library functions that `text` calls, directly or through others, in library order.
pub fn functions_for(text: &str) -> String {
    let functions = functions();
    let mut included = vec![false; functions.len()];
    let mut pending = vec![text];
    while let Some(text) = pending.pop() {
        for (index, (name, body)) in functions.iter().enumerate() {
            if !included[index] && calls(text, name) {
                included[index] = true;
                pending.push(body);
            }
        }
    }
    let chosen = functions.iter().zip(included).filter(|(_, included)| *included);
    chosen.map(|((_, body), _)| *body).collect()
}

/// Name and text of each library function.
fn functions() -> Vec<(&'static str, &'static str)> {
    let mut result = Vec::new();
    for file in FILES {
        let mut rest = file;
        while let Some(start) = rest.find("\nfn ") {
            let text = &rest[start + 1..];
            let end = text.find("\n}\n").map_or(text.len(), |end| end + 3);
            let name = text[3..].split('(').next().unwrap_or_default();
            result.push((name, &text[..end]));
            rest = &text[end.saturating_sub(1)..];
        }
    }
    result
}

fn calls(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
        text[at + name.len()..].starts_with('(') && !text[..at].ends_with(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_called_comes_along() {
        let text = functions_for("let v = c_relu(x);");
        assert!(text.contains("fn c_relu("));
        assert!(text.contains("fn c_isnan("));
        assert!(!text.contains("fn c_erf("));
        assert_eq!(functions_for("let v = x;"), "");
    }
}
