//! A bench that runs every primitive on both sides and compares at the end, so that the GPU side fuses.
//!
//! Refuses tolerance by default: `agree` takes it from the caller.

use std::rc::Rc;

use carrel_engine::cpu::{Buffer, Operand, compute, from_gpu_bytes, gather_bytes, to_gpu_bytes};
use carrel_engine::dtype::DType;
use carrel_engine::executor::blocking::Executor;
use carrel_engine::graph::{GpuValue, Graph};
use carrel_engine::plan::Fusion;
use carrel_engine::prim::Prim;
use carrel_engine::prim::infer::{Meta, infer};
use carrel_engine::scalar::Scalar;
use carrel_engine::view::View;
use carrel_engine::wire::{Reply, ReplyItem};
use half::{bf16, f16};

/// A value on both sides, seen through a view.
#[derive(Clone, Debug)]
pub struct Twin {
    pub gpu: Rc<GpuValue>,
    pub cpu: Rc<Buffer>,
    pub view: View,
}

impl Twin {
    pub fn dtype(&self) -> DType {
        self.cpu.dtype()
    }

    /// Another window on the same values.
    pub fn seen(&self, view: View) -> Twin {
        Twin { view, ..self.clone() }
    }

    pub fn permute(&self, dims: &[usize]) -> Twin {
        self.seen(self.view.permute(dims))
    }

    pub fn expand(&self, shape: &[usize]) -> Twin {
        self.seen(self.view.expand(shape).expect("expandable"))
    }

    pub fn slice(&self, dim: usize, start: usize, step: usize, length: usize) -> Twin {
        self.seen(self.view.slice(dim, start, step, length))
    }

    pub fn reshape(&self, shape: &[usize]) -> Twin {
        self.seen(self.view.reshape(shape).expect("a view"))
    }
}

/// Both sides.
pub struct Bench {
    pub graph: Graph,
    pub executor: Executor,
}

impl Bench {
    pub fn new() -> Bench {
        Bench {
            graph: Graph::default(),
            executor: Executor::new().expect("a Vulkan device"),
        }
    }

    /// As on a device where workgroup memory is near.
    pub fn as_hardware() -> Bench {
        let mut bench = Bench::new();
        bench.executor.choose_as_hardware();
        bench
    }

    /// As on a device without 16-bit floats.
    pub fn with_wide_halves() -> Bench {
        let mut bench = Bench::new();
        bench.executor.hold_halves_wide();
        bench
    }

    /// With one node a kernel.
    pub fn without_fusion() -> Bench {
        let mut bench = Bench::new();
        bench.executor.set_fusion(Fusion::Off);
        bench
    }

    /// A value from a CPU buffer.
    pub fn buffer(&mut self, buffer: Buffer, shape: &[usize]) -> Twin {
        let view = View::contiguous(shape);
        let bytes = to_gpu_bytes(Operand {
            buffer: &buffer,
            view: &View::contiguous(&[buffer.len()]),
        })
        .expect("fits");
        let gpu = self.graph.upload(buffer.dtype(), buffer.len(), bytes);
        Twin {
            gpu,
            cpu: Rc::new(buffer),
            view,
        }
    }

    pub fn floats(&mut self, values: &[f32], shape: &[usize]) -> Twin {
        self.buffer(Buffer::F32(values.to_vec()), shape)
    }

    pub fn integers(&mut self, values: &[i64], shape: &[usize]) -> Twin {
        self.buffer(Buffer::I64(values.to_vec()), shape)
    }

    /// Floats between -2 and 2, the same each time.
    pub fn noise(&mut self, seed: u64, shape: &[usize]) -> Twin {
        let count = shape.iter().product();
        let mut random = Random(seed);
        let values: Vec<f32> = (0..count).map(|_| random.float() * 4.0 - 2.0).collect();
        self.floats(&values, shape)
    }

    /// A primitive on both sides.
    pub fn apply(&mut self, prim: Prim, inputs: &[&Twin], params: &[Scalar]) -> Twin {
        self.apply_shaped(prim, inputs, params, None)
    }

    /// A primitive without inputs on both sides.
    pub fn fill(&mut self, prim: Prim, params: &[Scalar], shape: &[usize], dtype: DType) -> Twin {
        self.apply_shaped(
            prim,
            &[],
            params,
            Some(Meta {
                shape: shape.to_vec(),
                dtype,
            }),
        )
    }

