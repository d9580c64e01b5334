//! A residential group's register into the book: added once, recognised afterwards.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, Set,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use gocua_domain::address::{Address, HouseKind, Mark, Mouth};
use gocua_domain::coverage::{Counted, Coverage};
use gocua_domain::desk::rekey;
use gocua_domain::ground::{RegisterChange, group_key, way_name};
use gocua_domain::id::{AlleyId, GroupId, HouseholdId, ImportId};
use gocua_domain::import::RowFate;
use gocua_domain::proposal::proposal_code;
use gocua_domain::search::search_key;
use gocua_domain::territory::{AlleyKind, PointSource};

use crate::alleys::former_names;
use crate::db::{Store, StoreError, chunks, lock_ward, set_each};
use crate::doors::restand;
use crate::draft::Note;
use crate::entity::{alley, group_alias, household, residential_group, ward};
use crate::ledger::{self, Act, Line};
use crate::register::waits;
use crate::rollup::{self, LastVisits};
use crate::territory::{
    NewAlley, NewGroup, NewHousehold, alley_row, group_row, household_row, side_code,
};

/// One household as a register names it.
#[derive(Clone, Debug)]
pub struct ImportRow {
    /// Where it stands in the file, for the report: `sheet!row`.
    pub place: String,
    /// Name of its residential group.
    pub group: Option<String>,
    /// Its address.
    pub address: Address,
    /// Name of the head.
    pub head_name: Option<String>,
    /// Members.
    pub members: Option<i32>,
    /// Members from 14 years.
    pub adults: Option<i32>,
    /// The ward's own code for it.
    pub code: Option<String>,
    /// Where it stands: longitude and latitude, in degrees.
    pub point: Option<(f64, f64)>,
}

/// How to import.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Who does it, and when.
    pub act: Act,
    /// Write it; otherwise only say what would be written.
    pub commit: bool,
    /// Found residential groups the ward does not have.
    pub new_groups: bool,
    /// Name of the file, for the list of imports.
    pub file: String,
}

/// Why a row of a register was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// The row names no residential group.
    NoGroup,
    /// The ward has no such residential group.
    UnknownGroup,
    /// Neither number, landmark nor name: nobody would find the door.
    NothingToFindItBy,
    /// The same household as an earlier row of the file.
    Repeated,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Households added.
    pub added: usize,
    /// Households that a phone had proposed and the register names too: they wait no longer.
    pub confirmed: usize,
    /// Households whose numbers of people were brought up to date.
    pub updated: usize,
    /// Households the book had already, just so.
    pub unchanged: usize,
    /// Residential groups founded.
    pub groups_added: Vec<String>,
    /// Alleys founded.
    pub alleys_added: usize,
    /// Rows whose head of household is another than in the book at that door: left as it is.
    pub heads_differ: Vec<String>,
    /// Rows left out: place and why.
    pub refused: Vec<(String, Refusal)>,
}

/// What the book makes of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub fate: RowFate,
    /// The household of the book it speaks of.
    pub household: Option<HouseholdId>,
    /// Of a repeated row: the earlier one, by its place among the rows.
    pub first: Option<usize>,
}

impl Taken {
    fn new(fate: RowFate) -> Self {
        Self { fate, household: None, first: None }
    }
}

/// Which residential groups an import may found.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Founding<'a> {
    None,
    All,
    /// Those of these names, as [`group_key`] writes them.
    Named(&'a BTreeSet<String>),
}

impl Founding<'_> {
    fn may(self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Named(keys) => keys.contains(&group_key(name)),
        }
    }
}

