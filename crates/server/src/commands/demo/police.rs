//! The police desk of a demonstration: weeks of counted help, a queue of all ages, one evening that was
//! and one that is to come. Everything goes the way it would have gone: through the book's own rules.

use std::collections::BTreeMap;

use gocua_demo::DemoWard;
use gocua_domain::id::{
    AccountId, DeviceId, GroupId, HouseholdId, MobileSessionId, OpId, ReferralId,
};
use gocua_domain::invite::code_from;
use gocua_domain::notice;
use gocua_domain::referral::{ReferralKind, ReferralSource};
use gocua_domain::sync::{Op, PushRequest, Sender};
use gocua_domain::time::{Day, Millis};
use gocua_domain::workday;
use gocua_store::{Batch, Evening, NewDeskReferral, Store, StoreError};
use serde_json::{Value, json};
use uuid::{Builder, Uuid};

/// Days of counted help behind a demonstration.
const COUNTED_DAYS: i64 = 28;
/// Homes of the evening that was.
const HOMES_HELD: usize = 5;
/// Homes of the evening to come.
const HOMES_PLANNED: usize = 6;
const HOUR_MS: i64 = 3_600_000;
/// When the evenings begin and end, in minutes since midnight.
const EVENING: (i32, i32) = (18 * 60 + 30, 20 * 60 + 30);

/// What residents are called in the queue.
const CALLED: [&str; 8] =
    ["bác Lan", "ông Bình", "bà Cúc", "cô Hạnh", "chú Dũng", "bác Sửu", "bà Mùi", "anh Tuấn"];

/// The kinds of help of a desk, by how often they come in a hundred.
const KINDS: [(&str, u64); 9] = [
    ("H01", 26),
    ("H03", 18),
    ("H04", 14),
    ("H10", 12),
    ("H11", 10),
    ("H05", 8),
    ("H08", 6),
    ("H13", 4),
    ("H15", 2),
];

/// Referrals from doors: days ago, kind, of somebody by name, what the officer said.
const QUEUE: [(i64, &str, bool, Said); 9] = [
    (0, "POLICE_L2", true, Said::Nothing),
    (1, "POLICE_RECOVERY", true, Said::Nothing),
    (2, "POLICE_DATA", true, Said::Accepted),
    (3, "POLICE_L2", false, Said::Nothing),
    (6, "POLICE_SCAM", false, Said::Nothing),
    (9, "POLICE_L2", true, Said::Accepted),
    (12, "POLICE_RECOVERY", false, Said::Nothing),
    (13, "POLICE_DATA", true, Said::Returned),
    (34, "POLICE_MOBILE", true, Said::Nothing),
];

#[derive(Clone, Copy)]
enum Said {
    Nothing,
    Accepted,
    Returned,
}

type Dice<'a> = &'a mut (dyn FnMut(u64) -> u64 + Send);

/// Who plays a part in it.
pub struct Police {
    officer: Option<AccountId>,
    helper: Option<AccountId>,
    walker: Option<Sender>,
    /// Homes of the walker's team in one residential group, in walking order.
    homes: Vec<HouseholdId>,
    groups: Vec<GroupId>,
}

impl Police {
    /// The parts, out of a ward that is about to be written.
    pub fn of(demo: &DemoWard) -> Self {
        let by_login = |login: &str| demo.accounts.iter().find(|a| a.login == login);
        let by_role = |role: &str| demo.accounts.iter().find(|a| a.role == role).map(|a| a.id);
        // The doors of those who try the ward out are left as they are, where there are others.
        let shown: Vec<_> =
            ["tnv1", "tnv2"].iter().filter_map(|login| by_login(login)?.team_id).collect();
        let walks = |role: &str| role == "volunteer" || role == "team_lead";
        let walker = demo
            .accounts
            .iter()
            .filter(|a| walks(a.role) && a.device_id.is_some())
            .max_by_key(|a| (!a.team_id.is_some_and(|team| shown.contains(&team)), a.id));
        let team = walker.and_then(|walker| walker.team_id);
        let held: Vec<_> = demo
            .assignments
            .iter()
            .filter(|given| Some(given.team_id) == team)
            .map(|given| given.alley_id)
            .collect();
        let mut homes: BTreeMap<GroupId, Vec<HouseholdId>> = BTreeMap::new();
        for home in demo.households.iter().filter(|home| held.contains(&home.alley_id)) {
            homes.entry(home.group_id).or_default().push(home.id);
        }
        Self {
            officer: by_login("congan1").map(|a| a.id),
            helper: by_role("one_stop_helper").or_else(|| by_role("ward_staff")),
            walker: walker.and_then(|a| {
                let (account, team) = (a.id, a.team_id);
                Some(Sender { account, device: a.device_id?, team, disabled: false })
            }),
            homes: homes.into_values().max_by_key(Vec::len).unwrap_or_default(),
            groups: demo.groups.iter().map(|group| group.id).collect(),
        }
    }

