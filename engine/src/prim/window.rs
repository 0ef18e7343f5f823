//! Sliding windows over one to three spatial dimensions: the geometry of convolutions and pooling.
//!
//! Sizes are worked out by `ops`; here they are only checked against each other, so that kernels may
//! trust them. Refuses to know channels, groups and dtypes.

/// Where each output position's window lies in the input. Each list has one entry a spatial dimension.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Input sizes, without padding.
    pub input: Vec<usize>,
    /// Elements of the window.
    pub kernel: Vec<usize>,
    /// Steps between windows.
    pub stride: Vec<usize>,
    /// Places before the input's first element. The places behind follow from `output`.
    pub padding: Vec<usize>,
    /// Steps between a window's elements.
    pub dilation: Vec<usize>,
    /// Output sizes.
    pub output: Vec<usize>,
}

impl Window {
    /// Number of spatial dimensions.
    pub const fn rank(&self) -> usize {
        self.input.len()
    }

    /// Elements of the input's spatial dimensions.
    pub fn input_elements(&self) -> usize {
        self.input.iter().product()
    }

    /// Elements of a window.
    pub fn kernel_elements(&self) -> usize {
        self.kernel.iter().product()
    }

    /// Elements of the output's spatial dimensions.
    pub fn output_elements(&self) -> usize {
        self.output.iter().product()
    }

    /// True if the lists agree in length, the rank is 1 to 3, and no size that divides or counts a step is zero.
    pub fn is_well_formed(&self) -> bool {
        let lists = [&self.kernel, &self.stride, &self.padding, &self.dilation, &self.output];
        let positive = [&self.kernel, &self.stride, &self.dilation];
        (1..=3).contains(&self.rank())
            && lists.iter().all(|list| list.len() == self.rank())
            && positive.iter().all(|list| list.iter().all(|&size| size > 0))
            && self.spans_fit()
    }

    /// No position of any window overflows 31 bits, padding included.
    fn spans_fit(&self) -> bool {
        (0..self.rank()).all(|dim| {
            let last_window = self.output[dim].saturating_sub(1).checked_mul(self.stride[dim]);
            let last_element = (self.kernel[dim] - 1).checked_mul(self.dilation[dim]);
            let span = last_window
                .zip(last_element)
                .and_then(|(window, element)| window.checked_add(element))
                .and_then(|span| span.checked_add(self.padding[dim]));
            span.is_some_and(|span| span < i32::MAX as usize) && self.input[dim] < i32::MAX as usize
        })
    }
}

/// A convolution and its two gradients; each is linear in both inputs, and the three are closed under differentiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Convolution {
    /// x `[N, C, input…]`, w `[O, C / groups, kernel…]` → `[N, O, output…]` (cross-correlation, as PyTorch's conv).
    Forward,
    /// g `[N, O, output…]`, w `[O, C / groups, kernel…]` → `[N, C, input…]`. Also the transposed convolution.
    InputGradient,
    /// x `[N, C, input…]`, g `[N, O, output…]` → `[O, C / groups, kernel…]`.
    WeightGradient,
}

impl Convolution {
    /// Every kind, in wire-code order.
    pub const ALL: &'static [Convolution] = &[
        Convolution::Forward,
        Convolution::InputGradient,
        Convolution::WeightGradient,
    ];
}

/// What pooling does with windows. Places outside of the input are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pool {
    /// x `[P, input…]` → int64 `[P, output…]`: flat position, in the input's spatial dimensions, of the
    /// window's largest element; the first of equals; NaN wins.
    ArgMax,
    /// x `[P, input…]` → `[P, output…]`: sum of the window.
    Sum,
    /// g `[P, output…]` → `[P, input…]`: the gradient of `Sum`; each element gets the sum over its windows.
    Spread,
    /// index int64 `[P, output…]`, g `[P, output…]` → `[P, input…]`: each element gets the sum of g over
    /// those of its windows whose index names it. The gradient of reading the elements that `ArgMax` found.
    Scatter,
}

impl Pool {
    /// Every kind, in wire-code order.
    pub const ALL: &'static [Pool] = &[Pool::ArgMax, Pool::Sum, Pool::Spread, Pool::Scatter];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_that_cannot_be_walked_are_not_well_formed() {
        let window = Window {
            input: vec![5],
            kernel: vec![3],
            stride: vec![1],
            padding: vec![1],
            dilation: vec![1],
            output: vec![5],
        };
        assert!(window.is_well_formed());
        let broken = [
            Window {
                stride: vec![0],
                ..window.clone()
            },
            Window {
                kernel: vec![0],
                ..window.clone()
            },
            Window {
                kernel: vec![3, 3],
                ..window.clone()
            },
            Window {
                padding: vec![usize::MAX],
                ..window.clone()
            },
            Window {
                dilation: vec![usize::MAX],
                ..window
            },
        ];
        assert!(broken.iter().all(|window| !window.is_well_formed()));
    }
}
