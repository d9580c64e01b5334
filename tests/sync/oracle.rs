//! What must be true, whatever happened: the rules every step and every schedule is held against.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::phone::{Mark, Op, Turf};
use crate::sim::{Broken, Sim};
use crate::world::WARD;

/// What a server once said of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Verdict {
    outcome: String,
    seq: Option<i64>,
    reason: String,
}

pub struct Written {
    phone: usize,
    pub account: usize,
    pub kind: &'static str,
    pub payload: Value,
    /// Nothing is wrong with it: it must not be turned away.
    pub honest: bool,
}

/// Kinds that are turned away only for what they say, never for what the book says by then.
const NEVER_REFUSED: [&str; 7] = [
    "visit.record",
    "household.edit",
    "household.flags",
    "household.note",
    "household.propose",
    "shift.open",
    "shift.close",
];

/// Everything that was written, answered and put away.
#[derive(Default)]
pub struct Ledger {
    /// The ward's number when the schedule began.
    pub began: i64,
    /// The ward's number before and after each call of the desk.
    pub desk: Vec<(i64, i64)>,
    pub written: BTreeMap<Uuid, Written>,
    verdicts: BTreeMap<Uuid, Verdict>,
    receipts: BTreeMap<i64, Uuid>,
    put_away: Vec<(usize, Op)>,
    strangers: BTreeSet<Uuid>,
    /// Quarantined operations that the desk let go on.
    released: BTreeSet<Uuid>,
    /// What the members of each team saw in the end, their own marks left out.
    seen: BTreeMap<usize, String>,
    /// Operations that vanished from a phone before they were answered.
    pub lost: BTreeSet<Uuid>,
    /// The denominator as the desk last left it.
    pub active: BTreeSet<Uuid>,
    /// Households that were ever merged.
    pub doubled: BTreeSet<Uuid>,
    /// Accounts whose access was taken away.
    pub disabled: BTreeSet<usize>,
    /// Phones that were shut out.
    pub revoked: BTreeSet<Uuid>,
    /// Operations that others bring in the end, since their own phone may not.
    pub brought: BTreeSet<Uuid>,
}

impl Ledger {
    pub fn written(
        &mut self,
        id: Uuid,
        phone: usize,
        account: usize,
        kind: &'static str,
        payload: Value,
        honest: bool,
    ) {
        self.written.insert(id, Written { phone, account, kind, payload, honest });
    }

    /// The phone has a receipt and no longer shows the record.
    pub fn put_away(&mut self, op: Op) {
        let phone = self.written.get(&op.op_id).map_or(0, |w| w.phone);
        self.put_away.push((phone, op));
    }

    /// An operation sent past any outbox, which must be turned away.
    pub fn stranger(&mut self, id: Uuid) {
        self.strangers.insert(id);
    }

    /// The desk has decided a quarantined operation; released, it is judged anew.
    pub fn decided(&mut self, id: Uuid, released: bool) {
        if released {
            self.released.insert(id);
            self.verdicts.remove(&id);
        }
    }

    /// Is it about a house that was proposed and is not in the book, since the proposal was lost or
    /// waits for the ward? Nobody can find that one.
    fn homeless(&self, payload: &Value) -> bool {
        let named = |of: &Value| of["household_id"].as_str().map(str::to_owned);
        let homes = [named(payload), named(&payload["record"])];
        let mut proposals = self
            .written
            .iter()
            .filter(|(_, w)| w.kind == "household.propose" && homes.contains(&named(&w.payload)));
        let kept = |id| self.verdicts.get(id).is_some_and(|v| v.outcome != "quarantined");
        proposals.any(|(id, _)| self.lost.contains(id) || !kept(id))
    }

    /// Some visit with a receipt.
    pub fn acknowledged_visit(&self) -> Option<Uuid> {
        self.verdicts
            .iter()
            .find(|(id, v)| {
                v.outcome == "applied"
                    && self.written.get(id).is_some_and(|w| w.kind == "visit.record")
            })
            .map(|(id, _)| *id)
    }
}

