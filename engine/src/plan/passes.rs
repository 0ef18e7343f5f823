//! Bodies that take several kernels: long scans, sorts, scatters by sorted indices, long sums of convolutions.
//!
//! Between the kernels lie arrays of their own. What is cut, and where, follows from the sizes and from what
//! the device said of itself, so results do not depend on timing. Refuses folds: see `split`.

use super::Caps;
use super::kernel::{
    Access, Binding, Block, Body, Convolving, Expr, Kernel, Op, Position, ROOT, Scattering, Store, Value,
};
use super::split::{drop_unused_bindings, split_fold};
use crate::dtype::DType;
use crate::prim::{Convolution, Prim, Reduce, Scan};

/// Kernels in order, and the elements of each array between them.
pub(super) struct Passes {
    pub kernels: Vec<Kernel>,
    pub partials: Vec<usize>,
}

/// Lines with more indices than this are sorted before a scatter instead of being looked through.
const FEW_INDICES: usize = 32;

/// Lines longer than this are scanned in parts side by side, if they are few.
const LONG_LINE: usize = 16_384;

/// Elements of a part of a scan.
const SCAN_PART: usize = 4_096;

/// More lines than this keep the device busy as they are.
const MANY_LINES: usize = 64;

/// Sums of a weight's gradient shorter than this are not cut.
const LONG_SUM: usize = 1_024;

/// Elements of a part of such a sum, at least.
const SUM_PART: usize = 256;

/// Tiles of 64 x 64 results that keep a device busy.
const BUSY_TILES: usize = 64;

/// True for primitives whose last kernel reads an array that the planner adds, which takes a binding.
pub(super) const fn adds_a_binding(prim: &Prim) -> bool {
    matches!(
        prim,
        Prim::Scan { .. }
            | Prim::ArgSort { .. }
            | Prim::Scatter { .. }
            | Prim::ScatterAdd { .. }
            | Prim::IndexPut { .. }
    )
}

/// The kernels that a kernel is cut into. `next_partial` numbers the first array between them.
pub(super) fn passes(kernel: Kernel, next_partial: u32, caps: &Caps) -> Passes {
    let mut cutter = Cutter {
        kernel: &kernel,
        caps,
        next_partial,
        kernels: Vec::new(),
        partials: Vec::new(),
    };
    match &kernel.body {
        Body::Reduce { .. } => cutter.fold(),
        Body::Sort {
            descending,
            dtype,
            sizes,
            ..
        } => cutter.sort(*descending, *dtype, *sizes),
        Body::Scatter(scattering) => cutter.scatter(scattering),
        Body::Scan { op, dtype, sizes, .. } => cutter.scan(*op, *dtype, *sizes),
        Body::Convolve(convolving) => cutter.convolve(convolving),
        Body::Elementwise { .. }
        | Body::Joined(_)
        | Body::ArgReduce { .. }
        | Body::Matmul { .. }
        | Body::Rows { .. }
        | Body::Pool { .. }
        | Body::Recurrent(_)
        | Body::Attention(_) => {}
    }
    let (mut kernels, partials) = (cutter.kernels, cutter.partials);
    if kernels.is_empty() {
        kernels.push(kernel);
    }
    Passes { kernels, partials }
}

struct Cutter<'a> {
    kernel: &'a Kernel,
    caps: &'a Caps,
    next_partial: u32,
    kernels: Vec<Kernel>,
    partials: Vec<usize>,
}

