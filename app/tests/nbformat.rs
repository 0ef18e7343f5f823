//! Round trips of notebooks as other programs write them, and what is refused.
//! The cases are written out here; where a folder of whole notebooks lies beside the checkout, it is read as well.

use carrel_app::model::ids::IdSource;
use carrel_app::model::output::Output;
use carrel_app::nbformat::{ReadError, Warning, read, write};

fn ids() -> IdSource {
    IdSource::new(1)
}

/// A notebook as Jupyter writes it, with metadata and outputs of every kind.
const JUPYTER: &str = r##"{
 "cells": [
  {
   "attachments": {
    "a.png": {
     "image/png": "iVBORw0KGgo="
    }
   },
   "cell_type": "markdown",
   "id": "intro",
   "metadata": {
    "slideshow": {
     "slide_type": "slide"
    },
    "a_key_that_sorts_first": 1.10
   },
   "source": [
    "# Title\n",
    "text – with ümläuts"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "id": "code-1",
   "metadata": {},
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "one\n",
      "two\n"
     ]
    },
    {
     "data": {
      "text/html": [
       "<b>x</b>"
      ],
      "application/json": {
       "z": [],
       "a": {}
      },
      "image/png": "iVBORw0KGgo=\n"
     },
     "metadata": {
      "image/png": {
       "width": 10
      }
     },
     "output_type": "display_data"
    },
    {
     "data": {
      "text/plain": [
       "42"
      ]
     },
     "execution_count": 3,
     "metadata": {},
     "output_type": "execute_result"
    },
    {
     "ename": "ValueError",
     "evalue": "bad",
     "output_type": "error",
     "traceback": [
      "\u001b[31mValueError\u001b[0m: bad"
     ]
    },
    {
     "output_type": "hologram",
     "depth": 3
    }
   ],
   "source": []
  }
 ],
 "metadata": {
  "zeta": 1,
  "kernelspec": {
   "name": "python3",
   "display_name": "Python 3"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
"##;

#[test]
fn a_jupyter_notebook_survives_byte_for_byte() {
    let text = JUPYTER.replace("1.10", "1.1");
    let (notebook, warnings) = read(&text, &mut ids()).expect("it is a notebook");
    assert_eq!(warnings, []);
    assert_eq!(write(&notebook), text);
    assert!(matches!(notebook.cells[1].outputs[4], Output::Unknown(_)));
}

#[test]
fn older_notebooks_get_ids_and_colab_keeps_its_own() {
    let text = r#"{"nbformat":4,"nbformat_minor":0,"metadata":{"colab":{"provenance":[]},"accelerator":"GPU"},"cells":[
        {"cell_type":"code","metadata":{"id":"Ab-_9"},"source":"x = 1\ny","execution_count":null,"outputs":[]},
        {"cell_type":"markdown","metadata":{"id":"Ab-_9"},"source":["a\n","b"]},
        {"cell_type":"markdown","metadata":{},"source":""}]}"#;
    let (notebook, warnings) = read(text, &mut ids()).expect("it is a notebook");
    assert_eq!(warnings, []);
    assert_eq!(notebook.cells[0].id.as_str(), "Ab-_9");
    assert_ne!(notebook.cells[1].id, notebook.cells[0].id);
    assert_eq!(notebook.cells[1].source, "a\nb");
    let written = write(&notebook);
    assert!(written.contains(r#""id": "Ab-_9""#) && written.contains(r#""accelerator": "GPU""#));
    let (again, _) = read(&written, &mut ids()).expect("it is a notebook");
    assert_eq!(write(&again), written);
}

#[test]
fn broken_parts_are_repaired_with_a_warning() {
    let text = r#"{"nbformat":4,"nbformat_minor":5,"metadata":null,"future":{"b":1,"a":2},"cells":[
        {"id":"a","cell_type":"code","metadata":{"trusted":true},"source":[],"outputs":[{"text":1}]},
        {"id":"a","cell_type":"code","metadata":{},"source":["x"]},
        {"id":"bad id","cell_type":"widget","metadata":{},"source":"s","depth":{"deep":true}},
        17]}"#;
    let (notebook, warnings) = read(text, &mut ids()).expect("it is a notebook");
    assert_eq!(
        warnings,
        [
            Warning::IdReplaced { cell: 2 },
            Warning::IdReplaced { cell: 3 },
            Warning::UnknownCellType {
                cell: 3,
                cell_type: "widget".to_owned()
            },
            Warning::NotACell { cell: 4 },
        ]
    );
    let written = write(&notebook);
    assert!(!written.contains("trusted"));
    assert!(written.contains("\"future\": {\n  \"b\": 1,\n  \"a\": 2\n }"));
    assert!(written.contains("\"deep\": true"));
}

#[test]
fn what_is_no_notebook_is_refused_with_a_reason() {
    let error = |text: &str| read(text, &mut ids()).expect_err("it is refused");
    assert_eq!(error("{\n oops"), ReadError::NotJson { line: 2, column: 2 });
    assert!(matches!(error("[]"), ReadError::NotNotebook(_)));
    assert!(matches!(error("{}"), ReadError::NotNotebook(_)));
    assert!(matches!(error(r#"{"nbformat":4}"#), ReadError::NotNotebook(_)));
    assert_eq!(error(r#"{"nbformat":3,"worksheets":[]}"#), ReadError::TooOld(3));
    assert_eq!(error(r#"{"nbformat":5,"cells":[]}"#), ReadError::TooNew(5));
    assert!(error(r#"{"nbformat":3}"#).to_string().contains("old format 3"));
}

#[test]
fn whole_notebooks_are_stable_after_one_writing() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/notebooks");
    let entries = std::fs::read_dir(folder).expect("the notebooks are there");
    for path in entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "ipynb"))
    {
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        let (notebook, warnings) = read(&text, &mut ids()).expect("it is a notebook");
        assert_eq!(warnings, [], "{}", path.display());
        let written = write(&notebook);
        let (again, _) = read(&written, &mut ids()).expect("it is a notebook");
        assert_eq!(again, notebook, "{}", path.display());
        assert_eq!(write(&again), written, "{}", path.display());
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("it is JSON");
        assert_eq!(value(&written), value(&text), "{}", path.display());
    }
}
