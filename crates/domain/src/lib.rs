//! What canvassing means: the words, the rules and the arithmetic of the campaign.
//!
//! No IO, no async, no clock and no randomness: time and identifiers arrive as arguments, so every
//! rule here can be replayed. The store, the server and the phone all obey what this crate decides;
//! the phone's TypeScript twins are held to it by the shared cases in `tests/vectors`.

pub mod account;
pub mod address;
pub mod alert;
pub mod campaign;
pub mod chapman;
pub mod comeback;
pub mod consent;
pub mod coverage;
pub mod credentials;
pub mod desk;
pub mod doubles;
pub mod edit;
pub mod eid;
pub mod export;
pub mod find;
pub mod forecast;
pub mod ground;
pub mod help;
pub mod hours;
pub mod household;
pub mod id;
pub mod identity;
pub mod import;
pub mod indicator;
pub mod invite;
pub mod lag;
pub mod mobile;
pub mod near;
pub mod need;
pub mod note;
pub mod notice;
pub mod officer;
pub mod overlap;
pub mod pace;
pub mod proposal;
pub mod pull;
pub mod quality;
pub mod referral;
pub mod report;
pub mod roster;
pub mod search;
pub mod shift;
pub mod skill;
pub mod sync;
pub mod territory;
pub mod time;
pub mod trust;
pub mod turf;
pub mod visit;
pub mod withdrawal;
pub mod workday;
