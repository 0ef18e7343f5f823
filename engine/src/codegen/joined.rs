//! A joined kernel: the same statements over several arrays, each of which has workgroups of its own.
//!
//! A workgroup finds its part in a table that follows the common words in the uniform: a record a part, sorted by first
//! workgroup. The text depends on the number of parts, not on their lengths. Refuses to know where arrays are:
//! the executor fills the table in. Read next: `plan::join`, `executor::joint`.

use super::block::{Part, Root, block_lines, param_word};
use super::hooks::push_lines;
use super::kernel::ELEMENTWISE_INVOCATIONS;
use crate::plan::Caps;
use crate::plan::kernel::{Joined, Kernel, Word};

/// Elements that an invocation computes: looking for the part costs a few reads.
const ROUNDS: u32 = 4;

/// Elements of a part that one workgroup computes.
pub fn chunk(caps: &Caps) -> usize {
    (ELEMENTWISE_INVOCATIONS.min(caps.max_invocations) * ROUNDS) as usize
}

/// The first workgroup of each part, and their number.
pub fn first_workgroups(joined: &Joined, caps: &Caps) -> (Vec<usize>, usize) {
    let mut next = 0;
    let firsts = joined.lengths.iter().map(|&length| {
        let first = next;
        next += length.div_ceil(chunk(caps));
        first
    });
    (firsts.collect(), next)
}

/// The text after the declarations. Workgroups beyond the last part's end find nothing to do.
pub fn joined_text(kernel: &Kernel, joined: &Joined, grid: [u32; 2], caps: &Caps) -> String {
    let invocations = ELEMENTWISE_INVOCATIONS.min(caps.max_invocations);
    let (parts, vectors) = (joined.lengths.len(), joined.record_words() / 4);
    let table = kernel.params.len().div_ceil(4);
    let mut text = format!(
        "const PARTS = {parts}u;\nconst TABLE = {table}u;\nconst RECORD = {vectors}u;\n\
         @compute @workgroup_size({invocations})\n\
         fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {{\n  \
         let number = {};\n  var part = 0u;\n",
        match grid {
            [_, 1] => "group.x".to_owned(),
            [side, _] => format!("group.x + group.y * {side}u"),
        }
    );
    // The last part whose first workgroup is not after this one.
    let mut step = parts.next_power_of_two() / 2;
    while step > 0 {
        text.push_str(&format!(
            "  if (part + {step}u < PARTS && params[TABLE + (part + {step}u) * RECORD].x <= number) {{ part += {step}u; }}\n"
        ));
        step /= 2;
    }
    let field = |number: usize| {
        let component = ["x", "y", "z", "w"][number % 4];
        format!("params[record + {}u].{component}", number / 4)
    };
    text.push_str(&format!(
        "  let record = TABLE + part * RECORD;\n  let count = {};\n  let first = (number - {}) * {}u + local;\n",
        field(1),
        field(0),
        chunk(caps)
    ));
    let mut lanes = 0;
    let starts = joined.lanes.iter().map(|lane| {
        lane.as_ref()?;
        lanes += 1;
        text.push_str(&format!("  let start{lanes} = {};\n", field(1 + lanes)));
        Some(format!("start{lanes}"))
    });
    let starts: Vec<Option<String>> = starts.collect();
    let words = joined.words.iter().map(|word| match *word {
        Word::Common(word) => param_word(word),
        Word::Own(word) => field(joined.head_words() + word as usize),
    });
    let root = Root {
        coordinates: vec![("i".to_owned(), joined.lengths.iter().copied().max().unwrap_or_default())],
        part: Some(Part {
            starts,
            words: words.collect(),
        }),
        ..Root::default()
    };
    let (lines, _) = block_lines(&kernel.bindings, &kernel.store, &root, None);
    text.push_str(&format!(
        "  for (var turn = 0u; turn < {ROUNDS}u; turn += 1u) {{\n  let i = first + turn * {invocations}u;\n  \
         if (i >= count) {{ return; }}\n"
    ));
    push_lines(&mut text, lines.iter());
    text.push_str("  }\n}\n");
    text
}
