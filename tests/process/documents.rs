//! README and the pages in `docs/` as they stand: each block of commands or settings is run from the text itself, or is named here
//! with what runs it instead.

mod blocks;
mod commands;
mod proof;
mod settings;
mod setups;