/// A version of a visit: its id, its first one's, its place, the one that replaced it.
type Version = (Uuid, Option<Uuid>, i64, Option<Uuid>);
/// An edit: household, field, stamp, operation, value, device, its number there, author.
type Edited = (Uuid, String, i64, Uuid, Option<String>, Uuid, Option<i64>, Uuid);
/// A household with what stands in its fields: landmark, members, adults.
type Details = (Uuid, Option<String>, Option<i64>, Option<i64>);
/// A row of the book's operations.
type BookOp = (Uuid, String, Option<i64>, Option<String>);

impl Sim<'_> {
    fn book_ops(&mut self, which: &str) -> BTreeMap<Uuid, Verdict> {
        let sql = format!("SELECT op_id, outcome, seq, reason FROM op {which}");
        let rows: Vec<BookOp> = self.bed.rows(&mut self.eye, &sql);
        rows.into_iter()
            .map(|(id, outcome, seq, reason)| {
                (id, Verdict { outcome, seq, reason: reason.unwrap_or_default() })
            })
            .collect()
    }

    fn ids(&mut self, sql: &str) -> BTreeSet<Uuid> {
        let rows: Vec<(Uuid,)> = self.bed.rows(&mut self.eye, sql);
        rows.into_iter().map(|(id,)| id).collect()
    }

    /// Every answer that leaves the server is held against all before it.
    pub fn hear(
        &mut self,
        phone: usize,
        account: usize,
        sent: &[Uuid],
        answer: &Value,
    ) -> Result<(), Broken> {
        let results = answer["results"].as_array().cloned().unwrap_or_default();
        if results.len() != sent.len() {
            return self.broken("I1", format!("{} results for {} ops", results.len(), sent.len()));
        }
        let mut last = 0;
        for (id, result) in sent.iter().zip(&results) {
            let word = |name: &str| result[name].as_str().unwrap_or_default().to_owned();
            let said = word("outcome");
            if word("op_id") != id.to_string() {
                return self.broken("I1", format!("{id} is answered as {result}"));
            }
            if said == "held" {
                self.count("held");
                continue;
            }
            let outcome = if said == "duplicate" { "applied".to_owned() } else { said.clone() };
            let verdict = Verdict { outcome, seq: result["seq"].as_i64(), reason: word("reason") };
            let Some(written) = self.ledger.written.get(id) else {
                return self.broken("I1", format!("nobody wrote {id}"));
            };
            if (written.phone, written.account) != (phone, account) {
                return self.broken("I1", format!("{id} is answered to phone {phone}"));
            }
            let never_refused = NEVER_REFUSED.contains(&written.kind);
            let homeless = self.ledger.homeless(&written.payload);
            if written.honest && never_refused && !homeless && verdict.outcome == "rejected" {
                let payload = written.payload.clone();
                return self.broken("I10", format!("good work is turned away: {payload} {result}"));
            }
            match self.ledger.verdicts.get(id) {
                Some(before) if *before != verdict => {
                    let before = before.clone();
                    return self.broken("I1", format!("{id}: {before:?}, later {verdict:?}"));
                }
                Some(_) => {}
                None => {
                    self.count(match said.as_str() {
                        "applied" | "duplicate" => "op applied",
                        "rejected" => "op rejected",
                        "superseded" => "op superseded",
                        _ => "op quarantined",
                    });
                    self.ledger.verdicts.insert(*id, verdict.clone());
                }
            }
            let numbered = matches!(verdict.outcome.as_str(), "applied" | "quarantined");
            match verdict.seq {
                Some(seq) if numbered => {
                    let owner = *self.ledger.receipts.entry(seq).or_insert(*id);
                    if owner != *id {
                        return self.broken("I6", format!("number {seq} for {owner} and {id}"));
                    }
                    if said == "applied" && seq <= last {
                        return self.broken("I6", format!("number {seq} after {last}"));
                    }
                    if said == "applied" {
                        last = seq;
                    }
                }
                None if verdict.outcome != "rejected" => {
                    return self.broken("I6", format!("{id} has no receipt: {result}"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What a phone has just called booked is in the book.
    pub fn check_booked(&mut self, phone: usize, ids: &[Uuid]) -> Result<(), Broken> {
        if ids.is_empty() {
            return Ok(());
        }
        let list = self.eye.ids(ids.iter().copied());
        let book = self.book_ops(&format!("WHERE op_id IN ({list})"));
        let visits = self.ids(&format!("SELECT id FROM visit WHERE id IN ({list})"));
        for id in ids {
            let recorded = self.ledger.written.get(id).is_some_and(|w| w.kind == "visit.record");
            let inside = book.get(id).is_some_and(|v| v.seq.is_some());
            if !inside || (recorded && !visits.contains(id)) {
                return self.broken("I5", format!("phone {phone} calls {id} booked, the book not"));
            }
        }
        Ok(())
    }

    /// Every receipt that ever left a server is honoured by the book.
    pub fn check_honoured(&mut self) -> Result<(), Broken> {
        let book = self.book_ops("");
        let visits = self.ids("SELECT id FROM visit");
        let rooted: Vec<(Uuid, Verdict)> =
            self.ledger.verdicts.iter().map(|(id, v)| (*id, v.clone())).collect();
        for (id, said) in rooted {
            if book.get(&id) != Some(&said) {
                let found = book.get(&id);
                return self.broken("I2", format!("{id}: told {said:?}, the book has {found:?}"));
            }
            let kind = self.ledger.written.get(&id).map_or("", |w| w.kind);
            let visit = matches!(kind, "visit.record" | "visit.correct");
            if said.outcome == "applied" && visit && !visits.contains(&id) {
                return self.broken("I2", format!("the visit {id} has a receipt and is not there"));
            }
        }
        Ok(())
    }

    /// The last look, when everything has come to rest.
    pub fn check_all(&mut self) -> Result<(), Broken> {
        self.check_honoured()?;
        self.check_phones()?;
        self.check_visits()?;
        self.check_numbers()?;
        let waiting = self.ids("SELECT op_id FROM held_op");
        if !waiting.is_empty() {
            return self.broken("I8", format!("the server holds {waiting:?} for ever"));
        }
        self.check_fields()?;
        self.check_census()?;
        self.check_shut_out()?;
        self.check_denominator()?;
        let store = self.server().store();
        let report = self.patiently(|| store.verify(WARD));
        match report {
            Ok(report) if report.drifts.is_empty() => Ok(()),
            other => self.broken("I3", format!("{other:?}")),
        }
    }

    /// I1, I8: each operation has one outcome, and the phone knows it.
    fn check_phones(&mut self) -> Result<(), Broken> {
        let book = self.book_ops("");
        let mut on_phones: BTreeMap<Uuid, Mark> = BTreeMap::new();
        for op in self.phones.iter().flat_map(|p| &p.disk.outbox) {
            on_phones.insert(op.op_id, op.mark.clone());
        }
        for (_, op) in &self.ledger.put_away {
            on_phones.insert(op.op_id, op.mark.clone());
        }
        for (id, written) in &self.ledger.written {
            let Some(mark) = on_phones.get(id) else {
                if self.ledger.lost.contains(id) {
                    continue;
                }
                let refused = book.get(id).is_some_and(|v| v.outcome == "rejected");
                let homeless = self.ledger.homeless(&written.payload);
                if refused && written.honest && !homeless && NEVER_REFUSED.contains(&written.kind) {
                    return self.broken("I10", format!("brought by another and turned away: {id}"));
                }
                if self.ledger.brought.contains(id) && book.contains_key(id) {
                    continue;
                }
                return self.broken("I1", format!("phone {} has lost {id}", written.phone));
            };
            let entry = book.get(id);
            let agree = match (mark, entry) {
                (Mark::Booked(seq), Some(v)) => {
                    matches!(v.outcome.as_str(), "applied" | "superseded") && v.seq == Some(*seq)
                }
                (Mark::Rejected(why), Some(v)) => v.outcome == "rejected" && v.reason == *why,
                (Mark::Kept(seq), Some(v)) => {
                    let kept = v.outcome == "quarantined" && v.seq == Some(*seq);
                    kept || self.ledger.released.contains(id)
                }
                (Mark::Local | Mark::Sent | Mark::Held, Some(_))
                    if self.ledger.brought.contains(id) =>
                {
                    true
                }
                (Mark::Local | Mark::Sent | Mark::Held, None)
                    if self.ledger.brought.contains(id) =>
                {
                    return self.broken("I1", format!("{id} was sealed, and nobody brought it"));
                }
                (Mark::Local | Mark::Sent | Mark::Held, _) => {
                    return self.broken("I8", format!("{id} is still {mark:?}"));
                }
                _ => false,
            };
            if !agree {
                return self.broken("I1", format!("{id}: phone {mark:?}, book {entry:?}"));
            }
        }
        for id in book.keys() {
            if !self.ledger.written.contains_key(id) && !self.ledger.strangers.contains(id) {
                return self.broken("I1", format!("the book has {id}, which nobody wrote"));
            }
        }
        Ok(())
    }

    /// I2: the visits of the book are the acknowledged ones, no more, and of each one version counts.
    fn check_visits(&mut self) -> Result<(), Broken> {
        let sql = "SELECT id, corrects, CAST(version AS BIGINT), replaced_by FROM visit";
        let rows: Vec<Version> = self.bed.rows(&mut self.eye, sql);
        let visits: BTreeSet<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
        let book = self.book_ops("");
        let told: BTreeSet<Uuid> = self
            .ledger
            .written
            .iter()
            .filter(|(_, w)| matches!(w.kind, "visit.record" | "visit.correct"))
            .map(|(id, _)| *id)
            .filter(|id| book.get(id).is_some_and(|v| v.outcome == "applied"))
            .collect();
        if let Some(id) = visits.symmetric_difference(&told).next() {
            return self.broken("I2", format!("{id} is in the book or has a receipt, not both"));
        }
        let mut chains: BTreeMap<Uuid, Vec<&Version>> = BTreeMap::new();
        for row in &rows {
            chains.entry(row.1.unwrap_or(row.0)).or_default().push(row);
        }
        for (root, mut chain) in chains {
            chain.sort_by_key(|(_, _, version, _)| *version);
            let numbered = chain.iter().zip(1..).all(|((_, _, version, _), n)| *version == n);
            let last = chain.len() - 1;
            let one = chain.iter().enumerate().all(|(n, row)| row.3.is_none() == (n == last));
            if !numbered || !one {
                return self.broken("I2", format!("versions of {root}: {chain:?}"));
            }
        }
        Ok(())
    }

    /// I6: numbers without a gap: each is a receipt's or the desk's, and no receipt's is another's.
    fn check_numbers(&mut self) -> Result<(), Broken> {
        let newest = self.ward_seq();
        let sql = "SELECT seq FROM op WHERE seq IS NOT NULL AND outcome <> 'superseded'";
        let receipts: Vec<(i64,)> = self.bed.rows(&mut self.eye, sql);
        let kept: Vec<(i64,)> = self.bed.rows(&mut self.eye, "SELECT seq FROM quarantine");
        let mut numbers: BTreeSet<i64> = receipts.iter().map(|(seq,)| *seq).collect();
        if numbers.len() != receipts.len() {
            return self.broken("I6", "a number is on two receipts");
        }
        numbers.extend(kept.into_iter().map(|(seq,)| seq));
        for (before, after) in &self.ledger.desk {
            numbers.extend(before + 1..=*after);
        }
        let want: BTreeSet<i64> = (self.ledger.began + 1..=newest).collect();
        if numbers != want {
            let odd: Vec<_> = numbers.symmetric_difference(&want).collect();
            return self.broken("I6", format!("numbers missing or beyond {newest}: {odd:?}"));
        }
        Ok(())
    }

    /// I9: what stands in a field is the edit of the latest stamp, and a person's later edit on one
    /// phone has the later stamp, whatever the order in which they came.
    fn check_fields(&mut self) -> Result<(), Broken> {
        let sql = "SELECT e.household_id, e.field, e.stamp, e.op_id, CAST(e.value AS TEXT), \
            o.device_id, o.device_seq, o.account_id FROM household_edit e JOIN op o ON o.op_id = e.op_id \
            WHERE e.field IN ('landmark', 'members', 'adults')";
        let rows: Vec<Edited> = self.bed.rows(&mut self.eye, sql);
        let sql =
            "SELECT id, landmark, CAST(members AS BIGINT), CAST(adults AS BIGINT) FROM household";
        let rows_now: Vec<Details> = self.bed.rows(&mut self.eye, sql);
        let mut now: BTreeMap<(Uuid, &str), Value> = BTreeMap::new();
        for (id, landmark, members, adults) in rows_now {
            now.insert((id, "landmark"), json!(landmark));
            now.insert((id, "members"), json!(members));
            now.insert((id, "adults"), json!(adults));
        }
        let mut by_field: BTreeMap<(Uuid, &str), Vec<&Edited>> = BTreeMap::new();
        for row in &rows {
            by_field.entry((row.0, row.1.as_str())).or_default().push(row);
        }
        let lossy = self.lossy();
        for (key, mut edits) in by_field {
            edits.sort_by_key(|e| (e.2, e.3));
            for (n, later) in edits.iter().enumerate() {
                // A phone that has lost a record may send what followed it before older work.
                let own = |e: &&&Edited| {
                    (e.5, e.7) == (later.5, later.7) && e.6 > later.6 && !lossy.contains(&e.5)
                };
                if let Some(earlier) = edits[..n].iter().find(own) {
                    return self
                        .broken("I9", format!("{key:?}: {earlier:?} was made after {later:?}"));
                }
            }
            let Some(winner) = edits.last() else { continue };
            let text = winner.4.as_deref().unwrap_or("null");
            let value: Value = serde_json::from_str(text).unwrap_or(Value::Null);
            if now.get(&key) != Some(&value) {
                let stands = now.get(&key);
                return self
                    .broken("I9", format!("{key:?} is {stands:?}, the latest is {winner:?}"));
            }
        }
        Ok(())
    }

    /// Phones that have lost a record: what followed it may be sent before older work.
    pub fn lossy(&self) -> BTreeSet<Uuid> {
        let losers = self.ledger.lost.iter().filter_map(|id| self.ledger.written.get(id));
        losers.map(|written| self.phones[written.phone].disk.device).collect()
    }

    /// I4: who sees the same doors sees the same, and what a new phone would see.
    pub fn converged(&mut self, n: usize, account: usize, fresh: &Turf) -> Result<(), Broken> {
        let has = self.phones[n].disk.turfs.get(&account).map(|t| t.projection(true));
        let (has, want) = (has.unwrap_or_default(), fresh.projection(true));
        if has != want {
            let what = difference(&has, &want);
            return self.broken("I4", format!("phone {n}, volunteer {account}: {what}"));
        }
        self.check_scope(n, account, fresh)?;
        let (team, seen) = (self.team_of(account), fresh.projection(false));
        let mates = self.ledger.seen.entry(team).or_insert_with(|| seen.clone()).clone();
        if mates != seen {
            let what = difference(&mates, &seen);
            return self.broken("I4", format!("two of team {team} see other doors: {what}"));
        }
        Ok(())
    }
}

/// Where two texts part.
fn difference(has: &str, want: &str) -> String {
    let at = has.bytes().zip(want.bytes()).take_while(|(a, b)| a == b).count().saturating_sub(120);
    let cut = |text: &str| {
        String::from_utf8_lossy(&text.as_bytes()[at.min(text.len())..])
            .chars()
            .take(400)
            .collect::<String>()
    };
    format!("has\n  {}\nwant\n  {}", cut(has), cut(want))
}
