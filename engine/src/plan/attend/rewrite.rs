//! The kernels of attention in the place of the products and the softmax that `find` found.
//!
//! The nodes are put in a new order, since the gradient of a value may be wanted before that of its key is written;
//! what only the scores needed is left out. An attention whose kernels would bind more arrays than the device allows
//! stays as it was written. Refuses to look for anything: see `find`.

use std::collections::BTreeMap;

use super::find::Finder;
use super::found::{Found, Link};
use crate::dtype::DType;
use crate::plan::classify::classify;
use crate::plan::cluster::Cluster;
use crate::plan::source::loads_of;
use crate::plan::{Caps, Fusion};
use crate::prim::{Attention, AttentionPart, Prim, Scaling};
use crate::view::contiguous_strides;
use crate::wire::{Operand, Program, ProgramNode, ValueRef};

/// The program with its attention as kernels; `None` if it has none.
pub fn attend(program: &Program, caps: &Caps) -> Option<Program> {
    // Most programs have no softmax.
    if !program
        .nodes
        .iter()
        .any(|node| matches!(node.prim, Prim::Softmax | Prim::SafeSoftmax))
    {
        return None;
    }
    let mut found = Finder::new(program).find();
    found.retain(|found| is_worth_it(found, caps));
    while !found.is_empty() {
        let mut rewriting = Rewriting::new(program);
        for attention in &found {
            rewriting.replace(attention);
        }
        let (rewritten, kernels) = rewriting.finish()?;
        let infos = classify(&rewritten, Fusion::On);
        let fits = |&node: &usize| {
            let cluster = Cluster {
                routine: Some(node),
                nodes: [node].into(),
                ..Cluster::default()
            };
            let written = RESULTS + usize::from(infos[node].reports_range);
            loads_of(&rewritten, &infos, &cluster).len() + written <= caps.max_storage_buffers
        };
        let all_fit: Vec<bool> = kernels.iter().map(|kernels| kernels.iter().all(fits)).collect();
        if all_fit.iter().all(|&fits| fits) {
            return Some(rewritten);
        }
        let mut fits = all_fit.iter();
        found.retain(|_| *fits.next().unwrap_or(&false));
    }
    None
}

/// Most arrays that a kernel of attention writes.
const RESULTS: usize = 2;

/// Wider queries, keys and values stay products: software adapters take seconds to compile kernels that hold them.
const WIDEST_ON_SOFTWARE: usize = 16;

/// On software adapters arithmetic done twice is dear, so more queries or keys stay products: forward and backward take 1.5
/// times as long as the products at 32, for half the dispatches and two thirds of the memory, and twice as long at 128
/// (Mesa's lavapipe).
const LONGEST_ON_SOFTWARE: usize = 32;

/// Scores of more bytes than this are never held, whatever the time: a buffer may have twice as many on every WebGPU device,
/// and a backward pass holds several of them.
const MOST_BYTES_OF_SCORES: usize = 64 << 20;

/// True if fewer dispatches and less memory are worth what the kernels compute again. Where tiles are shared they are: scores
/// would be written and read at least four times, and the products read as much as the kernels do.
fn is_worth_it(found: &Found, caps: &Caps) -> bool {
    let [q, k, v] = &found.operands;
    let (length, width) = (q.shape[1].max(k.shape[1]), q.shape[2].max(v.shape[2]));
    let is_short = length <= LONGEST_ON_SOFTWARE && width <= WIDEST_ON_SOFTWARE;
    let bytes = 4 * q.shape[0] * q.shape[1] * k.shape[1];
    !caps.software || is_short || bytes > MOST_BYTES_OF_SCORES
}

/// A program under reconstruction. New nodes are numbered after the old ones until the end.
struct Rewriting<'a> {
    program: &'a Program,
    added: Vec<ProgramNode>,
    /// New nodes that take the place of old ones.
    replaced: BTreeMap<usize, usize>,
    /// New nodes and the second result that must follow them.
    companions: BTreeMap<usize, usize>,
    /// The kernels of each attention.
    kernels: Vec<Vec<usize>>,
}

