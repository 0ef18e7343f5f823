//! Every row of the operator table, called with arguments made from its own signature: likely ones, so that calls get
//! deep, mixed with hostile ones. On the CPU, and recorded for a GPU, whose messages must all be well-formed.

use std::collections::BTreeSet;
use std::time::Instant;

use carrel_engine::context;
use carrel_engine::cpu::memory;
use carrel_engine::dtype::DType;
use carrel_engine::ffi::{Called, Recorder};
use carrel_engine::plan::{Caps, plan};
use carrel_engine::wire::{Flush, Program, Reply, ReplyItem};

use crate::noise::{Findings, Noise, caught, rounds};
use crate::recipes;

/// The most bytes that one tensor may take here.
const MEMORY_LIMIT: usize = 1 << 20;

/// Tensors with more elements are let go, so that later calls stay quick.
const MAX_KEPT_ELEMENTS: f64 = 3000.0;

const POOL: usize = 48;

const HUGE: [f64; 14] = [
    2147483647.0,
    2147483648.0,
    4294967295.0,
    4294967296.0,
    4611686018427387904.0,
    9007199254740992.0,
    9.2e18,
    1e19,
    1e300,
    -2147483649.0,
    -4611686018427387904.0,
    -9.2e18,
    65536.0,
    1e9,
];

const ODD: [f64; 8] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.5, -0.0, 1e-300, -1.0, 1.5];

struct Session {
    signatures: Vec<String>,
    pool: Vec<f64>,
    noise: Noise,
    has_gpu: bool,
    trail: Vec<String>,
    /// Rows that gave a result at least once, over all sessions.
    reached: BTreeSet<String>,
}

impl Session {
    fn new(seed: u64, has_gpu: bool) -> Session {
        let signatures = Recorder::with(|recorder| {
            recorder.start(has_gpu);
            recorder.op_names()
        });
        let mut session = Session {
            signatures: signatures.lines().map(str::to_owned).collect(),
            pool: Vec::new(),
            noise: Noise::new(seed),
            has_gpu,
            trail: Vec::new(),
            reached: BTreeSet::new(),
        };
        session.fill_pool();
        session
    }

    fn op(&self, name: &str) -> usize {
        let named = |line: &String| line.split(' ').next() == Some(name);
        self.signatures.iter().position(named).expect(name)
    }

    fn call(&self, op: usize, numbers: &[f64], text: &str) -> Called {
        Recorder::with(|recorder| {
            recorder.set_text(text);
            let count = numbers.len().min(recorder.scratch().len());
            recorder.scratch()[..count].copy_from_slice(&numbers[..count]);
            recorder.call(op as u32, numbers.len() as u32)
        })
    }

    fn named(&self, name: &str, numbers: &[f64]) -> Option<f64> {
        match self.call(self.op(name), numbers, "") {
            Called::Value(value) => Some(value),
            Called::Failed | Called::Text => None,
        }
    }

    /// Tensors of every dtype, of odd shapes, and views of them.
    fn fill_pool(&mut self) {
        // Many fit each other, so that products and indexing are reached.
        const SHAPES: [&[f64]; 15] = [
            &[3.0, 3.0],
            &[3.0, 3.0],
            &[3.0],
            &[3.0, 3.0, 3.0],
            &[1.0, 3.0, 3.0],
            &[1.0, 3.0],
            &[],
            &[0.0],
            &[1.0],
            &[3.0],
            &[2.0, 3.0],
            &[2.0, 0.0, 3.0],
            &[4.0, 4.0],
            &[1.0, 3.0, 1.0],
            &[2.0, 4.0, 5.0, 5.0],
        ];
        while self.pool.len() < POOL {
            let shape = self.noise.pick(&SHAPES);
            let dtype = self.noise.pick(DType::ALL);
            let dtype = match self.noise.below(6) {
                0..3 => DType::F32,
                3 => DType::I64,
                _ => dtype,
            };
            let count: f64 = shape.iter().product();
            let value = self.noise.below(4) as f64;
            let rank = shape.len() as f64;
            let made = self.named("arange", &[1.0, 0.0, 1.0, count, 1.0, 1.0, f64::from(dtype as u8), 0.0]);
            let Some(flat) = made else { continue };
            let mut numbers = vec![flat, rank];
            numbers.extend_from_slice(shape);
            let Some(mut tensor) = self.named("view", &numbers) else {
                continue;
            };
            if self.noise.one_in(3) {
                tensor = self.named("mul_scalar", &[tensor, 1.0, value]).unwrap_or(tensor);
            }
            if rank >= 2.0 && self.noise.one_in(2) {
                tensor = self.named("transpose", &[tensor, 0.0, 1.0]).unwrap_or(tensor);
            }
            if self.has_gpu && !self.noise.one_in(4) {
                tensor = self.named("to", &[tensor, 1.0, f64::NAN, 0.0]).unwrap_or(tensor);
            }
            if self.noise.one_in(2) {
                self.named("set_requires_grad", &[tensor, 1.0]);
            }
            self.pool.push(tensor);
        }
    }

