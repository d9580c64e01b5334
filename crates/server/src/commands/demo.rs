//! `gocua demo`: a believable ward to try things out in. Everybody in it is made up.

use gocua_demo::{DemoWard, Scale, WardSource};
use gocua_domain::address::Address;
use gocua_domain::pull::CampaignRef;
use gocua_domain::search::search_key;
use gocua_domain::time::Millis;
use gocua_store::{
    NewAccount, NewAlley, NewGroup, NewHousehold, NewWard, PastVisit, Store, StoreError, Target,
};

use anyhow::Context;

use super::Progress;
use crate::app::{Clock, Entropy};
use crate::auth::password;
use crate::config::DemoArgs;

/// The password of every demonstration account: it opens nothing but made-up data.
pub const PASSWORD: &str = "di-tung-ngo-go-tung-nha";

/// The accounts shown to somebody who tries the ward out: login, and who it is.
pub const LOGINS: [(&str, &str); 7] = [
    ("tnv1", "tình nguyện viên"),
    ("tnv2", "tình nguyện viên, đội khác"),
    ("doitruong1", "đội trưởng"),
    ("congan1", "công an phường"),
    ("canbo1", "cán bộ phường"),
    ("bxd1", "Ban Xây dựng Đảng"),
    ("admin", "quản trị"),
];

/// The generated ward as the book takes it in. `password_hash` opens all its accounts.
pub fn new_ward(demo: DemoWard, password_hash: &str) -> NewWard {
    let group_names: std::collections::HashMap<_, _> =
        demo.groups.iter().map(|g| (g.id, g.name.clone())).collect();
    NewWard {
        code: demo.ward.code.to_owned(),
        name: demo.ward.name.to_owned(),
        city: demo.ward.city.to_owned(),
        boundary: demo.ward.boundary,
        demo: true,
        households: demo
            .households
            .into_iter()
            .map(|h| {
                let address = Address::parse(&h.address);
                let words = [
                    h.head_name.as_deref().unwrap_or_default(),
                    &h.address,
                    group_names.get(&h.group_id).map_or("", String::as_str),
                ];
                NewHousehold {
                    id: h.id,
                    group: h.group_id,
                    alley: h.alley_id,
                    sort: address.sort_key(),
                    side: address.side(),
                    house_no: h.house_no.unwrap_or_default(),
                    landmark: h.landmark,
                    members: Some(i32::from(h.member_count)),
                    adults: Some(i32::from(h.adult_count)),
                    search_key: search_key(&words.join(" ")),
                    head_name: h.head_name,
                    code: h.code,
                    point: Some(h.point),
                }
            })
            .collect(),
        groups: demo
            .groups
            .into_iter()
            .map(|g| NewGroup {
                id: g.id,
                code: g.code,
                name: g.name,
                boundary: Some(g.boundary),
                label: Some(g.label_point),
            })
            .collect(),
        alleys: demo
            .alleys
            .into_iter()
            .map(|a| NewAlley {
                id: a.id,
                group: a.group_id,
                parent: a.parent_id,
                kind: a.kind,
                mouth: a.mouth().map(|m| m.to_string()),
                name: a.label,
                sort: a.sort_key,
            })
            .collect(),
        teams: demo.teams.into_iter().map(|t| (t.id, t.name)).collect(),
        accounts: demo
            .accounts
            .into_iter()
            .map(|a| NewAccount {
                id: a.id,
                login: a.login,
                name: a.display_name,
                role: a.role.to_owned(),
                team: a.team_id,
                group: a.group_id,
                password_hash: password_hash.to_owned(),
            })
            .collect(),
        assignments: demo
            .assignments
            .into_iter()
            .map(|a| (a.alley_id, a.team_id, a.since))
            .collect(),
        skills: demo.skills,
        campaign: Some(CampaignRef {
            name: demo.campaign.name,
            starts_on: demo.campaign.starts_on,
            ends_on: demo.campaign.ends_on,
        }),
        targets: demo
            .targets
            .into_iter()
            .map(|t| Target {
                indicator: t.indicator.to_owned(),
                value: t.value,
                unit: t.unit.code().to_owned(),
                due_on: t.due_on,
                source: t.source.to_owned(),
            })
            .collect(),
        visits: demo
            .visits
            .into_iter()
            .map(|v| PastVisit {
                id: v.id,
                account: v.account_id,
                team: v.team_id,
                device: v.device_id,
                made_at: v.made_at,
                record: v.record,
            })
            .collect(),
    }
}

/// Makes up the ward of the command line and writes it into the book.
///
/// # Errors
/// When the ward or the scale does not exist, or the ward is in the book already.
pub async fn run(store: &Store, args: &DemoArgs) -> anyhow::Result<()> {
    let source = WardSource::by_code(&args.ward)
        .with_context(|| format!("there is no outline for ward {}", args.ward))?;
    let scale = Scale::new(args.scale)?;
    anyhow::ensure!(
        !store.wards().await?.contains(&args.ward),
        "ward {} is in the book already",
        args.ward
    );
    let now = Clock::system().now();
    let hash = password::hash(PASSWORD, &Entropy::system().bytes())
        .map_err(|_| anyhow::anyhow!("hashing the password"))?;
    let demo = gocua_demo::build(source, args.seed, scale, now);
    load(store, demo, &hash, now).await.context("writing the ward")
}

/// The demonstration logins, for a person at the terminal.
pub fn print_logins() {
    println!("  mật khẩu chung · one password: {PASSWORD}");
    for (login, who) in LOGINS {
        println!("  {login:<12} {who}");
    }
}

/// Writes a generated ward into the book.
///
/// # Errors
/// [`StoreError::Conflict`] when the ward is there already; nothing is written then.
pub async fn load(
    store: &Store,
    demo: DemoWard,
    password_hash: &str,
    now: Millis,
) -> Result<(), StoreError> {
    let mut progress = Progress::new();
    let name = demo.ward.name;
    let (households, visits) = (demo.households.len(), demo.visits.len());
    let new = new_ward(demo, password_hash);
    store
        .found(&new, now, |step| {
            progress.step(&match step {
                "ward" => format!("{name}: ranh giới, tổ dân phố, ngõ"),
                "households" => format!("{households} hộ"),
                "people" => "đội và tài khoản".to_owned(),
                "visits" => format!("{visits} lượt đến hộ"),
                _ => "tổng hợp độ phủ".to_owned(),
            });
        })
        .await?;
    progress.done();
    Ok(())
}
