//! Messages that are wrong: each gets one reply that says so, and the executor goes on.

use carrel_engine::dtype::DType;
use carrel_engine::error::ErrorKind;
use carrel_engine::executor::blocking::Executor;
use carrel_engine::prim::{Prim, Unary};
use carrel_engine::wire::{
    Flush, Operand, Program, ProgramNode, Read, Reply, ReplyItem, Upload, VERSION, ValueDecl, ValueId, ValueRef,
};

fn negation(dtype: DType, offset_param: Option<u32>) -> Program {
    let operand = Operand {
        value: ValueRef::Input(0),
        shape: vec![2],
        strides: vec![1],
        offset_param,
    };
    Program {
        inputs: vec![ValueDecl { dtype, num_elements: 4 }],
        nodes: vec![ProgramNode {
            prim: Prim::Unary(Unary::Neg),
            operands: vec![operand],
            shape: vec![2],
            dtype,
            first_param: 0,
        }],
        outputs: vec![0],
        num_params: 1,
    }
}

fn flush(program: &Program, offset: u32) -> Flush {
    Flush {
        uploads: vec![Upload {
            id: ValueId(1),
            dtype: DType::F32,
            bytes: [1f32, 2.0, 3.0, 4.0].iter().flat_map(|x| x.to_le_bytes()).collect(),
        }],
        program: program.encode(),
        params: vec![offset],
        input_ids: vec![ValueId(1)],
        output_ids: vec![ValueId(2)],
        reads: vec![Read {
            ticket: 9,
            id: ValueId(2),
        }],
        frees: vec![],
    }
}

fn reply(executor: &mut Executor, flush: &Flush) -> Reply {
    Reply::decode(&executor.execute(&flush.encode())).expect("a reply")
}

fn failure(reply: &Reply) -> (ErrorKind, String) {
    match reply.items.as_slice() {
        [ReplyItem::Failure { kind, message }] => (*kind, message.clone()),
        other => panic!("not one failure: {other:?}"),
    }
}

#[test]
fn wrong_messages_are_answered() {
    let mut executor = Executor::new().expect("a Vulkan device");
    let good = flush(&negation(DType::F32, Some(0)), 2);
    let data: Vec<u8> = [-3f32, -4.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let expected = [ReplyItem::Data { ticket: 9, bytes: data }];
    assert_eq!(reply(&mut executor, &good).items, expected);

    assert!(
        failure(&Reply::decode(&executor.execute(&[VERSION, 2, 3])).expect("a reply"))
            .1
            .contains("truncated")
    );
    assert!(
        failure(&reply(&mut executor, &flush(&negation(DType::F32, Some(0)), 3)))
            .1
            .contains("outside")
    );
    assert!(
        failure(&reply(&mut executor, &flush(&negation(DType::I32, Some(0)), 0)))
            .1
            .contains("declares")
    );
    assert!(
        failure(&reply(&mut executor, &flush(&negation(DType::F64, Some(0)), 0)))
            .1
            .contains("Double")
    );
    assert!(
        failure(&reply(
            &mut executor,
            &Flush {
                input_ids: vec![ValueId(77)],
                ..good.clone()
            }
        ))
        .1
        .contains("77")
    );
    assert!(
        failure(&reply(
            &mut executor,
            &Flush {
                input_ids: vec![],
                ..good.clone()
            }
        ))
        .1
        .contains("number")
    );
    assert!(
        failure(&reply(
            &mut executor,
            &Flush {
                output_ids: vec![],
                ..good.clone()
            }
        ))
        .1
        .contains("number")
    );
    assert!(
        failure(&reply(
            &mut executor,
            &Flush {
                params: vec![],
                ..good.clone()
            }
        ))
        .1
        .contains("number")
    );
    let odd = Upload {
        id: ValueId(3),
        dtype: DType::F32,
        bytes: vec![1, 2, 3],
    };
    assert!(
        failure(&reply(
            &mut executor,
            &Flush {
                uploads: vec![odd],
                ..Flush::default()
            }
        ))
        .1
        .contains("whole")
    );

    assert_eq!(reply(&mut executor, &good).items, expected, "the executor goes on");
}

#[test]
fn a_failure_stays_with_the_values_it_prevented() {
    let mut executor = Executor::new().expect("a Vulkan device");
    let outside = flush(&negation(DType::F32, Some(0)), 3);
    assert!(failure(&reply(&mut executor, &outside)).1.contains("outside"));
    let later = Flush {
        reads: vec![Read {
            ticket: 10,
            id: ValueId(2),
        }],
        ..Flush::default()
    };
    assert!(failure(&reply(&mut executor, &later)).1.contains("outside"));
}

#[test]
fn too_large_is_out_of_memory() {
    let mut executor = Executor::new().expect("a Vulkan device");
    let node = ProgramNode {
        prim: Prim::Full,
        operands: vec![],
        shape: vec![(1 << 31) - 1],
        dtype: DType::F32,
        first_param: 0,
    };
    let program = Program {
        nodes: vec![node],
        outputs: vec![0],
        num_params: 1,
        ..Program::default()
    };
    let flush = Flush {
        program: program.encode(),
        params: vec![0],
        output_ids: vec![ValueId(1)],
        ..Flush::default()
    };
    assert_eq!(failure(&reply(&mut executor, &flush)).0, ErrorKind::OutOfMemory);
    let good = self::flush(&negation(DType::F32, Some(0)), 0);
    assert!(matches!(
        reply(&mut executor, &good).items.as_slice(),
        [ReplyItem::Data { .. }]
    ));
}

#[test]
fn mutilated_messages_never_panic() {
    let mut executor = Executor::new().expect("a Vulkan device");
    let bytes = flush(&negation(DType::F32, Some(0)), 0).encode();
    for position in 0..bytes.len() {
        for change in [1, 7, 128, 255] {
            let mut wrong = bytes.clone();
            wrong[position] ^= change;
            Reply::decode(&executor.execute(&wrong)).expect("a reply");
        }
        Reply::decode(&executor.execute(&bytes[..position])).expect("a reply");
    }
}
