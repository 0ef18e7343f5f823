//! Nodes of the backward graph: what was applied, to what, and what was saved for its gradient.
//!
//! A node points at the makers of its inputs, never at its outputs, so a history lives as long as
//! someone holds its newest tensor. Refuses to run: see `engine`.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use super::foreign::Foreign;
use super::packing;
use super::saved::SavedTensor;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops::movement::Movement;
use crate::prim::{Prim, Recurrent};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::storage::Device;
use crate::tensor::{Tensor, WeakTensor};
use crate::view::View;

/// Where a gradient goes.
#[derive(Clone, Debug)]
pub enum Edge {
    /// To the n-th output of a node.
    Node(Rc<Node>, usize),
    /// Into the `.grad` of a leaf.
    Leaf(Tensor),
}

/// What a node applied; each has one rule in `rules`.
#[derive(Clone, Debug)]
pub enum Rule {
    /// A primitive with its scalar parameters.
    Prim {
        /// The primitive.
        prim: Prim,
        /// Its parameters.
        params: Vec<Scalar>,
    },
    /// A movement: the output is a view of the input.
    Movement(Movement),
    /// The output is the region `output` of the storage that the input covers as `input`.
    Strided {
        /// The input's view.
        input: View,
        /// The output's view.
        output: View,
    },
    /// An in-place write of input 1 through the view `region` of input 0, whose view is `base`.
    CopySlices {
        /// The view of the tensor written.
        base: View,
        /// The view written through.
        region: View,
    },
    /// The output is the input.
    Identity,
    /// The output does not depend on the inputs' values: their gradients are zero.
    Zeros,
    /// A copy on another device.
    ToDevice,
    /// The inputs lie one after another along `dim` of the output.
    Join {
        /// The dimension joined along.
        dim: usize,
    },
    /// The outputs are the input's parts along `dim`, in order.
    Parts {
        /// The dimension split along.
        dim: usize,
    },
    /// A recurrent layer. The outputs are all states, the last one, and an LSTM's last cell; saved are the inputs and
    /// the tape.
    Recurrent(Recurrent),
    /// A function outside the engine: `torch.autograd.Function`.
    Callback {
        /// Its number, chosen outside.
        number: Rc<Foreign>,
        /// Its node's name.
        name: String,
    },
}

/// Where hooks stand at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookPlace {
    /// On the gradient of one output: a tensor's hooks.
    Output(usize),
    /// Before the node runs.
    Before,
    /// After the node ran.
    After,
}

/// Shape, dtype and device of a node's input or output.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Sizes.
    pub shape: Shape,
    /// Element type.
    pub dtype: DType,
    /// Device.
    pub device: Device,
}

impl Source {
    fn of(tensor: &Tensor) -> Source {
        Source {
            shape: tensor.shape(),
            dtype: tensor.dtype(),
            device: tensor.device(),
        }
    }
}

/// A step of the history.
pub struct Node {
    /// Grows with every node, so that later nodes come first in backward.
    pub sequence: u64,
    /// What was applied.
    pub rule: Rule,
    /// Where the gradients of the inputs go; `None` where none is needed.
    pub edges: Vec<Option<Edge>>,
    /// The inputs.
    pub inputs: Vec<Source>,
    /// The outputs.
    pub outputs: Vec<Source>,
    /// A slot an input, then one for the output; `None` when freed.
    saved: RefCell<Option<Vec<Option<SavedTensor>>>>,
    name: RefCell<Option<Cow<'static, str>>>,
    retained: RefCell<Vec<(usize, WeakTensor)>>,
    hooks: RefCell<Vec<(HookPlace, Rc<Foreign>)>>,
    /// Saved tensors that Python has unpacked for the function that is about to run.
    unpacked: RefCell<Vec<Tensor>>,
}

thread_local! {
    static SEQUENCE: Cell<u64> = const { Cell::new(0) };
    /// What dropped nodes held. Emptied by a loop, so that a long history does not exhaust the stack.
    static REMAINS: RefCell<Vec<Remains>> = const { RefCell::new(Vec::new()) };
    static IS_CLEARING: Cell<bool> = const { Cell::new(false) };
}

type Remains = (Vec<Option<Edge>>, Option<Vec<Option<SavedTensor>>>);

/// The number of the newest node; nodes made from now on have higher ones.
pub fn sequence_mark() -> u64 {
    SEQUENCE.get()
}

impl Node {
    /// A node over these inputs, whose gradients go along `edges`.
    pub fn new(rule: Rule, inputs: &[&Tensor], edges: Vec<Option<Edge>>, outputs: &[&Tensor]) -> Rc<Node> {
        let sequence = SEQUENCE.get() + 1;
        SEQUENCE.set(sequence);
        Rc::new(Node {
            sequence,
            rule,
            edges,
            inputs: inputs.iter().map(|input| Source::of(input)).collect(),
            outputs: outputs.iter().map(|output| Source::of(output)).collect(),
            saved: RefCell::new(Some(Vec::new())),
            name: RefCell::default(),
            retained: RefCell::default(),
            hooks: RefCell::default(),
            unpacked: RefCell::default(),
        })
    }

    /// Saves the inputs and the output that `keep` marks (a mark an input, then one for the output).
    pub fn save(self: &Rc<Node>, inputs: &[&Tensor], output: &Tensor, keep: &[bool]) {
        let mut saved: Vec<Option<SavedTensor>> = inputs
            .iter()
            .zip(keep)
            .map(|(input, &kept)| kept.then(|| SavedTensor::input(input)))
            .collect();
        saved.push(
            keep.last()
                .is_some_and(|&kept| kept)
                .then(|| SavedTensor::output(output, 0)),
        );
        if saved.iter().any(Option::is_some) {
            self.set_saved(saved);
        }
    }

