//! A ward small enough to know by heart: two groups, three alleys, six households, two teams, and
//! an account of every role.

use std::sync::OnceLock;

use gocua_domain::account::{Lockout, Role};
use gocua_domain::address::Address;
use gocua_domain::id::{AccountId, AlleyId, GroupId, HouseholdId, TeamId};
use gocua_domain::pull::CampaignRef;
use gocua_domain::search::search_key;
use gocua_domain::skill::Skill;
use gocua_domain::territory::AlleyKind;
use gocua_domain::time::{Day, Millis};
use gocua_server::auth::password;
use gocua_store::{Account, NewAccount, NewAlley, NewGroup, NewHousehold, NewWard, Store, Target};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::START;

/// Code of the ward.
pub const WARD: &str = "99999";
/// The password of every account.
pub const PASSWORD: &str = "gõ cửa từng nhà";
/// A volunteer of [`TEAM_1`]; `volunteer2` walks with [`TEAM_2`].
pub const VOLUNTEER: &str = "volunteer";
/// The ward desk.
pub const STAFF: &str = "ward_staff";

/// Holds [`LANE`] and [`STREET`].
pub const TEAM_1: TeamId = TeamId(id(0x10));
/// Holds [`FAR_LANE`].
pub const TEAM_2: TeamId = TeamId(id(0x11));
/// Group of [`STREET`] and [`LANE`].
pub const GROUP_1: GroupId = GroupId(id(0x20));
/// Group of [`FAR_LANE`].
pub const GROUP_2: GroupId = GroupId(id(0x21));
/// A street with two households.
pub const STREET: AlleyId = AlleyId(id(0x30));
/// A ngõ that turns off [`STREET`], with two households.
pub const LANE: AlleyId = AlleyId(id(0x31));
/// Another group's ngõ, with two households.
pub const FAR_LANE: AlleyId = AlleyId(id(0x32));
/// Households 0 and 1 of [`STREET`], 2 and 3 of [`LANE`], 4 and 5 of [`FAR_LANE`].
pub const HOUSEHOLDS: [HouseholdId; 6] = [
    HouseholdId(id(0x40)),
    HouseholdId(id(0x41)),
    HouseholdId(id(0x42)),
    HouseholdId(id(0x43)),
    HouseholdId(id(0x44)),
    HouseholdId(id(0x45)),
];

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(0xf1c5_0000_0000_7000_8000_0000_0000_0000 | n)
}

/// The account of a login: of [`Role::code`], or one of `volunteer2` and `disabled`.
pub fn account(login: &str) -> AccountId {
    let place = Role::ALL.iter().position(|r| r.code() == login);
    let extra = ["volunteer2", "disabled"].iter().position(|l| *l == login).map(|n| n + 50);
    AccountId(id(0x100 + place.or(extra).expect("a login of the fixture") as u128))
}

/// The hash of [`PASSWORD`], made once: hashing is slow on purpose.
pub fn password_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash(PASSWORD, &[3; 16]).expect("hashes")).clone()
}

fn square(west: f64, south: f64) -> Value {
    let (east, north) = (west + 0.01, south + 0.01);
    json!({"type": "Polygon", "coordinates": [[
        [west, south], [east, south], [east, north], [west, north], [west, south]
    ]]})
}

/// Writes the ward and its people into an empty book.
pub async fn fill(store: &Store) {
    store.found(&ward(), START, |_| {}).await.expect("the fixture's ward is written");
    let admin = Account {
        id: account("admin"),
        ward: None,
        team: None,
        group: None,
        login: "admin".into(),
        name: "Quản trị".into(),
        role: Role::Admin,
        password_hash: password_hash(),
        disabled: false,
        lockout: Lockout::default(),
        created_at: START,
    };
    store.add_accounts(vec![admin]).await.expect("the administrator is written");
    store.set_disabled(account("disabled"), true, START).await.expect("disabled");
}

