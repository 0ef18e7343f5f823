//! The generator against recorded PyTorch: every expression that can be said with raw draws, bit for bit.
//!
//! Refuses to test what Python composes from other operators (listed by [`LEFT_TO_PYTHON`]).
//! The records are `tests/conformance/rng.jsonl.gz`: seed, expression and the values that PyTorch drew.
#![cfg(feature = "recorder")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::io::Read;

use carrel_engine::cpu::Buffer;
use carrel_engine::dtype::DType;
use carrel_engine::error::Result;
use carrel_engine::random::{Filled, Generator};
use serde_json::Value;

/// Beginnings of expressions that need linear algebra or rejection loops: they belong to `torch.nn.init`.
const LEFT_TO_PYTHON: &[&str] = &["torch.nn.init.orthogonal_", "torch.nn.init.trunc_normal_"];

#[test]
fn draws_equal_recorded_pytorch() {
    let records = read_records();
    let (mut passed, mut left) = (0, 0);
    for record in records.lines() {
        let record: Value = serde_json::from_str(record).expect("a record is JSON");
        let (seed, expr) = (
            record["seed"].as_u64().expect("seed"),
            record["expr"].as_str().expect("expr"),
        );
        let Some(draws) = draw(expr, &mut Generator::new(seed)) else {
            assert!(
                LEFT_TO_PYTHON.iter().any(|start| expr.starts_with(start)),
                "no draw is written for {expr}"
            );
            left += 1;
            continue;
        };
        let draws = draws.unwrap_or_else(|error| panic!("{expr} with seed {seed}: {error}"));
        let mut expected = Vec::new();
        decode(&record["value"], &mut expected);
        assert_eq!(draws.len(), expected.len(), "{expr} with seed {seed}");
        for (draw, expected) in draws.iter().zip(&expected) {
            assert!(same(draw, expected), "{expr} with seed {seed}:\n{draw:?}\n{expected:?}");
        }
        passed += 1;
    }
    println!(
        "random: {passed} of {} records equal PyTorch, {left} left to Python",
        passed + left
    );
    assert!(passed > 0, "the records are empty");
}

/// The expression in raw draws, or `None` if it is none.
fn draw(expr: &str, g: &mut Generator) -> Option<Result<Vec<Buffer>>> {
    let one = |buffer: Result<Buffer>| Some(buffer.map(|buffer| vec![buffer]));
    match expr {
        "torch.rand(5)" => one(g.uniform(DType::F32, 5, 0.0, 1.0)),
        "torch.rand(3, 7)" => one(g.uniform(DType::F32, 21, 0.0, 1.0)),
        "torch.rand_like(torch.ones(9))" => one(g.uniform(DType::F32, 9, 0.0, 1.0)),
        "torch.rand(6, dtype=torch.float64)" => one(g.uniform(DType::F64, 6, 0.0, 1.0)),
        "torch.empty(40).uniform_(-2, 3)" => one(g.uniform(DType::F32, 40, -2.0, 3.0)),
        "torch.randn(3)" => one(g.normal(DType::F32, 3, Filled::RowMajor, 0.0, 1.0)),
        "torch.randn(15)" => one(g.normal(DType::F32, 15, Filled::RowMajor, 0.0, 1.0)),
        "torch.randn(16)" => one(g.normal(DType::F32, 16, Filled::RowMajor, 0.0, 1.0)),
        "torch.randn(17)" => one(g.normal(DType::F32, 17, Filled::RowMajor, 0.0, 1.0)),
        "torch.randn(4, 33)" => one(g.normal(DType::F32, 132, Filled::RowMajor, 0.0, 1.0)),
        "torch.randn(2, 3, 5, 7)" => one(g.normal(DType::F32, 210, Filled::RowMajor, 0.0, 1.0)),
        "torch.randn(20, dtype=torch.float64)" => one(g.normal(DType::F64, 20, Filled::RowMajor, 0.0, 1.0)),
        "torch.empty(40).normal_(1, 2)" => one(g.normal(DType::F32, 40, Filled::RowMajor, 1.0, 2.0)),
        "torch.normal(torch.zeros(20), torch.ones(20))" => one(g.normal(DType::F32, 20, Filled::RowMajor, 0.0, 1.0)),
        "torch.nn.Embedding(10, 4).weight" => one(g.normal(DType::F32, 40, Filled::RowMajor, 0.0, 1.0)),
        "torch.nn.init.kaiming_normal_(torch.empty(8, 9))" => {
            one(g.normal(DType::F32, 72, Filled::RowMajor, 0.0, 2f64.sqrt() / 9f64.sqrt()))
        }
        "torch.randint(0, 10, (20,))" => one(g.randint(20, 0, 10)),
        "torch.randint(5, 1000000, (9,))" => one(g.randint(9, 5, 1_000_000)),
        "torch.randint(0, 2**40, (5,))" => one(g.randint(5, 0, 1 << 40)),
        "torch.randperm(10)" => one(g.randperm(10)),
        "torch.randperm(1000)" => one(g.randperm(1000)),
        "torch.utils.data.random_split(range(20), [15, 5])[1].indices" => {
            one(g.randperm(20).map(|order| tail(&order, 15)))
        }
        "torch.bernoulli(torch.full((20,), 0.3))" => one(g.bernoulli(&Buffer::F32(vec![0.3; 20]))),
        "torch.nn.functional.dropout(torch.ones(64), 0.5)" => {
            one(g.bernoulli_scalar(DType::F32, 64, 0.5).map(|kept| doubled(&kept)))
        }
        "torch.empty(20).exponential_()" => one(g.exponential(DType::F32, 20, 1.0)),
        "torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 12, replacement=True)" => {
            one(g.multinomial(&weights(), 1, 12, true))
        }
        "torch.multinomial(torch.tensor([0.1, 0.2, 0.3, 0.4]), 3)" => one(g.multinomial(&weights(), 1, 3, false)),
        "torch.nn.Linear(7, 5).weight" => one(fan_in_uniform(g, 35, 7)),
        "torch.nn.Linear(7, 5).bias" => one(fan_in_uniform(g, 35, 7).and_then(|_| fan_in_uniform(g, 5, 7))),
        "torch.nn.Conv2d(3, 4, 3).weight" => one(fan_in_uniform(g, 108, 27)),
        "torch.nn.LSTM(4, 3).weight_hh_l0" => one(fan_in_uniform(g, 48, 3).and_then(|_| fan_in_uniform(g, 36, 3))),
        "torch.nn.init.xavier_uniform_(torch.empty(8, 9))" => one(xavier_uniform(g, 8, 9)),
        // The output projection, a Linear with a bias that is then zeroed, is made first.
        "torch.nn.MultiheadAttention(8, 2).in_proj_weight" => one(fan_in_uniform(g, 64, 8)
            .and_then(|_| fan_in_uniform(g, 8, 8))
            .and_then(|_| xavier_uniform(g, 24, 8))),
        "(torch.rand(3), torch.randn(3), torch.randn(20), torch.rand(2))" => Some(several(g)),
        "[x for x in torch.utils.data.DataLoader(torch.arange(23), batch_size=5, shuffle=True)]" => Some(shuffled(g)),
        _ => None,
    }
}

