//! `F.max_pool1d/2d/3d` and `F.avg_pool1d/2d/3d`: PyTorch's checks and output sizes around one primitive.
//!
//! The largest elements are read at the positions that the primitive finds, so their gradient is that of reading.
//! Refuses adaptive pooling, which is a composition in Python. Read next: `prim::window`.

use crate::apply::apply;
use crate::autograd::{rename, sequence_mark};
use crate::cpu::Buffer;
use crate::cpu::memory::{try_collect, try_vec};
use crate::dtype::DType;
use crate::error::{Error, Result, list_text};
use crate::ops::{copy, creation, elementwise as e, index, movement};
use crate::prim::{Binary, Pool, Prim, Window};
use crate::scalar::Scalar;
use crate::storage::Device;
use crate::tensor::Tensor;

/// Settings of a pooling, each one number or one a dimension.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Spatial dimensions, 1 to 3.
    pub rank: usize,
    /// Elements of a window.
    pub kernel: Vec<i64>,
    /// Steps between windows; empty means the kernel's sizes.
    pub stride: Vec<i64>,
    /// Places on both sides.
    pub padding: Vec<i64>,
    /// Steps between a window's elements.
    pub dilation: Vec<i64>,
    /// Keep the window that begins inside and ends outside.
    pub ceil_mode: bool,
}

impl Settings {
    fn spread(&self, operator: &str, name: &str, values: &[i64]) -> Result<Vec<i64>> {
        match values {
            [value] => Ok(vec![*value; self.rank]),
            _ if values.len() == self.rank => Ok(values.to_vec()),
            _ => {
                let count = ["zero", "one", "two", "three"]
                    .get(self.rank)
                    .copied()
                    .unwrap_or_default();
                Err(Error::runtime(format!(
                    "{operator}: {name} must either be a single int, or a tuple of {count} ints"
                )))
            }
        }
    }
}

/// An input as planes, the window over them, and the result's shape.
struct Planes {
    /// `[planes, input…]`
    input: Tensor,
    window: Window,
    shape: Vec<usize>,
}

fn output_size(input: i64, kernel: i64, stride: i64, padding: i64, dilation: i64, ceil_mode: bool) -> i64 {
    let reach = input
        .saturating_add(2 * padding)
        .saturating_sub(dilation.saturating_mul(kernel - 1))
        - 1;
    let rounded = if ceil_mode {
        reach.saturating_add(stride - 1)
    } else {
        reach
    };
    let size = rounded.div_euclid(stride) + 1;
    // The last window must begin inside of the input or of the padding before it.
    if ceil_mode && (size - 1).saturating_mul(stride) >= input + padding {
        size - 1
    } else {
        size
    }
}

