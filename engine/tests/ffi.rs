//! The door to Python: calls work, and nothing that comes in panics.
#![cfg(feature = "recorder")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use carrel_engine::ffi::{Called, Recorder};

struct Session {
    names: Vec<String>,
}

impl Session {
    fn new(has_gpu: bool) -> Session {
        let names = Recorder::with(|recorder| {
            recorder.start(has_gpu);
            recorder.op_names()
        });
        Session {
            names: names.lines().map(str::to_owned).collect(),
        }
    }

    fn op(&self, name: &str) -> u32 {
        self.names
            .iter()
            .position(|line| line.split(' ').next() == Some(name))
            .expect(name) as u32
    }

    fn call(&self, name: &str, numbers: &[f64]) -> Called {
        let op = self.op(name);
        Recorder::with(|recorder| {
            recorder.scratch()[..numbers.len()].copy_from_slice(numbers);
            recorder.call(op, numbers.len() as u32)
        })
    }

    fn handle(&self, name: &str, numbers: &[f64]) -> f64 {
        match self.call(name, numbers) {
            Called::Value(handle) => handle,
            other => panic!(
                "{name}: {other:?} {}",
                Recorder::with(|recorder| recorder.last_error().to_owned())
            ),
        }
    }

    fn download(&self, handle: f64) -> Vec<u8> {
        Recorder::with(|recorder| {
            assert_ne!(recorder.download(handle), Called::Failed, "{}", recorder.last_error());
            recorder.bytes_out().to_vec()
        })
    }
}

fn upload(values: &[f32], shape: &[u32]) -> f64 {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    Recorder::with(|recorder| recorder.upload(&bytes, 8, shape).code())
}

#[test]
fn forward_backward_and_item() {
    let session = Session::new(false);
    let x = upload(&[1.0, 2.0, 3.0], &[3]);
    session.call("set_requires_grad", &[x, 1.0]);
    let y = session.handle("mul", &[x, x]);
    let total = session.handle("sum", &[y, 0.0, 0.0, f64::NAN]);
    assert_eq!(session.call("grad_fn_name", &[total]), Called::Text);
    assert_eq!(
        Recorder::with(|recorder| recorder.last_text().to_owned()),
        "SumBackward0"
    );
    assert_eq!(session.call("item", &[total]), Called::Value(2.0));
    assert_eq!(Recorder::with(|recorder| recorder.scratch()[..2].to_vec()), [2.0, 14.0]);
    assert_eq!(
        session.call("backward", &[1.0, total, 1.0, f64::NAN, 0.0, 0.0]),
        Called::Value(0.0)
    );
    assert_eq!(session.call("grad", &[x]), Called::Value(1.0));
    let grad = Recorder::with(|recorder| recorder.scratch()[0]);
    let expected: Vec<u8> = [2.0f32, 4.0, 6.0]
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    assert_eq!(session.download(grad), expected);
}

#[test]
fn errors_carry_the_exception_and_the_text() {
    let session = Session::new(false);
    let (a, b) = (upload(&[0.0; 6], &[2, 3]), upload(&[0.0; 4], &[4]));
    assert_eq!(session.call("add", &[a, b]), Called::Failed);
    let error = Recorder::with(|recorder| recorder.last_error().to_owned());
    assert_eq!(
        error,
        "RuntimeError\nThe size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"
    );
    session.call("free", &[1.0, a]);
    assert_eq!(session.call("neg", &[a]), Called::Failed);
}

