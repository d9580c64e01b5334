//! The wire of the phone, and the one decision that turns operations into the ward's book.
//!
//! [`decide`] is pure: the store loads a [`Book`] with one query a table, `decide` folds a phone's
//! operations over it in memory, and the store writes the [`Effects`] with one statement a table.
//! Every operation ends with exactly one outcome; a bad one never stops its neighbours.

mod book;
mod decide;
mod people;
mod police;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use book::*;
pub use decide::{decide, made_at};
pub use people::*;
pub use police::*;

#[cfg(test)]
pub(crate) use decide::parse as read;

use crate::consent::ConsentFault;
use crate::edit::EditFault;
use crate::eid::EidFault;
use crate::help::HelpFault;
use crate::id::{DeviceId, OpId, VisitId};
use crate::note::NoteFault;
use crate::referral::AppointmentFault;
use crate::time::Millis;
use crate::visit::{VisitFault, VisitRecord};

/// The most operations one push may carry; a phone sends up to 100.
pub const MAX_OPS: usize = 200;
/// A phone clock further off than this is corrected by the difference it showed when sending.
pub const CLOCK_TOLERANCE_MS: i64 = 120_000;
/// An operation older than this carries an impossible date (a phone reset to 1970).
pub const OLDEST_OP_MS: i64 = 400 * 86_400_000;
/// How long after a knock its author may take it back; later changes are corrections.
pub const WITHDRAW_WINDOW_MS: i64 = 10 * 60_000;
/// How long the server keeps an operation waiting for an earlier one before it goes on without it.
pub const HOLD_MS: i64 = 72 * 3_600_000;
/// The most bytes of fields this server does not know that are kept with a visit, as JSON.
pub const MAX_EXTRA: usize = 1_024;

/// One operation written by a phone, before anybody else knew of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Op {
    /// UUIDv7 made on the phone; the key of exactly-once delivery.
    pub op_id: OpId,
    /// 1, 2, 3 .. without gaps on one device.
    pub device_seq: i64,
    /// `device_seq` of the operation the same account wrote before this one on the device; 0 when
    /// there is none. Until that one has arrived this one is held. Absent: never held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
    /// When the thing happened, by the phone's clock.
    pub made_at: Millis,
    /// `visit.record`, `visit.correct`, `visit.withdraw`, `household.edit`, `household.flags`,
    /// `household.note`, `household.propose`, `household.same_as`, `consent.give`,
    /// `consent.withdraw`, `learner.eid`, `learner.eid_withdraw`, `referral.open`, `referral.cancel`, `shift.open`,
    /// `shift.close`, `quality.explain`; of officers `help.log`, `help.take_back`, `referral.accept`,
    /// `referral.return`, `referral.done`, `mobile.result` or `eid.confirm`.
    pub kind: String,
    /// What the kind needs: a [`VisitRecord`], [`Correct`], [`Withdraw`],
    /// [`HouseholdEdit`](crate::edit::HouseholdEdit),
    /// [`HouseholdFlags`](crate::need::HouseholdFlags),
    /// [`HouseholdNote`](crate::note::HouseholdNote), [`Propose`](crate::proposal::Propose),
    /// [`SameAs`](crate::proposal::SameAs), [`ConsentGive`](crate::consent::ConsentGive),
    /// [`ConsentWithdraw`](crate::consent::ConsentWithdraw),
    /// [`LearnerEid`](crate::eid::LearnerEid), [`EidWithdraw`](crate::eid::EidWithdraw),
    /// [`ReferralOpen`](crate::referral::ReferralOpen),
    /// [`ReferralCancel`](crate::referral::ReferralCancel),
    /// [`OpenShift`](crate::shift::OpenShift), [`CloseShift`](crate::shift::CloseShift),
    /// [`Explain`](crate::quality::Explain), [`HelpLog`](crate::help::HelpLog),
    /// [`HelpTakeBack`](crate::help::HelpTakeBack),
    /// [`ReferralAccept`](crate::referral::ReferralAccept),
    /// [`ReferralReturn`](crate::referral::ReferralReturn),
    /// [`ReferralDone`](crate::referral::ReferralDone),
    /// [`MobileReport`](crate::mobile::MobileReport) or [`EidConfirm`](crate::eid::EidConfirm).
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub payload: serde_json::Value,
}

/// Payload of `visit.withdraw`: the author takes a visit back within ten minutes (undo).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// The visit, which is the id of the operation that recorded it, or of any later version.
    pub visit_id: VisitId,
}

/// Payload of `visit.correct`: the author says what really happened. A new version of the visit;
/// the older ones stay in the book and count no more. The knock keeps its first instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Correct {
    /// The visit: the id of its first version, or of any other.
    pub visit_id: VisitId,
    /// Why.
    pub why: Why,
    /// The visit as it should have been recorded; the door may be another one.
    pub record: VisitRecord,
}

/// Why what was recorded is corrected or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Bấm nhầm.
    Mistap,
    /// Nhầm nhà.
    WrongDoor,
    /// Biết thêm sau khi ghi.
    LearnedMore,
    /// Lý do khác.
    Other,
}

