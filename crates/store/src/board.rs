//! The ward's board: everything it shows in one reading, from rollups, states and short lists, flat in
//! the number of visits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use gocua_domain::account::Reach;
use gocua_domain::chapman::OnFoot;
use gocua_domain::coverage::{DayTally, HourTally, Slot};
use gocua_domain::edit::EditFate;
use gocua_domain::hours::Hour;
use gocua_domain::id::{GroupId, HouseholdId};
use gocua_domain::proposal::{DoorQuestion, proposal_code};
use gocua_domain::time::{Day, Millis};
use gocua_domain::withdrawal::next_due;

use crate::coverage::WardCoverage;
use crate::db::{Store, StoreError};
use crate::desk::PhoneLine;
use crate::doors::open_questions;
use crate::entity::{
    account, alley, assignment, door_decision, household, household_edit, household_state,
    proposal, quarantine, rollup_alley, withdrawal,
};
use crate::sync::code;

/// What waits for the ward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// Doors: empty, moved, new, no home.
    Doors,
    /// Doors taken for another's double.
    Doubles,
    /// Two values for one field, and work that must be looked at.
    Inbox,
    /// Residents who ask to be forgotten.
    Withdrawals,
    /// Remarks about recording that the desk sees.
    Quality,
    /// Households to be asked again.
    Checks,
}

impl Asked {
    /// Is it told to a reader of this reach? Of remarks about recording only the desk hears.
    pub fn told_to(self, reach: Reach) -> bool {
        reach == Reach::Ward || !matches!(self, Self::Quality | Self::Checks)
    }
}

/// How much of it, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// What.
    pub asked: Asked,
    /// How many.
    pub count: i64,
    /// The oldest.
    pub oldest: Option<Millis>,
    /// Of these, past the day they were due.
    pub overdue: i64,
}

/// What the board knows of one residential group besides its coverage.
#[derive(Clone, Debug, Default)]
pub struct GroupBoard {
    /// Its hours, those that were ever tried.
    pub hours: Vec<Hour>,
    /// Households never visited in alleys that no team holds.
    pub untried_unassigned: i64,
    /// When the latest alley that a team holds now was given to it.
    pub given_at: Option<Millis>,
    /// People in the teams that hold some of it.
    pub walkers: i64,
    /// New houses and doubles about which the ward is asked.
    pub asked: i64,
    /// Homes found on foot.
    pub found: OnFoot,
}

/// The ward's board.
#[derive(Clone, Debug)]
pub struct Board {
    /// Coverage, campaign, targets, and the number it all reaches.
    pub coverage: WardCoverage,
    /// Counts by business day, oldest first.
    pub days: Vec<(Day, DayTally)>,
    /// The ward's hours.
    pub hours: Vec<Hour>,
    /// By residential group.
    pub groups: HashMap<GroupId, GroupBoard>,
    /// Phones, those that need the ward most first.
    pub phones: Vec<PhoneLine>,
    /// What waits for the ward.
    pub open: Vec<Open>,
    /// Households that left the denominator with the ward's approval.
    pub left: i64,
    /// When the ward last let one leave or enter.
    pub decided_at: Option<Millis>,
}

