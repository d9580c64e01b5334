//! `gocua demo`: a believable ward to try things out in. Everybody in it is made up.

mod police;

use std::collections::HashSet;

use gocua_demo::{DemoWard, IdentityCount, Scale, WardSource};
use gocua_domain::address::Address;
use gocua_domain::id::{AccountId, OpId, TeamId};
use gocua_domain::identity::Origin;
use gocua_domain::pull::CampaignRef;
use gocua_domain::quality::{Because, CheckAnswer, Explain, Verdict};
use gocua_domain::search::search_key;
use gocua_domain::sync::{Op, PushRequest, Sender};
use gocua_domain::time::Millis;
use gocua_store::{
    Batch, Closing, NewAccount, NewAlley, NewCounts, NewGroup, NewHousehold, NewWard, PastVisit,
    Reply, ShiftPlan, Store, StoreError, Target,
};
use uuid::Builder;

use anyhow::Context;

use super::Progress;
use crate::app::{Clock, Entropy};
use crate::auth::password;
use crate::config::DemoArgs;

/// The password of every demonstration account: it opens nothing but made-up data.
pub const PASSWORD: &str = "di-tung-ngo-go-tung-nha";

/// The accounts shown to somebody who tries the ward out: login, and who it is.
pub const LOGINS: [(&str, &str); 8] = [
    ("tnv1", "tình nguyện viên"),
    ("tnv2", "tình nguyện viên, đội khác"),
    ("doitruong1", "đội trưởng"),
    ("congan1", "công an phường"),
    ("canbo1", "cán bộ phường"),
    ("motcua1", "người trực Một cửa"),
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
    let asked = Asked::of(&demo);
    let counted = Counted::of(&demo);
    let police = police::Police::of(&demo);
    let tonight = Tonight::of(&demo);
    load(store, demo, &hash, now).await.context("writing the ward")?;
    counted.write(store, &args.ward).await.context("writing what the police counted")?;
    tonight.plan(store, &args.ward, now).await.context("planning the evening")?;
    asked.look_back(store, &args.ward, args.seed, now).await.context("asking again")?;
    let mut dice = dice(args.seed.wrapping_add(1));
    police.look_back(store, &args.ward, now, &mut dice).await.context("the police desk")
}

/// What the police counted in the months behind a demonstration, and which of them writes it down.
struct Counted {
    officer: Option<AccountId>,
    counts: Vec<IdentityCount>,
}

impl Counted {
    fn of(demo: &DemoWard) -> Self {
        let officer = demo.accounts.iter().find(|a| a.role == "police").map(|a| a.id);
        Self { officer, counts: demo.identity_counts.clone() }
    }

    async fn write(&self, store: &Store, ward: &str) -> Result<(), StoreError> {
        let Some(by) = self.officer else { return Ok(()) };
        for month in self.counts.chunk_by(|a, b| a.month == b.month) {
            let Some(first) = month.first() else { continue };
            let source = "Đội Cảnh sát quản lý hành chính (số liệu mẫu)".to_owned();
            let origin = Origin { month: first.month, as_of: first.as_of, source };
            let rows = month.iter().map(|count| (count.group_id, count.counts)).collect();
            // In the morning of the day they hold for.
            let at = first.as_of.start().map_or(Millis(0), |start| start.plus(8 * 3_600_000));
            store.save_identity_counts(ward, &NewCounts { origin, rows, by }, at).await?;
        }
        Ok(())
    }
}

/// Teams that go out on the evening of the demonstration.
const TEAMS_TONIGHT: usize = 3;

/// Who is announced for the evening of a demonstration, so that the public page has somebody to say yes
/// to. The teams of the accounts that are shown plan theirs themselves.
struct Tonight {
    desk: Option<AccountId>,
    /// Teams with the place where they meet.
    teams: Vec<(TeamId, String)>,
}

impl Tonight {
    fn of(demo: &DemoWard) -> Self {
        let shown = |login: &str| LOGINS.iter().any(|(known, _)| *known == login);
        let kept: HashSet<TeamId> =
            demo.accounts.iter().filter(|a| shown(&a.login)).filter_map(|a| a.team_id).collect();
        let group_of = |team: TeamId| {
            let alley = demo.assignments.iter().find(|a| a.team_id == team)?.alley_id;
            let group = demo.alleys.iter().find(|a| a.id == alley)?.group_id;
            demo.groups.iter().find(|g| g.id == group)
        };
        let out = demo.teams.iter().filter(|team| !kept.contains(&team.id));
        Self {
            desk: demo.accounts.iter().find(|a| a.role == "ward_staff").map(|a| a.id),
            teams: out
                .filter_map(|team| {
                    Some((team.id, format!("Nhà văn hóa {}", group_of(team.id)?.name)))
                })
                .take(TEAMS_TONIGHT)
                .collect(),
        }
    }

