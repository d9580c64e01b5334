//! The ward's paper: the household registers that come in as XLSX or CSV, and the tables and reports
//! that go out ([`table`], [`report`]).
//!
//! A register arrives as the tổ trưởng keeps it: a title block, merged headers, legacy fonts, capital
//! names, and columns that this campaign must not hold. It passes three rooms:
//!
//! 1. [`worker::read_in_child`] (or [`workbook::read_workbook`] inside the child) turns bytes into
//!    [`workbook::Sheet`]s, with limits before anything is unpacked;
//! 2. [`legacy`] turns TCVN3 and VNI letters into Unicode;
//! 3. [`register::interpret`] finds the header, keeps the few columns the campaign may hold, and names
//!    every column it dropped.
//!
//! No SQL and no HTTP here, and no value of a dropped column leaves this crate: not in the result, not
//! in an issue, not in `Debug` output.

pub mod legacy;
pub mod register;
pub mod report;
pub mod table;
pub mod workbook;
pub mod worker;

pub use register::{ColumnHints, Field, Register, RegisterRow, SheetHints, interpret};
pub use workbook::{Limits, ReadError, Sheet, read_workbook};
pub use worker::read_in_child;
