//! Everything the user can do to a notebook, in one table: toolbar, menus, keys and the shortcuts dialog are made from it.
//! Commands do nothing themselves: they become actions. Read next: `table.rs`.

pub mod keymap;
pub mod run;
pub mod table;
pub mod when;
