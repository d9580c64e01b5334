//! The rules about residents, doors and who may see what, counted again from what was written and
//! what the book holds, by nobody's code but this.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

use crate::acts::POLICE;
use crate::bed::Eye;
use crate::oracle::Written;
use crate::phone::Turf;
use crate::sim::{Broken, Sim};

/// One word of a resident in the ledger of consents.
#[derive(Clone, Debug)]
pub struct Word {
    stamp: i64,
    op: Uuid,
    given: bool,
    purposes: BTreeSet<String>,
    seq: i64,
    household: Uuid,
}

impl Word {
    fn agrees_to(&self, purpose: &str) -> bool {
        self.given && self.purposes.contains(purpose)
    }
}

/// Up to which instant something of a resident is forgotten; before all time when nothing is.
#[derive(Clone, Copy, Debug)]
struct Cut {
    learning: i64,
    police: i64,
    all: i64,
}

fn cut(words: &[Word]) -> Cut {
    let upto = |gone: &dyn Fn(&Word) -> bool| {
        words.iter().filter(|w| gone(w)).map(|w| w.stamp).max().unwrap_or(i64::MIN)
    };
    Cut {
        learning: upto(&|w| !w.agrees_to("learn")),
        police: upto(&|w| !w.agrees_to("refer")),
        all: upto(&|w| !w.given),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn id_of(value: &Value, key: &str) -> Option<Uuid> {
    value[key].as_str().and_then(|id| id.parse().ok())
}

/// The word of a name or a note that stands nowhere else.
fn tag_of(written: &Written) -> Option<&str> {
    let (key, nth) = match written.kind {
        "consent.give" => ("call_name", 1),
        "household.note" if written.honest => ("text", 1),
        "household.note" => ("text", 2),
        _ => return None,
    };
    text(&written.payload, key).split(' ').nth(nth)
}

/// What the book says of residents and doors at one moment.
struct Census {
    words: BTreeMap<Uuid, Vec<Word>>,
    /// Rungs by resident, in their order: stamp, operation, state.
    rungs: BTreeMap<Uuid, Vec<(i64, Uuid, String)>>,
    /// The household each entry of the register stands for.
    door: BTreeMap<Uuid, Uuid>,
    /// Flags and notes that stand, by household and team: operation and text.
    needs: BTreeMap<Uuid, (Uuid, String)>,
    notes: BTreeMap<(Uuid, Uuid), (Uuid, String)>,
}

impl Census {
    /// Is the resident remembered, and where?
    fn home(&self, learner: Uuid) -> Option<(Uuid, &Word)> {
        let last = self.words.get(&learner)?.last().filter(|w| w.given)?;
        Some((self.door.get(&last.household).copied().unwrap_or(last.household), last))
    }
}

impl Sim<'_> {
    /// The households in the denominator.
    pub fn active(&mut self) -> BTreeSet<Uuid> {
        let rows: Vec<(Uuid,)> =
            self.bed.rows(&mut self.eye, "SELECT id FROM household WHERE active");
        rows.into_iter().map(|(id,)| id).collect()
    }

    /// I12: only the desk moves a household into the denominator or out of it.
    pub fn check_denominator(&mut self) -> Result<(), Broken> {
        let now = self.active();
        if now != self.ledger.active {
            let odd: Vec<_> = now.symmetric_difference(&self.ledger.active).collect();
            return self
                .broken("I12", format!("without the desk the denominator has changed: {odd:?}"));
        }
        Ok(())
    }

    fn words(&mut self) -> BTreeMap<Uuid, Vec<Word>> {
        let sql = "SELECT learner_id, stamp, op_id, event, purposes, seq, household_id FROM consent_event";
        let rows: Vec<(Uuid, i64, Uuid, String, String, i64, Uuid)> =
            self.bed.rows(&mut self.eye, sql);
        let mut words: BTreeMap<Uuid, Vec<Word>> = BTreeMap::new();
        for (learner, stamp, op, event, purposes, seq, household) in rows {
            let purposes = purposes.split(' ').map(str::to_owned).collect();
            let word = Word { stamp, op, given: event == "given", purposes, seq, household };
            words.entry(learner).or_default().push(word);
        }
        words.values_mut().for_each(|w| w.sort_by_key(|w| (w.stamp, !w.given, w.op)));
        words
    }

    /// I11: whoever has withdrawn is on no phone that has pulled since. I13: no phone shows the notes
    /// of another team.
    pub fn check_shown(&mut self, n: usize, account: usize) -> Result<(), Broken> {
        let words = self.words();
        let Some(turf) = self.phones[n].disk.turfs.get(&account) else { return Ok(()) };
        let mut notes: BTreeSet<&str> = BTreeSet::new();
        for (door, (_, view)) in &turf.doors {
            notes.extend(view["note"]["text"].as_str());
            for person in view["people"].as_array().into_iter().flatten() {
                let last = id_of(person, "id").and_then(|id| words.get(&id)).and_then(|w| w.last());
                if last.is_none_or(|w| !w.given && w.seq <= turf.seq) {
                    let what = format!("phone {n} still shows {person} at {door}: {last:?}");
                    return self.broken("I11", what);
                }
            }
        }
        let team = self.team_of(account);
        let theirs = self.ledger.written.values().find(|w| {
            w.kind == "household.note"
                && self.team_of(w.account) != team
                && notes.contains(text(&w.payload, "text"))
        });
        match theirs {
            Some(w) => self.broken("I13", format!("phone {n} shows another's {}", w.payload)),
            None => Ok(()),
        }
    }

    fn census(&mut self) -> Census {
        let words = self.words();
        let rows: Vec<(Uuid, i64, Uuid, String)> =
            self.bed.rows(&mut self.eye, "SELECT learner_id, stamp, op_id, state FROM learner_eid");
        let mut rungs: BTreeMap<Uuid, Vec<(i64, Uuid, String)>> = BTreeMap::new();
        for (learner, stamp, op, state) in rows {
            rungs.entry(learner).or_default().push((stamp, op, state));
        }
        rungs.values_mut().for_each(|rungs| rungs.sort());
        let rows: Vec<(Uuid, Option<Uuid>)> =
            self.bed.rows(&mut self.eye, "SELECT id, merged_into FROM household");
        let door = rows.into_iter().map(|(id, into)| (id, into.unwrap_or(id))).collect();
        let rows: Vec<(Uuid, Uuid, String)> =
            self.bed.rows(&mut self.eye, "SELECT household_id, op_id, flags FROM household_flags");
        let needs = rows.into_iter().map(|(h, op, flags)| (h, (op, flags))).collect();
        let rows: Vec<(Uuid, Uuid, Uuid, String)> = self
            .bed
            .rows(&mut self.eye, "SELECT household_id, team_id, op_id, text FROM household_note");
        let notes = rows.into_iter().map(|(h, team, op, text)| ((h, team), (op, text))).collect();
        Census { words, rungs, door, needs, notes }
    }

    /// Operations of some kinds that the book has taken, with their numbers and remarks.
    fn taken(&mut self, kinds: &[&str]) -> BTreeMap<Uuid, (i64, String)> {
        let rows: Vec<(Uuid, i64, String)> = self
            .bed
            .rows(&mut self.eye, "SELECT op_id, seq, flags FROM op WHERE outcome = 'applied'");
        let all: BTreeMap<Uuid, (i64, String)> =
            rows.into_iter().map(|(id, seq, flags)| (id, (seq, flags))).collect();
        let ours = |id: &Uuid| self.ledger.written.get(id).is_some_and(|w| kinds.contains(&w.kind));
        all.into_iter().filter(|(id, _)| ours(id)).collect()
    }

    fn column(&mut self, sql: &str) -> Vec<Uuid> {
        let rows: Vec<(Uuid,)> = self.bed.rows(&mut self.eye, sql);
        rows.into_iter().map(|(id,)| id).collect()
    }

    /// The rows of a table are those of the operations taken, each once.
    fn once(&mut self, rule: &'static str, sql: &str, kinds: &[&str]) -> Result<(), Broken> {
        let rows = self.column(sql);
        let taken: BTreeSet<Uuid> = self.taken(kinds).into_keys().collect();
        let there: BTreeSet<Uuid> = rows.iter().copied().collect();
        if there.len() != rows.len() || there != taken {
            let odd: Vec<_> = there.symmetric_difference(&taken).collect();
            let row = rows.len();
            return self.broken(rule, format!("{kinds:?}: lost or doubled {odd:?} of {row}"));
        }
        Ok(())
    }

    /// The last look at residents and doors.
    pub fn check_census(&mut self) -> Result<(), Broken> {
        let consents = ["consent.give", "consent.withdraw"];
        self.once("I11", "SELECT op_id FROM consent_event", &consents)?;
        self.once("I11", "SELECT id FROM referral", &["referral.open"])?;
        self.once("I12", "SELECT op_id FROM proposal", &["household.propose"])?;
        self.once("I12", "SELECT op_id FROM door_pair", &["household.same_as"])?;
        let census = self.census();
        self.check_remembered(&census)?;
        self.check_learned(&census)?;
        self.check_referrals(&census)?;
        self.check_standing(&census)?;
        self.check_shifts()?;
        self.check_words(&census)?;
        let total = self.desk(None, "/api/v1/coverage").body["total"]["hh_total"].as_u64();
        if total != Some(self.active().len() as u64) {
            return self.broken("I12", format!("the ward is told of {total:?} households"));
        }
        Ok(())
    }

    /// Who agreed last stands, with the name and the purposes of that word; nobody else is there.
    fn check_remembered(&mut self, census: &Census) -> Result<(), Broken> {
        let sql = "SELECT id, call_name, age_band, purposes FROM learner";
        let rows: Vec<(Uuid, String, String, String)> = self.bed.rows(&mut self.eye, sql);
        let there: BTreeMap<Uuid, _> = rows
            .into_iter()
            .map(|(id, name, band, purposes)| (id, (name, band, purposes)))
            .collect();
        for id in there.keys().chain(census.words.keys()) {
            let words = census.words.get(id);
            let last = words.and_then(|w| w.last()).filter(|w| w.given);
            let want = last.and_then(|w| self.ledger.written.get(&w.op)).map(|w| {
                let purposes: Vec<&str> = w.payload["purposes"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                let word = |key| text(&w.payload, key).to_owned();
                (word("call_name"), word("age_band"), purposes.join(" "))
            });
            if there.get(id) != want.as_ref() {
                let has = there.get(id);
                return self.broken("I11", format!("{id} is {has:?}, the words are {words:?}"));
            }
        }
        Ok(())
    }

    /// The ladder and the skills: what was taken is there, unless a later word forgets it; then not.
    fn check_learned(&mut self, census: &Census) -> Result<(), Broken> {
        let nothing: &[Word] = &[];
        let words = |id: &Uuid| census.words.get(id).map_or(nothing, Vec::as_slice);
        let mut there = BTreeSet::new();
        for (learner, rungs) in &census.rungs {
            let (words, cut) = (words(learner), cut(words(learner)));
            for (stamp, op, state) in rungs {
                there.insert(*op);
                let remembered = words.last().is_some_and(|w| w.agrees_to("learn"));
                if !remembered || *stamp <= cut.learning {
                    return self.broken(
                        "I11",
                        format!("a rung of {learner} at {stamp} was to be forgotten: {words:?}"),
                    );
                }
                let written = self.ledger.written.get(op).map(|w| &w.payload);
                if written.is_none_or(|w| text(w, "state") != state) {
                    return self.broken("I11", format!("{op} said {written:?}, not {state}"));
                }
            }
        }
        for op in self.taken(&["learner.eid"]).into_keys() {
            let learner =
                id_of(&self.ledger.written[&op].payload, "learner_id").unwrap_or_default();
            if !there.contains(&op) && cut(words(&learner)).learning == i64::MIN {
                return self.broken("I11", format!("the rung {op} of {learner} is lost"));
            }
        }
        self.check_own_order()?;
        let sql = "SELECT visit_id, learner_id, made_at FROM visit_learner";
        let rows: Vec<(Uuid, Uuid, i64)> = self.bed.rows(&mut self.eye, sql);
        let mut linked = BTreeSet::new();
        for (visit, learner, at) in rows {
            let words = words(&learner);
            let remembered = words.last().is_some_and(|w| w.agrees_to("learn"));
            if !remembered || at <= cut(words).learning {
                return self.broken(
                    "I11",
                    format!("what {learner} learned at {at} was to be forgotten: {words:?}"),
                );
            }
            linked.insert((visit, learner));
        }
        for (op, (_, flags)) in self.taken(&["visit.record", "visit.correct"]) {
            let payload = &self.ledger.written[&op].payload;
            let record = if payload["record"].is_object() { &payload["record"] } else { payload };
            let named = record["people"].as_array().into_iter().flatten();
            let named: Vec<Uuid> = named.filter_map(|p| id_of(p, "learner_id")).collect();
            for learner in named {
                let forgotten = cut(words(&learner)).learning != i64::MIN;
                if !flags.contains("learner_unknown")
                    && !forgotten
                    && !linked.contains(&(op, learner))
                {
                    return self.broken("I11", format!("what {learner} learned on {op} is lost"));
                }
            }
        }
        Ok(())
    }

    /// What a person wrote later on a phone stands later on the ladder, whatever came first.
    fn check_own_order(&mut self) -> Result<(), Broken> {
        let sql = "SELECT learner_id, account_id, device_id, device_seq, stamp FROM learner_eid";
        let mut rows: Vec<(Uuid, Uuid, Uuid, i64, i64)> = self.bed.rows(&mut self.eye, sql);
        rows.sort_unstable();
        let lossy = self.lossy();
        for pair in rows.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            if (a.0, a.1, a.2) == (b.0, b.1, b.2) && !lossy.contains(&a.2) && a.4 >= b.4 {
                return self
                    .broken("I11", format!("rungs of {}: {a:?} was written before {b:?}", a.0));
            }
        }
        Ok(())
    }

    fn check_referrals(&mut self, census: &Census) -> Result<(), Broken> {
        let sql = "SELECT id, learner_id, state, opened_at, kind FROM referral";
        let rows: Vec<(Uuid, Option<Uuid>, String, i64, String)> =
            self.bed.rows(&mut self.eye, sql);
        let taken = self.taken(&["referral.cancel"]);
        let cancelled: BTreeSet<Uuid> = taken
            .keys()
            .filter_map(|op| id_of(&self.ledger.written[op].payload, "referral_id"))
            .collect();
        for (id, about, state, at, kind) in rows {
            let named = id_of(&self.ledger.written[&id].payload, "learner_id");
            let words = named.and_then(|id| census.words.get(&id)).map_or(&[][..], Vec::as_slice);
            let cut = cut(words);
            let police = POLICE.contains(&kind.as_str());
            let upto = if police { cut.all.max(cut.police) } else { cut.all };
            let forgotten = at <= upto;
            let say = format!("referral {id} of {at}: {about:?} {state} {kind}; {words:?}");
            if forgotten && (about.is_some() || state == "new") {
                return self.broken("I11", format!("to be forgotten: {say}"));
            }
            if upto == i64::MIN && about != named {
                return self.broken("I11", format!("the resident is lost: {say}"));
            }
            if about.is_some() && !words.last().is_some_and(|w| w.given) {
                return self.broken("I11", format!("about nobody who is remembered: {say}"));
            }
            let taken_back = cancelled.contains(&id);
            if taken_back != (state == "cancelled") && (taken_back || upto == i64::MIN) {
                return self.broken("I11", format!("taken back {taken_back}: {say}"));
            }
        }
        Ok(())
    }

    /// Needs and notes: of those that did not find a later one, the last stands. Doors that were ever
    /// merged are left aside: their words meet.
    fn check_standing(&mut self, census: &Census) -> Result<(), Broken> {
        let mut needs: BTreeMap<Uuid, (i64, Uuid)> = BTreeMap::new();
        let mut notes: BTreeMap<(Uuid, Uuid), (i64, Uuid)> = BTreeMap::new();
        for (op, (seq, flags)) in self.taken(&["household.flags", "household.note"]) {
            let written = &self.ledger.written[&op];
            let door = id_of(&written.payload, "household_id").unwrap_or_default();
            if flags.contains("lost_to_newer") || self.ledger.doubled.contains(&door) {
                continue;
            }
            let last = if written.kind == "household.flags" {
                needs.entry(door).or_insert((seq, op))
            } else {
                let team = crate::world::team(self.team_of(written.account)).0;
                notes.entry((door, team)).or_insert((seq, op))
            };
            *last = (*last).max((seq, op));
        }
        let codes = |op: &Uuid| -> BTreeSet<String> {
            let flags = self.ledger.written[op].payload["flags"].as_array();
            flags.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        for (door, (_, op)) in &needs {
            let has = census.needs.get(door);
            let same = has.is_some_and(|(by, flags)| {
                let has: BTreeSet<String> = flags.split_whitespace().map(str::to_owned).collect();
                by == op && has == codes(op)
            });
            if !same {
                return self.broken("I11", format!("needs of {door}: {has:?}, the last is {op}"));
            }
        }
        for (place, (_, op)) in &notes {
            let has = census.notes.get(place);
            let want = text(&self.ledger.written[op].payload, "text").to_owned();
            if has.is_none_or(|(by, text)| by != op || *text != want) {
                return self
                    .broken("I11", format!("note of {place:?}: {has:?}, the last is {want}"));
            }
        }
        Ok(())
    }

    /// Shifts: each once, ended exactly when its end was taken, never before it began.
    fn check_shifts(&mut self) -> Result<(), Broken> {
        let rows: Vec<(Uuid, i64, Option<i64>)> =
            self.bed.rows(&mut self.eye, "SELECT id, opened_at, closed_at FROM shift");
        let mut of = |kind| -> BTreeSet<Uuid> {
            let taken = self.taken(&[kind]).into_keys();
            taken.filter_map(|op| id_of(&self.ledger.written[&op].payload, "shift_id")).collect()
        };
        let (opened, closed) = (of("shift.open"), of("shift.close"));
        let there: BTreeSet<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
        let odd = rows.iter().find(|(id, from, to)| {
            to.is_some() != closed.contains(id) || to.is_some_and(|to| to < *from)
        });
        if there != opened || odd.is_some() {
            return self
                .broken("I12", format!("shifts: {rows:?}, begun {opened:?}, ended {closed:?}"));
        }
        Ok(())
    }

    /// All words of the book, whatever table they stand in.
    fn everything(&mut self) -> String {
        let selects: Vec<String> = match self.eye {
            Eye::Sqlite(_) => {
                let sql = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c \
                    WHERE m.type = 'table' AND lower(c.type) NOT LIKE '%int%' \
                    AND lower(c.type) NOT LIKE '%uuid%' AND lower(c.type) NOT LIKE '%bool%' \
                    AND lower(c.type) NOT LIKE '%blob%'";
                let columns: Vec<(String, String)> = self.bed.rows(&mut self.eye, sql);
                let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
                for (table, column) in columns {
                    let text = format!("COALESCE(CAST(\"{column}\" AS TEXT), '')");
                    tables.entry(table).or_default().push(text);
                }
                let select = |(table, columns): (String, Vec<String>)| {
                    format!("SELECT {} FROM \"{table}\"", columns.join(" || ' ' || "))
                };
                tables.into_iter().map(select).collect()
            }
            Eye::Postgres(_) => {
                let sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
                let tables: Vec<(String,)> = self.bed.rows(&mut self.eye, sql);
                tables.into_iter().map(|(t,)| format!("SELECT t::text FROM \"{t}\" t")).collect()
            }
        };
        let mut all = String::new();
        for sql in selects {
            let rows: Vec<(String,)> = self.bed.rows(&mut self.eye, &sql);
            rows.iter().for_each(|(row,)| all.push_str(row));
        }
        all
    }

    /// A name stands in the book as long as its word does, and a note as long as it stands: nowhere
    /// else is either, and nothing that was turned away. What waits for the ward's decision keeps its
    /// words, unless the resident has withdrawn since.
    fn check_words(&mut self, census: &Census) -> Result<(), Broken> {
        let book = self.everything();
        let sql =
            "SELECT op_id, made_at, sent_at, received_at FROM quarantine WHERE decision IS NULL";
        let rows: Vec<(Uuid, i64, i64, i64)> = self.bed.rows(&mut self.eye, sql);
        let waiting: BTreeMap<Uuid, i64> = rows
            .into_iter()
            .map(|(op, made, sent, received)| {
                // The instant by the server's clock, as every operation's.
                let off = received - sent;
                let at = if off.abs() > 120_000 { made + off } else { made };
                (op, at.min(received))
            })
            .collect();
        for (op, written) in &self.ledger.written {
            let Some(tag) = tag_of(written) else { continue };
            if !book.contains(tag) {
                continue;
            }
            let stands = match written.kind {
                "consent.give" => {
                    let learner = id_of(&written.payload, "learner_id").unwrap_or_default();
                    let words = census.words.get(&learner).map_or(&[][..], Vec::as_slice);
                    let waits = waiting.get(op).is_some_and(|at| *at > cut(words).all);
                    waits || words.last().is_some_and(|w| w.given && w.op == *op)
                }
                _ => waiting.contains_key(op) || census.notes.values().any(|(by, _)| by == op),
            };
            if !stands {
                let kind = written.kind;
                return self.broken("I11", format!("{tag:?} of {kind} {op} is still in the book"));
            }
        }
        Ok(())
    }

    /// I13: what a phone shows of residents is what the book says of its own doors, and nothing of
    /// anybody else's.
    pub fn check_scope(&mut self, n: usize, account: usize, fresh: &Turf) -> Result<(), Broken> {
        let census = self.census();
        let team = self.team_of(account);
        let shown = fresh.projection(true);
        let mut people: BTreeMap<Uuid, (Uuid, &Value)> = BTreeMap::new();
        for (door, (_, view)) in &fresh.doors {
            for person in view["people"].as_array().into_iter().flatten() {
                people.insert(id_of(person, "id").unwrap_or_default(), (*door, person));
            }
        }
        let who = format!("phone {n}, volunteer {account}");
        for learner in census.words.keys() {
            let home = census.home(*learner).filter(|(door, _)| fresh.doors.contains_key(door));
            let Some((door, word)) = home else {
                if shown.contains(&learner.to_string()) {
                    return self.broken("I13", format!("{who} is shown {learner}"));
                }
                continue;
            };
            let Some((at, person)) = people.remove(learner) else {
                return self.broken("I13", format!("{who} is not shown {learner} at {door}"));
            };
            let name = text(&self.ledger.written[&word.op].payload, "call_name");
            let top = census.rungs.get(learner).and_then(|r| r.last()).map(|r| r.2.as_str());
            if at != door
                || text(person, "call_name") != name
                || person["eid"]["state"].as_str() != top
            {
                return self.broken("I13", format!("{who} is shown {person} for {name} {top:?}"));
            }
        }
        if !people.is_empty() {
            return self.broken("I13", format!("{who} is shown {people:?}, whom nobody knows"));
        }
        for (op, written) in &self.ledger.written {
            let Some(tag) = tag_of(written).filter(|tag| shown.contains(*tag)) else { continue };
            let door = id_of(&written.payload, "household_id").unwrap_or_default();
            let own = match written.kind {
                "household.note" => self.team_of(written.account) == team,
                _ => id_of(&written.payload, "learner_id")
                    .and_then(|id| census.home(id))
                    .is_some_and(|(_, word)| word.op == *op),
            };
            if !own {
                return self.broken("I13", format!("{who} is shown {tag} of {door}"));
            }
        }
        let shows = |door: &Uuid| -> BTreeSet<&str> {
            let flags = fresh.doors[door].1["flags"].as_array().into_iter().flatten();
            flags.filter_map(|flag| flag["code"].as_str()).collect()
        };
        for (door, (_, flags)) in &census.needs {
            let plain = fresh.doors.contains_key(door) && !self.ledger.doubled.contains(door);
            if plain && shows(door) != flags.split_whitespace().collect() {
                return self.broken("I13", format!("{who} is not shown {flags} at {door}"));
            }
        }
        let own = crate::world::team(team).0;
        for ((door, of), (_, note)) in &census.notes {
            let plain = fresh.doors.contains_key(door) && !self.ledger.doubled.contains(door);
            if plain && *of == own {
                let has = fresh.doors[door].1["note"]["text"].as_str().unwrap_or_default();
                if has != note {
                    return self.broken("I13", format!("{who} reads {has:?} for {note:?}"));
                }
            }
        }
        Ok(())
    }

    /// I14: a phone that was shut out holds nothing and is let in nowhere.
    pub fn check_shut_out(&mut self) -> Result<(), Broken> {
        for n in 0..self.phones.len() {
            let phone = &self.phones[n];
            let revoked = self.ledger.revoked.contains(&phone.disk.device);
            // Whose access was taken away cannot even ask.
            let speaks = phone.people.iter().any(|who| !self.ledger.disabled.contains(who));
            if phone.out != (revoked && (speaks || phone.out)) {
                return self
                    .broken("I14", format!("phone {n}: shut out {revoked}, knows {}", phone.out));
            }
            if phone.out && !(phone.disk.turfs.is_empty() && phone.disk.outbox.is_empty()) {
                return self
                    .broken("I14", format!("phone {n} was shut out and has kept what it had"));
            }
        }
        Ok(())
    }

    /// Puts into a pull's answer what another team wrote down, for the oracle to find.
    pub fn slip_in_a_note(&mut self, account: usize, answer: &mut Value) -> bool {
        let team = self.team_of(account);
        let foreign = self.ledger.written.values().find(|w| {
            w.kind == "household.note"
                && w.honest
                && self.team_of(w.account) != team
                && tag_of(w).is_some()
        });
        let Some(note) = foreign.map(|w| w.payload["text"].clone()) else { return false };
        let key = if answer["doors"].is_array() { "doors" } else { "alleys" };
        let first = answer[key].as_array_mut().and_then(|list| list.first_mut());
        let door = match (key, first) {
            ("alleys", Some(alley)) => alley["doors"].as_array_mut().and_then(|d| d.first_mut()),
            (_, first) => first,
        };
        let Some(door) = door else { return false };
        door["note"] = serde_json::json!({"text": note, "at": 0, "mine": false});
        true
    }
}