fn planes(operator: &str, x: &Tensor, settings: &Settings) -> Result<Planes> {
    let rank = settings.rank;
    if !(1..=3).contains(&rank) {
        return Err(Error::runtime("pooling has one to three spatial dimensions"));
    }
    let kernel = settings.spread(operator, "kernel_size", &settings.kernel)?;
    let stride = if settings.stride.is_empty() {
        kernel.clone()
    } else {
        settings.spread(operator, "stride", &settings.stride)?
    };
    let padding = settings.spread(operator, "padding", &settings.padding)?;
    let dilation = settings.spread(operator, "dilation", &settings.dilation)?;
    if x.rank() != rank + 1 && x.rank() != rank + 2 {
        return Err(Error::runtime(match operator {
            "max_pool1d" => no_planes(operator, x, rank),
            "avg_pool1d" => format!(
                "Expected 2 to 3 dimensions, but got {}-dimensional tensor for argument #1 'self' (while checking arguments \
                 for avg_pool1d)",
                x.rank()
            ),
            _ => format!(
                "non-empty {}D or {}D (batch mode) tensor expected for input",
                rank + 1,
                rank + 2
            ),
        }));
    }
    let is_line = operator == "max_pool1d";
    let all_positive = |values: &[i64]| values.iter().all(|&value| value > 0);
    let positive_line = |name: &str, values: &[i64]| match values.first() {
        Some(value) if is_line && *value <= 0 => Err(Error::runtime(format!(
            "max_pool1d() {name} must be greater than zero, but got {value}"
        ))),
        _ => Ok(()),
    };
    positive_line("kernel_size", &kernel)?;
    positive_line("stride", &stride)?;
    positive_line("dilation", &dilation)?;
    if !all_positive(&stride) {
        return Err(Error::runtime("stride should not be zero"));
    }
    if !all_positive(&kernel) {
        let names = ["kT: ", "kH: ", "kW: "];
        let listed: Vec<String> = names[3 - rank..]
            .iter()
            .zip(&kernel)
            .map(|(name, size)| format!("{name}{size}"))
            .collect();
        return Err(Error::runtime(format!(
            "kernel size should be greater than zero, but got {}",
            listed.join(" ")
        )));
    }
    if !all_positive(&dilation) {
        return Err(Error::runtime(format!(
            "dilation should be greater than zero, but got dilation={}",
            list_text(&dilation)
        )));
    }
    let shape = x.shape();
    let (outer, spatial) = shape.split_at(shape.len() - rank);
    let channels_or_planes = &outer[1.min(outer.len() - 1)..];
    for dim in 0..rank {
        let reach = dilation[dim].saturating_mul(kernel[dim] - 1).saturating_add(1);
        if padding[dim] < 0 {
            return Err(Error::runtime(format!(
                "pad must be non-negative, but got pad: {}",
                padding[dim]
            )));
        }
        if is_line && padding[dim] > kernel[dim] / 2 {
            return Err(Error::runtime(format!(
                "max_pool1d() padding should be at most half of kernel size, but got padding={} and kernel_size={}",
                padding[dim], kernel[dim]
            )));
        }
        if padding[dim] > reach / 2 {
            return Err(Error::runtime(format!(
                "pad should be at most half of effective kernel size, but got pad={}, kernel_size={} and dilation={}",
                padding[dim], kernel[dim], dilation[dim]
            )));
        }
    }
    if channels_or_planes.contains(&0) || spatial.contains(&0) {
        return Err(Error::runtime(no_planes(operator, x, rank)));
    }
    let mut output = Vec::with_capacity(rank);
    for dim in 0..rank {
        output.push(output_size(
            spatial[dim] as i64,
            kernel[dim],
            stride[dim],
            padding[dim],
            dilation[dim],
            settings.ceil_mode,
        ));
    }
    if is_line && !all_positive(&output) {
        return Err(Error::runtime(format!(
            "max_pool1d() Invalid computed output size: {}",
            output[0]
        )));
    }
    if !all_positive(&output) {
        let sizes = |sizes: &mut dyn Iterator<Item = String>| {
            let channels = outer[outer.len() - 1].to_string();
            // A line is a plane of one row.
            let row = (rank == 1).then(|| "1".to_owned());
            std::iter::once(channels)
                .chain(row)
                .chain(sizes)
                .collect::<Vec<_>>()
                .join("x")
        };
        return Err(Error::runtime(format!(
            "Given input size: ({}). Calculated output size: ({}). Output size is too small",
            sizes(&mut spatial.iter().map(ToString::to_string)),
            sizes(&mut output.iter().map(ToString::to_string))
        )));
    }
    let sizes = |values: &[i64]| -> Vec<usize> {
        values
            .iter()
            .map(|&value| usize::try_from(value).unwrap_or_default())
            .collect()
    };
    let window = Window {
        input: spatial.to_vec(),
        kernel: sizes(&kernel),
        stride: sizes(&stride),
        padding: sizes(&padding),
        dilation: sizes(&dilation),
        output: sizes(&output),
    };
    if !window.is_well_formed() {
        return Err(Error::runtime(format!("a pooling's sizes are too large: {window:?}")));
    }
    let count: usize = outer.iter().product();
    Ok(Planes {
        input: movement::reshape_to(x, &[&[count], spatial].concat())?,
        shape: [outer, &window.output].concat(),
        window,
    })
}

/// The text of a tensor that has no planes to take windows of.
fn no_planes(operator: &str, x: &Tensor, rank: usize) -> String {
    let mut shape = x.shape();
    let mut rank = rank;
    let name = match operator {
        "max_pool1d" => "max_pool1d: ",
        "avg_pool1d" => {
            // A line is a plane of one row.
            shape.insert(shape.len().saturating_sub(1), 1);
            rank = 2;
            ""
        }
        "avg_pool3d" | "max_pool3d" => {
            let skipped = usize::from(shape.len() == 5);
            let dim = (skipped..shape.len()).find(|&dim| shape[dim] == 0).unwrap_or_default();
            let whose = if operator == "avg_pool3d" {
                "avg_pool3d()"
            } else {
                "max_pool3d_with_indices_out_cpu_template()"
            };
            return format!(
                "{whose}: Expected input to have non-zero size for non-batch dimensions, but input has sizes {} with dimension {dim} \
                 being empty",
                list_text(&shape)
            );
        }
        _ => "",
    };
    format!(
        "{name}Expected {}D or {}D (batch mode) tensor with optional 0 dim batch size for input, but got:{}",
        rank + 1,
        rank + 2,
        list_text(&shape)
    )
}

