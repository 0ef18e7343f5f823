//! The drawings: one path each on a 24 by 24 grid, stroked with round ends, nothing filled.
//! Read next: `mod.rs` for the component.

/// Every icon of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A lamp over an open book: Carrel itself.
    Carrel,
    /// Run.
    Play,
    /// Run everything.
    PlayAll,
    /// Interrupt.
    Stop,
    /// Restart.
    Restart,
    /// Add.
    Plus,
    /// Delete.
    Trash,
    /// Move up.
    ArrowUp,
    /// Move down.
    ArrowDown,
    /// Save to disk.
    Download,
    /// Open from disk.
    Open,
    /// A notebook.
    Notebook,
    /// A plain file.
    File,
    /// Light theme.
    Sun,
    /// Dark theme.
    Moon,
    /// The system's theme.
    Screen,
    /// Further actions.
    More,
    /// Close.
    Close,
    /// Done.
    Check,
    /// Something went wrong.
    Warning,
    /// A remark.
    Info,
    /// To what comes before.
    ChevronLeft,
    /// To what comes after.
    ChevronRight,
    /// A panel beside the page.
    Sidebar,
    /// Opens downwards.
    ChevronDown,
    /// Copy.
    Copy,
    /// Keyboard shortcuts.
    Keyboard,
    /// Time.
    Clock,
    /// Waiting its turn.
    Hourglass,
    /// Clear outputs.
    Eraser,
}

impl Icon {
    /// The outline, as SVG path data.
    pub fn path(self) -> &'static str {
        match self {
            Self::Carrel => {
                "M12 1.5V5M10.3 5h3.4l2.8 4H7.5zM12 13.5c-2.4-1.5-5-2-8.5-1.7v8c3.5-.3 6.1.2 8.5 1.7 2.4-1.5 5-2 8.5-1.7v-8c-3.5-.3-6.1.2-8.5 1.7zM12 13.5v8"
            }
            Self::Play => "M7.5 5v14l11-7z",
            Self::PlayAll => "M4 5.5v13l8.5-6.5zM12.5 5.5v13l8.5-6.5z",
            Self::Stop => "M7.5 6.5h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z",
            Self::Restart => "M19.5 12a7.5 7.5 0 1 1-2.3-5.4L19.5 9M19.5 4v5h-5",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Trash => "M4.5 6.5h15M9.5 6.5v-2h5v2M6.5 6.5l.8 13h9.4l.8-13M10 10.5v5.5M14 10.5v5.5",
            Self::ArrowUp => "M12 19V5M6 11l6-6 6 6",
            Self::ArrowDown => "M12 5v14M6 13l6 6 6-6",
            Self::Download => "M12 4v11M7 10.5l5 5 5-5M4.5 19.5h15",
            Self::Open => "M3.5 18.5v-12a1 1 0 0 1 1-1h4.5l2 2.5h7a1 1 0 0 1 1 1v2M3.5 18.5l2.8-7.5h15l-2.8 7.5z",
            Self::Notebook => {
                "M7 3.5h11a1 1 0 0 1 1 1v15a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1zM4 8h4M4 12h4M4 16h4M11.5 8h4"
            }
            Self::File => "M6 3.5h7.5l4.5 4.5v11.5a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1zM13.5 3.5V8H18",
            Self::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"
            }
            Self::Moon => "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
            Self::Screen => {
                "M4.5 4.5h15a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1zM9 20h6M12 16.5V20"
            }
            Self::More => {
                "M4.5 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0zM11.5 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0zM18.5 12a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0z"
            }
            Self::Close => "M6 6l12 12M18 6 6 18",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Warning => "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17h.01",
            Self::Info => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5M12 8h.01",
            Self::ChevronDown => "M6 9.5l6 6 6-6",
            Self::ChevronLeft => "M14.5 6l-6 6 6 6",
            Self::ChevronRight => "M9.5 6l6 6-6 6",
            Self::Sidebar => {
                "M4.5 5h15a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM14 5v14M16.5 8.5h1.5M16.5 12h1.5"
            }
            Self::Copy => {
                "M9 8.5h9.5a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V9.5a1 1 0 0 1 1-1zM5 15.5h-.5V5a.5.5 0 0 1 .5-.5h10v.5"
            }
            Self::Keyboard => {
                "M3.5 6.5h17a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-17a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM6.5 10h.01M10 10h.01M13.5 10h.01M17 10h.01M8 14h8"
            }
            Self::Clock => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
            Self::Hourglass => {
                "M7 3.5h10M7 20.5h10M8 3.5c0 5 3 6 4 8.5 1-2.5 4-3.5 4-8.5M8 20.5c0-5 3-6 4-8.5 1 2.5 4 3.5 4 8.5"
            }
            Self::Eraser => {
                "M9 19.5 4 14.5a1 1 0 0 1 0-1.4l8.6-8.6a1 1 0 0 1 1.4 0l5 5a1 1 0 0 1 0 1.4l-8.6 8.6zM9 19.5h11M8.5 9l6.5 6.5"
            }
        }
    }
}
