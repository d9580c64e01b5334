//! Accounts that a ward's administrator makes. Nobody ever knows another's password: who is appointed
//! gets a code, and chooses login and password on the own device.

use std::collections::HashMap;

use gocua_domain::account::{Kept, Role, may_shut_out};
use gocua_domain::id::{AccountId, GroupId, TeamId};
use gocua_domain::time::Millis;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set,
};
use uuid::Uuid;

use crate::account::{NewSession, Opened, end, open_in};
use crate::db::{lock_ward, set_seq};
use crate::entity::{account, account_code, residential_group, session, team, ward};
use crate::invite::NO_PASSWORD;
use crate::names::{group_names, team_names};
use crate::settings::{Note, note};
use crate::trust::change_codes;
use crate::{Store, StoreError};

/// Somebody to be given an account.
#[derive(Clone, Debug)]
pub struct Appointment {
    /// Identity, made by the caller.
    pub id: AccountId,
    /// The person's name, checked.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The team, for a role that works with one.
    pub team: Option<TeamId>,
    /// The residential group, for a role that looks after one.
    pub group: Option<GroupId>,
}

/// A code about to be written down.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// Keyed hash of the code.
    pub tag: String,
    /// It is good before this instant.
    pub good_until: Millis,
}

/// An account as the administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine {
    /// Identity.
    pub id: AccountId,
    /// What is typed to sign in; none before it was chosen, and for who came with a team's code.
    pub login: Option<String>,
    /// The person's name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// Name of the team.
    pub team: Option<String>,
    /// Name of the residential group.
    pub group: Option<String>,
    /// Whether it may not sign in.
    pub disabled: bool,
    /// A code for it is good before this instant.
    pub code_until: Option<Millis>,
    /// When it was made.
    pub created_at: Millis,
}

/// Whose account a code opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclaimed {
    /// The person's name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// What is typed to sign in, where it was chosen before.
    pub login: Option<String>,
    /// Name of the ward.
    pub ward: String,
}

/// Somebody comes with a code and has chosen.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Keyed hash of the code.
    pub tag: String,
    /// The login, checked; counts only where none was chosen before.
    pub login: Option<String>,
    /// PHC string of the password.
    pub password_hash: String,
    /// Its session otherwise ready. Account and ward in it are this method's to fill in.
    pub session: NewSession,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// In, with this account; what became of the session says the rest.
    In(AccountId, Opened),
    /// No account has this code, or it is too old.
    Unknown,
    /// The login is somebody else's, or none was chosen.
    LoginTaken,
}

/// The login that was chosen; before, an account carries its own id.
fn chosen(row: &account::Model) -> Option<String> {
    (row.login != AccountId(row.id).to_string()).then(|| row.login.clone())
}

fn role_of(row: &account::Model) -> Result<Role, StoreError> {
    Role::from_code(&row.role)
        .ok_or_else(|| StoreError::Db(sea_orm::DbErr::Type(format!("role {}", row.role))))
}

