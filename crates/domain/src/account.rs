//! Accounts, roles, who may do what, and the arithmetic of signing in.

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, DeviceId, GroupId, SessionId, TeamId};
use crate::time::Millis;

/// What an account is in the campaign. One account has one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Goes from door to door with a team.
    Volunteer,
    /// Leads a team of volunteers.
    TeamLead,
    /// Tổ trưởng: looks after one residential group.
    TdpCoordinator,
    /// Ward police, who help with electronic identity.
    Police,
    /// Helps at the ward's one-stop desk.
    OneStopHelper,
    /// A school of the ward.
    School,
    /// A party cell (chi bộ).
    PartyCell,
    /// The ward desk that runs the campaign.
    WardStaff,
    /// The party board that receives the reports: aggregates only.
    PartyBoard,
    /// Data protection officer.
    Dpo,
    /// Runs a ward's program: accounts, campaign, targets, and all that the ward desk does. Without a
    /// ward it runs the machine alone and reads no content (ADR 23).
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 11] = [
        Self::Volunteer,
        Self::TeamLead,
        Self::TdpCoordinator,
        Self::Police,
        Self::OneStopHelper,
        Self::School,
        Self::PartyCell,
        Self::WardStaff,
        Self::PartyBoard,
        Self::Dpo,
        Self::Admin,
    ];

    /// Those an administrator makes accounts for; a volunteer comes with a team's code.
    pub const APPOINTED: [Self; 8] = [
        Self::WardStaff,
        Self::TeamLead,
        Self::TdpCoordinator,
        Self::Police,
        Self::OneStopHelper,
        Self::PartyBoard,
        Self::Dpo,
        Self::Admin,
    ];

    /// Does it work with one team?
    pub fn has_team(self) -> bool {
        matches!(self, Self::Volunteer | Self::TeamLead)
    }

    /// Does it look after one residential group?
    pub fn has_group(self) -> bool {
        self == Self::TdpCoordinator
    }

    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Volunteer => "volunteer",
            Self::TeamLead => "team_lead",
            Self::TdpCoordinator => "tdp_coordinator",
            Self::Police => "police",
            Self::OneStopHelper => "one_stop_helper",
            Self::School => "school",
            Self::PartyCell => "party_cell",
            Self::WardStaff => "ward_staff",
            Self::PartyBoard => "party_board",
            Self::Dpo => "dpo",
            Self::Admin => "admin",
        }
    }

    /// The role of a code, or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// A login as the book keeps it: spaces around it and capitals do not matter.
pub fn login_key(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Who is calling: an account on a device in a session that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The account.
    pub account: AccountId,
    /// Its role, as the book has it now and not as a token remembers it.
    pub role: Role,
    /// Code of its ward; whoever runs the machine alone has none.
    pub ward: Option<String>,
    /// Its team, if it walks with one.
    pub team: Option<TeamId>,
    /// Its residential group, if it looks after one.
    pub group: Option<GroupId>,
    /// The device it signed in on.
    pub device: DeviceId,
    /// The session.
    pub session: SessionId,
}

