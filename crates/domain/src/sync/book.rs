//! The part of a ward's book that some operations need, and what they change in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::{
    Flag, Op, OpOutcome, PeopleEffects, PeopleFacts, PoliceEffects, PoliceFacts, Reason, Why,
};
use crate::coverage::Coverage;
use crate::edit::{self, Details, EditFate, Field, PastEdit};
use crate::household::HouseholdState;
use crate::id::{
    AccountId, AlleyId, DeviceId, GroupId, HouseholdId, OpId, QualityFlagId, ShiftId, TeamId,
    VisitId,
};
use crate::proposal::ProposedWords;
use crate::quality::{Explained, FlagFact};
use crate::shift::Shift;
use crate::skill::Skills;
use crate::time::{Day, Millis};
use crate::visit::{Near, VisitFact, VisitRecord};

/// Who wrote the operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The account.
    pub account: AccountId,
    /// Its device.
    pub device: DeviceId,
    /// Its team; without one no household is in reach.
    pub team: Option<TeamId>,
    /// Has the account been disabled since? Then the ward decides what its work is worth.
    pub disabled: bool,
}

/// One period in which a team held an alley.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Given at.
    pub from: Millis,
    /// Taken back at, if it was.
    pub to: Option<Millis>,
}

/// An operation already in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredOp {
    /// Fingerprint of what was sent.
    pub fingerprint: i64,
    /// The first fate.
    pub outcome: OpOutcome,
    /// Its receipt.
    pub seq: Option<i64>,
    /// Its reason.
    pub reason: Option<Reason>,
    /// Its remarks.
    pub flags: Vec<Flag>,
}

/// An operation that came before the one it follows.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOp {
    /// Who wrote it.
    pub sender: Sender,
    /// What was sent.
    pub op: Op,
    /// Fingerprint of what was sent.
    pub fingerprint: i64,
    /// The phone's clock when it was sent.
    pub sent_at: Millis,
    /// The server's clock when it came.
    pub received_at: Millis,
}

/// One household as the book knows it, with the visits that count for it.
#[derive(Clone, Debug)]
pub struct Door {
    /// Its residential group.
    pub group: GroupId,
    /// Its alley.
    pub alley: AlleyId,
    /// In the denominator?
    pub active: bool,
    /// The day it left the denominator from, with the ward's approval.
    pub left_on: Option<Day>,
    /// Is it a proposal, waiting for the ward or refused?
    pub proposed: bool,
    /// Has it left the register?
    pub deleted: bool,
    /// Its visits with their authors, those of doubles merged into it included.
    pub visits: Vec<(AccountId, VisitFact)>,
}

/// The versions of one visit.
#[derive(Clone, Copy, Debug)]
pub struct Chain {
    /// The one that counts, unless it was withdrawn.
    pub latest: VisitId,
    /// How many there are.
    pub versions: i32,
    /// The device of the latest.
    pub device: DeviceId,
    /// Where the phone was at the door.
    pub near: Option<Near>,
}

/// The facts of one ward that a set of batches needs.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// The last sequence number given out in the ward.
    pub seq: i64,
    /// The campaign's skills.
    pub skills: Skills,
    /// Operations of the batches that are in the book already, by id.
    pub ops: HashMap<OpId, StoredOp>,
    /// Sequence numbers of the sending devices that are taken.
    pub device_seqs: HashMap<(DeviceId, i64), OpId>,
    /// Operations of the sending devices that wait, by the number they wait for.
    pub held: HashMap<(DeviceId, i64), Vec<HeldOp>>,
    /// The households the batches speak of, doubles left out.
    pub doors: HashMap<HouseholdId, Door>,
    /// Doubles, and the household each was merged into.
    pub merged: HashMap<HouseholdId, HouseholdId>,
    /// The alley each double lies in, which may be another team's than that of its other half.
    pub double_alleys: HashMap<HouseholdId, AlleyId>,
    /// Which household a visit counts for.
    pub visits: HashMap<VisitId, HouseholdId>,
    /// The first version of each later one.
    pub roots: HashMap<VisitId, VisitId>,
    /// Versions of the visits that have more than one, by the first.
    pub chains: HashMap<VisitId, Chain>,
    /// Details of the households that are edited.
    pub details: HashMap<HouseholdId, Details>,
    /// Earlier edits of these.
    pub edits: HashMap<(HouseholdId, Field), Vec<PastEdit>>,
    /// Teams the senders walked with before, and until when, the earliest first. What was written
    /// then belongs to that team.
    pub stays: HashMap<AccountId, Vec<(Millis, TeamId)>>,
    /// Which team held which alley, and when.
    pub reach: HashMap<(TeamId, AlleyId), Vec<Held>>,
    /// The residents the batches speak of, and what else is known of the households.
    pub people: PeopleFacts,
    /// What officers' operations depend on.
    pub police: PoliceFacts,
    /// The alleys houses are proposed in, with their residential groups.
    pub alleys: HashMap<AlleyId, GroupId>,
    /// The shifts the batches speak of, as far as they are known.
    pub shifts: HashMap<ShiftId, Shift>,
    /// The remarks about recording that are explained.
    pub remarks: HashMap<QualityFlagId, FlagFact>,
}

