//! The ward's book: the only crate that knows SQL.
//!
//! One concrete [`Store`] over SQLite (embedded) or PostgreSQL. Every transaction begins and ends in
//! here; callers get domain types and short errors.

mod account;
mod db;
mod entity;
mod rollup;
mod sync;
mod territory;

pub use account::*;
pub use db::{Engine, Store, StoreError};
pub use rollup::{Drift, VerifyReport};
pub use sync::*;
pub use territory::*;
