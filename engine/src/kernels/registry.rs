//! The hand-written shaders: one row each, of one file or two.
//!
//! A shader holds workgroup memory and the entry point `main`; constants, hooks and library functions are put before
//! it. Where shaders share their frame, it is a file of its own beside what differs. Only this table names the files.
//! Refuses to choose among them: see `select`.

/// A hand-written shader.
#[derive(Debug, PartialEq, Eq)]
pub struct Shader {
    /// Name in dumps and tests.
    pub id: &'static str,
    /// The files, with their comments.
    pub files: &'static [&'static str],
    /// Bytes of workgroup memory that it may use.
    pub workgroup_bytes: u32,
}

impl Shader {
    /// The files without their leading comments.
    pub fn code(&self) -> String {
        self.files.iter().map(|file| without_header(file)).collect()
    }
}

fn without_header(file: &str) -> &str {
    let mut rest = file;
    while rest.starts_with("//!") || rest.starts_with('\n') {
        rest = rest.split_once('\n').map_or("", |(_, tail)| tail);
    }
    rest
}

macro_rules! shaders {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $($file:literal)+, $workgroup_bytes:literal;)*) => {
        $($(#[$doc])* pub static $name: Shader = Shader {
            id: $id,
            files: &[$(include_str!(concat!("../../../shaders/", $file))),+],
            workgroup_bytes: $workgroup_bytes,
        };)*

        /// Every row.
        pub static ALL: &[&Shader] = &[$(&$name),*];
    };
}

