//! Times the executor alone on the machine's GPU and prints a table: `cargo run --release --example gpu_bench`.
//!
//! Each case is one recorded step, sent again and again; a read of the last result ends each run. Every case is
//! measured as the device asks for and, with `--forms`, with kernels chosen as for a GPU and as for a software
//! adapter; with `--halves`, in float16, held in two bytes where the device can and in four. Refuses to compare with other engines: see tests/bench.

use std::rc::Rc;
use std::time::Instant;
use std::{env, io};

use carrel_engine::dtype::DType;
use carrel_engine::executor::blocking::Executor;
use carrel_engine::graph::{GpuValue, Graph};
use carrel_engine::prim::infer::{Meta, infer};
use carrel_engine::prim::{Binary, Prim, Reduce, Unary};
use carrel_engine::scalar::Scalar;
use carrel_engine::view::View;
use carrel_engine::wire::{Reply, ReplyItem};
use half::f16;

/// Runs whose median is printed.
const SAMPLES: usize = 7;

/// Milliseconds of steps that a run aims at.
const RUN_MS: f64 = 150.0;

/// A value and the window it is seen through.
#[derive(Clone)]
struct Seen(Rc<GpuValue>, View);

struct Bench {
    graph: Graph,
    executor: Executor,
    dtype: DType,
}

/// What one step computes, from values that stay.
type Case = Box<dyn Fn(&mut Bench) -> Seen>;

impl Bench {
    fn input(&mut self, shape: &[usize]) -> Seen {
        let count: usize = shape.iter().product();
        let values = (0..count).map(|i| (i * 7919 % 1009) as f32 / 504.5 - 1.0);
        let bytes = if self.dtype == DType::F16 {
            values.flat_map(|x| f16::from_f32(x).to_le_bytes()).collect()
        } else {
            values.flat_map(f32::to_le_bytes).collect()
        };
        Seen(self.graph.upload(self.dtype, count, bytes), View::contiguous(shape))
    }

    fn apply(&mut self, prim: Prim, inputs: &[&Seen], params: &[Scalar]) -> Seen {
        let metas: Vec<Meta> = inputs
            .iter()
            .map(|seen| Meta {
                shape: seen.1.shape.clone(),
                dtype: seen.0.dtype,
            })
            .collect();
        let fill = Meta {
            shape: Vec::new(),
            dtype: self.dtype,
        };
        let output = infer(&prim, &metas, Some(&fill)).unwrap_or(fill);
        let inputs = inputs.iter().map(|seen| (Rc::clone(&seen.0), seen.1.clone())).collect();
        let value = self
            .graph
            .record(prim, inputs, params.to_vec(), &output.shape, output.dtype);
        Seen(value, View::contiguous(&output.shape))
    }

    fn binary(&mut self, op: Binary, x: &Seen, y: &Seen) -> Seen {
        let view = y.1.expand(&x.1.shape).unwrap_or_else(|_| y.1.clone());
        self.apply(Prim::Binary(op), &[x, &Seen(Rc::clone(&y.0), view)], &[])
    }

    fn number(&mut self, value: f64) -> Seen {
        self.apply(Prim::Full, &[], &[Scalar::Float(value)])
    }

    fn fold(&mut self, op: Reduce, x: &Seen, dims: &[usize]) -> Seen {
        self.apply(
            Prim::Reduce {
                op,
                dims: dims.to_vec(),
            },
            &[x],
            &[],
        )
    }

    fn send(&mut self) -> Result<(), io::Error> {
        let Some(flush) = self.graph.flush() else { return Ok(()) };
        let reply = Reply::decode(&self.executor.execute(&flush.encode())).map_err(io::Error::other)?;
        match reply.items.first() {
            Some(ReplyItem::Failure { message, .. }) => Err(io::Error::other(message.clone())),
            _ => Ok(()),
        }
    }

    /// Milliseconds of `steps` steps, with a read of a single number at the end.
    fn time(&mut self, case: &Case, steps: usize) -> Result<f64, io::Error> {
        let start = Instant::now();
        for step in 0..steps {
            let last = case(self);
            if step + 1 == steps {
                let count = last.0.num_elements;
                let first = Seen(last.0, View::contiguous(&[count]).slice(0, 0, 1, 1));
                let read = self.apply(Prim::Copy, &[&first], &[]);
                self.graph.read(&read.0);
                self.send()?;
            } else {
                self.send()?;
            }
        }
        Ok(start.elapsed().as_secs_f64() * 1e3)
    }

    fn measure(&mut self, case: &Case) -> Result<[f64; 3], io::Error> {
        self.time(case, 2)?;
        let once = self.time(case, 2)? / 2.0;
        let steps = ((RUN_MS / once.max(0.01)) as usize).clamp(1, 200);
        let mut times = Vec::new();
        for _ in 0..SAMPLES {
            times.push(self.time(case, steps)? / steps as f64);
        }
        times.sort_by(f64::total_cmp);
        let before = self.executor.stats();
        self.time(case, 1)?;
        let after = self.executor.stats();
        let dispatches = f64::from(after.dispatches - before.dispatches);
        let megabytes = (after.moved_bytes - before.moved_bytes) as f64 / 1e6;
        Ok([times[SAMPLES / 2], dispatches - 1.0, megabytes])
    }
}

