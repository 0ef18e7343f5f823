//! Graphs that are very long or very deep: nothing recurses along them.

use carrel_engine::ffi::{Called, Recorder};
use carrel_engine::plan::{Caps, plan};
use carrel_engine::prim::{Binary, Prim};
use carrel_engine::wire::{Flush, Operand, Program, ProgramNode, ValueDecl, ValueRef};
use carrel_engine::{codegen::generate, dtype::DType};

fn call(name: &str, numbers: &[f64]) -> f64 {
    let called = Recorder::with(|recorder| {
        let named = |line: &str| line.split(' ').next() == Some(name);
        let op = recorder.op_names().lines().position(named).expect("the operator");
        recorder.scratch()[..numbers.len()].copy_from_slice(numbers);
        recorder.call(op as u32, numbers.len() as u32)
    });
    match called {
        Called::Value(value) => value,
        Called::Failed | Called::Text => {
            panic!(
                "{name}: {}",
                Recorder::with(|recorder| recorder.last_error().to_owned())
            )
        }
    }
}

/// Runs `work` on a small stack, as a browser gives.
fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(work);
    thread.expect("a thread").join().expect("the work ends");
}

const DEPTH: usize = 100_000;

#[test]
fn a_long_history_is_dropped_and_walked() {
    on_small_stack(|| {
        Recorder::with(|recorder| recorder.start(false));
        let one = 1f32.to_le_bytes();
        let leaf = Recorder::with(|recorder| recorder.upload(&one, DType::F32 as u32, &[1]).code());
        call("set_requires_grad", &[leaf, 1.0]);
        let (op, free) = Recorder::with(|recorder| {
            let names = recorder.op_names();
            let at = |name: &str| names.lines().position(|line| line.split(' ').next() == Some(name));
            (at("mul").expect("mul") as u32, at("free").expect("free") as u32)
        });
        for walks in [false, true] {
            let mut newest = call("same", &[leaf]);
            for _ in 0..DEPTH {
                newest = Recorder::with(|recorder| {
                    recorder.scratch()[..2].copy_from_slice(&[newest, leaf]);
                    let made = recorder.call(op, 2).code();
                    recorder.scratch()[..2].copy_from_slice(&[1.0, newest]);
                    recorder.call(free, 2);
                    made
                });
            }
            if walks {
                call("backward", &[1.0, newest, 1.0, f64::NAN, 1.0, 0.0]);
            }
            call("free", &[1.0, newest]);
        }
    });
}

#[test]
fn a_long_program_is_decoded_and_planned() {
    on_small_stack(|| {
        let length = 4000;
        let window = |value| Operand {
            value,
            shape: vec![8],
            strides: vec![1],
            offset_param: None,
        };
        let node = |index: u32| ProgramNode {
            prim: Prim::Binary(Binary::Add),
            operands: vec![
                window(ValueRef::Input(0)),
                window(if index == 0 {
                    ValueRef::Input(0)
                } else {
                    ValueRef::Node(index - 1)
                }),
            ],
            shape: vec![8],
            dtype: DType::F32,
            first_param: 0,
        };
        let program = Program {
            inputs: vec![ValueDecl {
                dtype: DType::F32,
                num_elements: 8,
            }],
            nodes: (0..length).map(node).collect(),
            outputs: vec![length - 1],
            num_params: 0,
        };
        let program = Program::decode(&program.encode()).expect("well-formed");
        let plan = plan(&program, &[false], &Caps::default()).expect("a plan");
        for kernel in &plan.kernels {
            generate(kernel, &Caps::default());
        }
    });
}

#[test]
fn a_loop_that_never_reads_sends_by_itself() {
    on_small_stack(|| {
        Recorder::with(|recorder| recorder.start(true));
        let mut x = call("ones", &[1.0, 4.0, f64::from(DType::F32 as u8), 1.0]);
        let mut sent = 0;
        for _ in 0..5000 {
            let next = call("add", &[x, x]);
            call("free", &[1.0, x]);
            x = next;
            while Recorder::with(Recorder::take_outbox) {
                let bytes = Recorder::with(|recorder| recorder.bytes_out().to_vec());
                Flush::decode(&bytes).expect("well-formed");
                sent += 1;
            }
        }
        assert!((2..=20).contains(&sent), "{sent} messages");
        Recorder::with(|recorder| recorder.start(false));
    });
}