/// What can be asked of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Hand in what a phone wrote.
    SyncPush,
    /// Fetch what a phone may hold.
    SyncPull,
    /// Read the coverage board.
    ReadCoverage,
    /// Read the outlines of the ward and its groups.
    ReadBoundary,
    /// Read coverage day by day.
    ReadTrend,
    /// List the alleys of a group.
    ReadAlleys,
    /// List the teams.
    ReadTeams,
    /// Give an alley to a team or take it back.
    AssignAlley,
    /// Hear that coverage changed.
    WatchEvents,
    /// Read one's own account.
    ReadMe,
    /// List the phones, with what each needs.
    ReadPhones,
    /// Read what phones ask the desk to decide, and decide it.
    KeepInbox,
    /// Look for households in the register.
    SearchRegister,
    /// Merge doubles, remove and restore households, merge residential groups.
    KeepRegister,
    /// Tell one's team-mates at which door one stands, and hear of theirs.
    ShareDoor,
    /// Invite volunteers to a team.
    InviteToTeam,
    /// Shut a lost phone out.
    RevokePhone,
    /// Carry out what residents ask the ward about themselves, which needs a look at who they are.
    AnswerResidents,
    /// Read at which homes two teams met, as far as one's own team is one of them.
    ReadOverlaps,
    /// Make accounts, take their access away and give it back.
    ManageAccounts,
    /// Change the campaign and its targets.
    ManageCampaign,
    /// Take figures away as a file.
    ExportFigures,
    /// Take a list that names people away as a file.
    ExportPeople,
    /// Read who took what away, and who looked at names.
    ReadAccessLog,
    /// Bring household lists into the register, and take an import back.
    ImportRegister,
    /// Found, rename and close teams, plan their evenings, say who is in them and who leads.
    ManageTeams,
    /// See where doors are, with number and status: places of homes.
    ReadDoorMap,
    /// Give residential groups their outlines.
    KeepGround,
    /// Make and take back keys under which a map program reads the ward's aggregates.
    KeepLayerKeys,
    /// Read the ward's board: pace, what lags, hours, what waits.
    ReadBoard,
    /// Read remarks about recording and which households to ask again.
    ReadQuality,
    /// Close such remarks, write down what households said, set the terms.
    WriteQuality,
    /// Group waiting homes into evenings on which the police come.
    PlanMobile,
    /// Pass a resident who asks at the one-stop desk or in a class on to the police.
    OpenReferral,
    /// Read identity help and referrals in figures, and the reports made of them.
    ReadIdentity,
    /// Enter the police's monthly counts of residential groups.
    KeepIdentityCounts,
    /// Warn of a fraud, and take a warning back.
    PublishAlert,
    /// Badges, the evening's rota and the codes of residential groups.
    KeepTrust,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 38] = [
        Self::SyncPush,
        Self::SyncPull,
        Self::ReadCoverage,
        Self::ReadBoundary,
        Self::ReadTrend,
        Self::ReadAlleys,
        Self::ReadTeams,
        Self::AssignAlley,
        Self::WatchEvents,
        Self::ReadMe,
        Self::ReadPhones,
        Self::KeepInbox,
        Self::SearchRegister,
        Self::KeepRegister,
        Self::ShareDoor,
        Self::InviteToTeam,
        Self::RevokePhone,
        Self::AnswerResidents,
        Self::ReadOverlaps,
        Self::ManageAccounts,
        Self::ManageCampaign,
        Self::ExportFigures,
        Self::ExportPeople,
        Self::ReadAccessLog,
        Self::ImportRegister,
        Self::ManageTeams,
        Self::ReadDoorMap,
        Self::KeepGround,
        Self::KeepLayerKeys,
        Self::ReadBoard,
        Self::ReadQuality,
        Self::WriteQuality,
        Self::PlanMobile,
        Self::OpenReferral,
        Self::ReadIdentity,
        Self::KeepIdentityCounts,
        Self::PublishAlert,
        Self::KeepTrust,
    ];
}

/// How far a permitted action reaches. The store's queries take it as their scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// What the account's team holds, and the account itself. Without a team: only itself.
    OwnTeam,
    /// The account's residential group.
    OwnGroup,
    /// The account's ward.
    Ward,
    /// Counts of the account's ward, with counts of people from 1 to 4 suppressed.
    WardAggregates,
}