    /// Writes the weeks behind a demonstration.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn look_back(
        &self,
        store: &Store,
        ward: &str,
        now: Millis,
        dice: Dice<'_>,
    ) -> Result<(), StoreError> {
        let (Some(officer), Some(helper), Some(walker)) = (self.officer, self.helper, self.walker)
        else {
            return Ok(());
        };
        let device = DeviceId(id_at(now.plus(-COUNTED_DAYS * 24 * HOUR_MS), dice));
        let sender = Sender { account: officer, device, team: None, disabled: false };
        let mut desk = Writer { store, ward, sender, seq: 0 };
        // Far from the numbers of the visits, which the book of a demonstration does not keep.
        let mut door = Writer { store, ward, sender: walker, seq: 3_000_000 };
        self.count(&mut desk, now, dice).await?;
        self.queue(&mut desk, &mut door, now, dice).await?;
        self.slips(store, ward, (helper, device), now, dice).await?;
        self.evenings(&mut desk, &mut door, now, dice).await
    }

    /// Counts of working days, none of them after now.
    async fn count(
        &self,
        desk: &mut Writer<'_>,
        now: Millis,
        dice: Dice<'_>,
    ) -> Result<(), StoreError> {
        let today = now.day();
        for day in (0..=COUNTED_DAYS).rev().map(|ago| today.plus(-ago)) {
            let Some(start) = day.start().filter(|_| workday::works(day)) else { continue };
            let mut taps = Vec::new();
            for _ in 0..10 + dice(9) {
                let at = start.plus(8 * HOUR_MS + dice(8 * 60) as i64 * 60_000);
                if at < now {
                    taps.push((at, "help.log", self.tap(dice)));
                }
            }
            taps.sort_by_key(|(at, ..)| *at);
            desk.write(taps, dice).await?;
        }
        let Some(hall) = today.plus(-10).start().map(|start| start.plus(9 * HOUR_MS)) else {
            return Ok(());
        };
        let held = json!({
            "kind": "H14", "channel": "mobile_point", "result": "done", "people": 25, "minutes": 45
        });
        desk.write(vec![(hall, "help.log", held)], dice).await.map(drop)
    }

    fn tap(&self, dice: Dice<'_>) -> Value {
        let mut at = dice(KINDS.iter().map(|(_, often)| often).sum());
        let kind = KINDS.iter().find(|(_, often)| {
            let here = at < *often;
            at = at.saturating_sub(*often);
            here
        });
        let mut tap = json!({
            "kind": kind.map_or("H01", |(kind, _)| kind), "channel": "office", "result": "done"
        });
        match dice(20) {
            0 => {
                tap["result"] = json!("not_done");
                tap["why"] = json!(["papers_missing", "sim_other_name"][dice(2) as usize]);
            }
            1 | 2 => tap["result"] = json!("waiting"),
            3 => tap["channel"] = json!("phone"),
            _ => {}
        }
        if dice(2) == 0 && !self.groups.is_empty() {
            tap["group_id"] = json!(self.groups[dice(self.groups.len() as u64) as usize]);
        }
        if dice(3) == 0 {
            tap["age_band"] = json!(["18-59", "60-79", "80+"][dice(3) as usize]);
            tap["minutes"] = json!(5 + 5 * dice(5));
        }
        tap
    }

    /// A home of its own for each part of the story.
    fn home(&self, n: usize) -> Option<HouseholdId> {
        let step = (self.homes.len() / 24).max(1);
        self.homes.get(n * step).copied()
    }

    async fn queue(
        &self,
        desk: &mut Writer<'_>,
        door: &mut Writer<'_>,
        now: Millis,
        dice: Dice<'_>,
    ) -> Result<(), StoreError> {
        for (n, (ago, kind, named, said)) in QUEUE.into_iter().enumerate().rev() {
            let Some(home) = self.home(n) else { continue };
            let at = now.plus(-ago * 24 * HOUR_MS - HOUR_MS);
            let called = named.then_some((CALLED[n % CALLED.len()], n % 2 == 0));
            let Some(id) = open(door, at, home, kind, called, dice).await? else { continue };
            let soon = workday::after(now.day(), 1);
            let answer = match said {
                Said::Nothing => continue,
                Said::Accepted => {
                    let appointment = json!({ "on": soon, "minute": 8 * 60 + 30 });
                    ("referral.accept", json!({ "referral_id": id, "appointment": appointment }))
                }
                Said::Returned => {
                    ("referral.return", json!({ "referral_id": id, "why": "papers_first" }))
                }
            };
            desk.write(vec![(at.plus(HOUR_MS / 2), answer.0, answer.1)], dice).await?;
        }
        Ok(())
    }

    /// Residents who asked at the one-stop desk and in a class.
    async fn slips(
        &self,
        store: &Store,
        ward: &str,
        (by, device): (AccountId, DeviceId),
        now: Millis,
        dice: Dice<'_>,
    ) -> Result<(), StoreError> {
        let asked = [
            (0, ReferralKind::PoliceRecovery, ReferralSource::OneStop),
            (2, ReferralKind::PoliceL2, ReferralSource::OneStop),
            (5, ReferralKind::PoliceL2, ReferralSource::Class),
        ];
        for (ago, kind, source) in asked {
            let Some(group) = self.groups.get(dice(self.groups.len() as u64) as usize) else {
                return Ok(());
            };
            let at = now.plus(-ago * 24 * HOUR_MS - 2 * HOUR_MS);
            let mut bytes = [0; 32];
            bytes.fill_with(|| dice(256) as u8);
            let new = NewDeskReferral {
                id: ReferralId(id_at(at, dice)),
                kind,
                source,
                group: *group,
                age_band: None,
                by,
                device,
                slips: code_from(&bytes).into_iter().collect(),
            };
            store.open_desk_referral(ward, &new, at).await?;
        }
        Ok(())
    }

    async fn evenings(
        &self,
        desk: &mut Writer<'_>,
        door: &mut Writer<'_>,
        now: Millis,
        dice: Dice<'_>,
    ) -> Result<(), StoreError> {
        let today = now.day();
        let first = QUEUE.len();
        let held = self.ask(door, (first, HOMES_HELD), now.plus(-14 * 24 * HOUR_MS), dice).await?;
        let day = today.plus(-6);
        let last = self.plan(desk, day, &held, now.plus(-9 * 24 * HOUR_MS), dice).await?;
        if let Some(start) = day.start() {
            let mut told = Vec::new();
            for (n, home) in (0..).zip(&held) {
                let at = start.plus((i64::from(EVENING.0) + 10 + 15 * n) * 60_000);
                let mut report = json!({
                    "session_id": last, "referral_id": home, "result": "captured", "people": 1 + n % 2
                });
                if n == 3 {
                    (report["result"], report["people"]) = (json!("not_done"), json!(0));
                    report["why"] = json!("absent");
                }
                told.push((at, "mobile.result", report));
            }
            desk.write(told, dice).await?;
        }
        let next = (first + HOMES_HELD, HOMES_PLANNED);
        let homes = self.ask(door, next, now.plus(-8 * 24 * HOUR_MS), dice).await?;
        self.plan(desk, today.plus(1), &homes, now.plus(-24 * HOUR_MS), dice).await?;
        Ok(())
    }

    /// So many homes from a place on ask for the police to come.
    async fn ask(
        &self,
        door: &mut Writer<'_>,
        (from, many): (usize, usize),
        at: Millis,
        dice: Dice<'_>,
    ) -> Result<Vec<ReferralId>, StoreError> {
        let mut asked = Vec::new();
        for n in from..from + many {
            let Some(home) = self.home(n) else { continue };
            let called = (n % 3 > 0).then_some((CALLED[n % CALLED.len()], false));
            let at = at.plus(n as i64 * 60_000);
            asked.extend(open(door, at, home, "POLICE_MOBILE", called, dice).await?);
        }
        Ok(asked)
    }

    async fn plan(
        &self,
        desk: &Writer<'_>,
        day: Day,
        homes: &[ReferralId],
        at: Millis,
        dice: Dice<'_>,
    ) -> Result<MobileSessionId, StoreError> {
        let id = MobileSessionId(id_at(at, dice));
        let evening = Evening {
            id,
            day,
            minutes: EVENING,
            place: "Nhà văn hóa tổ dân phố".to_owned(),
            capacity: 8,
            homes: homes.to_vec(),
            packed: ["CAMERA", "FORMS"].map(str::to_owned).into(),
        };
        desk.store.plan_evening(desk.ward, &evening, desk.sender.account, at).await?;
        Ok(id)
    }
}