impl Store {
    /// Takes a register into the book in one transaction; without `commit` takes everything back.
    ///
    /// A household is recognised by its code, else by its door and head; a second import of the same
    /// file adds nothing. Where a door has another head in the book, nothing of it is changed: the
    /// difference is reported.
    ///
    /// A household that a phone proposed and the ward has not answered for is the register's as soon
    /// as the register names it: under the id it has, with the register's words and a code of the
    /// register, and with its visits it counts from now on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward; nothing is half-written.
    pub async fn import(
        &self,
        ward_code: &str,
        rows: &[ImportRow],
        options: ImportOptions,
    ) -> Result<ImportReport, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward_code).await? + 1;
        let mut plan = Plan::load(&tx, ward_code, seq).await?;
        let founding = if options.new_groups { Founding::All } else { Founding::None };
        for (at, row) in rows.iter().enumerate() {
            plan.take(at, row, founding);
        }
        let report = plan.report.clone();
        if !options.commit {
            tx.rollback().await?;
            return Ok(report);
        }
        plan.write(&tx, &options.act).await?;
        let again = report.refused.iter().filter(|(_, why)| *why == Refusal::Repeated).count();
        let note = Note {
            id: ImportId(Uuid::now_v7()),
            file: options.file,
            repeated: again,
            left_out: report.refused.len() - again,
        };
        plan.keep(&tx, note, &options.act).await?;
        self.close(tx, ward_code, seq).await?;
        Ok(report)
    }
}

/// A way is known by where it turns off and what it is called there.
type WayKey = (GroupId, Option<AlleyId>, AlleyKind, String);
/// A door is known by its alley and what stands on it, or beside it.
type DoorKey = (AlleyId, String);

#[derive(Clone, Debug)]
struct KnownDoor {
    id: HouseholdId,
    head: String,
    members: Option<i32>,
    adults: Option<i32>,
    /// Proposed by a phone, and the ward has not answered.
    waits: bool,
    /// Has it a number, or only a landmark?
    numbered: bool,
    /// The row of this file it was met in already.
    seen: Option<usize>,
    place: Option<Place>,
    group: GroupId,
    /// In the denominator?
    active: bool,
}

/// What a register would change in the book, row by row; and how it is written.
pub(crate) struct Plan {
    pub ward: String,
    sign: String,
    pub seq: i64,
    groups: HashMap<String, (GroupId, String)>,
    group_count: usize,
    /// Each way; where the key is a name it had before, with its name of now.
    ways: HashMap<WayKey, (AlleyId, Option<String>)>,
    doors: HashMap<DoorKey, Vec<KnownDoor>>,
    codes: HashMap<String, DoorKey>,
    numbers: HashMap<GroupId, u32>,
    pub new_groups: Vec<NewGroup>,
    pub new_alleys: Vec<NewAlley>,
    pub new_households: Vec<NewHousehold>,
    /// Numbers of people as they were and as they become.
    pub counts: BTreeMap<HouseholdId, (Count, Count)>,
    /// Households that wait for the ward's answer, as they stand in the book.
    waiting: HashMap<HouseholdId, household::Model>,
    /// Proposals as they were and as they become.
    pub confirmed: Vec<(household::Model, household::Model)>,
    /// Households of the book that the file names and that stay as they are.
    pub named: Vec<HouseholdId>,
    /// Where households of the book stood, and where they stand by the file: longitude and latitude.
    pub points: BTreeMap<HouseholdId, (Option<Place>, [f64; 2])>,
    /// Residential groups of which the file has a household.
    covered: BTreeSet<GroupId>,
    pub report: ImportReport,
}

/// Where a household stands: longitude and latitude in degrees, and the code of who said so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub at: [f64; 2],
    pub source: Option<String>,
}

impl Place {
    pub fn of(h: &household::Model) -> Option<Self> {
        let (lon, lat) = h.lon.zip(h.lat)?;
        Some(Self { at: [lon, lat], source: h.point_source.clone() })
    }

    /// Did the desk give it? Then no file moves it.
    pub fn by_desk(&self) -> bool {
        self.source.as_deref() == Some(PointSource::Desk.code())
    }
}

/// Members, and those from 14 years.
pub(crate) type Count = (Option<i32>, Option<i32>);