/// One element of a push: an operation, or what could not be read as one and spoils nothing else.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    /// An operation.
    Op(Op),
    /// Something else, with what of it could be read.
    Broken {
        /// Its id, if it is one.
        op_id: Option<OpId>,
        /// Its number, if it is one.
        device_seq: Option<i64>,
        /// Fingerprint of what was sent.
        fingerprint: i64,
    },
}

impl From<Op> for Sent {
    fn from(op: Op) -> Self {
        Self::Op(op)
    }
}

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        if let Ok(op) = Op::deserialize(&value) {
            return Ok(Self::Op(op));
        }
        Ok(Self::Broken {
            op_id: OpId::deserialize(&value["op_id"]).ok(),
            device_seq: value["device_seq"].as_i64(),
            fingerprint: fnv(&value.to_string()),
        })
    }
}

impl Serialize for Sent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Op(op) => op.serialize(serializer),
            Self::Broken { .. } => serializer.serialize_none(),
        }
    }
}

/// A batch of operations, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushRequest {
    /// The device the operations were written on; must be the session's.
    pub device_id: DeviceId,
    /// Version of the app, e.g. `0.1.0`.
    pub app_version: String,
    /// The phone's clock at sending; its difference to the server's corrects `made_at`.
    pub sent_at: Millis,
    /// Operations still on the phone, these included.
    pub queued: u32,
    /// Syncs that failed on the phone since the last that succeeded.
    #[serde(default)]
    pub failed: u32,
    /// At most [`MAX_OPS`].
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Op>))]
    pub ops: Vec<Sent>,
}

/// What became of a batch. Sent only after the book is durable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushAnswer {
    /// The server's clock.
    pub received_at: Millis,
    /// One result for each operation, in the order sent.
    pub results: Vec<OpResult>,
}

/// What became of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpResult {
    /// The operation; the nil UUID when what was sent had no readable id.
    pub op_id: OpId,
    /// Its fate.
    pub outcome: OpOutcome,
    /// The receipt: the ward's sequence number under which the book holds it. Absent when rejected
    /// or held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// Why it was rejected or superseded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Remarks that do not change the fate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
}

/// The fate of an operation. `applied`, `duplicate` and `superseded` mean: the phone may show *đã vào sổ*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OpOutcome {
    /// Written to the book now.
    Applied,
    /// Written before; this is the receipt of then.
    Duplicate,
    /// Nothing was left to do (an undo of what is already undone).
    Superseded,
    /// Not written; the phone keeps it and shows the reason.
    Rejected,
    /// Kept until the operation it follows has arrived; nothing is counted yet. The phone asks again.
    Held,
    /// Kept for the ward to look at; nothing is counted until the ward releases it.
    Quarantined,
}

/// Why an operation did not enter the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// This server knows no such kind of operation.
    UnknownKind,
    /// The payload is not what the kind needs.
    MalformedPayload,
    /// The payload has a field this server does not know.
    UnknownField,
    /// The household does not exist, or was never given to the sender's team.
    OutOfReach,
    /// The id was used before for something else.
    OpIdReused,
    /// The device used this sequence number before for something else.
    DeviceSeqReused,
    /// More than ten minutes have passed since the knock; or the referral has been taken up.
    TooLateToWithdraw,
    /// Somebody else's visit or remark, or another team's word.
    NotYours,
    /// What is taken back never entered the book, or was taken back already.
    NothingToWithdraw,
    /// People coached on a visit whose outcome says nobody was.
    PeopleWithoutService,
    /// More people than one visit may coach.
    TooManyPeople,
    /// A skill the campaign does not have.
    UnknownSkill,
    /// One skill twice for one person.
    SkillTwice,
    /// A level above 4.
    LevelOutOfRange,
    /// An appointment without a day, or a day where none belongs.
    ComebackMismatch,
    /// A day that is not in the calendar.
    NoSuchDay,
    /// The database refused it; the server's log has the cause.
    Refused,
    /// An operation the same account wrote earlier on the device has not arrived.
    WaitsForEarlier,
    /// The visit was taken back; there is nothing to correct.
    VisitWithdrawn,
    /// An edit that sets nothing.
    NothingToChange,
    /// A text longer than its field.
    TextTooLong,
    /// A text with a phone or identity number in it.
    NumberInText,
    /// A count no household has.
    OutOfRange,
    /// The household was removed from the register before the edit arrived; the ward decides.
    HouseholdDeleted,
    /// The account had been disabled before its work arrived; the ward decides.
    AccountDisabled,
    /// Nobody under 14 is registered.
    TooYoung,
    /// From 14 to 17 a parent or guardian agrees too.
    GuardianNeeded,
    /// A consent to a notice nobody was ever shown.
    UnknownNotice,
    /// Only the police may say so.
    NotYoursToSet,
    /// Nothing known before leads to this rung of the ladder.
    NoSuchStep,
    /// Better evidence stands, or the resident's screen must be seen to say so.
    WeakerEvidence,
    /// The resident has no phone on which VNeID could open.
    NeedsSmartphone,
    /// Nobody of the household has agreed to be remembered under this id, or no longer does.
    NoSuchLearner,
    /// A note with a secret or a number of a person in it; it is kept nowhere.
    SecretInText,
    /// The resident has not agreed to this purpose.
    ConsentNeeded,
    /// A kind of help the ward does not count.
    UnknownHelp,
    /// What was given as a number to call back is none.
    NotANumber,
}