    fn handle(&mut self) -> f64 {
        if self.noise.one_in(60) {
            return self
                .noise
                .pick(&[-1.0, 1e18, f64::NAN, 0.5, 268435456.0, f64::INFINITY]);
        }
        let index = self.noise.below(self.pool.len());
        self.pool[index]
    }

    fn int(&mut self) -> f64 {
        match self.noise.below(40) {
            0 => self.noise.pick(&HUGE),
            1 => self.noise.pick(&ODD),
            2..10 => -1.0 - self.noise.below(4) as f64,
            _ => self.noise.below(6) as f64,
        }
    }

    fn float(&mut self) -> f64 {
        match self.noise.below(20) {
            0 => self.noise.pick(&HUGE),
            1 | 2 => self.noise.pick(&ODD),
            3..8 => self.noise.below(9) as f64 / 8.0,
            _ => self.noise.below(5) as f64 - 1.0,
        }
    }

    fn argument(&mut self, word: &str, numbers: &mut Vec<f64>) {
        if word.ends_with('?') && word != "Ts?" && self.noise.one_in(2) {
            numbers.push(f64::NAN);
            if word == "s?" {
                numbers.push(0.0);
            }
            return;
        }
        match word.trim_end_matches('?') {
            "T" => {
                let handle = self.handle();
                numbers.push(handle);
            }
            list @ ("Ts" | "is") => {
                let count = self.noise.below(5);
                let told = if self.noise.one_in(100) {
                    self.int()
                } else {
                    count as f64
                };
                numbers.push(told);
                for _ in 0..count {
                    let item = match (list, word.ends_with('?') && self.noise.one_in(3)) {
                        ("Ts", true) => f64::NAN,
                        ("Ts", false) => self.handle(),
                        _ => self.int(),
                    };
                    numbers.push(item);
                }
            }
            "i" => {
                let number = self.int();
                numbers.push(number);
            }
            "f" => {
                let number = self.float();
                numbers.push(number);
            }
            "b" => numbers.push(self.noise.below(2) as f64),
            "s" => {
                let tag = self.noise.below(3);
                numbers.push(if self.noise.one_in(200) { 7.0 } else { tag as f64 });
                let value = if tag == 2 { self.float() } else { self.int() };
                numbers.push(value);
            }
            "d" => numbers.push(if self.noise.one_in(50) {
                99.0
            } else {
                self.noise.below(10) as f64
            }),
            "v" => numbers.push(if self.has_gpu { self.noise.below(2) as f64 } else { 0.0 }),
            _ => {}
        }
    }

    /// Arguments that fit, but for one in some calls.
    fn recipe(&mut self, name: &str) -> Option<Vec<f64>> {
        let dtypes = [DType::F32, DType::I64].map(|dtype| f64::from(dtype as u8));
        let mut noise = Noise::new(self.noise.below(1 << 30) as u64);
        let mut made: Vec<f64> = Vec::new();
        let numbers = {
            let kept = std::cell::RefCell::new(&mut made);
            let call = |row: &str, numbers: &[f64]| {
                let value = self.named(row, numbers)?;
                kept.borrow_mut().push(value);
                Some(value)
            };
            recipes::arguments(name, &call, &mut noise, self.has_gpu, dtypes)
        };
        let mut numbers = numbers?;
        for handle in made {
            // What the call needs goes into the pool, so that later calls meet it; the rest is let go with the session.
            if numbers.contains(&handle) {
                let place = self.noise.below(POOL);
                self.pool[place] = handle;
            }
        }
        if self.noise.one_in(4) && !numbers.is_empty() {
            let place = self.noise.below(numbers.len());
            numbers[place] = self.int();
        }
        Some(numbers)
    }

    /// One call; what it made joins the pool.
    fn step(&mut self, findings: &mut Findings) {
        let planned = self.noise.one_in(3).then(|| self.noise.pick(&recipes::NAMES));
        let op = match planned {
            Some(name) => self.op(name),
            None => self.noise.below(self.signatures.len()),
        };
        let signature = self.signatures[op].clone();
        let (left, result) = signature.split_once(" -> ").expect("an arrow");
        let mut words = left.split(' ');
        let name = words.next().unwrap_or_default();
        if name == "free" {
            return;
        }
        let mut numbers = planned.and_then(|name| self.recipe(name)).unwrap_or_default();
        if numbers.is_empty() {
            for word in words {
                self.argument(word, &mut numbers);
            }
        }
        if self.noise.one_in(200) {
            numbers.truncate(self.noise.below(numbers.len() + 1));
        }
        let text = self.noise.pick(&["", "x", "mean", "amax", "sum", "prod", "\u{1F600}"]);
        self.trail.push(format!("{name}{numbers:?}"));
        if std::env::var_os("CARREL_FUZZ_TRACE").is_some() {
            eprintln!("{name}{numbers:?}");
        }
        let started = Instant::now();
        let called = caught(|| self.call(op, &numbers, text));
        if started.elapsed().as_secs() > 5 {
            findings.add(
                format!("{name} is slow"),
                format!("{:?} {name}{numbers:?}", started.elapsed()),
            );
        }
        if matches!(called, Ok(Called::Value(_) | Called::Text)) {
            self.reached.insert(name.to_owned());
        }
        match called {
            Err(message) => {
                let shapes: Vec<String> = numbers.iter().map(|&number| self.describe(number)).collect();
                findings.add(
                    format!("{name}: {message}"),
                    format!("{name}{numbers:?} with {shapes:?}"),
                );
            }
            Ok(Called::Value(value)) if result == "T" => self.keep(value),
            Ok(Called::Value(count)) if result == "Ts" => {
                let handles = Recorder::with(|recorder| recorder.scratch()[..count as usize].to_vec());
                for handle in handles.into_iter().filter(|handle| !handle.is_nan()) {
                    self.keep(handle);
                }
            }
            Ok(_) => {}
        }
        if name == "set_default_dtype" {
            self.named("set_default_dtype", &[f64::from(DType::F32 as u8)]);
        }
    }