impl Store {
    /// The ward's board.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn board(&self, ward: &str, now: Millis) -> Result<Board, StoreError> {
        let coverage = self.coverage(ward).await?;
        let mut groups: HashMap<GroupId, GroupBoard> =
            coverage.groups.iter().map(|g| (g.id, GroupBoard::default())).collect();
        let hours = self.board_hours(ward, &mut groups).await?;
        self.board_alleys(ward, &mut groups).await?;
        self.board_found(ward, &mut groups).await?;
        let doors = open_questions(&self.read, ward).await?;
        self.board_asked(&doors, &mut groups).await?;
        Ok(Board {
            days: self.trend(ward, None).await?,
            hours,
            groups,
            phones: self.phones(ward, None, now).await?,
            open: self.board_open(ward, doors.into_values(), now).await?,
            left: self.left(ward).await?,
            decided_at: self.last_decision(ward).await?,
            coverage,
        })
    }

    async fn board_hours(
        &self,
        ward: &str,
        groups: &mut HashMap<GroupId, GroupBoard>,
    ) -> Result<Vec<Hour>, StoreError> {
        let mut all: BTreeMap<Slot, HourTally> = BTreeMap::new();
        for ((group, slot), tally) in crate::rollup::hours(&self.read, ward).await? {
            if tally == HourTally::default() {
                continue;
            }
            *all.entry(slot).or_default() += tally;
            if let Some(group) = groups.get_mut(&group) {
                group.hours.push(Hour { slot, tally });
            }
        }
        Ok(all.into_iter().map(|(slot, tally)| Hour { slot, tally }).collect())
    }

    /// What lies in alleys without a team, when the others were given, and to how many people.
    async fn board_alleys(
        &self,
        ward: &str,
        groups: &mut HashMap<GroupId, GroupBoard>,
    ) -> Result<(), StoreError> {
        use rollup_alley::Column as R;
        let places: HashMap<Uuid, Uuid> = alley::Entity::find()
            .select_only()
            .columns([alley::Column::Id, alley::Column::GroupId])
            .filter(alley::Column::Ward.eq(ward))
            .into_tuple::<(Uuid, Uuid)>()
            .all(&self.read)
            .await?
            .into_iter()
            .collect();
        let held: Vec<(Uuid, Uuid, i64)> = assignment::Entity::find()
            .select_only()
            .columns([
                assignment::Column::AlleyId,
                assignment::Column::TeamId,
                assignment::Column::FromAt,
            ])
            .filter(assignment::Column::Ward.eq(ward))
            .filter(assignment::Column::ToAt.is_null())
            .into_tuple()
            .all(&self.read)
            .await?;
        let walkers = self.walkers(ward).await?;
        let mut taken: BTreeSet<Uuid> = BTreeSet::new();
        let mut teams: HashMap<GroupId, BTreeSet<Uuid>> = HashMap::new();
        for (alley, team, from) in held {
            taken.insert(alley);
            let Some(group) = places.get(&alley).map(|id| GroupId(*id)) else { continue };
            let first = teams.entry(group).or_default().insert(team);
            if let Some(group) = groups.get_mut(&group) {
                group.given_at = Ord::max(group.given_at, Some(Millis(from)));
                if first {
                    group.walkers += walkers.get(&team).copied().unwrap_or_default();
                }
            }
        }
        let rows: Vec<(Uuid, i64, i64)> = rollup_alley::Entity::find()
            .select_only()
            .columns([R::AlleyId, R::HhTotal, R::HhVisited])
            .filter(R::Ward.eq(ward))
            .into_tuple()
            .all(&self.read)
            .await?;
        for (alley, total, visited) in rows {
            let group = places.get(&alley).and_then(|id| groups.get_mut(&GroupId(*id)));
            if let Some(group) = group.filter(|_| !taken.contains(&alley)) {
                group.untried_unassigned += i64::max(total - visited, 0);
            }
        }
        Ok(())
    }

    /// Accounts that walk, by team.
    async fn walkers(&self, ward: &str) -> Result<HashMap<Uuid, i64>, StoreError> {
        let teams: Vec<Option<Uuid>> = account::Entity::find()
            .select_only()
            .column(account::Column::TeamId)
            .filter(account::Column::Ward.eq(ward))
            .filter(account::Column::TeamId.is_not_null())
            .filter(account::Column::Disabled.eq(false))
            .into_tuple()
            .all(&self.read)
            .await?;
        let mut count = HashMap::new();
        for team in teams.into_iter().flatten() {
            *count.entry(team).or_default() += 1;
        }
        Ok(count)
    }

    /// Homes that phones proposed, by what became of them.
    async fn board_found(
        &self,
        ward: &str,
        groups: &mut HashMap<GroupId, GroupBoard>,
    ) -> Result<(), StoreError> {
        use household::Column as H;
        let proposed = || {
            proposal::Entity::find()
                .select_only()
                .column(proposal::Column::HouseholdId)
                .filter(proposal::Column::Ward.eq(ward))
                .into_query()
        };
        let rows: Vec<(Uuid, Uuid, String, bool, bool)> = household::Entity::find()
            .select_only()
            .columns([H::Id, H::GroupId, H::Code, H::Active, H::Proposed])
            .filter(H::Id.in_subquery(proposed()))
            // A refused one and a double of another are no homes.
            .filter(H::DeletedAt.is_null())
            .filter(H::MergedInto.is_null())
            .into_tuple()
            .all(&self.read)
            .await?;
        let visited: BTreeSet<Uuid> = household_state::Entity::find()
            .select_only()
            .column(household_state::Column::HouseholdId)
            .filter(household_state::Column::HouseholdId.in_subquery(proposed()))
            .filter(household_state::Column::FirstVisited.is_not_null())
            .into_tuple::<Uuid>()
            .all(&self.read)
            .await?
            .into_iter()
            .collect();
        for (id, group, code, active, waits) in rows {
            let Some(group) = groups.get_mut(&GroupId(group)) else { continue };
            let (found, seen) = (&mut group.found, visited.contains(&id));
            if waits {
                found.waiting += 1;
            } else if active && code == proposal_code(HouseholdId(id)) {
                found.approved += 1;
                found.approved_visited += i64::from(seen);
            } else if active && !seen {
                found.confirmed_unvisited += 1;
            }
        }
        Ok(())
    }

    async fn board_asked(
        &self,
        doors: &HashMap<Uuid, (DoorQuestion, Millis)>,
        groups: &mut HashMap<GroupId, GroupBoard>,
    ) -> Result<(), StoreError> {
        // The others are counted in the group's tally already: as empty, or as not visited.
        let others: Vec<Uuid> = doors
            .iter()
            .filter(|(_, (asks, _))| matches!(asks, DoorQuestion::NewHouse | DoorQuestion::Double))
            .map(|(id, _)| *id)
            .collect();
        for part in others.chunks(10_000) {
            let rows: Vec<Uuid> = household::Entity::find()
                .select_only()
                .column(household::Column::GroupId)
                .filter(household::Column::Id.is_in(part.iter().copied()))
                .into_tuple()
                .all(&self.read)
                .await?;
            for group in rows {
                if let Some(group) = groups.get_mut(&GroupId(group)) {
                    group.asked += 1;
                }
            }
        }
        Ok(())
    }

    async fn board_open(
        &self,
        ward: &str,
        doors: impl Iterator<Item = (DoorQuestion, Millis)>,
        now: Millis,
    ) -> Result<Vec<Open>, StoreError> {
        use Asked::{Checks, Doors, Doubles, Inbox, Quality, Withdrawals};
        let mut open = [Doors, Doubles, Inbox, Withdrawals, Quality, Checks].map(|asked| Open {
            asked,
            count: 0,
            oldest: None,
            overdue: 0,
        });
        fn add(open: &mut Open, count: i64, oldest: Option<Millis>) {
            open.count += count;
            open.oldest = match (open.oldest, oldest) {
                (Some(a), Some(b)) => Some(Ord::min(a, b)),
                (a, b) => a.or(b),
            };
        }
        for (asks, at) in doors {
            add(&mut open[usize::from(asks == DoorQuestion::Double)], 1, Some(at));
        }
        use household_edit::Column as E;
        let edits: Option<(i64, Option<i64>)> = household_edit::Entity::find()
            .select_only()
            .column_as(E::OpId.count(), "asked")
            .column_as(E::Stamp.min(), "oldest")
            .filter(E::Ward.eq(ward))
            .filter(E::Fate.eq(code(&EditFate::Asked)))
            .into_tuple()
            .one(&self.read)
            .await?;
        use quarantine::Column as Q;
        let kept: Option<(i64, Option<i64>)> = quarantine::Entity::find()
            .select_only()
            .column_as(Q::OpId.count(), "kept")
            .column_as(Q::ReceivedAt.min(), "oldest")
            .filter(Q::Ward.eq(ward))
            .filter(Q::Decision.is_null())
            .into_tuple()
            .one(&self.read)
            .await?;
        for (count, oldest) in [edits, kept].into_iter().flatten() {
            add(&mut open[2], count, oldest.map(Millis));
        }
        let asked = withdrawal::Entity::find()
            .filter(withdrawal::Column::Ward.eq(ward))
            .filter(withdrawal::Column::EndedAt.is_null())
            .all(&self.read)
            .await?;
        for w in asked {
            let (answer, stop) = (w.answer_due.map(Day), w.stop_due.map(Day));
            let (_, due) = next_due(w.answered_at.is_some(), answer, stop);
            add(&mut open[3], 1, Some(Millis(w.opened_at)));
            open[3].overdue += i64::from(due.is_some_and(|due| due < now.day()));
        }
        for (at, (count, oldest)) in
            (4..).zip(crate::quality::waiting(&self.read, ward, now).await?)
        {
            add(&mut open[at], count, oldest);
        }
        Ok(open.into())
    }

    async fn left(&self, ward: &str) -> Result<i64, StoreError> {
        let left = household::Entity::find()
            .filter(household::Column::Ward.eq(ward))
            // Spelled out: an index over these few serves only a query that says so.
            .filter(Expr::cust("left_on IS NOT NULL"))
            .count(&self.read)
            .await?;
        Ok(i64::try_from(left).unwrap_or(i64::MAX))
    }

    async fn last_decision(&self, ward: &str) -> Result<Option<Millis>, StoreError> {
        let last: Option<Option<i64>> = door_decision::Entity::find()
            .select_only()
            .column_as(door_decision::Column::DecidedAt.max(), "last")
            .filter(door_decision::Column::Ward.eq(ward))
            .filter(door_decision::Column::Verdict.eq("approve"))
            .into_tuple()
            .one(&self.read)
            .await?;
        Ok(last.flatten().map(Millis))
    }
}
