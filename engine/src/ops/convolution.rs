//! `torch.conv1d/2d/3d`, `torch.conv_transpose1d/2d/3d`: PyTorch's checks and output sizes around one primitive.
//!
//! A transposed convolution is the gradient of a convolution with respect to its input, so it is the same primitive.
//! Refuses string padding but `same` (`valid` is zero), and modes of padding other than zeros (see Python's `pad`).
//! Read next: `prim::window`.

use crate::apply::apply;
use crate::autograd::{rename, sequence_mark};
use crate::error::{Error, Result, list_text};
use crate::ops::{copy, elementwise as e, matmul, movement};
use crate::prim::{Convolution, Prim, Window};
use crate::tensor::Tensor;

/// Spatial settings of a convolution, each one number or one a dimension.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Spatial dimensions, 1 to 3.
    pub rank: usize,
    /// Steps between windows.
    pub stride: Vec<i64>,
    /// Places of zeros on both sides; none means `padding="same"`.
    pub padding: Option<Vec<i64>>,
    /// Steps between a window's elements.
    pub dilation: Vec<i64>,
    /// Groups of channels.
    pub groups: i64,
}

/// One number a spatial dimension.
fn spread(name: &str, values: &[i64], rank: usize) -> Result<Vec<i64>> {
    match values {
        [value] => Ok(vec![*value; rank]),
        _ if values.len() == rank => Ok(values.to_vec()),
        _ => Err(Error::runtime(format!(
            "expected {name} to be a single integer value or a list of {rank} values to match the convolution dimensions, but got {name}={}",
            list_text(values)
        ))),
    }
}

/// Numbers that are at least `least`, as sizes.
fn at_least(least: i64, values: &[i64], complaint: &str) -> Result<Vec<usize>> {
    let sizes = values
        .iter()
        .map(|&value| usize::try_from(value).ok().filter(|_| value >= least));
    sizes
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| Error::runtime(complaint))
}

/// What both directions need after checking.
struct Checked {
    stride: Vec<usize>,
    dilation: Vec<usize>,
    groups: usize,
    /// True if the input came without a batch dimension.
    is_single: bool,
    /// The input with a batch dimension.
    input: Tensor,
}

fn check(name: &str, input: &Tensor, weight: &Tensor, bias: Option<&Tensor>, settings: &Settings) -> Result<Checked> {
    let rank = settings.rank;
    if !(1..=3).contains(&rank) {
        return Err(Error::runtime("a convolution has one to three spatial dimensions"));
    }
    if input.rank() != rank + 1 && input.rank() != rank + 2 {
        return Err(Error::runtime(format!(
            "Expected {}D (unbatched) or {}D (batched) input to {name}{rank}d, but got input of size: {}",
            rank + 1,
            rank + 2,
            list_text(&input.shape())
        )));
    }
    if let Some(bias) = bias.filter(|bias| bias.dtype() != input.dtype()) {
        return Err(Error::runtime(format!(
            "Input type ({}) and bias type ({}) should be the same",
            matmul::cpp_name(input),
            matmul::cpp_name(bias)
        )));
    }
    if weight.dtype() != input.dtype() {
        return Err(Error::runtime(format!(
            "Input type (torch.{}Tensor) and weight type (torch.{}Tensor) should be the same",
            input.dtype().scalar_type_name(),
            weight.dtype().scalar_type_name()
        )));
    }
    let stride = at_least(
        1,
        &spread("stride", &settings.stride, rank)?,
        "non-positive stride is not supported",
    )?;
    let dilation = at_least(
        1,
        &spread("dilation", &settings.dilation, rank)?,
        "dilation should be greater than zero",
    )?;
    let groups = at_least(1, &[settings.groups], "non-positive groups is not supported")?[0];
    let is_single = input.rank() == rank + 1;
    let input = if is_single {
        movement::unsqueeze(input, 0)?
    } else {
        input.clone()
    };
    if weight.rank() != rank + 2 {
        return Err(Error::runtime(format!(
            "Expected {}-dimensional input for {}-dimensional weight {}, but got {}-dimensional input of size {} instead",
            weight.rank(),
            weight.rank(),
            list_text(&weight.shape()),
            input.rank(),
            list_text(&input.shape())
        )));
    }
    let outs = weight.size(0);
    if outs < groups {
        return Err(Error::runtime(format!(
            "Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size {} instead",
            list_text(&weight.shape())
        )));
    }
    if !outs.is_multiple_of(groups) {
        return Err(Error::runtime(format!(
            "Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of size {} instead",
            list_text(&weight.shape())
        )));
    }
    if weight.shape()[2..].contains(&0) {
        return Err(Error::runtime("non-positive kernel size is not supported"));
    }
    Ok(Checked {
        stride,
        dilation,
        groups,
        is_single,
        input,
    })
}