/// A referral from a door, of somebody by name if he is called something; `true` beside it leaves a
/// number to call back that nobody has.
async fn open(
    door: &mut Writer<'_>,
    at: Millis,
    home: HouseholdId,
    kind: &str,
    called: Option<(&str, bool)>,
    dice: Dice<'_>,
) -> Result<Option<ReferralId>, StoreError> {
    let mut ops = Vec::new();
    let mut referral = json!({ "household_id": home, "kind": kind });
    if let (Some((name, call)), Some(shown)) = (called, notice::published().first()) {
        let learner = id_at(at, dice);
        let purposes =
            if call { json!(["learn", "refer", "call"]) } else { json!(["learn", "refer"]) };
        ops.push((
            at,
            "consent.give",
            json!({
                "household_id": home, "learner_id": learner, "call_name": name,
                "age_band": "60-79", "purposes": purposes, "notice_version": shown.version,
                "notice_hash": shown.hash, "language": shown.language, "method": "tap"
            }),
        ));
        referral["learner_id"] = json!(learner);
        if call {
            referral["phone"] = json!(format!("0000 000 {:03}", 100 + dice(900)));
        }
    }
    ops.push((at.plus(1_000), "referral.open", referral));
    Ok(door.write(ops, dice).await.map(|ids| ids.last().copied())?.map(|id| ReferralId(id.0)))
}