#[test]
fn a_function_of_python_takes_part_in_backward() {
    let session = Session::new(false);
    let x = upload(&[3.0], &[]);
    session.call("set_requires_grad", &[x, 1.0]);
    let y = upload(&[9.0], &[]);
    Recorder::with(|recorder| recorder.set_text("SquareBackward"));
    session.handle("attach_function", &[1.0, x, 1.0, y, 0.0, 42.0]);
    assert_eq!(Recorder::with(|recorder| recorder.scratch()[0]), 1.0);
    let z = session.handle("mul_scalar", &[y, 2.0, 10.0]);
    session.handle("walk_start", &[1.0, z, 1.0, f64::NAN, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let number = |name: &str| {
        session.handle(name, &[]);
        Recorder::with(|recorder| recorder.scratch()[0])
    };
    assert_eq!(session.handle("walk_on", &[]), 2.0);
    assert_eq!(Recorder::with(|recorder| recorder.scratch()[1]), 42.0);
    let g = number("walk_tensors");
    let gx = session.handle("mul_scalar", &[g, 2.0, 6.0]);
    session.handle("walk_provide", &[1.0, gx]);
    assert_eq!(session.handle("walk_on", &[]), 0.0);
    session.handle("walk_end", &[0.0]);
    session.call("grad", &[x]);
    let grad = Recorder::with(|recorder| recorder.scratch()[0]);
    assert_eq!(session.download(grad), 60.0f32.to_le_bytes());
}

/// Numbers of a linear congruential generator, so that a failure repeats.
struct Noise(u64);

impl Noise {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn number(&mut self, handles: &[f64]) -> f64 {
        const HOSTILE: [f64; 14] = [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -1.0,
            -2.0,
            0.5,
            1e18,
            -9e18,
            1e300,
            4e9,
            65536.0,
            2147483648.0,
            -0.0,
            1e-300,
        ];
        match self.next(8) {
            0 => HOSTILE[self.next(HOSTILE.len() as u64) as usize],
            1..=3 if !handles.is_empty() => handles[self.next(handles.len() as u64) as usize],
            _ => self.next(5) as f64,
        }
    }
}

/// Operators whose result can be as large as a number says.
const GROWING: [&str; 14] = [
    "repeat",
    "full",
    "zeros",
    "ones",
    "eye",
    "randint",
    "randperm",
    "linspace",
    "arange",
    "expand",
    "as_strided",
    "multinomial",
    "outer",
    "linalg_row_order",
];

#[test]
fn random_calls_never_panic() {
    for seed in 0..4 {
        let has_gpu = seed % 2 == 1;
        let session = Session::new(has_gpu);
        let mut noise = Noise(seed);
        let mut handles: Vec<f64> = vec![
            upload(&[1.0, 2.0, 3.0], &[3]),
            upload(&[0.5; 6], &[2, 3]),
            upload(&[2.0], &[]),
            upload(&[], &[0]),
        ];
        handles.push(session.handle("arange", &[1.0, 0.0, 1.0, 3.0, 1.0, 1.0, 5.0, 0.0]));
        handles.push(session.handle("gt_scalar", &[handles[1], 2.0, 0.7]));
        session.call("set_requires_grad", &[handles[0], 1.0]);
        if has_gpu {
            let moved = session.handle("to", &[handles[1], 1.0, f64::NAN, 0.0]);
            handles.push(moved);
        }
        for _ in 0..20_000 {
            let op = noise.next(session.names.len() as u64) as usize;
            let name = session.names[op].split(' ').next().unwrap();
            // Tensors stay small here: the next test asks for impossible ones.
            if GROWING.contains(&name) || name == "free" || name == "set_default_dtype" {
                continue;
            }
            let count = noise.next(9) as usize;
            let numbers: Vec<f64> = (0..count).map(|_| noise.number(&handles)).collect();
            if let Called::Value(value) = session.call(name, &numbers)
                && session.names[op].ends_with("-> T")
            {
                session.handle("storage_size", &[value]);
                if Recorder::with(|recorder| recorder.scratch()[0]) > 1000.0 {
                    session.call("free", &[1.0, value]);
                    continue;
                }
                if handles.len() > 60 {
                    let position = 7 + noise.next(handles.len() as u64 - 7) as usize;
                    let old = std::mem::replace(&mut handles[position], value);
                    session.call("free", &[1.0, old]);
                } else {
                    handles.push(value);
                }
            }
        }
    }
}

#[test]
fn hostile_sizes_and_operators_are_errors() {
    let session = Session::new(false);
    let huge = [1.0, 1e18];
    for name in ["zeros", "ones"] {
        assert_eq!(session.call(name, &[&huge[..], &[8.0, 0.0]].concat()), Called::Failed);
        assert_eq!(session.call(name, &[2.0, 65536.0, 65536.0, 8.0, 0.0]), Called::Failed);
        assert_eq!(session.call(name, &[1.0, -1.0, 8.0, 0.0]), Called::Failed);
        assert_eq!(session.call(name, &[1.0, 2.0, 99.0, 0.0]), Called::Failed);
    }
    let x = upload(&[1.0, 2.0], &[2]);
    assert_eq!(session.call("repeat", &[x, 2.0, 1e9, 1e9]), Called::Failed);
    assert_eq!(session.call("expand", &[x, 2.0, 1e15, 2.0]), Called::Failed);
    assert_eq!(session.call("eye", &[1e10, 1e10, 8.0, 0.0]), Called::Failed);
    assert_eq!(
        session.call("arange", &[2.0, 0.0, 2.0, 1e300, 2.0, 1e-300, 8.0, 0.0]),
        Called::Failed
    );
    assert_eq!(
        session.call("as_strided", &[x, 1.0, 2.0, 1.0, 4e18, 0.0]),
        Called::Failed
    );
    assert_eq!(Recorder::with(|recorder| recorder.call(100_000, 0)), Called::Failed);
    assert_eq!(Recorder::with(|recorder| recorder.call(0, u32::MAX)), Called::Failed);
    assert_eq!(
        Recorder::with(|recorder| recorder.upload(&[1, 2, 3], 8, &[1])),
        Called::Failed
    );
    assert_eq!(
        Recorder::with(|recorder| recorder.upload(&[], 8, &[u32::MAX, u32::MAX])),
        Called::Failed
    );
    assert_eq!(Recorder::with(|recorder| recorder.deliver(&[1, 2, 3])), Called::Failed);
}
