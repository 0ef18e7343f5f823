//! The window of a pooling: settings as PyTorch takes them, its checks with their texts, and the result's sizes.
//!
//! Refuses to compute: see `pool`. Read next: `prim::window`.

use crate::error::{Error, Result, list_text};
use crate::ops::movement;
use crate::prim::Window;
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
pub(super) struct Planes {
    /// `[planes, input…]`
    pub input: Tensor,
    pub window: Window,
    pub shape: Vec<usize>,
}

/// An input as planes under the window of an operator, whose name decides what errors say.
pub(super) fn planes(operator: &str, x: &Tensor, settings: &Settings) -> Result<Planes> {
    let rank = settings.rank;
    if !(1..=3).contains(&rank) {
        return Err(Error::runtime("pooling has one to three spatial dimensions"));
    }
    let steps = Steps::new(operator, settings)?;
    if x.rank() != rank + 1 && x.rank() != rank + 2 {
        return Err(Error::runtime(wrong_rank(operator, x, rank)));
    }
    steps.check_positive(operator)?;
    steps.check_padding(operator)?;
    let shape = x.shape();
    let (outer, spatial) = shape.split_at(shape.len() - rank);
    if outer[1.min(outer.len() - 1)..].contains(&0) || spatial.contains(&0) {
        return Err(Error::runtime(no_planes(operator, x, rank)));
    }
    let output = steps.output_sizes(spatial, settings.ceil_mode);
    check_output(operator, outer, spatial, &output)?;
    let sizes = |values: &[i64]| -> Vec<usize> {
        values
            .iter()
            .map(|&value| usize::try_from(value).unwrap_or_default())
            .collect()
    };
    let window = Window {
        input: spatial.to_vec(),
        kernel: sizes(&steps.kernel),
        stride: sizes(&steps.stride),
        padding: sizes(&steps.padding),
        dilation: sizes(&steps.dilation),
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

/// Settings with one number a dimension.
struct Steps {
    kernel: Vec<i64>,
    stride: Vec<i64>,
    padding: Vec<i64>,
    dilation: Vec<i64>,
}

impl Steps {
    fn new(operator: &str, settings: &Settings) -> Result<Steps> {
        let kernel = settings.spread(operator, "kernel_size", &settings.kernel)?;
        let stride = if settings.stride.is_empty() {
            kernel.clone()
        } else {
            settings.spread(operator, "stride", &settings.stride)?
        };
        Ok(Steps {
            kernel,
            stride,
            padding: settings.spread(operator, "padding", &settings.padding)?,
            dilation: settings.spread(operator, "dilation", &settings.dilation)?,
        })
    }

    fn check_positive(&self, operator: &str) -> Result<()> {
        let Steps {
            kernel,
            stride,
            dilation,
            ..
        } = self;
        if operator == "max_pool1d" {
            for (name, values) in [("kernel_size", kernel), ("stride", stride), ("dilation", dilation)] {
                if !all_positive(values) {
                    return Err(Error::runtime(format!(
                        "max_pool1d() {name} must be greater than zero, but got {}",
                        values[0]
                    )));
                }
            }
        }
        if !all_positive(stride) {
            return Err(Error::runtime("stride should not be zero"));
        }
        if !all_positive(kernel) {
            let names = ["kT: ", "kH: ", "kW: "];
            let listed: Vec<String> = names[3 - kernel.len()..]
                .iter()
                .zip(kernel)
                .map(|(name, size)| format!("{name}{size}"))
                .collect();
            return Err(Error::runtime(format!(
                "kernel size should be greater than zero, but got {}",
                listed.join(" ")
            )));
        }
        if !all_positive(dilation) {
            return Err(Error::runtime(format!(
                "dilation should be greater than zero, but got dilation={}",
                list_text(dilation)
            )));
        }
        Ok(())
    }

    fn check_padding(&self, operator: &str) -> Result<()> {
        for ((&padding, &kernel), &dilation) in self.padding.iter().zip(&self.kernel).zip(&self.dilation) {
            let reach = dilation.saturating_mul(kernel - 1).saturating_add(1);
            if padding < 0 {
                return Err(Error::runtime(format!(
                    "pad must be non-negative, but got pad: {padding}"
                )));
            }
            if operator == "max_pool1d" && padding > kernel / 2 {
                return Err(Error::runtime(format!(
                    "max_pool1d() padding should be at most half of kernel size, but got padding={padding} and kernel_size={kernel}"
                )));
            }
            if padding > reach / 2 {
                return Err(Error::runtime(format!(
                    "pad should be at most half of effective kernel size, but got pad={padding}, kernel_size={kernel} and \
                     dilation={dilation}"
                )));
            }
        }
        Ok(())
    }

    fn output_sizes(&self, spatial: &[usize], ceil_mode: bool) -> Vec<i64> {
        let along = |(dim, &input): (usize, &usize)| {
            let (kernel, stride) = (self.kernel[dim], self.stride[dim]);
            output_size(
                input as i64,
                kernel,
                stride,
                self.padding[dim],
                self.dilation[dim],
                ceil_mode,
            )
        };
        spatial.iter().enumerate().map(along).collect()
    }
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

fn check_output(operator: &str, outer: &[usize], spatial: &[usize], output: &[i64]) -> Result<()> {
    if all_positive(output) {
        return Ok(());
    }
    if operator == "max_pool1d" {
        return Err(Error::runtime(format!(
            "max_pool1d() Invalid computed output size: {}",
            output[0]
        )));
    }
    let sizes = |sizes: &mut dyn Iterator<Item = String>| {
        let channels = outer[outer.len() - 1].to_string();
        // A line is a plane of one row.
        let row = (spatial.len() == 1).then(|| "1".to_owned());
        std::iter::once(channels)
            .chain(row)
            .chain(sizes)
            .collect::<Vec<_>>()
            .join("x")
    };
    Err(Error::runtime(format!(
        "Given input size: ({}). Calculated output size: ({}). Output size is too small",
        sizes(&mut spatial.iter().map(ToString::to_string)),
        sizes(&mut output.iter().map(ToString::to_string))
    )))
}

fn all_positive(values: &[i64]) -> bool {
    values.iter().all(|&value| value > 0)
}

/// The text of a tensor with too few or too many dimensions.
fn wrong_rank(operator: &str, x: &Tensor, rank: usize) -> String {
    match operator {
        "max_pool1d" => no_planes(operator, x, rank),
        "avg_pool1d" => format!(
            "Expected 2 to 3 dimensions, but got {}-dimensional tensor for argument #1 'self' (while checking arguments for \
             avg_pool1d)",
            x.rank()
        ),
        _ => format!(
            "non-empty {}D or {}D (batch mode) tensor expected for input",
            rank + 1,
            rank + 2
        ),
    }
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