fn cases(bench: &mut Bench) -> Vec<(String, f64, Case)> {
    let mut cases: Vec<(String, f64, Case)> = Vec::new();
    for [batch, rows, inner, columns] in [
        [1, 256, 256, 256],
        [1, 512, 512, 512],
        [1, 1024, 1024, 1024],
        [1, 2048, 2048, 2048],
        [1, 64, 784, 256],
        [1, 1, 4096, 4096],
        [1, 64, 16_384, 64],
        [64, 32, 16, 32],
    ] {
        let (a, b) = (
            bench.input(&[batch, rows, inner]),
            bench.input(&[batch, inner, columns]),
        );
        let (at, bt) = (
            Seen(
                bench.input(&[batch, inner, rows]).0,
                View::contiguous(&[batch, inner, rows]).permute(&[0, 2, 1]),
            ),
            Seen(
                bench.input(&[batch, columns, inner]).0,
                View::contiguous(&[batch, columns, inner]).permute(&[0, 2, 1]),
            ),
        );
        let flops = 2.0 * (batch * rows * inner * columns) as f64;
        for (name, a, b) in [
            ("", a.clone(), b.clone()),
            (", first transposed", at, b),
            (", second transposed", a, bt),
        ] {
            let title = format!("matmul {batch}x{rows}x{inner}x{columns}{name}");
            cases.push((
                title,
                flops,
                Box::new(move |bench| bench.apply(Prim::Matmul, &[&a, &b], &[])),
            ));
        }
    }
    let x = bench.input(&[1 << 20]);
    cases.push((
        "elementwise chain of 1 M".into(),
        0.0,
        Box::new(move |bench| {
            let (two, one, half) = (bench.number(2.0), bench.number(1.0), bench.number(0.5));
            let y = bench.binary(Binary::Mul, &x, &two);
            let y = bench.binary(Binary::Add, &y, &one);
            let y = bench.apply(Prim::Unary(Unary::Tanh), &[&y], &[]);
            let y = bench.binary(Binary::Mul, &y, &x);
            let y = bench.binary(Binary::Sub, &y, &half);
            bench.apply(Prim::Unary(Unary::Relu), &[&y], &[])
        }),
    ));
    let x = bench.input(&[1024, 1024]);
    cases.push((
        "softmax 1024 x 1024".into(),
        0.0,
        Box::new({
            let x = x.clone();
            move |bench| bench.apply(Prim::Softmax, &[&x], &[])
        }),
    ));
    cases.push((
        "norm of 1024 rows of 1024".into(),
        0.0,
        Box::new(move |bench| {
            let scale = bench.number(1.0 / 1024.0);
            let total = bench.fold(Reduce::Sum, &x, &[1]);
            let mean = bench.binary(Binary::Mul, &total, &scale);
            let centred = bench.binary(Binary::Sub, &x, &mean);
            let square = bench.apply(Prim::Unary(Unary::Square), &[&centred], &[]);
            let total = bench.fold(Reduce::Sum, &square, &[1]);
            let variance = bench.binary(Binary::Mul, &total, &scale);
            let root = bench.apply(Prim::Unary(Unary::Rsqrt), &[&variance], &[]);
            bench.binary(Binary::Mul, &centred, &root)
        }),
    ));
    let x = bench.input(&[1 << 22]);
    cases.push((
        "sum of 4 M".into(),
        0.0,
        Box::new(move |bench| bench.fold(Reduce::Sum, &x, &[0])),
    ));
    let x = bench.input(&[1024]);
    cases.push((
        "1,000 dependent tiny adds".into(),
        0.0,
        Box::new(move |bench| {
            let mut y = x.clone();
            for _ in 0..1000 {
                y = bench.binary(Binary::Add, &y, &x);
            }
            y
        }),
    ));
    cases
}

fn table(executor: Executor, only: &str, dtype: DType) -> Result<(), io::Error> {
    let mut bench = Bench {
        graph: Graph::default(),
        executor,
        dtype,
    };
    println!("| case | ms | GFLOP/s | MB | GB/s | dispatches |\n| --- | ---: | ---: | ---: | ---: | ---: |");
    let cases = cases(&mut bench);
    for (name, flops, case) in cases {
        if !name.contains(only) {
            continue;
        }
        let [ms, dispatches, megabytes] = bench.measure(&case)?;
        let rate = if flops > 0.0 {
            format!("{:.0}", flops / ms / 1e6)
        } else {
            "-".into()
        };
        println!(
            "| {name} | {ms:.3} | {rate} | {megabytes:.2} | {:.1} | {dispatches} |",
            megabytes / ms
        );
    }
    Ok(())
}

fn main() -> Result<(), io::Error> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let only = arguments.iter().find(|argument| !argument.starts_with("--"));
    let only = only.map_or("", String::as_str);
    let mut executor = Executor::new().map_err(io::Error::other)?;
    if !executor.is_on_software() {
        let start = Instant::now();
        executor.measure(|| start.elapsed().as_secs_f64() * 1e3);
    }
    println!("{}\n", executor.info());
    if arguments.iter().any(|argument| argument == "--forms") {
        println!("Kernels as for a GPU\n");
        let mut hardware = Executor::new().map_err(io::Error::other)?;
        hardware.choose_as_hardware();
        table(hardware, only, DType::F32)?;
        println!("\nKernels as the device asks for\n");
    }
    if arguments.iter().any(|argument| argument == "--halves") {
        println!("float16 in four bytes\n");
        let mut wide = Executor::new().map_err(io::Error::other)?;
        wide.hold_halves_wide();
        table(wide, only, DType::F16)?;
        println!("\nfloat16 as the device can\n");
        return table(executor, only, DType::F16);
    }
    table(executor, only, DType::F32)
}
