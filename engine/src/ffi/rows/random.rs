//! Rows that draw random numbers, and the generator's state.

use crate::context;
use crate::cpu::{Buffer, Operand};
use crate::error::Error;
use crate::ffi::args::Outcome;
use crate::ffi::table::Row;
use crate::ops::{random, sampling};
use crate::random::CounterState;
use crate::tensor::Tensor;

/// The rows.
pub const ROWS: &[Row] = &[
    // The seed as two halves of 32 bits, high first: a double does not hold 64 bits.
    ("manual_seed i i -> ()", |a| {
        let (high, low) = (a.int()?, a.int()?);
        let seed = ((high as u64) << 32) | (low as u64 & 0xffff_ffff);
        context::manual_seed(seed);
        Ok(Outcome::Unit)
    }),
    ("initial_seed -> is", |_| {
        let seed = context::with_generator(|generator| generator.initial_seed());
        Ok(Outcome::Numbers(vec![(seed >> 32) as f64, (seed & 0xffff_ffff) as f64]))
    }),
    ("rng_state -> T", |_| {
        let state = context::with_generator(|generator| generator.get_state());
        let count = state.len();
        Ok(Tensor::from_buffer(Buffer::U8(state), &[count]).into())
    }),
    ("set_rng_state T -> ()", |a| {
        let state = a
            .tensor()?
            .with_buffer(|buffer, view| crate::cpu::gather_bytes(Operand { buffer, view }))??;
        Ok(context::with_generator(|generator| generator.set_state(&state))?.into())
    }),
    // Seed and numbers drawn of the GPU's generator, as halves of 32 bits, high first.
    ("gpu_rng_state -> is", |_| {
        let state = context::with_gpu_generator(|generator| *generator);
        let halves = [
            state.seed >> 32,
            state.seed & 0xffff_ffff,
            state.offset >> 32,
            state.offset & 0xffff_ffff,
        ];
        Ok(Outcome::Numbers(halves.map(|half| half as f64).to_vec()))
    }),
    ("set_gpu_rng_state i i i i -> ()", |a| {
        let mut word = || Ok::<u64, Error>(((a.int()? as u64) << 32) | (a.int()? as u64 & 0xffff_ffff));
        let (seed, offset) = (word()?, word()?);
        context::with_gpu_generator(|generator| *generator = CounterState { seed, offset });
        Ok(Outcome::Unit)
    }),
    ("uniform_ T f f -> T", |a| {
        let x = a.tensor()?;
        random::uniform_(&x, a.float()?, a.float()?)?;
        Ok(x.into())
    }),
    ("normal_ T f f -> T", |a| {
        let x = a.tensor()?;
        random::normal_(&x, a.float()?, a.float()?)?;
        Ok(x.into())
    }),
    ("exponential_ T f -> T", |a| {
        let x = a.tensor()?;
        random::exponential_(&x, a.float()?)?;
        Ok(x.into())
    }),
    ("bernoulli_ T f -> T", |a| {
        let x = a.tensor()?;
        random::bernoulli_(&x, a.float()?)?;
        Ok(x.into())
    }),
    ("bernoulli T -> T", |a| Ok(random::bernoulli(&a.tensor()?)?.into())),
    // The bounds as scalars, which carry 64 bits.
    ("randint s s is d v -> T", |a| {
        let (low, high) = (a.scalar()?.as_i64(), a.scalar()?.as_i64());
        Ok(random::randint(low, high, &a.sizes()?, a.dtype()?, a.device()?)?.into())
    }),
    ("random_ T -> T", |a| {
        let x = a.tensor()?;
        random::random_(&x)?;
        Ok(x.into())
    }),
    ("cauchy_ T f f -> T", |a| {
        let x = a.tensor()?;
        random::cauchy_(&x, a.float()?, a.float()?)?;
        Ok(x.into())
    }),
    ("log_normal_ T f f -> T", |a| {
        let x = a.tensor()?;
        random::log_normal_(&x, a.float()?, a.float()?)?;
        Ok(x.into())
    }),
    ("geometric_ T f -> T", |a| {
        let x = a.tensor()?;
        random::geometric_(&x, a.float()?)?;
        Ok(x.into())
    }),
    ("poisson T -> T", |a| Ok(sampling::poisson(&a.tensor()?)?.into())),
    ("binomial T T -> T", |a| {
        Ok(sampling::binomial(&a.tensor()?, &a.tensor()?)?.into())
    }),
    ("standard_gamma T -> T", |a| {
        Ok(sampling::standard_gamma(&a.tensor()?)?.into())
    }),
    ("sample_dirichlet T -> T", |a| {
        Ok(sampling::dirichlet(&a.tensor()?)?.into())
    }),
    ("standard_gamma_grad T T -> T", |a| {
        Ok(sampling::standard_gamma_grad(&a.tensor()?, &a.tensor()?)?.into())
    }),
    ("dirichlet_grad T T T -> T", |a| {
        Ok(sampling::dirichlet_grad(&a.tensor()?, &a.tensor()?, &a.tensor()?)?.into())
    }),
    ("randperm i v -> T", |a| {
        let count = a.int()?;
        let count =
            usize::try_from(count).map_err(|_| Error::runtime(format!("n must be non-negative, got{count}")))?;
        Ok(random::randperm(count, a.device()?)?.into())
    }),
    // weights, number of samples, with replacement
    ("multinomial T i b -> T", |a| {
        let (weights, count) = (a.tensor()?, a.int()?);
        let count = usize::try_from(count).map_err(|_| Error::runtime("cannot sample n_sample <= 0 samples"))?;
        Ok(random::multinomial(&weights, count, a.bool()?)?.into())
    }),
    ("dropout T f -> T", |a| {
        Ok(random::dropout(&a.tensor()?, a.float()?)?.into())
    }),
];
