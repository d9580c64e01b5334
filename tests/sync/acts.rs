//! What people do besides knocking: residents agree and change their minds, houses are proposed, the
//! desk decides about doors, phones carry the work of others, are shut out, and new people join.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use gocua_domain::id::AccountId;
use gocua_domain::notice;
use gocua_domain::time::Millis;
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::DhP256HkdfSha256;
use hpke::{Deserializable, Kem, OpModeS, Serializable, single_shot_seal_with_rng};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::dice::Dice;
use crate::phone::Op;
use crate::server::Ask;
use crate::sim::{Broken, Sabotage, Sim};
use crate::world;

/// Kinds of referrals that tell the police of somebody.
pub const POLICE: [&str; 3] = ["POLICE_L2", "POLICE_RECOVERY", "POLICE_DATA"];
const OTHERS: [&str; 3] = ["TELCO_SIM", "FAMILY_HELPER", "CLASS"];
const NEEDS: [&str; 4] = ["NEED_HOME", "PREF_SLOW", "NO_INTERNET", "PREF_EVENING"];
/// The rungs a volunteer may speak of, and two that he may not.
const RUNGS: [&str; 9] = [
    "NO_CARD",
    "CARD_ONLY",
    "LEVEL1",
    "L2_ISSUED",
    "L2_ACTIVE",
    "L2_IN_USE",
    "ACCESS_LOST",
    "L2_CAPTURED",
    "LOCKED",
];

/// Somebody who came with a code; numbered after the accounts of the beginning.
pub struct Joined {
    pub code: String,
    pub name: String,
    pub team: usize,
}

/// Sealed work on its way in another's pocket.
#[derive(Clone)]
pub struct Parcel {
    pub sealed: Value,
    /// How many operations are in it.
    pub ops: u64,
}

/// A word that stands nowhere else, so that it can be looked for in the whole book.
pub fn tag(dice: &mut Dice) -> String {
    const LETTERS: &[u8] = b"bcdghklmnrstvx";
    (0..9).map(|_| char::from(LETTERS[dice.below(LETTERS.len())])).collect()
}

fn seal(key: &Value, content: &str, dice: &mut Dice) -> Value {
    let kid = key["kid"].as_str().unwrap_or_default();
    let point = BASE64.decode(key["key"].as_str().unwrap_or_default()).expect("base64url");
    let to = <DhP256HkdfSha256 as Kem>::PublicKey::from_bytes(&point).expect("a point");
    let (enc, ct) = single_shot_seal_with_rng::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
        &OpModeS::Base,
        &to,
        b"gocua-parcel-1",
        content.as_bytes(),
        kid.as_bytes(),
        &mut StdRng::seed_from_u64(dice.next()),
    )
    .expect("seals");
    json!({"kid": kid, "enc": BASE64.encode(enc.to_bytes()), "ct": BASE64.encode(ct)})
}

fn ids(value: &Value, key: &str) -> Vec<Uuid> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(|one| one[key].as_str()?.parse().ok()).collect()
}

