//! The table of operators: a line of text that describes a row to Python, and the function behind it.
//!
//! Rows of elementwise primitives come from the primitives' own tables; the others are grouped by
//! family in `rows`. Python builds its encoders from the lines, so a new row needs no glue.
//! Refuses to hold logic: a row decodes, calls `ops`, and wraps the result.

use super::args::{Args, Outcome};
use super::rows;
use crate::error::{Error, Result};
use crate::ops::elementwise as e;
use crate::prim::{Binary, Unary};

/// A row written by hand: `name ARGS -> RESULT` and what it does.
pub type Row = (&'static str, fn(&mut Args<'_>) -> Result<Outcome>);

#[derive(Clone, Copy, Debug)]
enum Run {
    Row(fn(&mut Args<'_>) -> Result<Outcome>),
    Unary(Unary),
    Binary(Binary),
    BinaryScalar(Binary),
    ScalarBinary(Binary),
}

/// All operators.
#[derive(Debug)]
pub struct Table {
    rows: Vec<(String, Run)>,
}

impl Table {
    /// The table; the same in every build.
    pub fn new() -> Table {
        let mut rows: Vec<(String, Run)> = Vec::new();
        rows.extend(
            Unary::ALL
                .iter()
                .map(|&op| (format!("{} T -> T", op.name()), Run::Unary(op))),
        );
        for &op in Binary::ALL {
            let name = op.name();
            rows.push((format!("{name} T T -> T"), Run::Binary(op)));
            rows.push((format!("{name}_scalar T s -> T"), Run::BinaryScalar(op)));
            rows.push((format!("scalar_{name} s T -> T"), Run::ScalarBinary(op)));
        }
        let families = [
            rows::core::ROWS,
            rows::autograd::ROWS,
            rows::creation::ROWS,
            rows::elementwise::ROWS,
            rows::movement::ROWS,
            rows::reduce::ROWS,
            rows::index::ROWS,
            rows::nn::ROWS,
            rows::optim::ROWS,
            rows::recurrent::ROWS,
            rows::linalg::ROWS,
            rows::random::ROWS,
            rows::gpu::ROWS,
            rows::window::ROWS,
        ];
        rows.extend(
            families
                .into_iter()
                .flatten()
                .map(|&(signature, run)| (signature.to_owned(), Run::Row(run))),
        );
        Table { rows }
    }

    /// A line a row.
    pub fn signatures(&self) -> String {
        let lines: Vec<&str> = self.rows.iter().map(|(signature, _)| signature.as_str()).collect();
        lines.join("\n")
    }

    /// Runs a row.
    pub fn run(&self, op: usize, args: &mut Args<'_>) -> Result<Outcome> {
        let (_, run) = self
            .rows
            .get(op)
            .ok_or_else(|| Error::runtime(format!("there is no operator {op}")))?;
        let result = match run {
            Run::Row(function) => function(args)?,
            Run::Unary(op) => e::unary(*op, &args.tensor()?)?.into(),
            Run::Binary(op) => binary(*op, args)?,
            Run::BinaryScalar(op) => e::binary_scalar(*op, &args.tensor()?, args.scalar()?)?.into(),
            Run::ScalarBinary(op) => e::scalar_binary(*op, args.scalar()?, &args.tensor()?)?.into(),
        };
        Ok(result)
    }
}

fn binary(op: Binary, args: &mut Args<'_>) -> Result<Outcome> {
    let (x, y) = (args.tensor()?, args.tensor()?);
    Ok(match op {
        Binary::Pow => e::pow(&x, &y)?.into(),
        _ => e::binary(op, &x, &y)?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_unique_and_well_formed() {
        let table = Table::new();
        let mut names: Vec<&str> = table
            .rows
            .iter()
            .filter_map(|(signature, _)| signature.split(' ').next())
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "two rows have one name");
        let arguments = [
            "T", "T?", "Ts", "Ts?", "i", "i?", "is", "is?", "f", "f?", "b", "s", "s?", "d", "d?", "v", "v?", "t",
        ];
        let results = ["T", "Ts", "()", "i", "f", "b", "is", "t"];
        for (signature, _) in &table.rows {
            let (left, right) = signature.split_once(" -> ").expect("an arrow");
            assert!(results.contains(&right), "{signature}");
            for word in left.split(' ').skip(1) {
                assert!(arguments.contains(&word), "{signature}");
            }
        }
    }
}
