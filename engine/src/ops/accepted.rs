//! Which dtypes operators refuse though they could compute them: those for which PyTorch's CPU has no kernel.
//!
//! One table says what an operator takes and which kernel PyTorch's error names; it holds on every device. Operators that
//! are not listed take every dtype, or have checks with words of their own. Read next: `elementwise`, `nn`.

use crate::dtype::{Category, DType};
use crate::error::{Error, Result};
use crate::storage::Device;
use crate::tensor::Tensor;

/// What an operator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// Floating point.
    Floats,
    /// Floating point and integers.
    Numbers,
    /// Integers.
    Integers,
    /// Integers and bool.
    Bits,
    /// float32 and float64.
    Singles,
    /// Everything but float16 and bfloat16.
    Wide,
    /// Floating point but float16.
    FloatsNotHalf,
    /// Floating point and bool.
    FloatsOrBool,
    /// Floating point and uint8.
    FloatsOrByte,
}

use Takes::{Bits, Floats, FloatsNotHalf, FloatsOrBool, FloatsOrByte, Integers, Numbers, Singles, Wide};

/// Operator, PyTorch's kernel, and what it takes.
const TABLE: &[(&str, &str, Takes)] = &[
    ("abs", "abs_cpu", Numbers),
    ("adaptive_avg_pool2d", "adaptive_avg_pool2d", Floats),
    ("adaptive_avg_pool3d", "adaptive_avg_pool3d_cpu", Floats),
    ("adaptive_max_pool2d", "adaptive_max_pool2d", Floats),
    ("adaptive_max_pool3d", "adaptive_max_pool3d_cpu", Floats),
    ("addcmul", "addcmul_cpu_out", Numbers),
    ("batch_norm", "batch_norm", Floats),
    ("binary_cross_entropy", "binary_cross_entropy", Floats),
    ("bincount", "bincount_cpu", Bits),
    ("bitwise_and", "bitwise_and_cpu", Bits),
    ("bitwise_left_shift", "lshift_cpu", Integers),
    ("bitwise_not", "bitwise_not_cpu", Bits),
    ("bitwise_or", "bitwise_or_cpu", Bits),
    ("bitwise_right_shift", "rshift_cpu", Integers),
    ("bitwise_xor", "bitwise_xor_cpu", Bits),
    ("bmm", "bmm", Numbers),
    ("bucketize", "searchsorted_out_cpu", Numbers),
    ("cdist", "cdist", Singles),
    ("ceil", "ceil_vml_cpu", Numbers),
    ("cholesky_solve", "cholesky_solve_cpu", Singles),
    ("clamp", "clamp_cpu", Numbers),
    ("cross", "cross", Numbers),
    ("ctc_loss", "ctc_loss_cpu", Singles),
    ("div_trunc", "div_trunc_cpu", Numbers),
    ("dot", "dot", Numbers),
    ("elu", "elu_cpu", Floats),
    ("floor", "floor_vml_cpu", Numbers),
    ("floor_divide", "div_floor_cpu", Numbers),
    ("fmod", "fmod_cpu", Numbers),
    ("frac", "frac_cpu", Floats),
    ("fractional_max_pool2d", "fractional_max_pool2d_out_frame", Floats),
    ("gcd", "gcd_cpu", Integers),
    ("gelu", "GeluKernelImpl", Floats),
    ("glu", "glu_cpu", Floats),
    ("grid_sample_2d", "grid_sampler_2d_cpu_kernel_impl", Floats),
    ("grid_sample_3d", "grid_sampler3d_cpu", Floats),
    ("group_norm", "GroupNormKernelImpl", Floats),
    ("hardshrink", "hardshrink_cpu", Floats),
    ("hardsigmoid", "hardsigmoid_cpu", Floats),
    ("hardswish", "hardswish_cpu", Floats),
    ("histc", "histogram_cpu", Floats),
    ("histogram", "histogramdd", Singles),
    ("huber_loss", "huber_cpu", Floats),
    ("hypot", "hypot_cpu", Floats),
    ("igamma", "igamma_cpu", Floats),
    ("igammac", "igammac_cpu", Floats),
    ("instance_norm", "batch_norm", Floats),
    ("kthvalue", "kthvalue_cpu", Numbers),
    ("layer_norm", "LayerNormKernelImpl", Floats),
    ("lcm", "lcm_cpu", Integers),
    ("leaky_relu", "leaky_relu_cpu", Floats),
    ("lerp", "lerp_kernel_scalar", Floats),
    ("lerp_tensor", "lerp_kernel_tensor", Floats),
    ("linear", "compute_indices_weights_linear", Floats),
    ("logaddexp", "logaddexp_cpu", Floats),
    ("logaddexp2", "logaddexp2_cpu", Floats),
    ("logsigmoid", "log_sigmoid_cpu", Floats),
    ("max_pool1d", "max_pool1d_impl", Floats),
    ("max_unpool2d", "max_unpool2d", Floats),
    ("max_unpool3d", "max_unpool3d", Floats),
    ("median", "median_cpu", Numbers),
    ("median_dim", "median_out", Numbers),
    ("mish", "mish_cpu", Floats),
    ("mse_loss", "mse_cpu", Floats),
    ("multi_margin_loss", "multi_margin_loss_cpu_kernel", Singles),
    (
        "multilabel_margin_loss",
        "multilabel_margin_loss_forward_out_frame",
        Singles,
    ),
    ("mv", "addmv_impl_cpu", Numbers),
    ("nearest", "compute_indices_weights_nearest", FloatsOrByte),
    ("nextafter", "nextafter_cpu", Floats),
    ("nll_loss", "nll_loss_out_frame", Floats),
    ("pdist", "pdist", Singles),
    ("pow", "pow", Numbers),
    ("prelu", "prelu_cpu", Floats),
    ("remainder", "remainder_cpu", Numbers),
    ("rms_norm", "rms_norm", Floats),
    ("round", "round_vml_cpu", Numbers),
    ("round_decimals", "round_cpu", Floats),
    ("rrelu", "rrelu_with_noise_out_cpu", FloatsNotHalf),
    ("silu", "silu_cpu", Floats),
    ("smooth_l1_loss", "smooth_l1_cpu", Floats),
    ("softplus", "softplus_cpu", Floats),
    ("softshrink", "softshrink_check", Floats),
    ("special_airy_ai", "airy_ai_cpu", Wide),
    ("special_bessel_j0", "bessel_j0_cpu", Wide),
    ("special_bessel_j1", "bessel_j1_cpu", Wide),
    ("special_bessel_y0", "bessel_y0_cpu", Wide),
    ("special_bessel_y1", "bessel_y1_cpu", Wide),
    ("special_chebyshev_polynomial_t", "chebyshev_polynomial_t_cpu", Wide),
    ("special_chebyshev_polynomial_u", "chebyshev_polynomial_u_cpu", Wide),
    ("special_chebyshev_polynomial_v", "chebyshev_polynomial_v_cpu", Wide),
    ("special_chebyshev_polynomial_w", "chebyshev_polynomial_w_cpu", Wide),
    ("special_erfcx", "erfcx_cpu", Wide),
    ("special_hermite_polynomial_h", "hermite_polynomial_h_cpu", Wide),
    ("special_hermite_polynomial_he", "hermite_polynomial_he_cpu", Wide),
    ("special_laguerre_polynomial_l", "laguerre_polynomial_l_cpu", Wide),
    ("special_legendre_polynomial_p", "legendre_polynomial_p_cpu", Wide),
    ("special_log_ndtr", "log_ndtr_cpu", Wide),
    ("special_modified_bessel_i0", "modified_bessel_i0_cpu", Wide),
    ("special_modified_bessel_i1", "modified_bessel_i1_cpu", Wide),
    ("special_modified_bessel_k0", "modified_bessel_k0_cpu", Wide),
    ("special_modified_bessel_k1", "modified_bessel_k1_cpu", Wide),
    ("special_ndtri", "ndtri_cpu", Wide),
    (
        "special_scaled_modified_bessel_k0",
        "scaled_modified_bessel_k0_cpu",
        Wide,
    ),
    (
        "special_scaled_modified_bessel_k1",
        "scaled_modified_bessel_k1_cpu",
        Wide,
    ),
    ("special_spherical_bessel_j0", "spherical_bessel_j0_cpu", Wide),
    ("special_zeta", "zeta_cpu", Wide),
    ("threshold", "threshold_cpu", Numbers),
    ("trace", "trace", Numbers),
    ("trunc", "trunc_vml_cpu", Numbers),
    ("unfold", "im2col_out_cpu", FloatsOrBool),
];

