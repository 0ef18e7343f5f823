//! Every routine near the most elements that a tensor can have: whatever the planner takes, its kernels fit a dispatch
//! grid, count in 32 bits (naga refuses larger literals), and ask for no array that cannot be.

use carrel_engine::codegen::generate;
use carrel_engine::dtype::DType;
use carrel_engine::plan::{Caps, Fusion, plan_with};
use carrel_engine::prim::infer::{Meta, infer};
use carrel_engine::prim::{ArgReduce, Convolution, Pool, Prim, Reduce, Scan, Scatter, Unary, Window};
use carrel_engine::shape::MAX_ELEMENTS;
use carrel_engine::wire::{Operand, Program, ProgramNode, ValueDecl, ValueRef};

use crate::noise::caught;

/// A primitive, and shape and dtype of what it reads.
type Case = (Prim, Vec<(Vec<usize>, DType)>);

const HALF: usize = MAX_ELEMENTS / 2;

/// A program of one primitive over windows that repeat one element, so that any shape is a valid one.
fn program(prim: &Prim, operands: &[(&[usize], DType)]) -> Option<Program> {
    let metas: Vec<Meta> = operands
        .iter()
        .map(|(shape, dtype)| Meta {
            shape: shape.to_vec(),
            dtype: *dtype,
        })
        .collect();
    let fill = Meta {
        shape: vec![HALF],
        dtype: DType::F32,
    };
    let meta = infer(prim, &metas, Some(&fill)).ok()?;
    let program = Program {
        inputs: operands
            .iter()
            .map(|&(_, dtype)| ValueDecl { dtype, num_elements: 1 })
            .collect(),
        nodes: vec![ProgramNode {
            prim: prim.clone(),
            operands: operands
                .iter()
                .enumerate()
                .map(|(number, (shape, _))| Operand {
                    value: ValueRef::Input(number as u32),
                    shape: shape.to_vec(),
                    strides: vec![0; shape.len()],
                    offset_param: None,
                })
                .collect(),
            shape: meta.shape,
            dtype: meta.dtype,
            first_param: 0,
        }],
        outputs: vec![0],
        num_params: 4,
    };
    Program::decode(&program.encode()).ok()
}

fn window(input: &[usize], kernel: &[usize], output: &[usize]) -> Box<Window> {
    let ones = vec![1; input.len()];
    Box::new(Window {
        input: input.to_vec(),
        kernel: kernel.to_vec(),
        stride: ones.clone(),
        padding: vec![0; input.len()],
        dilation: ones,
        output: output.to_vec(),
    })
}

fn cases() -> Vec<Case> {
    let (f, i) = (DType::F32, DType::I64);
    let shapes = [
        vec![HALF],
        vec![3, HALF / 4],
        vec![HALF / 4, 3],
        vec![70_000, 5, 3_000],
        vec![2, 0, HALF / 4],
    ];
    let mut cases: Vec<Case> = Vec::new();
    for shape in &shapes {
        let x = (shape.clone(), f);
        cases.push((Prim::Unary(Unary::Exp), vec![x.clone()]));
        cases.push((Prim::Softmax, vec![x.clone()]));
        for dim in 0..shape.len() {
            for &op in Reduce::ALL {
                cases.push((Prim::Reduce { op, dims: vec![dim] }, vec![x.clone()]));
            }
            for &op in ArgReduce::ALL {
                cases.push((Prim::ArgReduce { op, dim }, vec![x.clone()]));
            }
            for &op in Scan::ALL {
                cases.push((Prim::Scan { op, dim }, vec![x.clone()]));
            }
            for descending in [true, false] {
                cases.push((Prim::ArgSort { dim, descending }, vec![x.clone()]));
            }
            for &op in Scatter::ALL {
                let index = (shape.clone(), i);
                cases.push((Prim::Scatter { op, dim }, vec![x.clone(), index, x.clone()]));
            }
            let scatter = Prim::ScatterAdd {
                dim,
                shape: shape.clone(),
            };
            cases.push((scatter, vec![(shape.clone(), i), x.clone()]));
            cases.push((Prim::Gather { dim }, vec![x.clone(), (shape.clone(), i)]));
        }
        for accumulate in [true, false] {
            let index = (vec![shape[0]], i);
            cases.push((Prim::IndexPut { accumulate }, vec![x.clone(), index, x.clone()]));
        }
    }
    // Thin, short and long products; one has more terms than 32 bits count, in windows on little memory.
    for [batch, rows, inner, columns] in [
        [1, 32_000, 2, 32_000],
        [1, 4, HALF / 8, 2],
        [1, 32, HALF / 64, 32],
        [100_000, 4, 64, 168],
        [HALF / 512, 1, 64, 4],
    ] {
        let factors = vec![(vec![batch, rows, inner], f), (vec![batch, inner, columns], f)];
        cases.push((Prim::Matmul, factors));
    }
    let (side, kernel) = (16_000, 3);
    let planes = window(&[side, side], &[kernel, kernel], &[side - 2, side - 2]);
    for &op in Convolution::ALL {
        let (x, w, g) = (vec![1, 2, side, side], vec![4, 2, 3, 3], vec![1, 4, side - 2, side - 2]);
        let (a, b) = match op {
            Convolution::Forward => (x, w),
            Convolution::InputGradient => (g, w),
            Convolution::WeightGradient => (x, g),
        };
        let prim = Prim::Convolve {
            op,
            window: planes.clone(),
            groups: 1,
        };
        cases.push((prim, vec![(a, f), (b, f)]));
    }
    for &op in Pool::ALL {
        let (inside, outside) = (vec![3, side, side], vec![3, side - 2, side - 2]);
        let operands = match op {
            Pool::ArgMax | Pool::Sum => vec![(inside, f)],
            Pool::Spread => vec![(outside, f)],
            Pool::Scatter => vec![(outside.clone(), i), (outside, f)],
        };
        let prim = Prim::Pool {
            op,
            window: planes.clone(),
        };
        cases.push((prim, operands));
    }
    cases
}

#[test]
fn the_largest_work_of_every_routine_is_counted_right() {
    let mut num_planned = 0;
    for (prim, operands) in cases() {
        let operands: Vec<(&[usize], DType)> = operands
            .iter()
            .map(|(shape, dtype)| (shape.as_slice(), *dtype))
            .collect();
        let Some(program) = program(&prim, &operands) else {
            panic!("{prim:?} of {operands:?} is no program");
        };
        for fusion in [Fusion::On, Fusion::Off] {
            let outcome = caught(|| {
                let caps = Caps::default();
                let plan = plan_with(&program, &vec![false; program.inputs.len()], &caps, fusion).expect("a plan");
                let slots = plan.slots.iter().map(|bytes| bytes / 4);
                let mut arrays = slots.chain(plan.outputs.iter().map(|&elements| elements as u64));
                assert!(
                    arrays.all(|elements| elements <= MAX_ELEMENTS as u64),
                    "an array is too large"
                );
                for kernel in &plan.kernels {
                    let module = generate(kernel, &caps);
                    assert!(
                        module.grid.iter().all(|&side| side <= caps.max_workgroups),
                        "a grid is too large"
                    );
                    let parsed = naga::front::wgsl::parse_str(&module.wgsl);
                    assert!(
                        parsed.is_ok(),
                        "{}",
                        parsed.err().map(|error| error.to_string()).unwrap_or_default()
                    );
                }
            });
            assert!(outcome.is_ok(), "{prim:?} of {operands:?}, {fusion:?}: {outcome:?}");
            num_planned += 1;
        }
    }
    println!("{num_planned} plans");
}
