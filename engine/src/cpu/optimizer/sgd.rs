//! One fused step of SGD with momentum.
//!
//! Refuses half types. Read next: `adam`.

use super::{Number, Parameter, gradient, region};
use crate::cpu::{Buffer, Operand};
use crate::dtype::DType;
use crate::error::{Error, Result};

/// Settings of `torch.optim.SGD`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// Learning rate.
    pub lr: f64,
    /// Momentum factor; 0 for none.
    pub momentum: f64,
    /// Dampening of the gradient in the momentum.
    pub dampening: f64,
    /// L2 penalty.
    pub weight_decay: f64,
    /// Nesterov momentum.
    pub nesterov: bool,
    /// Ascend instead of descend.
    pub maximize: bool,
}

/// One step of SGD. `momentum` is the momentum buffer, of the gradient's element count; on the first step of a
/// parameter (`is_first`) it is overwritten by the gradient.
pub fn sgd(
    options: &Sgd,
    parameter: Parameter<'_>,
    grad: Operand<'_>,
    momentum: Option<&mut Buffer>,
    is_first: bool,
) -> Result<()> {
    match parameter.buffer.dtype() {
        DType::F32 => sgd_typed::<f32>(options, parameter, grad, momentum, is_first),
        DType::F64 => sgd_typed::<f64>(options, parameter, grad, momentum, is_first),
        dtype => Err(Error::UnsupportedDType {
            op: "fused_sgd",
            dtype,
            device: "cpu",
        }),
    }
}

fn sgd_typed<T: Number>(
    options: &Sgd,
    parameter: Parameter<'_>,
    grad: Operand<'_>,
    momentum: Option<&mut Buffer>,
    is_first: bool,
) -> Result<()> {
    let grads = gradient::<T>(grad)?;
    let weights = region::<T>(parameter.buffer, parameter.offset, grads.len())?;
    let [step, factor, keep, decay] = [
        -options.lr,
        options.momentum,
        1.0 - options.dampening,
        options.weight_decay,
    ]
    .map(T::from_f64);
    let (has_decay, is_negative, is_nesterov) = (options.weight_decay != 0.0, options.maximize, options.nesterov);
    let direction = |weight: T, grad: T| {
        let grad = if is_negative { -grad } else { grad };
        if has_decay { grad + decay * weight } else { grad }
    };
    let Some(momentum) = momentum.filter(|_| options.momentum != 0.0) else {
        weights
            .iter_mut()
            .zip(&*grads)
            .for_each(|(weight, &grad)| *weight = *weight + step * direction(*weight, grad));
        return Ok(());
    };
    let buffers = region::<T>(momentum, 0, grads.len())?;
    for ((weight, &grad), buffer) in weights.iter_mut().zip(&*grads).zip(buffers) {
        let grad = direction(*weight, grad);
        *buffer = if is_first { grad } else { *buffer * factor + keep * grad };
        let update = if is_nesterov { grad + factor * *buffer } else { *buffer };
        *weight = *weight + step * update;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    const SGD: Sgd = Sgd {
        lr: 0.5,
        momentum: 0.0,
        dampening: 0.0,
        weight_decay: 0.0,
        nesterov: false,
        maximize: false,
    };

    fn run_sgd(options: &Sgd, steps: usize) -> (Vec<f64>, Vec<f64>) {
        let mut weights = Buffer::F64(vec![9.0, 1.0, -2.0]);
        let mut momentum = Buffer::F64(vec![7.0; 2]);
        let grad = Buffer::F64(vec![0.5, 1.0]);
        for step in 0..steps {
            let grad = Operand {
                buffer: &grad,
                view: &View::contiguous(&[2]),
            };
            let parameter = Parameter {
                buffer: &mut weights,
                offset: 1,
            };
            assert_eq!(sgd(options, parameter, grad, Some(&mut momentum), step == 0), Ok(()));
        }
        let (Buffer::F64(weights), Buffer::F64(momentum)) = (weights, momentum) else {
            panic!()
        };
        (weights, momentum)
    }

    #[test]
    fn sgd_variants() {
        assert_eq!(run_sgd(&SGD, 1).0, [9.0, 0.75, -2.5]);
        assert_eq!(run_sgd(&Sgd { maximize: true, ..SGD }, 1).0, [9.0, 1.25, -1.5]);
        assert_eq!(
            run_sgd(
                &Sgd {
                    weight_decay: 0.5,
                    ..SGD
                },
                1
            )
            .0,
            [9.0, 0.5, -2.0]
        );
        let heavy = Sgd {
            momentum: 0.5,
            dampening: 0.5,
            ..SGD
        };
        assert_eq!(run_sgd(&heavy, 2), (vec![9.0, 0.5, -3.0], vec![0.5, 1.0]));
        let nesterov = Sgd {
            momentum: 0.5,
            nesterov: true,
            ..SGD
        };
        assert_eq!(run_sgd(&nesterov, 1).0, [9.0, 0.625, -2.75]);
    }

    #[test]
    fn regions_that_do_not_fit_are_errors() {
        let grad = Buffer::F32(vec![1.0; 4]);
        let grad = Operand {
            buffer: &grad,
            view: &View::contiguous(&[4]),
        };
        let mut short = Buffer::F32(vec![1.0; 3]);
        assert!(
            sgd(
                &SGD,
                Parameter {
                    buffer: &mut short,
                    offset: 0
                },
                grad,
                None,
                true
            )
            .is_err()
        );
        let mut long = Buffer::F32(vec![1.0; 4]);
        assert!(
            sgd(
                &SGD,
                Parameter {
                    buffer: &mut long,
                    offset: usize::MAX
                },
                grad,
                None,
                true
            )
            .is_err()
        );
        let heavy = Sgd { momentum: 0.9, ..SGD };
        assert!(
            sgd(
                &heavy,
                Parameter {
                    buffer: &mut long,
                    offset: 0
                },
                grad,
                Some(&mut short),
                true
            )
            .is_err()
        );
        let mut half = Buffer::F16(vec![]);
        assert!(
            sgd(
                &SGD,
                Parameter {
                    buffer: &mut half,
                    offset: 0
                },
                grad,
                None,
                true
            )
            .is_err()
        );
    }
}