fn check_bias(bias: Option<&Tensor>, outs: usize, given: &str, weight: &Tensor) -> Result<()> {
    match bias {
        Some(bias) if bias.rank() != 1 || bias.size(0) != outs => Err(Error::runtime(format!(
            "Given {given}weight of size {}, expected bias to be 1-dimensional with {outs} elements, but got bias of size {} instead",
            list_text(&weight.shape()),
            list_text(&bias.shape())
        ))),
        _ => Ok(()),
    }
}

/// The convolution with the bias of its channels added, which on the CPU is done before half types are rounded.
fn with_bias(
    op: Convolution,
    window: &Window,
    groups: usize,
    [input, weight]: [&Tensor; 2],
    bias: Option<&Tensor>,
) -> Result<Tensor> {
    let Some(bias) = bias else {
        return run(op, window.clone(), groups, input, weight);
    };
    let mut shape = vec![1; input.rank()];
    shape[1] = bias.size(0);
    matmul::on_the_cpu_in_float32(&[input, weight, bias], |wide| {
        let result = run(op, window.clone(), groups, &wide[0], &wide[1])?;
        e::add(&result, &movement::reshape_to(&wide[2], &shape)?)
    })
}

/// The result without the batch dimension that was not given.
fn finish(result: Tensor, is_single: bool, mark: u64) -> Result<Tensor> {
    let result = rename(result, mark, "ConvolutionBackward0");
    if is_single {
        movement::squeeze(&result, Some(&[0]))
    } else {
        Ok(result)
    }
}

/// Padding before the first element, and the output size, of each dimension.
fn forward_sizes(
    input: &[usize],
    kernel: &[usize],
    checked: &Checked,
    settings: &Settings,
) -> Result<(Vec<usize>, Vec<usize>)> {
    let rank = settings.rank;
    let spans = || (0..rank).map(|dim| (kernel[dim] - 1).saturating_mul(checked.dilation[dim]));
    let Some(padding) = &settings.padding else {
        if checked.stride.iter().any(|&stride| stride != 1) {
            return Err(Error::runtime(
                "padding='same' is not supported for strided convolutions",
            ));
        }
        return Ok((spans().map(|span| span / 2).collect(), input.to_vec()));
    };
    let padding = at_least(
        0,
        &spread("padding", padding, rank)?,
        "negative padding is not supported",
    )?;
    let padded: Vec<usize> = input
        .iter()
        .zip(&padding)
        .map(|(&size, &padding)| size.saturating_add(padding.saturating_mul(2)))
        .collect();
    if padded.iter().zip(spans()).any(|(&size, span)| size <= span) {
        let text =
            |sizes: &mut dyn Iterator<Item = usize>| sizes.map(|size| size.to_string()).collect::<Vec<_>>().join(" x ");
        return Err(Error::runtime(format!(
            "Calculated padded input size per channel: ({}). Kernel size: ({}). Kernel size can't be greater than actual input size",
            text(&mut padded.iter().copied()),
            text(&mut spans().map(|span| span.saturating_add(1)))
        )));
    }
    let output = padded
        .iter()
        .zip(spans())
        .zip(&checked.stride)
        .map(|((&size, span), &stride)| (size - span - 1) / stride + 1)
        .collect();
    Ok((padding, output))
}