/// The reach of an action for a caller, or `None` when it is refused. Deny is the default: an
/// action not listed here for a role is refused.
pub fn may(who: &Principal, action: Action) -> Option<Reach> {
    use Action::{
        AnswerResidents, AssignAlley, ExportFigures, ExportPeople, ImportRegister, InviteToTeam,
        KeepGround, KeepIdentityCounts, KeepInbox, KeepLayerKeys, KeepRegister, KeepTrust,
        ManageAccounts, ManageCampaign, ManageTeams, OpenReferral, PlanMobile, PublishAlert,
        ReadAccessLog, ReadAlleys, ReadBoard, ReadBoundary, ReadCoverage, ReadDoorMap,
        ReadIdentity, ReadMe, ReadOverlaps, ReadPhones, ReadQuality, ReadTeams, ReadTrend,
        RevokePhone, SearchRegister, ShareDoor, SyncPull, SyncPush, WatchEvents, WriteQuality,
    };
    use Reach::{OwnGroup, OwnTeam, Ward, WardAggregates};
    let reach = match (who.role, action) {
        // Everyone who signs in may read who they are; it is the one thing all roles share.
        (_, ReadMe) => return Some(OwnTeam),
        // The phone holds the doors of its team and nothing else. A lead sees no more than the team.
        (Role::Volunteer | Role::TeamLead, SyncPush | SyncPull | ShareDoor) => OwnTeam,
        // A lead looks after the phones of the team; what they recorded is not shown. A phone is
        // lost, and somebody comes to help, of an evening: neither can wait for the desk.
        // Another team at the own team's door is the leads' to talk over.
        (Role::TeamLead, ReadPhones | InviteToTeam | RevokePhone | ReadOverlaps) => OwnTeam,
        // A coordinator follows his own group's figures; doors belong to the teams.
        (Role::TdpCoordinator, ReadCoverage) => OwnGroup,
        (
            // In a small ward whoever keeps the accounts is who runs the campaign (ADR 23). Without a
            // ward there is nothing to reach.
            Role::WardStaff | Role::Admin,
            ReadCoverage | ReadBoundary | ReadTrend | ReadAlleys | ReadTeams | AssignAlley
            | WatchEvents | ReadPhones | KeepInbox | SearchRegister | KeepRegister | InviteToTeam
            | RevokePhone | AnswerResidents | ReadOverlaps | ExportFigures | ExportPeople
            | ReadAccessLog | ImportRegister | ManageTeams | ReadDoorMap | KeepGround
            | KeepLayerKeys | ReadBoard | ReadQuality | WriteQuality | OpenReferral | ReadIdentity
            | KeepIdentityCounts | PublishAlert | KeepTrust,
        ) => Ward,
        // Officers work through the whole ward's queue, at the desk and from door to door; of the
        // register and the visits they are given what was passed on to them, and no more.
        (
            Role::Police,
            SyncPush | SyncPull | PlanMobile | OpenReferral | ReadIdentity | KeepIdentityCounts
            | PublishAlert | KeepTrust,
        ) => Ward,
        (Role::OneStopHelper, OpenReferral) => Ward,
        (Role::Admin, ManageAccounts | ManageCampaign) => Ward,
        // The board judges the campaign, not households: no alleys, no teams, small counts hidden.
        (
            Role::PartyBoard,
            ReadCoverage | ReadBoundary | ReadTrend | WatchEvents | ExportFigures | ReadBoard,
        ) => WardAggregates,
        // Enough to see what is processed and how much; counts of few people are still people.
        (Role::Dpo, ReadCoverage | ExportFigures | ReadBoard) => WardAggregates,
        // Whether a look or a list was in order is the officer's to judge.
        (Role::Dpo, ReadAccessLog) => Ward,
        // Schools and party cells have their work elsewhere: nothing the server offers so far is part
        // of it.
        _ => return None,
    };
    let anchored = match reach {
        OwnTeam | Ward | WardAggregates => who.ward.is_some(),
        OwnGroup => who.ward.is_some() && who.group.is_some(),
    };
    anchored.then_some(reach)
}

/// Why an account's access stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nobody shuts himself out.
    Own,
    /// A ward keeps one administrator who can sign in.
    LastAdmin,
}

/// Whether `who` may take the access of `whose` away: disable the account, or have its password chosen
/// anew. `admins` is how many administrators of the ward are not disabled.
pub fn may_shut_out(
    who: AccountId,
    whose: AccountId,
    role: Role,
    admins: usize,
) -> Result<(), Kept> {
    if who == whose {
        return Err(Kept::Own);
    }
    if role == Role::Admin && admins <= 1 {
        return Err(Kept::LastAdmin);
    }
    Ok(())
}

