//! From a program to a plan: the passes in their order, and what each kernel may write over.
//!
//! Refuses to choose what shares a kernel: see `cluster`. Read next: `build`, `memory`.

use std::collections::BTreeMap;

use super::checks::{OffsetCheck, check, offset_checks};
use super::kernel::{Access, Binding, Body, Element, Kernel, Value};
use super::memory::{self, Aliases, Storage};
use super::{Caps, attend, build, classify, expand, form, group, in_place, join, passes, source};
use crate::error::Result;
use crate::wire::{Program, ValueRef};

/// Whether nodes may share a kernel. Off, each node is computed by kernels of its own from values in memory: the plain
/// reading of a program, which tests hold the fused one against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fusion {
    /// Elementwise chains, folds with what feeds and follows them, epilogues of routines, values computed again.
    #[default]
    On,
    /// All of these, but each array has a buffer of its own: what is alike is not joined.
    Apart,
    /// None of these.
    Off,
}

/// What to run for one program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Kernels in order.
    pub kernels: Vec<Kernel>,
    /// Where each value that a kernel binds lives.
    pub storage: BTreeMap<Value, Storage>,
    /// Bytes of each temporary buffer.
    pub slots: Vec<u64>,
    /// Elements of each kept output.
    pub outputs: Vec<usize>,
    /// Outputs that are an input's buffer, written in place: (output, input).
    pub in_place: Vec<(u32, u32)>,
    /// For each joint array, where the values of its parts are: inputs and outputs that must be in one buffer.
    pub joints: Vec<Vec<Storage>>,
    /// Sets of inputs, or of outputs, that must be in one buffer each: joint arrays, and those with an array in common.
    pub together: Vec<Vec<Storage>>,
    /// Offsets to check before running.
    pub offset_checks: Vec<OffsetCheck>,
}

/// Plans a program. `donated[i]` says that nobody wants input `i` afterwards, so it may be overwritten.
pub fn plan(program: &Program, donated: &[bool], caps: &Caps) -> Result<Plan> {
    plan_with(program, donated, caps, Fusion::On)
}

/// Plans a program, with kernels of several nodes or without.
pub fn plan_with(program: &Program, donated: &[bool], caps: &Caps, fusion: Fusion) -> Result<Plan> {
    check(program)?;
    let joins = fusion == Fusion::On;
    let fusion = match fusion {
        Fusion::On | Fusion::Apart => Fusion::On,
        Fusion::Off => Fusion::Off,
    };
    let attending = match fusion {
        Fusion::Off => None,
        Fusion::On | Fusion::Apart => attend::attend(program, caps),
    };
    let expanded = expand::expand(attending.as_ref().unwrap_or(program), caps, fusion);
    let plan = build_plan(&expanded, donated, caps, fusion, joins);
    if lanes_meet(&plan) {
        return Ok(build_plan(&expanded, donated, caps, fusion, false));
    }
    Ok(plan)
}

fn build_plan(program: &Program, donated: &[bool], caps: &Caps, fusion: Fusion, joins: bool) -> Plan {
    let infos = classify::classify(program, fusion);
    let joining = joins.then_some(donated);
    let groups = group::groups(program, &infos, caps.max_storage_buffers, fusion, joining);
    let outputs: BTreeMap<Value, u32> = program
        .outputs
        .iter()
        .enumerate()
        .map(|(index, &node)| (Value::Node(node), index as u32))
        .collect();
    let mut planner = Planner {
        program,
        donated,
        caps,
        outputs,
        aliases: Aliases::default(),
        kernels: Vec::new(),
        partials: Vec::new(),
        joints: Vec::new(),
    };
    let last_reads = last_reads(program, &infos, &groups);
    let mut step = 0;
    while let Some(group) = groups.get(step) {
        let rest = groups[step..].iter();
        let parts = match group.alike {
            Some(_) => rest.take_while(|other| other.alike == group.alike).count(),
            None => 1,
        };
        if parts > 1 {
            planner.push_alike(&infos, &groups[step..step + parts], step, &last_reads);
        } else {
            planner.push_group(&infos, group, step, &last_reads);
        }
        step += parts;
    }
    planner.finish()
}