/// An operation to be written.
#[derive(Clone, Debug)]
pub struct NewOp {
    /// Its author.
    pub account: AccountId,
    /// Its device.
    pub device: DeviceId,
    /// Its place on the device; `None` when the number was taken (the outcome says so).
    pub device_seq: Option<i64>,
    /// Its id.
    pub op_id: OpId,
    /// Its kind, as sent.
    pub kind: String,
    /// What is kept of it.
    pub stored: StoredOp,
}

/// A visit to be written.
#[derive(Clone, Debug)]
pub struct NewVisit {
    /// The door, as the phone named it.
    pub household: HouseholdId,
    /// Its group at the time.
    pub group: GroupId,
    /// Its alley at the time.
    pub alley: AlleyId,
    /// The author.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
    /// When, by the phone's own clock.
    pub device_made_at: Millis,
    /// The receipt number.
    pub seq: i64,
    /// What was recorded.
    pub record: VisitRecord,
    /// What coverage depends on.
    pub fact: VisitFact,
    /// Remarks.
    pub flags: Vec<Flag>,
    /// The first version and the reason, when this is a later one.
    pub corrects: Option<(VisitId, Why)>,
    /// 1 for the first version.
    pub version: i32,
    /// Fields this server does not know.
    pub extra: Option<Value>,
}

/// One field of an edit to be written.
#[derive(Clone, Debug)]
pub struct NewEdit {
    /// The operation.
    pub op_id: OpId,
    /// Who wrote it.
    pub sender: Sender,
    /// Its number on the sender's device.
    pub device_seq: i64,
    /// The door.
    pub household: HouseholdId,
    /// The field.
    pub field: Field,
    /// The value sent.
    pub value: edit::Value,
    /// What the phone showed.
    pub was: Option<edit::Value>,
    /// Its place among the edits of the field.
    pub stamp: Millis,
    /// What became of it.
    pub fate: EditFate,
    /// The receipt number.
    pub seq: i64,
}

/// A proposed household to be written.
#[derive(Clone, Debug)]
pub struct NewProposal {
    /// The operation.
    pub op_id: OpId,
    /// Who proposes it.
    pub sender: Sender,
    /// The household, by the id the phone made.
    pub household: HouseholdId,
    /// Where it stands.
    pub alley: AlleyId,
    /// Group of the alley.
    pub group: GroupId,
    /// What is known of it.
    pub words: ProposedWords,
    /// When.
    pub at: Millis,
    /// The receipt number.
    pub seq: i64,
}

/// A pair for the ward's list of doubles, to be written.
#[derive(Clone, Debug)]
pub struct NewPair {
    /// The operation.
    pub op_id: OpId,
    /// Who says so.
    pub sender: Sender,
    /// The entry that is one too many.
    pub household: HouseholdId,
    /// The entry to keep.
    pub of: HouseholdId,
    /// When.
    pub at: Millis,
    /// The receipt number.
    pub seq: i64,
}

/// An operation for the ward to look at.
#[derive(Clone, Debug)]
pub struct Quarantined {
    /// Who wrote it.
    pub sender: Sender,
    /// The door it speaks of, if any.
    pub household: Option<HouseholdId>,
    /// Why it waits.
    pub why: Reason,
    /// What was sent.
    pub op: Op,
    /// The phone's clock when it was sent.
    pub sent_at: Millis,
    /// The receipt number.
    pub seq: i64,
}

/// What a set of batches changes in the book.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// Operations to insert.
    pub ops: Vec<NewOp>,
    /// Visits to insert.
    pub visits: Vec<NewVisit>,
    /// Visits to mark as withdrawn, with the instant and the receipt number.
    pub withdrawn: BTreeMap<VisitId, (Millis, i64)>,
    /// Versions that count no more, and the version that counts.
    pub replaced: BTreeMap<VisitId, VisitId>,
    /// Households whose state changed: the new state and the number under which it changed.
    pub states: BTreeMap<HouseholdId, (HouseholdState, i64)>,
    /// Fields of edits to insert.
    pub edits: Vec<NewEdit>,
    /// Details that changed, with the number under which they did.
    pub details: BTreeMap<HouseholdId, (Details, i64)>,
    /// Operations to keep until the one they follow has come.
    pub held: BTreeMap<OpId, HeldOp>,
    /// Operations that waited and wait no more.
    pub released: BTreeSet<OpId>,
    /// Operations for the ward to look at.
    pub quarantined: Vec<Quarantined>,
    /// Households to insert that wait for the ward.
    pub proposals: Vec<NewProposal>,
    /// Pairs for the ward's list of doubles.
    pub pairs: Vec<NewPair>,
    /// Shifts that began or ended.
    pub shifts: BTreeMap<ShiftId, Shift>,
    /// Remarks about recording whose explanation stands now.
    pub explained: BTreeMap<QualityFlagId, Explained>,
    /// The change of the rollups.
    pub coverage: Coverage,
    /// What changes about residents and households.
    pub people: PeopleEffects,
    /// What officers have counted and answered.
    pub police: PoliceEffects,
}
