//! The caller's own account.

use actix_web::get;
use actix_web::web::Json;
use gocua_domain::account::{Action, Role};
use gocua_domain::id::{AccountId, TeamId};
use gocua_store::Profile;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::Caller;
use super::problem::Problem;
use crate::app::State;

/// An account as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountView {
    /// Identity.
    pub id: AccountId,
    /// What is typed to sign in.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The ward it works in.
    pub ward: Option<WardView>,
    /// The team it walks with.
    pub team: Option<TeamView>,
}

/// A ward by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct WardView {
    /// Code of the administrative unit.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A team by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct TeamView {
    /// Identity.
    pub id: TeamId,
    /// Name.
    pub name: String,
}

impl From<Profile> for AccountView {
    fn from(Profile { account, ward_name, team_name }: Profile) -> Self {
        Self {
            id: account.id,
            login: account.login,
            name: account.name,
            role: account.role,
            ward: account.ward.zip(ward_name).map(|(code, name)| WardView { code, name }),
            team: account.team.zip(team_name).map(|(id, name)| TeamView { id, name }),
        }
    }
}

/// Who the caller is.
#[utoipa::path(tag = "account", responses((status = 200, body = AccountView)))]
#[get("/me")]
pub async fn me(app: State, caller: Caller) -> Result<Json<AccountView>, Problem> {
    caller.may(Action::ReadMe)?;
    Ok(Json(app.store.profile(caller.0.account).await?.into()))
}