/// What of the table takes the wide unsigned integers too. Others of it do not.
const WIDE_UNSIGNED: &[&str] = &[
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "ceil",
    "floor",
    "round",
    "trunc",
];

/// Operators outside the table that do not take the wide unsigned integers, and PyTorch's kernels.
const NOT_WIDE_UNSIGNED: &[(&str, &str)] = &[
    ("neg", "neg_cpu"),
    ("sign", "sign_cpu"),
    ("signbit", "signbit_cpu"),
    ("square", "pow"),
];

/// The name of PyTorch's kernel, if it has none for the wide unsigned integers.
fn refuses_wide_unsigned(operator: &str) -> Option<&'static str> {
    let listed = |&(name, kernel): &(&str, &'static str)| (name == operator).then_some(kernel);
    NOT_WIDE_UNSIGNED.iter().find_map(listed)
}

/// PyTorch's error if an operator has no kernel for a dtype.
pub fn check_dtype(operator: &str, dtype: DType) -> Result<()> {
    let category = dtype.category();
    let is_wide = dtype.is_wide_unsigned();
    let Ok(place) = TABLE.binary_search_by_key(&operator, |row| row.0) else {
        return match refuses_wide_unsigned(operator) {
            Some(op) if is_wide => Err(Error::UnsupportedDType {
                op,
                dtype,
                device: "cpu",
            }),
            _ => Ok(()),
        };
    };
    let (_, kernel, takes) = TABLE[place];
    let is_taken = match takes {
        Floats => category == Category::Float,
        Numbers => category != Category::Bool,
        Integers => category == Category::Integer,
        Bits => category != Category::Float,
        Singles => category == Category::Float && !dtype.is_half(),
        Wide => !dtype.is_half(),
        FloatsNotHalf => category == Category::Float && dtype != DType::F16,
        FloatsOrBool => matches!(category, Category::Float | Category::Bool),
        FloatsOrByte => category == Category::Float || dtype == DType::U8,
    };
    if is_taken && (!is_wide || WIDE_UNSIGNED.contains(&operator)) {
        return Ok(());
    }
    Err(Error::UnsupportedDType {
        op: kernel,
        dtype,
        device: "cpu",
    })
}

