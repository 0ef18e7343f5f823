//! Writes flushes and the replies expected of them as files, for a browser to execute and compare.
//!
//! `cargo run --example flushes -- DIR` writes `DIR/<name>`; `-- DIR REPLIES` compares `REPLIES/<name>`
//! with what the native executor answers. Refuses to drive a browser.

use std::path::Path;
use std::{env, fs, io};

use carrel_engine::dtype::DType;
use carrel_engine::executor::blocking::Executor;
use carrel_engine::prim::{Binary, Prim, Reduce, Unary};
use carrel_engine::view::contiguous_strides;
use carrel_engine::wire::{
    Flush, Operand, Program, ProgramNode, Read, Reply, ReplyItem, Upload, ValueDecl, ValueId, ValueRef,
};

fn whole(value: ValueRef, shape: &[usize]) -> Operand {
    Operand {
        value,
        shape: shape.to_vec(),
        strides: contiguous_strides(shape),
        offset_param: None,
    }
}

fn node(prim: Prim, operands: Vec<Operand>, shape: &[usize], dtype: DType) -> ProgramNode {
    ProgramNode {
        prim,
        operands,
        shape: shape.to_vec(),
        dtype,
        first_param: 0,
    }
}

/// One node over two float inputs of the given shapes; the result is read.
fn flush(prim: Prim, shapes: &[&[usize]], output: &[usize], dtype: DType) -> Flush {
    let operands = shapes
        .iter()
        .enumerate()
        .map(|(index, shape)| whole(ValueRef::Input(index as u32), shape))
        .collect();
    let count = |shape: &[usize]| shape.iter().product::<usize>();
    let program = Program {
        inputs: shapes
            .iter()
            .map(|shape| ValueDecl {
                dtype: DType::F32,
                num_elements: count(shape),
            })
            .collect(),
        nodes: vec![node(prim, operands, output, dtype)],
        outputs: vec![0],
        num_params: 0,
    };
    let upload = |(index, shape): (usize, &&[usize])| Upload {
        id: ValueId(index as u64 + 1),
        dtype: DType::F32,
        bytes: (0..count(shape))
            .flat_map(|i| ((i * 7 + index) as f32 * 0.37).sin().to_le_bytes())
            .collect(),
    };
    Flush {
        uploads: shapes.iter().enumerate().map(upload).collect(),
        program: program.encode(),
        params: Vec::new(),
        input_ids: (1..=shapes.len() as u64).map(ValueId).collect(),
        output_ids: vec![ValueId(100)],
        reads: vec![Read {
            ticket: 1,
            id: ValueId(100),
        }],
        frees: Vec::new(),
    }
}

fn flushes() -> Vec<(&'static str, Flush)> {
    vec![
        (
            "add",
            flush(Prim::Binary(Binary::Add), &[&[1000], &[1000]], &[1000], DType::F32),
        ),
        (
            "less",
            flush(Prim::Binary(Binary::Lt), &[&[1000], &[1000]], &[1000], DType::Bool),
        ),
        ("erf", flush(Prim::Unary(Unary::Erf), &[&[1000]], &[1000], DType::F32)),
        (
            "sum",
            flush(
                Prim::Reduce {
                    op: Reduce::Sum,
                    dims: vec![0, 1],
                },
                &[&[1024, 1024]],
                &[1, 1],
                DType::F32,
            ),
        ),
        (
            "softmax",
            flush(Prim::Softmax, &[&[1024, 1024]], &[1024, 1024], DType::F32),
        ),
        (
            "matmul",
            flush(
                Prim::Matmul,
                &[&[1, 512, 512], &[1, 512, 512]],
                &[1, 512, 512],
                DType::F32,
            ),
        ),
    ]
}

fn floats(reply: &Reply) -> Result<Vec<f32>, String> {
    match reply.items.as_slice() {
        [ReplyItem::Data { bytes, .. }] => Ok(bytes
            .chunks_exact(4)
            .map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]]))
            .collect()),
        other => Err(format!("{other:?}")),
    }
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, replies @ ..] = arguments.as_slice() else {
        return Err(io::Error::other("usage: flushes DIR [REPLIES]"));
    };
    fs::create_dir_all(folder)?;
    let mut executor = Executor::new().map_err(io::Error::other)?;
    for (name, flush) in flushes() {
        let bytes = flush.encode();
        fs::write(Path::new(folder).join(name), &bytes)?;
        let Some(replies) = replies.first() else { continue };
        let expected = Reply::decode(&executor.execute(&bytes)).map_err(io::Error::other)?;
        let found = Reply::decode(&fs::read(Path::new(replies).join(name))?).map_err(io::Error::other)?;
        match (floats(&expected), floats(&found)) {
            (Ok(expected), Ok(found)) => {
                let worst = expected
                    .iter()
                    .zip(&found)
                    .map(|(x, y)| (x - y).abs())
                    .fold(0.0, f32::max);
                println!("{name}: {} elements, largest difference {worst:e}", found.len());
            }
            (expected, found) => println!("{name}: native {:?}, browser {:?}", expected.err(), found.err()),
        }
    }
    Ok(())
}
