//! The typed values of the settings and their stored form: JSON with a version.
//! Reading never fails: what cannot be understood gets its default.

use serde_json::{Value, json};

/// The version of the stored form.
const VERSION: u64 = 1;

/// The colours of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All themes, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The name in storage and in the page's `data-theme`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// What Python may compute on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accelerator {
    /// The GPU through WebGPU, where there is one.
    #[default]
    WebGpu,
    /// The processor only; the GPU is hidden from Python.
    None,
}

impl Accelerator {
    /// Both choices, in the order of the menu.
    pub const ALL: [Self; 2] = [Self::WebGpu, Self::None];

    /// The name in storage, in the page API and in the messages to the kernel.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WebGpu => "webgpu",
            Self::None => "none",
        }
    }

    /// The choice of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|accelerator| accelerator.as_str() == name)
    }

    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::WebGpu => "GPU (WebGPU)",
            Self::None => "CPU only",
        }
    }
}

/// Everything the user has chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The colours.
    pub theme: Theme,
    /// The device.
    pub accelerator: Accelerator,
    /// Whether the inspector is open.
    pub inspector: bool,
}

impl Settings {
    /// The stored form.
    pub fn to_text(&self) -> String {
        let (theme, accelerator) = (self.theme.as_str(), self.accelerator.as_str());
        json!({"version": VERSION, "theme": theme, "accelerator": accelerator, "inspector": self.inspector}).to_string()
    }

    /// Reads the stored form.
    pub fn from_text(text: &str) -> Self {
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let name = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        Self {
            theme: Theme::ALL
                .into_iter()
                .find(|theme| theme.as_str() == name("theme"))
                .unwrap_or_default(),
            accelerator: Accelerator::from_name(name("accelerator")).unwrap_or_default(),
            inspector: value.get("inspector").and_then(Value::as_bool).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_storage_and_nonsense_gives_defaults() {
        let settings = Settings {
            theme: Theme::Dark,
            accelerator: Accelerator::None,
            inspector: true,
        };
        assert_eq!(Settings::from_text(&settings.to_text()), settings);
        assert_eq!(Settings::from_text("not json"), Settings::default());
        assert_eq!(Settings::from_text(r#"{"theme":"mauve"}"#), Settings::default());
    }
}
