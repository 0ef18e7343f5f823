//! Memory that is not there, and a device that is lost for real: both are told of, and what comes next works.

use carrel_engine::dtype::DType;
use carrel_engine::error::ErrorKind;
use carrel_engine::executor::blocking::Executor;
use carrel_engine::graph::{GpuValue, Graph};
use carrel_engine::prim::{Binary, Prim};
use carrel_engine::scalar::Scalar;
use carrel_engine::view::View;
use carrel_engine::wire::{Reply, ReplyItem};
use std::rc::Rc;

struct Session {
    graph: Graph,
    executor: Executor,
}

impl Session {
    fn new() -> Session {
        Session {
            graph: Graph::default(),
            executor: Executor::new().expect("a Vulkan device"),
        }
    }

    fn full(&mut self, value: f64, count: usize) -> Rc<GpuValue> {
        self.graph
            .record(Prim::Full, Vec::new(), vec![Scalar::Float(value)], &[count], DType::F32)
    }

    fn upload(&mut self, count: usize) -> Rc<GpuValue> {
        self.graph.upload(DType::F32, count, vec![0; count * 4])
    }

    fn add(&mut self, x: &Rc<GpuValue>, y: &Rc<GpuValue>) -> Rc<GpuValue> {
        let view = View::contiguous(&[x.num_elements]);
        let inputs = vec![(Rc::clone(x), view.clone()), (Rc::clone(y), view)];
        self.graph.record(
            Prim::Binary(Binary::Add),
            inputs,
            Vec::new(),
            &[x.num_elements],
            DType::F32,
        )
    }

    /// Sends what was recorded; the failure, if there is one.
    fn send(&mut self) -> Option<(ErrorKind, String)> {
        let flush = self.graph.flush()?;
        let reply = Reply::decode(&self.executor.execute(&flush.encode())).expect("a reply");
        reply.items.into_iter().find_map(|item| match item {
            ReplyItem::Failure { kind, message } => Some((kind, message)),
            ReplyItem::Data { .. } => None,
        })
    }

    /// The first element of a value, or the failure.
    fn read(&mut self, value: &Rc<GpuValue>) -> Result<f32, (ErrorKind, String)> {
        self.graph.read(value);
        let flush = self.graph.flush().expect("a read");
        let reply = Reply::decode(&self.executor.execute(&flush.encode())).expect("a reply");
        match reply.items.first().expect("an item") {
            ReplyItem::Data { bytes, .. } => Ok(f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])),
            ReplyItem::Failure { kind, message } => Err((*kind, message.clone())),
        }
    }
}

const MIB: usize = 1 << 20;

#[test]
fn a_full_device_says_so_and_goes_on() {
    let mut session = Session::new();
    session.executor.set_memory_limit(20 * MIB as u64);
    let kept = session.full(1.0, 2 * MIB);
    assert_eq!(session.read(&kept), Ok(1.0));

    let large = session.full(2.0, 4 * MIB);
    let (kind, message) = session.read(&large).expect_err("too much");
    assert_eq!(kind, ErrorKind::OutOfMemory);
    assert_eq!(
        message,
        "WebGPU out of memory. Tried to allocate 16.00 MiB; tensors on the GPU have 8.00 MiB."
    );
    // The value that was not made answers with the same reason.
    assert_eq!(session.read(&large), Err((kind, message)));
    drop(large);

    let fits = session.full(3.0, 2 * MIB);
    assert_eq!(session.read(&fits), Ok(3.0));
    let sum = session.add(&kept, &fits);
    assert_eq!(session.read(&sum).expect_err("too much").0, ErrorKind::OutOfMemory);
    drop((sum, fits));
    let small = session.full(4.0, MIB);
    assert_eq!(session.read(&small), Ok(4.0));
    assert_eq!(session.read(&kept), Ok(1.0), "what was there is unharmed");
    assert!(session.executor.stats().buffer_bytes <= 20 * MIB as u64);
}

#[test]
fn what_waits_in_the_pool_makes_room() {
    let mut session = Session::new();
    session.executor.set_memory_limit(20 * MIB as u64);
    for count in [MIB, 2 * MIB, 3 * MIB, 4 * MIB] {
        let value = session.full(1.0, count);
        assert_eq!(session.read(&value), Ok(1.0), "{count}");
    }
    let uploaded = session.upload(6 * MIB);
    assert_eq!(session.send().map(|failure| failure.0), Some(ErrorKind::OutOfMemory));
    assert_eq!(
        session.read(&uploaded).expect_err("not there").0,
        ErrorKind::OutOfMemory
    );
    let uploaded = session.upload(4 * MIB);
    assert_eq!(session.read(&uploaded), Ok(0.0));
}

#[test]
fn a_lost_device_is_told_of_and_replaced() {
    let mut session = Session::new();
    let before = session.full(1.0, 100);
    let other = session.full(2.0, 100);
    assert_eq!(session.read(&before), Ok(1.0));
    session.executor.destroy_device();
    for _ in 0..2 {
        let (kind, message) = session.read(&before).expect_err("it was lost");
        assert_eq!(kind, ErrorKind::DeviceLost);
        assert!(message.starts_with("the GPU device was lost ("), "{message}");
        assert!(message.contains("tensors on the CPU are unharmed"), "{message}");
    }
    let new = session.full(3.0, 100);
    assert_eq!(session.read(&new), Ok(3.0), "another device works");
    let mixed = session.add(&new, &other);
    assert_eq!(
        session.read(&mixed).expect_err("half of it was lost").0,
        ErrorKind::DeviceLost
    );
    let sum = session.add(&new, &new);
    assert_eq!(session.read(&sum), Ok(6.0));

    // Once more, and the next use is one that needs nothing of before.
    session.executor.destroy_device();
    let fresh = session.full(4.0, 100);
    assert_eq!(session.read(&fresh), Ok(4.0));
    assert_eq!(session.read(&sum).expect_err("it was lost").0, ErrorKind::DeviceLost);
}