/// The ward as it is founded.
pub fn ward() -> NewWard {
    let group = |id, code: &str, name: &str, west| NewGroup {
        id,
        code: code.into(),
        name: name.into(),
        boundary: Some(square(west, 21.0)),
        label: Some([west + 0.005, 21.005]),
    };
    let alley = |id, group, parent, kind, name: &str| NewAlley {
        id,
        group,
        parent,
        kind,
        name: name.into(),
        mouth: None,
        sort: search_key(name),
    };
    NewWard {
        code: WARD.into(),
        name: "Phường Thử".into(),
        city: "Thành phố Thử".into(),
        boundary: square(106.0, 21.0),
        demo: true,
        groups: vec![
            group(GROUP_1, "TDP1", "Tổ dân phố 1", 106.0),
            group(GROUP_2, "TDP2", "Tổ dân phố 2", 106.01),
        ],
        alleys: vec![
            alley(STREET, GROUP_1, None, AlleyKind::Street, "Đường Thử"),
            alley(LANE, GROUP_1, Some(STREET), AlleyKind::Lane, "Ngõ 12, Đường Thử"),
            alley(FAR_LANE, GROUP_2, None, AlleyKind::Lane, "Ngõ 7, Đường Xa"),
        ],
        households: households(),
        teams: vec![(TEAM_1, "Đội 1".into()), (TEAM_2, "Đội 2".into())],
        accounts: accounts(),
        assignments: vec![
            (STREET, TEAM_1, START.plus(-86_400_000)),
            (LANE, TEAM_1, START.plus(-86_400_000)),
            (FAR_LANE, TEAM_2, START.plus(-86_400_000)),
        ],
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
        targets: vec![Target {
            indicator: "COV_SERVED".into(),
            value: 80.0,
            unit: "percent".into(),
            due_on: Day(20261220),
            source: "thử".into(),
        }],
        visits: Vec::new(),
    }
}

fn households() -> Vec<NewHousehold> {
    let place = [(GROUP_1, STREET), (GROUP_1, LANE), (GROUP_2, FAR_LANE)];
    HOUSEHOLDS
        .into_iter()
        .enumerate()
        .map(|(n, id)| {
            let (group, alley) = place[n / 2];
            let house_no = (2 * n + 1).to_string();
            let address = Address::parse(&house_no);
            NewHousehold {
                id,
                code: format!("THU-{n:04}"),
                group,
                alley,
                sort: address.sort_key(),
                side: address.side(),
                house_no,
                landmark: None,
                head_name: Some("Nguyễn Văn Thử".into()),
                members: Some(4),
                adults: Some(3),
                search_key: search_key("Nguyễn Văn Thử"),
                point: None,
            }
        })
        .collect()
}

fn accounts() -> Vec<NewAccount> {
    let one = |login: &str, role: Role, team| NewAccount {
        id: account(login),
        login: login.into(),
        name: format!("Người {login}"),
        role: role.code().to_owned(),
        team,
        group: (role == Role::TdpCoordinator).then_some(GROUP_1),
        password_hash: password_hash(),
    };
    let walks = |role| matches!(role, Role::Volunteer | Role::TeamLead).then_some(TEAM_1);
    Role::ALL
        .into_iter()
        .filter(|role| *role != Role::Admin)
        .map(|role| one(role.code(), role, walks(role)))
        .chain([
            one("volunteer2", Role::Volunteer, Some(TEAM_2)),
            one("disabled", Role::Volunteer, Some(TEAM_1)),
        ])
        .collect()
}

/// A push of one visit as a phone writes it.
pub fn visit(device: Uuid, device_seq: i64, household: HouseholdId, now: Millis) -> Value {
    json!({
        "device_id": device, "app_version": "0.1.0", "sent_at": now, "queued": 1,
        "ops": [{
            "op_id": crate::fresh_id(), "device_seq": device_seq, "made_at": now,
            "kind": "visit.record",
            "payload": {"household_id": household, "outcome": "NOT_HOME"}
        }]
    })
}
