//! Which nodes share a kernel: a greedy pass over the nodes in order, with every rule checked before a
//! node joins.
//!
//! A cluster is a store block (`nodes`) over one flat index range, after at most one routine whose
//! operands may have absorbed a `prologue`. A node joins the cluster of an operand that it reads whole
//! and in order, if no cycle between kernels arises and the bindings suffice. Cheap nodes are computed
//! again wherever they are read from elsewhere. Deterministic: no hash order, no clock.
//! Refuses to build expressions: see `build`.

use std::collections::BTreeSet;

use super::classify::{NodeInfo, is_whole, value_of};
use super::kernel::Value;
use crate::prim::Prim;
use crate::wire::{Operand, Program, ValueRef};

/// Longest store block; keeps shader texts and their compilation bounded.
const MAX_NODES: usize = 1200;

/// Most nodes that a routine absorbs; they are built by recursion.
const MAX_PROLOGUE: usize = 64;

/// How many earlier clusters of the same size are tried when independent clusters are merged.
const MERGE_WINDOW: usize = 16;

/// Nodes that become one kernel.
#[derive(Clone, Debug, Default)]
pub(super) struct Cluster {
    /// The node that is not elementwise, if there is one; also in `nodes`.
    pub routine: Option<usize>,
    /// Elementwise nodes computed while the routine reads its operands.
    pub prologue: BTreeSet<usize>,
    /// Nodes computed for each output index.
    pub nodes: BTreeSet<usize>,
    /// Number of output indices; no node has as many as a strided write, so nothing joins one.
    pub domain: usize,
    /// The routine is a strided write: the kernel runs over its source, not over its result.
    pub writes_in_place: bool,
    /// Clusters whose results are read.
    pub depends_on: BTreeSet<usize>,
}

/// The state of the pass.
pub(super) struct Clustering<'a> {
    program: &'a Program,
    infos: &'a [NodeInfo],
    max_bindings: usize,
    is_output: Vec<bool>,
    /// Consumers of each node: (node, operand index).
    uses: Vec<Vec<(usize, usize)>>,
    pub clusters: Vec<Cluster>,
    pub cluster_of: Vec<usize>,
}

