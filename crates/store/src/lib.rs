//! The ward's book: the only crate that knows SQL.
//!
//! One concrete [`Store`] over SQLite (embedded) or PostgreSQL. Every transaction begins and ends in
//! here; callers get domain types and short errors.

mod account;
mod alert;
mod alleys;
mod appointed;
mod board;
mod carry;
mod coverage;
mod db;
mod desk;
mod details;
mod doors;
mod draft;
mod entity;
mod export;
mod faults;
mod ground;
mod groups;
mod households;
mod import;
mod invite;
mod layer;
mod ledger;
mod likely;
mod names;
mod overlap;
mod people;
mod phones;
mod police;
mod pull;
mod quality;
mod register;
mod rollup;
mod roster;
mod schema;
mod settings;
mod setup;
mod sync;
mod team;
mod territory;
mod trust;
mod turf;
mod undo;
mod withdrawal;

pub use account::*;
pub use alert::{AlertLine, NewAlert};
pub use appointed::{AccountLine, Appointment, Claim, Claimed, NewCode, Unclaimed};
pub use board::{Asked, Board, GroupBoard, Open};
pub use carry::Origin;
pub use coverage::*;
pub use db::{Engine, Store, StoreError};
pub use desk::{HouseholdRef, Inbox, PhoneLine, QuarantinedOp, TwoValues};
pub use doors::{AskedDoor, AskedDoors, DoorAnswer, DoorAnswered, DoorsAnswered};
pub use draft::{Commit, Draft, DraftLine, ImportLine, NewDraft, RowOutlook};
pub use export::{AccessLine, AccessWhat, ExportNote, ListLine};
pub use faults::{Fault, FaultCount, PhoneNote};
pub use ground::{
    DayLine, DoorMark, DoorMarks, DoorWay, GroundLine, GroundReport, GroundTold, NewOutline,
};
pub use groups::{Cut, GroundDeed, GroupLine, Naming};
pub use households::{
    DeskEdit, DeskEdited, HouseholdCard, HouseholdDeed, HouseholdFilter, HouseholdLine,
    HouseholdPage,
};
pub use import::{ImportOptions, ImportReport, ImportRow, Refusal};
pub use invite::{InviteLine, Join, Joined, NewInvite};
pub use layer::{LayerKeyLine, NewLayerKey};
pub use ledger::{Act, Ledger, LedgerLine};
pub use likely::LikelyPair;
pub use overlap::OverlapLine;
pub use phones::Wipe;
pub use police::{
    Evening, EveningChange, NewDeskReferral, OpenedReferral, Planned, WaitingHome, WaitingHomes,
};
pub use pull::Puller;
pub use quality::{Check, Closing, DeskFlag, Quality, Reply, Watched};
pub use register::{RegisterEntry, Removal};
pub use rollup::{Drift, VerifyReport};
pub use roster::{
    CloseTeam, Closed, Member, MemberPhone, NewTeam, Roster, ShiftPlan, TeamChange, TeamLine,
};
pub use settings::{Changed, Settings, TargetRow};
pub use setup::SetUp;
pub use sync::Batch;
pub use territory::*;
pub use trust::{
    BadgeLine, Epochs, FreshBadge, GroupCodes, KnownBadge, Shown, TeamTonight, TrustBoard,
    TrustDesk, WardNow,
};
pub use turf::{
    Batched, GivenBatch, Hand, SheetAlley, SheetDoor, TurfBoard, TurfBoardAlley, TurfBoardTeam,
};
pub use undo::{Stay, Stays, Undo};
pub use withdrawal::{CarryOut, Deed, NewWithdrawal, Resident, WithdrawalLine, WithdrawalTold};
