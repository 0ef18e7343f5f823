//! Rows of autograd.

use crate::autograd::{self, Options, Pause, walk};
use crate::context;
use crate::ffi::args::Outcome;
use crate::ffi::table::Row;
use crate::ops::{copy, movement};

/// The rows.
pub const ROWS: &[Row] = &[
    ("requires_grad T -> b", |a| {
        Ok(autograd::requires_grad(&a.tensor()?).into())
    }),
    ("set_requires_grad T b -> ()", |a| {
        Ok(autograd::set_requires_grad(&a.tensor()?, a.bool()?)?.into())
    }),
    ("is_leaf T -> b", |a| Ok(autograd::is_leaf(&a.tensor()?).into())),
    ("grad_fn_name T -> t", |a| {
        Ok(Outcome::Text(autograd::grad_fn_name(&a.tensor()?).unwrap_or_default()))
    }),
    ("has_grad T -> b", |a| Ok(a.tensor()?.meta().grad.is_some().into())),
    // The gradient, or an empty list.
    ("grad T -> Ts", |a| {
        Ok(Outcome::Tensors(
            a.tensor()?.meta().grad.iter().cloned().map(Some).collect(),
        ))
    }),
    ("set_grad T T? -> ()", |a| {
        let (x, grad) = (a.tensor()?, a.opt_tensor()?);
        let before = std::mem::replace(&mut x.meta_mut().grad, grad);
        drop(before);
        Ok(Outcome::Unit)
    }),
    ("retain_grad T -> ()", |a| {
        Ok(autograd::retain_grad(&a.tensor()?)?.into())
    }),
    ("detach T -> T", |a| Ok(autograd::detach(&a.tensor()?).into())),
    ("data T -> T", |a| Ok(autograd::data(&a.tensor()?).into())),
    ("set_data T T -> ()", |a| {
        let (target, source) = (a.tensor()?, a.tensor()?);
        copy::set_data(&target, &source);
        Ok(Outcome::Unit)
    }),
    ("alias T -> T", |a| Ok(movement::alias(&a.tensor()?).into())),
    ("grad_enabled -> b", |_| Ok(context::grad_enabled().into())),
    ("set_grad_enabled b -> b", |a| {
        Ok(context::set_grad_enabled(a.bool()?).into())
    }),
    // outputs, their gradients (or none), retain_graph, create_graph
    ("backward Ts Ts? b b -> ()", |a| {
        let (outputs, gradients) = (a.tensors()?, a.opt_tensors()?);
        let options = Options {
            retain_graph: a.bool()?,
            create_graph: a.bool()?,
        };
        walk::run(&outputs, &gradients, None, options)?;
        Ok(Outcome::Unit)
    }),
    // outputs, their gradients, inputs, retain_graph, create_graph; NaN for inputs that were not used
    ("autograd_grad Ts Ts? Ts b b -> Ts", |a| {
        let (outputs, gradients, inputs) = (a.tensors()?, a.opt_tensors()?, a.tensors()?);
        let options = Options {
            retain_graph: a.bool()?,
            create_graph: a.bool()?,
        };
        Ok(Outcome::Tensors(walk::run(
            &outputs,
            &gradients,
            Some(&inputs),
            options,
        )?))
    }),
    // Backward of `torch.autograd.Function`: inputs, outputs (fresh tensors), the function's number and its node's name.
    // True if an input needs a gradient.
    ("attach_function Ts Ts i t -> b", |a| {
        let (inputs, outputs, number) = (a.tensors()?, a.tensors()?, a.int()?);
        Ok(autograd::record_callback(&inputs, &outputs, number as u64, a.text()).into())
    }),
    // A walk that stops at such functions: outputs, gradients, inputs, only the inputs' gradients, retain_graph, create_graph.
    ("walk_start Ts Ts? Ts b b b -> ()", |a| {
        let (outputs, gradients, inputs, is_partial) = (a.tensors()?, a.opt_tensors()?, a.tensors()?, a.bool()?);
        let options = Options {
            retain_graph: a.bool()?,
            create_graph: a.bool()?,
        };
        Ok(walk::start(&outputs, &gradients, is_partial.then_some(&inputs[..]), options)?.into())
    }),
    // Walks on: the number of the function whose backward is needed, -1 at the end, -2 at a rule that must run on the CPU.
    ("walk_on -> i", |_| {
        Ok(Outcome::Number(match walk::advance()? {
            Pause::Function(number) => number as f64,
            Pause::End => -1.0,
            Pause::Rule => -2.0,
        }))
    }),
    // The gradients of the outputs of that function, or of that rule; then what the rule saved.
    ("walk_gradients -> Ts", |_| Ok(Outcome::Tensors(walk::gradients()?))),
    // The gradients of that function's inputs.
    (
        "walk_provide Ts? -> ()",
        |a| Ok(walk::provide(a.opt_tensors()?)?.into()),
    ),
    // The node whose rule must run on the CPU; empty for a copy between devices.
    ("walk_rule_name -> t", |_| Ok(Outcome::Text(walk::waiting_name()?))),
    // Runs that rule on copies on the CPU of what `walk_gradients` gave.
    ("walk_rule Ts? -> ()", |a| {
        Ok(walk::provide_from_cpu(&a.opt_tensors()?)?.into())
    }),
    // Ends the walk, also after an error: the gradients of the inputs it was started with.
    ("walk_end Ts -> Ts", |a| Ok(Outcome::Tensors(walk::end(&a.tensors()?)?))),
];