/// The same for the dtype of a tensor, for operators on numbers: floats, which nearly all tensors are, are let through at once.
pub fn check(operator: &str, x: &Tensor) -> Result<()> {
    if x.dtype().is_float() {
        return Ok(());
    }
    check_dtype(operator, x.dtype())
}

/// The same for operators that refuse some floats: on the GPU, where PyTorch has other kernels, floats are let through.
pub fn require(operator: &str, x: &Tensor) -> Result<()> {
    if x.device() == Device::WebGpu {
        return check(operator, x);
    }
    check_dtype(operator, x.dtype())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn dtypes_are_refused_by_the_name_of_the_kernel() {
        let text = |operator, dtype| check_dtype(operator, dtype).map_err(|error| error.to_string());
        assert_eq!(text("gelu", DType::F16), Ok(()));
        assert_eq!(
            text("gelu", DType::I64),
            Err("\"GeluKernelImpl\" not implemented for 'Long'".into())
        );
        assert_eq!(text("abs", DType::U8), Ok(()));
        assert!(text("abs", DType::Bool).is_err());
        assert!(text("gcd", DType::Bool).is_err() && text("gcd", DType::F32).is_err());
        assert!(text("bitwise_and", DType::F64).is_err() && text("bitwise_and", DType::Bool).is_ok());
        assert_eq!(text("add", DType::Bool), Ok(()));
        assert_eq!(text("bitwise_xor", DType::U64), Ok(()));
        assert_eq!(text("mul", DType::U16), Ok(()));
        assert_eq!(
            text("floor_divide", DType::U16),
            Err("\"div_floor_cpu\" not implemented for 'UInt16'".into())
        );
        assert_eq!(
            text("neg", DType::U32),
            Err("\"neg_cpu\" not implemented for 'UInt32'".into())
        );
        assert_eq!(text("neg", DType::I32), Ok(()));
    }
}
