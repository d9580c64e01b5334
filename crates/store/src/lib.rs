//! The ward's book: the only crate that knows SQL.
//!
//! One concrete [`Store`] over SQLite (embedded) or PostgreSQL. Every transaction begins and ends in
//! here; callers get domain types and short errors.

mod account;
mod carry;
mod coverage;
mod db;
mod desk;
mod details;
mod doors;
mod entity;
mod faults;
mod ground;
mod import;
mod invite;
mod layer;
mod overlap;
mod people;
mod phones;
mod pull;
mod register;
mod rollup;
mod schema;
mod sync;
mod team;
mod territory;
mod withdrawal;

pub use account::*;
pub use carry::Origin;
pub use coverage::*;
pub use db::{Engine, Store, StoreError};
pub use desk::{HouseholdRef, Inbox, PhoneLine, QuarantinedOp, TwoValues};
pub use doors::{AskedDoor, AskedDoors, DoorAnswer, DoorAnswered};
pub use faults::{Fault, FaultCount, PhoneNote};
pub use ground::{
    DayLine, DoorMark, DoorMarks, DoorWay, GroundLine, GroundReport, GroundTold, NewOutline,
};
pub use import::{ImportOptions, ImportReport, ImportRow, Refusal};
pub use invite::{InviteLine, Join, Joined, NewInvite};
pub use layer::{LayerKeyLine, NewLayerKey};
pub use overlap::OverlapLine;
pub use phones::Wipe;
pub use pull::Puller;
pub use register::{RegisterEntry, Removal};
pub use rollup::{Drift, VerifyReport};
pub use sync::Batch;
pub use territory::*;
pub use withdrawal::{CarryOut, Deed, NewWithdrawal, Resident, WithdrawalLine, WithdrawalTold};