shaders! {
    /// 64 x 64 tiles through workgroup memory.
    MATMUL_TILED = "matmul-tiled", "matmul/tiles.wgsl" "matmul/tiled.wgsl", 8320;
    /// 16 x 16 tiles through workgroup memory, for few results; of convolutions too.
    MATMUL_SMALL = "matmul-small", "matmul/small.wgsl", 2176;
    /// 4 x 4 results an invocation, operands straight from memory.
    MATMUL_REGISTERS = "matmul-registers", "matmul/squares.wgsl" "matmul/registers.wgsl", 0;
    /// One result an invocation, operands straight from memory.
    MATMUL_SIMPLE = "matmul-simple", "matmul/simple.wgsl", 0;
    /// Folds by a tree in workgroup memory.
    REDUCE_TREE = "reduce-tree", "reduce/tree.wgsl", 1024;
    /// Folds by subgroups, a workgroup a result.
    REDUCE_SUBGROUPS = "reduce-subgroups", "reduce/subgroups.wgsl", 1024;
    /// Folds by one invocation a result.
    REDUCE_SERIAL = "reduce-serial", "reduce/serial.wgsl", 0;
    /// Position of an extreme by a tree in workgroup memory.
    ARG_TREE = "arg-tree", "reduce/arg_tree.wgsl", 2048;
    /// Position of an extreme by one invocation a result.
    ARG_SERIAL = "arg-serial", "reduce/arg_serial.wgsl", 0;
    /// Scatter, each result looking through its line of indices.
    SCATTER_WALK = "scatter-walk", "index/scatter_walk.wgsl", 0;
    /// Scatter by sorted indices.
    SCATTER_SORTED = "scatter-sorted", "index/sorted.wgsl" "index/scatter_sorted.wgsl", 0;
    /// Scatter by sorted indices, a workgroup a result.
    SCATTER_FOLD = "scatter-fold", "index/sorted.wgsl" "index/scatter_fold.wgsl", 1024;
    /// Convolution by 64 x 64 tiles through workgroup memory.
    CONV_TILED = "conv-tiled", "matmul/tiles.wgsl" "conv/tiled.wgsl", 8320;
    /// Convolution by 4 x 4 results an invocation, straight from memory.
    CONV_REGISTERS = "conv-registers", "matmul/squares.wgsl" "conv/registers.wgsl", 0;
    /// By lines, 4 channels by 8 neighbours an invocation, operands straight from memory.
    CONV_LINES = "conv-lines", "conv/lines.wgsl", 0;
    /// Gradient of weights, 4 x 4 an invocation, operands straight from memory.
    CONV_WEIGHTS = "conv-weights", "conv/weights.wgsl", 0;
    /// Convolution by one invocation a result.
    CONV_DIRECT = "conv-direct", "conv/direct.wgsl", 0;
    /// Position of the largest element of each window.
    POOL_LARGEST = "pool-largest", "pool/windows.wgsl" "pool/largest.wgsl", 0;
    /// Sum of each window.
    POOL_SUM = "pool-sum", "pool/windows.wgsl" "pool/sum.wgsl", 0;
    /// Gradients of pooling, gathered.
    POOL_SPREAD = "pool-spread", "pool/spread.wgsl", 0;
    /// Attention, straight from memory.
    ATTENTION_FORWARD_REGISTERS = "attention-forward-registers", "attention/forward_registers.wgsl", 0;
    /// Gradient of attention's queries, straight from memory.
    ATTENTION_QUERIES_REGISTERS = "attention-queries-registers", "attention/queries_registers.wgsl", 0;
    /// Gradients of attention's keys and values, straight from memory.
    ATTENTION_KEYS_REGISTERS = "attention-keys-registers", "attention/keys_registers.wgsl", 0;
    /// Attention by tiles of 64 queries and 32 keys through workgroup memory.
    ATTENTION_FORWARD_TILED = "attention-forward-tiled", "attention/tiles.wgsl" "attention/query_slices.wgsl" "attention/forward_tiled.wgsl", 14344;
    /// Gradient of attention's queries, likewise.
    ATTENTION_QUERIES_TILED = "attention-queries-tiled", "attention/tiles.wgsl" "attention/query_slices.wgsl" "attention/queries_tiled.wgsl", 14344;
    /// Gradients of attention's keys and values, by tiles of 64 keys and 32 queries.
    ATTENTION_KEYS_TILED = "attention-keys-tiled", "attention/tiles.wgsl" "attention/keys_tiled.wgsl", 14344;
    /// A recurrent layer of one function, by a workgroup for four sequences.
    RECURRENT_PLAIN = "recurrent-plain", "recurrent/rows.wgsl" "recurrent/plain.wgsl", 8192;
    /// Its gradient.
    RECURRENT_PLAIN_GRADIENT = "recurrent-plain-gradient", "recurrent/rows.wgsl" "recurrent/plain_gradient.wgsl", 4096;
    /// A layer of gated recurrent units, likewise.
    RECURRENT_GRU = "recurrent-gru", "recurrent/rows.wgsl" "recurrent/gru.wgsl", 8192;
    /// Its gradient.
    RECURRENT_GRU_GRADIENT = "recurrent-gru-gradient", "recurrent/rows.wgsl" "recurrent/gru_gradient.wgsl", 12288;
    /// A layer of long short-term memory, likewise.
    RECURRENT_LSTM = "recurrent-lstm", "recurrent/rows.wgsl" "recurrent/lstm.wgsl", 8192;
    /// Its gradient.
    RECURRENT_LSTM_GRADIENT = "recurrent-lstm-gradient", "recurrent/rows.wgsl" "recurrent/lstm_gradient.wgsl", 16384;
    /// Running fold by one invocation a line.
    SCAN_SERIAL = "scan-serial", "scan/serial.wgsl", 0;
    /// Running fold by a workgroup a line.
    SCAN_BLOCKS = "scan-blocks", "scan/blocks.wgsl", 4096;
    /// Runs sorted by a network in workgroup memory.
    SORT_BITONIC = "sort-bitonic", "sort/bitonic.wgsl", 8192;
    /// Runs sorted by counting.
    SORT_COUNT = "sort-count", "sort/count.wgsl", 0;
    /// Sorted runs merged.
    SORT_MERGE = "sort-merge", "sort/merge.wgsl", 0;
}