/// True if a joined kernel would see two of its arrays in one buffer, since other kernels want them together.
fn lanes_meet(plan: &Plan) -> bool {
    plan.kernels.iter().any(|kernel| {
        let place = |binding: &Binding| match plan.storage.get(&binding.value)? {
            Storage::Joint(joint) => plan.joints.get(*joint as usize)?.first().copied(),
            &storage => matches!(kernel.body, Body::Joined(_)).then_some(storage),
        };
        let set = |storage| plan.together.iter().position(|set| set.contains(&storage));
        let sets: Vec<usize> = kernel.bindings.iter().filter_map(place).filter_map(set).collect();
        sets.iter()
            .enumerate()
            .any(|(number, set)| sets[..number].contains(set))
    })
}

struct Planner<'a> {
    program: &'a Program,
    donated: &'a [bool],
    caps: &'a Caps,
    outputs: BTreeMap<Value, u32>,
    aliases: Aliases,
    kernels: Vec<Kernel>,
    /// Elements of the arrays added by splitting.
    partials: Vec<usize>,
    /// Values of the joint arrays, part by part.
    joints: Vec<Vec<Value>>,
}

impl Planner<'_> {
    fn push_group(
        &mut self,
        infos: &[classify::NodeInfo],
        group: &group::Group,
        step: usize,
        last_reads: &BTreeMap<Value, usize>,
    ) {
        let mut kernel = build::build(self.program, infos, group);
        if let (true, Some(write)) = (group.cluster.writes_in_place, group.cluster.routine) {
            let operand = &self.program.nodes[write].operands[0];
            let base = classify::value_of(operand.value);
            // A base that is seen through a window, as an expanded one is, has other elements than the result.
            if classify::is_whole(self.program, operand) && self.may_overwrite(base, &kernel, step, last_reads) {
                self.aliases.join(Value::Node(write as u32), base);
            } else {
                self.push(build::build_base_copy(self.program, infos, group, write));
            }
        }
        if kernel.num_results() == 0 {
            return;
        }
        if !group.cluster.writes_in_place {
            self.overwrite(&mut kernel, step, last_reads, |_| true);
        }
        let cut = passes::passes(kernel, self.partials.len() as u32, self.caps);
        self.partials.extend(cut.partials);
        for kernel in cut.kernels {
            self.push(kernel);
        }
    }

    /// Clusters that are alike, as few kernels.
    fn push_alike(
        &mut self,
        infos: &[classify::NodeInfo],
        groups: &[group::Group],
        first_step: usize,
        last_reads: &BTreeMap<Value, usize>,
    ) {
        let mut kernels = Vec::with_capacity(groups.len());
        let mut readers: BTreeMap<Value, usize> = BTreeMap::new();
        for group in groups {
            for value in source::loads_of(self.program, infos, &group.cluster) {
                *readers.entry(value).or_default() += 1;
            }
        }
        for (number, group) in groups.iter().enumerate() {
            let mut kernel = build::build(self.program, infos, group);
            if kernel.num_results() > 0 {
                // What several of them read, none writes over: they are to run side by side.
                let is_own = |value: Value| readers.get(&value).is_none_or(|&readers| readers < 2);
                self.overwrite(&mut kernel, first_step + number, last_reads, is_own);
                kernels.push(kernel);
            }
        }
        let kernels = kernels.into_iter().map(form::in_order).collect();
        let place = |value: Value| match self.aliases.first(value) {
            Value::Input(_) => join::Place::Input,
            _ if self.outputs.contains_key(&value) => join::Place::Output,
            _ => join::Place::Passing,
        };
        let first = |value: Value| self.aliases.first(value);
        let most = (self.caps.max_buffer_bytes / 4) as usize;
        let joining = join::join(kernels, first, place, self.joints.len() as u32, most);
        self.joints.extend(joining.joints);
        for kernel in joining.kernels {
            self.push(kernel);
        }
    }

    /// Lets results take the places of operands that nobody needs any more.
    fn overwrite(
        &mut self,
        kernel: &mut Kernel,
        step: usize,
        last_reads: &BTreeMap<Value, usize>,
        is_own: impl Fn(Value) -> bool,
    ) {
        let same_size = |a: Value, b: Value| self.num_elements(a) == self.num_elements(b);
        let is_free = |value: Value| is_own(value) && self.is_free(value, step, last_reads);
        for (result, operand) in in_place::overwrites(kernel, same_size, is_free) {
            self.aliases.join(result, operand);
        }
    }

    fn push(&mut self, mut kernel: Kernel) {
        for binding in &mut kernel.bindings {
            let element = Element::of(binding.dtype, self.caps.halves);
            // What the planner adds is arithmetic's, in 32 bits.
            binding.halves = element == Some(Element::F16) && !matches!(binding.value, Value::Partial(_));
        }
        if kernel.num_results() > 0 {
            self.kernels.push(kernel);
        }
    }

    /// True if nobody reads `base` at this step or later, and it need not live on.
    fn may_overwrite(&self, base: Value, kernel: &Kernel, step: usize, last_reads: &BTreeMap<Value, usize>) -> bool {
        let first = self.aliases.first(base);
        let reads_it = kernel
            .bindings
            .iter()
            .any(|binding| binding.access == Access::Read && self.aliases.first(binding.value) == first);
        !reads_it && self.is_free(base, step, last_reads)
    }

    /// True if nobody needs `value` after this step.
    fn is_free(&self, value: Value, step: usize, last_reads: &BTreeMap<Value, usize>) -> bool {
        let may_go = match value {
            Value::Input(index) => self.donated.get(index as usize).copied().unwrap_or(false),
            Value::Node(_) => {
                !self.outputs.contains_key(&value) && self.kernels.iter().any(|earlier| earlier.writes(value))
            }
            Value::Partial(_) | Value::Joint(_) => false,
        };
        may_go && last_reads.get(&value).is_none_or(|&last| last <= step)
    }

    fn num_elements(&self, value: Value) -> usize {
        match value {
            Value::Input(index) => {
                let input = self.program.inputs.get(index as usize);
                input.map_or(0, |input| input.num_elements)
            }
            Value::Node(index) => {
                let declared = self.program.value(ValueRef::Node(index));
                declared.map_or(0, |declared| declared.num_elements)
            }
            Value::Partial(index) => self.partials.get(index as usize).copied().unwrap_or(0),
            Value::Joint(index) => {
                let values = self.joints.get(index as usize).map_or(&[][..], Vec::as_slice);
                values.iter().map(|&value| self.num_elements(value)).sum()
            }
        }
    }

    fn num_bytes(&self, value: Value) -> u64 {
        let declared = match value {
            Value::Input(index) => self.program.value(ValueRef::Input(index)),
            Value::Node(index) => self.program.value(ValueRef::Node(index)),
            Value::Partial(_) | Value::Joint(_) => None,
        };
        match declared {
            Some(declared) => self.caps.value_bytes(declared.dtype, declared.num_elements),
            None => self.num_elements(value) as u64 * 4,
        }
    }

    fn finish(self) -> Plan {
        let num_elements = |value: Value| self.num_elements(value);
        let (slots, storage) = memory::assign(&self.kernels, &self.joints, &self.outputs, &self.aliases, |value| {
            self.num_bytes(value)
        });
        let in_place = self
            .outputs
            .iter()
            .filter_map(|(&value, &output)| match self.aliases.first(value) {
                Value::Input(input) => Some((output, input)),
                Value::Node(_) | Value::Partial(_) | Value::Joint(_) => None,
            });
        let in_place = in_place.collect();
        let places = |values: &Vec<Value>| values.iter().filter_map(|value| storage.get(value).copied()).collect();
        let joints: Vec<Vec<Storage>> = self.joints.iter().map(places).collect();
        let together = memory::together(&joints);
        let program = self.program;
        let outputs = program.outputs.iter().map(|&node| num_elements(Value::Node(node)));
        let outputs = outputs.collect();
        Plan {
            kernels: self.kernels,
            storage,
            slots,
            outputs,
            in_place,
            joints,
            together,
            offset_checks: offset_checks(program),
        }
    }
}

/// The last group that reads each value.
fn last_reads(program: &Program, infos: &[classify::NodeInfo], groups: &[group::Group]) -> BTreeMap<Value, usize> {
    let mut last = BTreeMap::new();
    for (step, group) in groups.iter().enumerate() {
        for value in source::loads_of(program, infos, &group.cluster) {
            last.insert(value, step);
        }
    }
    last
}