impl<'a> Clustering<'a> {
    /// Groups all nodes of the program.
    pub fn run(program: &'a Program, infos: &'a [NodeInfo], max_bindings: usize) -> Clustering<'a> {
        let num_nodes = program.nodes.len();
        let mut is_output = vec![false; num_nodes];
        for &output in &program.outputs {
            is_output[output as usize] = true;
        }
        let mut uses = vec![Vec::new(); num_nodes];
        for (index, node) in program.nodes.iter().enumerate() {
            for (slot, operand) in node.operands.iter().enumerate() {
                if let ValueRef::Node(producer) = operand.value {
                    uses[producer as usize].push((index, slot));
                }
            }
        }
        let mut clustering = Clustering {
            program,
            infos,
            max_bindings,
            is_output,
            uses,
            clusters: Vec::new(),
            cluster_of: Vec::with_capacity(num_nodes),
        };
        for node in 0..num_nodes {
            clustering.place(node);
        }
        clustering.merge_independent();
        clustering
    }

    fn place(&mut self, node: usize) {
        if !self.infos[node].elementwise {
            self.place_routine(node);
            return;
        }
        let mut candidates: Vec<usize> = Vec::new();
        for operand in &self.program.nodes[node].operands {
            if let Some(cluster) = self.joinable_operand(node, operand)
                && !candidates.contains(&cluster)
            {
                candidates.push(cluster);
            }
        }
        // Epilogues of routines first, then the cluster made last: its operands are the freshest.
        candidates.sort_by_key(|&cluster| (self.clusters[cluster].routine.is_none(), usize::MAX - cluster));
        for &target in &candidates {
            let mut parts = vec![target];
            // Taking in the clusters of the other operands at once saves reading them.
            for &other in &candidates {
                let mut more = parts.clone();
                more.push(other);
                if other != target && self.union(&more, Some(node)).is_some() {
                    parts = more;
                }
            }
            if let Some(union) = self.union(&parts, Some(node)) {
                self.cluster_of.push(target);
                self.replace(&parts, union);
                return;
            }
        }
        self.start(Cluster {
            nodes: BTreeSet::from([node]),
            domain: self.infos[node].num_elements,
            ..Cluster::default()
        });
    }

    /// The cluster of an operand that is read whole and in order and not better computed again.
    fn joinable_operand(&self, node: usize, operand: &Operand) -> Option<usize> {
        let ValueRef::Node(producer) = operand.value else {
            return None;
        };
        let cluster = self.cluster_of[producer as usize];
        let same_range = self.clusters[cluster].domain == self.infos[node].num_elements;
        (same_range && is_whole(self.program, operand)).then_some(cluster)
    }

    fn place_routine(&mut self, node: usize) {
        let writes_in_place = matches!(self.program.nodes[node].prim, Prim::ViewWrite { .. });
        let folds = matches!(
            self.program.nodes[node].prim,
            Prim::Reduce { .. } | Prim::ArgReduce { .. }
        );
        let mut cluster = Cluster {
            routine: Some(node),
            nodes: BTreeSet::from([node]),
            domain: if writes_in_place {
                usize::MAX
            } else {
                self.infos[node].num_elements
            },
            writes_in_place,
            ..Cluster::default()
        };
        // These read each element of their operand once, so computing it on the way costs nothing.
        if (folds || writes_in_place)
            && let Some(absorbed) = self.absorbable(node, usize::from(writes_in_place))
        {
            cluster.prologue = self.clusters[absorbed].nodes.clone();
            if self.num_bindings(&cluster) <= self.max_bindings {
                self.clusters[absorbed].nodes.clear();
                self.clusters[absorbed].depends_on.clear();
            } else {
                cluster.prologue.clear();
            }
        }
        self.start(cluster);
    }

    /// The elementwise cluster whose only result is the routine's operand.
    fn absorbable(&self, node: usize, slot: usize) -> Option<usize> {
        let operand = &self.program.nodes[node].operands[slot];
        let ValueRef::Node(producer) = operand.value else {
            return None;
        };
        let producer = producer as usize;
        let cluster = self.cluster_of[producer];
        let expands = operand
            .shape
            .iter()
            .zip(&operand.strides)
            .any(|(&size, &stride)| size > 1 && stride == 0);
        let source = &self.clusters[cluster];
        let plain = source.routine.is_none() && source.nodes.contains(&producer) && source.nodes.len() <= MAX_PROLOGUE;
        // Nobody but the routine may want anything of it.
        let mut together = source.clone();
        together.nodes.insert(node);
        let only_reader = self.results(&together).iter().all(|&result| result == node);
        (plain && !expands && only_reader).then_some(cluster)
    }

    fn start(&mut self, mut cluster: Cluster) {
        let id = self.clusters.len();
        cluster.depends_on = self.sources(&cluster);
        for &node in cluster.nodes.iter().chain(&cluster.prologue) {
            if node == self.cluster_of.len() {
                self.cluster_of.push(id);
            } else {
                self.cluster_of[node] = id;
            }
        }
        self.clusters.push(cluster);
    }

    /// The clusters `parts` and a node that is not placed yet as one cluster, if nothing forbids it: at
    /// most one routine, which is the first part's; no reading of its own results; no cycle; not too many
    /// bindings or nodes.
    fn union(&self, parts: &[usize], newcomer: Option<usize>) -> Option<Cluster> {
        let mut union = self.clusters[*parts.first()?].clone();
        for (number, &part) in parts.iter().enumerate().skip(1) {
            let cluster = &self.clusters[part];
            let fits = cluster.routine.is_none() && !cluster.nodes.is_empty() && cluster.domain == union.domain;
            if !fits
                || parts[..number]
                    .iter()
                    .any(|&other| self.reaches(part, other) || self.reaches(other, part))
            {
                return None;
            }
            union.nodes.extend(cluster.nodes.iter().copied());
        }
        union.nodes.extend(newcomer);
        if union.nodes.len() > MAX_NODES || self.num_bindings(&union) > self.max_bindings {
            return None;
        }
        let reads_well = self.loads(&union).into_iter().all(|value| {
            let Value::Node(producer) = value else { return true };
            let producer = producer as usize;
            !union.nodes.contains(&producer)
                && parts
                    .iter()
                    .all(|&part| self.cluster_of[producer] != part && !self.reaches(self.cluster_of[producer], part))
        });
        reads_well.then_some(union)
    }

    /// Puts a union in the place of its parts.
    fn replace(&mut self, parts: &[usize], mut union: Cluster) {
        let target = parts[0];
        for &node in &union.nodes {
            self.cluster_of[node] = target;
        }
        union.depends_on = self.sources(&union);
        self.clusters[target] = union;
        for &part in &parts[1..] {
            self.clusters[part].nodes.clear();
            self.clusters[part].depends_on.clear();
            for cluster in &mut self.clusters {
                if cluster.depends_on.remove(&part) {
                    cluster.depends_on.insert(target);
                }
            }
        }
    }

    /// True if `from` needs results of `to`, directly or through others.
    fn reaches(&self, from: usize, to: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut stack = vec![from];
        while let Some(cluster) = stack.pop() {
            for &next in &self.clusters[cluster].depends_on {
                if next == to {
                    return true;
                }
                // Results come from clusters that existed before, but a join can add later ones: no pruning by number.
                if seen.insert(next) {
                    stack.push(next);
                }
            }
        }
        false
    }

    /// Clusters whose results this one reads.
    pub fn sources(&self, cluster: &Cluster) -> BTreeSet<usize> {
        let sources = self.loads(cluster).into_iter();
        sources
            .filter_map(|value| {
                if let Value::Node(producer) = value {
                    Some(self.cluster_of[producer as usize])
                } else {
                    None
                }
            })
            .collect()
    }

    fn num_bindings(&self, cluster: &Cluster) -> usize {
        self.loads(cluster).len() + self.results(cluster).len()
    }

    /// Nodes of the cluster that other kernels may read, or that live on.
    fn results(&self, cluster: &Cluster) -> Vec<usize> {
        let is_result =
            |&node: &usize| self.is_output[node] || (!self.infos[node].cheap && self.escapes(cluster, node));
        cluster.nodes.iter().copied().filter(is_result).collect()
    }

    /// True if a node is read outside the cluster, perhaps by a cheap reader that is computed again there.
    fn escapes(&self, cluster: &Cluster, node: usize) -> bool {
        self.uses[node].iter().any(|&(reader, _)| {
            let outside = !cluster.nodes.contains(&reader);
            outside || (self.infos[reader].cheap && self.escapes(cluster, reader))
        })
    }

    /// Values that the cluster reads from memory if all its nodes are computed.
    pub fn loads(&self, cluster: &Cluster) -> BTreeSet<Value> {
        loads_of(self.program, self.infos, cluster)
    }

    /// Joins clusters that know nothing of each other but run over equally many elements.
    fn merge_independent(&mut self) {
        for later in 1..self.clusters.len() {
            let is_plain = |cluster: &Cluster| cluster.routine.is_none() && !cluster.nodes.is_empty();
            if !is_plain(&self.clusters[later]) || !self.is_wanted(later) {
                continue;
            }
            let domain = self.clusters[later].domain;
            let earlier: Vec<usize> = (0..later)
                .rev()
                .filter(|&other| {
                    is_plain(&self.clusters[other]) && self.clusters[other].domain == domain && self.is_wanted(other)
                })
                .take(MERGE_WINDOW)
                .collect();
            for other in earlier {
                if let Some(union) = self.union(&[later, other], None) {
                    self.replace(&[later, other], union);
                    break;
                }
            }
        }
    }

    fn is_wanted(&self, cluster: usize) -> bool {
        !self.results(&self.clusters[cluster]).is_empty()
    }
}

