//! The app as far as sync goes: a disk that survives, a memory that does not, and the same rules for
//! what may be called booked.

use std::collections::{BTreeMap, BTreeSet};

use gocua_tests::phone::DeviceKey;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What the app believes of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// *trên máy*
    Local,
    /// *đã gửi*
    Sent,
    /// *đã gửi, chờ lượt trước*
    Held,
    /// *đã vào sổ*
    Booked(i64),
    /// *bị trả lại*
    Rejected(String),
    /// *phường đang xem*
    Kept(i64),
}

/// An operation in the outbox.
#[derive(Clone, Debug)]
pub struct Op {
    pub op_id: Uuid,
    pub account: usize,
    pub device_seq: i64,
    /// Number of the operation the same account wrote before on this device.
    pub after: i64,
    pub made_at: i64,
    pub kind: &'static str,
    pub payload: Value,
    pub mark: Mark,
}

impl Op {
    pub fn unanswered(&self) -> bool {
        matches!(self.mark, Mark::Local | Mark::Sent | Mark::Held)
    }
}

/// What a phone has of the book for one account.
#[derive(Clone, Debug, Default)]
pub struct Turf {
    pub cursor: Option<String>,
    pub seq: i64,
    /// Alleys without their doors.
    pub alleys: BTreeMap<Uuid, Value>,
    pub groups: BTreeMap<Uuid, Value>,
    /// Doors with their alley.
    pub doors: BTreeMap<Uuid, (Uuid, Value)>,
    /// While a reset comes in pages: the alleys brought so far.
    sweep: Option<BTreeSet<Uuid>>,
    /// Another page is to be asked for.
    pub more: bool,
}

fn uuid(value: &Value) -> Uuid {
    value.as_str().and_then(|s| s.parse().ok()).unwrap_or_default()
}

fn list<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of[name].as_array().into_iter().flatten()
}

impl Turf {
    /// Applies one answer; an answer to an older question is dropped.
    pub fn apply(&mut self, asked: Option<&str>, answer: &Value) -> bool {
        if self.cursor.as_deref() != asked {
            return false;
        }
        if answer["reset"] == json!(true) {
            self.sweep = Some(BTreeSet::new());
        }
        for alley in list(answer, "alleys") {
            let id = uuid(&alley["id"]);
            let mut bare = alley.as_object().cloned().unwrap_or_else(Map::new);
            bare.remove("doors");
            self.alleys.insert(id, Value::Object(bare));
            self.doors.retain(|_, (of, _)| *of != id);
            for door in list(alley, "doors") {
                self.doors.insert(uuid(&door["id"]), (id, door.clone()));
            }
            if let Some(brought) = &mut self.sweep {
                brought.insert(id);
            }
        }
        for group in list(answer, "groups") {
            self.groups.insert(uuid(&group["id"]), group.clone());
        }
        for gone in list(&answer["gone"], "alleys") {
            let id = uuid(gone);
            self.alleys.remove(&id);
            self.doors.retain(|_, (of, _)| *of != id);
        }
        for gone in list(&answer["gone"], "households") {
            self.doors.remove(&uuid(gone));
        }
        for door in list(answer, "doors") {
            let (id, alley) = (uuid(&door["id"]), uuid(&door["alley_id"]));
            self.doors.remove(&id);
            if self.alleys.contains_key(&alley) {
                let mut bare = door.as_object().cloned().unwrap_or_else(Map::new);
                bare.remove("alley_id");
                self.doors.insert(id, (alley, Value::Object(bare)));
            }
        }
        self.more = answer["more"] == json!(true);
        if !self.more
            && let Some(brought) = self.sweep.take()
        {
            self.alleys.retain(|id, _| brought.contains(id));
            self.doors.retain(|_, (of, _)| brought.contains(of));
        }
        self.cursor = answer["cursor"].as_str().map(str::to_owned);
        self.seq = answer["seq"].as_i64().unwrap_or_default();
        true
    }

    /// Everything a screen could show, in one order. Without `mine` two accounts of a team see the
    /// same.
    pub fn projection(&self, mine: bool) -> String {
        let mut doors: Vec<Value> = Vec::with_capacity(self.doors.len());
        for (alley, door) in self.doors.values() {
            let mut door = door.clone();
            if !mine {
                for visit in door["visits"].as_array_mut().into_iter().flatten() {
                    visit.as_object_mut().map(|v| v.remove("mine"));
                }
                door["note"].as_object_mut().map(|note| note.remove("mine"));
                if door["note"].is_null() {
                    door.as_object_mut().map(|door| door.remove("note"));
                }
            }
            doors.push(json!([alley, door]));
        }
        let used: BTreeSet<Uuid> =
            self.alleys.values().map(|alley| uuid(&alley["group_id"])).collect();
        let groups: Vec<&Value> =
            self.groups.iter().filter(|(id, _)| used.contains(id)).map(|(_, g)| g).collect();
        json!([groups, self.alleys.values().collect::<Vec<_>>(), doors]).to_string()
    }
}

