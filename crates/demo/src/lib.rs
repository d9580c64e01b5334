//! A believable ward, made from one number.
//!
//! [`build`] invents everything a campaign needs to be shown or tested: residential groups inside the
//! ward's real outline, streets and alleys, households, teams, accounts and three weeks of visits. The
//! outlines and some names of places are real; **every person is invented**. The same seed gives the
//! same bytes; nothing is read from the clock or from the machine's randomness.
//!
//! The result is plain data. Inserting it is the caller's business, in the order of the fields of
//! [`DemoWard`], where each list refers only to earlier ones.

mod alleys;
mod boundary;
mod catalogue;
mod dice;
mod groups;
mod habits;
mod households;
mod identity;
mod names;
mod partition;
mod people;
mod points;
mod teams;
mod visits;

use gocua_domain::id::{AccountId, AlleyId, DeviceId, GroupId, HouseholdId, TeamId, VisitId};
use gocua_domain::identity::{Counts, Month};
use gocua_domain::skill::Skill;
use gocua_domain::territory::AlleyKind;
use gocua_domain::time::{Day, Millis};
use gocua_domain::visit::VisitRecord;

pub use boundary::WardSource;
pub use catalogue::{Campaign, Target, Unit, default_skills};
pub use names::Provenance;

/// How much of the ward to make: the number of households relative to the real one.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Scale(f64);

/// The scale asked for is outside [`Scale::MIN`]..=[`Scale::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a demonstration ward has a scale from 0.02 to 10, not {0}")]
pub struct ScaleOutOfRange(pub f64);

impl Scale {
    /// The whole ward.
    pub const FULL: Self = Self(1.0);
    /// The smallest ward: 330 households in three groups.
    pub const MIN: Self = Self(0.02);
    /// Ten wards in one.
    pub const MAX: Self = Self(10.0);

    /// A scale by its factor.
    ///
    /// # Errors
    /// When the factor is not within [`Scale::MIN`] and [`Scale::MAX`].
    pub fn new(factor: f64) -> Result<Self, ScaleOutOfRange> {
        if (Self::MIN.0..=Self::MAX.0).contains(&factor) {
            Ok(Self(factor))
        } else {
            Err(ScaleOutOfRange(factor))
        }
    }

    /// The factor.
    pub fn factor(self) -> f64 {
        self.0
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self::FULL
    }
}

/// Everything the generator made. Lists refer only to earlier lists.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoWard {
    /// The ward.
    pub ward: Ward,
    /// Residential groups, by [`Group::ordinal`].
    pub groups: Vec<Group>,
    /// Streets and alleys: group after group, parents before children, in natural order.
    pub alleys: Vec<Alley>,
    /// Households: alley after alley, in the order one walks.
    pub households: Vec<Household>,
    /// The skills coached, all 27.
    pub skills: Vec<Skill>,
    /// The campaign.
    pub campaign: Campaign,
    /// Its targets.
    pub targets: Vec<Target>,
    /// Volunteer teams.
    pub teams: Vec<Team>,
    /// People who sign in.
    pub accounts: Vec<Account>,
    /// Which team walks which alley. An alley has at most one team.
    pub assignments: Vec<Assignment>,
    /// Three weeks of visits, oldest first.
    pub visits: Vec<Visit>,
    /// What the police counted in the last three months, the oldest month first. One group in nine was
    /// never counted, some not this month.
    pub identity_counts: Vec<IdentityCount>,
}

/// What the police counted of a group in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentityCount {
    /// The group.
    pub group_id: GroupId,
    /// The month.
    pub month: Month,
    /// The day it holds for, never after today.
    pub as_of: Day,
    /// The counts.
    pub counts: Counts,
}

/// The ward.
#[derive(Clone, Debug, PartialEq)]
pub struct Ward {
    /// Code of the General Statistics Office, e.g. `10549`.
    pub code: &'static str,
    /// Full name, e.g. `Phường Chu Văn An`.
    pub name: &'static str,
    /// Short sign that begins every household code, e.g. `CVA`.
    pub sign: &'static str,
    /// City it belongs to.
    pub city: &'static str,
    /// Wards it was formed from on 2025-07-01; empty where unknown.
    pub former_wards: &'static [&'static str],
    /// Outline: a GeoJSON `Polygon` in degrees (WGS 84), six decimals.
    pub boundary: serde_json::Value,
}

/// A residential group (tổ dân phố). Its outline is always invented.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Identity.
    pub id: GroupId,
    /// 1, 2, 3 .. in the ward.
    pub ordinal: u32,
    /// Short code, letters and digits, e.g. `NINHCHAP5`.
    pub code: String,
    /// Name without the words *tổ dân phố* where it has a name of its own (`Ninh Chấp 5`), else
    /// `Tổ dân phố 7`.
    pub name: String,
    /// Is the name known or made up?
    pub provenance: Provenance,
    /// The former ward it is placed in, where known.
    pub former_ward: Option<&'static str>,
    /// Outline: a GeoJSON `Polygon`. Neighbours share every corner of their common border.
    pub boundary: serde_json::Value,
    /// A point well inside for a label: longitude, latitude.
    pub label_point: [f64; 2],
}

