//! Tables as sea-orm sees them. Private to the store: no other crate knows a column.

pub mod account;
pub mod alley;
pub mod assignment;
pub mod campaign;
pub mod device;
pub mod held_op;
pub mod household;
pub mod household_edit;
pub mod household_state;
pub mod op;
pub mod quarantine;
pub mod residential_group;
pub mod rollup_alley;
pub mod rollup_day;
pub mod rollup_group;
pub mod session;
pub mod skill;
pub mod sync_fault;
pub mod target;
pub mod team;
pub mod visit;
pub mod ward;
