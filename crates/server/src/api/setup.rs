//! Setting an empty server up: its ward, its first administrator, its campaign.

use actix_web::{HttpResponse, post, web};
use gocua_demo::{WardSource, default_skills};
use gocua_domain::account::Role;
use gocua_domain::campaign::{self, Suggestion, TARGETS_MAX};
use gocua_domain::id::{AccountId, DeviceId, TeamId};
use gocua_domain::invite::display_name;
use gocua_domain::pull::CampaignRef;
use gocua_domain::search::search_key;
use gocua_domain::time::Day;
use gocua_ground::Whose;
use gocua_store::{NewAccount, NewWard, Target};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::auth::{LoginDevice, SessionView, answer};
use super::campaign::{CampaignFields, TargetFields};
use super::extract::Body;
use super::problem::{Code, Problem};
use crate::app::{App, State};
use crate::auth::setup::{self, Founder};
use crate::auth::{chosen_login, chosen_password};

/// The most bytes of a set-up: an outline of twenty thousand corners.
const SETUP_LIMIT: usize = 1_048_576;
/// The longest name of a ward or a city, in characters.
const PLACE_MAX: usize = 80;
/// The most teams to begin with.
const TEAMS_MAX: usize = 40;

/// The code from the server's console.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupCode {
    /// As the console shows it; spaces, dashes and small letters are forgiven.
    code: String,
    /// The browser profile it is typed in.
    device_id: DeviceId,
}

/// A ward whose outline the program brings along.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnownWard {
    /// Code of the General Statistics Office.
    code: &'static str,
    /// Name.
    name: &'static str,
    /// City.
    city: &'static str,
    /// Wards it was formed from, where that is known.
    former: &'static [&'static str],
    /// GeoJSON geometry.
    #[schema(value_type = Object)]
    boundary: Value,
}

/// A target that may be taken over: an order from above, or where others stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionView {
    indicator: &'static str,
    /// None where no figure is known.
    value: Option<f64>,
    /// `percent` or `count`.
    unit: &'static str,
    /// By when; none means by the end of the campaign.
    due_on: Option<Day>,
    /// Where the value comes from.
    source: &'static str,
}

impl From<Suggestion> for SuggestionView {
    fn from(of: Suggestion) -> Self {
        let Suggestion { indicator, value, due_on, source } = of;
        let unit = campaign::unit_of(indicator).map_or("", campaign::Unit::code);
        Self { indicator, value, unit, due_on, source }
    }
}

/// What there is to choose from.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetupChoices {
    /// Wards whose outline is known.
    wards: Vec<KnownWard>,
    /// Targets that may be taken over.
    suggested: Vec<SuggestionView>,
}

/// The ward: one of the known ones by its code, or one that is brought along.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WardChoice {
    /// Code of the General Statistics Office; of a ward that is brought along it may be left out.
    code: Option<String>,
    /// Name; of a ward that is brought along.
    name: Option<String>,
    /// City; of a ward that is brought along.
    city: Option<String>,
    /// GeoJSON geometry, a polygon or several; of a ward that is brought along.
    #[schema(value_type = Option<Object>)]
    boundary: Option<Value>,
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstAdmin {
    /// The person's name.
    name: String,
    /// What is typed to sign in.
    login: String,
    /// The password: ten characters or more.
    password: String,
}

/// Everything a server begins with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// The code from the server's console.
    code: String,
    ward: WardChoice,
    admin: FirstAdmin,
    campaign: CampaignFields,
    /// Figures to reach; may be empty.
    targets: Vec<TargetFields>,
    /// Names of the first teams; may be empty.
    teams: Vec<String>,
    /// The browser profile it is typed in.
    device: LoginDevice,
}

/// Whether the set-up code is right; what there is to choose from. Refused with `conflict` once the
/// server is set up.
#[utoipa::path(tag = "setup", security(()), request_body = SetupCode,
    responses((status = 200, body = SetupChoices, description = "The code is right")))]
#[post("/setup/code")]
pub async fn choices(
    app: State,
    body: Body<SetupCode>,
) -> Result<web::Json<SetupChoices>, Problem> {
    setup::check(&app, &body.0.code, body.0.device_id).await?;
    let wards = WardSource::ALL.into_iter().map(|w| KnownWard {
        code: w.code,
        name: w.name,
        city: w.city,
        former: w.former_wards,
        boundary: w.boundary(),
    });
    Ok(web::Json(SetupChoices {
        wards: wards.collect(),
        suggested: campaign::SUGGESTED.map(SuggestionView::from).into(),
    }))
}

/// A part of a set-up, as far as it is filled in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupPart {
    /// The code from the server's console.
    code: String,
    /// The browser profile it is typed in.
    device_id: DeviceId,
    ward: Option<WardChoice>,
    admin: Option<FirstAdmin>,
    campaign: Option<CampaignFields>,
    targets: Option<Vec<TargetFields>>,
    teams: Option<Vec<String>>,
}

/// Looks a part of a set-up over, by the rules of `POST /setup`; writes nothing.
#[utoipa::path(tag = "setup", security(()), request_body = SetupPart,
    responses((status = 204, description = "Nothing is wrong with it")))]