    /// Saves what a function outside the engine asked for: inputs, outputs, or others.
    pub fn save_for_function(self: &Rc<Node>, tensors: &[Option<Tensor>]) {
        let save = |tensor: &Tensor| match super::grad_fn(tensor) {
            Some(made) if Rc::ptr_eq(&made.node, self) => SavedTensor::output(tensor, made.output),
            _ => SavedTensor::input(tensor),
        };
        self.set_saved(tensors.iter().map(|tensor| tensor.as_ref().map(save)).collect());
    }

    fn set_saved(self: &Rc<Node>, saved: Vec<Option<SavedTensor>>) {
        packing::note(self, &saved);
        *self.saved.borrow_mut() = Some(saved);
    }

    /// Runs `work` on what was saved, or gives PyTorch's error if backward has already freed it.
    pub fn with_saved<R>(&self, work: impl FnOnce(&mut Vec<Option<SavedTensor>>) -> R) -> Result<R> {
        match &mut *self.saved.borrow_mut() {
            Some(saved) => Ok(work(saved)),
            None => Err(Error::runtime(
                "Trying to backward through the graph a second time (or directly access saved tensors after they have already been \
                 freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify \
                 retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors \
                 after calling backward.",
            )),
        }
    }

    /// The numbers of the saved tensors that Python has packed.
    pub fn packed(&self) -> Result<Vec<u64>> {
        self.with_saved(|saved| saved.iter().flatten().filter_map(SavedTensor::packed).collect())
    }

    /// What was saved. Tensors that Python had packed come unpacked, in order.
    pub fn unpack(self: &Rc<Node>, unpacked: Vec<Tensor>) -> Result<Vec<Option<Tensor>>> {
        let mut unpacked = unpacked.into_iter();
        self.with_saved(|saved| {
            saved
                .iter()
                .map(|slot| slot.as_ref().map(|saved| saved.unpack(self, &mut unpacked)).transpose())
                .collect()
        })?
    }

    /// Keeps unpacked tensors for a function that will ask for them.
    pub fn remember_unpacked(&self, unpacked: Vec<Tensor>) {
        *self.unpacked.borrow_mut() = unpacked;
    }

    /// What [`Node::remember_unpacked`] kept.
    pub fn take_unpacked(&self) -> Vec<Tensor> {
        self.unpacked.borrow().clone()
    }

    /// The number of the hooks at a place.
    pub fn hooks(&self, place: HookPlace) -> Option<u64> {
        let hooks = self.hooks.borrow();
        hooks
            .iter()
            .find(|(at, _)| *at == place)
            .map(|(_, hooks)| hooks.number())
    }

    /// The number of the hooks at a place, which is the given one if there were none.
    pub fn hooks_or_new(&self, place: HookPlace, number: u64) -> u64 {
        self.hooks(place).unwrap_or_else(|| {
            self.hooks.borrow_mut().push((place, Rc::new(Foreign::new(number))));
            number
        })
    }

    /// Lets go of what was saved. A node that saved nothing may run again.
    pub fn free(&self) {
        let mut saved = self.saved.borrow_mut();
        if saved.as_ref().is_some_and(|slots| !slots.is_empty()) {
            *saved = None;
        }
        self.unpacked.borrow_mut().clear();
    }

    /// Takes a tensor's wish for its gradient away; true if it had it.
    pub fn stop_retaining(&self, tensor: &Tensor) -> bool {
        let mut retained = self.retained.borrow_mut();
        let before = retained.len();
        retained.retain(|(_, weak)| !weak.upgrade().is_some_and(|known| known.is_same(tensor)));
        retained.len() < before
    }

    /// Stores this output's gradient in the tensor's `.grad` when backward comes by.
    pub fn retain(&self, output: usize, tensor: &Tensor) {
        let mut retained = self.retained.borrow_mut();
        if !retained
            .iter()
            .any(|(_, weak)| weak.upgrade().is_some_and(|known| known.is_same(tensor)))
        {
            retained.push((output, tensor.downgrade()));
        }
    }

    /// The tensors that want this output's gradient.
    pub fn retained(&self, output: usize) -> Vec<Tensor> {
        let retained = self.retained.borrow();
        retained
            .iter()
            .filter(|(number, _)| *number == output)
            .filter_map(|(_, weak)| weak.upgrade())
            .collect()
    }

    /// Overrides the name that the rule gives.
    pub fn set_name(&self, name: impl Into<Cow<'static, str>>) {
        *self.name.borrow_mut() = Some(name.into());
    }

    /// The name, as `print` shows it.
    pub fn name(&self) -> String {
        match &*self.name.borrow() {
            Some(name) => name.clone().into_owned(),
            None => super::rules::name(&self.rule),
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let remains = (std::mem::take(&mut self.edges), self.saved.take());
        // When the thread ends its lists may be gone already; then what is left is dropped in place.
        let Ok(is_clearing) = IS_CLEARING.try_with(|flag| flag.replace(true)) else {
            return;
        };
        let Ok(()) = REMAINS.try_with(|heap| heap.borrow_mut().push(remains)) else {
            return;
        };
        if is_clearing {
            return;
        }
        while let Ok(Some(remains)) = REMAINS.try_with(|heap| heap.borrow_mut().pop()) {
            drop(remains);
        }
        IS_CLEARING.try_with(|flag| flag.set(false)).unwrap_or_default();
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}#{}", self.name(), self.sequence)
    }
}
