//! Blocks as WGSL statements: one `let` a value, in order.
//!
//! Refuses to know bodies: the caller says what the root index is called and what the body's result is.
//! Read next: `index`, `expression`.

use super::expression;
use super::index;
use crate::dtype::DType;
use crate::plan::kernel::{Binding, Block, Expr, Op, Position, PositionId, ROOT, Window};
use crate::prim::Draw;
use crate::view::View;

/// What a block's root index is called: coordinates with their sizes, row-major. Often just one.
#[derive(Clone, Debug, Default)]
pub struct Root {
    /// Names and sizes, outermost first.
    pub coordinates: Vec<(String, usize)>,
    /// In a row kernel: the number of the row at hand.
    pub row: Option<String>,
    /// In a row kernel: dtypes of its variables `s0`, `s1`, …
    pub registers: Vec<DType>,
    /// In a joined kernel: where the part at hand begins in each binding, and how its words are read.
    pub part: Option<Part>,
}

/// The part at hand of a joined kernel.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Of each binding that is a joint array, the index of the part's first element.
    pub starts: Vec<Option<String>>,
    /// The text of each word.
    pub words: Vec<String>,
}

/// Writes blocks of one kernel.
pub struct BlockWriter<'a> {
    bindings: &'a [Binding],
    block: &'a Block,
    root: &'a Root,
    /// Text of the body's result, with its dtype.
    result: Option<(&'a str, DType)>,
    lines: Vec<String>,
    values: Vec<String>,
    positions: Vec<Option<String>>,
    /// Coordinates already named: (position, below, size) to name.
    coordinates: Vec<((PositionId, usize, usize), String)>,
}

/// The statements of a block, and the name of the value that it gives, if it gives one.
pub fn block_lines(
    bindings: &[Binding],
    block: &Block,
    root: &Root,
    result: Option<(&str, DType)>,
) -> (Vec<String>, Option<String>) {
    let (lines, values) = block_values(bindings, block, root, result);
    let result = block.result.map(|result| values[result].clone());
    (lines, result)
}

/// The statements of a block, and the name of every value.
pub fn block_values(
    bindings: &[Binding],
    block: &Block,
    root: &Root,
    result: Option<(&str, DType)>,
) -> (Vec<String>, Vec<String>) {
    let mut writer = BlockWriter {
        bindings,
        block,
        root,
        result,
        lines: Vec::new(),
        values: Vec::with_capacity(block.exprs.len()),
        positions: vec![None; block.positions.len()],
        coordinates: Vec::new(),
    };
    for expr in &block.exprs {
        let value = writer.value(expr);
        writer.values.push(value);
    }
    for store in &block.stores {
        let position = writer.place(store.binding, store.position);
        let value = to_memory(&bindings[store.binding as usize], &writer.values[store.value]);
        writer.lines.push(format!("b{}[{position}] = {value};", store.binding));
    }
    (writer.lines, writer.values)
}

/// A register's value as it is written to memory.
fn to_memory(binding: &Binding, value: &str) -> String {
    match binding.dtype {
        DType::Bool => format!("select(0u, 1u, {value})"),
        // The value was rounded to the dtype when it was computed: the conversion changes nothing.
        _ if binding.halves => format!("f16({value})"),
        _ => value.to_owned(),
    }
}

/// What memory holds, as a register's value.
fn from_memory(binding: &Binding, held: String) -> String {
    match binding.dtype {
        DType::Bool => format!("{held} != 0u"),
        _ if binding.halves => format!("f32({held})"),
        _ => held,
    }
}

/// A parameter word as an expression.
pub fn param_word(word: u32) -> String {
    let component = ["x", "y", "z", "w"][word as usize % 4];
    format!("params[{}].{component}", word / 4)
}