/// What survives everything but the loss of the phone.
pub struct Disk {
    pub device: Uuid,
    pub key: DeviceKey,
    pub next_seq: i64,
    pub outbox: Vec<Op>,
    pub turfs: BTreeMap<usize, Turf>,
    /// Number of the last operation of each account, for the next one's `after`.
    pub last: BTreeMap<usize, i64>,
    /// Who is signed in, and the cookie.
    pub user: Option<(usize, String)>,
}

/// What a phone waits for.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub message: u64,
}

/// A phone.
pub struct Phone {
    pub disk: Disk,
    /// Its access token; lost with the memory.
    pub access: Option<String>,
    /// Its one request under way; lost with the memory.
    pub waiting: Option<Waiting>,
    /// Its clock minus the true time.
    pub off: i64,
    /// Its clock has only ever run as it does now.
    pub steady: bool,
    /// Runs the first release.
    pub old: bool,
    /// Sends what it likes first.
    pub chaotic: bool,
    /// Syncs that failed since the last that did not.
    pub failed: i64,
    /// Who works on it.
    pub people: Vec<usize>,
    /// It was shut out, has heard of it and has emptied itself.
    pub out: bool,
}

impl Phone {
    pub fn user(&self) -> Option<usize> {
        self.disk.user.as_ref().map(|(user, _)| *user)
    }

    pub fn turf(&self) -> Option<&Turf> {
        self.disk.turfs.get(&self.user()?)
    }

    /// Writes one operation: when this returns it is on the disk.
    pub fn write(&mut self, op_id: Uuid, made_at: i64, kind: &'static str, payload: Value) -> bool {
        let Some(account) = self.user() else { return false };
        let device_seq = self.disk.next_seq;
        self.disk.next_seq += 1;
        let after = self.disk.last.insert(account, device_seq).unwrap_or(0);
        let mark = Mark::Local;
        let op = Op { op_id, account, device_seq, after, made_at, kind, payload, mark };
        self.disk.outbox.push(op);
        true
    }

    /// Unanswered operations of an account, oldest first.
    pub fn queue(&self, account: usize) -> impl Iterator<Item = &Op> {
        self.disk.outbox.iter().filter(move |op| op.account == account && op.unanswered())
    }

    /// The operation as it goes out. A new app names the one before it; when that one is no longer
    /// waiting here and the server does not have it either (it says `held`), it is lost, and the
    /// name is left out.
    pub fn wire(&self, op: &Op) -> Value {
        let mut wire = json!({
            "op_id": op.op_id, "device_seq": op.device_seq, "made_at": op.made_at,
            "kind": op.kind, "payload": op.payload,
        });
        let waits_for_own = || self.queue(op.account).any(|other| other.device_seq == op.after);
        if !self.old && (op.mark != Mark::Held || waits_for_own()) {
            wire["after"] = json!(op.after);
        }
        wire
    }

    /// The process ends: what was under way is forgotten.
    pub fn killed(&mut self) {
        self.access = None;
        self.waiting = None;
        self.unsend();
    }

    /// No push is on the way: what got no answer is here and nowhere else, as far as we know.
    pub fn unsend(&mut self) {
        for op in &mut self.disk.outbox {
            if op.mark == Mark::Sent {
                op.mark = Mark::Local;
            }
        }
    }

    /// Stores receipts and refusals beside their operations; gives the ids of those now booked and
    /// how many were settled.
    pub fn settle(
        &mut self,
        account: usize,
        sent: &[Uuid],
        results: &[Value],
    ) -> (Vec<Uuid>, usize) {
        let (mut booked, mut settled) = (Vec::new(), 0);
        for (place, result) in results.iter().enumerate() {
            // An operation the server could not read comes back without its id: its place tells.
            let named = uuid(&result["op_id"]);
            let id =
                if named.is_nil() { sent.get(place).copied().unwrap_or_default() } else { named };
            let old = self.old;
            let op = self.disk.outbox.iter_mut().find(|op| op.op_id == id && op.account == account);
            let Some(op) = op.filter(|op| op.unanswered()) else { continue };
            let seq = result["seq"].as_i64();
            match (result["outcome"].as_str(), seq) {
                (Some("applied" | "duplicate" | "superseded"), Some(seq)) => {
                    op.mark = Mark::Booked(seq);
                    booked.push(id);
                    settled += 1;
                }
                (Some("rejected"), _) => {
                    let reason = result["reason"].as_str().unwrap_or_default();
                    op.mark = Mark::Rejected(reason.to_owned());
                    settled += 1;
                }
                (Some("quarantined"), Some(seq)) if !old => {
                    op.mark = Mark::Kept(seq);
                    settled += 1;
                }
                (Some("held"), _) if !old => op.mark = Mark::Held,
                _ => {}
            }
        }
        (booked, settled)
    }

    /// Forgets booked operations made before `before` that the pulled book contains.
    pub fn prune(&mut self, account: usize, before: i64, seq: i64) -> Vec<Op> {
        let (gone, kept) = std::mem::take(&mut self.disk.outbox).into_iter().partition(|op| {
            op.account == account
                && op.made_at < before
                && matches!(op.mark, Mark::Booked(receipt) if receipt <= seq)
        });
        self.disk.outbox = kept;
        gone
    }
}