impl Store {
    /// The accounts of a ward by name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn accounts(&self, ward: &str, now: Millis) -> Result<Vec<AccountLine>, StoreError> {
        let rows = account::Entity::find()
            .filter(account::Column::Ward.eq(ward))
            .order_by_asc(account::Column::Name)
            .order_by_asc(account::Column::Id)
            .all(&self.read)
            .await?;
        let teams = team_names(&self.read, ward).await?;
        let groups = group_names(&self.read, ward).await?;
        let codes: HashMap<Uuid, i64> = account_code::Entity::find()
            .filter(account_code::Column::Ward.eq(ward))
            .filter(account_code::Column::GoodUntil.gt(now.0))
            .all(&self.read)
            .await?
            .into_iter()
            .map(|c| (c.account_id, c.good_until))
            .collect();
        rows.into_iter()
            .map(|row| {
                Ok(AccountLine {
                    id: AccountId(row.id),
                    login: chosen(&row),
                    role: role_of(&row)?,
                    team: row.team_id.and_then(|id| teams.get(&id).cloned()),
                    group: row.group_id.and_then(|id| groups.get(&id).cloned()),
                    disabled: row.disabled,
                    code_until: codes.get(&row.id).copied().map(Millis),
                    created_at: Millis(row.created_at),
                    name: row.name,
                })
            })
            .collect()
    }

    /// Gives somebody an account and a code to open it with.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the team or the group is not of the ward.
    pub async fn appoint(
        &self,
        ward: &str,
        new: &Appointment,
        code: &NewCode,
        by: AccountId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        if let Some(id) = new.team {
            let found = team::Entity::find_by_id(id.0).one(&tx).await?;
            found.filter(|t| t.ward == ward).ok_or(StoreError::NotFound)?;
        }
        if let Some(id) = new.group {
            let found = residential_group::Entity::find_by_id(id.0).one(&tx).await?;
            found.filter(|g| g.ward == ward).ok_or(StoreError::NotFound)?;
        }
        let row = account::ActiveModel {
            id: Set(new.id.0),
            ward: Set(Some(ward.to_owned())),
            team_id: Set(new.team.map(|t| t.0)),
            group_id: Set(new.group.map(|g| g.0)),
            // Chosen by the person; until then it only has to be nobody else's.
            login: Set(new.id.to_string()),
            name: Set(new.name.clone()),
            role: Set(new.role.code().to_owned()),
            password_hash: Set(NO_PASSWORD.to_owned()),
            disabled: Set(false),
            failures: Set(0),
            locked_until: Set(None),
            created_at: Set(now.0),
            invite_id: Set(None),
        };
        account::Entity::insert(row).exec_without_returning(&tx).await?;
        write_code(&tx, ward, new.id, code, by, now).await?;
        told(&tx, ward, by, now, &new.name, "added").await?;
        Ok(tx.commit().await?)
    }

    /// Has somebody choose a new password: the old one opens nothing any more, the sessions end, and a
    /// code takes its place.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such account.
    pub async fn recode(
        &self,
        ward: &str,
        id: AccountId,
        code: &NewCode,
        by: AccountId,
        now: Millis,
    ) -> Result<Result<(), Kept>, StoreError> {
        let tx = self.begin().await?;
        let row = match self.to_shut_out(&tx, ward, id, by).await? {
            Ok(row) => row,
            Err(kept) => return Ok(Err(kept)),
        };
        // Who came with a team's code comes again with one; a password would be a second way in.
        if row.invite_id.is_some() {
            return Err(StoreError::NotFound);
        }
        account::Entity::update_many()
            .col_expr(account::Column::PasswordHash, Expr::value(NO_PASSWORD))
            .filter(account::Column::Id.eq(id.0))
            .exec(&tx)
            .await?;
        end(&tx, session::Column::AccountId.eq(id.0), "recoded", now).await?;
        write_code(&tx, ward, id, code, by, now).await?;
        told(&tx, ward, by, now, &row.name, "recoded").await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// A code from the console, for somebody whose password is lost: the old one opens until a new one is
    /// chosen.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such account.
    pub async fn console_code(
        &self,
        id: AccountId,
        code: &NewCode,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let row = account::Entity::find_by_id(id.0).one(&tx).await?.ok_or(StoreError::NotFound)?;
        let ward = row.ward.unwrap_or_default();
        write_code(&tx, &ward, id, code, AccountId(Uuid::nil()), now).await?;
        Ok(tx.commit().await?)
    }

    /// Takes an account's access away, or gives it back. Its sessions and its code end with it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such account.
    pub async fn set_access(
        &self,
        ward: &str,
        id: AccountId,
        disabled: bool,
        by: AccountId,
        now: Millis,
    ) -> Result<Result<(), Kept>, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let row = if disabled {
            match self.to_shut_out(&tx, ward, id, by).await? {
                Ok(row) => row,
                Err(kept) => return Ok(Err(kept)),
            }
        } else {
            of_ward(&tx, ward, id).await?
        };
        if row.disabled == disabled {
            return Ok(Ok(()));
        }
        account::Entity::update_many()
            .col_expr(account::Column::Disabled, Expr::value(disabled))
            .filter(account::Column::Id.eq(id.0))
            .exec(&tx)
            .await?;
        if disabled {
            end(&tx, session::Column::AccountId.eq(id.0), "disabled", now).await?;
            account_code::Entity::delete_by_id(id.0).exec(&tx).await?;
            change_codes(&tx, ward, id.0, now).await?;
        }
        let becomes = if disabled { "disabled" } else { "enabled" };
        told(&tx, ward, by, now, &row.name, becomes).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(Ok(()))
    }

    /// An account that may be shut out. The ward's lock is taken first: of two administrators who shut
    /// each other out at once, one stays.
    async fn to_shut_out(
        &self,
        tx: &DatabaseTransaction,
        ward: &str,
        id: AccountId,
        by: AccountId,
    ) -> Result<Result<account::Model, Kept>, StoreError> {
        lock_ward(tx, self.engine(), ward).await?;
        let row = of_ward(tx, ward, id).await?;
        let admins = account::Entity::find()
            .filter(account::Column::Ward.eq(ward))
            .filter(account::Column::Role.eq(Role::Admin.code()))
            .filter(account::Column::Disabled.eq(false))
            .count(tx)
            .await?;
        let admins = usize::try_from(admins).unwrap_or(usize::MAX);
        Ok(may_shut_out(by, id, role_of(&row)?, admins).map(|()| row))
    }

    /// Whose account a code opens; `None` for a code nobody has, or one too old.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn unclaimed(&self, tag: &str, now: Millis) -> Result<Option<Unclaimed>, StoreError> {
        let found = account_code::Entity::find()
            .filter(account_code::Column::CodeTag.eq(tag))
            .filter(account_code::Column::GoodUntil.gt(now.0))
            .one(&self.read)
            .await?;
        let Some(code) = found else { return Ok(None) };
        let row = account::Entity::find_by_id(code.account_id).one(&self.read).await?;
        let row = row.ok_or(StoreError::NotFound)?;
        let ward = ward::Entity::find_by_id(&code.ward).one(&self.read).await?;
        Ok(Some(Unclaimed {
            login: chosen(&row),
            role: role_of(&row)?,
            name: row.name,
            ward: ward.map(|w| w.name).unwrap_or_default(),
        }))
    }

    /// Gives an account the login and password its owner has chosen, and begins its session. The code
    /// is gone with it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; then nothing has changed.
    pub async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        let now = claim.session.now;
        let tx = self.begin().await?;
        let found = account_code::Entity::find()
            .filter(account_code::Column::CodeTag.eq(&claim.tag))
            .filter(account_code::Column::GoodUntil.gt(now.0))
            .one(&tx)
            .await?;
        let Some(code) = found else { return Ok(Claimed::Unknown) };
        // The row that goes decides who of two with one code comes in.
        let gone = account_code::Entity::delete_many()
            .filter(account_code::Column::CodeTag.eq(&claim.tag))
            .exec(&tx)
            .await?;
        if gone.rows_affected == 0 {
            return Ok(Claimed::Unknown);
        }
        let row = account::Entity::find_by_id(code.account_id).one(&tx).await?;
        let row = row.ok_or(StoreError::NotFound)?;
        let login = match (chosen(&row), &claim.login) {
            (Some(before), _) => before,
            (None, Some(new)) => new.clone(),
            (None, None) => return Ok(Claimed::LoginTaken),
        };
        let other = account::Entity::find()
            .filter(account::Column::Login.eq(&login))
            .filter(account::Column::Id.ne(row.id))
            .one(&tx)
            .await?;
        if other.is_some() {
            return Ok(Claimed::LoginTaken);
        }
        account::Entity::update_many()
            .col_expr(account::Column::Login, Expr::value(login))
            .col_expr(account::Column::PasswordHash, Expr::value(claim.password_hash.clone()))
            .col_expr(account::Column::Failures, Expr::value(0))
            .col_expr(account::Column::LockedUntil, Expr::value(None::<i64>))
            .filter(account::Column::Id.eq(row.id))
            .exec(&tx)
            .await?;
        // Whoever was in with the old password is out.
        end(&tx, session::Column::AccountId.eq(row.id), "recoded", now).await?;
        let account = AccountId(row.id);
        let session = NewSession { account, ward: row.ward, ..claim.session.clone() };
        let opened = open_in(&tx, &session).await?;
        if matches!(opened, Opened::Session(_)) {
            tx.commit().await?;
        }
        Ok(Claimed::In(account, opened))
    }
}

