//! Which nodes share a kernel: a greedy pass over the nodes in order, with every rule checked before a
//! node joins.
//!
//! A cluster is a store block (`nodes`) over one flat index range, after at most one routine whose
//! operands may have absorbed a `prologue`. A node joins the cluster of an operand that it reads whole
//! and in order, if no cycle between kernels arises and the bindings suffice. Cheap nodes are computed
//! again wherever they are read from elsewhere. Deterministic: no hash order, no clock.
//! Refuses to build expressions: see `build`. Read next: `union`.

use std::collections::BTreeSet;

use super::Fusion;
use super::classify::{NodeInfo, is_aligned, is_companion, is_whole_write};
use super::kernel::Value;
use super::row_shape::RowShape;
use super::source::loads_of;
use super::union::Together;
use crate::prim::Prim;
use crate::wire::{Program, ValueRef};

/// Most nodes that a routine absorbs; they are built by recursion.
const MAX_PROLOGUE: usize = 64;

/// Nodes that become one kernel.
#[derive(Clone, Debug, Default)]
pub(super) struct Cluster {
    /// The node that is not elementwise, if there is one; also in `nodes`.
    pub routine: Option<usize>,
    /// Elementwise nodes computed while the routine reads its operands.
    pub prologue: BTreeSet<usize>,
    /// Nodes computed for each output index.
    pub nodes: BTreeSet<usize>,
    /// The kernel computes rows: `nodes` holds folds and what is before, between and after them.
    pub rows: Option<RowShape>,
    /// Number of output indices; no node has as many as a strided write, so nothing joins one.
    pub domain: usize,
    /// The routine is a strided write: the kernel runs over its source, not over its result.
    pub writes_in_place: bool,
    /// Clusters whose results are read.
    pub depends_on: BTreeSet<usize>,
    /// Second results of the routine; also in `nodes`. Nothing in the kernel can read them.
    pub companions: BTreeSet<usize>,
    /// One of the nodes may need a binding for the flag of int64.
    pub reports_range: bool,
    /// Values read from memory.
    pub loads: BTreeSet<Value>,
    /// Nodes that other kernels may read, or that live on.
    pub results: BTreeSet<usize>,
}

/// The state of the pass.
pub(super) struct Clustering<'a> {
    pub(super) program: &'a Program,
    pub(super) infos: &'a [NodeInfo],
    pub(super) max_bindings: usize,
    fusion: Fusion,
    pub(super) is_output: Vec<bool>,
    /// Consumers of each node: (node, operand index).
    pub(super) uses: Vec<Vec<(usize, usize)>>,
    pub clusters: Vec<Cluster>,
    pub cluster_of: Vec<usize>,
    /// Sets of clusters that do the same to arrays of different lengths and run at one place.
    pub alike: Vec<Vec<usize>>,
    /// The set of each cluster that is in one.
    pub alike_of: Vec<Option<usize>>,
}

