//! The structure of one flush: which primitives run on which values, without any identity or number
//! that changes from step to step. Its bytes are the key of the executor's plan cache.
//!
//! Refuses to reference anything but its own inputs and earlier nodes.

use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::prim::Prim;
use crate::prim::infer::{Meta, infer};
use crate::shape::{Shape, checked_num_elements};
use crate::view::View;
use crate::wire::codec::{Reader, Writer};
use crate::wire::prim_code::{read_dtype, read_prim, write_prim};

/// A value inside a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValueRef {
    /// The n-th input: a buffer that exists already (or is uploaded with this flush).
    Input(u32),
    /// The output of the n-th node.
    Node(u32),
}

/// A flat value: dtype and element count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ValueDecl {
    /// Element type.
    pub dtype: DType,
    /// Elements in the buffer.
    pub num_elements: usize,
}

/// One operand: a strided window on a value. The window's offset is a parameter, not structure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operand {
    /// The value read.
    pub value: ValueRef,
    /// Sizes of the window.
    pub shape: Shape,
    /// Strides of the window over the value's flat elements.
    pub strides: Vec<usize>,
    /// Which parameter word holds the offset; `None` if the offset is zero for structural reasons
    /// (the whole value is read).
    pub offset_param: Option<u32>,
}

/// One primitive applied.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProgramNode {
    /// The primitive.
    pub prim: Prim,
    /// Its operands.
    pub operands: Vec<Operand>,
    /// Output shape; the output value is row-major.
    pub shape: Shape,
    /// Output dtype.
    pub dtype: DType,
    /// First of the primitive's scalar parameters (`prim.num_params()` words) in the flush's parameter list.
    pub first_param: u32,
}

/// The structure of one flush.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Program {
    /// Values that exist before.
    pub inputs: Vec<ValueDecl>,
    /// Nodes in an order where operands come first.
    pub nodes: Vec<ProgramNode>,
    /// Node indices whose outputs live on after the flush, ascending.
    pub outputs: Vec<u32>,
    /// Number of parameter words that the flush brings.
    pub num_params: u32,
}

impl Program {
    /// The program as bytes; equal programs give equal bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.u32(self.num_params);
        writer.size(self.inputs.len());
        for input in &self.inputs {
            writer.u8(input.dtype as u8);
            writer.size(input.num_elements);
        }
        writer.size(self.nodes.len());
        for node in &self.nodes {
            write_prim(&mut writer, &node.prim);
            writer.u8(node.dtype as u8);
            writer.sizes(&node.shape);
            writer.u32(node.first_param);
            writer.size(node.operands.len());
            for operand in &node.operands {
                write_operand(&mut writer, operand);
            }
        }
        writer.size(self.outputs.len());
        for &output in &self.outputs {
            writer.u32(output);
        }
        writer.into_bytes()
    }

    /// Reads and verifies a program: references, windows, shapes and dtypes are all checked, so that
    /// planning and code generation may rely on them.
    pub fn decode(bytes: &[u8]) -> Result<Program> {
        let mut reader = Reader::new(bytes);
        let num_params = reader.u32()?;
        let mut program = Program {
            num_params,
            ..Program::default()
        };
        for _ in 0..reader.count(5)? {
            program.inputs.push(ValueDecl {
                dtype: read_dtype(&mut reader)?,
                num_elements: reader.size()?,
            });
        }
        for _ in 0..reader.count(10)? {
            let prim = read_prim(&mut reader)?;
            let dtype = read_dtype(&mut reader)?;
            let shape = reader.sizes()?;
            let first_param = reader.u32()?;
            let operand_count = reader.count(9)?;
            let operands = (0..operand_count)
                .map(|_| read_operand(&mut reader))
                .collect::<Result<Vec<_>>>()?;
            let node = ProgramNode {
                prim,
                operands,
                shape,
                dtype,
                first_param,
            };
            program.verify_node(&node)?;
            program.nodes.push(node);
        }
        for _ in 0..reader.count(4)? {
            let output = reader.u32()?;
            if output as usize >= program.nodes.len() {
                return Err(Error::runtime("engine message keeps a node that does not exist"));
            }
            program.outputs.push(output);
        }
        reader.finish()?;
        Ok(program)
    }

    /// Dtype and element count of a value.
    pub fn value(&self, value: ValueRef) -> Option<ValueDecl> {
        match value {
            ValueRef::Input(index) => self.inputs.get(index as usize).copied(),
            ValueRef::Node(index) => {
                let node = self.nodes.get(index as usize)?;
                Some(ValueDecl {
                    dtype: node.dtype,
                    num_elements: node.shape.iter().product(),
                })
            }
        }
    }

    fn verify_node(&self, node: &ProgramNode) -> Result<()> {
        let mut metas = Vec::with_capacity(node.operands.len());
        for operand in &node.operands {
            let value = self
                .value(operand.value)
                .ok_or_else(|| Error::runtime("engine message uses a value before it is made"))?;
            if operand.shape.len() != operand.strides.len() {
                return Err(Error::runtime(
                    "engine message holds a view whose strides do not fit its shape",
                ));
            }
            checked_num_elements(&operand.shape)?;
            let window = View {
                shape: operand.shape.clone(),
                strides: operand.strides.clone(),
                offset: 0,
            };
            let span: usize = operand
                .shape
                .iter()
                .zip(&operand.strides)
                .fold(0, |sum: usize, (&size, &stride)| {
                    sum.saturating_add(size.saturating_sub(1).saturating_mul(stride))
                });
            if window.num_elements() > 0 && span >= value.num_elements {
                return Err(Error::runtime("engine message holds a view outside its value"));
            }
            if operand.offset_param.is_some_and(|param| param >= self.num_params) {
                return Err(Error::runtime(
                    "engine message refers to a parameter that does not exist",
                ));
            }
            metas.push(Meta {
                shape: operand.shape.clone(),
                dtype: value.dtype,
            });
        }
        if u64::from(node.first_param) + node.prim.num_params() as u64 > u64::from(self.num_params) {
            return Err(Error::runtime(
                "engine message refers to a parameter that does not exist",
            ));
        }
        let declared = Meta {
            shape: node.shape.clone(),
            dtype: node.dtype,
        };
        checked_num_elements(&node.shape)?;
        if infer(&node.prim, &metas, Some(&declared))? != declared {
            return Err(Error::runtime(format!(
                "engine message declares a wrong result for {:?}",
                node.prim
            )));
        }
        Ok(())
    }
}

const NO_PARAM: u32 = u32::MAX;

fn write_operand(writer: &mut Writer, operand: &Operand) {
    let (kind, index) = match operand.value {
        ValueRef::Input(index) => (0, index),
        ValueRef::Node(index) => (1, index),
    };
    writer.u8(kind);
    writer.u32(index);
    writer.sizes(&operand.shape);
    writer.sizes(&operand.strides);
    writer.u32(operand.offset_param.unwrap_or(NO_PARAM));
}

fn read_operand(reader: &mut Reader<'_>) -> Result<Operand> {
    let kind = reader.u8()?;
    let index = reader.u32()?;
    let value = match kind {
        0 => ValueRef::Input(index),
        1 => ValueRef::Node(index),
        _ => return Err(Error::runtime("engine message holds an unknown kind of value")),
    };
    let (shape, strides) = (reader.sizes()?, reader.sizes()?);
    let param = reader.u32()?;
    Ok(Operand {
        value,
        shape,
        strides,
        offset_param: (param != NO_PARAM).then_some(param),
    })
}