    fn apply_shaped(&mut self, prim: Prim, inputs: &[&Twin], params: &[Scalar], fill: Option<Meta>) -> Twin {
        let metas: Vec<Meta> = inputs
            .iter()
            .map(|twin| Meta {
                shape: twin.view.shape.clone(),
                dtype: twin.dtype(),
            })
            .collect();
        let output = infer(&prim, &metas, fill.as_ref()).expect("applies");
        let operands: Vec<Operand<'_>> = inputs
            .iter()
            .map(|twin| Operand {
                buffer: &twin.cpu,
                view: &twin.view,
            })
            .collect();
        let cpu = compute(&prim, &operands, params, &output).expect("computes");
        let recorded = inputs
            .iter()
            .map(|twin| (Rc::clone(&twin.gpu), twin.view.clone()))
            .collect();
        let gpu = self
            .graph
            .record(prim, recorded, params.to_vec(), &output.shape, output.dtype);
        Twin {
            gpu,
            cpu: Rc::new(cpu),
            view: View::contiguous(&output.shape),
        }
    }

    /// Sends what waits.
    pub fn flush(&mut self) -> Reply {
        let flush = self.graph.flush().expect("something waits");
        Reply::decode(&self.executor.execute(&flush.encode())).expect("a reply")
    }

    /// Reads values in one flush; failures panic.
    pub fn read(&mut self, twins: &[&Twin]) -> Vec<Buffer> {
        let tickets: Vec<u32> = twins.iter().map(|twin| self.graph.read(&twin.gpu)).collect();
        let reply = self.flush();
        let find = |ticket: u32, dtype: DType| {
            let data = reply.items.iter().find_map(|item| match item {
                ReplyItem::Data { ticket: found, bytes } if *found == ticket => Some(bytes),
                ReplyItem::Data { .. } => None,
                ReplyItem::Failure { message, .. } => panic!("{message}"),
            });
            from_gpu_bytes(dtype, data.expect("data for the ticket")).expect("whole elements")
        };
        twins
            .iter()
            .zip(tickets)
            .map(|(twin, ticket)| find(ticket, twin.dtype()))
            .collect()
    }

    /// Reads and compares with the CPU's values, relative to their size.
    pub fn agree(&mut self, twins: &[&Twin], tolerance: f64) {
        let found = self.read(twins);
        for (number, (twin, found)) in twins.iter().zip(found).enumerate() {
            assert_eq!(found.len(), twin.cpu.len(), "value {number}");
            for (index, (found, expected)) in numbers(&found).iter().zip(numbers(&twin.cpu)).enumerate() {
                let close = (found.is_nan() && expected.is_nan())
                    || *found == expected
                    || (found - expected).abs() <= tolerance * expected.abs().max(1.0);
                assert!(
                    close,
                    "value {number}, element {index}: found {found}, expected {expected}"
                );
            }
        }
    }
}

/// The elements as doubles.
pub fn numbers(buffer: &Buffer) -> Vec<f64> {
    let view = View::contiguous(&[buffer.len()]);
    let bytes = gather_bytes(Operand { buffer, view: &view }).expect("room");
    let size = buffer.dtype().size_bytes();
    let word = |chunk: &[u8]| chunk.iter().rev().fold(0u64, |word, &byte| word << 8 | u64::from(byte));
    let number = |chunk: &[u8]| match buffer.dtype() {
        DType::F16 => f16::from_bits(word(chunk) as u16).to_f64(),
        DType::BF16 => bf16::from_bits(word(chunk) as u16).to_f64(),
        DType::F32 => f64::from(f32::from_bits(word(chunk) as u32)),
        DType::I64 => word(chunk) as i64 as f64,
        DType::I32 => f64::from(word(chunk) as u32 as i32),
        DType::I16 => f64::from(word(chunk) as u16 as i16),
        DType::I8 => f64::from(word(chunk) as u8 as i8),
        _ => word(chunk) as f64,
    };
    bytes.chunks(size).map(number).collect()
}

/// A small generator, so that tests need no seed from outside.
pub struct Random(pub u64);

impl Random {
    pub fn word(&mut self) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.word() as usize % bound
    }

    pub fn float(&mut self) -> f32 {
        (self.word() & 0xff_ffff) as f32 / 16_777_216.0
    }
}
