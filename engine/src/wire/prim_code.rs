//! Primitives as bytes: a code and the static attributes.
//!
//! Refuses unknown codes. A new structural primitive needs a code here; elementwise rows get theirs
//! from the table's order.

use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::prim::{
    ArgReduce, Binary, Cell, Convolution, Draw, Factor, Pool, Prim, Recurrent, RecurrentPart, Reduce, Scan, Scatter,
    Unary, Window,
};
use crate::wire::codec::{Reader, Writer};

/// Appends a primitive.
pub fn write_prim(writer: &mut Writer, prim: &Prim) {
    match prim {
        Prim::Unary(op) => coded(writer, 0, code_in(Unary::ALL, op)),
        Prim::Binary(op) => coded(writer, 1, code_in(Binary::ALL, op)),
        Prim::Where => writer.u8(2),
        Prim::Cast(dtype) => coded(writer, 3, *dtype as u8),
        Prim::Copy => writer.u8(4),
        Prim::Full => writer.u8(5),
        Prim::Arange => writer.u8(6),
        Prim::Reduce { op, dims } => {
            coded(writer, 7, code_in(Reduce::ALL, op));
            writer.sizes(dims);
        }
        Prim::ArgReduce { op, dim } => {
            coded(writer, 8, code_in(ArgReduce::ALL, op));
            writer.size(*dim);
        }
        Prim::Matmul => writer.u8(9),
        Prim::Softmax => writer.u8(10),
        Prim::LogSoftmax => writer.u8(11),
        Prim::SafeSoftmax => writer.u8(26),
        Prim::Gather { dim } => {
            writer.u8(12);
            writer.size(*dim);
        }
        Prim::ScatterAdd { dim, shape } => {
            writer.u8(13);
            writer.size(*dim);
            writer.sizes(shape);
        }
        Prim::IndexSelect => writer.u8(14),
        Prim::IndexPut { accumulate } => coded(writer, 15, u8::from(*accumulate)),
        Prim::ViewWrite { shape, strides } => {
            writer.u8(16);
            writer.sizes(shape);
            writer.sizes(strides);
        }
        Prim::Convolve { op, window, groups } => {
            coded(writer, 17, code_in(Convolution::ALL, op));
            write_window(writer, window);
            writer.size(*groups);
        }
        Prim::Pool { op, window } => {
            coded(writer, 18, code_in(Pool::ALL, op));
            write_window(writer, window);
        }
        Prim::Scan { op, dim } => {
            coded(writer, 19, code_in(Scan::ALL, op));
            writer.size(*dim);
        }
        Prim::ArgSort { dim, descending } => {
            coded(writer, 20, u8::from(*descending));
            writer.size(*dim);
        }
        Prim::Scatter { op, dim } => {
            coded(writer, 21, code_in(Scatter::ALL, op));
            writer.size(*dim);
        }
        Prim::Random(draw) => coded(writer, 22, code_in(Draw::ALL, draw)),
        Prim::Factor(factor) => coded(writer, 23, code_in(Factor::ALL, factor)),
        Prim::SolveTriangular { upper, unit } => {
            coded(writer, 24, u8::from(*upper));
            writer.u8(u8::from(*unit));
        }
        Prim::Recurrent(kind) => {
            coded(writer, 25, code_in(Cell::ALL, &kind.cell));
            writer.u8(u8::from(kind.part == RecurrentPart::Gradient));
            writer.u8(u8::from(kind.is_reversed));
        }
        // Made after decoding; readers refuse the code.
        Prim::Attention(_) => writer.u8(u8::MAX),
    }
}

/// Reads a primitive.
pub fn read_prim(reader: &mut Reader<'_>) -> Result<Prim> {
    let code = reader.u8()?;
    Ok(match code {
        0 => Prim::Unary(decoded(Unary::ALL, reader.u8()?)?),
        1 => Prim::Binary(decoded(Binary::ALL, reader.u8()?)?),
        2 => Prim::Where,
        3 => Prim::Cast(read_dtype(reader)?),
        4 => Prim::Copy,
        5 => Prim::Full,
        6 => Prim::Arange,
        7 => Prim::Reduce {
            op: decoded(Reduce::ALL, reader.u8()?)?,
            dims: reader.sizes()?,
        },
        8 => Prim::ArgReduce {
            op: decoded(ArgReduce::ALL, reader.u8()?)?,
            dim: reader.size()?,
        },
        9 => Prim::Matmul,
        10 => Prim::Softmax,
        11 => Prim::LogSoftmax,
        12 => Prim::Gather { dim: reader.size()? },
        13 => Prim::ScatterAdd {
            dim: reader.size()?,
            shape: reader.sizes()?,
        },
        14 => Prim::IndexSelect,
        15 => Prim::IndexPut {
            accumulate: reader.u8()? != 0,
        },
        16 => Prim::ViewWrite {
            shape: reader.sizes()?,
            strides: reader.sizes()?,
        },
        17 => Prim::Convolve {
            op: decoded(Convolution::ALL, reader.u8()?)?,
            window: read_window(reader)?,
            groups: reader.size()?,
        },
        18 => Prim::Pool {
            op: decoded(Pool::ALL, reader.u8()?)?,
            window: read_window(reader)?,
        },
        19 => Prim::Scan {
            op: decoded(Scan::ALL, reader.u8()?)?,
            dim: reader.size()?,
        },
        20 => Prim::ArgSort {
            descending: reader.u8()? != 0,
            dim: reader.size()?,
        },
        21 => Prim::Scatter {
            op: decoded(Scatter::ALL, reader.u8()?)?,
            dim: reader.size()?,
        },
        22 => Prim::Random(decoded(Draw::ALL, reader.u8()?)?),
        23 => Prim::Factor(decoded(Factor::ALL, reader.u8()?)?),
        24 => Prim::SolveTriangular {
            upper: reader.u8()? != 0,
            unit: reader.u8()? != 0,
        },
        25 => Prim::Recurrent(Recurrent {
            cell: decoded(Cell::ALL, reader.u8()?)?,
            part: decoded(&[RecurrentPart::Forward, RecurrentPart::Gradient], reader.u8()?)?,
            is_reversed: reader.u8()? != 0,
        }),
        26 => Prim::SafeSoftmax,
        _ => return Err(Error::runtime(format!("engine message holds unknown primitive {code}"))),
    })
}