    async fn plan(&self, store: &Store, ward: &str, now: Millis) -> Result<(), StoreError> {
        let Some(desk) = self.desk else { return Ok(()) };
        for (team, place) in &self.teams {
            let (team, place) = (*team, place.clone());
            let minutes = (18 * 60 + 30, 20 * 60 + 30);
            // One evening a team: its id will do for the plan's.
            let plan = ShiftPlan { id: team.0, team, day: now.day(), minutes, place };
            store.plan_shift(ward, &plan, desk, now).await?;
        }
        Ok(())
    }
}

/// Days of looking through records and asking again that a demonstration has behind it.
const DAYS_ASKED: i64 = 4;
const DAY_MS: i64 = 86_400_000;

/// Who speaks in the days behind a demonstration.
struct Asked {
    /// Who asks and closes.
    staff: Option<AccountId>,
    /// Who explains: everybody who walks but `tnv1`, who has that still to do.
    walkers: Vec<Sender>,
}

impl Asked {
    fn of(demo: &DemoWard) -> Self {
        let walkers = demo.accounts.iter().filter(|a| a.login != "tnv1");
        Self {
            staff: demo.accounts.iter().find(|a| a.role == "ward_staff").map(|a| a.id),
            walkers: walkers
                .filter_map(|a| {
                    let (account, team) = (a.id, a.team_id);
                    Some(Sender { account, device: a.device_id?, team, disabled: false })
                })
                .collect(),
        }
    }

    /// Looks through the last days as the server would have: remarks are raised, explained and closed,
    /// households are drawn and most of them answer.
    async fn look_back(
        &self,
        store: &Store,
        ward: &str,
        seed: u64,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut dice = dice(seed);
        for ago in (0..=DAYS_ASKED).rev() {
            let at = now.plus(-ago * DAY_MS);
            store.watch_quality(ward, at, &mut dice).await?;
            if let (Some(staff), 1..) = (self.staff, ago) {
                self.explain(store, ward, at, &mut dice).await?;
                answer(store, (ward, staff), at, &mut dice).await?;
            }
        }
        let Some(by) = self.staff else { return Ok(()) };
        // The last one explained is clear already.
        let flags = store.quality(ward, now).await?.flags;
        if let Some(flag) = flags.iter().rfind(|flag| flag.explained.is_some()) {
            let closing = Closing { verdict: Verdict::Fine, words: None, by };
            store.close_flag(ward, flag.id, &closing, now.plus(-DAY_MS / 2)).await?;
        }
        Ok(())
    }

    /// Whoever has a remark that is not explained says why it was so.
    async fn explain(
        &self,
        store: &Store,
        ward: &str,
        at: Millis,
        dice: &mut (dyn FnMut(u64) -> u64 + Send),
    ) -> Result<(), StoreError> {
        for sender in &self.walkers {
            let remarks = store.own_remarks(sender.account, at).await?;
            for flag in remarks.into_iter().filter(|flag| flag.explained_at.is_none()) {
                let said = Explain {
                    flag_id: flag.id,
                    because: Because::RecordedLater,
                    words: Some("Đi hết ngõ rồi về nhà mới ghi.".to_owned()),
                };
                let made_at = at.plus(3_600_000);
                let mut bytes = [0; 10];
                bytes.fill_with(|| dice(256) as u8);
                let op = Op {
                    op_id: OpId(
                        Builder::from_unix_timestamp_millis(made_at.0 as u64, &bytes).into_uuid(),
                    ),
                    // Far from the numbers of the visits, which the book of a demonstration does not keep.
                    device_seq: 1_000_000 + dice(1_000_000) as i64,
                    after: None,
                    made_at,
                    kind: "quality.explain".to_owned(),
                    payload: serde_json::to_value(&said).unwrap_or_default(),
                };
                let push = PushRequest {
                    device_id: sender.device,
                    app_version: String::new(),
                    sent_at: made_at,
                    queued: 0,
                    failed: 0,
                    ops: vec![op.into()],
                };
                let ward = ward.to_owned();
                let batch = Batch { ward, sender: *sender, push, now: made_at, carried: true };
                store.push(batch).await?;
            }
        }
        Ok(())
    }
}

/// Four in five households that were drawn answer, nearly all as the book says.
async fn answer(
    store: &Store,
    (ward, by): (&str, AccountId),
    at: Millis,
    dice: &mut (dyn FnMut(u64) -> u64 + Send),
) -> Result<(), StoreError> {
    for check in store.quality(ward, at).await?.checks {
        let said = match dice(100) {
            0..20 => continue,
            20..25 => CheckAnswer::Unknown,
            25..33 => CheckAnswer::Differ,
            _ => CheckAnswer::Agree,
        };
        if check.answer.is_none() {
            let reply = Reply { answer: said, words: None, by };
            store.answer_check(ward, check.id, &reply, at.plus(2 * 3_600_000)).await?;
        }
    }
    Ok(())
}

/// Dice that fall alike for a seed (SplitMix64).
fn dice(seed: u64) -> impl FnMut(u64) -> u64 + Send {
    let mut state = seed;
    move |n| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n.max(1)
    }
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