async fn of_ward(
    tx: &DatabaseTransaction,
    ward: &str,
    id: AccountId,
) -> Result<account::Model, StoreError> {
    let row = account::Entity::find_by_id(id.0).one(tx).await?;
    row.filter(|a| a.ward.as_deref() == Some(ward)).ok_or(StoreError::NotFound)
}

async fn write_code(
    tx: &DatabaseTransaction,
    ward: &str,
    id: AccountId,
    code: &NewCode,
    by: AccountId,
    now: Millis,
) -> Result<(), StoreError> {
    let row = account_code::ActiveModel {
        account_id: Set(id.0),
        ward: Set(ward.to_owned()),
        code_tag: Set(code.tag.clone()),
        good_until: Set(code.good_until.0),
        created_by: Set(by.0),
        created_at: Set(now.0),
    };
    let again = OnConflict::column(account_code::Column::AccountId)
        .update_columns([
            account_code::Column::CodeTag,
            account_code::Column::GoodUntil,
            account_code::Column::CreatedBy,
            account_code::Column::CreatedAt,
        ])
        .to_owned();
    account_code::Entity::insert(row).on_conflict(again).exec_without_returning(tx).await?;
    Ok(())
}

async fn told(
    tx: &DatabaseTransaction,
    ward: &str,
    by: AccountId,
    now: Millis,
    name: &str,
    becomes: &str,
) -> Result<(), StoreError> {
    let line = Note {
        kind: "account",
        subject: Some(name.to_owned()),
        was: None,
        becomes: Some(becomes.to_owned()),
        reason: "",
    };
    note(tx, ward, by, now, line).await
}