impl BlockWriter<'_> {
    fn value(&mut self, expr: &Expr) -> String {
        let dtype_of = |writer: &Self, id: usize| writer.block.exprs[id].dtype;
        let text = match &expr.op {
            Op::Load { binding, position } => {
                let position = self.place(*binding, *position);
                from_memory(&self.bindings[*binding as usize], format!("b{binding}[{position}]"))
            }
            Op::Result => match self.result {
                Some((name, dtype)) => expression::cast(dtype, expr.dtype, name),
                None => expression::zero(expr.dtype).to_owned(),
            },
            Op::Register(register) => {
                let held = self
                    .root
                    .registers
                    .get(*register as usize)
                    .copied()
                    .unwrap_or(expr.dtype);
                return expression::cast(held, expr.dtype, &format!("s{register}"));
            }
            Op::Inside { base, window } => self.inside(*base, window),
            Op::Param(word) => match expr.dtype {
                DType::Bool => format!("{} != 0u", self.word(*word)),
                dtype => {
                    let bits = format!("bitcast<{}>({})", expression::register_type(dtype), self.word(*word));
                    expression::round(dtype, bits)
                }
            },
            Op::Index(position) => {
                let index = self.position(*position);
                expression::round(
                    expr.dtype,
                    format!("{}({index})", expression::register_type(expr.dtype)),
                )
            }
            Op::Coordinate { position, shape, dim } => {
                let below: usize = shape[dim + 1..].iter().product();
                let total: usize = shape.iter().product();
                format!("i32({})", self.coordinate(*position, below, shape[*dim], total))
            }
            Op::Draw { draw, words, position } => {
                let [low, high, offset] = words.map(param_word);
                let function = match draw {
                    Draw::Uniform => "c_draw_uniform",
                    Draw::Normal => "c_draw_normal",
                    Draw::Bits => "c_draw_bits",
                };
                format!(
                    "{function}(vec2<u32>({low}, {high}), {offset} + {})",
                    self.position(*position)
                )
            }
            Op::Zero => return expression::zero(expr.dtype).to_owned(),
            Op::Unary(op, x) => expression::unary(*op, dtype_of(self, *x), &self.values[*x]),
            Op::Binary(op, x, y) => expression::binary(*op, dtype_of(self, *x), &self.values[*x], &self.values[*y]),
            Op::Where(condition, x, y) => {
                format!(
                    "select({}, {}, {})",
                    self.values[*y], self.values[*x], self.values[*condition]
                )
            }
            Op::Cast(x) => expression::cast(dtype_of(self, *x), expr.dtype, &self.values[*x]),
        };
        self.bind("v", &text)
    }

    /// Names a text, so that it is computed once.
    fn bind(&mut self, prefix: &str, text: &str) -> String {
        let name = format!("{prefix}{}", self.lines.len());
        self.lines.push(format!("let {name} = {text};"));
        name
    }

    /// A parameter word as an expression.
    fn word(&self, word: u32) -> String {
        let own = self.root.part.as_ref().and_then(|part| part.words.get(word as usize));
        own.map_or_else(|| param_word(word), String::clone)
    }

    /// The index of a position in the array of a binding.
    fn place(&mut self, binding: u32, id: PositionId) -> String {
        let position = self.position(id);
        let start = self
            .root
            .part
            .as_ref()
            .and_then(|part| part.starts.get(binding as usize));
        match start {
            Some(Some(start)) => format!("{start} + {position}"),
            _ => position,
        }
    }

    fn position(&mut self, id: PositionId) -> String {
        if let Some(name) = &self.positions[id] {
            return name.clone();
        }
        let block = self.block;
        let name = match &block.positions[id] {
            Position::Root => self.root_index(),
            Position::Row => self.root.row.clone().unwrap_or_else(|| "0u".to_owned()),
            Position::Within { base, window } => {
                let text = self.within(*base, window);
                self.bind("p", &text)
            }
            Position::Window { base, window } => {
                let text = self.window(*base, window, None);
                self.bind("p", &text)
            }
            Position::Indirect {
                base,
                window,
                index,
                stride,
            } => {
                let text = self.window(*base, window, Some((*index, *stride)));
                self.bind("p", &text)
            }
        };
        self.positions[id] = Some(name.clone());
        name
    }

    fn root_index(&mut self) -> String {
        let mut below: usize = self.root.coordinates.iter().map(|coordinate| coordinate.1).product();
        let mut terms = Vec::new();
        for (name, size) in &self.root.coordinates {
            below /= (*size).max(1);
            terms.extend(index::term(name, below));
        }
        if let [single] = terms.as_slice()
            && self.root.coordinates.len() == 1
        {
            return single.clone();
        }
        let text = index::sum(&terms);
        self.bind("p", &text)
    }

    fn window(&mut self, base: PositionId, window: &Window, indirect: Option<(usize, usize)>) -> String {
        let mut terms = Vec::new();
        if let Some(word) = window.offset {
            terms.push(self.word(word));
        }
        match self.root_strides(base, window) {
            Some(strides) => {
                let named = self.root.coordinates.iter().zip(strides);
                terms.extend(named.filter_map(|((name, _), stride)| index::term(name, stride)));
            }
            None => {
                let dims = index::simplify(&window.shape, &window.strides);
                let total: usize = dims.iter().map(|dim| dim.0).product();
                let mut below = total;
                for (size, stride) in dims {
                    below /= size.max(1);
                    if stride > 0 {
                        let coordinate = self.coordinate(base, below, size, total);
                        terms.extend(index::term(&coordinate, stride));
                    }
                }
            }
        }
        if let Some((index, stride)) = indirect {
            let index = format!("u32({})", self.values[index]);
            terms.extend(index::term(&index, stride));
        }
        index::sum(&terms)
    }

    /// Distance of the element at `base` from the window's first; huge for elements before it.
    fn distance(&mut self, base: PositionId, window: &Window) -> String {
        let flat = self.position(base);
        match window.offset {
            Some(word) => {
                let text = format!("{flat} - {}", param_word(word));
                self.bind("d", &text)
            }
            None => flat,
        }
    }

    /// The window's coordinates of the element at `base`, with their sizes; the strides are nested, so
    /// division finds them.
    fn window_coordinates(&mut self, base: PositionId, window: &Window) -> (Vec<(String, usize)>, String) {
        let mut rest = self.distance(base, window);
        let mut coordinates = Vec::new();
        for (size, stride) in index::simplify(&window.shape, &window.strides) {
            if stride == 1 {
                coordinates.push((rest, size));
                return (coordinates, "0u".to_owned());
            }
            let coordinate = self.bind("c", &format!("{rest} / {stride}u"));
            rest = self.bind("d", &format!("{rest} % {stride}u"));
            coordinates.push((coordinate, size));
        }
        (coordinates, rest)
    }

    /// The row-major index within the window.
    fn within(&mut self, base: PositionId, window: &Window) -> String {
        let (coordinates, _) = self.window_coordinates(base, window);
        let mut below: usize = coordinates.iter().map(|coordinate| coordinate.1).product();
        let mut terms = Vec::new();
        for (name, size) in &coordinates {
            below /= size;
            terms.extend(index::term(name, below));
        }
        index::sum(&terms)
    }

    fn inside(&mut self, base: PositionId, window: &Window) -> String {
        let (coordinates, rest) = self.window_coordinates(base, window);
        let mut tests: Vec<String> = coordinates
            .iter()
            .map(|(name, size)| format!("{name} < {size}u"))
            .collect();
        if rest != "0u" {
            tests.push(format!("{rest} == 0u"));
        }
        format!("({})", tests.join(" && "))
    }

    /// Strides over the root's own coordinates, if the window can be expressed by them.
    fn root_strides(&self, base: PositionId, window: &Window) -> Option<Vec<usize>> {
        if base != ROOT || self.root.coordinates.len() < 2 {
            return None;
        }
        let sizes: Vec<usize> = self.root.coordinates.iter().map(|coordinate| coordinate.1).collect();
        let view = View {
            shape: window.shape.clone(),
            strides: window.strides.clone(),
            offset: 0,
        };
        (view.num_elements() == sizes.iter().product::<usize>())
            .then(|| view.reshape(&sizes))
            .flatten()
            .map(|view| view.strides)
    }

    fn coordinate(&mut self, base: PositionId, below: usize, size: usize, total: usize) -> String {
        if let Some((_, name)) = self.coordinates.iter().find(|(key, _)| *key == (base, below, size)) {
            return name.clone();
        }
        let flat = self.position(base);
        let text = index::coordinate(&flat, below, size, total);
        let name = if text == flat { text } else { self.bind("c", &text) };
        self.coordinates.push(((base, below, size), name.clone()));
        name
    }
}