#[post("/setup/check")]
pub async fn check(
    app: State,
    body: Body<SetupPart, SETUP_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let SetupPart { code, device_id, ward, admin, campaign, targets, teams } = body.0;
    setup::check(&app, &code, device_id).await?;
    ward.map(ground).transpose()?;
    admin.as_ref().map(read_admin).transpose()?;
    campaign.map(|c| c.read("/campaign")).transpose()?;
    targets.map(|t| read_targets(&t)).transpose()?;
    teams.map(|t| read_teams(&app, &t)).transpose()?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sets the server up, all of it or nothing, and signs its first administrator in. The same call again
/// after a lost answer goes on; any other is refused with `conflict` once the server is set up.
#[utoipa::path(tag = "setup", security(()), request_body = SetupRequest,
    responses((status = 200, body = SessionView, description = "Set up and signed in; sets the refresh cookie")))]
#[post("/setup")]
pub async fn set_up(
    app: State,
    body: Body<SetupRequest, SETUP_LIMIT>,
) -> Result<HttpResponse, Problem> {
    let SetupRequest { code, ward, admin, campaign, targets, teams, device } = body.0;
    if !device.public_key.plausible() {
        return Err(Problem::invalid("/device/public_key"));
    }
    // The code first: who has none hears nothing of what is checked behind it.
    if app.setup.waits() {
        setup::check(&app, &code, device.device_id).await?;
    }
    let ground = ground(ward)?;
    let (name, login) = read_admin(&admin)?;
    let campaign = campaign.read("/campaign")?;
    let targets = read_targets(&targets)?;
    let teams = read_teams(&app, &teams)?;
    let account = AccountId(app.new_id());
    let founder = Founder {
        login: login.clone(),
        password: admin.password,
        device: device.device_id,
        device_name: device.name,
        key: device.public_key,
    };
    let issued = setup::set_up(&app, &code, founder, |password_hash| {
        let admin = NewAccount {
            id: account,
            login,
            name,
            role: Role::Admin.code().to_owned(),
            team: None,
            group: None,
            password_hash,
        };
        first_book(ground, admin, campaign, targets, teams)
    })
    .await?;
    answer(&app, issued).await
}

struct Ground {
    code: String,
    name: String,
    city: String,
    boundary: Value,
}

fn ground(ward: WardChoice) -> Result<Ground, Problem> {
    if let Some(known) = ward.boundary.is_none().then_some(ward.code.as_deref()).flatten() {
        let source = WardSource::by_code(known)
            .ok_or_else(|| Problem::field(Code::InvalidField, "/ward/code", "unknown_ward"))?;
        return Ok(Ground {
            code: source.code.to_owned(),
            name: source.name.to_owned(),
            city: source.city.to_owned(),
            boundary: source.boundary(),
        });
    }
    let place = |typed: Option<String>, pointer: &str| {
        let kept = typed.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let fault = match kept.chars().count() {
            0 => "missing_field",
            n if n > PLACE_MAX => "too_long",
            _ if kept.chars().any(char::is_control) => "invalid_field",
            _ => return Ok(kept),
        };
        Err(Problem::field(Code::InvalidField, pointer, fault))
    };
    let name = place(ward.name, "/ward/name")?;
    let city = place(ward.city, "/ward/city")?;
    let boundary = gocua_ground::check(&ward.boundary.unwrap_or_default(), Whose::Ward)
        .map(|shape| shape.write())
        .map_err(|f| Problem::field(Code::InvalidField, "/ward/boundary", f.code()))?;
    let code = match ward.code {
        Some(code) if code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit()) => code,
        Some(_) => return Err(Problem::field(Code::InvalidField, "/ward/code", "not_a_ward_code")),
        // Nothing official: it only has to be the same every time this ward is set up.
        None => search_key(&name).replace(' ', "-"),
    };
    Ok(Ground { code, name, city, boundary })
}

/// Name and login, with the password looked at.
fn read_admin(admin: &FirstAdmin) -> Result<(String, String), Problem> {
    let name = display_name(&admin.name).ok_or_else(|| Problem::invalid("/admin/name"))?;
    let login = chosen_login("/admin/login", &admin.login)?;
    chosen_password("/admin/password", &admin.password, &login)?;
    Ok((name, login))
}

fn read_targets(targets: &[TargetFields]) -> Result<Vec<Target>, Problem> {
    if targets.len() > TARGETS_MAX {
        return Err(Problem::invalid("/targets"));
    }
    targets.iter().enumerate().map(|(n, t)| t.read(&format!("/targets/{n}"))).collect()
}

fn read_teams(app: &App, teams: &[String]) -> Result<Vec<(TeamId, String)>, Problem> {
    if teams.len() > TEAMS_MAX {
        return Err(Problem::invalid("/teams"));
    }
    let mut seen = Vec::new();
    teams
        .iter()
        .enumerate()
        .map(|(n, typed)| {
            let pointer = format!("/teams/{n}");
            let name = display_name(typed).ok_or_else(|| Problem::invalid(pointer.clone()))?;
            let key = search_key(&name);
            if seen.contains(&key) {
                return Err(Problem::field(Code::InvalidField, pointer, "twice"));
            }
            seen.push(key);
            Ok((TeamId(app.new_id()), name))
        })
        .collect()
}

fn first_book(
    ground: Ground,
    admin: NewAccount,
    campaign: CampaignRef,
    targets: Vec<Target>,
    teams: Vec<(TeamId, String)>,
) -> NewWard {
    NewWard {
        code: ground.code,
        name: ground.name,
        city: ground.city,
        boundary: ground.boundary,
        demo: false,
        groups: Vec::new(),
        alleys: Vec::new(),
        households: Vec::new(),
        teams,
        accounts: vec![admin],
        assignments: Vec::new(),
        skills: default_skills(),
        campaign: Some(campaign),
        targets,
        visits: Vec::new(),
    }
}
