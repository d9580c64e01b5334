//! A ward of three teams, six alleys and twenty-four doors, with three volunteers a team.

use std::sync::OnceLock;

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use gocua_domain::account::Role;
use gocua_domain::address::Address;
use gocua_domain::id::{AccountId, AlleyId, GroupId, HouseholdId, TeamId};
use gocua_domain::pull::CampaignRef;
use gocua_domain::search::search_key;
use gocua_domain::skill::Skill;
use gocua_domain::territory::AlleyKind;
use gocua_domain::time::Day;
use gocua_store::{NewAccount, NewAlley, NewGroup, NewHousehold, NewWard};
use gocua_tests::START;
use serde_json::json;
use uuid::Uuid;

pub const WARD: &str = "99999";
pub const PASSWORD: &str = "gõ cửa từng nhà";
pub const STAFF: &str = "ward_staff";
pub const TEAMS: usize = 3;
pub const ALLEYS: usize = 6;
pub const GROUPS: usize = 3;
pub const HOUSEHOLDS: usize = 24;
pub const VOLUNTEERS: usize = 9;

fn id(kind: u128, n: usize) -> Uuid {
    Uuid::from_u128(0x51b0_0000_0000_7000_8000_0000_0000_0000 | kind << 16 | n as u128)
}

pub fn team(n: usize) -> TeamId {
    TeamId(id(1, n))
}

pub fn group(n: usize) -> GroupId {
    GroupId(id(2, n))
}

pub fn alley(n: usize) -> AlleyId {
    AlleyId(id(3, n))
}

pub fn household(n: usize) -> HouseholdId {
    HouseholdId(id(4, n))
}

/// Volunteers, then the ward desk.
pub fn account(n: usize) -> AccountId {
    AccountId(id(5, n))
}

/// Accounts a schedule begins with; who joins later is counted on from here.
pub const ACCOUNTS: usize = VOLUNTEERS + 1;

/// The team of a volunteer who was there from the beginning.
pub fn team_of(volunteer: usize) -> usize {
    volunteer % TEAMS
}

pub fn login(volunteer: usize) -> String {
    format!("volunteer{volunteer}")
}

/// A hash of [`PASSWORD`] that is quick to check: the server takes the effort from the hash.
fn quick_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let params = Params::new(8, 1, 1, None).expect("the least effort");
        let hash: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_with_salt(PASSWORD.as_bytes(), &[3; 16])
            .expect("hashes");
        hash.to_string()
    })
    .clone()
}

pub fn ward() -> NewWard {
    let square = |west: f64| {
        json!({"type": "Polygon", "coordinates": [[
            [west, 21.0], [west + 0.01, 21.0], [west + 0.01, 21.01], [west, 21.01], [west, 21.0]
        ]]})
    };
    NewWard {
        code: WARD.into(),
        name: "Phường Thử".into(),
        city: "Thành phố Thử".into(),
        boundary: square(106.0),
        demo: true,
        groups: (0..GROUPS)
            .map(|n| NewGroup {
                id: group(n),
                code: format!("TDP{n}"),
                name: format!("Tổ dân phố {n}"),
                boundary: Some(square(106.0 + n as f64 / 100.0)),
                label: None,
            })
            .collect(),
        alleys: (0..ALLEYS)
            .map(|n| NewAlley {
                id: alley(n),
                group: group(n / 2),
                parent: None,
                kind: AlleyKind::Lane,
                name: format!("Ngõ {n}"),
                mouth: None,
                sort: format!("{n}"),
            })
            .collect(),
        households: (0..HOUSEHOLDS).map(one_household).collect(),
        teams: (0..TEAMS).map(|n| (team(n), format!("Đội {n}"))).collect(),
        accounts: accounts(),
        assignments: (0..ALLEYS)
            .map(|n| (alley(n), team(n % TEAMS), START.plus(-86_400_000)))
            .collect(),
        skills: vec![Skill {
            code: "SEC-01".into(),
            vi: "Nhận biết lừa đảo".into(),
            en: "Spotting scams".into(),
            core: true,
            quick: true,
        }],
        campaign: Some(CampaignRef {
            name: "Chiến dịch thử".into(),
            starts_on: Day(20261101),
            ends_on: Day(20261220),
        }),
        targets: Vec::new(),
        visits: Vec::new(),
    }
}

/// Every third house has no head and no number of members yet, so that a phone may fill them in.
fn one_household(n: usize) -> NewHousehold {
    let alley_of = n / 4;
    let known = !n.is_multiple_of(3);
    let house_no = if n.is_multiple_of(5) { String::new() } else { (2 * n + 1).to_string() };
    let address = Address::parse(&house_no);
    NewHousehold {
        id: household(n),
        code: format!("THU-{n:04}"),
        group: group(alley_of / 2),
        alley: alley(alley_of),
        sort: address.sort_key(),
        side: address.side(),
        house_no,
        landmark: None,
        head_name: known.then(|| "Nguyễn Văn Thử".into()),
        members: known.then_some(4),
        adults: known.then_some(3),
        search_key: search_key("Nguyễn Văn Thử"),
        point: None,
    }
}

fn accounts() -> Vec<NewAccount> {
    let one = |n: usize, login: String, role: Role, team| NewAccount {
        id: account(n),
        name: format!("Người {login}"),
        login,
        role: role.code().to_owned(),
        team,
        group: None,
        password_hash: quick_hash(),
    };
    (0..VOLUNTEERS)
        .map(|n| one(n, login(n), Role::Volunteer, Some(team(team_of(n)))))
        .chain([one(VOLUNTEERS, STAFF.into(), Role::WardStaff, None)])
        .collect()
}
