//! Attention as products and a softmax, and as kernels that keep no scores, on the machine's GPU:
//! `cargo run --release --example attention_bench`. Prints the table of docs/benchmarks-gpu.md.
//!
//! One step is the result and the gradients of queries, keys and values under a causal mask. The products are those that the
//! adapter asks for, and the kernels those for GPUs, so on a GPU that chooses the kernels by itself the columns are alike.
//! Refuses to judge: see docs/benchmarks-gpu.md.

use std::rc::Rc;
use std::{fs, io};

use carrel_engine::dtype::DType;
use carrel_engine::executor::blocking::Executor;
use carrel_engine::graph::{GpuValue, Graph};
use carrel_engine::prim::infer::{Meta, infer};
use carrel_engine::prim::{Binary, Prim, Reduce};
use carrel_engine::scalar::Scalar;
use carrel_engine::view::View;
use carrel_engine::wire::{Reply, ReplyItem};

/// Heads of all examples.
const HEADS: usize = 4;

/// Runs of which the mean is printed.
const RUNS: usize = 10;

/// Milliseconds of a tick of the kernel's clock.
const TICK_MS: f64 = 10.0;

/// A value and the window it is seen through.
#[derive(Clone)]
struct Seen(Rc<GpuValue>, View);

impl Seen {
    fn turned(&self) -> Seen {
        Seen(Rc::clone(&self.0), self.1.permute(&[0, 2, 1]))
    }

    fn expanded(&self, shape: &[usize]) -> Result<Seen, io::Error> {
        Ok(Seen(
            Rc::clone(&self.0),
            self.1.expand(shape).map_err(io::Error::other)?,
        ))
    }
}

struct Bench {
    graph: Graph,
    executor: Executor,
}

impl Bench {
    fn input(&mut self, shape: &[usize]) -> Seen {
        let count: usize = shape.iter().product();
        let bytes = (0..count).flat_map(|i| ((i * 7919 % 1009) as f32 / 504.5 - 1.0).to_le_bytes());
        let bytes = bytes.collect();
        Seen(self.graph.upload(DType::F32, count, bytes), View::contiguous(shape))
    }

    fn apply(&mut self, prim: Prim, inputs: &[&Seen], params: &[Scalar], fill: Meta) -> Result<Seen, io::Error> {
        let metas: Vec<Meta> = inputs
            .iter()
            .map(|seen| Meta {
                shape: seen.1.shape.clone(),
                dtype: seen.0.dtype,
            })
            .collect();
        let output = infer(&prim, &metas, Some(&fill)).map_err(io::Error::other)?;
        let inputs = inputs.iter().map(|seen| (Rc::clone(&seen.0), seen.1.clone())).collect();
        let params = params.to_vec();
        let value = self.graph.record(prim, inputs, params, &output.shape, output.dtype);
        Ok(Seen(value, View::contiguous(&output.shape)))
    }

    fn of(&mut self, prim: Prim, inputs: &[&Seen]) -> Result<Seen, io::Error> {
        let fill = Meta {
            shape: Vec::new(),
            dtype: DType::F32,
        };
        self.apply(prim, inputs, &[], fill)
    }

    fn number(&mut self, value: f64, shape: &[usize]) -> Result<Seen, io::Error> {
        let fill = Meta {
            shape: Vec::new(),
            dtype: DType::F32,
        };
        self.apply(Prim::Full, &[], &[Scalar::Float(value)], fill)?
            .expanded(shape)
    }

    fn count(&mut self, length: usize) -> Result<Seen, io::Error> {
        let fill = Meta {
            shape: vec![length],
            dtype: DType::I32,
        };
        self.apply(Prim::Arange, &[], &[Scalar::Int(0), Scalar::Int(1)], fill)
    }

