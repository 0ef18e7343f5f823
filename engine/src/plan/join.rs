//! Elementwise kernels that differ in lengths, arrays and words alone, as one kernel: an optimizer's step over
//! parameters of all sizes is one dispatch.
//!
//! Each binding that is read or written element by element becomes a joint array: one buffer in which every part has its
//! array, at an offset that is known when the kernel runs. So only arrays can join that the executor may place: outputs,
//! and inputs. Kernels that write over no input gain nothing that lasts, and do not join.
//! Refuses kernels one of which writes what another touches. Read next: `form`, `alike`, which finds them, and
//! `executor::joint`.

use std::collections::BTreeSet;

use super::form::{Form, form};
use super::kernel::{Access, Binding, Body, Joined, Kernel, Value, Word};

/// Most words of a joined kernel's uniform, of the 16,384 that every device allows.
const MAX_WORDS: usize = 12_288;

/// What is known of a binding's array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The buffer of an input; also that of an output written over it.
    Input,
    /// An output's own buffer.
    Output,
    /// A temporary.
    Passing,
}

/// Kernels in an order in which they may run, and the values of each joint array, part by part.
pub(super) struct Joining {
    pub kernels: Vec<Kernel>,
    pub joints: Vec<Vec<Value>>,
}

/// Joins what can be joined of kernels none of which reads another's results. `first` names the buffer of a value by the
/// value that was the first in it, `place` says where that will be, `next_joint` numbers the first joint array, and
/// `most` is the most elements that one buffer can hold.
pub(super) fn join(
    kernels: Vec<Kernel>,
    first: impl Fn(Value) -> Value,
    place: impl Fn(Value) -> Place,
    next_joint: u32,
    most: usize,
) -> Joining {
    let mut joining = Joining {
        kernels: Vec::new(),
        joints: Vec::new(),
    };
    if meet(&kernels, first) {
        joining.kernels = kernels;
        return joining;
    }
    // A kernel of one element fits where others read one element for all, so it comes after them.
    let (single, many): (Vec<Kernel>, Vec<Kernel>) = kernels.into_iter().partition(|kernel| kernel.num_results() == 1);
    let mut bundles: Vec<Bundle> = Vec::new();
    for kernel in many.into_iter().chain(single) {
        let Some(form) = form(&kernel).filter(|_| kernel.num_results() <= most) else {
            joining.kernels.push(kernel);
            continue;
        };
        let fits = |bundle: &&mut Bundle| {
            bundle.form.takes(&form)
                && bundle.places == places(&bundle.form, &kernel, &place)
                && has_room(&bundle.parts, &kernel, most)
        };
        match bundles.iter_mut().rev().find(fits) {
            Some(bundle) => bundle.parts.push(kernel),
            None => bundles.push(Bundle {
                places: places(&form, &kernel, &place),
                form,
                parts: vec![kernel],
            }),
        }
    }
    for bundle in bundles {
        if bundle.parts.len() > 1 && bundle.can_be_placed() {
            let joined = joined(&bundle.form, &bundle.parts, next_joint, &mut joining.joints);
            joining.kernels.push(joined);
        } else {
            joining.kernels.extend(bundle.parts);
        }
    }
    joining
}

/// Kernels that can be one.
struct Bundle {
    form: Form,
    /// Of each lane.
    places: Vec<(Access, Place)>,
    parts: Vec<Kernel>,
}

impl Bundle {
    /// True if the executor can place all arrays, and one of them lasts.
    fn can_be_placed(&self) -> bool {
        let lasts = self.places.contains(&(Access::Write, Place::Input));
        lasts && self.places.iter().all(|place| place.1 != Place::Passing)
    }
}

/// Where the arrays of a kernel are that are its own as a part of a kernel of that form.
fn places(form: &Form, kernel: &Kernel, place: impl Fn(Value) -> Place) -> Vec<(Access, Place)> {
    let lanes = kernel.bindings.iter().zip(form.lanes()).filter(|pair| pair.1);
    lanes
        .map(|(binding, _)| (binding.access, place(binding.value)))
        .collect()
}

/// True if one of the kernels writes what another touches.
fn meet(kernels: &[Kernel], first: impl Fn(Value) -> Value) -> bool {
    let mut touched: BTreeSet<Value> = BTreeSet::new();
    let mut written: BTreeSet<Value> = BTreeSet::new();
    for kernel in kernels {
        let here = |access: Option<Access>| {
            let bindings = kernel.bindings.iter();
            let chosen = bindings.filter(move |binding| access.is_none_or(|access| binding.access == access));
            chosen.map(|binding| first(binding.value))
        };
        if here(None).any(|value| written.contains(&value))
            || here(Some(Access::Write)).any(|value| touched.contains(&value))
        {
            return true;
        }
        touched.extend(here(None));
        written.extend(here(Some(Access::Write)));
    }
    false
}

/// True if another part fits the buffers and the uniform.
fn has_room(parts: &[Kernel], kernel: &Kernel, most: usize) -> bool {
    let padded = |kernel: &Kernel| kernel.num_results().next_multiple_of(PADDING);
    let elements: usize = parts.iter().chain([kernel]).map(padded).sum();
    let words = (kernel.bindings.len() + kernel.params.len() + 4) * (parts.len() + 2);
    elements <= most && words <= MAX_WORDS
}

/// Elements that arrays in one buffer begin at a multiple of, on every device.
const PADDING: usize = 64;

fn joined(form: &Form, parts: &[Kernel], next_joint: u32, joints: &mut Vec<Vec<Value>>) -> Kernel {
    let head = &parts[0];
    let mut params: Vec<u32> = Vec::new();
    let mut own: Vec<Vec<u32>> = vec![Vec::new(); parts.len()];
    let words = (0..form.num_words).map(|word| {
        if parts.iter().all(|part| part.params[word] == head.params[word]) {
            params.push(head.params[word]);
            return Word::Common(params.len() as u32 - 1);
        }
        for (own, part) in own.iter_mut().zip(parts) {
            own.push(part.params[word]);
        }
        Word::Own(own[0].len() as u32 - 1)
    });
    let words: Vec<Word> = words.collect();
    let mut bindings: Vec<Binding> = head.bindings.clone();
    let lanes = bindings
        .iter_mut()
        .zip(form.lanes())
        .enumerate()
        .map(|(number, (binding, is_lane))| {
            if !is_lane {
                return None;
            }
            let values: Vec<Value> = parts.iter().map(|part| part.bindings[number].value).collect();
            joints.push(values.clone());
            binding.value = Value::Joint(next_joint + joints.len() as u32 - 1);
            Some(values)
        });
    let lanes = lanes.collect();
    Kernel {
        body: Body::Joined(Joined {
            lengths: parts.iter().map(Kernel::num_results).collect(),
            lanes,
            words,
            own,
        }),
        bindings,
        params,
        loads: Vec::new(),
        store: head.store.clone(),
    }
}
