//! What a notebook says it requires: `metadata.carrel.requirements`, a list of requirements as they stand behind
//! `%pip install` (PEP 508), the form that PEP 723 gives to `dependencies` of scripts.
//! It is only text: opening a notebook offers to install it and does nothing by itself.

use crate::model::output::JsonMap;
use serde_json::{Map, Value};

/// The longest requirement that is kept.
const MAX_LENGTH: usize = 200;
/// The most requirements that are kept.
const MAX_COUNT: usize = 200;

/// The requirements in a notebook's metadata.
pub fn read(metadata: &JsonMap) -> Vec<String> {
    let list = metadata.get("carrel").and_then(|own| own.get("requirements"));
    let texts = list
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    texts
        .filter(|text| is_sound(text))
        .take(MAX_COUNT)
        .map(str::to_owned)
        .collect()
}

/// Writes requirements into a notebook's metadata, and takes away what is empty then.
pub fn write(metadata: &mut JsonMap, requirements: &[String]) {
    let own = metadata
        .entry("carrel".to_owned())
        .or_insert_with(|| Value::Object(Map::new()));
    let Some(own) = own.as_object_mut() else { return };
    if requirements.is_empty() {
        own.shift_remove("requirements");
    } else {
        let list = requirements.iter().cloned().map(Value::String).collect();
        own.insert("requirements".to_owned(), Value::Array(list));
    }
    if own.is_empty() {
        metadata.shift_remove("carrel");
    }
}

/// Requirements with others added, each in the place of an older one of the same project, and some projects removed.
pub fn merged(old: &[String], added: &[String], removed: &[String]) -> Vec<String> {
    let gone: Vec<String> = removed.iter().map(|name| project(name)).collect();
    let mut merged: Vec<String> = old
        .iter()
        .filter(|text| !gone.contains(&project(text)))
        .cloned()
        .collect();
    for text in added.iter().filter(|text| is_sound(text)) {
        match merged.iter().position(|other| project(other) == project(text)) {
            Some(position) => merged[position].clone_from(text),
            None if merged.len() < MAX_COUNT => merged.push(text.clone()),
            None => {}
        }
    }
    merged
}

/// The project that a requirement names, as indexes write it.
pub fn project(requirement: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let end = requirement.find(|c| !is_name(c)).unwrap_or(requirement.len());
    let mut name = String::new();
    for part in requirement[..end]
        .split(['.', '_', '-'])
        .filter(|part| !part.is_empty())
    {
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(&part.to_ascii_lowercase());
    }
    name
}

/// True for text that starts with a name, fits on a line and cannot be taken for an option.
fn is_sound(text: &str) -> bool {
    text.len() <= MAX_LENGTH
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !text.chars().any(char::is_control)
        && !text.contains("://")
}

/// The project that an error tells to install, from the last lines of its traceback.
pub fn advised(traceback: &str) -> Option<String> {
    let (_, rest) = traceback.rsplit_once("%pip install ")?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let name: String = rest.chars().take_while(|c| is_name(*c)).collect();
    let name = name.trim_end_matches('.').to_owned();
    (is_sound(&name) && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn metadata_keeps_what_it_does_not_know() {
        let mut metadata = JsonMap::new();
        metadata.insert("carrel".to_owned(), serde_json::json!({"other": 1}));
        write(&mut metadata, &texts(&["six"]));
        assert_eq!(read(&metadata), texts(&["six"]));
        write(&mut metadata, &[]);
        assert_eq!(Value::Object(metadata), serde_json::json!({"carrel": {"other": 1}}));
        let mut empty = JsonMap::new();
        write(&mut empty, &texts(&["six"]));
        write(&mut empty, &[]);
        assert!(empty.is_empty());
    }

    #[test]
    fn a_project_stands_once() {
        let old = texts(&["six==1.16", "Rich[jupyter]>=13"]);
        let new = merged(
            &old,
            &texts(&["SIX", "ruamel.yaml", "--index-url=x", "a @ https://evil.test/a.whl"]),
            &texts(&["rich"]),
        );
        assert_eq!(new, texts(&["SIX", "ruamel.yaml"]));
        assert_eq!(project("Ruamel..Yaml[x]>1"), "ruamel-yaml");
    }

    #[test]
    fn advice_is_a_bare_name() {
        assert_eq!(
            advised("ModuleNotFoundError: …\nInstall it: %pip install six").as_deref(),
            Some("six")
        );
        assert_eq!(advised("%pip install --index-url=x"), None);
        assert_eq!(advised("no advice"), None);
    }
}