impl<'a> Rewriting<'a> {
    const fn new(program: &'a Program) -> Rewriting<'a> {
        Rewriting {
            program,
            added: Vec::new(),
            replaced: BTreeMap::new(),
            companions: BTreeMap::new(),
            kernels: Vec::new(),
        }
    }

    fn push(&mut self, kind: Attention, operands: Vec<Operand>, shape: [usize; 3], template: &ProgramNode) -> usize {
        self.added.push(ProgramNode {
            prim: Prim::Attention(kind),
            operands,
            shape: shape.to_vec(),
            dtype: DType::F32,
            first_param: template.first_param,
        });
        self.program.nodes.len() + self.added.len() - 1
    }

    /// A second result of `kernel`.
    fn push_companion(
        &mut self,
        kernel: usize,
        kind: Attention,
        part: AttentionPart,
        shape: [usize; 3],
        template: &ProgramNode,
    ) -> usize {
        let companion = self.push(Attention { part, ..kind }, Vec::new(), shape, template);
        self.companions.insert(kernel, companion);
        companion
    }

    fn replace(&mut self, found: &Found) {
        let [q, k, v] = &found.operands;
        let (batch, rows, columns) = (q.shape[0], q.shape[1], k.shape[1]);
        let (depth, width) = (q.shape[2], v.shape[2]);
        let template = &self.program.nodes[found.softmax];
        let mut kind = Attention {
            part: AttentionPart::Forward,
            scaling: Scaling::None,
            has_bias: false,
            has_mask: false,
            keeps_mask: false,
            keeps_gradient: false,
            has_factor: found.factor.is_some(),
            empty_is_zero: found.empty_is_zero,
            is_half_plane: found.is_half_plane,
        };
        let mut operands = found.operands.to_vec();
        for link in &found.links {
            match link {
                Link::Scale(scaling, number) => {
                    kind.scaling = *scaling;
                    operands.push(number.clone());
                }
                Link::Bias(bias) => {
                    kind.has_bias = true;
                    operands.push(bias.clone());
                }
                Link::Mask { mask, fill, keeps } => {
                    (kind.has_mask, kind.keeps_mask) = (true, *keeps);
                    operands.extend([mask.clone(), fill.clone()]);
                }
            }
        }
        operands.extend(found.factor.clone());
        let forward = self.push(kind, operands.clone(), [batch, rows, width], template);
        if let Some(product) = found.product {
            self.replaced.insert(product, forward);
        }
        let mut kernels = vec![forward];
        if let Some(backward) = &found.backward {
            let per_row = [batch, rows, 1];
            let sums = self.push_companion(forward, kind, AttentionPart::RowSums, per_row, template);
            let tail = backward.scale.iter().cloned();
            let tail = tail.chain(
                backward
                    .mask
                    .iter()
                    .flat_map(|(kept, rest, _)| [kept.clone(), rest.clone()]),
            );
            let tail: Vec<Operand> = tail.collect();
            let drops = backward.mask.as_ref().is_some_and(|mask| mask.2);
            let with = |part: AttentionPart, between: [Operand; 3]| {
                let kind = Attention {
                    part,
                    keeps_gradient: !drops,
                    ..kind
                };
                (kind, [operands.clone(), between.to_vec(), tail.clone()].concat())
            };
            let out = whole(forward, &[batch, rows, width]);
            let sums = whole(sums, &per_row);
            let (kind, reads) = with(AttentionPart::QueryGradient, [backward.g.clone(), sums.clone(), out]);
            let queries = self.push(kind, reads, [batch, rows, depth], template);
            let products = self.push_companion(queries, kind, AttentionPart::RowProducts, per_row, template);
            let products = whole(products, &per_row);
            let (kind, reads) = with(AttentionPart::KeyGradient, [backward.g.clone(), sums, products]);
            let keys = self.push(kind, reads, [batch, columns, depth], template);
            let shape = [batch, width, columns];
            let values = self.push_companion(keys, kind, AttentionPart::ValueGradient, shape, template);
            for (old, new) in backward.products.into_iter().zip([queries, keys, values]) {
                self.replaced.insert(old, new);
            }
            kernels.extend([queries, keys]);
        }
        self.kernels.push(kernels);
    }

    fn node(&self, number: usize) -> Option<&ProgramNode> {
        let known = self.program.nodes.len();
        self.program
            .nodes
            .get(number)
            .or_else(|| self.added.get(number.wrapping_sub(known)))
    }

    fn resolve(&self, number: usize) -> usize {
        self.replaced.get(&number).copied().unwrap_or(number)
    }

    /// What must come before a node: its operands, or the kernel whose second result it is.
    fn sources(&self, number: usize, kernel_of: &BTreeMap<usize, usize>) -> Vec<usize> {
        let operands = self.node(number).map_or(&[][..], |node| &node.operands);
        let of_node = |operand: &Operand| match operand.value {
            ValueRef::Node(producer) => Some(self.resolve(producer as usize)),
            ValueRef::Input(_) => None,
        };
        operands
            .iter()
            .filter_map(of_node)
            .chain(kernel_of.get(&number).copied())
            .collect()
    }

    /// The program in order, and where the kernels of each attention are in it; `None` if there is no order, as when
    /// the scale of a gradient is computed from another gradient.
    fn finish(self) -> Option<(Program, Vec<Vec<usize>>)> {
        let count = self.program.nodes.len() + self.added.len();
        let kernel_of: BTreeMap<usize, usize> = self
            .companions
            .iter()
            .map(|(&kernel, &second)| (second, kernel))
            .collect();
        // What is wanted, then in the order in which it was recorded, sources first.
        let mut wanted = vec![false; count];
        let mut waiting: Vec<usize> = self
            .program
            .outputs
            .iter()
            .map(|&node| self.resolve(node as usize))
            .collect();
        while let Some(number) = waiting.pop() {
            if !std::mem::replace(&mut wanted[number], true) {
                waiting.extend(self.sources(number, &kernel_of));
            }
        }
        let mut places: Vec<Option<u32>> = vec![None; count];
        let mut order: Vec<usize> = Vec::with_capacity(count);
        for first in (0..self.program.nodes.len()).map(|number| self.resolve(number)) {
            if !wanted[first] {
                continue;
            }
            let mut stack = vec![first];
            while let Some(&number) = stack.last() {
                let missing: Vec<usize> = self.sources(number, &kernel_of);
                let missing = missing.into_iter().rfind(|&source| places[source].is_none());
                match missing {
                    Some(source) if stack.contains(&source) => return None,
                    Some(source) if places[number].is_none() => stack.push(source),
                    _ => {
                        stack.pop();
                        if places[number].is_none() {
                            places[number] = Some(order.len() as u32);
                            order.push(number);
                            if let Some(&second) = self.companions.get(&number) {
                                places[second] = Some(order.len() as u32);
                                order.push(second);
                            }
                        }
                    }
                }
            }
        }
        let place = |number: usize| places[self.resolve(number)].unwrap_or_default();
        let nodes = order.iter().filter_map(|&number| {
            let mut node = self.node(number)?.clone();
            for operand in &mut node.operands {
                if let ValueRef::Node(producer) = &mut operand.value {
                    *producer = place(*producer as usize);
                }
            }
            Some(node)
        });
        let rewritten = Program {
            inputs: self.program.inputs.clone(),
            nodes: nodes.collect(),
            outputs: self.program.outputs.iter().map(|&node| place(node as usize)).collect(),
            num_params: self.program.num_params,
        };
        let places_of = |kernels: &Vec<usize>| kernels.iter().map(|&kernel| place(kernel) as usize).collect();
        let kernels = self.kernels.iter().map(places_of).collect();
        Some((rewritten, kernels))
    }
}

/// The whole value of a node.
fn whole(number: usize, shape: &[usize]) -> Operand {
    Operand {
        value: ValueRef::Node(number as u32),
        shape: shape.to_vec(),
        strides: contiguous_strides(shape),
        offset_param: None,
    }
}
