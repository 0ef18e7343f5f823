//! Anomaly detection: an error where a rule gives NaN.
//!
//! Refuses to look at GPU tensors, which would have to be waited for.

use std::rc::Rc;

use super::node::Node;
use crate::context;
use crate::error::{Error, Result};
use crate::ops::{copy, elementwise as e, reduce};
use crate::scalar::Scalar;
use crate::storage::Device;
use crate::tensor::Tensor;

/// PyTorch's error if one of the gradients that `node` gave holds a NaN.
pub(super) fn check(node: &Rc<Node>, gradients: &[Option<Tensor>]) -> Result<()> {
    for (position, gradient) in gradients.iter().enumerate() {
        let Some(gradient) = gradient else { continue };
        if gradient.device() != Device::Cpu || gradient.num_elements() == 0 {
            continue;
        }
        let has_nan = context::with_grad_mode(false, || reduce::any(&e::isnan(gradient)?, &[], false))?;
        if copy::item(&has_nan)? == Scalar::Bool(true) {
            return Err(Error::runtime(format!(
                "Function '{}' returned nan values in its {position}th output.",
                node.name()
            )));
        }
    }
    Ok(())
}
