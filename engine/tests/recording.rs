//! The GPU device without a GPU: what is recorded decodes, verifies, and repeats from step to step.
#![cfg(feature = "recorder")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use carrel_engine::autograd::{self, Options};
use carrel_engine::context;
use carrel_engine::cpu::Buffer;
use carrel_engine::dtype::DType;
use carrel_engine::ops::loss::{self, ClassLoss, Reduction};
use carrel_engine::ops::optim::{self, Adam};
use carrel_engine::ops::{advanced_index, copy, creation, elementwise as e, index, movement, nn, random, reduce};
use carrel_engine::scalar::Scalar;
use carrel_engine::storage::Device;
use carrel_engine::tensor::Tensor;
use carrel_engine::wire::{Flush, Program, Reply, ReplyItem};

/// Sends what was recorded and gives the messages, each verified.
fn messages() -> Vec<Flush> {
    context::with_gpu(|gpu| {
        gpu.flush();
        std::iter::from_fn(|| gpu.take_outbox())
            .map(|message| {
                let flush = Flush::decode(&message).unwrap();
                if !flush.program.is_empty() {
                    Program::decode(&flush.program).unwrap();
                }
                flush
            })
            .collect()
    })
}

fn floats(values: &[f32], shape: &[usize]) -> Tensor {
    creation::from_buffer(Buffer::F32(values.to_vec()), shape, Device::WebGpu).unwrap()
}

fn ramp(shape: &[usize]) -> Tensor {
    let count: usize = shape.iter().product();
    floats(&(0..count).map(|i| i as f32 * 0.1).collect::<Vec<_>>(), shape)
}

fn leaf(tensor: &Tensor) -> Tensor {
    autograd::set_requires_grad(tensor, true).unwrap();
    tensor.clone()
}

#[test]
fn reads_come_back_through_tickets() {
    context::reset(true);
    let y = e::add_scalar(&ramp(&[2]), 1.0).unwrap();
    let ticket = copy::read(&y).unwrap();
    let (dtype, shape) = (y.dtype(), y.shape());
    let flush = messages().remove(0);
    assert_eq!(flush.reads.len(), 1);
    assert!(copy::take(ticket, dtype, &shape, None).is_err());
    let bytes = [1.0f32, 1.1].iter().flat_map(|value| value.to_le_bytes()).collect();
    let reply = Reply {
        items: vec![ReplyItem::Data { ticket, bytes }],
        ..Reply::default()
    };
    context::with_gpu(|gpu| gpu.deliver(&reply.encode())).unwrap();
    let back = copy::take(ticket, dtype, &shape, None).unwrap();
    assert_eq!(copy::to_bytes(&back).unwrap().len(), 8);
}

#[test]
fn failures_are_raised_once_by_the_next_call() {
    context::reset(true);
    let x = ramp(&[2]);
    messages();
    let failure = ReplyItem::Failure {
        kind: carrel_engine::error::ErrorKind::OutOfMemory,
        message: "no memory".into(),
    };
    context::with_gpu(|gpu| {
        gpu.deliver(
            &Reply {
                items: vec![failure],
                ..Reply::default()
            }
            .encode(),
        )
    })
    .unwrap();
    assert_eq!(e::neg(&x).unwrap_err().to_string(), "no memory");
    assert!(e::neg(&x).is_ok());
}

#[test]
fn a_training_step_repeats_its_program() {
    context::reset(true);
    let (w1, b1) = (leaf(&ramp(&[8, 4])), leaf(&ramp(&[8])));
    let w2 = leaf(&ramp(&[3, 8]));
    let params = [w1.clone(), b1.clone(), w2.clone()];
    let zeros_like = |x: &Tensor| creation::zeros(&x.shape(), DType::F32, Device::WebGpu).unwrap();
    let first: Vec<Tensor> = params.iter().map(zeros_like).collect();
    let second: Vec<Tensor> = params.iter().map(zeros_like).collect();
    let counts: Vec<Tensor> = (0..3)
        .map(|_| creation::zeros(&[], DType::F32, Device::Cpu).unwrap())
        .collect();
    let data = ramp(&[10, 4]);
    let classes =
        creation::from_buffer(Buffer::I64(vec![0, 1, 2, 0, 1, 2, 0, 1, 2, 0]), &[10], Device::WebGpu).unwrap();
    messages();
    let mut programs = Vec::new();
    for step in 0..4 {
        let order = creation::from_buffer(Buffer::I64(vec![step, 5, 3 + step, 2]), &[4], Device::WebGpu).unwrap();
        let batch = advanced_index::index(&data, &[Some(order.clone())]).unwrap();
        let target = advanced_index::index(&classes, &[Some(order)]).unwrap();
        let hidden = e::relu(&nn::linear(&batch, &w1, Some(&b1)).unwrap()).unwrap();
        let settings = ClassLoss {
            weight: None,
            ignore_index: -100,
            reduction: Reduction::Mean,
            label_smoothing: 0.0,
        };
        let loss = loss::cross_entropy(&nn::linear(&hidden, &w2, None).unwrap(), &target, &settings).unwrap();
        for param in &params {
            param.meta_mut().grad = None;
        }
        autograd::run_backward(std::slice::from_ref(&loss), &[None], Options::default()).unwrap();
        let grads: Vec<Tensor> = params.iter().map(|param| param.meta().grad.clone().unwrap()).collect();
        let settings = Adam {
            lr: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            weight_decay: 0.0,
            decoupled: false,
            maximize: false,
            step: 1.0,
        };
        let state = [first.as_slice(), &second, &[]];
        context::with_grad_mode(false, || optim::adam(&params, &grads, state, &counts, settings)).unwrap();
        copy::read(&loss).unwrap();
        programs.push(messages().into_iter().map(|flush| flush.program).collect::<Vec<_>>());
    }
    assert_eq!(programs[1], programs[2]);
    assert_eq!(programs[2], programs[3]);
}