/// Where an operand's value comes from.
pub(super) enum Source {
    /// Computed earlier at the same index.
    Register,
    /// Computed again here.
    Inline(usize),
    /// Read from memory.
    Memory(Value),
}

/// Where a kernel takes an operand from. `at_root`: it is read at the index the store block runs at;
/// `in_load`: it is read while the routine's operands are computed.
pub(super) fn source_of(
    cluster: &Cluster,
    infos: &[NodeInfo],
    operand: &Operand,
    at_root: bool,
    in_load: bool,
) -> Source {
    let ValueRef::Node(producer) = operand.value else {
        return Source::Memory(value_of(operand.value));
    };
    let producer = producer as usize;
    if at_root && cluster.nodes.contains(&producer) {
        Source::Register
    } else if infos[producer].cheap || (in_load && cluster.prologue.contains(&producer)) {
        Source::Inline(producer)
    } else {
        Source::Memory(Value::Node(producer as u32))
    }
}

/// Values that a cluster reads from memory if all its nodes are computed.
pub(super) fn loads_of(program: &Program, infos: &[NodeInfo], cluster: &Cluster) -> BTreeSet<Value> {
    let mut loads = BTreeSet::new();
    for &node in &cluster.nodes {
        let in_load = cluster.routine == Some(node);
        for operand in &program.nodes[node].operands {
            operand_loads(program, infos, cluster, operand, in_load, !in_load, &mut loads);
        }
    }
    loads
}

fn operand_loads(
    program: &Program,
    infos: &[NodeInfo],
    cluster: &Cluster,
    operand: &Operand,
    in_load: bool,
    at_root: bool,
    loads: &mut BTreeSet<Value>,
) {
    let at_root = at_root && is_whole(program, operand);
    match source_of(cluster, infos, operand, at_root, in_load) {
        Source::Register => {}
        Source::Inline(producer) => {
            for operand in &program.nodes[producer].operands {
                operand_loads(program, infos, cluster, operand, in_load, at_root, loads);
            }
        }
        Source::Memory(value) => {
            loads.insert(value);
        }
    }
}