/// One stretch that is walked: a street, ngõ, ngách or hẻm within one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alley {
    /// Identity.
    pub id: AlleyId,
    /// The group it lies in. A street through several groups is one row in each.
    pub group_id: GroupId,
    /// The way it turns off, in the same group; none for a street.
    pub parent_id: Option<AlleyId>,
    /// Street, ngõ, ngách or hẻm.
    pub kind: AlleyKind,
    /// Name of the street it belongs to, without the word for street, e.g. `Nguyễn Trãi`.
    pub street: &'static str,
    /// House numbers at the mouths on the way in from the street: ngách 34/5 is `[34, 5]`. Empty for
    /// a street; the last one is where this alley turns off its parent.
    pub path: Vec<u32>,
    /// What it is called: `Đường Nguyễn Trãi`, `Ngõ 34, Nguyễn Trãi`, `Ngách 34/5`, `Hẻm 34/5/2`.
    pub label: String,
    /// Sorts the alleys of a ward naturally (2 before 10, a child after its parent) as plain bytes.
    pub sort_key: String,
}

impl Alley {
    /// The house number at whose mouth it turns off its parent; none for a street.
    pub fn mouth(&self) -> Option<u32> {
        self.path.last().copied()
    }
}

/// A household (hộ).
#[derive(Clone, Debug, PartialEq)]
pub struct Household {
    /// Identity.
    pub id: HouseholdId,
    /// Code in the ward's book, e.g. `CVA-THAIHOC2-0007`.
    pub code: String,
    /// Its group.
    pub group_id: GroupId,
    /// The alley its door opens to, in the same group.
    pub alley_id: AlleyId,
    /// 1, 2, 3 .. along the alley, in the order one walks.
    pub position: u32,
    /// Number at the door: `12`, `12A`, `12/3`, `Lô 05 LK2`, `Kiốt 7 chợ Sao Đỏ`. About 6 % have none.
    pub house_no: Option<String>,
    /// Where to find a door without a number.
    pub landmark: Option<String>,
    /// The address as a register would write it; `gocua_domain::address` reads it.
    pub address: String,
    /// Invented name of the head of household; about 3 % have none.
    pub head_name: Option<String>,
    /// Members, 1 to 8.
    pub member_count: u8,
    /// Of these, from 14 years.
    pub adult_count: u8,
    /// Where its door is: longitude, latitude in degrees, inside its group's outline.
    pub point: [f64; 2],
}

/// A volunteer team (đội hình).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Identity.
    pub id: TeamId,
    /// Name, e.g. `Chi đoàn tổ dân phố Nguyễn Trãi 2`.
    pub name: String,
    /// The account that leads it (found in [`DemoWard::accounts`], the only forward reference).
    pub lead_id: AccountId,
}

/// A person who signs in. Telephones are left out on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Identity.
    pub id: AccountId,
    /// Login, e.g. `tnv1`.
    pub login: String,
    /// Invented name shown to others.
    pub display_name: String,
    /// Role code: `volunteer`, `team_lead`, `tdp_coordinator`, `police`, `one_stop_helper`,
    /// `ward_staff`, `party_board`, `dpo` or `admin`.
    pub role: &'static str,
    /// Team of a volunteer or team lead.
    pub team_id: Option<TeamId>,
    /// Group of a residential-group coordinator.
    pub group_id: Option<GroupId>,
    /// The phone of a volunteer or team lead, on which [`Visit::device_seq`] counts.
    pub device_id: Option<DeviceId>,
}

/// A team walks an alley.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The team.
    pub team_id: TeamId,
    /// The alley.
    pub alley_id: AlleyId,
    /// Since when: always before the first visit.
    pub since: Millis,
}

/// One visit as a phone recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Identity, which is also that of the operation that recorded it (version 7).
    pub id: VisitId,
    /// Who knocked: a member of the team that holds the alley.
    pub account_id: AccountId,
    /// The team of the one who knocked.
    pub team_id: TeamId,
    /// The phone.
    pub device_id: DeviceId,
    /// 1, 2, 3 .. on that phone, without gaps, in the order of `made_at`.
    pub device_seq: i64,
    /// When the door was knocked: between 08:00 and 21:00 in Viet Nam, never after `now`.
    pub made_at: Millis,
    /// What was recorded.
    pub record: VisitRecord,
}

/// Builds a ward as it stands at `now`, three weeks into its campaign.
pub fn build(source: WardSource, seed: u64, scale: Scale, now: Millis) -> DemoWard {
    let outline = source.outline();
    let plan = groups::plan(&source, &outline, seed, scale);
    let alleys = alleys::lay_out(&source, &plan, seed);
    let mut households = households::people(&source, &plan, &alleys, seed);
    points::place(&source, &plan, &mut households.rows, seed);
    let skills = default_skills();
    let today = now.day();
    let campaign = catalogue::campaign(today);
    let targets = catalogue::targets(&campaign);
    let crew = teams::muster(&source, &plan, &alleys, &campaign, seed);
    let identity_counts = identity::count(&plan.groups, &households.rows, today, seed);
    let visits = visits::walk(&source, &plan, &alleys, &households, &crew, &campaign, now, seed);
    DemoWard {
        ward: Ward {
            code: source.code,
            name: source.name,
            sign: source.sign,
            city: source.city,
            former_wards: source.former_wards,
            boundary: boundary::polygon_json(&[outline]),
        },
        groups: plan.groups,
        alleys: alleys.rows,
        households: households.rows,
        skills,
        campaign,
        targets,
        teams: crew.teams,
        accounts: crew.accounts,
        assignments: crew.assignments,
        visits,
        identity_counts,
    }
}