#[test]
fn in_place_writes_are_recorded_for_every_kind_of_view() {
    context::reset(true);
    let x = ramp(&[3, 4]);
    autograd::assign(&x, &e::mul_scalar(&x, 2.0).unwrap()).unwrap();
    let column = movement::select(&x, 1, 2).unwrap();
    autograd::assign(&column, &e::add_scalar(&column, 1.0).unwrap()).unwrap();
    let block = movement::slice(&movement::t(&x).unwrap(), 0, Some(1), Some(3), 1).unwrap();
    copy::copy_(
        &block,
        &creation::full(&[], Scalar::Float(7.0), DType::F32, Device::WebGpu).unwrap(),
    )
    .unwrap();
    let picked = index::index_select(
        &x,
        1,
        &creation::from_buffer(Buffer::I64(vec![3, 0]), &[2], Device::WebGpu).unwrap(),
    )
    .unwrap();
    copy::read(&reduce::sum(&picked, &[], false).unwrap()).unwrap();
    let flushes = messages();
    assert!(flushes.iter().any(|flush| !flush.program.is_empty()));
}

#[test]
fn the_graph_is_sent_when_it_grows() {
    context::reset(true);
    let mut x = ramp(&[2]);
    for _ in 0..context::FLUSH_THRESHOLD {
        x = e::add_scalar(&x, 1.0).unwrap();
    }
    assert!(context::with_gpu(|gpu| gpu.graph.num_pending()) < context::FLUSH_THRESHOLD);
    assert!(!messages().is_empty());
}

#[test]
fn devices_and_dtypes_that_do_not_mix_are_errors() {
    context::reset(true);
    let (gpu, cpu) = (ramp(&[2]), Tensor::from_buffer(Buffer::F32(vec![1.0, 2.0]), &[2]));
    assert_eq!(
        e::add(&gpu, &cpu).unwrap_err().to_string(),
        "Expected all tensors to be on the same device, but found at least two devices, webgpu:0 and cpu!"
    );
    let zero_dim = Tensor::from_buffer(Buffer::F32(vec![1.0]), &[]);
    assert!(e::add(&gpu, &zero_dim).is_ok());
    let wide = copy::to_dtype(&gpu, DType::F64).unwrap_err();
    assert!(
        wide.to_string()
            .starts_with("Cannot convert a WebGPU Tensor to float64 dtype"),
        "{wide}"
    );
    context::reset(false);
    assert!(creation::zeros(&[2], DType::F32, Device::WebGpu).is_err());
}

/// Noise is neither drawn here nor sent: a step with other random numbers is the same program.
#[test]
fn random_numbers_are_drawn_where_they_are_used() {
    context::reset(true);
    context::manual_seed(5);
    let x = ramp(&[4, 300]);
    messages();
    let mut steps = Vec::new();
    for _ in 0..2 {
        let noisy = e::add(&x, &{
            let noise = creation::zeros(&[4, 300], DType::F32, Device::WebGpu).unwrap();
            random::normal_(&noise, 0.0, 0.1).unwrap();
            noise
        })
        .unwrap();
        let dropped = random::dropout(&noisy, 0.3).unwrap();
        let order = random::randperm(300, Device::WebGpu).unwrap();
        let flush = messages().remove(0);
        assert!(flush.uploads.is_empty());
        steps.push(flush);
        drop((dropped, order));
    }
    assert_eq!(steps[0].program, steps[1].program);
    assert_ne!(steps[0].params, steps[1].params);
}
