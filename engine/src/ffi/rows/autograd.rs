//! Rows of autograd.

use crate::autograd::{self, Edge, HookPlace, Options, Rule, packing, walk};
use crate::context;
use crate::error::Error;
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
    // The number of the newest node.
    ("history_mark -> i", |_| {
        Ok(Outcome::Number(autograd::sequence_mark() as f64))
    }),
    // Gives the node that made a tensor a name, if it is newer than the mark.
    ("name_node T i t -> ()", |a| {
        let (x, mark) = (a.tensor()?, a.int()?);
        autograd::rename(x, u64::try_from(mark).unwrap_or(0), a.text().to_owned());
        Ok(Outcome::Unit)
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
            ..Options::default()
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
            ..Options::default()
        };
        Ok(Outcome::Tensors(walk::run(
            &outputs,
            &gradients,
            Some(&inputs),
            options,
        )?))
    }),
    // Backward of `torch.autograd.Function`: inputs, outputs, what it saved, its number and its node's name.
    // True if an input needs a gradient.
    ("attach_function Ts Ts Ts? i t -> b", |a| {
        let (inputs, outputs, saved, number) = (a.tensors()?, a.tensors()?, a.opt_tensors()?, a.int()?);
        Ok(autograd::record_callback(&inputs, &outputs, &saved, number as u64, a.text()).into())
    }),
    // A walk that stops for Python's functions and hooks: outputs, gradients, inputs, only the inputs' gradients, accumulate
    // them too, retain_graph, create_graph.
    ("walk_start Ts Ts? Ts b b b b -> ()", |a| {
        let (outputs, gradients, inputs, is_partial) = (a.tensors()?, a.opt_tensors()?, a.tensors()?, a.bool()?);
        let options = Options {
            accumulate: a.bool()?,
            retain_graph: a.bool()?,
            create_graph: a.bool()?,
        };
        Ok(walk::start(&outputs, &gradients, is_partial.then_some(&inputs[..]), options)?.into())
    }),
    // Walks on: what is asked (see `Asks`) and the numbers it is about; nothing at the end.
    ("walk_on -> is", |_| {
        Ok(Outcome::Numbers(match walk::advance()? {
            None => Vec::new(),
            Some((asks, numbers)) => {
                let numbers = numbers.into_iter().map(|number| number as f64);
                std::iter::once(f64::from(asks as u8)).chain(numbers).collect()
            }
        }))
    }),
    // The tensors that the question is about.
    ("walk_tensors -> Ts", |_| Ok(Outcome::Tensors(walk::tensors()?))),
    // What the function that is asked for has saved.
    ("walk_saved -> Ts", |_| Ok(Outcome::Tensors(walk::saved()?))),
    // The node whose rule must run on the CPU; empty for a copy between devices.
    ("walk_rule_name -> t", |_| Ok(Outcome::Text(walk::waiting_name()?))),
    // The answer.
    (
        "walk_provide Ts? -> ()",
        |a| Ok(walk::provide(a.opt_tensors()?)?.into()),
    ),
    // Ends the walk, also after an error: the gradients of the inputs it was started with.
    ("walk_end Ts -> Ts", |a| Ok(Outcome::Tensors(walk::end(&a.tensors()?)?))),
    // Hooks of a tensor (0), after its gradient was accumulated (1), before its node (2), after its node (3): the number
    // under which Python keeps them, which is the given one if there were none.
    ("hooks T i i -> i", |a| {
        let (x, kind, number) = (a.tensor()?, a.int()?, a.int()? as u64);
        let number = match (kind, autograd::grad_fn(&x)) {
            (0, _) => autograd::tensor_hooks(&x, number),
            (1, None) => autograd::accumulated_hooks(&x, number),
            (2, Some(made)) => made.node.hooks_or_new(HookPlace::Before, number),
            (3, Some(made)) => made.node.hooks_or_new(HookPlace::After, number),
            _ => return Err(Error::runtime("there is no place for such hooks")),
        };
        Ok(Outcome::Number(number as f64))
    }),
    // Numbers that nobody holds any more.
    ("released -> is", |_| {
        let numbers = autograd::take_released(1024);
        Ok(Outcome::Numbers(
            numbers.into_iter().map(|number| number as f64).collect(),
        ))
    }),
    // Packing of saved tensors by Python: on or off; what was saved since; the numbers that stand for it.
    ("packing b -> ()", |a| {
        packing::switch(a.bool()?);
        Ok(Outcome::Unit)
    }),
    ("packing_noted -> Ts", |_| Ok(Outcome::Tensors(packing::noted()))),
    ("packing_store is -> ()", |a| {
        let numbers: Vec<u64> = a.ints()?.into_iter().map(|number| number as u64).collect();
        packing::store(&numbers);
        Ok(Outcome::Unit)
    }),
    // The history: a tensor that holds the node (nothing for leaves), the node's identity and the output's number, where the
    // gradients of its inputs go (leaves as themselves), what it saved, and the number of Python's function (-1 if it is none).
    ("history T -> Ts", |a| {
        let made = autograd::grad_fn(&a.tensor()?);
        Ok(Outcome::Tensors(
            made.map(|made| Some(autograd::anchor(made.node, made.output)))
                .into_iter()
                .collect(),
        ))
    }),
    ("history_place T -> is", |a| {
        let made = autograd::grad_fn(&a.tensor()?);
        Ok(Outcome::Numbers(made.map_or_else(Vec::new, |made| {
            vec![made.node.sequence as f64, made.output as f64]
        })))
    }),
    ("history_outputs T -> i", |a| {
        let made = autograd::grad_fn(&a.tensor()?);
        Ok(Outcome::Number(made.map_or(0.0, |made| made.node.outputs.len() as f64)))
    }),
    ("retains_grad T -> b", |a| {
        let x = a.tensor()?;
        let made = autograd::grad_fn(&x);
        Ok(made
            .is_some_and(|made| made.node.retained(made.output).iter().any(|known| known.is_same(&x)))
            .into())
    }),
    ("bump_version T -> ()", |a| {
        a.tensor()?.bump_version();
        Ok(Outcome::Unit)
    }),
    ("history_next T -> Ts", |a| {
        let made = autograd::grad_fn(&a.tensor()?);
        let edges = made.iter().flat_map(|made| &made.node.edges);
        let next = edges.map(|edge| {
            edge.as_ref().map(|edge| match edge {
                Edge::Node(node, output) => autograd::anchor(std::rc::Rc::clone(node), *output),
                Edge::Leaf(leaf) => leaf.clone(),
            })
        });
        Ok(Outcome::Tensors(next.collect()))
    }),
    ("history_saved T -> Ts", |a| match autograd::grad_fn(&a.tensor()?) {
        Some(made) => Ok(Outcome::Tensors(made.node.unpack(made.node.take_unpacked())?)),
        None => Ok(Outcome::Tensors(Vec::new())),
    }),
    ("history_function T -> i", |a| {
        let made = autograd::grad_fn(&a.tensor()?);
        Ok(Outcome::Number(match made.as_ref().map(|made| &made.node.rule) {
            Some(Rule::Callback { number, .. }) => number.number() as f64,
            _ => -1.0,
        }))
    }),
    // Would gradients of the first tensors flow into a leaf that is none of the second?
    ("reaches_beyond Ts Ts -> b", |a| {
        Ok(autograd::reaches_beyond(&a.tensors()?, &a.tensors()?).into())
    }),
    ("inference_mode -> b", |_| Ok(context::inference_mode().into())),
    ("set_inference_mode b -> b", |a| {
        Ok(context::set_inference_mode(a.bool()?).into())
    }),
    ("set_checks_nan b -> b", |a| {
        Ok(context::set_checks_nan(a.bool()?).into())
    }),
];
