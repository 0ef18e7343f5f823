//! Several clusters as one: whether anything forbids it, what the union reads and gives, and what knows nothing of each
//! other but runs over equally many elements.
//!
//! Refuses clusters with two routines, cycles, and more bindings than the device has. Read next: `row_merge`.

use std::collections::BTreeSet;

use super::cluster::{Cluster, Clustering};
use super::kernel::Value;
use super::passes::adds_a_binding;
use super::source::{Scope, node_loads};

/// Longest store block; keeps shader texts and their compilation bounded.
const MAX_NODES: usize = 1200;

/// How many earlier clusters of the same size are tried when independent clusters are merged.
const MERGE_WINDOW: usize = 16;

/// Clusters considered as one, with a node that is in none yet.
pub(super) struct Together<'a> {
    pub clustering: &'a Clustering<'a>,
    pub parts: &'a [usize],
    pub newcomer: Option<usize>,
}

impl Scope for Together<'_> {
    fn computes(&self, node: usize) -> bool {
        self.newcomer == Some(node)
            || self.clustering.cluster_of.get(node).is_some_and(|&cluster| {
                self.parts.contains(&cluster) && self.clustering.clusters[cluster].computes(node)
            })
    }

    fn prepares(&self, node: usize) -> bool {
        self.parts
            .first()
            .is_some_and(|&first| self.clustering.clusters[first].prologue.contains(&node))
    }
}

/// What a union reads and gives.
pub(super) struct Union {
    pub loads: BTreeSet<Value>,
    pub results: BTreeSet<usize>,
}

impl Clustering<'_> {
    /// What the clusters `parts` and a node that is not placed yet are as one cluster, if nothing forbids
    /// it: at most one routine, which is the first part's; no reading of its own results; no cycle; not too
    /// many bindings or nodes. Looks only at what the parts give and what the newcomer reads, so that long
    /// chains are planned in linear time.
    pub(super) fn union(&self, parts: &[usize], newcomer: Option<usize>) -> Option<Union> {
        let together = Together {
            clustering: self,
            parts,
            newcomer,
        };
        let domain = self.clusters[*parts.first()?].domain;
        let mut num_nodes = 1;
        let mut loads = BTreeSet::new();
        for (number, &part) in parts.iter().enumerate() {
            let cluster = &self.clusters[part];
            let fits = cluster.routine.is_none() && !cluster.nodes.is_empty() && cluster.domain == domain;
            let tied = |&other: &usize| self.reaches(part, other) || self.reaches(other, part);
            if number > 0 && (!fits || parts[..number].iter().any(tied)) {
                return None;
            }
            num_nodes += cluster.nodes.len();
            loads.extend(cluster.loads.iter().copied());
        }
        if let Some(node) = newcomer {
            node_loads(self.program, self.infos, &together, node, false, &mut loads);
        }
        let candidates = parts
            .iter()
            .flat_map(|&part| &self.clusters[part].results)
            .copied()
            .chain(newcomer);
        let results: BTreeSet<usize> = candidates.filter(|&node| self.is_result(&together, node)).collect();
        let routine = parts.first().and_then(|&first| self.clusters[first].routine);
        let reserved = usize::from(routine.is_some_and(|node| adds_a_binding(&self.program.nodes[node].prim)));
        let flag = parts.iter().any(|&part| self.clusters[part].reports_range)
            || newcomer.is_some_and(|node| self.infos[node].reports_range);
        let bindings = loads.len() + results.len() + reserved + usize::from(flag);
        if num_nodes > MAX_NODES || bindings > self.max_bindings {
            return None;
        }
        let reads_well = loads.iter().all(|&value| {
            let Value::Node(producer) = value else {
                return true;
            };
            let source = self.cluster_of[producer as usize];
            parts.iter().all(|&part| source != part && !self.reaches(source, part))
        });
        reads_well.then_some(Union { loads, results })
    }

    /// Puts a union in the place of its parts.
    pub(super) fn replace(&mut self, parts: &[usize], newcomer: Option<usize>, union: Union) {
        let target = parts[0];
        for &part in &parts[1..] {
            let absorbed = std::mem::take(&mut self.clusters[part]);
            for &node in &absorbed.nodes {
                self.cluster_of[node] = target;
            }
            self.clusters[target].nodes.extend(absorbed.nodes);
            self.clusters[target].reports_range |= absorbed.reports_range;
            for cluster in &mut self.clusters {
                if cluster.depends_on.remove(&part) {
                    cluster.depends_on.insert(target);
                }
            }
        }
        if let Some(node) = newcomer {
            self.cluster_of.push(target);
            self.clusters[target].nodes.insert(node);
            self.clusters[target].reports_range |= self.infos[node].reports_range;
        }
        let depends_on = self.sources(&union.loads);
        let cluster = &mut self.clusters[target];
        cluster.depends_on = depends_on;
        cluster.loads = union.loads;
        cluster.results = union.results;
    }

    /// True if `from` needs results of `to`, directly or through others.
    pub(super) fn reaches(&self, from: usize, to: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut stack = vec![from];
        while let Some(cluster) = stack.pop() {
            for &next in self
                .together_with(cluster)
                .flat_map(|part| &self.clusters[part].depends_on)
            {
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

    /// The clusters that values come from.
    pub(super) fn sources(&self, loads: &BTreeSet<Value>) -> BTreeSet<usize> {
        let cluster_of = |value: &Value| match *value {
            Value::Node(producer) => Some(self.cluster_of[producer as usize]),
            Value::Input(_) | Value::Partial(_) | Value::Joint(_) => None,
        };
        loads.iter().filter_map(cluster_of).collect()
    }

    /// True for a node that other kernels may read, or that lives on.
    pub(super) fn is_result(&self, scope: &impl Scope, node: usize) -> bool {
        self.is_output[node] || (!self.infos[node].cheap && self.escapes(scope, node))
    }

    /// True if a node is read outside the kernel, perhaps by a cheap reader that is computed again there.
    fn escapes(&self, scope: &impl Scope, node: usize) -> bool {
        self.uses[node]
            .iter()
            .any(|&(reader, _)| !scope.computes(reader) || (self.infos[reader].cheap && self.escapes(scope, reader)))
    }

    /// Joins clusters that know nothing of each other but run over equally many elements.
    pub(super) fn merge_independent(&mut self) {
        for later in 1..self.clusters.len() {
            let is_plain =
                |cluster: &Cluster| cluster.routine.is_none() && cluster.rows.is_none() && !cluster.nodes.is_empty();
            if !is_plain(&self.clusters[later]) || !self.is_wanted(later) || self.alike_of[later].is_some() {
                continue;
            }
            let domain = self.clusters[later].domain;
            let earlier: Vec<usize> = (0..later)
                .rev()
                .filter(|&other| {
                    is_plain(&self.clusters[other])
                        && self.clusters[other].domain == domain
                        && self.is_wanted(other)
                        && self.alike_of[other].is_none()
                })
                .take(MERGE_WINDOW)
                .collect();
            for other in earlier {
                if let Some(union) = self.union(&[later, other], None) {
                    self.replace(&[later, other], None, union);
                    break;
                }
            }
        }
    }

    pub(super) fn is_wanted(&self, cluster: usize) -> bool {
        !self.clusters[cluster].results.is_empty()
    }
}