impl Plan {
    /// The book as a register meets it. To write the plan, the ward's lock must be held.
    pub async fn load(
        tx: &impl ConnectionTrait,
        ward_code: &str,
        seq: i64,
    ) -> Result<Self, StoreError> {
        let ward_row =
            ward::Entity::find_by_id(ward_code).one(tx).await?.ok_or(StoreError::NotFound)?;
        let groups = residential_group::Entity::find()
            .filter(residential_group::Column::Ward.eq(ward_code))
            .all(tx)
            .await?;
        let alleys =
            alley::Entity::find().filter(alley::Column::Ward.eq(ward_code)).all(tx).await?;
        // In the order of their ids, which for proposals is that in which they were made.
        let households = household::Entity::find()
            .filter(household::Column::Ward.eq(ward_code))
            .order_by_asc(household::Column::Id)
            .all(tx)
            .await?;
        let sign = households
            .iter()
            .find(|h| !code_of_phone(h))
            .and_then(|h| h.code.split('-').next().map(str::to_owned))
            .unwrap_or_else(|| initials(&ward_row.name));
        let mut plan = Self {
            ward: ward_code.to_owned(),
            sign,
            seq,
            group_count: groups.len(),
            groups: HashMap::new(),
            ways: HashMap::new(),
            doors: HashMap::new(),
            codes: HashMap::new(),
            numbers: HashMap::new(),
            new_groups: Vec::new(),
            new_alleys: Vec::new(),
            new_households: Vec::new(),
            counts: BTreeMap::new(),
            waiting: HashMap::new(),
            confirmed: Vec::new(),
            named: Vec::new(),
            points: BTreeMap::new(),
            covered: BTreeSet::new(),
            report: ImportReport::default(),
        };
        let known: HashMap<Uuid, _> = groups.iter().map(|g| (g.id, g)).collect();
        let aliases = group_alias::Entity::find()
            .filter(group_alias::Column::Ward.eq(ward_code))
            .all(tx)
            .await?;
        let named = groups.iter().map(|g| (group_key(&g.name), g.id));
        let aliased = aliases.into_iter().map(|alias| (alias.search_key, alias.group_id));
        // A name of today comes before one of yesterday, and both before what a group is also called.
        let (now, ended): (Vec<_>, Vec<_>) =
            named.partition(|(_, id)| known.get(id).is_some_and(|g| g.merged_into.is_none()));
        for (called, id) in now.into_iter().chain(ended).chain(aliased) {
            let Some(g) = known.get(&id) else { continue };
            // What the file still calls by its old name is part of another group now.
            let mut now = *g;
            while let Some(into) = now.merged_into.and_then(|id| known.get(&id)) {
                now = into;
            }
            plan.groups.entry(called).or_insert((GroupId(now.id), now.code.clone()));
        }
        // Merged groups may both have had a street of one name: one of the two stands for both, as
        // the way to every door on either. Parents first, since a way is known by where it turns off.
        let mut stands: HashMap<Uuid, AlleyId> = HashMap::new();
        let mut named_ways: HashMap<Uuid, (WayKey, String)> = HashMap::new();
        for a in parents_first(alleys) {
            let Some(kind) = AlleyKind::from_code(&a.kind) else { continue };
            let called = match (&a.mouth, kind) {
                (Some(mouth), AlleyKind::Lane | AlleyKind::Alley | AlleyKind::SubAlley) => {
                    mouth.to_lowercase()
                }
                _ => way_name(&a.name),
            };
            let stand = |id: Uuid| stands.get(&id).copied().unwrap_or(AlleyId(id));
            let by_name = called == way_name(&a.name);
            let key = (GroupId(a.group_id), a.parent_id.map(stand), kind, called);
            let (id, _) = plan.ways.entry(key.clone()).or_insert((AlleyId(a.id), None));
            stands.insert(a.id, *id);
            if by_name {
                named_ways.insert(a.id, (key, a.name));
            }
        }
        // A name of today comes before one of yesterday, as with groups.
        for (alley, was) in former_names(tx, ward_code).await? {
            let Some(((group, parent, kind, _), now)) = named_ways.get(&alley) else { continue };
            let stand = stands.get(&alley).copied().unwrap_or(AlleyId(alley));
            let key = (*group, *parent, *kind, way_name(&was));
            plan.ways.entry(key).or_insert((stand, Some(now.clone())));
        }
        // Removed ones too: what the ward took out of the register no file brings back, and no new
        // household gets its code. But what only an import had brought, and went with it, never was.
        for h in households.into_iter().filter(|h| !undone(h)) {
            let number = h.code.rsplit('-').next().filter(|_| !code_of_phone(&h));
            let number = number.and_then(|n| n.parse().ok()).unwrap_or(0);
            let last = plan.numbers.entry(GroupId(h.group_id)).or_default();
            *last = number.max(*last);
            let alley = stands.get(&h.alley_id).copied().unwrap_or(AlleyId(h.alley_id));
            // In its alley a phone may call a house by its last number alone.
            let no = if waits(&h) { last_number(&h.house_no) } else { &h.house_no };
            let key = (alley, door_name(no, h.landmark.as_deref()));
            plan.codes.insert(h.code.clone(), key.clone());
            plan.doors.entry(key).or_default().push(KnownDoor {
                id: HouseholdId(h.id),
                head: search_key(h.head_name.as_deref().unwrap_or_default()),
                members: h.members,
                adults: h.adults,
                waits: waits(&h),
                numbered: !h.house_no.is_empty(),
                seen: None,
                place: Place::of(&h),
                group: GroupId(h.group_id),
                active: h.active,
            });
            if waits(&h) {
                plan.waiting.insert(HouseholdId(h.id), h);
            }
        }
        Ok(plan)
    }

