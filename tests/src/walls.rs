//! The walls between folders: what each may not mention, as one table.
//! ARCHITECTURE.md says the same in prose; a word is searched for in code, with comments left out.
//! Refuses cleverness: it looks for words, it does not resolve names.

use crate::SourceFile;

/// What the files below some folder may not mention.
#[derive(Debug)]
pub struct Wall {
    /// Folders or files that the wall is around; a path below one of them is inside.
    pub inside: &'static [&'static str],
    /// Paths below `inside` that the wall leaves out.
    pub except: &'static [&'static str],
    /// Words that may not occur in their code.
    pub forbidden: &'static [&'static str],
    /// Why, in the words of the invariant.
    pub reason: &'static str,
}

/// The folders of the page that hold plain data and pure functions.
const PLAIN_PAGE: &[&str] = &[
    "app/src/model/",
    "app/src/nbformat/",
    "app/src/commands/",
    "app/src/settings/",
    "app/src/render/",
];

/// The engine's value types and catalogue, on which everything else stands.
const ENGINE_GROUND: &[&str] = &[
    "engine/src/dtype.rs",
    "engine/src/error.rs",
    "engine/src/prim/",
    "engine/src/scalar.rs",
    "engine/src/shape.rs",
    "engine/src/view.rs",
    "engine/src/wire/",
];

/// Every wall of the repository.
pub const WALLS: &[Wall] = &[
    Wall {
        inside: PLAIN_PAGE,
        except: &[],
        forbidden: &[
            "leptos",
            "web_sys",
            "js_sys",
            "wasm_bindgen",
            "gloo",
            "crate::ui",
            "crate::web",
            "crate::state",
        ],
        reason: "the model is plain data, and what works on it is tested natively",
    },
    Wall {
        inside: &["app/src/model/"],
        except: &[],
        forbidden: &["crate::nbformat", "crate::kernel", "crate::storage", "crate::commands"],
        reason: "the model stands below everything else of the page",
    },
    Wall {
        inside: &["app/src/kernel/", "app/src/storage/"],
        except: &[],
        forbidden: &["leptos", "crate::ui", "crate::state"],
        reason: "the outside world is a trait, with nothing of the page behind it",
    },
    Wall {
        inside: &["app/src/ui/"],
        except: &[],
        forbidden: &["crate::kernel", "crate::storage", "crate::effects"],
        reason: "components send actions and perform nothing",
    },
    Wall {
        inside: &["app/src/ui/base/"],
        except: &[],
        forbidden: &["crate::state", "crate::model", "crate::commands", "use_context"],
        reason: "base widgets are dumb: properties in, callbacks out",
    },
    Wall {
        inside: &["app/"],
        except: &[],
        forbidden: &["carrel_engine"],
        reason: "app and engine never depend on each other",
    },
    Wall {
        inside: &["engine/src/"],
        except: &["engine/src/backend/"],
        forbidden: &["wgpu"],
        reason: "wgpu appears only in the backend",
    },
    Wall {
        inside: &["engine/src/"],
        except: &["engine/src/ffi/wasm.rs", "engine/src/executor/wasm.rs"],
        forbidden: &["wasm_bindgen", "js_sys"],
        reason: "wasm_bindgen appears only in the two bindings",
    },
    Wall {
        inside: &["engine/src/"],
        except: &[],
        forbidden: &["web_sys", "std::fs", "std::net", "std::time", "carrel_app"],
        reason: "the engine knows tensors only, and no clock decides anything",
    },
    Wall {
        inside: ENGINE_GROUND,
        except: &[],
        forbidden: &[
            "crate::ops",
            "crate::autograd",
            "crate::cpu",
            "crate::graph",
            "crate::plan",
            "crate::backend",
        ],
        reason: "value types and the catalogue stand below both halves of the engine",
    },
    Wall {
        inside: &[
            "engine/src/ops/",
            "engine/src/autograd/",
            "engine/src/cpu/",
            "engine/src/graph/",
        ],
        except: &[],
        forbidden: &[
            "crate::plan",
            "crate::codegen",
            "crate::kernels",
            "crate::backend",
            "crate::executor",
        ],
        reason: "recorder and executor meet only in the wire format",
    },
    Wall {
        inside: &[
            "engine/src/plan/",
            "engine/src/codegen/",
            "engine/src/kernels/",
            "engine/src/backend/",
            "engine/src/executor/",
        ],
        except: &[],
        forbidden: &[
            "crate::ops",
            "crate::autograd",
            "crate::tensor",
            "crate::graph",
            "crate::ffi",
            "crate::cpu",
        ],
        reason: "recorder and executor meet only in the wire format",
    },
    Wall {
        inside: &[
            "engine/src/plan/",
            "engine/src/codegen/",
            "engine/src/graph/",
            "engine/src/wire/",
        ],
        except: &[],
        forbidden: &["HashMap", "HashSet"],
        reason: "planning is deterministic: no hash order decides anything",
    },
    Wall {
        inside: &[
            "engine/python/torch/",
            "engine/python/torchvision/",
            "engine/python/safetensors/",
        ],
        except: &[
            "engine/python/torch/_C.py",
            "engine/python/torch/_native.py",
            // Fetching files is the browser's, not the engine's.
            "engine/python/torch/_network.py",
        ],
        forbidden: &["import js", "from js ", "pyodide", "_carrel_engine", "ctypes"],
        reason: "torch reaches the engine through _C alone",
    },
];

