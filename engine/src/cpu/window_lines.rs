//! Where the elements of sliding windows lie: the walk that convolution and pooling share.
//!
//! For one element of the window, the outputs whose element lies inside of the input form runs along the last
//! dimension; kernels are loops over those runs, and padding needs no test inside of them.
//! Refuses to touch values. Read next: `convolve`, `pool`.

use std::ops::Range;

use crate::prim::Window;

/// A run of outputs and the inputs that one element of their windows reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Flat position of the first output.
    pub output: usize,
    /// Flat position of the input that it reads.
    pub input: usize,
    /// Outputs in the run.
    pub len: usize,
}

/// A window with leading dimensions of size 1 added up to rank 3.
#[derive(Clone, Debug)]
pub struct WindowLines {
    input: [usize; 3],
    kernel: [usize; 3],
    stride: [usize; 3],
    padding: [usize; 3],
    dilation: [usize; 3],
    output: [usize; 3],
}

fn padded(list: &[usize], fill: usize) -> [usize; 3] {
    let mut result = [fill; 3];
    let start = 3usize.saturating_sub(list.len());
    result[start..]
        .iter_mut()
        .zip(list)
        .for_each(|(place, &size)| *place = size);
    result
}

impl WindowLines {
    /// The walk over a well-formed window.
    pub fn new(window: &Window) -> WindowLines {
        WindowLines {
            input: padded(&window.input, 1),
            kernel: padded(&window.kernel, 1),
            stride: padded(&window.stride, 1),
            padding: padded(&window.padding, 0),
            dilation: padded(&window.dilation, 1),
            output: padded(&window.output, 1),
        }
    }

    /// Steps in the input between neighbours of a line.
    pub const fn input_step(&self) -> usize {
        self.stride[2]
    }

    /// Elements of a window.
    pub fn kernel_elements(&self) -> usize {
        self.kernel.iter().product()
    }

    /// Elements of one plane of the input.
    pub fn input_elements(&self) -> usize {
        self.input.iter().product()
    }

    /// Elements of one plane of the output.
    pub fn output_elements(&self) -> usize {
        self.output.iter().product()
    }

    /// True if every window is one element and the output is the input.
    pub fn is_pointwise(&self) -> bool {
        self.kernel == [1; 3] && self.stride == [1; 3] && self.padding == [0; 3] && self.input == self.output
    }

    /// Outputs along a dimension whose window's element `place` lies inside of the input.
    fn outputs_inside(&self, dim: usize, place: usize) -> Range<usize> {
        let (ahead, stride) = (place * self.dilation[dim], self.stride[dim]);
        let first = self.padding[dim].saturating_sub(ahead).div_ceil(stride);
        let end = (self.input[dim] + self.padding[dim])
            .saturating_sub(ahead)
            .div_ceil(stride)
            .min(self.output[dim]);
        first..end.max(first)
    }

    /// The input position along a dimension that an output inside reads.
    const fn read(&self, dim: usize, output: usize, place: usize) -> usize {
        output * self.stride[dim] + place * self.dilation[dim] - self.padding[dim]
    }

    /// Calls `visit` with the lines of one element of the window, clipped to a range of flat outputs, in their order.
    pub fn for_each(&self, kernel: usize, outputs: Range<usize>, mut visit: impl FnMut(Line)) {
        let (last, rows) = (kernel % self.kernel[2], kernel / self.kernel[2]);
        let (middle, outer) = (rows % self.kernel[1], rows / self.kernel[1]);
        let along = self.outputs_inside(2, last);
        let (across, deep) = (self.outputs_inside(1, middle), self.outputs_inside(0, outer));
        let width = self.output[2];
        if along.is_empty() || outputs.is_empty() || width == 0 {
            return;
        }
        for row in outputs.start / width..=(outputs.end - 1) / width {
            let (plane, line) = (row / self.output[1], row % self.output[1]);
            if !across.contains(&line) || !deep.contains(&plane) {
                continue;
            }
            let begin = (row * width + along.start).max(outputs.start);
            let end = (row * width + along.end).min(outputs.end);
            if begin >= end {
                continue;
            }
            let input_row = self.read(0, plane, outer) * self.input[1] + self.read(1, line, middle);
            let input = input_row * self.input[2] + self.read(2, begin - row * width, last);
            visit(Line {
                output: begin,
                input,
                len: end - begin,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(sizes: [&[usize]; 6]) -> Window {
        let [input, kernel, stride, padding, dilation, output] = sizes.map(<[usize]>::to_vec);
        Window {
            input,
            kernel,
            stride,
            padding,
            dilation,
            output,
        }
    }

    fn pairs(lines: &WindowLines, kernel: usize, outputs: Range<usize>) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        lines.for_each(kernel, outputs, |line| {
            found.extend((0..line.len).map(|place| (line.output + place, line.input + place * lines.input_step())));
        });
        found
    }

    #[test]
    fn lines_leave_padding_out() {
        let lines = WindowLines::new(&window([&[5], &[3], &[2], &[1], &[1], &[3]]));
        assert_eq!(pairs(&lines, 0, 0..3), [(1, 1), (2, 3)]);
        assert_eq!(pairs(&lines, 1, 0..3), [(0, 0), (1, 2), (2, 4)]);
        assert_eq!(pairs(&lines, 2, 0..3), [(0, 1), (1, 3)]);
        assert_eq!(pairs(&lines, 1, 1..2), [(1, 2)]);
    }

    #[test]
    fn lines_cross_rows_and_planes() {
        let lines = WindowLines::new(&window([&[2, 3], &[2, 2], &[1, 1], &[1, 0], &[1, 2], &[3, 1]]));
        assert_eq!(pairs(&lines, 0, 0..3), [(1, 0), (2, 3)]);
        assert_eq!(pairs(&lines, 3, 0..3), [(0, 2), (1, 5)]);
        assert_eq!(pairs(&lines, 3, 1..3), [(1, 5)]);
        let far = WindowLines::new(&window([
            &[1, 1, 2],
            &[1, 1, 2],
            &[1, 1, 1],
            &[0, 0, 0],
            &[1, 1, 5],
            &[1, 1, 2],
        ]));
        assert_eq!(pairs(&far, 1, 0..2), []);
    }
}
