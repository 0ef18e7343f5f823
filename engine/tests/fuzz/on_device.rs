//! Odd programs run on a device, with wrong ids, offsets and sizes mixed in: every message gets a reply, and the
//! executor goes on. Whether the numbers are right is not asked here.

use carrel_engine::executor::blocking::Executor;
use carrel_engine::wire::{Flush, Program, Read, Reply, ReplyItem, Upload, ValueId};

use crate::noise::{Findings, Noise, caught, rounds};
use crate::programs::random_program;

/// Programs over larger values are left out: they are slow on a software adapter and no odder.
const MAX_ELEMENTS: usize = 10_000;

fn is_small(program: &Program) -> bool {
    let inputs = program.inputs.iter().map(|input| input.num_elements);
    let nodes = program.nodes.iter().map(|node| node.shape.iter().product::<usize>());
    inputs.chain(nodes).all(|elements| elements <= MAX_ELEMENTS)
}

fn flush(noise: &mut Noise, program: &Program, next_id: &mut u64) -> Flush {
    let mut fresh = || {
        *next_id += 1;
        ValueId(*next_id)
    };
    let mut flush = Flush {
        program: program.encode(),
        params: (0..program.num_params)
            .map(|_| noise.pick(&[0, 0, 1, 2, 70_000, u32::MAX]))
            .collect(),
        ..Flush::default()
    };
    for input in &program.inputs {
        let id = fresh();
        let elements = if noise.one_in(40) {
            noise.below(9)
        } else {
            input.num_elements
        };
        let width = input.dtype.wire_bytes();
        let words = (0..elements).flat_map(|index| ((index % 5) as u32).to_le_bytes().into_iter().take(width));
        flush.uploads.push(Upload {
            id,
            dtype: input.dtype,
            bytes: words.collect(),
        });
        flush.input_ids.push(id);
    }
    for _ in &program.outputs {
        flush.output_ids.push(fresh());
    }
    let known: Vec<ValueId> = flush.input_ids.iter().chain(&flush.output_ids).copied().collect();
    for (ticket, &id) in known.iter().enumerate() {
        if noise.one_in(2) {
            flush.reads.push(Read {
                ticket: ticket as u32,
                id,
            });
        }
        if noise.one_in(2) {
            flush.frees.push(id);
        }
    }
    match noise.below(30) {
        0 => flush.input_ids.reverse(),
        1 => flush.output_ids.truncate(1),
        2 => flush.frees.push(ValueId(1 << 60)),
        3 => flush.reads.push(Read {
            ticket: 99,
            id: ValueId(1 << 60),
        }),
        4 => flush.output_ids = flush.input_ids.clone(),
        5 => flush.params.clear(),
        _ => {}
    }
    flush
}

#[test]
fn every_program_gets_a_reply() {
    let mut noise = Noise::new(31);
    let mut findings = Findings::default();
    let mut executor = Executor::new().expect("a Vulkan device");
    executor.set_memory_limit(256 << 20);
    let mut next_id = 0;
    let (mut num_run, mut num_good) = (0, 0);
    for _ in 0..rounds(150) {
        let program = random_program(&mut noise);
        if !is_small(&program) || Program::decode(&program.encode()).is_err() {
            continue;
        }
        let flush = flush(&mut noise, &program, &mut next_id);
        let outcome = caught(|| Reply::decode(&executor.execute(&flush.encode())).expect("a reply"));
        num_run += 1;
        match outcome {
            Ok(reply) => {
                let failure = reply.items.iter().find_map(|item| match item {
                    ReplyItem::Failure { message, .. } => Some(message),
                    ReplyItem::Data { .. } => None,
                });
                match failure {
                    None => num_good += 1,
                    // The decoder and the planner vouch for what they let through.
                    Some(message) if message.contains("WebGPU") => {
                        findings.add(message.chars().take(300).collect(), format!("{program:?}"));
                    }
                    Some(_) => {}
                }
            }
            Err(message) => {
                findings.add(message, format!("{program:?}"));
                executor = Executor::new().expect("a Vulkan device");
            }
        }
    }
    println!("{num_good} of {num_run} programs ran");
    assert!(num_good * 4 > num_run, "only {num_good} of {num_run} programs ran");
    findings.report();
}