impl Sim<'_> {
    // ---------------------------------------------------------------- people

    /// A resident of a door as this phone knows him: from the book, or from what it wrote itself.
    fn resident(&self, n: usize, dice: &mut Dice) -> Option<(Uuid, Uuid)> {
        let phone = &self.phones[n];
        let user = phone.user()?;
        let mut known: Vec<(Uuid, Uuid)> = Vec::new();
        for (door, (_, view)) in &phone.turf()?.doors {
            known.extend(ids(&view["people"], "id").into_iter().map(|id| (*door, id)));
        }
        for op in phone.disk.outbox.iter().filter(|op| op.account == user) {
            if op.kind == "consent.give"
                && let (Some(door), Some(id)) =
                    (op.payload["household_id"].as_str(), op.payload["learner_id"].as_str())
            {
                known.extend(door.parse().ok().zip(id.parse().ok()));
            }
        }
        dice.pick(&known).copied()
    }

    /// Somebody says something about himself or the household.
    pub fn people(&mut self, n: usize, dice: &mut Dice) {
        if self.phones[n].old {
            return;
        }
        // Often the same door: words that never meet prove nothing.
        let first = self.phones[n].turf().and_then(|t| t.doors.keys().next().copied());
        let any = self.door(n, dice).map(|(id, _)| id);
        let Some(door) = (if dice.percent(60) { first } else { any }) else { return };
        let resident = self.resident(n, dice);
        match (dice.below(20), resident) {
            (0..=5, _) | (_, None) => self.agrees(n, door, resident, dice),
            (6..=8, Some((door, id))) => {
                let payload = json!({"household_id": door, "learner_id": id});
                self.write(n, "consent.withdraw", payload, true, dice);
            }
            (9..=12, Some((door, id))) => {
                let (before, rung) = (dice.percent(50), RUNGS[dice.below(RUNGS.len())]);
                let seen = if dice.percent(60) { "seen_on_screen" } else { "self_report" };
                let mut payload = json!({"household_id": door, "learner_id": id,
                    "state": rung, "evidence": seen});
                if before {
                    payload["before"] = json!(true);
                }
                self.write(n, "learner.eid", payload, true, dice);
            }
            (13, Some((door, id))) => {
                let payload = json!({"household_id": door, "outcome": "SERVED", "people": [
                    {"age_band": "60-79", "learner_id": id,
                     "skills": [{"skill": "SEC-01", "level": dice.below(5)}]}]});
                self.write(n, "visit.record", payload, true, dice);
            }
            (14 | 15, Some((home, id))) => {
                let police = dice.percent(60);
                let kind = if police { POLICE } else { OTHERS }[dice.below(3)];
                let mut payload = json!({"household_id": door, "kind": kind});
                if dice.percent(80) {
                    payload["household_id"] = json!(home);
                    payload["learner_id"] = json!(id);
                }
                self.write(n, "referral.open", payload, true, dice);
            }
            (16, _) => self.takes_back(n, dice),
            (17, _) => {
                let flags: Vec<&str> = NEEDS.into_iter().filter(|_| dice.percent(50)).collect();
                let payload = json!({"household_id": door, "flags": flags});
                self.write(n, "household.flags", payload, true, dice);
            }
            _ => self.notes(n, door, dice),
        }
    }

    fn agrees(&mut self, n: usize, door: Uuid, known: Option<(Uuid, Uuid)>, dice: &mut Dice) {
        let again = known.filter(|_| dice.percent(55));
        let (door, learner) = again.unwrap_or_else(|| (door, dice.id(self.now())));
        let purposes = match dice.below(4) {
            0 | 1 => json!(["learn", "refer"]),
            2 => json!(["learn"]),
            _ => json!(["refer"]),
        };
        let shown = &notice::published()[0];
        let payload = json!({
            "household_id": door, "learner_id": learner, "call_name": format!("bác {}", tag(dice)),
            "age_band": if dice.percent(50) { "18-59" } else { "60-79" }, "purposes": purposes,
            "notice_version": shown.version, "notice_hash": shown.hash, "language": "vi",
            "method": "tap"
        });
        self.write(n, "consent.give", payload, true, dice);
    }

    /// A referral that this phone shows, or has opened itself, is taken back.
    fn takes_back(&mut self, n: usize, dice: &mut Dice) {
        let phone = &self.phones[n];
        let (Some(user), Some(turf)) = (phone.user(), phone.turf()) else { return };
        let mut open: Vec<(Uuid, Uuid)> = Vec::new();
        for (door, (_, view)) in &turf.doors {
            open.extend(ids(&view["referrals"], "id").into_iter().map(|id| (*door, id)));
        }
        let own = phone.disk.outbox.iter().filter(|op| op.account == user);
        open.extend(
            own.filter(|op| op.kind == "referral.open").filter_map(|op| {
                Some((op.payload["household_id"].as_str()?.parse().ok()?, op.op_id))
            }),
        );
        let Some((door, id)) = dice.pick(&open).copied() else { return };
        let payload = json!({"household_id": door, "referral_id": id});
        self.write(n, "referral.cancel", payload, true, dice);
    }

    fn notes(&mut self, n: usize, door: Uuid, dice: &mut Dice) {
        let (text, clean) = match dice.below(8) {
            0 => (String::new(), true),
            1 => (format!("mật khẩu {}", tag(dice)), false),
            _ => (format!("cổng {} sau quán", tag(dice)), true),
        };
        let payload = json!({"household_id": door, "text": text});
        self.write(n, "household.note", payload, clean, dice);
    }

    // ---------------------------------------------------------------- the team

    /// A team tells the ward something besides visits.
    pub fn team(&mut self, n: usize, dice: &mut Dice) -> Result<(), Broken> {
        if self.phones[n].old {
            return Ok(());
        }
        let (Some((door, _)), Some((other, _))) = (self.door(n, dice), self.door(n, dice)) else {
            return Ok(());
        };
        match dice.below(10) {
            0..=2 => {
                let alley = self.phones[n].turf().and_then(|t| t.doors.get(&door)).map(|d| d.0);
                let Some(alley) = alley else { return Ok(()) };
                let house = dice.id(self.now());
                let payload = json!({"household_id": house, "alley_id": alley,
                    "house_no": format!("{}B", dice.between(1, 9))});
                self.write(n, "household.propose", payload.clone(), true, dice);
                if dice.percent(20) {
                    // Told twice: the second finds it there.
                    self.write(n, "household.propose", payload, true, dice);
                }
                if dice.percent(70) {
                    let visit = Self::record(house, dice);
                    self.write(n, "visit.record", visit, true, dice);
                }
            }
            3 => {
                let payload = json!({"household_id": door, "of": other});
                self.write(n, "household.same_as", payload, true, dice);
            }
            4 => {
                let shift = dice.id(self.now());
                let payload = json!({"shift_id": shift, "people": dice.between(1, 9)});
                self.write(n, "shift.open", payload, true, dice);
            }
            5 => {
                let here = self.phones[n].disk.outbox.iter().filter(|op| op.kind == "shift.open");
                let open: Vec<(usize, Value)> =
                    here.map(|op| (op.account, op.payload["shift_id"].clone())).collect();
                let user = self.phones[n].user();
                let own: Vec<_> = open.iter().filter(|(who, _)| Some(*who) == user).collect();
                if let Some((_, shift)) = dice.pick(&own) {
                    self.write(n, "shift.close", json!({"shift_id": shift}), true, dice);
                }
            }
            6 | 7 => {
                // One tap for a whole staircase: as many visits, written together.
                let Some(turf) = self.phones[n].turf() else { return Ok(()) };
                let alley = turf.doors.get(&door).map(|d| d.0);
                let doors: Vec<Uuid> = turf
                    .doors
                    .iter()
                    .filter(|(_, (of, _))| Some(*of) == alley)
                    .map(|(id, _)| *id)
                    .collect();
                let outcome = ["NOT_HOME", "VACANT", "MOVED"][dice.below(3)];
                for door in doors {
                    let payload = json!({"household_id": door, "outcome": outcome});
                    self.write(n, "visit.record", payload, true, dice);
                }
            }
            _ => return self.stands_at(n, door, dice),
        }
        Ok(())
    }

    /// Says at which door one stands. It must change nothing in the book and tell nothing of others.
    fn stands_at(&mut self, n: usize, door: Uuid, dice: &mut Dice) -> Result<(), Broken> {
        let (Some(user), Some(token)) = (self.phones[n].user(), self.token(n, dice)) else {
            return Ok(());
        };
        let before = self.ward_seq();
        let ask = Ask::post("/api/v1/sync/lease", Some(&token), &json!({"household_id": door}));
        let answer = self.ask(&ask);
        self.count("stood at a door");
        match answer.status {
            200 => {}
            401 | 403 => {
                self.phones[n].access = None;
                return Ok(());
            }
            429 => return Ok(()),
            _ => return self.broken("HTTP", format!("a lease: {}", answer.body)),
        }
        if self.ward_seq() != before {
            return self.broken("I6", "a lease has taken a number");
        }
        let team = self.team_of(user);
        let names = answer.body["others"].as_array().cloned().unwrap_or_default();
        for name in names.iter().filter_map(|other| other["name"].as_str()) {
            let mate = (0..world::VOLUNTEERS)
                .filter(|v| world::team_of(*v) == team)
                .any(|v| name == format!("Người {}", world::login(v)));
            let joined = self.joined.iter().any(|j| j.team == team && j.name == name);
            if !mate && !joined {
                return self.broken("I13", format!("volunteer {user} hears where {name} stands"));
            }
        }
        Ok(())
    }

    // ---------------------------------------------------------------- the desk

    /// The desk answers what it is asked about doors, sometimes twice.
    pub fn decide_doors(&mut self, dice: &mut Dice) -> Result<(), Broken> {
        let asked = self.desk(None, "/api/v1/inbox/doors");
        self.must(&asked)?;
        for door in asked.body["doors"].as_array().cloned().unwrap_or_default() {
            if dice.percent(40) {
                continue;
            }
            let decision = ["approve", "refuse"][dice.below(2)];
            let mut body = json!({"decision": decision, "reason": "tổ trưởng xác nhận",
                "question": door["question"], "at": door["at"]});
            if dice.percent(20) {
                body["date"] = json!(20_261_121);
            }
            let id = door["household"]["id"].as_str().unwrap_or_default().to_owned();
            let path = format!("/api/v1/inbox/doors/{id}/decide");
            for again in [false, true] {
                if again && !dice.percent(25) {
                    break;
                }
                let (before, doors) = (self.ward_seq(), self.ledger.active.clone());
                let answer = self.desk(Some(&body), &path);
                self.note(|| format!("desk: {decision} {door}: {} {}", answer.status, answer.body));
                match answer.status {
                    200 => self.count("door decided"),
                    // Answered before, or settled by the answer about another door meanwhile.
                    404 | 409 => self.count("desk refused"),
                    _ => return self.must(&answer),
                }
                if let (Ok(id), true) = (id.parse::<Uuid>(), door["question"] == "double") {
                    let of = door["of"]["id"].as_str().and_then(|of| of.parse::<Uuid>().ok());
                    self.ledger.doubled.extend([Some(id), of].into_iter().flatten());
                }
                if again && (self.ward_seq() != before || self.ledger.active != doors) {
                    return self.broken("I12", format!("told twice, done twice: {id} {body}"));
                }
            }
        }
        Ok(())
    }

    // ---------------------------------------------------------------- in another's pocket

    /// Seals what an account has not sent, each by itself as the app does, or all together.
    fn seal_queue(&mut self, n: usize, account: usize, dice: &mut Dice) -> BTreeSet<Uuid> {
        let now = self.now();
        let phone = &self.phones[n];
        let queue: Vec<&Op> = phone.queue(account).collect();
        let together = dice.percent(30);
        let parts: Vec<&[&Op]> =
            if together { queue.chunks(6).collect() } else { queue.chunks(1).collect() };
        let mut parcels = Vec::new();
        for part in parts {
            let ops: Vec<Value> = part
                .iter()
                .map(|op| {
                    let mut wire = phone.wire(op);
                    if !phone.old {
                        wire["after"] = json!(op.after);
                    }
                    wire
                })
                .collect();
            let claims = json!({
                "aud": "gocua-parcel", "device_id": phone.disk.device,
                "account_id": self.account_id(account), "sent_at": now + phone.off,
                "clock_off": -phone.off, "app_version": "0.3.0", "ops": ops
            });
            let signed = phone.disk.key.sign("gocua-parcel+jwt", &claims);
            let sealed = seal(&self.seal, &signed, dice);
            parcels.push(Parcel { sealed, ops: ops.len() as u64 });
        }
        let sealed = queue.iter().map(|op| op.op_id).collect();
        dice.shuffle(&mut parcels);
        self.parcels.extend(parcels);
        sealed
    }

    /// One phone takes along what another cannot send, and hands in what it has.
    pub fn carry(&mut self, n: usize, dice: &mut Dice) -> Result<(), Broken> {
        let from = dice.below(self.phones.len());
        if let Some(user) = self.phones[from].user().filter(|_| !self.phones[from].old) {
            self.seal_queue(from, user, dice);
        }
        let Some(token) = self.token(n, dice) else { return Ok(()) };
        dice.shuffle(&mut self.parcels);
        let take = 1 + dice.below(5);
        let some: Vec<Parcel> = self.parcels.iter().take(take).cloned().collect();
        if dice.percent(70) {
            // Otherwise it lies about, and is handed in once more.
            self.parcels.drain(..some.len());
        }
        if some.is_empty() {
            return Ok(());
        }
        self.count("parcels carried");
        let handed = self.hand_in(n, &token, &some, dice)?;
        if !handed {
            self.parcels.extend(some);
        }
        Ok(())
    }

    /// Gives parcels to the server. False: it did not say that it has taken them.
    fn hand_in(
        &mut self,
        n: usize,
        token: &str,
        parcels: &[Parcel],
        dice: &mut Dice,
    ) -> Result<bool, Broken> {
        if self.sabotage == Sabotage::CarrierThrowsAway && !parcels.is_empty() {
            self.sabotaged = true;
            return Ok(true);
        }
        self.pass(1_000);
        let sealed: Vec<&Value> = parcels.iter().map(|p| &p.sealed).collect();
        let ask = Ask::post("/api/v1/sync/carry", Some(token), &json!({"parcels": sealed}));
        self.stats.requests += 1;
        let answer = if dice.percent(self.crash()) {
            self.count("server killed over parcels");
            let waits = dice.between(0, 40) as isize;
            match self.restart(vec![ask], waits)?.pop().flatten() {
                Some(answer) => answer,
                None => return Ok(false),
            }
        } else {
            self.ask(&ask)
        };
        self.note(|| format!("phone {n} carries {} parcels: {}", parcels.len(), answer.body));
        match answer.status {
            200 => {}
            401 | 403 => {
                self.phones[n].access = None;
                return Ok(false);
            }
            429 | 503 => return Ok(false),
            _ => return self.broken("HTTP", format!("parcels: {}", answer.body)),
        }
        let fates = answer.body["parcels"].as_array().cloned().unwrap_or_default();
        let whole = |(fate, parcel): (&Value, &Parcel)| {
            let counts = ["taken", "again", "kept", "rejected", "held"];
            counts.iter().filter_map(|c| fate[*c].as_u64()).sum::<u64>() == parcel.ops
        };
        if fates.len() != parcels.len() || !fates.iter().zip(parcels).all(whole) {
            return self.broken("I1", format!("of parcels nobody says what became: {fates:?}"));
        }
        Ok(true)
    }

    /// At the end: what those could not send whom the ward has shut out is handed in by the others.
    pub fn bring_the_rest(&mut self, dice: &mut Dice) -> Result<(), Broken> {
        for n in 0..self.phones.len() {
            for account in self.phones[n].people.clone() {
                if self.ledger.disabled.contains(&account) && !self.phones[n].out {
                    let sealed = self.seal_queue(n, account, dice);
                    self.ledger.brought.extend(sealed);
                }
            }
        }
        let mut tries = 0;
        while let Some(parcel) = self.parcels.pop() {
            tries += 1;
            if tries > 2_000 {
                return self.broken("I8", "parcels that nobody ever takes");
            }
            let carrier = (0..self.phones.len()).find(|n| self.phones[*n].user().is_some());
            let token = carrier.and_then(|n| self.token(n, dice).map(|token| (n, token)));
            let Some((n, token)) = token else {
                let who = (0..self.phones.len())
                    .flat_map(|n| self.phones[n].people.iter().map(move |who| (n, *who)))
                    .find(|(n, who)| !self.phones[*n].out && !self.ledger.disabled.contains(who));
                let Some((n, who)) = who else {
                    return self.broken("I8", "nobody is left to carry");
                };
                self.sign_in(n, who);
                self.parcels.push(parcel);
                continue;
            };
            if !self.hand_in(n, &token, std::slice::from_ref(&parcel), dice)? {
                self.parcels.push(parcel);
            }
        }
        Ok(())
    }

    // ---------------------------------------------------------------- who may come in

    /// The desk shuts a phone out, or takes an account's access away, or gives it back.
    pub fn shut_out(&mut self, n: usize, dice: &mut Dice) -> Result<(), Broken> {
        if dice.percent(40) {
            // The first phone stays, so that somebody is left.
            let device = self.phones[n].disk.device;
            if n == 0 || self.ledger.revoked.contains(&device) {
                return Ok(());
            }
            let path = format!("/api/v1/phones/{device}/revoke");
            let answer = self.desk(Some(&json!({})), &path);
            self.note(|| format!("desk: phone {n} is shut out: {}", answer.status));
            if answer.status != 204 {
                return self.broken("HTTP", format!("shutting out: {}", answer.body));
            }
            self.count("phone shut out");
            self.ledger.revoked.insert(device);
            return Ok(());
        }
        // The first person of the first phone stays too.
        let account = dice.below(world::VOLUNTEERS);
        if account == self.phones[0].people[0] {
            return Ok(());
        }
        let disabled = !self.ledger.disabled.contains(&account);
        let (store, now) = (self.server().store(), Millis(self.now()));
        let set = self.patiently(|| store.set_disabled(world::account(account), disabled, now));
        if let Err(cause) = set {
            return self.broken("HTTP", format!("disabling: {cause}"));
        }
        self.server().forget_account(world::account(account));
        self.note(|| format!("desk: volunteer {account} is disabled: {disabled}"));
        if disabled {
            self.count("account disabled");
            self.ledger.disabled.insert(account);
        } else {
            self.ledger.disabled.remove(&account);
        }
        Ok(())
    }

    /// The server says that this phone is shut out: it seals what is unsent, wipes itself, says so.
    pub fn wipe(&mut self, n: usize) -> Result<(), Broken> {
        let mut dice = self.dice.fork(0x31be ^ (self.step as u64) << 16 ^ n as u64);
        let device = self.phones[n].disk.device;
        if !self.ledger.revoked.contains(&device) {
            return self.broken("I14", format!("phone {n} is told to wipe itself; nobody said so"));
        }
        self.count("phone wiped");
        for account in self.phones[n].people.clone() {
            let sealed = self.seal_queue(n, account, &mut dice);
            self.ledger.brought.extend(sealed);
        }
        let accounts = self.phones[n].disk.turfs.len();
        let unsent = self.phones[n].disk.outbox.iter().filter(|op| op.unanswered()).count();
        let keeps = self.sabotage == Sabotage::PhoneKeepsAllWhenShutOut;
        self.sabotaged |= keeps && accounts > 0;
        let phone = &mut self.phones[n];
        let (waiting, done): (Vec<Op>, Vec<Op>) =
            std::mem::take(&mut phone.disk.outbox).into_iter().partition(Op::unanswered);
        phone.out = true;
        phone.disk.user = None;
        phone.access = None;
        phone.waiting = None;
        phone.disk.last.clear();
        if !keeps {
            phone.disk.turfs.clear();
        }
        drop(waiting);
        done.into_iter().for_each(|op| self.ledger.put_away(op));
        let phone = &self.phones[n];
        let claims =
            json!({"aud": "gocua-refresh", "device_id": device, "jti": dice.id(self.now())});
        let body = json!({"device_id": device, "at": self.now() + phone.off, "accounts": accounts,
            "unsent": unsent, "proof": phone.disk.key.sign("gocua-refresh+jwt", &claims)});
        for _ in 0..=usize::from(dice.percent(30)) {
            let answer = self.ask(&Ask::post("/api/v1/auth/wiped", None, &body));
            if answer.status != 204 {
                return self.broken("HTTP", format!("a wiped phone: {}", answer.body));
            }
        }
        self.note(|| format!("phone {n} has wiped itself"));
        Ok(())
    }

    /// Somebody new comes with a code of a team, on one of the phones.
    pub fn joins(&mut self, n: usize, dice: &mut Dice) -> Result<(), Broken> {
        if self.phones[n].out || self.phones[n].old || self.joined.len() > 3 {
            return Ok(());
        }
        let team = dice.below(world::TEAMS);
        let body = json!({"team_id": world::team(team), "uses": 1});
        let invite = self.desk(Some(&body), "/api/v1/invites");
        self.must(&invite)?;
        let code = invite.body["code"].as_str().unwrap_or_default().to_lowercase();
        let account = world::ACCOUNTS + self.joined.len();
        self.joined.push(Joined { code, name: format!("Bạn {}", tag(dice)), team });
        self.joined_ids.push(None);
        if !self.sign_in(n, account) {
            // It was shut out meanwhile: nobody has come.
            self.joined.pop();
            self.joined_ids.pop();
            return Ok(());
        }
        self.phones[n].people.push(account);
        self.count("somebody joined");
        // The answer was lost: the same code again is the same person and no second place.
        let first = self.joined_ids.last().copied().flatten();
        if dice.percent(50) && self.sign_in(n, account) {
            let again = self.joined_ids.last().copied().flatten();
            if first != again {
                return self
                    .broken("I14", format!("one person has joined twice: {first:?} {again:?}"));
            }
        }
        Ok(())
    }

    /// An account as the server names it.
    pub fn account_id(&self, account: usize) -> AccountId {
        let joined = account.checked_sub(world::ACCOUNTS).and_then(|at| self.joined_ids[at]);
        joined.unwrap_or_else(|| world::account(account))
    }

    /// An account's team.
    pub fn team_of(&self, account: usize) -> usize {
        let joined = account.checked_sub(world::ACCOUNTS).and_then(|at| self.joined.get(at));
        joined.map_or_else(|| world::team_of(account), |joined| joined.team)
    }
}