impl Reason {
    /// The code on the wire and in the book.
    pub fn code(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(code)) => code,
            _ => String::new(),
        }
    }

    /// The reason of a code, or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
    }
}

impl From<VisitFault> for Reason {
    fn from(fault: VisitFault) -> Self {
        match fault {
            VisitFault::PeopleWithoutService => Self::PeopleWithoutService,
            VisitFault::TooManyPeople => Self::TooManyPeople,
            VisitFault::UnknownSkill => Self::UnknownSkill,
            VisitFault::SkillTwice => Self::SkillTwice,
            VisitFault::LevelOutOfRange => Self::LevelOutOfRange,
            VisitFault::ComebackMismatch => Self::ComebackMismatch,
            VisitFault::NoSuchDay => Self::NoSuchDay,
        }
    }
}

impl From<EditFault> for Reason {
    fn from(fault: EditFault) -> Self {
        match fault {
            EditFault::NothingToChange => Self::NothingToChange,
            EditFault::TextTooLong => Self::TextTooLong,
            EditFault::NumberInText => Self::NumberInText,
            EditFault::OutOfRange => Self::OutOfRange,
            EditFault::WrongKind => Self::MalformedPayload,
        }
    }
}

impl From<ConsentFault> for Reason {
    fn from(fault: ConsentFault) -> Self {
        match fault {
            ConsentFault::Malformed => Self::MalformedPayload,
            ConsentFault::TextTooLong => Self::TextTooLong,
            ConsentFault::NumberInText => Self::NumberInText,
            ConsentFault::TooYoung => Self::TooYoung,
            ConsentFault::GuardianNeeded => Self::GuardianNeeded,
            ConsentFault::UnknownNotice => Self::UnknownNotice,
        }
    }
}

impl From<EidFault> for Reason {
    fn from(fault: EidFault) -> Self {
        match fault {
            EidFault::NotYoursToSet => Self::NotYoursToSet,
            EidFault::NoSuchStep => Self::NoSuchStep,
            EidFault::WeakerEvidence => Self::WeakerEvidence,
            EidFault::NeedsSmartphone => Self::NeedsSmartphone,
        }
    }
}

impl From<HelpFault> for Reason {
    fn from(fault: HelpFault) -> Self {
        match fault {
            HelpFault::UnknownKind => Self::UnknownHelp,
            HelpFault::WhyMismatch => Self::MalformedPayload,
            HelpFault::TooManyPeople => Self::TooManyPeople,
            HelpFault::OutOfRange => Self::OutOfRange,
            HelpFault::NoSuchDay => Self::NoSuchDay,
        }
    }
}

impl From<AppointmentFault> for Reason {
    fn from(fault: AppointmentFault) -> Self {
        match fault {
            AppointmentFault::NoSuchDay => Self::NoSuchDay,
            AppointmentFault::OutOfRange => Self::OutOfRange,
        }
    }
}

impl From<NoteFault> for Reason {
    fn from(fault: NoteFault) -> Self {
        match fault {
            NoteFault::SecretInText => Self::SecretInText,
            NoteFault::TextTooLong => Self::TextTooLong,
        }
    }
}

/// A remark on an operation that was accepted all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The phone's clock is off; the time was corrected by what it showed when sending.
    ClockCorrected,
    /// Even so the time was impossible; the time of arrival stands instead.
    ClockClamped,
    /// Knocked after the alley had been taken back from the team, before the phone knew.
    LateScope,
    /// The household had left the register; kept in the book, not counted as a household.
    HouseholdGone,
    /// An earlier operation of the device never came; this one no longer waited for it.
    Gap,
    /// It carried fields this server does not know; they are kept beside it.
    UnknownField,
    /// Corrected from another device than the version before.
    CorrectedElsewhere,
    /// A field kept a later value; this one is only remembered.
    LostToNewer,
    /// A field waits for the ward to choose between two values.
    ToInbox,
    /// Somebody coached is not known as a learner of the household; the visit counts without the id.
    LearnerUnknown,
}

/// Fingerprint of what an operation says (FNV-1a over its JSON): tells a replay from a reuse of an
/// id by accident. It is no defence against an attacker, who could only harm his own records.
///
/// Names, numbers and notes leave no trace in it: it outlives them, and a short text can be guessed from it.
pub fn fingerprint(op: &Op) -> i64 {
    let payload = without_words(&op.kind, &op.payload);
    fnv(&format!("{}|{}|{}|{payload}", op.device_seq, op.made_at.0, op.kind))
}

fn fnv(text: &str) -> i64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    i64::from_ne_bytes(hash.to_ne_bytes())
}
