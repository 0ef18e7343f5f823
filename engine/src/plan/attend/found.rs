//! Attention in a program, as it was found. Refuses to look for it: see `find`.

use crate::prim::Scaling;
use crate::wire::Operand;

/// One step between the product of queries and keys and the softmax.
#[derive(Clone, Debug)]
pub enum Link {
    /// Times or over a number.
    Scale(Scaling, Operand),
    /// Plus an array.
    Bias(Operand),
    /// `where(mask, fill, score)`, or `where(mask, score, fill)` if `keeps`.
    Mask {
        /// The condition.
        mask: Operand,
        /// What stands for a score.
        fill: Operand,
        /// Scores stay where the condition is true.
        keeps: bool,
    },
}

/// The nodes of a backward pass, and what its kernels read.
#[derive(Clone, Debug)]
pub struct Backward {
    /// Gradient of the result, `[B, T, E]`.
    pub g: Operand,
    /// Scale of the scores' gradient.
    pub scale: Option<Operand>,
    /// Where the gradient of a score is kept, what it is elsewhere, and whether the condition says the opposite.
    pub mask: Option<(Operand, Operand, bool)>,
    /// The products that give the gradients of q, k and (transposed) v.
    pub products: [usize; 3],
}

/// Attention in a program.
#[derive(Clone, Debug)]
pub struct Found {
    /// `[B, T, D]`, `[B, S, D]` and `[B, S, E]`.
    pub operands: [Operand; 3],
    /// Scale, bias and mask, each at most once and in this order.
    pub links: Vec<Link>,
    /// The softmax is one that makes zeros of rows that are -inf all over.
    pub empty_is_zero: bool,
    /// The mask is a comparison of counts along queries and keys.
    pub is_half_plane: bool,
    /// What the softmax is multiplied by.
    pub factor: Option<Operand>,
    /// The softmax.
    pub softmax: usize,
    /// The product that gives the result; `None` if only the backward pass wants it.
    pub product: Option<usize>,
    /// The backward pass, if the program holds one.
    pub backward: Option<Backward>,
}