    fn refuse(&mut self, row: &ImportRow, why: Refusal) -> Taken {
        self.report.refused.push((row.place.clone(), why));
        Taken::new(match why {
            Refusal::NoGroup => RowFate::NoGroup,
            Refusal::UnknownGroup => RowFate::UnknownGroup,
            Refusal::NothingToFindItBy => RowFate::NothingToFind,
            Refusal::Repeated => RowFate::Repeated,
        })
    }

    /// Another head at that door: perhaps another family, perhaps a new head. A person decides, not
    /// the file.
    fn ask_about_head(&mut self, row: &ImportRow, household: Option<HouseholdId>) -> Taken {
        self.report.heads_differ.push(row.place.clone());
        self.named.extend(household);
        Taken { household, ..Taken::new(RowFate::HeadDiffers) }
    }

    /// Takes the row that is `row_at` among its file's rows.
    pub fn take(&mut self, row_at: usize, row: &ImportRow, founding: Founding<'_>) -> Taken {
        let Some(name) = row.group.as_deref() else { return self.refuse(row, Refusal::NoGroup) };
        let (group, group_code) = match self.groups.get(&group_key(name)) {
            Some(known) => known.clone(),
            None if founding.may(name) => self.found_group(name),
            None => return self.refuse(row, Refusal::UnknownGroup),
        };
        let house_no = row.address.house.as_ref().map(ToString::to_string).unwrap_or_default();
        let landmark = row.address.landmark.as_deref();
        if house_no.is_empty() && landmark.is_none() && row.head_name.is_none() {
            return self.refuse(row, Refusal::NothingToFindItBy);
        }
        self.covered.insert(group);
        let head = search_key(row.head_name.as_deref().unwrap_or_default());
        let by_code = row.code.as_ref().and_then(|c| self.codes.get(c)).cloned();
        let code_taken = by_code.is_some();
        let (key, row) = match by_code {
            Some(key) => (key, Cow::Borrowed(row)),
            None => {
                let (alley, renamed) = self.way(group, name, &row.address);
                ((alley, door_name(&house_no, landmark)), in_words_of_today(row, &renamed))
            }
        };
        let row = row.as_ref();
        let doors = self.doors.entry(key.clone()).or_default();
        // The same head at the door; or, where the door holds one household, that household.
        let same = doors.iter().position(|d| d.head == head);
        let only =
            (doors.len() == 1 && !house_no.is_empty() && doors[0].seen.is_none()).then_some(0);
        // Or one that a phone found there and the ward has not answered for.
        let short = (key.0, door_name(last_number(&house_no), landmark));
        let (at, door) = match same.or(only) {
            Some(at) => (Some(at), key.clone()),
            None => (self.found_by_phone(&short, &head), short),
        };
        let doors = self.doors.entry(door).or_default();
        match at {
            Some(at) if doors[at].seen.is_some() => {
                let first = doors[at].seen;
                Taken { first, ..self.refuse(row, Refusal::Repeated) }
            }
            Some(at) => {
                let door = &mut doors[at];
                door.seen = Some(row_at);
                let id = door.id;
                if !head.is_empty() && !door.head.is_empty() && door.head != head {
                    return self.ask_about_head(row, Some(id));
                }
                if let Some((lon, lat)) = row.point
                    && !door.place.as_ref().is_some_and(|was| was.by_desk() || was.at == [lon, lat])
                {
                    self.points.insert(id, (door.place.clone(), [lon, lat]));
                }
                let was = (door.members, door.adults);
                let is = (row.members.or(was.0), row.adults.or(was.1));
                let fate = if door.waits {
                    let named = KnownDoor { head, waits: false, ..door.clone() };
                    self.confirm(id, row, group, &group_code, &key, house_no);
                    self.doors.entry(key).or_default().push(named);
                    RowFate::Confirmed
                } else if is == was {
                    self.report.unchanged += 1;
                    self.named.push(id);
                    RowFate::Same
                } else {
                    self.report.updated += 1;
                    self.counts.insert(id, (was, is));
                    RowFate::Updated
                };
                Taken { household: Some(id), ..Taken::new(fate) }
            }
            // Its code is another household's: two families never share one.
            None if code_taken => self.ask_about_head(row, None),
            None => {
                self.add(row_at, row, group, &group_code, key, house_no, head);
                Taken::new(RowFate::New)
            }
        }
    }