    /// The result, and the gradients of queries, keys and (transposed) values.
    fn step(&mut self, [q, k, v, g]: &[Seen; 4]) -> Result<Vec<Seen>, io::Error> {
        let length = q.1.shape[1];
        let (place, square) = ([HEADS, length, length], [length, length]);
        let mul = Prim::Binary(Binary::Mul);
        let keys = self.count(length)?.expanded(&square)?;
        let queries = self.count(length)?;
        let column = queries.1.reshape(&[length, 1]).unwrap_or(queries.1);
        let queries = Seen(queries.0, column).expanded(&square)?;
        let later = self
            .of(Prim::Binary(Binary::Gt), &[&keys, &queries])?
            .expanded(&place)?;
        let scale = self.number(0.125, &place)?;
        let lowest = self.number(f64::NEG_INFINITY, &place)?;
        let dots = self.of(Prim::Matmul, &[q, &k.turned()])?;
        let scores = self.of(mul.clone(), &[&dots, &scale])?;
        let scores = self.of(Prim::Where, &[&later, &lowest, &scores])?;
        let weights = self.of(Prim::SafeSoftmax, &[&scores])?;
        let out = self.of(Prim::Matmul, &[&weights, v])?;
        let of_weights = self.of(Prim::Matmul, &[g, &v.turned()])?;
        let of_values = self.of(Prim::Matmul, &[&g.turned(), &weights])?;
        let weighted = self.of(mul.clone(), &[&of_weights, &weights])?;
        let sum = Prim::Reduce {
            op: Reduce::Sum,
            dims: vec![2],
        };
        let total = self.of(sum, &[&weighted])?;
        let column = total.1.reshape(&[HEADS, length, 1]).unwrap_or(total.1);
        let total = Seen(total.0, column).expanded(&place)?;
        let spread = self.of(mul.clone(), &[&weights, &total])?;
        let of_scores = self.of(Prim::Binary(Binary::Sub), &[&weighted, &spread])?;
        let zero = self.number(0.0, &place)?;
        let of_scores = self.of(Prim::Where, &[&later, &zero, &of_scores])?;
        let of_scores = self.of(mul, &[&of_scores, &scale])?;
        let of_queries = self.of(Prim::Matmul, &[&of_scores, k])?;
        let of_keys = self.of(Prim::Matmul, &[&of_scores.turned(), q])?;
        Ok(vec![out, of_queries, of_keys, of_values])
    }

    fn send(&mut self) -> Result<(), io::Error> {
        let Some(flush) = self.graph.flush() else { return Ok(()) };
        let reply = Reply::decode(&self.executor.execute(&flush.encode())).map_err(io::Error::other)?;
        match reply.items.first() {
            Some(ReplyItem::Failure { message, .. }) => Err(io::Error::other(message.clone())),
            _ => Ok(()),
        }
    }

    /// Milliseconds of the processor, dispatches, megabytes bound, and the most megabytes held beside the inputs.
    fn measure(&mut self, length: usize, width: usize) -> Result<[f64; 4], io::Error> {
        let shape = [HEADS, length, width];
        let inputs = [(); 4].map(|()| self.input(&shape));
        self.send()?;
        let held = self.executor.stats().used_bytes;
        let mut found = [0.0, 0.0, 0.0, f64::INFINITY];
        // The first time compiles.
        for run in 0..=RUNS {
            let before = self.executor.stats();
            let start = processor_ms()?;
            let results = self.step(&inputs)?;
            self.graph.read(&results[0].0);
            self.send()?;
            if run > 0 {
                found[0] += (processor_ms()? - start) / RUNS as f64;
            }
            let after = self.executor.stats();
            found[1] = f64::from(after.dispatches - before.dispatches);
            found[2] = (after.moved_bytes - before.moved_bytes) as f64 / 1e6;
            found[3] = found[3].min(after.peak_bytes.saturating_sub(held) as f64 / 1e6);
        }
        Ok(found)
    }
}

/// What all threads of this process have taken of the processor, so that other work on the machine does not count: on a
/// software adapter that is the time of the kernels.
fn processor_ms() -> Result<f64, io::Error> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name in parentheses is the second field; user and system time are the 14th and the 15th.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks = fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    Ok(ticks.sum::<f64>() * TICK_MS)
}

fn main() -> Result<(), io::Error> {
    println!(
        "| tokens | width | dispatches | MB bound | peak MB | processor ms |\n| ---: | ---: | ---: | ---: | ---: | ---: |"
    );
    for width in [32, 64] {
        for length in [64, 128, 256, 512, 1024] {
            let mut rows = Vec::new();
            for as_hardware in [false, true] {
                let mut executor = Executor::new().map_err(io::Error::other)?;
                if as_hardware {
                    executor.choose_as_hardware();
                }
                let mut bench = Bench {
                    graph: Graph::default(),
                    executor,
                };
                rows.push(bench.measure(length, width)?);
            }
            let pair = |at: usize, digits: usize| format!("{:.digits$} / {:.digits$}", rows[0][at], rows[1][at]);
            let [counts, bound, peak, times] = [pair(1, 0), pair(2, 1), pair(3, 1), pair(0, 1)];
            println!("| {length} | {width} | {counts} | {bound} | {peak} | {times} |");
        }
    }
    Ok(())
}