impl<'a> Clustering<'a> {
    /// Groups all nodes of the program; each is alone without fusion. If it is said which inputs are `donated`, clusters
    /// that write over some and are alike stay apart and are put into sets.
    pub fn run(
        program: &'a Program,
        infos: &'a [NodeInfo],
        max_bindings: usize,
        fusion: Fusion,
        donated: Option<&[bool]>,
    ) -> Clustering<'a> {
        let num_nodes = program.nodes.len();
        let mut is_output = vec![false; num_nodes];
        for &output in &program.outputs {
            is_output[output as usize] = true;
        }
        let mut uses = vec![Vec::new(); num_nodes];
        for (index, node) in program.nodes.iter().enumerate() {
            for (slot, operand) in node.operands.iter().enumerate().skip(usize::from(is_whole_write(node))) {
                if let ValueRef::Node(producer) = operand.value {
                    uses[producer as usize].push((index, slot));
                }
            }
        }
        let mut clustering = Clustering {
            program,
            infos,
            max_bindings,
            fusion,
            is_output,
            uses,
            clusters: Vec::new(),
            cluster_of: Vec::with_capacity(num_nodes),
            alike: Vec::new(),
            alike_of: Vec::new(),
        };
        for node in 0..num_nodes {
            clustering.place(node);
        }
        if fusion == Fusion::On {
            clustering.merge_rows();
            clustering.alike_of = vec![None; clustering.clusters.len()];
            if let Some(donated) = donated {
                clustering.find_alike(donated);
            }
            clustering.merge_independent();
        }
        clustering
    }

    fn place(&mut self, node: usize) {
        if is_companion(&self.program.nodes[node]) {
            self.place_companion(node);
            return;
        }
        if !self.infos[node].elementwise {
            self.place_routine(node);
            return;
        }
        let mut candidates: Vec<usize> = Vec::new();
        let first = usize::from(is_whole_write(&self.program.nodes[node]));
        for slot in first..self.program.nodes[node].operands.len() {
            if let Some(cluster) = self.joinable_operand(node, slot)
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
                self.replace(&parts, Some(node), union);
                return;
            }
        }
        let mut alone = Cluster {
            nodes: BTreeSet::from([node]),
            domain: self.infos[node].num_elements,
            ..Cluster::default()
        };
        alone.loads = loads_of(self.program, self.infos, &alone);
        self.start(alone);
    }

    /// The cluster of an operand that is read whole and in order and not better computed again.
    fn joinable_operand(&self, node: usize, slot: usize) -> Option<usize> {
        let ValueRef::Node(producer) = self.program.nodes[node].operands[slot].value else {
            return None;
        };
        // A number is written where it is used. That two parameters of one element use it must not tie them together.
        if matches!(self.program.nodes[producer as usize].prim, Prim::Full) {
            return None;
        }
        let cluster = self.cluster_of[producer as usize];
        if self.fusion == Fusion::Off || self.clusters[cluster].companions.contains(&(producer as usize)) {
            return None;
        }
        let same_range = self.clusters[cluster].domain == self.infos[node].num_elements;
        (same_range && is_aligned(self.program, &self.program.nodes[node], slot)).then_some(cluster)
    }

    /// A second result of the routine that was placed last.
    fn place_companion(&mut self, node: usize) {
        let Some(&cluster) = self.cluster_of.last() else { return };
        self.cluster_of.push(cluster);
        let target = &mut self.clusters[cluster];
        target.nodes.insert(node);
        target.companions.insert(node);
        target.results.insert(node);
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
        cluster.loads = loads_of(self.program, self.infos, &cluster);
        // These read each element of their operand once, so computing it on the way costs nothing.
        if (folds || writes_in_place)
            && self.fusion == Fusion::On
            && let Some(absorbed) = self.absorbable(node, usize::from(writes_in_place))
        {
            let mut absorbing = cluster.clone();
            absorbing.prologue.clone_from(&self.clusters[absorbed].nodes);
            absorbing.loads = loads_of(self.program, self.infos, &absorbing);
            let flag = absorbing
                .nodes
                .iter()
                .chain(&absorbing.prologue)
                .any(|&node| self.infos[node].reports_range);
            if absorbing.loads.len() + usize::from(flag) < self.max_bindings {
                self.clusters[absorbed] = Cluster::default();
                cluster = absorbing;
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
        let together = Together {
            clustering: self,
            parts: &[cluster],
            newcomer: Some(node),
        };
        let only_reader = !source.results.iter().any(|&result| self.is_result(&together, result));
        (plain && !expands && only_reader).then_some(cluster)
    }

    /// Adds a cluster around the node that comes next.
    fn start(&mut self, mut cluster: Cluster) {
        let id = self.clusters.len();
        cluster.depends_on = self.sources(&cluster.loads);
        let mut computed = cluster.nodes.iter().chain(&cluster.prologue);
        cluster.reports_range = computed.any(|&node| self.infos[node].reports_range);
        let node = self.cluster_of.len();
        self.cluster_of.push(id);
        for &prepared in &cluster.prologue {
            self.cluster_of[prepared] = id;
        }
        if self.is_result(&cluster, node) {
            cluster.results.insert(node);
        }
        self.clusters.push(cluster);
    }
}