/// `F.conv1d/2d/3d(input, weight, bias, …)`, with or without a batch dimension.
pub fn convolution(input: &Tensor, weight: &Tensor, bias: Option<&Tensor>, settings: &Settings) -> Result<Tensor> {
    let checked = check("conv", input, weight, bias, settings)?;
    let (input, groups) = (&checked.input, checked.groups);
    if Some(input.size(1)) != weight.size(1).checked_mul(groups) {
        return Err(Error::runtime(format!(
            "Given groups={groups}, weight of size {}, expected input{} to have {} channels, but got {} channels instead",
            list_text(&weight.shape()),
            list_text(&input.shape()),
            weight.size(1).saturating_mul(groups),
            input.size(1)
        )));
    }
    check_bias(bias, weight.size(0), "", weight)?;
    let (sizes, kernel) = (input.shape()[2..].to_vec(), weight.shape()[2..].to_vec());
    let (padding, output) = forward_sizes(&sizes, &kernel, &checked, settings)?;
    let window = Window {
        input: sizes,
        kernel,
        stride: checked.stride.clone(),
        padding,
        dilation: checked.dilation.clone(),
        output,
    };
    let mark = sequence_mark();
    let result = with_bias(Convolution::Forward, &window, groups, [input, weight], bias)?;
    let result = copy::hand_on_format(result, &[input, weight])?;
    finish(result, checked.is_single, mark)
}

fn run(op: Convolution, window: Window, groups: usize, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if !window.is_well_formed() {
        return Err(Error::runtime(format!(
            "a convolution's sizes are too large: {window:?}"
        )));
    }
    let window = Box::new(window);
    apply(Prim::Convolve { op, window, groups }, &[a, b], &[])
}

/// `F.conv_transpose1d/2d/3d(input, weight, bias, …)`, with or without a batch dimension.
pub fn transposed_convolution(
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    settings: &Settings,
    output_padding: &[i64],
) -> Result<Tensor> {
    let rank = settings.rank;
    let checked = check("conv_transpose", input, weight, bias, settings)?;
    let (input, groups) = (&checked.input, checked.groups);
    if input.size(1) != weight.size(0) {
        return Err(Error::runtime(format!(
            "Given transposed=1, weight of size {}, expected input{} to have {} channels, but got {} channels instead",
            list_text(&weight.shape()),
            list_text(&input.shape()),
            weight.size(0),
            input.size(1)
        )));
    }
    check_bias(bias, weight.size(1).saturating_mul(groups), "transposed=1, ", weight)?;
    let zeros = vec![0];
    let padding = spread("padding", settings.padding.as_ref().unwrap_or(&zeros), rank)?;
    let padding = at_least(0, &padding, "negative padding is not supported")?;
    let extra = spread("output_padding", output_padding, rank)?;
    let extra = at_least(0, &extra, "negative output_padding is not supported")?;
    let kernel = weight.shape()[2..].to_vec();
    let sizes = input.shape()[2..].to_vec();
    let mut output = Vec::with_capacity(rank);
    for dim in 0..rank {
        if extra[dim] >= checked.stride[dim] && extra[dim] >= checked.dilation[dim] {
            return Err(Error::runtime(format!(
                "output padding must be smaller than either stride or dilation, but got output_padding: {} stride: {} dilation: {}",
                list_text(&extra),
                list_text(&checked.stride),
                list_text(&checked.dilation)
            )));
        }
        let signed = |value: usize| i128::try_from(value).unwrap_or(i128::MAX / 4);
        let size = (signed(sizes[dim]) - 1) * signed(checked.stride[dim]) - 2 * signed(padding[dim])
            + signed(checked.dilation[dim]) * (signed(kernel[dim]) - 1)
            + signed(extra[dim])
            + 1;
        output.push(size);
    }
    let Some(output) = output
        .iter()
        .map(|&size| usize::try_from(size).ok().filter(|&size| size > 0))
        .collect::<Option<Vec<_>>>()
    else {
        return Err(Error::runtime(format!(
            "Given input size per channel: {}. Calculated output size per channel: {}. Output size is too small",
            list_text(&sizes),
            list_text(&output)
        )));
    };
    let window = Window {
        input: output,
        kernel,
        stride: checked.stride.clone(),
        padding,
        dilation: checked.dilation.clone(),
        output: sizes,
    };
    let mark = sequence_mark();
    let result = with_bias(Convolution::InputGradient, &window, groups, [input, weight], bias)?;
    let result = copy::hand_on_format(result, &[input, weight])?;
    finish(result, checked.is_single, mark)
}