    fn describe(&self, handle: f64) -> String {
        let described = caught(|| {
            self.named("describe", &[handle])
                .map(|count| Recorder::with(|recorder| recorder.scratch()[..count as usize].to_vec()))
        });
        match described {
            Ok(Some(numbers)) => format!("{numbers:?}"),
            _ => String::from("-"),
        }
    }

    fn keep(&mut self, handle: f64) {
        let count = self.named("describe", &[handle]).unwrap_or_default() as usize;
        let numbers = Recorder::with(|recorder| recorder.scratch()[..count].to_vec());
        let rank = numbers.get(5).copied().unwrap_or_default() as usize;
        let elements: f64 = numbers.iter().skip(6).take(rank).product();
        if elements > MAX_KEPT_ELEMENTS || rank > 12 {
            self.named("free", &[1.0, handle]);
            return;
        }
        let place = self.noise.below(POOL);
        let old = std::mem::replace(&mut self.pool[place], handle);
        self.named("free", &[1.0, old]);
    }

    /// What the recorder sends must be well-formed and can be planned; answers come as an executor would give them.
    fn answer(&mut self, findings: &mut Findings) {
        while Recorder::with(Recorder::take_outbox) {
            let bytes = Recorder::with(|recorder| recorder.bytes_out().to_vec());
            let verdict = caught(|| {
                let flush = Flush::decode(&bytes).map_err(|error| error.to_string())?;
                if !flush.program.is_empty() {
                    let program = Program::decode(&flush.program).map_err(|error| error.to_string())?;
                    let donated = vec![false; program.inputs.len()];
                    plan(&program, &donated, &Caps::default()).map_err(|error| error.to_string())?;
                }
                Ok::<_, String>(flush)
            });
            let flush = match verdict {
                Ok(Ok(flush)) => flush,
                Ok(Err(problem)) | Err(problem) => {
                    findings.add(format!("a message is not well-formed: {problem}"), self.recent());
                    Flush::default()
                }
            };
            let mut items = Vec::new();
            for read in &flush.reads {
                if !self.noise.one_in(8) {
                    items.push(ReplyItem::Data {
                        ticket: read.ticket,
                        bytes: vec![0; self.noise.below(8) * 4],
                    });
                }
            }
            let reply = Reply {
                items,
                ..Reply::default()
            };
            let delivered = caught(|| Recorder::with(|recorder| recorder.deliver(&reply.encode())));
            if let Err(message) = delivered {
                findings.add(format!("deliver: {message}"), self.recent());
            }
        }
    }

    fn recent(&self) -> String {
        self.trail[self.trail.len().saturating_sub(8)..].join("; ")
    }
}

fn fuzz(seed: u64, has_gpu: bool) {
    let before = memory::set_limit(MEMORY_LIMIT);
    let mut findings = Findings::default();
    let mut session = Session::new(seed, has_gpu);
    for step in 0..rounds(20_000) {
        session.step(&mut findings);
        if has_gpu && step % 16 == 0 {
            session.answer(&mut findings);
        }
        if step % 500 == 499 {
            let reached = std::mem::take(&mut session.reached);
            session = Session::new(seed + step as u64, has_gpu);
            session.reached = reached;
        }
    }
    let rows = session.signatures.iter().filter_map(|line| line.split(' ').next());
    let missed: Vec<&str> = rows.clone().filter(|&name| !session.reached.contains(name)).collect();
    let share = 1.0 - missed.len() as f64 / rows.count() as f64;
    println!("{:.0} % of the rows gave a result; not {missed:?}", share * 100.0);
    assert!(
        recipes::NAMES.iter().all(|name| session.reached.contains(*name)),
        "a recipe never fits: {missed:?}"
    );
    assert!(share > 0.8, "the calls do not get deep: {missed:?}");
    Recorder::with(|recorder| recorder.start(false));
    context::reset(false);
    memory::set_limit(before);
    findings.report();
}

#[test]
fn every_operator_on_the_cpu() {
    fuzz(1, false);
}

#[test]
fn every_operator_recorded() {
    fuzz(2, true);
}
