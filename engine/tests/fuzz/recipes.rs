//! Arguments that fit together, for rows that random ones seldom satisfy: windows inside their inputs, indices inside
//! their dimensions, factors that meet. One number in some calls is then made hostile.
//!
//! Refuses to call anything but `arange` and what shapes its result. Read next: `entry_points`.

use crate::noise::Noise;

/// Calls a row by name; a handle, or nothing.
pub type Call<'a> = &'a dyn Fn(&str, &[f64]) -> Option<f64>;

const F32: f64 = 0.0;
const I64: f64 = 1.0;

/// Rows with a recipe.
pub const NAMES: [&str; 24] = [
    "convolution",
    "transposed_convolution",
    "max_pool",
    "avg_pool",
    "gather",
    "scatter",
    "scatter_add",
    "scatter_reduce",
    "index_select",
    "index_add",
    "index_copy",
    "index_put",
    "embedding",
    "select_places",
    "mm",
    "bmm",
    "mv",
    "addmm",
    "baddbmm",
    "outer",
    "batch_norm",
    "group_norm",
    "cross_entropy",
    "nll_loss",
];

/// Makes tensors for one call.
struct Maker<'a> {
    call: Call<'a>,
    noise: &'a mut Noise,
    on_gpu: bool,
    dtypes: [f64; 2],
}

impl Maker<'_> {
    /// Elements 0, 1, 2 … below `bound`, of kind `F32` or `I64`.
    fn tensor(&mut self, kind: f64, shape: &[f64], bound: f64) -> Option<f64> {
        let count: f64 = shape.iter().product();
        let dtype = self.dtypes[kind as usize];
        let flat = (self.call)("arange", &[1.0, 0.0, 1.0, count, 1.0, 1.0, dtype, 0.0])?;
        let flat = (self.call)("remainder_scalar", &[flat, 1.0, bound.max(1.0)])?;
        let mut numbers = vec![flat, shape.len() as f64];
        numbers.extend_from_slice(shape);
        let mut tensor = (self.call)("view", &numbers)?;
        if self.on_gpu {
            tensor = (self.call)("to", &[tensor, 1.0, f64::NAN, 0.0])?;
        }
        if kind == F32 && self.noise.one_in(2) {
            (self.call)("set_requires_grad", &[tensor, 1.0]);
        }
        Some(tensor)
    }

    fn float(&mut self, shape: &[f64]) -> Option<f64> {
        self.tensor(F32, shape, 7.0)
    }

    fn maybe(&mut self, shape: &[f64]) -> Option<f64> {
        if self.noise.one_in(2) {
            Some(f64::NAN)
        } else {
            self.float(shape)
        }
    }

    fn size(&mut self, least: usize, beyond: usize) -> f64 {
        (least + self.noise.below(beyond)) as f64
    }

    fn sizes(&mut self, rank: usize, least: usize, beyond: usize) -> Vec<f64> {
        (0..rank).map(|_| self.size(least, beyond)).collect()
    }

    fn flag(&mut self) -> f64 {
        self.noise.below(2) as f64
    }
}

fn list(numbers: &mut Vec<f64>, items: &[f64]) {
    numbers.push(items.len() as f64);
    numbers.extend_from_slice(items);
}

fn shape(front: &[f64], sizes: &[f64]) -> Vec<f64> {
    [front, sizes].concat()
}

/// Arguments for a row that has a recipe; `dtypes` are the codes of float32 and int64.
pub fn arguments(name: &str, call: Call<'_>, noise: &mut Noise, on_gpu: bool, dtypes: [f64; 2]) -> Option<Vec<f64>> {
    let maker = &mut Maker {
        call,
        noise,
        on_gpu,
        dtypes,
    };
    match name {
        "convolution" | "transposed_convolution" => convolution(maker, name == "transposed_convolution"),
        "max_pool" | "avg_pool" => pool(maker, name == "max_pool"),
        "mm" | "bmm" | "mv" | "addmm" | "baddbmm" | "outer" => product(maker, name),
        "batch_norm" | "group_norm" => norm(maker, name == "batch_norm"),
        "cross_entropy" | "nll_loss" => class_loss(maker, name == "cross_entropy"),
        _ => indexed(maker, name),
    }
}

fn convolution(maker: &mut Maker<'_>, is_transposed: bool) -> Option<Vec<f64>> {
    let rank = 1 + maker.noise.below(3);
    let groups = maker.size(1, 2);
    let (inside, outside) = (maker.size(1, 3) * groups, maker.size(1, 3) * groups);
    let (spatial, kernel) = (maker.sizes(rank, 4, 4), maker.sizes(rank, 1, 3));
    let (stride, padding) = (maker.sizes(rank, 1, 3), maker.sizes(rank, 0, 2));
    let batch = maker.size(0, 3);
    let x = maker.float(&shape(&[batch, inside], &spatial))?;
    let channels = if is_transposed {
        [inside, outside / groups]
    } else {
        [outside, inside / groups]
    };
    let w = maker.float(&shape(&channels, &kernel))?;
    let mut numbers = vec![x, w, maker.maybe(&[outside])?, rank as f64];
    list(&mut numbers, &stride);
    list(&mut numbers, &padding);
    list(&mut numbers, &[1.0]);
    numbers.push(groups);
    if is_transposed {
        list(&mut numbers, &[0.0]);
    }
    Some(numbers)
}