    /// Households in force that the file does not name, of the residential groups it is about. They
    /// stay: a list that forgets a home does not pull it down.
    pub fn absent(&self) -> Vec<HouseholdId> {
        let doors = self.doors.values().flatten();
        let mut absent: Vec<HouseholdId> = doors
            .filter(|d| d.active && d.seen.is_none() && self.covered.contains(&d.group))
            .map(|d| d.id)
            .collect();
        absent.sort_unstable();
        absent
    }

    /// A household proposed at a door: the one with this head, or one whose head nobody knew, or the
    /// only one of a numbered door, about whose head a person has to be asked.
    fn found_by_phone(&self, key: &DoorKey, head: &str) -> Option<usize> {
        let doors = self.doors.get(key)?;
        let first = |fits: &dyn Fn(&KnownDoor) -> bool| {
            doors.iter().position(|d| d.waits && d.seen.is_none() && fits(d))
        };
        first(&|d| d.head == head)
            .or_else(|| first(&|d| d.head.is_empty()))
            .or_else(|| first(&|d| d.numbered && doors.len() == 1))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what `take` found out about the row, in one call"
    )]
    fn add(
        &mut self,
        row_at: usize,
        row: &ImportRow,
        group: GroupId,
        group_code: &str,
        key: DoorKey,
        house_no: String,
        head: String,
    ) {
        let id = HouseholdId(Uuid::now_v7());
        let numbered = !house_no.is_empty();
        let new = self.registered(id, row, group, group_code, &key, house_no);
        self.new_households.push(new);
        self.doors.entry(key).or_default().push(KnownDoor {
            id,
            head,
            members: row.members,
            adults: row.adults,
            waits: false,
            numbered,
            seen: Some(row_at),
            place: None,
            group,
            active: true,
        });
        self.report.added += 1;
    }

    /// What a phone found at the door, the register knows.
    fn confirm(
        &mut self,
        id: HouseholdId,
        row: &ImportRow,
        group: GroupId,
        group_code: &str,
        key: &DoorKey,
        house_no: String,
    ) {
        let Some(was) = self.waiting.remove(&id) else { return };
        let new = self.registered(id, row, group, group_code, key, house_no);
        let is = household::Model {
            code: new.code,
            house_no: new.house_no,
            sort: new.sort,
            side: new.side.map(|side| side_code(side).to_owned()),
            landmark: new.landmark.or_else(|| was.landmark.clone()),
            head_name: new.head_name.or_else(|| was.head_name.clone()),
            members: new.members.or(was.members),
            adults: new.adults.or(was.adults),
            search_key: new.search_key,
            ..was.clone()
        };
        self.confirmed.push((was, is));
        self.report.confirmed += 1;
    }

    /// A household as the register names it, with a code of the register.
    fn registered(
        &mut self,
        id: HouseholdId,
        row: &ImportRow,
        group: GroupId,
        group_code: &str,
        key: &DoorKey,
        house_no: String,
    ) -> NewHousehold {
        let number = self.numbers.entry(group).or_default();
        let code = row.code.clone().unwrap_or_else(|| {
            // A household that has moved to another group took its code along.
            loop {
                *number += 1;
                let code = format!("{}-{group_code}-{number:04}", self.sign);
                if !self.codes.contains_key(&code) {
                    return code;
                }
            }
        });
        let words = [
            row.head_name.as_deref().unwrap_or_default(),
            &row.address.raw,
            row.group.as_deref().unwrap_or_default(),
        ];
        self.codes.insert(code.clone(), key.clone());
        NewHousehold {
            id,
            code,
            group,
            alley: key.0,
            house_no,
            sort: row.address.sort_key(),
            side: row.address.side(),
            landmark: row.address.landmark.clone(),
            head_name: row.head_name.clone(),
            members: row.members,
            adults: row.adults,
            search_key: search_key(&words.join(" ")),
            point: row.point.map(|(lon, lat)| [lon, lat]),
        }
    }

    fn found_group(&mut self, name: &str) -> (GroupId, String) {
        let id = GroupId(Uuid::now_v7());
        let key = group_key(name);
        let number = key.bytes().all(|b| b.is_ascii_digit());
        let code = if number { format!("TO{key}") } else { key.replace(' ', "").to_uppercase() };
        self.new_groups.push(NewGroup {
            id,
            code: code.clone(),
            name: name.to_owned(),
            boundary: None,
            label: None,
        });
        self.report.groups_added.push(name.to_owned());
        self.groups.insert(group_key(name), (id, code.clone()));
        (id, code)
    }

    /// The alley a door opens to, founded with the ways that lead to it where the ward lacks them; and
    /// what the address calls a way by a former name, with what it is called now.
    fn way(
        &mut self,
        group: GroupId,
        group_name: &str,
        address: &Address,
    ) -> (AlleyId, Vec<(String, String)>) {
        // A house without a street lies on the group's own ground, which goes by the group's name.
        let street = address.street.as_deref().unwrap_or(group_name);
        let named = if address.street.is_some() {
            format!("Đường {street}")
        } else {
            street.to_owned()
        };
        let called = way_name(street);
        let (mut at, now) =
            self.found_way(group, None, AlleyKind::Street, called.clone(), named, None, "");
        let mut renamed: Vec<(String, String)> = now.map(|now| (called, now)).into_iter().collect();
        let mut trail = String::new();
        for (kind, called, mouth) in path(address) {
            if mouth.is_some() {
                let joint = if trail.is_empty() { "" } else { "/" };
                trail = format!("{trail}{joint}{called}");
            }
            let title = match (kind, &mouth) {
                (AlleyKind::Lane, Some(_)) => format!("Ngõ {trail}, {street}"),
                (AlleyKind::Lane, None) => format!("Ngõ {called}"),
                (AlleyKind::Alley, Some(_)) => format!("Ngách {trail}"),
                (AlleyKind::Alley, None) => format!("Ngách {called}"),
                (_, Some(_)) => format!("Hẻm {trail}"),
                (_, None) => format!("Hẻm {called}"),
            };
            let key = if mouth.is_some() { called.to_lowercase() } else { way_name(&called) };
            let sort = mouth.as_ref().map(|m| format!("{:05}{}", m.number, m.suffix));
            let mouth = mouth.map(|m| m.to_string());
            let (next, now) = self.found_way(
                group,
                Some(at),
                kind,
                key.clone(),
                title,
                mouth,
                sort.as_deref().unwrap_or("99999"),
            );
            at = next;
            renamed.extend(now.map(|now| (key, now)));
        }
        (at, renamed)
    }

    #[expect(clippy::too_many_arguments, reason = "a way has these parts, named by the one caller")]
    fn found_way(
        &mut self,
        group: GroupId,
        parent: Option<AlleyId>,
        kind: AlleyKind,
        called: String,
        title: String,
        mouth: Option<String>,
        sort: &str,
    ) -> (AlleyId, Option<String>) {
        let key = (group, parent, kind, called);
        if let Some(known) = self.ways.get(&key) {
            return known.clone();
        }
        let id = AlleyId(Uuid::now_v7());
        let above = self
            .new_alleys
            .iter()
            .find(|a| Some(a.id) == parent)
            .map(|a| a.sort.clone())
            .unwrap_or_else(|| search_key(&title));
        self.new_alleys.push(NewAlley {
            id,
            group,
            parent,
            kind,
            name: title.clone(),
            mouth,
            sort: if parent.is_some() { format!("{above} {sort}") } else { search_key(&title) },
        });
        self.report.alleys_added += 1;
        self.ways.insert(key, (id, None));
        (id, None)
    }

    /// Writes it all, inside a write that holds the ward's lock.
    pub async fn write(&self, tx: &DatabaseTransaction, act: &Act) -> Result<(), StoreError> {
        let (ward_code, seq) = (self.ward.as_str(), self.seq);
        let rows: Vec<_> = self
            .new_groups
            .iter()
            .zip(self.group_count + 1..)
            .map(|(g, n)| group_row(ward_code, g, i32::try_from(n).unwrap_or(i32::MAX), seq))
            .collect();
        for rows in chunks(rows, 16) {
            residential_group::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        let rows = self.new_alleys.iter().map(|a| alley_row(ward_code, a, seq)).collect();
        for rows in chunks(rows, 9) {
            alley::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        let rows = self.new_households.iter().map(|h| household_row(ward_code, h, seq)).collect();
        for rows in chunks(rows, 23) {
            household::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        use household::Column as C;
        let counts: Vec<_> = self
            .counts
            .iter()
            .map(|(id, (_, (members, adults)))| {
                (id.0.into(), vec![(*members).into(), (*adults).into(), seq.into()])
            })
            .collect();
        let columns = [C::Members, C::Adults, C::Seq];
        set_each(tx, household::Entity::update_many(), C::Id, &columns, &counts).await?;
        for (_, h) in &self.confirmed {
            household::Entity::update(household::ActiveModel {
                id: Set(h.id),
                code: Set(h.code.clone()),
                house_no: Set(h.house_no.clone()),
                sort: Set(h.sort.clone()),
                side: Set(h.side.clone()),
                landmark: Set(h.landmark.clone()),
                head_name: Set(h.head_name.clone()),
                members: Set(h.members),
                adults: Set(h.adults),
                search_key: Set(h.search_key.clone()),
                ..Default::default()
            })
            .exec(tx)
            .await?;
            restand(tx, ward_code, h, None, seq).await?;
        }
        let points = self.points.iter().map(|(id, (_, at))| {
            let source = Some(PointSource::Import.code().to_owned());
            (*id, Some(Place { at: *at, source }))
        });
        place(tx, points).await?;
        let new = self.new_households.iter().map(|h| (h.id.0, h.group.0));
        let confirmed = self.confirmed.iter().map(|(_, h)| (h.id, h.group_id));
        let lines = new.chain(confirmed).map(|(id, group)| Line::new(id, group, 1));
        ledger::note(tx, ward_code, seq, RegisterChange::Imported, act, lines).await?;
        let mut delta = Coverage::default();
        for h in &self.new_households {
            let counted = Counted {
                group: h.group,
                alley: h.alley,
                active: true,
                left_on: None,
                proposed: false,
                visits: &[],
            };
            delta.count(&counted, 1);
        }
        rollup::add(tx, ward_code, delta, &LastVisits::default(), seq).await
    }
}

/// Puts households where they stand, or nowhere.
pub(crate) async fn place(
    tx: &DatabaseTransaction,
    places: impl IntoIterator<Item = (HouseholdId, Option<Place>)>,
) -> Result<(), StoreError> {
    use household::Column as C;
    let rows: Vec<_> = places
        .into_iter()
        .map(|(id, place)| {
            let [lon, lat] = [0, 1].map(|n| place.as_ref().map(|place| place.at[n]));
            let source = place.and_then(|place| place.source);
            (id.0.into(), vec![lon.into(), lat.into(), source.into()])
        })
        .collect();
    let columns = [C::Lon, C::Lat, C::PointSource];
    set_each(tx, household::Entity::update_many(), C::Id, &columns, &rows).await
}

/// Why a household left the register that only an import had brought, when that import was taken back.
pub(crate) const UNDONE: &str = "import";

/// Did it leave with its import?
pub(crate) fn undone(h: &household::Model) -> bool {
    h.removed_why.as_deref() == Some(UNDONE)
}

/// A row whose household will be found by what its ways are called now.
fn in_words_of_today<'a>(row: &'a ImportRow, renamed: &[(String, String)]) -> Cow<'a, ImportRow> {
    if renamed.is_empty() {
        return Cow::Borrowed(row);
    }
    let mut row = row.clone();
    for (was, now) in renamed {
        row.address.raw = rekey(&search_key(&row.address.raw), was, &way_name(now));
    }
    Cow::Owned(row)
}