/// Largest elements of windows, and their flat positions in their planes.
pub fn max_pool(x: &Tensor, settings: &Settings) -> Result<[Tensor; 2]> {
    let operator = ["", "max_pool1d", "max_pool2d", "max_pool3d"]
        .get(settings.rank)
        .copied()
        .unwrap_or_default();
    if x.dtype() == DType::Bool {
        return Err(Error::UnsupportedDType {
            op: if settings.rank == 3 { "max_pool3d" } else { "max_pool2d" },
            dtype: x.dtype(),
            device: "cpu",
        });
    }
    let Planes { input, window, shape } = planes(operator, x, settings)?;
    let mark = sequence_mark();
    let lines = movement::flatten(&input, 1, -1)?;
    let window = Box::new(window);
    let positions = apply(
        Prim::Pool {
            op: Pool::ArgMax,
            window,
        },
        &[&input],
        &[],
    )?;
    let values = index::gather_unchecked(&lines, 1, &movement::flatten(&positions, 1, -1)?)?;
    let name = match settings.rank {
        3 => "MaxPool3DWithIndicesBackward0",
        _ => "MaxPool2DWithIndicesBackward0",
    };
    let values = copy::hand_on_format(movement::reshape_to(&values, &shape)?, &[x])?;
    let positions = copy::hand_on_format(movement::reshape_to(&positions, &shape)?, &[x])?;
    Ok([rename(values, mark, name), positions])
}

/// Means of windows. Padding counts as zeros unless left out of the counts.
pub fn avg_pool(x: &Tensor, settings: &Settings, count_padding: bool, divisor: Option<i64>) -> Result<Tensor> {
    if divisor == Some(0) {
        return Err(Error::runtime("divisor must be not zero"));
    }
    let names = [
        ("", ""),
        ("avg_pool1d", "SqueezeBackward1"),
        ("avg_pool2d", "AvgPool2DBackward0"),
        ("avg_pool3d", "AvgPool3DBackward0"),
    ];
    let (operator, name) = names.get(settings.rank).copied().unwrap_or_default();
    let is_narrow = x.dtype().is_half() && settings.rank == 3 && x.device() == Device::Cpu;
    if !x.dtype().is_float() && x.dtype() != DType::I64 || is_narrow {
        return Err(Error::UnsupportedDType {
            op: if settings.rank == 3 {
                "avg_pool3d_out_frame"
            } else {
                "avg_pool2d"
            },
            dtype: x.dtype(),
            device: "cpu",
        });
    }
    let Planes { input, window, shape } = planes(operator, x, settings)?;
    let counts = match divisor {
        Some(_) => Vec::new(),
        None => window_counts(&window, count_padding)?,
    };
    let mark = sequence_mark();
    let output = window.output.clone();
    let window = Box::new(window);
    let sums = apply(Prim::Pool { op: Pool::Sum, window }, &[&input], &[])?;
    let same = divisor.or_else(|| {
        let first = *counts.first()?;
        counts.iter().all(|&count| count == first).then_some(first)
    });
    let means = match same {
        Some(count) if x.dtype().is_float() => e::div_scalar(&sums, count as f64)?,
        Some(count) => truncated(&sums, &creation::full(&[], Scalar::Int(count), x.dtype(), x.device())?)?,
        None => {
            let buffer = Buffer::F32(try_collect(counts.iter().map(|&count| count as f32))?);
            let divisors = creation::from_buffer(buffer, &output, x.device())?;
            let divisors = copy::to_dtype(&divisors, x.dtype())?;
            if x.dtype().is_float() {
                e::div(&sums, &divisors)?
            } else {
                truncated(&sums, &divisors)?
            }
        }
    };
    let means = copy::hand_on_format(movement::reshape_to(&means, &shape)?, &[x])?;
    Ok(rename(means, mark, name))
}

/// The quotient of integers, rounded towards zero.
fn truncated(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let size = e::binary(Binary::FloorDivide, &e::abs(x)?, &e::abs(y)?)?;
    e::mul(&size, &e::mul(&e::sign(x)?, &e::sign(y)?)?)
}

/// Elements that each window's sum is divided by, row-major over the outputs.
fn window_counts(window: &Window, count_padding: bool) -> Result<Vec<i64>> {
    let mut counts = vec![1];
    for dim in 0..window.rank() {
        let (input, padding) = (window.input[dim] as i64, window.padding[dim] as i64);
        let along: Vec<i64> = try_collect((0..window.output[dim]).map(|place| {
            let start = (place * window.stride[dim]) as i64 - padding;
            // Beyond the padding behind nothing counts: that is where windows of `ceil_mode` end.
            let end = (start + window.kernel[dim] as i64).min(input + padding);
            let length = if count_padding {
                end - start
            } else {
                end.min(input) - start.max(0)
            };
            length.max(1)
        }))?;
        let mut products = try_vec(counts.len().saturating_mul(along.len()))?;
        products.extend(
            counts
                .iter()
                .flat_map(|&count| along.iter().map(move |&length| count * length)),
        );
        counts = products;
    }
    Ok(counts)
}