fn weights() -> Buffer {
    Buffer::F32(vec![0.1, 0.2, 0.3, 0.4])
}

/// Uniform within `1 / sqrt(fan_in)`, the default of linear and convolution layers, by way of PyTorch's arithmetic.
fn fan_in_uniform(g: &mut Generator, n: usize, fan_in: usize) -> Result<Buffer> {
    let bound = 1.0 / (fan_in as f64).sqrt();
    g.uniform(DType::F32, n, -bound, bound)
}

fn xavier_uniform(g: &mut Generator, rows: usize, columns: usize) -> Result<Buffer> {
    let bound = 3f64.sqrt() * (2.0 / (rows + columns) as f64).sqrt();
    g.uniform(DType::F32, rows * columns, -bound, bound)
}

fn several(g: &mut Generator) -> Result<Vec<Buffer>> {
    Ok(vec![
        g.uniform(DType::F32, 3, 0.0, 1.0)?,
        g.normal(DType::F32, 3, Filled::RowMajor, 0.0, 1.0)?,
        g.normal(DType::F32, 20, Filled::RowMajor, 0.0, 1.0)?,
        g.uniform(DType::F32, 2, 0.0, 1.0)?,
    ])
}

/// A loader draws a seed for its workers, then its sampler one for the order.
fn shuffled(g: &mut Generator) -> Result<Vec<Buffer>> {
    g.random(DType::I64, 1)?;
    let Buffer::I64(seed) = g.random(DType::I64, 1)? else {
        return Ok(Vec::new());
    };
    let Buffer::I64(order) = Generator::new(seed[0] as u64).randperm(23)? else {
        return Ok(Vec::new());
    };
    Ok(order.chunks(5).map(|batch| Buffer::I64(batch.to_vec())).collect())
}

fn tail(order: &Buffer, from: usize) -> Buffer {
    let Buffer::I64(order) = order else {
        panic!("a permutation is int64")
    };
    Buffer::I64(order[from..].to_vec())
}

fn doubled(kept: &Buffer) -> Buffer {
    let Buffer::F32(kept) = kept else {
        panic!("the mask is float32")
    };
    Buffer::F32(kept.iter().map(|one| one * 2.0).collect())
}

/// Equal bits; block draws of float64 go through the platform's logarithm and cosine and may differ in the last one.
fn same(draw: &Buffer, expected: &Buffer) -> bool {
    match (draw, expected) {
        (Buffer::F64(draw), Buffer::F64(expected)) => {
            draw.len() == expected.len()
                && draw
                    .iter()
                    .zip(expected)
                    .all(|(x, y)| (x - y).abs() <= 4.0 * f64::EPSILON * y.abs())
        }
        _ => draw == expected,
    }
}

fn read_records() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/rng.jsonl.gz");
    let file =
        std::fs::File::open(path).unwrap_or_else(|error| panic!("the recorded draws are missing at {path}: {error}"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("the records are gzip of UTF-8");
    text
}

fn decode(value: &Value, buffers: &mut Vec<Buffer>) {
    if let Some(tensor) = value.get("t") {
        let name = tensor["dtype"].as_str().expect("dtype");
        let dtype = DType::ALL
            .iter()
            .copied()
            .find(|dtype| dtype.name() == name)
            .expect("a known dtype");
        let bytes = base64(tensor["data"].as_str().expect("data"));
        buffers.push(Buffer::from_bytes(dtype, &bytes).expect("whole elements"));
    } else if let Some(tuple) = value.get("tuple") {
        decode(tuple, buffers);
    } else if let Some(list) = value.as_array() {
        if list.iter().all(Value::is_i64) {
            buffers.push(Buffer::I64(list.iter().filter_map(Value::as_i64).collect()));
        } else {
            list.iter().for_each(|item| decode(item, buffers));
        }
    }
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = group
            .iter()
            .fold(0u32, |bits, &byte| (bits << 6) | u32::from(digit(byte)))
            << (6 * (4 - group.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}
