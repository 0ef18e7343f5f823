//! The one list of hosts that packages come from, and the form that each address on them must have.
//! A kernel runs code that nobody vouches for: whatever it asks for beyond these forms is refused, so that no address can
//! carry anything out but a package's name.

/// The index of PyPI.
pub const PYPI_INDEX: &str = "https://pypi.org/simple/";
/// The files of PyPI.
pub const PYPI_FILES: &str = "https://files.pythonhosted.org/packages/";
/// Pyodide's own builds.
pub const PYODIDE_FILES: &str = "https://cdn.jsdelivr.net/pyodide/v";
/// The site's own packages, relative to the page.
pub const SITE: &str = "packages/";

/// Every origin that is fetched from besides the site itself: what the page's content security policy must allow.
pub const ORIGINS: [&str; 3] = [
    "https://pypi.org",
    "https://files.pythonhosted.org",
    "https://cdn.jsdelivr.net",
];

/// Where an address lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the site's own folder; no other host is asked.
    Site,
    /// On one of the hosts.
    Network,
}

/// The longest address that is looked at.
const MAX_LENGTH: usize = 500;

/// Where an address lies, or nothing if it is not one that packages come from.
pub fn place_of(address: &str) -> Option<Place> {
    if address.len() > MAX_LENGTH {
        return None;
    }
    if let Some(path) = address.strip_prefix(SITE) {
        // A mirror's page of a project ends with a slash.
        let path = path.strip_suffix('/').unwrap_or(path);
        return path.split('/').all(is_file_name).then_some(Place::Site);
    }
    let is_known = if let Some(path) = address.strip_prefix(PYPI_INDEX) {
        path.strip_suffix('/').is_some_and(is_project)
    } else if let Some(path) = address.strip_prefix(PYPI_FILES) {
        is_pypi_file(path)
    } else if let Some(path) = address.strip_prefix(PYODIDE_FILES) {
        is_pyodide_file(path)
    } else {
        false
    };
    is_known.then_some(Place::Network)
}

/// The name of the file that an address ends with.
pub fn file_name(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default()
}

/// True for text that is a SHA-256 in hexadecimal.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(is_hex)
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

/// A name as indexes write it (PEP 503).
fn is_project(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// A name without any step to another folder.
fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte))
}

/// Files lie under their own hash: `ab/cd/60 more digits/name`.
fn is_pypi_file(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let [first, second, rest, name] = parts.as_slice() else {
        return false;
    };
    let is_digits = |part: &str, length: usize| part.len() == length && part.bytes().all(is_hex);
    is_digits(first, 2)
        && is_digits(second, 2)
        && is_digits(rest, 60)
        && is_file_name(name)
        && (name.ends_with(".whl") || name.ends_with(".whl.metadata"))
}

fn is_pyodide_file(path: &str) -> bool {
    let Some((version, name)) = path.split_once("/full/") else {
        return false;
    };
    version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && is_file_name(name)
        && (name.ends_with(".whl") || name.ends_with(".zip"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_found_where_they_lie() {
        assert_eq!(place_of("packages/index.json"), Some(Place::Site));
        assert_eq!(place_of("packages/simple/six/"), Some(Place::Site));
        assert_eq!(place_of("https://pypi.org/simple/ruamel-yaml/"), Some(Place::Network));
        let digits = format!("ab/cd/{}", "0f".repeat(30));
        for name in [
            "six-1.17.0-py2.py3-none-any.whl",
            "six-1.17.0-py2.py3-none-any.whl.metadata",
        ] {
            assert_eq!(place_of(&format!("{PYPI_FILES}{digits}/{name}")), Some(Place::Network));
        }
        let numpy =
            "https://cdn.jsdelivr.net/pyodide/v314.0.7/full/numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl";
        assert_eq!(place_of(numpy), Some(Place::Network));
    }

    #[test]
    fn nothing_else_is_asked_for() {
        for address in [
            "packages/../secret",
            "packages/",
            "packages/a?b",
            "packages/%2e%2e/a",
            "packages//a",
            "https://pypi.org/simple/six/?secret=1",
            "https://pypi.org/simple/../pypi/",
            "https://pypi.org/simple/Six/",
            "https://pypi.org.evil.test/simple/six/",
            "https://files.pythonhosted.org/packages/ab/cd/ef/x.whl",
            "https://cdn.jsdelivr.net/npm/evil/full/x.whl",
            "https://cdn.jsdelivr.net/pyodide/v314.0.7/full/../../../npm/x.whl",
            "https://evil.test/x.whl",
            "/etc/passwd",
            "",
        ] {
            assert_eq!(place_of(address), None, "{address}");
        }
        assert_eq!(place_of(&format!("https://pypi.org/simple/{}/", "a".repeat(500))), None);
    }

    #[test]
    fn the_page_may_reach_every_origin() {
        let page = include_str!("../../index.html");
        assert!(ORIGINS.iter().all(|origin| page.contains(origin)));
    }

    #[test]
    fn every_address_lies_on_a_listed_origin() {
        for address in [PYPI_INDEX, PYPI_FILES, PYODIDE_FILES] {
            assert!(ORIGINS.iter().any(|origin| address.starts_with(&format!("{origin}/"))));
        }
    }
}
