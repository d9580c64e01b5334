//! Typed identifiers. All are UUIDs made by whoever creates the thing (a phone offline included),
//! so an identity never changes when the server first hears of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self { id.0 }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> { s.parse().map(Self) }
        }
    )+};
}

ids! {
    /// A person who signs in.
    AccountId,
    /// A volunteer team (đội hình).
    TeamId,
    /// A residential group (tổ dân phố).
    GroupId,
    /// One stretch that is walked: a street, ngõ, ngách or hẻm within one residential group.
    AlleyId,
    /// A household (hộ).
    HouseholdId,
    /// One knock on one door. Equal to the id of the operation that recorded it.
    VisitId,
    /// A resident who agreed to be remembered (người học).
    LearnerId,
    /// A call for somebody else's help. Equal to the id of the operation that opened it.
    ReferralId,
    /// One operation written by a phone: the key of exactly-once delivery.
    OpId,
    /// One installation of the app in one browser profile.
    DeviceId,
    /// One login of one account on one device.
    SessionId,
    /// One evening of walking.
    ShiftId,
    /// A register on its way into the book, and afterwards what it changed there. Made by the desk.
    ImportId,
    /// An invitation to a team.
    InviteId,
    /// A key under which a map program reads the ward's coverage.
    LayerKeyId,
    /// A resident's request to the ward to be forgotten. Equal to the id of the line it leaves in the
    /// ledger of consents.
    WithdrawalId,
    /// A remark about how somebody records.
    QualityFlagId,
    /// A household that is asked again.
    QualityCheckId,
    /// A count of identity help. Equal to the id of the operation that wrote it.
    HelpId,
    /// An evening on which the police come to homes.
    MobileSessionId,
    /// A warning of a fraud that is about.
    AlertId,
    /// A badge of somebody who goes from door to door.
    BadgeId,
}
