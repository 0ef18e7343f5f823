//! Attention as the planner finds it in products and a softmax: the pieces that run as kernels.
//!
//! Nobody records these: `plan::attend` makes them out of what was recorded, so gradients, printing and the CPU see
//! products and a softmax alone. Refuses to be sent: no wire code names them.
//! Read next: `plan::attend`, then `kernels::attention`.

/// What one kernel of attention computes. Inputs are `q [B, T, D]`, `k [B, S, D]`, `v [B, S, E]`, then what
/// [`Attention`] tells of, then for the gradients `g [B, T, E]`, and more as listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttentionPart {
    /// `[B, T, E]`: for each query the mean of `v`, weighted by the softmax of its scores.
    Forward,
    /// `[B, T]`: the logarithm of each softmax's denominator. Written by the `Forward` that comes just before.
    RowSums,
    /// `[B, T, D]`: the gradient of `q`. Also reads the result and the row sums of the forward kernel.
    QueryGradient,
    /// `[B, T]`: each query's gradient times its result. Written by the `QueryGradient` that comes just before.
    RowProducts,
    /// `[B, S, D]`: the gradient of `k`. Also reads row sums and row products.
    KeyGradient,
    /// `[B, E, S]`: the gradient of `v`, transposed. Written by the `KeyGradient` that comes just before.
    ValueGradient,
}

impl AttentionPart {
    /// True for what the kernel of the node just before writes as a second result.
    pub const fn is_companion(self) -> bool {
        matches!(
            self,
            AttentionPart::RowSums | AttentionPart::RowProducts | AttentionPart::ValueGradient
        )
    }

    /// True for the kernels of the backward pass.
    pub const fn is_gradient(self) -> bool {
        matches!(self, AttentionPart::QueryGradient | AttentionPart::KeyGradient)
    }
}

/// How products of queries and keys are scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scaling {
    /// Not at all.
    None,
    /// Times a number.
    Times,
    /// Divided by a number.
    Over,
}

/// A kernel of attention. Its inputs beside q, k, v are in this order: the scale; the bias added to scaled products;
/// the mask and what stands for masked scores; the factor on the softmax; for gradients g, the row sums, and the result
/// or the row products; the scale of the scores' gradient; its mask, and what it is where it is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Attention {
    /// The part computed.
    pub part: AttentionPart,
    /// The scale's kind.
    pub scaling: Scaling,
    /// There is a bias `[B, T, S]`.
    pub has_bias: bool,
    /// There is a mask `[B, T, S]`.
    pub has_mask: bool,
    /// Scores are kept where the mask is true, not where it is false.
    pub keeps_mask: bool,
    /// The same of the condition of the scores' gradient.
    pub keeps_gradient: bool,
    /// There is a factor `[B, T, S]`: dropout.
    pub has_factor: bool,
    /// A query that sees no key gets zeros, not NaN.
    pub empty_is_zero: bool,
    /// The mask compares a count along the queries with one along the keys, so that what it hides is a half-plane.
    pub is_half_plane: bool,
}