/// Wrong passwords in a row that cost nothing.
pub const FREE_FAILURES: u32 = 5;
/// The first wait, in milliseconds; each further failure doubles it.
const FIRST_WAIT_MS: i64 = 60_000;
/// The longest wait: a lock is never permanent, so nobody can be shut out for good by a stranger.
const LONGEST_WAIT_MS: i64 = 15 * 60_000;

/// Wrong passwords in a row, and the wait they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lockout {
    /// Attempts since the last success.
    pub failures: u32,
    /// No attempt is looked at before this instant.
    pub locked_until: Option<Millis>,
}

impl Lockout {
    /// Milliseconds still to wait, or `None` when an attempt may be made.
    pub fn wait(self, now: Millis) -> Option<i64> {
        self.locked_until.map(|until| until.0 - now.0).filter(|ms| *ms > 0)
    }

    /// The state once an attempt is under way. It is counted as a failure *before* the password is
    /// looked at, so that many guesses sent at once cannot share one free attempt; a success
    /// afterwards forgets it.
    #[must_use]
    pub fn attempt(self, now: Millis) -> Self {
        let failures = self.failures.saturating_add(1);
        let locked_until = failures
            .checked_sub(FREE_FAILURES + 1)
            .map(|doublings| now.plus((FIRST_WAIT_MS << doublings.min(8)).min(LONGEST_WAIT_MS)));
        Self { failures, locked_until }
    }
}

/// How long a refresh token whose answer was lost may be shown again.
pub const REFRESH_GRACE_MS: i64 = 5 * 60_000;
/// A session nobody refreshed for this long has expired.
pub const SESSION_IDLE_MS: i64 = 14 * 86_400_000;
/// No session outlives this.
pub const SESSION_MAX_MS: i64 = 90 * 86_400_000;

/// What the book knows of a session when its refresh token is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionFacts {
    /// How often the token has rotated; the token that is good now carries this number.
    pub rotation: i32,
    /// When it rotated last (at first: when the session began).
    pub rotated_at: Millis,
    /// The end of its life whatever happens.
    pub expires_at: Millis,
    /// Whether it has been ended.
    pub ended: bool,
}

/// What the device key's signature is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Signed by the session's device key, not seen before.
    Fresh,
    /// Signed by the session's device key, and seen before.
    Replayed,
    /// Not signed by the session's device key, or about something else.
    Invalid,
}

/// What to do with a refresh token that this server made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// Rotate: the token of this number is good from now on.
    Rotate(i32),
    /// The answer was lost: give the successor of this number again.
    Repeat(i32),
    /// Refuse, the session goes on: the caller cannot show that it is the device.
    ProofInvalid,
    /// An old token came back: two parties hold the cookie. End the session.
    Reused,
    /// Too long idle, or at the end of its life.
    Expired,
    /// Ended before.
    Ended,
}

