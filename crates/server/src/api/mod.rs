//! The HTTP API: one module a noun.

pub mod account;
pub mod accounts;
pub mod alerts;
pub mod arrive;
pub mod auth;
pub mod board;
pub mod campaign;
pub mod carry;
pub mod coverage;
pub mod desk;
pub mod docs;
pub mod doors;
pub mod events;
pub mod exports;
pub mod extract;
pub mod gate;
pub mod ground;
pub mod groups;
pub mod health;
pub mod households;
pub mod identity;
pub mod imports;
pub mod invites;
pub mod layers;
pub mod lease;
pub mod mobile;
pub mod overlaps;
pub mod problem;
pub mod quality;
pub mod referrals;
pub mod register;
pub mod reports;
pub mod roster;
pub mod setup;
pub mod sync;
pub mod trust;
pub mod turf;
pub mod withdrawals;

use utoipa::openapi::OpenApi as Document;
use utoipa::{Modify, OpenApi};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation under `/api/v1`. What stands here is served *and* described; there is no second
/// list.
pub fn routes(api: &mut ServiceConfig) {
    api.service(auth::login)
        .service(auth::refresh)
        .service(auth::logout)
        .service(arrive::join)
        .service(arrive::wiped)
        .service(setup::choices)
        .service(setup::check)
        .service(setup::set_up)
        .service(accounts::look)
        .service(accounts::open)
        .service(accounts::accounts)
        .service(accounts::appoint)
        .service(accounts::recode)
        .service(accounts::disable)
        .service(accounts::enable)
        .service(campaign::settings)
        .service(campaign::change)
        .service(campaign::set_target)
        .service(campaign::drop_target)
        .service(account::me)
        .service(sync::push)
        .service(sync::pull)
        .service(carry::carry)
        .service(lease::lease)
        .service(invites::invites)
        .service(invites::invite)
        .service(invites::revoke)
        .service(coverage::coverage)
        .service(coverage::boundary)
        .service(coverage::trend)
        .service(coverage::group_alleys)
        .service(coverage::teams)
        .service(coverage::assign)
        .service(board::board)
        .service(turf::board)
        .service(turf::propose)
        .service(turf::give)
        .service(turf::undo)
        .service(turf::sheets)
        .service(roster::roster)
        .service(roster::found)
        .service(roster::change)
        .service(roster::close)
        .service(roster::member)
        .service(roster::left)
        .service(roster::back)
        .service(roster::plan)
        .service(roster::call_off)
        .service(roster::terms)
        .service(ground::days)
        .service(ground::ground)
        .service(ground::derive)
        .service(ground::file)
        .service(ground::draw)
        .service(ground::erase)
        .service(ground::doors)
        .service(layers::layer_keys)
        .service(layers::make_layer_key)
        .service(layers::revoke_layer_key)
        .service(desk::phones)
        .service(desk::revoke_phone)
        .service(desk::inbox)
        .service(desk::decide_two_values)
        .service(desk::decide_quarantine)
        .service(doors::doors)
        .service(doors::decide)
        .service(doors::decide_many)
        .service(withdrawals::withdrawals)
        .service(withdrawals::open)
        .service(withdrawals::residents)
        .service(withdrawals::answer)
        .service(withdrawals::carry_out)
        .service(withdrawals::close)
        .service(overlaps::overlaps)
        .service(overlaps::known)
        .service(quality::quality)
        .service(quality::close_flag)
        .service(quality::answer_check)
        .service(quality::terms)
        .service(referrals::referrals)
        .service(referrals::open)
        .service(mobile::waiting)
        .service(mobile::plan)
        .service(mobile::change)
        .service(mobile::cancel)
        .service(trust::trust)
        .service(trust::revoke_badge)
        .service(trust::restore_badge)
        .service(trust::replace_badge)
        .service(trust::terms)
        .service(trust::leaflet)
        .service(trust::printed)
        .service(alerts::alerts)
        .service(alerts::publish)
        .service(alerts::withdraw)
        .service(register::find)
        .service(register::merge)
        .service(register::unmerge)
        .service(register::remove)
        .service(register::restore)
        .service(identity::counts)
        .service(identity::save)
        .service(identity::history)
        .service(identity::take)
        .service(exports::indicators)
        .service(exports::take)
        .service(exports::access_log)
        .service(imports::list_imports)
        .service(imports::read_file)
        .service(imports::read_address)
        .service(imports::keep)
        .service(imports::look_through)
        .service(imports::discard)
        .service(imports::act_on_row)
        .service(imports::act_on_rows)
        .service(imports::found_groups)
        .service(imports::commit)
        .service(imports::undo_outlook)
        .service(imports::undo)
        .service(households::list)
        .service(households::card)
        .service(households::edit)
        .service(households::relocate)
        .service(households::doubles)
        .service(households::apart)
        .service(households::ledger)
        .service(groups::groups)
        .service(groups::found)
        .service(groups::rename)
        .service(groups::merge)
        .service(groups::split)
        .service(groups::changes)
        .service(groups::undo)
        .service(groups::rename_alley)
        .service(events::events)
        .service(health::health)
        .service(docs::openapi);
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Gõ Cửa",
        description = "The API of Gõ Cửa: door-to-door digital-literacy campaigns of a ward. \
            The rules of the phone's protocol are in docs/SYNC.md.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact()
    ),
    components(schemas(problem::ProblemBody)),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct ApiDoc;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        use utoipa::openapi::security::{
            ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme,
        };
        let mut http = Http::new(HttpAuthScheme::Bearer);
        http.bearer_format = Some("JWT".into());
        http.description = Some("Access token of POST /api/v1/auth/login or /refresh.".into());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(http));
        let device = ApiKeyValue::with_description(
            "Authorization",
            "`Device ` and a proof by the device's key, for delivering without a session.",
        );
        components.add_security_scheme("device", SecurityScheme::ApiKey(ApiKey::Header(device)));
    }
}

/// The OpenAPI document of [`routes`].
pub fn describe() -> Document {
    let (_, mut document) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(ApiDoc::openapi())
        .service(utoipa_actix_web::scope("/api/v1").configure(routes))
        .split_for_parts();
    docs::complete(&mut document);
    document
}
