//! From clusters to an ordered list of groups: what each kernel must write, and in which order they run.
//!
//! Works backwards from the program's outputs, so nodes that were only candidates for recomputation
//! cost nothing. Refuses to build expressions: see `build`.

use std::collections::{BTreeMap, BTreeSet};

use super::Fusion;
use super::classify::NodeInfo;
use super::cluster::{Cluster, Clustering};
use super::kernel::Value;
use super::source::loads_of;
use crate::wire::Program;

/// One kernel to build.
#[derive(Debug)]
pub(super) struct Group {
    /// The nodes and how they are read.
    pub cluster: Cluster,
    /// Nodes whose values are written to memory, ascending.
    pub stores: Vec<usize>,
    /// The set of clusters that do the same to arrays of different lengths; its groups follow each other.
    pub alike: Option<usize>,
}

/// Groups in the order they run.
pub(super) fn groups(
    program: &Program,
    infos: &[NodeInfo],
    max_bindings: usize,
    fusion: Fusion,
    donated: Option<&[bool]>,
) -> Vec<Group> {
    let clustering = Clustering::run(program, infos, max_bindings, fusion, donated);
    let mut wanted: BTreeSet<usize> = program.outputs.iter().map(|&output| output as usize).collect();
    let mut finished = Vec::new();
    for id in topological_order(&clustering).into_iter().rev() {
        let cluster = &clustering.clusters[id];
        let stores: Vec<usize> = cluster
            .nodes
            .iter()
            .copied()
            .filter(|node| wanted.contains(node))
            .collect();
        if stores.is_empty() {
            continue;
        }
        let nodes = needed_nodes(program, cluster, &stores);
        let cluster = Cluster {
            nodes,
            ..cluster.clone()
        };
        for value in loads_of(program, infos, &cluster) {
            if let Value::Node(producer) = value {
                wanted.insert(producer as usize);
            }
        }
        let alike = clustering.alike_of.get(id).copied().flatten();
        finished.push(Group { cluster, stores, alike });
    }
    finished.reverse();
    finished
}

/// The nodes of a store block that its stores need. A routine's results are the input of all that follows.
fn needed_nodes(program: &Program, cluster: &Cluster, stores: &[usize]) -> BTreeSet<usize> {
    let mut needed: BTreeSet<usize> = stores.iter().copied().chain(cluster.routine).collect();
    for &node in cluster.nodes.iter().rev() {
        if !needed.contains(&node) || cluster.routine == Some(node) {
            continue;
        }
        for operand in &program.nodes[node].operands {
            if let crate::wire::ValueRef::Node(producer) = operand.value
                && cluster.nodes.contains(&(producer as usize))
            {
                needed.insert(producer as usize);
            }
        }
    }
    needed
}

/// Clusters so that what is read comes first, and that those of a set follow each other; of several possible ones, the one
/// that was recorded first.
fn topological_order(clustering: &Clustering<'_>) -> Vec<usize> {
    let clusters = &clustering.clusters;
    // A set waits for what any of its clusters reads, and goes by its first cluster's number.
    let place = |id: usize| clustering.together_with(id).next().unwrap_or(id);
    let mut waiting: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut readers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut ready: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (id, cluster) in clusters.iter().enumerate() {
        let Some(&first) = cluster.nodes.first() else { continue };
        if place(id) != id {
            continue;
        }
        let parts = clustering.together_with(id);
        let sources = parts.flat_map(|part| &clusters[part].depends_on);
        let sources: BTreeSet<usize> = sources.map(|&source| place(source)).collect();
        if sources.is_empty() {
            ready.insert((first, id));
        }
        for &source in &sources {
            readers.entry(source).or_default().push(id);
        }
        waiting.insert(id, sources);
    }
    let mut order = Vec::with_capacity(waiting.len());
    while let Some((_, id)) = ready.pop_first() {
        order.extend(clustering.together_with(id));
        for reader in readers.remove(&id).unwrap_or_default() {
            if let Some(sources) = waiting.get_mut(&reader) {
                sources.remove(&id);
                if let (true, Some(&first)) = (sources.is_empty(), clusters[reader].nodes.first()) {
                    ready.insert((first, reader));
                }
            }
        }
    }
    order
}