/// Judges a refresh token (already authenticated) and the proof that came with it.
pub fn refresh(session: &SessionFacts, rotation: i32, proof: Proof, now: Millis) -> Refresh {
    if session.ended {
        return Refresh::Ended;
    }
    if now >= session.expires_at || now.0 - session.rotated_at.0 > SESSION_IDLE_MS {
        return Refresh::Expired;
    }
    // A number ahead of the book is honest: the book was restored from a backup taken before it.
    if rotation >= session.rotation {
        return match proof {
            Proof::Fresh => Refresh::Rotate(rotation.saturating_add(1)),
            Proof::Replayed | Proof::Invalid => Refresh::ProofInvalid,
        };
    }
    let just_replaced =
        rotation + 1 == session.rotation && now.0 - session.rotated_at.0 <= REFRESH_GRACE_MS;
    match proof {
        Proof::Fresh if just_replaced => Refresh::Repeat(session.rotation),
        // The same request twice, as an HTTP stack may do by itself: it gains nothing, and a new
        // proof by the same device mends it.
        Proof::Replayed if just_replaced => Refresh::ProofInvalid,
        _ => Refresh::Reused,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn principal(role: Role) -> Principal {
        Principal {
            account: AccountId(Uuid::from_u128(1)),
            role,
            ward: Some("10549".into()),
            team: Some(TeamId(Uuid::from_u128(2))),
            group: Some(GroupId(Uuid::from_u128(3))),
            device: DeviceId(Uuid::from_u128(4)),
            session: SessionId(Uuid::from_u128(5)),
        }
    }

    #[test]
    fn codes_of_roles_are_their_names_on_the_wire() {
        for role in Role::ALL {
            let wire = serde_json::to_value(role).expect("a role is a string");
            assert_eq!(wire, role.code());
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
        assert_eq!(Role::from_code("root"), None);
    }

    /// The whole matrix, written out a second time and in another shape: one line a role, one
    /// letter an action in the order of [`Action::ALL`]. `t` own team, `g` own group, `w` ward,
    /// `a` aggregates of the ward, `.` refused.
    #[test]
    fn every_role_may_do_exactly_this() {
        #[rustfmt::skip]
        let matrix = [
            //                      push pull coverage boundary trend alleys teams assign events me
            //                      phones inbox search register door invite revoke residents overlaps
            //                      accounts campaign figures people log import teams doormap ground
            //                      layers board quality asking mobile refer identity counts alerts trust
            (Role::Volunteer,      "t t . . . . . . . t . . . . t . . . . . . . . . . . . . . . . . . . . . . ."),
            (Role::TeamLead,       "t t . . . . . . . t t . . . t t t . t . . . . . . . . . . . . . . . . . . ."),
            (Role::TdpCoordinator, ". . g . . . . . . t . . . . . . . . . . . . . . . . . . . . . . . . . . . ."),
            (Role::Police,         "w w . . . . . . . t . . . . . . . . . . . . . . . . . . . . . . w w w w w w"),
            (Role::OneStopHelper,  ". . . . . . . . . t . . . . . . . . . . . . . . . . . . . . . . . w . . . ."),
            (Role::School,         ". . . . . . . . . t . . . . . . . . . . . . . . . . . . . . . . . . . . . ."),
            (Role::PartyCell,      ". . . . . . . . . t . . . . . . . . . . . . . . . . . . . . . . . . . . . ."),
            (Role::WardStaff,      ". . w w w w w w w t w w w w . w w w w . . w w w w w w w w w w w . w w w w w"),
            (Role::PartyBoard,     ". . a a a . . . a t . . . . . . . . . . . a . . . . . . . a . . . . . . . ."),
            (Role::Dpo,            ". . a . . . . . . t . . . . . . . . . . . a . w . . . . . a . . . . . . . ."),
            (Role::Admin,          ". . w w w w w w w t w w w w . w w w w w w w w w w w w w w w w w . w w w w w"),
        ];
        assert_eq!(matrix.map(|(role, _)| role), Role::ALL);
        for (role, line) in matrix {
            let letters: Vec<&str> = line.split(' ').collect();
            assert_eq!(letters.len(), Action::ALL.len(), "{role:?}");
            for (action, letter) in Action::ALL.into_iter().zip(letters) {
                let expected = match letter {
                    "t" => Some(Reach::OwnTeam),
                    "g" => Some(Reach::OwnGroup),
                    "w" => Some(Reach::Ward),
                    "a" => Some(Reach::WardAggregates),
                    _ => None,
                };
                assert_eq!(may(&principal(role), action), expected, "{role:?} {action:?}");
            }
        }
    }

    #[test]
    fn a_reach_needs_something_to_reach() {
        let nowhere = |role| Principal { ward: None, team: None, group: None, ..principal(role) };
        for role in Role::ALL {
            for action in Action::ALL.into_iter().filter(|a| *a != Action::ReadMe) {
                assert_eq!(may(&nowhere(role), action), None, "{role:?} {action:?}");
            }
        }
        let groupless = Principal { group: None, ..principal(Role::TdpCoordinator) };
        assert_eq!(may(&groupless, Action::ReadCoverage), None);
        // A volunteer taken off the team must still be able to hand in what the phone holds.
        let teamless = Principal { team: None, ..principal(Role::Volunteer) };
        assert_eq!(may(&teamless, Action::SyncPush), Some(Reach::OwnTeam));
    }

    #[test]
    fn nobody_shuts_himself_out_and_one_administrator_stays() {
        let id = |n| AccountId(Uuid::from_u128(n));
        assert_eq!(may_shut_out(id(1), id(1), Role::Admin, 3), Err(Kept::Own));
        assert_eq!(may_shut_out(id(1), id(2), Role::Admin, 1), Err(Kept::LastAdmin));
        assert_eq!(may_shut_out(id(1), id(2), Role::Admin, 2), Ok(()));
        assert_eq!(may_shut_out(id(1), id(2), Role::Volunteer, 1), Ok(()));
    }

    #[test]
    fn an_appointed_role_knows_what_it_belongs_to() {
        let with_team: Vec<_> = Role::APPOINTED.into_iter().filter(|r| r.has_team()).collect();
        assert_eq!(with_team, [Role::TeamLead]);
        assert!(!Role::APPOINTED.contains(&Role::Volunteer));
        assert_eq!(Role::ALL.into_iter().filter(|r| r.has_group()).count(), 1);
    }

    #[test]
    fn five_failures_are_free_then_the_wait_doubles_to_a_quarter_of_an_hour() {
        let now = Millis(1_000_000);
        let mut lock = Lockout::default();
        let mut minutes = Vec::new();
        for _ in 0..12 {
            lock = lock.attempt(now);
            minutes.push(lock.wait(now).map_or(0, |ms| ms / 60_000));
        }
        assert_eq!(minutes, [0, 0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15]);
        assert_eq!(lock.wait(now.plus(LONGEST_WAIT_MS - 1)), Some(1));
        assert_eq!(lock.wait(now.plus(LONGEST_WAIT_MS)), None);
        let worn = Lockout { failures: u32::MAX, locked_until: None }.attempt(now);
        assert_eq!(worn.wait(now), Some(LONGEST_WAIT_MS));
    }

    #[test]
    fn a_refresh_token_serves_once_and_a_lost_answer_may_be_asked_again() {
        let now = Millis(1_800_000_000_000);
        let live = SessionFacts {
            rotation: 7,
            rotated_at: now.plus(-60_000),
            expires_at: now.plus(SESSION_MAX_MS),
            ended: false,
        };
        let judge = |rotation, proof| refresh(&live, rotation, proof, now);
        assert_eq!(judge(7, Proof::Fresh), Refresh::Rotate(8));
        assert_eq!(judge(7, Proof::Replayed), Refresh::ProofInvalid);
        assert_eq!(judge(7, Proof::Invalid), Refresh::ProofInvalid);
        assert_eq!(judge(6, Proof::Fresh), Refresh::Repeat(7));
        assert_eq!(judge(6, Proof::Replayed), Refresh::ProofInvalid);
        assert_eq!(judge(6, Proof::Invalid), Refresh::Reused);
        assert_eq!(judge(5, Proof::Fresh), Refresh::Reused);
        assert_eq!(judge(9, Proof::Fresh), Refresh::Rotate(10));

        let late = now.plus(REFRESH_GRACE_MS - 60_000);
        assert_eq!(refresh(&live, 6, Proof::Fresh, late), Refresh::Repeat(7));
        assert_eq!(refresh(&live, 6, Proof::Fresh, late.plus(1)), Refresh::Reused);

        let idle = live.rotated_at.plus(SESSION_IDLE_MS);
        assert_eq!(refresh(&live, 7, Proof::Fresh, idle), Refresh::Rotate(8));
        assert_eq!(refresh(&live, 7, Proof::Fresh, idle.plus(1)), Refresh::Expired);
        let old = SessionFacts { expires_at: now, ..live };
        assert_eq!(refresh(&old, 7, Proof::Fresh, now), Refresh::Expired);
        let ended = SessionFacts { ended: true, ..live };
        assert_eq!(refresh(&ended, 7, Proof::Fresh, now), Refresh::Ended);
    }
}