/// Who writes, and with which number next.
struct Writer<'a> {
    store: &'a Store,
    ward: &'a str,
    sender: Sender,
    seq: i64,
}

impl Writer<'_> {
    /// Writes operations as if they had come when they were made.
    async fn write(
        &mut self,
        acts: Vec<(Millis, &str, Value)>,
        dice: Dice<'_>,
    ) -> Result<Vec<OpId>, StoreError> {
        let Some(now) = acts.iter().map(|(at, ..)| *at).max() else { return Ok(Vec::new()) };
        let ops: Vec<Op> = acts
            .into_iter()
            .map(|(made_at, kind, payload)| {
                self.seq += 1;
                let op_id = OpId(id_at(made_at, dice));
                let kind = kind.to_owned();
                Op { op_id, device_seq: self.seq, after: None, made_at, kind, payload }
            })
            .collect();
        let ids = ops.iter().map(|op| op.op_id).collect();
        let push = PushRequest {
            device_id: self.sender.device,
            app_version: String::new(),
            sent_at: now,
            queued: 0,
            failed: 0,
            ops: ops.into_iter().map(Into::into).collect(),
        };
        let ward = self.ward.to_owned();
        self.store.push(Batch { ward, sender: self.sender, push, now, carried: true }).await?;
        Ok(ids)
    }
}

fn id_at(at: Millis, dice: Dice<'_>) -> Uuid {
    let mut bytes = [0; 10];
    bytes.fill_with(|| dice(256) as u8);
    Builder::from_unix_timestamp_millis(at.0 as u64, &bytes).into_uuid()
}