/// Where `file` breaks a wall: one line of text for each place.
pub fn breaches(file: &SourceFile) -> Vec<String> {
    let mut found = Vec::new();
    for wall in WALLS.iter().filter(|wall| wall.surrounds(&file.path)) {
        for (line_idx, line) in file.text.lines().enumerate() {
            let code = without_comment(line, file.extension());
            for word in wall.forbidden {
                if mentions(code, word) {
                    let line_number = line_idx + 1;
                    found.push(format!("{}:{line_number}: `{word}`: {}", file.path, wall.reason));
                }
            }
        }
    }
    found
}

impl Wall {
    fn surrounds(&self, path: &str) -> bool {
        let is_code = path.ends_with(".rs") || path.ends_with(".py");
        let starts_with = |folder: &&&str| path.starts_with(**folder);
        is_code
            && self.inside.iter().any(|folder| starts_with(&folder))
            && !self.except.iter().any(|folder| starts_with(&folder))
    }
}

fn without_comment<'line>(line: &'line str, extension: &str) -> &'line str {
    let mark = if extension == "py" { "#" } else { "//" };
    line.split(mark).next().unwrap_or_default()
}

/// Is `word` in `code` as a word of its own, neither part of a longer name nor a module further down a path?
fn mentions(code: &str, word: &str) -> bool {
    let is_name = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    code.match_indices(word).any(|(start, _)| {
        let before = code[..start].chars().next_back();
        let after = code[start + word.len()..].chars().next();
        let is_inner = before == Some(':');
        let goes_on = is_name(after) && word.ends_with(char::is_alphanumeric);
        !is_inner && !is_name(before) && !goes_on
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches_of(path: &str, text: &str) -> usize {
        let file = SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        breaches(&file).len()
    }

    #[test]
    fn a_forbidden_word_is_found_in_code_only() {
        assert_eq!(breaches_of("app/src/model/cell.rs", "use web_sys::Node;"), 1);
        assert_eq!(breaches_of("app/src/model/cell.rs", "// not even web_sys"), 0);
        assert_eq!(breaches_of("app/src/web/frame.rs", "use web_sys::Node;"), 0);
    }

    #[test]
    fn a_longer_name_is_another_word() {
        assert_eq!(breaches_of("engine/src/ops/mod.rs", "let wgpu_like = 1;"), 0);
        assert_eq!(
            breaches_of("engine/src/executor/mod.rs", "use crate::backend::wgpu::device::Gpu;"),
            0
        );
        assert_eq!(breaches_of("engine/src/ops/mod.rs", "wgpu::Device"), 1);
    }
}
