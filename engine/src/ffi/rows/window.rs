//! Rows of convolution, pooling and normalisation over channels, and of reading along one dimension.

use crate::error::{Error, Result};
use crate::ffi::args::{Args, Outcome};
use crate::ffi::table::Row;
use crate::ops::normalization::{self, Running};
use crate::ops::pool_window::Settings;
use crate::ops::{convolution, index, movement, padding, pool};
use crate::shape::normalize_dim;
use crate::tensor::Tensor;

/// The rows.
pub const ROWS: &[Row] = &[
    // input, weight, bias, spatial rank, stride, padding (none: "same"), dilation, groups
    ("convolution T T T? i is is? is i -> T", |a| {
        let (input, weight, bias) = (a.tensor()?, a.tensor()?, a.opt_tensor()?);
        let settings = convolution_settings(a)?;
        Ok(convolution::convolution(&input, &weight, bias.as_ref(), &settings)?.into())
    }),
    // the same, then output_padding
    ("transposed_convolution T T T? i is is? is i is -> T", |a| {
        let (input, weight, bias) = (a.tensor()?, a.tensor()?, a.opt_tensor()?);
        let settings = convolution_settings(a)?;
        let extra = a.ints()?;
        Ok(convolution::transposed_convolution(&input, &weight, bias.as_ref(), &settings, &extra)?.into())
    }),
    // input, spatial rank, kernel, stride, padding, dilation, ceil_mode; gives values and positions
    ("max_pool T i is is is is b -> Ts", |a| {
        let x = a.tensor()?;
        let settings = Settings {
            rank: a.size()?,
            kernel: a.ints()?,
            stride: a.ints()?,
            padding: a.ints()?,
            dilation: a.ints()?,
            ceil_mode: a.bool()?,
        };
        Ok(pool::max_pool(&x, &settings)?.into())
    }),
    // input, spatial rank, kernel, stride, padding, ceil_mode, count_include_pad, divisor_override
    ("avg_pool T i is is is b b i? -> T", |a| {
        let x = a.tensor()?;
        let settings = Settings {
            rank: a.size()?,
            kernel: a.ints()?,
            stride: a.ints()?,
            padding: a.ints()?,
            dilation: vec![1],
            ceil_mode: a.bool()?,
        };
        Ok(pool::avg_pool(&x, &settings, a.bool()?, a.opt_int()?)?.into())
    }),
    // input, weight, bias, running_mean, running_var, training, momentum, eps; gives result, mean, reciprocal deviation
    ("batch_norm T T? T? T? T? b f f -> Ts", |a| {
        let (x, weight, bias) = (a.tensor()?, a.opt_tensor()?, a.opt_tensor()?);
        let (mean, variance, training) = (a.opt_tensor()?, a.opt_tensor()?, a.bool()?);
        let running = Running {
            mean,
            variance,
            momentum: a.float()?,
        };
        let results = normalization::batch_norm(&x, weight.as_ref(), bias.as_ref(), &running, training, a.float()?)?;
        Ok(all(results))
    }),
    // input, groups, weight, bias, eps; gives result, mean, reciprocal deviation
    ("group_norm T i T? T? f -> Ts", |a| {
        let (x, groups) = (a.tensor()?, a.int()?);
        let groups = usize::try_from(groups).map_err(|_| Error::runtime("num groups should be greater than 0"))?;
        let (weight, bias) = (a.opt_tensor()?, a.opt_tensor()?);
        let results = normalization::group_norm(&x, groups, weight.as_ref(), bias.as_ref(), a.float()?)?;
        Ok(all(results))
    }),
    // input, how many trailing dimensions, eps; gives mean and reciprocal deviation
    ("layer_statistics T i f -> Ts", |a| {
        Ok(normalization::layer_statistics(&a.tensor()?, a.size()?, a.float()?)?.into())
    }),
    // input, pairs of amounts (last dimension first), value
    ("constant_pad T is s -> T", |a| {
        Ok(padding::constant_pad(&a.tensor()?, &a.ints()?, a.scalar()?)?.into())
    }),
    // Elements at positions along a dimension, as index_select, for positions that the caller made and knows to be inside.
    ("select_places T i T -> T", |a| {
        let (x, dim, places) = (a.tensor()?, a.int()?, a.tensor()?);
        let dim = normalize_dim(dim, x.rank())? as i64;
        let front = movement::transpose(&x, 0, dim)?;
        Ok(movement::transpose(&index::select_rows(&front, &places)?, 0, dim)?.into())
    }),
];

fn all(tensors: [Tensor; 3]) -> Outcome {
    tensors.to_vec().into()
}

fn convolution_settings(a: &mut Args<'_>) -> Result<convolution::Settings> {
    Ok(convolution::Settings {
        rank: a.size()?,
        stride: a.ints()?,
        padding: a.opt_ints()?,
        dilation: a.ints()?,
        groups: a.int()?,
    })
}
