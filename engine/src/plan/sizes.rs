//! What the bodies of kernels are told beside their expressions: the sizes of scatters, attention, recurrent layers and
//! convolutions, and the parts of a joined kernel.
//!
//! Refuses to know how a body computes: that is its text in `shaders/`. Read next: `kernel`, the language they belong to.

use super::kernel::Value;
use crate::dtype::DType;
use crate::prim::{self, Attention, AttentionPart, Convolution, Recurrent, RecurrentPart, Scatter};

/// Elementwise kernels that differ in lengths, arrays and words alone, as one: part after part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Elements of each part.
    pub lengths: Vec<usize>,
    /// Of each binding that is a joint array, the array of each part.
    pub lanes: Vec<Option<Vec<Value>>>,
    /// Where the store block finds its words.
    pub words: Vec<Word>,
    /// For each part the program's parameter words that are its own.
    pub own: Vec<Vec<u32>>,
}

/// Where a joined kernel finds a word of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// One of the kernel's parameter words: all parts have the same.
    Common(u32),
    /// One of the part's own.
    Own(u32),
}

impl Joined {
    /// The words of a part's record before its own: first workgroup, length, and where it begins in each lane.
    pub fn head_words(&self) -> usize {
        2 + self.lanes.iter().flatten().count()
    }

    /// Words of a part's record, in whole vectors of four.
    pub fn record_words(&self) -> usize {
        let own = self.own.first().map_or(0, Vec::len);
        (self.head_words() + own).next_multiple_of(4)
    }
}

/// Sizes of a scatter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scattering {
    /// How values meet.
    pub op: Scatter,
    /// Dtype of base and source.
    pub dtype: DType,
    /// Shape of the result.
    pub shape: Vec<usize>,
    /// Shape of the source, and of the index unless `by_rows`.
    pub source_shape: Vec<usize>,
    /// The indexed dimension.
    pub dim: usize,
    /// Load 0 is the base; without one, values meet zeros.
    pub has_base: bool,
    /// The index has one dimension: it names whole rows of a `[rows, length]` base.
    pub by_rows: bool,
    /// The last load gives the order of the sorted index, so that sources are found by halving.
    pub is_sorted: bool,
}

impl Scattering {
    /// Sizes before, along and after the indexed dimension, of the index.
    pub fn index_sizes(&self) -> [usize; 3] {
        if self.by_rows {
            return [1, self.source_shape[0], 1];
        }
        let count = |sizes: &[usize]| sizes.iter().product::<usize>();
        let (before, after) = (&self.source_shape[..self.dim], &self.source_shape[self.dim + 1..]);
        [count(before), self.source_shape[self.dim], count(after)]
    }
}

/// Sizes of attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attending {
    /// The part, and what it reads.
    pub kind: Attention,
    /// Heads of all examples.
    pub batch: usize,
    /// Queries.
    pub rows: usize,
    /// Keys.
    pub columns: usize,
    /// Elements of a query and of a key.
    pub depth: usize,
    /// Elements of a value.
    pub width: usize,
    /// The binding of the second result, if somebody wants it.
    pub companion: Option<u32>,
}

impl Attending {
    /// Coordinates of the result.
    pub const fn result_sizes(&self) -> [usize; 3] {
        match self.kind.part {
            AttentionPart::QueryGradient => [self.batch, self.rows, self.depth],
            AttentionPart::KeyGradient => [self.batch, self.columns, self.depth],
            _ => [self.batch, self.rows, self.width],
        }
    }
}

/// Sizes of a recurrent layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurring {
    /// The part, and the cell.
    pub kind: Recurrent,
    /// Steps.
    pub steps: usize,
    /// Sequences side by side.
    pub batch: usize,
    /// Elements of a state.
    pub units: usize,
}

impl Recurring {
    /// Rows and columns of the result.
    pub const fn result_sizes(&self) -> [usize; 2] {
        let cell = self.kind.cell;
        match self.kind.part {
            RecurrentPart::Forward => [self.steps * self.batch, cell.tape_width() * self.units],
            RecurrentPart::Gradient => [(self.steps + 1) * self.batch, cell.gradient_width() * self.units],
        }
    }
}

/// Sizes of a convolution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convolving {
    /// Forward, or which gradient.
    pub op: Convolution,
    /// The geometry, always that of the forward convolution.
    pub window: Box<prim::Window>,
    /// Groups of channels that do not meet.
    pub groups: usize,
    /// Images.
    pub batch: usize,
    /// Channels of the forward convolution's input.
    pub channels_in: usize,
    /// Channels of the forward convolution's output.
    pub channels_out: usize,
    /// Dtype of inputs and result.
    pub dtype: DType,
    /// The sums are cut into so many parts; each gives a result of its own.
    pub parts: usize,
}

impl Convolving {
    /// As a product of matrices for each group: rows, columns and the length of the sums.
    pub fn matrix_sizes(&self) -> [usize; 3] {
        let (rows_in, rows_out) = (self.channels_in / self.groups, self.channels_out / self.groups);
        let (kernel, input, output) = (
            self.window.kernel_elements(),
            self.window.input_elements(),
            self.window.output_elements(),
        );
        match self.op {
            Convolution::Forward => [rows_out, self.batch * output, rows_in * kernel],
            Convolution::InputGradient => [rows_in, self.batch * input, rows_out * kernel],
            Convolution::WeightGradient => [rows_out, rows_in * kernel, self.batch * output],
        }
    }

    /// Elements of the result, of one part.
    pub fn num_results(&self) -> usize {
        let [rows, columns, _] = self.matrix_sizes();
        self.groups * rows * columns
    }
}
