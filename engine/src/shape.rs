//! Shapes: element counts, broadcasting, dimension arguments. Pure functions on size lists.
//!
//! Refuses to know strides (see `view`). All arithmetic is checked: a shape from outside can be hostile.

use crate::error::{Error, Result};

/// Sizes of a tensor, outermost first. Empty for a zero-dim tensor.
pub type Shape = Vec<usize>;

/// The most elements a tensor may have. Keeps byte counts inside a 32-bit address space.
pub const MAX_ELEMENTS: usize = 1 << 31;

/// The product of the sizes, or an error when it passes [`MAX_ELEMENTS`]. A zero does not excuse the other sizes:
/// their product is a stride.
pub fn checked_num_elements(sizes: &[usize]) -> Result<usize> {
    let extent = sizes
        .iter()
        .try_fold(1usize, |product, &size| product.checked_mul(size.max(1)))
        .filter(|&product| product < MAX_ELEMENTS);
    if extent.is_none() {
        return Err(Error::runtime(format!(
            "a tensor of shape {} has too many elements",
            crate::error::list_text(sizes)
        )));
    }
    Ok(num_elements(sizes))
}

/// The product of the sizes of a shape that was checked when it was made.
pub fn num_elements(sizes: &[usize]) -> usize {
    sizes.iter().product()
}

/// The shape two operands broadcast to, by NumPy's rule.
pub fn broadcast(a: &[usize], b: &[usize]) -> Result<Shape> {
    let rank = a.len().max(b.len());
    let mut result = vec![1; rank];
    // From the back, so that the innermost mismatch is the one reported, as PyTorch does.
    for from_back in 0..rank {
        let dim = rank - 1 - from_back;
        let size_a = if from_back < a.len() {
            a[a.len() - 1 - from_back]
        } else {
            1
        };
        let size_b = if from_back < b.len() {
            b[b.len() - 1 - from_back]
        } else {
            1
        };
        result[dim] = match (size_a, size_b) {
            (x, y) if x == y => x,
            (1, y) => y,
            (x, 1) => x,
            (x, y) => return Err(Error::Broadcast { a: x, b: y, dim }),
        };
    }
    checked_num_elements(&result)?;
    Ok(result)
}

/// A dimension argument made non-negative. A zero-dim tensor accepts 0 and -1.
pub fn normalize_dim(dim: i64, rank: usize) -> Result<usize> {
    let bound = rank.max(1) as i64;
    if dim < -bound || dim >= bound {
        return Err(Error::DimOutOfRange { dim, rank });
    }
    Ok(if dim < 0 { (dim + bound) as usize } else { dim as usize })
}

/// A list of dimension arguments made non-negative and sorted; an empty list means all dimensions.
pub fn normalize_dims(dims: &[i64], rank: usize) -> Result<Vec<usize>> {
    if dims.is_empty() {
        return Ok((0..rank).collect());
    }
    let mut result = Vec::with_capacity(dims.len());
    for &dim in dims {
        let dim = normalize_dim(dim, rank)?;
        if rank > 0 {
            if result.contains(&dim) {
                return Err(Error::runtime(format!(
                    "dim {dim} appears multiple times in the list of dims"
                )));
            }
            result.push(dim);
        }
    }
    result.sort_unstable();
    Ok(result)
}

/// A shape argument with at most one -1 made concrete for `numel` elements.
pub fn infer_shape(shape: &[i64], numel: usize) -> Result<Shape> {
    let invalid = || Error::InvalidShape {
        shape: shape.to_vec(),
        numel,
    };
    let mut known = 1usize;
    let mut inferred = None;
    for (dim, &size) in shape.iter().enumerate() {
        if size == -1 {
            if inferred.replace(dim).is_some() {
                return Err(Error::runtime("only one dimension can be inferred"));
            }
        } else if size < 0 {
            return Err(Error::runtime(format!("invalid shape dimension {size}")));
        } else {
            known = known.checked_mul(size as usize).ok_or_else(invalid)?;
        }
    }
    let mut result: Shape = shape.iter().map(|&size| size.max(0) as usize).collect();
    match inferred {
        Some(_) if known == 0 => {
            return Err(Error::runtime(format!(
                "cannot reshape tensor of {numel} elements into shape {} because the unspecified dimension size -1 can be any value and is ambiguous",
                crate::error::list_text(shape)
            )));
        }
        Some(dim) if numel.is_multiple_of(known) => result[dim] = numel / known,
        None if known == numel => {}
        _ => return Err(invalid()),
    }
    checked_num_elements(&result)?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting() {
        assert_eq!(broadcast(&[2, 1], &[3]), Ok(vec![2, 3]));
        assert_eq!(broadcast(&[], &[0]), Ok(vec![0]));
        assert_eq!(broadcast(&[2, 3], &[4]), Err(Error::Broadcast { a: 3, b: 4, dim: 1 }));
        assert!(broadcast(&[1 << 20, 1], &[1 << 20]).is_err());
        assert!(checked_num_elements(&[0, 1 << 20, 1 << 20]).is_err());
    }

    #[test]
    fn inference_of_one_size() {
        assert_eq!(infer_shape(&[2, -1], 6), Ok(vec![2, 3]));
        assert!(infer_shape(&[4, -1], 6).is_err());
        assert!(infer_shape(&[-1, -1], 6).is_err());
        assert!(infer_shape(&[0, -1], 0).is_err());
        assert_eq!(infer_shape(&[0, 3], 0), Ok(vec![0, 3]));
    }

    #[test]
    fn dimensions() {
        assert_eq!(normalize_dim(-1, 0), Ok(0));
        assert_eq!(normalize_dim(-2, 3), Ok(1));
        assert!(normalize_dim(3, 3).is_err());
        assert_eq!(normalize_dims(&[-1, 0], 3), Ok(vec![0, 2]));
    }
}
