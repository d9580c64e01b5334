//! Homes where two teams met within a day. Counted nowhere: both visits stand as they are.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Set};
use uuid::Uuid;

use gocua_domain::id::{AccountId, HouseholdId, TeamId};
use gocua_domain::overlap::{Knock, WINDOW_MS, met};
use gocua_domain::pull::TeamRef;
use gocua_domain::time::Millis;

use crate::db::{Store, StoreError};
use crate::desk::HouseholdRef;
use crate::entity::{household, household_state, overlap_seen, visit};
use crate::names::team_names;

/// Two teams at one home, as their leads and the desk are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlapLine {
    /// The home.
    pub household: HouseholdRef,
    /// Who came first, and when.
    pub first: (TeamRef, Millis),
    /// Who came after.
    pub second: (TeamRef, Millis),
    /// The teams that have said they know.
    pub seen_by: Vec<TeamId>,
}

impl Store {
    /// The homes of a ward (of a team: where it was one of the two and has not said that it knows) at
    /// which two teams met lately, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn overlaps(
        &self,
        ward: &str,
        team: Option<TeamId>,
        now: Millis,
    ) -> Result<Vec<OverlapLine>, StoreError> {
        let homes = self.knocks(ward, now).await?;
        let ids: BTreeSet<Uuid> = homes.keys().copied().collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let seen = overlap_seen::Entity::find()
            .filter(overlap_seen::Column::HouseholdId.is_in(ids.iter().copied()))
            .all(&self.read)
            .await?;
        let doors = self.household_refs(ward, ids).await?;
        let names = team_names(&self.read, ward).await?;
        let named = |knock: Knock| {
            let name = names.get(&knock.team.0).cloned().unwrap_or_default();
            (TeamRef { id: knock.team, name }, knock.at)
        };
        let mut lines = Vec::new();
        for (id, knocks) in homes {
            let Some((door, _)) = doors.get(&id) else { continue };
            for two in met(HouseholdId(id), knocks) {
                let knows =
                    seen.iter().filter(|s| s.household_id == id && s.upto >= two.second.at.0);
                let seen_by: Vec<TeamId> = knows.map(|s| TeamId(s.team_id)).collect();
                if team.is_none_or(|team| two.concerns(team) && !seen_by.contains(&team)) {
                    lines.push(OverlapLine {
                        household: door.clone(),
                        first: named(two.first),
                        second: named(two.second),
                        seen_by: seen_by.into_iter().filter(|team| two.concerns(*team)).collect(),
                    });
                }
            }
        }
        lines.sort_by_key(|line| (std::cmp::Reverse(line.second.1), line.household.id));
        Ok(lines)
    }

    /// A team says that it knows of what happened at a home up to an instant. The latest word stands.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when no other team met it there.
    pub async fn overlap_known(
        &self,
        ward: &str,
        (household, upto): (HouseholdId, Millis),
        (team, by): (TeamId, AccountId),
        now: Millis,
    ) -> Result<(), StoreError> {
        let homes = self.knocks(ward, now).await?;
        let knocks = homes.get(&household.0).cloned().unwrap_or_default();
        if !met(household, knocks).iter().any(|two| two.concerns(team)) {
            return Err(StoreError::NotFound);
        }
        let tx = self.begin().await?;
        let before = overlap_seen::Entity::find_by_id((household.0, team.0)).one(&tx).await?;
        // Of what is still to come nobody knows.
        let upto = upto.0.min(now.0);
        let upto = before.map_or(upto, |row| row.upto.max(upto));
        let row = overlap_seen::ActiveModel {
            household_id: Set(household.0),
            team_id: Set(team.0),
            ward: Set(ward.to_owned()),
            upto: Set(upto),
            account_id: Set(by.0),
            seen_at: Set(now.0),
        };
        use overlap_seen::Column as S;
        let again = OnConflict::columns([S::HouseholdId, S::TeamId])
            .update_columns([S::Upto, S::AccountId, S::SeenAt])
            .to_owned();
        overlap_seen::Entity::insert(row).on_conflict(again).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The visits that count at homes where more than one team was lately, doubles followed.
    async fn knocks(
        &self,
        ward: &str,
        now: Millis,
    ) -> Result<HashMap<Uuid, Vec<Knock>>, StoreError> {
        use visit::Column as V;
        let doubles: Vec<(Uuid, Uuid)> = household::Entity::find()
            .select_only()
            .columns([household::Column::Id, household::Column::MergedInto])
            .filter(household::Column::Ward.eq(ward))
            .filter(Expr::cust("merged_into IS NOT NULL"))
            .into_tuple()
            .all(&self.read)
            .await?;
        let doubles: HashMap<Uuid, Uuid> = doubles.into_iter().collect();
        // Whom nobody has visited lately, or only once, is not looked at: the visits of a whole campaign
        // are not read for a list of two weeks.
        let since = now.0 - WINDOW_MS;
        let lately = Query::select()
            .column(household_state::Column::HouseholdId)
            .from(household_state::Entity)
            .and_where(household_state::Column::Ward.eq(ward))
            .and_where(household_state::Column::LastVisitAt.gte(since))
            .and_where(household_state::Column::Visits.gt(1))
            .take();
        let counted = || {
            visit::Entity::find()
                .select_only()
                .column(V::HouseholdId)
                .filter(V::Ward.eq(ward))
                .filter(V::MadeAt.gte(since))
                .filter(V::TeamId.is_not_null())
                .filter(V::WithdrawnAt.is_null())
                .filter(V::ReplacedBy.is_null())
        };
        // Nearly every home has one team: the database finds the others, and of the entries that are
        // one home several are looked at whatever each of them says.
        let several: Vec<Uuid> = counted()
            .filter(V::HouseholdId.in_subquery(lately))
            .group_by(V::HouseholdId)
            .having(Expr::cust("COUNT(DISTINCT team_id) > 1"))
            .into_tuple()
            .all(&self.read)
            .await?;
        let ids: BTreeSet<Uuid> =
            doubles.iter().flat_map(|(id, into)| [*id, *into]).chain(several).collect();
        let rows: Vec<(Uuid, Uuid, i64)> = counted()
            .columns([V::TeamId, V::MadeAt])
            .filter(V::HouseholdId.is_in(ids))
            .into_tuple()
            .all(&self.read)
            .await?;
        let mut homes: HashMap<Uuid, Vec<Knock>> = HashMap::new();
        for (named, team, at) in rows {
            let home = doubles.get(&named).copied().unwrap_or(named);
            let knock = Knock { at: Millis(at), team: TeamId(team) };
            homes.entry(home).or_default().push(knock);
        }
        homes.retain(|_, knocks| knocks.iter().any(|knock| knock.team != knocks[0].team));
        Ok(homes)
    }
}