impl Cutter<'_> {
    fn fold(&mut self) {
        if let Some((first, second, num_elements)) = split_fold(self.kernel, self.next_partial) {
            self.partials.push(num_elements);
            self.kernels.extend([first, second]);
        }
    }

    /// A new array between the kernels.
    fn partial(&mut self, num_elements: usize) -> Value {
        self.partials.push(num_elements);
        Value::Partial(self.next_partial + self.partials.len() as u32 - 1)
    }

    /// Adds a kernel with this body and these of the original's loads, after which it reads `also`. It writes to
    /// `into`, or does what the original does with its results.
    fn push(&mut self, body: Body, loads: &[usize], also: Option<(Value, DType)>, into: Option<(Value, DType)>) {
        let mut kernel = Kernel {
            body,
            loads: loads.iter().map(|&load| self.kernel.loads[load].clone()).collect(),
            ..self.kernel.clone()
        };
        if let Some((value, dtype)) = also {
            kernel.loads.push(load_block(kernel.bindings.len() as u32, dtype));
            kernel.bindings.push(Binding::new(value, dtype, Access::Read));
        }
        if let Some((value, dtype)) = into {
            kernel.store = store_block(kernel.bindings.len() as u32, dtype);
            kernel.bindings.push(Binding::new(value, dtype, Access::Write));
        }
        drop_unused_bindings(&mut kernel);
        self.kernels.push(kernel);
    }

    /// Sorts load `load`: the positions go into `into`, or to the original's results.
    fn sort_load(
        &mut self,
        load: usize,
        descending: bool,
        dtype: DType,
        sizes: [usize; 3],
        into: Option<(Value, DType)>,
    ) {
        let mut run = self.caps.sorted_run();
        let step = |run, is_merge| Body::Sort {
            descending,
            dtype,
            sizes,
            run,
            is_merge,
        };
        let mut before: Option<(Value, DType)> = None;
        loop {
            let is_last = run >= sizes[1];
            let target = if is_last {
                into
            } else {
                Some((self.partial(sizes.iter().product()), DType::I64))
            };
            self.push(step(run, before.is_some()), &[load], before, target);
            if is_last {
                return;
            }
            before = target;
            run *= 2;
        }
    }

    fn sort(&mut self, descending: bool, dtype: DType, sizes: [usize; 3]) {
        self.sort_load(0, descending, dtype, sizes, None);
    }

    fn scatter(&mut self, scattering: &Scattering) {
        let sizes = scattering.index_sizes();
        if sizes[1] <= FEW_INDICES {
            return;
        }
        let order = (self.partial(sizes.iter().product()), DType::I64);
        let index = usize::from(scattering.has_base);
        self.sort_load(index, false, DType::I64, sizes, Some(order));
        let body = Body::Scatter(Scattering {
            is_sorted: true,
            ..scattering.clone()
        });
        let loads: Vec<usize> = (0..self.kernel.loads.len()).collect();
        self.push(body, &loads, Some(order), None);
    }

    /// Sums of the parts, their running sums, and the parts scanned from there.
    fn scan(&mut self, op: Scan, dtype: DType, sizes: [usize; 3]) {
        let fold = match op {
            Scan::Sum => Reduce::Sum,
            Scan::Prod => Reduce::Prod,
            Scan::Max => Reduce::Max,
            Scan::Min => Reduce::Min,
            Scan::LogSumExp | Scan::ArgMax | Scan::ArgMin => return,
        };
        let [outer, length, inner] = sizes;
        let lines = outer * inner;
        if length <= LONG_LINE || lines > MANY_LINES {
            return;
        }
        let parts = length.div_ceil(SCAN_PART);
        let totals = (self.partial(lines * parts), dtype);
        let groups = vec![(outer, false), (length, true), (inner, false)];
        let fold = Body::Reduce {
            op: fold,
            dtype,
            groups,
            parts,
        };
        self.push(fold, &[0], None, Some(totals));
        let running = (self.partial(lines * parts), dtype);
        let over_parts = Body::Scan {
            op,
            dtype,
            sizes: [lines, parts, 1],
            parts: 1,
        };
        self.push(over_parts, &[], Some(totals), Some(running));
        let last = Body::Scan {
            op,
            dtype,
            sizes,
            parts,
        };
        self.push(last, &[0], Some(running), None);
    }

    /// The sums of a weight's gradient run over all images: cut, if the results alone keep few workgroups busy.
    fn convolve(&mut self, convolving: &Convolving) {
        let [rows, columns, inner] = convolving.matrix_sizes();
        let tiles = convolving.groups * rows.div_ceil(64) * columns.div_ceil(64);
        if convolving.op != Convolution::WeightGradient || rows < 4 || inner < LONG_SUM || tiles >= BUSY_TILES / 2 {
            return;
        }
        let parts = (BUSY_TILES / tiles.max(1)).clamp(1, inner / SUM_PART);
        let results = convolving.num_results();
        let between = (self.partial(results * parts), DType::F32);
        let between = (
            between.0,
            if convolving.dtype.is_float() {
                between.1
            } else {
                convolving.dtype
            },
        );
        let cut = Body::Convolve(Convolving {
            parts,
            ..convolving.clone()
        });
        self.push(cut, &[0, 1], None, Some(between));
        let fold = Body::Reduce {
            op: Reduce::Sum,
            dtype: between.1,
            groups: vec![(parts, true), (results, false)],
            parts: 1,
        };
        self.push(fold, &[], Some(between), None);
    }
}

/// The element of a binding at the root.
fn load_block(binding: u32, dtype: DType) -> Block {
    let op = Op::Load {
        binding,
        position: ROOT,
    };
    Block {
        exprs: vec![Expr { op, dtype }],
        positions: vec![Position::Root],
        result: Some(0),
        stores: Vec::new(),
    }
}

/// The body's result, written to a binding at the root.
fn store_block(binding: u32, dtype: DType) -> Block {
    Block {
        exprs: vec![Expr { op: Op::Result, dtype }],
        positions: vec![Position::Root],
        result: None,
        stores: vec![Store {
            binding,
            position: ROOT,
            value: 0,
        }],
    }
}