fn pool(maker: &mut Maker<'_>, is_max: bool) -> Option<Vec<f64>> {
    let rank = 1 + maker.noise.below(3);
    let (spatial, kernel) = (maker.sizes(rank, 4, 4), maker.sizes(rank, 2, 2));
    let (stride, padding) = (maker.sizes(rank, 1, 3), maker.sizes(rank, 0, 2));
    let x = maker.float(&shape(&[2.0, 3.0], &spatial))?;
    let mut numbers = vec![x, rank as f64];
    list(&mut numbers, &kernel);
    list(&mut numbers, &stride);
    list(&mut numbers, &padding);
    if is_max {
        list(&mut numbers, &[1.0]);
        numbers.push(maker.flag());
    } else {
        numbers.extend([maker.flag(), maker.flag(), f64::NAN]);
    }
    Some(numbers)
}

fn product(maker: &mut Maker<'_>, name: &str) -> Option<Vec<f64>> {
    let (batch, m, k, n) = (maker.size(1, 3), maker.size(0, 5), maker.size(0, 5), maker.size(0, 5));
    let shapes: Vec<Vec<f64>> = match name {
        "mm" => vec![vec![m, k], vec![k, n]],
        "bmm" => vec![vec![batch, m, k], vec![batch, k, n]],
        "mv" => vec![vec![m, k], vec![k]],
        "outer" => vec![vec![m], vec![n]],
        "addmm" => vec![vec![m, n], vec![m, k], vec![k, n]],
        _ => vec![vec![batch, m, n], vec![batch, m, k], vec![batch, k, n]],
    };
    let mut numbers = Vec::new();
    for sizes in &shapes {
        numbers.push(maker.float(sizes)?);
    }
    if name.starts_with('a') || name.starts_with("badd") {
        numbers.extend([1.0, 2.0, 1.0, 3.0]);
    }
    Some(numbers)
}

fn norm(maker: &mut Maker<'_>, is_batch: bool) -> Option<Vec<f64>> {
    let groups = maker.size(1, 3);
    let channels = groups * maker.size(1, 2);
    let x = maker.float(&[3.0, channels, 2.0])?;
    let (weight, bias) = (maker.maybe(&[channels])?, maker.maybe(&[channels])?);
    Some(if is_batch {
        vec![x, weight, bias, f64::NAN, f64::NAN, 1.0, 0.1, 1e-5]
    } else {
        vec![x, groups, weight, bias, 1e-5]
    })
}

fn class_loss(maker: &mut Maker<'_>, smooths: bool) -> Option<Vec<f64>> {
    let (rows, classes) = (maker.size(1, 4), maker.size(1, 5));
    let x = maker.float(&[rows, classes])?;
    let target = maker.tensor(I64, &[rows], classes)?;
    let mut numbers = vec![x, target, maker.maybe(&[classes])?, -100.0, maker.size(0, 3)];
    if smooths {
        numbers.push(0.5);
    }
    Some(numbers)
}

fn indexed(maker: &mut Maker<'_>, name: &str) -> Option<Vec<f64>> {
    let sizes = maker.sizes(2, 1, 5);
    let dim = maker.noise.below(2);
    let count = maker.size(0, 40);
    let x = maker.float(&sizes)?;
    let mut picked = sizes.clone();
    picked[dim] = count;
    Some(match name {
        "gather" => vec![x, dim as f64, maker.tensor(I64, &picked, sizes[dim])?],
        "scatter" | "scatter_add" | "scatter_reduce" => {
            let index = maker.tensor(I64, &picked, sizes[dim])?;
            let mut numbers = vec![x, dim as f64, index, maker.float(&picked)?];
            if name == "scatter_reduce" {
                numbers.push(maker.flag());
            }
            numbers
        }
        "index_select" | "select_places" => vec![x, dim as f64, maker.tensor(I64, &[count], sizes[dim])?],
        "index_add" | "index_copy" => {
            let index = maker.tensor(I64, &[count], sizes[dim])?;
            vec![x, dim as f64, index, maker.float(&picked)?]
        }
        "index_put" => {
            let index = maker.tensor(I64, &[count], sizes[0])?;
            vec![x, 1.0, index, maker.float(&[count, sizes[1]])?, maker.flag()]
        }
        // "embedding"
        _ => vec![x, maker.tensor(I64, &[count], sizes[0])?],
    })
}
