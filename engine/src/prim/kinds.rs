//! What structural primitives distinguish: kinds of folds, scans, scatters and draws.
//!
//! Refuses to say how they are computed: see `cpu` and `codegen::expression`.

/// A fold over one or more dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduce {
    /// Sum; integers and bool give int64.
    Sum,
    /// Product; integers and bool give int64.
    Prod,
    /// Largest element; NaN wins.
    Max,
    /// Smallest element; NaN wins.
    Min,
    /// True if any element is not zero; gives bool.
    Any,
    /// True if all elements are not zero; gives bool.
    All,
}

impl Reduce {
    /// Every fold, in wire-code order.
    pub const ALL: &'static [Reduce] = &[
        Reduce::Sum,
        Reduce::Prod,
        Reduce::Max,
        Reduce::Min,
        Reduce::Any,
        Reduce::All,
    ];
}

/// The position of an extreme along one dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArgReduce {
    /// Index of the largest element; the first of equals; NaN wins.
    Max,
    /// Index of the smallest element; the first of equals; NaN wins.
    Min,
}

impl ArgReduce {
    /// Every kind, in wire-code order.
    pub const ALL: &'static [ArgReduce] = &[ArgReduce::Max, ArgReduce::Min];
}

/// A running fold along one dimension: element `i` of the result is of elements `0..=i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scan {
    /// Running sum, in the input's dtype.
    Sum,
    /// Running product, in the input's dtype.
    Prod,
    /// Running largest; NaN wins.
    Max,
    /// Running smallest; NaN wins.
    Min,
    /// `log(sum(exp(x)))` of the elements so far; floats only.
    LogSumExp,
    /// Position of the running largest, the last of equals; NaN wins; gives int64.
    ArgMax,
    /// Position of the running smallest, the last of equals; NaN wins; gives int64.
    ArgMin,
}

impl Scan {
    /// Every kind, in wire-code order.
    pub const ALL: &'static [Scan] = &[
        Scan::Sum,
        Scan::Prod,
        Scan::Max,
        Scan::Min,
        Scan::LogSumExp,
        Scan::ArgMax,
        Scan::ArgMin,
    ];
}

/// How values meet at an element that an index names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scatter {
    /// The source's element; of several, the last in row-major order of the index.
    Replace,
    /// The sum of the base's element and the source's, added in row-major order.
    Add,
    /// The product.
    Prod,
    /// The largest; NaN wins.
    Max,
    /// The smallest; NaN wins.
    Min,
}

impl Scatter {
    /// Every kind, in wire-code order.
    pub const ALL: &'static [Scatter] = &[
        Scatter::Replace,
        Scatter::Add,
        Scatter::Prod,
        Scatter::Max,
        Scatter::Min,
    ];
}

/// What a counter-based draw gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Draw {
    /// Uniform in `[0, 1)`, multiples of 2^-24.
    Uniform,
    /// Standard normal.
    Normal,
    /// 31 random bits as a number from 0 to 2^31 - 1.
    Bits,
}

impl Draw {
    /// Every kind, in wire-code order.
    pub const ALL: &'static [Draw] = &[Draw::Uniform, Draw::Normal, Draw::Bits];
}
