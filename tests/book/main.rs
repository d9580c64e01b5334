//! The ward's book through the real server, on both databases: what goes in, what comes out, and
//! that it always adds up.

mod board;
mod coverage;
mod desk;
mod doors;
mod evenings;
mod groups;
mod identity;
mod import;
mod overlap;
mod people;
mod police;
mod pull;
mod push;
mod quality;
mod register;
mod roster;
mod schema;
mod shuffle;
mod trust;
mod turf;
mod withdrawal;