/// The ways from the street to the door: kind, what it is called, and its number if it has one.
///
/// `12/34` is house 34 of the lane at 12, so all numbers but the last are ways too.
fn path(address: &Address) -> Vec<(AlleyKind, String, Option<Mark>)> {
    let mut ways: Vec<(String, Option<Mark>)> = address
        .lane
        .iter()
        .map(|node| match &node.mouth {
            Mouth::Number(mark) => (mark.to_string(), Some(mark.clone())),
            Mouth::Name(name) => (name.clone(), None),
        })
        .collect();
    if let Some(house) = address.house.as_ref().filter(|h| h.kind == HouseKind::House) {
        let marks: Vec<&Mark> = std::iter::once(&house.head).chain(&house.tail).collect();
        let inner = &marks[..marks.len() - 1];
        ways.extend(inner.iter().map(|m| (m.to_string(), Some((*m).clone()))));
    }
    ways.into_iter()
        .enumerate()
        .map(|(depth, (called, mouth))| {
            let kind = match depth {
                0 => AlleyKind::Lane,
                1 => AlleyKind::Alley,
                _ => AlleyKind::SubAlley,
            };
            (kind, called, mouth)
        })
        .collect()
}

/// Ways in an order in which each comes after the one it turns off.
fn parents_first(mut ways: Vec<alley::Model>) -> Vec<alley::Model> {
    let parents: HashMap<Uuid, Option<Uuid>> = ways.iter().map(|a| (a.id, a.parent_id)).collect();
    let depth =
        |id: Uuid| std::iter::successors(Some(id), |id| parents.get(id).copied().flatten()).count();
    ways.sort_by_cached_key(|a| (depth(a.id), a.id));
    ways
}

/// Is a household's code one a phone gave it, which counts nothing and names no ward?
fn code_of_phone(h: &household::Model) -> bool {
    h.code == proposal_code(HouseholdId(h.id))
}

/// What tells a door from its neighbours: its number, else its landmark.
fn door_name(house_no: &str, landmark: Option<&str>) -> String {
    if house_no.is_empty() {
        search_key(landmark.unwrap_or_default())
    } else {
        search_key(house_no)
    }
}

/// `12/34` is the house 34 of its alley; the number of a room or of a shop is a whole.
fn last_number(house_no: &str) -> &str {
    match house_no.rsplit_once('/') {
        Some((before, own)) if !before.contains(' ') => own,
        _ => house_no,
    }
}

/// `Phường Chu Văn An` gives `CVA`.
fn initials(ward_name: &str) -> String {
    search_key(ward_name)
        .split(' ')
        .skip(1)
        .filter_map(|word| word.chars().next())
        .collect::<String>()
        .to_uppercase()
}