fn write_window(writer: &mut Writer, window: &Window) {
    for list in [
        &window.input,
        &window.kernel,
        &window.stride,
        &window.padding,
        &window.dilation,
        &window.output,
    ] {
        writer.sizes(list);
    }
}

fn read_window(reader: &mut Reader<'_>) -> Result<Box<Window>> {
    Ok(Box::new(Window {
        input: reader.sizes()?,
        kernel: reader.sizes()?,
        stride: reader.sizes()?,
        padding: reader.sizes()?,
        dilation: reader.sizes()?,
        output: reader.sizes()?,
    }))
}

/// Reads a dtype code.
pub fn read_dtype(reader: &mut Reader<'_>) -> Result<DType> {
    let code = reader.u8()?;
    DType::from_code(code).ok_or_else(|| Error::runtime(format!("engine message holds unknown dtype {code}")))
}

fn coded(writer: &mut Writer, code: u8, attribute: u8) {
    writer.u8(code);
    writer.u8(attribute);
}

fn code_in<T: PartialEq>(all: &[T], item: &T) -> u8 {
    // The tables have far fewer than 256 rows, and every item is in its table.
    all.iter().position(|candidate| candidate == item).unwrap_or_default() as u8
}

fn decoded<T: Copy>(all: &[T], code: u8) -> Result<T> {
    all.get(code as usize)
        .copied()
        .ok_or_else(|| Error::runtime(format!("engine message holds unknown operator {code}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_primitive_round_trips() {
        let mut prims: Vec<Prim> = Unary::ALL.iter().map(|&op| Prim::Unary(op)).collect();
        prims.extend(Binary::ALL.iter().map(|&op| Prim::Binary(op)));
        prims.extend(Reduce::ALL.iter().map(|&op| Prim::Reduce { op, dims: vec![0, 2] }));
        prims.extend(ArgReduce::ALL.iter().map(|&op| Prim::ArgReduce { op, dim: 1 }));
        prims.extend([
            Prim::Where,
            Prim::Cast(DType::F16),
            Prim::Copy,
            Prim::Full,
            Prim::Arange,
            Prim::Matmul,
        ]);
        prims.extend([
            Prim::Softmax,
            Prim::SafeSoftmax,
            Prim::LogSoftmax,
            Prim::Gather { dim: 3 },
            Prim::IndexSelect,
        ]);
        prims.extend([
            Prim::ScatterAdd {
                dim: 1,
                shape: vec![2, 3],
            },
            Prim::IndexPut { accumulate: true },
        ]);
        prims.push(Prim::ViewWrite {
            shape: vec![2, 3],
            strides: vec![6, 1],
        });
        let window = Box::new(Window {
            input: vec![5, 6],
            kernel: vec![3, 2],
            stride: vec![1, 2],
            padding: vec![1, 0],
            dilation: vec![1, 1],
            output: vec![5, 3],
        });
        prims.extend(Convolution::ALL.iter().map(|&op| Prim::Convolve {
            op,
            window: window.clone(),
            groups: 2,
        }));
        prims.extend(Pool::ALL.iter().map(|&op| Prim::Pool {
            op,
            window: window.clone(),
        }));
        prims.extend(Scan::ALL.iter().map(|&op| Prim::Scan { op, dim: 1 }));
        prims.extend([true, false].map(|descending| Prim::ArgSort { dim: 2, descending }));
        prims.extend(Scatter::ALL.iter().map(|&op| Prim::Scatter { op, dim: 0 }));
        prims.extend(Draw::ALL.iter().map(|&draw| Prim::Random(draw)));
        prims.extend(Factor::ALL.iter().map(|&factor| Prim::Factor(factor)));
        prims.extend([(true, false), (false, true)].map(|(upper, unit)| Prim::SolveTriangular { upper, unit }));
        let parts = [RecurrentPart::Forward, RecurrentPart::Gradient];
        prims.extend(Cell::ALL.iter().zip(parts.iter().cycle()).map(|(&cell, &part)| {
            Prim::Recurrent(Recurrent {
                part,
                cell,
                is_reversed: cell == Cell::Gru,
            })
        }));
        for prim in prims {
            let mut writer = Writer::default();
            write_prim(&mut writer, &prim);
            let bytes = writer.into_bytes();
            let mut reader = Reader::new(&bytes);
            assert_eq!(read_prim(&mut reader), Ok(prim));
            assert_eq!(reader.finish(), Ok(()));
        }
        assert!(read_prim(&mut Reader::new(&[99])).is_err());
        assert!(read_prim(&mut Reader::new(&[0, 250])).is_err());
    }
}
