//! Which clusters become one row kernel: folds over the same rows, and the elementwise work before,
//! between and after them.
//!
//! Starts from each fold and takes in neighbours while the result stays a valid kernel. Deterministic.
//! Refuses folds that are better cut in two, and work that too few rows would have to do.
//! Read next: `row_shape`, then `row_build`.

use std::collections::BTreeSet;

use super::cluster::{Cluster, Clustering};
use super::kernel::Value;
use super::row_shape::{Kind, RowScope, RowShape};
use super::split::would_split;

/// Most folds of one kernel: each takes workgroup memory of its own.
const MAX_FOLDS: usize = 8;

/// Most nodes of one kernel; they are built by recursion.
const MAX_ROW_NODES: usize = 200;

/// With fewer rows than this, a kernel that writes whole elements keeps too little of a device busy …
const FEW_ROWS: usize = 4;

/// … unless it has no more elements than this.
const FEW_ELEMENTS: usize = 16_384;

/// Invocations that share a row of neighbouring elements, and one of distant elements.
const DEPTH_ALONG: usize = 256;
const DEPTH_ACROSS: usize = 8;

/// Most elements that one invocation may write.
const LONGEST_WALK: usize = 64;

/// Rows longer than this are better walked by several workgroups.
const LONGEST_ROW: usize = 131_072;

/// What two clusters are together.
struct RowUnion {
    nodes: BTreeSet<usize>,
    loads: BTreeSet<Value>,
    results: BTreeSet<usize>,
}

impl Clustering<'_> {
    /// Merges clusters around each fold.
    pub(super) fn merge_rows(&mut self) {
        // Folds along the innermost dimension first: they read in order, so they are the better place for
        // work that could go to either.
        let mut seeds: Vec<usize> = (0..self.clusters.len()).collect();
        let is_across = |cluster: &usize| {
            let shape = self.row_shape(*cluster);
            shape.is_some_and(|shape| !shape.is_along_rows())
        };
        seeds.sort_by_key(is_across);
        for seed in seeds {
            let Some(shape) = self.row_shape(seed) else { continue };
            while let Some((other, union)) = self.row_partner(seed, &shape) {
                self.replace_by_rows(seed, other, &shape, union);
            }
        }
    }

    /// The rows of a cluster that folds and may become a row kernel.
    fn row_shape(&self, cluster: usize) -> Option<RowShape> {
        let cluster = &self.clusters[cluster];
        if let Some(shape) = &cluster.rows {
            return Some(shape.clone());
        }
        let shape = RowShape::of(self.program, cluster.routine?)?;
        let long = shape.rows() < FEW_ROWS && would_split(shape.rows(), shape.length());
        (!long && shape.length() <= LONGEST_ROW).then_some(shape)
    }

    /// A neighbour that can join, and what both are together.
    fn row_partner(&self, seed: usize, shape: &RowShape) -> Option<(usize, RowUnion)> {
        let is_near = |other: usize| {
            let (a, b) = (&self.clusters[seed], &self.clusters[other]);
            let is_related = a.depends_on.contains(&other) || b.depends_on.contains(&seed);
            is_related || !a.loads.is_disjoint(&b.loads)
        };
        // Neighbours first, then folds over the same rows of something else: one walk serves both.
        let is_fold = |other: usize| self.clusters[other].routine.is_some() || self.clusters[other].rows.is_some();
        let fitting: Vec<usize> = (0..self.clusters.len())
            .filter(|&other| other != seed && self.fits_rows(other, shape))
            .collect();
        let near = fitting.iter().filter(|&&other| is_near(other));
        let others = fitting.iter().filter(|&&other| !is_near(other) && is_fold(other));
        near.chain(others)
            .find_map(|&other| Some((other, self.row_union(seed, other, shape)?)))
    }

    fn fits_rows(&self, cluster: usize, shape: &RowShape) -> bool {
        let Cluster {
            routine, rows, nodes, ..
        } = &self.clusters[cluster];
        if nodes.is_empty() || !self.is_wanted(cluster) {
            return false;
        }
        match (routine, rows) {
            (_, Some(rows)) => rows == shape,
            (Some(_), None) => self.row_shape(cluster).as_ref() == Some(shape),
            (None, None) => {
                let domain = self.clusters[cluster].domain;
                domain == shape.domain() || domain == shape.rows()
            }
        }
    }

    fn row_union(&self, seed: usize, other: usize, shape: &RowShape) -> Option<RowUnion> {
        let mut nodes = BTreeSet::new();
        for part in [&self.clusters[seed], &self.clusters[other]] {
            nodes.extend(part.nodes.iter().chain(&part.prologue).copied());
        }
        let computes = |node: usize| nodes.contains(&node);
        let scope = RowScope {
            program: self.program,
            infos: self.infos,
            shape,
            computes: &computes,
        };
        let (mut loads, mut folds) = (BTreeSet::new(), 0);
        for &node in &nodes {
            let kind = scope.kind(node)?;
            folds += usize::from(matches!(kind, Kind::Fold | Kind::Pick));
            scope.loads(node, &mut loads);
        }
        let results: BTreeSet<usize> = nodes
            .iter()
            .copied()
            .filter(|&node| self.is_row_result(&computes, node))
            .collect();
        let writes_elements = results.iter().any(|&node| scope.kind(node) == Some(Kind::Element));
        let depth = if shape.is_along_rows() {
            DEPTH_ALONG
        } else {
            DEPTH_ACROSS
        };
        let few_rows = shape.rows() < FEW_ROWS && shape.domain() > FEW_ELEMENTS;
        let lonely = writes_elements && (few_rows || shape.length() > depth * LONGEST_WALK);
        let too_much = folds > MAX_FOLDS || nodes.len() > MAX_ROW_NODES;
        let flag = nodes.iter().any(|&node| self.infos[node].reports_range);
        if lonely || too_much || loads.len() + results.len() + usize::from(flag) > self.max_bindings {
            return None;
        }
        let reads_well = loads.iter().all(|&value| {
            let Value::Node(producer) = value else { return true };
            let source = self.cluster_of[producer as usize];
            [seed, other]
                .iter()
                .all(|&part| source != part && !self.reaches(source, part))
        });
        reads_well.then_some(RowUnion { nodes, loads, results })
    }

    fn is_row_result(&self, computes: &dyn Fn(usize) -> bool, node: usize) -> bool {
        self.is_output[node] || (!self.infos[node].cheap && self.row_escapes(computes, node))
    }

    /// True if a node is read outside the kernel, perhaps by a cheap reader that is computed again there.
    fn row_escapes(&self, computes: &dyn Fn(usize) -> bool, node: usize) -> bool {
        self.uses[node]
            .iter()
            .any(|&(reader, _)| !computes(reader) || (self.infos[reader].cheap && self.row_escapes(computes, reader)))
    }

    fn replace_by_rows(&mut self, seed: usize, other: usize, shape: &RowShape, union: RowUnion) {
        self.clusters[other] = Cluster::default();
        for &node in &union.nodes {
            self.cluster_of[node] = seed;
        }
        for cluster in &mut self.clusters {
            if cluster.depends_on.remove(&other) {
                cluster.depends_on.insert(seed);
            }
        }
        let depends_on = self.sources(&union.loads);
        let reports_range = union.nodes.iter().any(|&node| self.infos[node].reports_range);
        self.clusters[seed] = Cluster {
            rows: Some(shape.clone()),
            reports_range,
            nodes: union.nodes,
            domain: usize::MAX,
            depends_on,
            loads: union.loads,
            results: union.results,
            ..Cluster::default()
        };
    }
}
