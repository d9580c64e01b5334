//! Invitations to teams, and who comes in with them.

use gocua_domain::account::Role;
use gocua_domain::id::{AccountId, InviteId, TeamId};
use gocua_domain::invite::InviteFacts;
use gocua_domain::pull::TeamRef;
use gocua_domain::search::search_key;
use gocua_domain::time::{Day, Millis};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set, Unchanged,
};
use uuid::Uuid;

use crate::account::{NewSession, Opened, open_in};
use crate::entity::{account, invite, session, team};
use crate::names::team_names;
use crate::{Store, StoreError};

/// What stands where a password's hash would: no password has it.
pub(crate) const NO_PASSWORD: &str = "!";

/// An invitation to be made.
#[derive(Clone, Debug)]
pub struct NewInvite {
    /// Identity.
    pub id: InviteId,
    /// The ward.
    pub ward: String,
    /// The team.
    pub team: TeamId,
    /// Keyed hash of the code.
    pub code_tag: String,
    /// The last day it is good on.
    pub expires_on: Day,
    /// People it may bring.
    pub uses: i32,
    /// Who invites.
    pub by: AccountId,
    /// When.
    pub now: Millis,
}

/// An invitation as its team's lead sees it. The code is known to nobody but who got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteLine {
    /// Identity.
    pub id: InviteId,
    /// The team.
    pub team: TeamRef,
    /// The last day it is good on.
    pub expires_on: Day,
    /// People it may still bring.
    pub uses_left: i32,
    /// When it was made.
    pub created_at: Millis,
}

/// Somebody comes with a code.
#[derive(Clone, Debug)]
pub struct Join {
    /// Keyed hash of the code.
    pub code_tag: String,
    /// Display name, checked.
    pub name: String,
    /// The account to be made, if none is there to go on with; its session otherwise ready. Account
    /// and ward in it are this method's to fill in.
    pub session: NewSession,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// Came in, with this account; what became of the session says the rest.
    In(AccountId, Opened),
    /// No invitation has this code, or none that still brings anybody in.
    Unknown,
}

fn facts(row: &invite::Model) -> InviteFacts {
    InviteFacts {
        expires_on: Day(row.expires_on),
        uses_left: row.uses_left,
        revoked: row.revoked_at.is_some(),
    }
}

impl Store {
    /// Makes an invitation. Answers the name of its team.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the team is not of the ward, [`StoreError::Conflict`] when the
    /// code is in use: try another.
    pub async fn add_invite(&self, new: &NewInvite) -> Result<TeamRef, StoreError> {
        let txn = self.begin().await?;
        let team = team::Entity::find_by_id(new.team.0)
            .one(&txn)
            .await?
            .filter(|t| t.ward == new.ward && t.closed_at.is_none())
            .ok_or(StoreError::NotFound)?;
        let row = invite::ActiveModel {
            id: Set(new.id.0),
            ward: Set(new.ward.clone()),
            team_id: Set(new.team.0),
            code_tag: Set(new.code_tag.clone()),
            expires_on: Set(new.expires_on.0),
            uses_left: Set(new.uses),
            created_by: Set(new.by.0),
            created_at: Set(new.now.0),
            revoked_at: Set(None),
        };
        invite::Entity::insert(row).exec_without_returning(&txn).await?;
        txn.commit().await?;
        Ok(TeamRef { id: new.team, name: team.name })
    }

