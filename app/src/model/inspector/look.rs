//! A closer look at one variable: which piece of it is wanted, and what the kernel answered. A piece is at most a page, so
//! that a large tensor costs no more than a small one. Fields are named as the kernel names them.

use super::listing::Variable;
use serde::Deserialize;
use serde_json::{Value, json};

/// As what a variable is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LookMode {
    /// Two dimensions of numbers.
    Table,
    /// The rows and columns of a data frame.
    Frame,
    /// Numbers as colours.
    Heat,
    /// Numbers as a picture.
    Image,
    /// Minimum, maximum and the like.
    Statistics,
    /// What lies inside.
    Items,
    /// Its text in full.
    Text,
}

impl LookMode {
    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Table | Self::Frame => "Table",
            Self::Heat => "Heat map",
            Self::Image => "Image",
            Self::Statistics => "Statistics",
            Self::Items => "Items",
            Self::Text => "Text",
        }
    }

    /// The name in requests.
    fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Frame => "frame",
            Self::Heat => "heat",
            Self::Image => "image",
            Self::Statistics => "statistics",
            Self::Items => "items",
            Self::Text => "text",
        }
    }
}

/// A step into a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// The position of the item.
    pub position: usize,
    /// What stands for it.
    pub label: String,
}

/// Which piece of which variable is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The variable.
    pub name: String,
    /// Where inside of it.
    pub path: Vec<PathStep>,
    /// As what; the kernel chooses if it is absent.
    pub mode: Option<LookMode>,
    /// The leading dimensions.
    pub indices: Vec<usize>,
    /// The first row.
    pub row: usize,
    /// The first column.
    pub column: usize,
}

impl Query {
    /// A first look at a variable.
    pub fn of(name: String) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    /// A first look at an item of what is looked at.
    pub fn into_item(&self, position: usize, label: String) -> Self {
        let mut path = self.path.clone();
        path.push(PathStep { position, label });
        Self {
            path,
            ..Self::of(self.name.clone())
        }
    }

    /// A first look at what the item lies in, so many steps from the variable.
    pub fn out_to(&self, depth: usize) -> Self {
        Self {
            path: self.path.iter().take(depth).cloned().collect(),
            ..Self::of(self.name.clone())
        }
    }

    /// The same as something else.
    pub fn shown_as(&self, mode: LookMode) -> Self {
        Self {
            mode: Some(mode),
            row: 0,
            column: 0,
            ..self.clone()
        }
    }

    /// The same with another page.
    pub fn at(&self, row: usize, column: usize) -> Self {
        Self {
            row,
            column,
            ..self.clone()
        }
    }

    /// The same with other leading dimensions.
    pub fn with_indices(&self, indices: Vec<usize>) -> Self {
        Self {
            indices,
            ..self.clone()
        }
    }

    /// The content of the request.
    pub fn to_json(&self) -> Value {
        let path: Vec<usize> = self.path.iter().map(|step| step.position).collect();
        json!({
            "name": self.name,
            "path": path,
            "mode": self.mode.map(LookMode::as_str),
            "indices": self.indices,
            "row": self.row,
            "column": self.column,
        })
    }
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TableRow {
    /// What stands before it.
    pub label: String,
    /// Its cells.
    pub cells: Vec<String>,
    /// The position of the item that can be looked at, if it is one.
    pub opens: Option<usize>,
}

/// A page of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Table {
    /// The headings.
    pub columns: Vec<String>,
    /// The rows of the page.
    pub rows: Vec<TableRow>,
    /// The first row.
    pub row: usize,
    /// The first column.
    pub column: usize,
    /// How many rows there are.
    pub row_count: usize,
    /// How many columns there are.
    pub column_count: usize,
    /// How many rows and columns a page has.
    pub page: usize,
}

/// A picture of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Picture {
    /// The picture, a PNG file in base64.
    pub png: String,
    /// The colour scale, likewise; empty where there is none.
    pub legend: String,
    /// The number at the scale's beginning.
    pub low: String,
    /// The number at its end.
    pub high: String,
    /// How many of the numbers shown are NaN.
    pub nan_count: usize,
    /// Their colour.
    pub nan_colour: String,
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// What is shown, in words.
    pub note: String,
}

/// What the kernel answered to a look.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Look {
    /// The line of the list about it.
    pub variable: Variable,
    /// As what it can be shown.
    pub modes: Vec<LookMode>,
    /// As what it is shown.
    pub mode: LookMode,
    /// The sizes of the dimensions that are chosen by an index.
    #[serde(default)]
    pub leading: Vec<usize>,
    /// Their indices.
    #[serde(default)]
    pub indices: Vec<usize>,
    /// A table.
    #[serde(default)]
    pub table: Option<Table>,
    /// A picture.
    #[serde(default)]
    pub picture: Option<Picture>,
    /// Names and texts.
    #[serde(default)]
    pub facts: Vec<(String, String)>,
    /// A text.
    #[serde(default)]
    pub text: Option<String>,
    /// How long the whole text is, or 0.
    #[serde(default)]
    pub text_total: usize,
}

/// Why there is nothing to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookFailure {
    /// A cell runs; the look is repeated after it.
    Busy,
    /// What the kernel says.
    Refused(String),
}

/// How far a look has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LookStatus {
    /// The answer is on its way.
    #[default]
    Loading,
    /// A cell runs; the kernel is asked when it has ended.
    Waiting,
    /// What is shown is the answer.
    Ready,
    /// The user did not want to wait.
    Cancelled,
    /// There is nothing to see, with the reason.
    Failed(String),
}

/// The variable that is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenLook {
    /// Which piece is wanted.
    pub query: Query,
    /// The number of the look.
    pub number: u64,
    /// How far it has come.
    pub status: LookStatus,
    /// What was answered last, also while the next answer is on its way.
    pub look: Option<Look>,
}
