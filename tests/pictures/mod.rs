//! Pictures of every format and kind, with everything that one can say in them, as a script makes them: what others find
//! in them when they are cleaned, and what becomes of them when they are damaged.

mod bombs;
mod cleaned;
mod corpus;
mod damaged;
mod deaths;
mod heic;
mod memory;
mod together;