    /// The invitations of a ward, or of one of its teams, that are in force, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn invites(
        &self,
        ward: &str,
        team: Option<TeamId>,
        today: Day,
    ) -> Result<Vec<InviteLine>, StoreError> {
        let mut found = invite::Entity::find()
            .filter(invite::Column::Ward.eq(ward))
            .filter(invite::Column::ExpiresOn.gte(today.0))
            .filter(invite::Column::RevokedAt.is_null());
        if let Some(team) = team {
            found = found.filter(invite::Column::TeamId.eq(team.0));
        }
        let rows = found
            .order_by_desc(invite::Column::CreatedAt)
            .order_by_asc(invite::Column::Id)
            .all(&self.read)
            .await?;
        let names = team_names(&self.read, ward).await?;
        Ok(rows
            .into_iter()
            .map(|row| InviteLine {
                id: InviteId(row.id),
                team: TeamRef {
                    id: TeamId(row.team_id),
                    name: names.get(&row.team_id).cloned().unwrap_or_default(),
                },
                expires_on: Day(row.expires_on),
                uses_left: row.uses_left,
                created_at: Millis(row.created_at),
            })
            .collect())
    }

    /// Takes an invitation back. Whoever came with it stays. Twice is once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward (or the team, when one is named) has no such invitation.
    pub async fn revoke_invite(
        &self,
        ward: &str,
        team: Option<TeamId>,
        id: InviteId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        let row = invite::Entity::find_by_id(id.0)
            .one(&txn)
            .await?
            .filter(|i| i.ward == ward && team.is_none_or(|team| i.team_id == team.0))
            .ok_or(StoreError::NotFound)?;
        if row.revoked_at.is_none() {
            invite::Entity::update_many()
                .col_expr(invite::Column::RevokedAt, Expr::value(now.0))
                .filter(invite::Column::Id.eq(id.0))
                .exec(&txn)
                .await?;
        }
        Ok(txn.commit().await?)
    }

    /// Lets somebody in with a code: makes a volunteer's account in the team, and begins its session.
    ///
    /// Who has come to this team on this device before, under this name, goes on with that account:
    /// the answer was lost, or the session has expired, and the phone may hold unsent work of it. The
    /// same code again takes no second place then.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; then nothing has changed.
    pub async fn join(&self, join: &Join, today: Day) -> Result<Joined, StoreError> {
        let txn = self.begin().await?;
        let found = invite::Entity::find()
            .filter(invite::Column::CodeTag.eq(&join.code_tag))
            .lock_exclusive()
            .one(&txn)
            .await?;
        let Some(invite) = found.filter(|i| facts(i).in_time(today)) else {
            return Ok(Joined::Unknown);
        };
        let before = came_before(&txn, join, &invite).await?;
        let again = before.as_ref().is_some_and(|a| a.invite_id == Some(invite.id));
        if !again {
            if !facts(&invite).open(today) {
                return Ok(Joined::Unknown);
            }
            invite::Entity::update_many()
                .col_expr(invite::Column::UsesLeft, Expr::value(invite.uses_left - 1))
                .filter(invite::Column::Id.eq(invite.id))
                .exec(&txn)
                .await?;
        }
        let account = match before {
            Some(before) => {
                let known = account::ActiveModel {
                    id: Unchanged(before.id),
                    invite_id: Set(Some(invite.id)),
                    name: Set(join.name.clone()),
                    ..Default::default()
                };
                known.update(&txn).await?;
                before.id
            }
            None => {
                add_volunteer(&txn, join, &invite).await?;
                join.session.account.0
            }
        };
        let account = AccountId(account);
        let session = NewSession { account, ward: Some(invite.ward), ..join.session.clone() };
        let opened = open_in(&txn, &session).await?;
        if matches!(opened, Opened::Session(_)) {
            txn.commit().await?;
        }
        Ok(Joined::In(account, opened))
    }
}

async fn add_volunteer(
    txn: &DatabaseTransaction,
    join: &Join,
    invite: &invite::Model,
) -> Result<(), StoreError> {
    let row = account::ActiveModel {
        id: Set(join.session.account.0),
        ward: Set(Some(invite.ward.clone())),
        team_id: Set(Some(invite.team_id)),
        group_id: Set(None),
        // Nobody types it; it only has to be nobody else's.
        login: Set(join.session.account.to_string()),
        name: Set(join.name.clone()),
        role: Set(Role::Volunteer.code().to_owned()),
        password_hash: Set(NO_PASSWORD.to_owned()),
        disabled: Set(false),
        failures: Set(0),
        locked_until: Set(None),
        created_at: Set(join.session.now.0),
        invite_id: Set(Some(invite.id)),
    };
    account::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

/// The account that came to this team on this very device under this name, if one did.
async fn came_before(
    txn: &DatabaseTransaction,
    join: &Join,
    invite: &invite::Model,
) -> Result<Option<account::Model>, StoreError> {
    let here: Vec<Uuid> = session::Entity::find()
        .select_only()
        .column(session::Column::AccountId)
        .filter(session::Column::DeviceId.eq(join.session.device.0))
        .filter(session::Column::PublicKey.eq(&join.session.public_key))
        .into_tuple()
        .all(txn)
        .await?;
    if here.is_empty() {
        return Ok(None);
    }
    let accounts = account::Entity::find()
        .filter(account::Column::Id.is_in(here))
        .filter(account::Column::TeamId.eq(invite.team_id))
        .filter(account::Column::InviteId.is_not_null())
        .filter(account::Column::Disabled.eq(false))
        .order_by_asc(account::Column::CreatedAt)
        .all(txn)
        .await?;
    let name = search_key(&join.name);
    Ok(accounts.into_iter().find(|a| search_key(&a.name) == name))
}
