//! Sets of elementwise clusters that do the same to arrays of different lengths, and none of which needs another: the
//! updates of an optimizer that ride on no kernel that makes a gradient. Each set runs at one place in the plan.
//!
//! Refuses clusters whose results do not all live on, those that write over nothing, and to build the kernel: see `join`.

use super::build;
use super::cluster::{Cluster, Clustering};
use super::form::{Form, form, in_order};
use super::group::Group;
use super::kernel::Value;
use crate::wire::ValueDecl;

impl Clustering<'_> {
    /// Finds the sets; what is in one is merged with nothing else afterwards.
    pub(super) fn find_alike(&mut self, donated: &[bool]) {
        let mut sets: Vec<(Form, Vec<usize>)> = Vec::new();
        let mut order: Vec<usize> = (0..self.clusters.len()).collect();
        // One element fits where others read one element for all, so it comes after them.
        order.sort_by_key(|&cluster| self.clusters[cluster].domain == 1);
        for cluster in order {
            let Some(form) = self.step_form(cluster, donated) else {
                continue;
            };
            match sets.iter_mut().find(|set| set.0.takes(&form)) {
                Some(set) => set.1.push(cluster),
                None => sets.push((form, vec![cluster])),
            }
        }
        for (_, candidates) in sets {
            let number = self.alike.len();
            let mut members: Vec<usize> = Vec::new();
            for candidate in candidates {
                // A set counts as one when paths are followed, so no cycle comes of it.
                self.alike.push(members.clone());
                let needed = self.needs(candidate);
                let is_apart = members.first().is_none_or(|&member| {
                    !members.iter().any(|member| needed[*member]) && !self.needs(member)[candidate]
                });
                self.alike.truncate(number);
                if is_apart {
                    members.push(candidate);
                    self.alike_of[candidate] = Some(number);
                }
            }
            if members.len() < 2 {
                members.iter().for_each(|&member| self.alike_of[member] = None);
            } else {
                self.alike.push(members);
            }
        }
    }

    /// The form of a cluster that may be a part of a step.
    fn step_form(&self, number: usize, donated: &[bool]) -> Option<Form> {
        let cluster = &self.clusters[number];
        let is_plain = cluster.routine.is_none() && cluster.rows.is_none() && !cluster.reports_range;
        if !is_plain || cluster.domain == 0 || cluster.results.is_empty() {
            return None;
        }
        let is_overwritten = |value: &Value| match *value {
            Value::Input(input) => {
                let of_size = |input: &ValueDecl| input.num_elements == cluster.domain;
                donated.get(input as usize) == Some(&true)
                    && self.program.inputs.get(input as usize).is_some_and(of_size)
            }
            _ => false,
        };
        let all_live_on = cluster.results.iter().all(|&result| self.is_output[result]);
        if !all_live_on || !cluster.loads.iter().any(is_overwritten) {
            return None;
        }
        let group = Group {
            cluster: Cluster::clone(cluster),
            stores: cluster.results.iter().copied().collect(),
            alike: None,
        };
        form(&in_order(build::build(self.program, self.infos, &group)))
    }

    /// Which clusters a cluster needs results of, directly or through others.
    fn needs(&self, from: usize) -> Vec<bool> {
        let mut seen = vec![false; self.clusters.len()];
        let mut stack = vec![from];
        while let Some(cluster) = stack.pop() {
            for next in self
                .together_with(cluster)
                .flat_map(|part| &self.clusters[part].depends_on)
            {
                if !seen[*next] {
                    seen[*next] = true;
                    stack.push(*next);
                }
            }
        }
        seen
    }

    /// The clusters that run at one place with a cluster, itself among them.
    pub(super) fn together_with(&self, cluster: usize) -> impl Iterator<Item = usize> + '_ {
        let set = self.alike_of.get(cluster).copied().flatten();
        let members = set.and_then(|set| self.alike.get(set)).map_or(&[][..], Vec::as_slice);
        let alone = !members.contains(&cluster);
        members.iter().copied().chain(alone.then_some(cluster))
    }
}
