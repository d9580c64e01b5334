//! The ward's board: is it on time, what lags and why, when are people at home, what waits.

use actix_web::http::header::{CACHE_CONTROL, ETAG, VARY};
use actix_web::{HttpRequest, HttpResponse, get, web};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use gocua_domain::account::{Action, Reach};
use gocua_domain::chapman::{self, Lists, NoEstimate, OnFoot};
use gocua_domain::coverage::{Slot, Tally};
use gocua_domain::desk::Needs;
use gocua_domain::forecast::{self, Campaign, Forecast, Middle, NoForecast};
use gocua_domain::hours::{self, Hour};
use gocua_domain::id::{DeviceId, GroupId};
use gocua_domain::lag::{self, Cause, Facts, Lag, Step};
use gocua_domain::pace::{self, Aim, Course, OnTime, Pace};
use gocua_domain::pull::{CampaignRef, TeamRef, WardRef};
use gocua_domain::time::{Day, Millis, TimeBand};
use gocua_store::{Asked, Board, GroupBoard, GroupCoverage, Open, PhoneLine, Target};

use super::coverage::{TallyView, TargetView, matches, own_ward, people};
use super::extract::Caller;
use super::problem::{Problem, ProblemBody};
use crate::app::State;

/// The indicator the board is about: households coached.
const INDICATOR: &str = "COV_SERVED";
/// Phones named; the list behind has them all.
const PHONES_NAMED: usize = 5;
/// A phone that says hello and a day that begins move no number of the ward: an answer is kept no
/// longer than this.
const KEPT_MS: i64 = 5 * 60_000;

/// The 10th, 50th and 90th of a hundred possible courses.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct CountMiddle {
    p10: i64,
    p50: i64,
    p90: i64,
}

impl From<Middle<i64>> for CountMiddle {
    fn from(Middle { p10, p50, p90 }: Middle<i64>) -> Self {
        Self { p10, p50, p90 }
    }
}

/// The same of days; `null` is later than a year from now.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct DayMiddle {
    p10: Option<Day>,
    p50: Option<Day>,
    p90: Option<Day>,
}

/// What is reached by the end of a day to come.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PathDay {
    day: Day,
    p10: i64,
    p50: i64,
    p90: i64,
}

/// Where the campaign goes if it goes on like this.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ForecastView {
    /// Complete days it is drawn from.
    days: i64,
    /// Mean of these days.
    daily: f64,
    /// When the goal is reached.
    reached: DayMiddle,
    /// What is reached by the end of the deadline; nothing once it has passed.
    at_due: Option<CountMiddle>,
    /// Day by day from today.
    path: Vec<PathDay>,
}

impl From<Forecast> for ForecastView {
    fn from(f: Forecast) -> Self {
        let Middle { p10, p50, p90 } = f.reached;
        Self {
            days: f.days,
            daily: f.daily,
            reached: DayMiddle { p10, p50, p90 },
            at_due: f.at_due.map(CountMiddle::from),
            path: f
                .path
                .into_iter()
                .map(|(day, Middle { p10, p50, p90 })| PathDay { day, p10, p50, p90 })
                .collect(),
        }
    }
}

/// Why there is no forecast.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoForecastWhy {
    /// No target was set.
    NoTarget,
    /// The campaign begins later, or nothing was counted yet.
    NotBegun,
    /// The target is reached.
    Reached,
    /// The past is too short.
    TooFewDays,
    /// Nothing was reached lately.
    NoPace,
}

/// Why there is no forecast, with the days that are there and needed.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct NoForecastView {
    why: NoForecastWhy,
    have: Option<i64>,
    need: Option<i64>,
}

impl From<NoForecast> for NoForecastView {
    fn from(no: NoForecast) -> Self {
        let why = match no {
            NoForecast::NotBegun => NoForecastWhy::NotBegun,
            NoForecast::Reached => NoForecastWhy::Reached,
            NoForecast::NoPace => NoForecastWhy::NoPace,
            NoForecast::TooFewDays { have, need } => {
                let (have, need) = (Some(have), Some(need));
                return Self { why: NoForecastWhy::TooFewDays, have, need };
            }
        };
        Self { why, have: None, need: None }
    }
}

/// Is the campaign on the line that leads to its target?
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PaceView {
    verdict: OnTime,
    /// Households the target asks for.
    goal: i64,
    /// Households still missing.
    missing: i64,
    /// Whole days off the line; before the first day, days until it; past the deadline, days since.
    days: i64,
    /// Households a day from tomorrow on.
    needed: Option<i64>,
    /// Households a day, mean of the last seven complete days.
    speed: f64,
}

/// Households coached for the first time on a day.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ServedDay {
    day: Day,
    hh_served: i64,
}

/// A rate with its 95 % interval, 0 to 1.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct RateView {
    rate: f64,
    low: f64,
    high: f64,
}

/// What is known of a part of the week.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct HourView {
    /// Morning, afternoon or evening.
    band: TimeBand,
    /// On a Saturday or a Sunday?
    weekend: bool,
    visits: i64,
    /// Of these, with an adult met.
    contacts: i64,
    /// Of these, nobody at home.
    missed: i64,
    /// Contacts of visits; nothing where there are too few visits.
    rate: Option<RateView>,
}

impl From<&Hour> for HourView {
    fn from(hour: &Hour) -> Self {
        let rate = hour.rate().map(|(rate, (low, high))| RateView { rate, low, high });
        let Slot { band, weekend } = hour.slot;
        let t = hour.tally;
        Self { band, weekend, visits: t.visits, contacts: t.contacts, missed: t.missed, rate }
    }
}

/// A part of the week.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct SlotView {
    band: TimeBand,
    weekend: bool,
}

impl From<Slot> for SlotView {
    fn from(Slot { band, weekend }: Slot) -> Self {
        Self { band, weekend }
    }
}

/// Households by cause.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ShareView {
    why: Cause,
    households: i64,
}

/// Where most misses happened.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MostlyMissedView {
    at: SlotView,
    /// Of a hundred misses.
    percent: i64,
}

/// Why a residential group lags, and what would help.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LagView {
    /// The dominant reason.
    why: Cause,
    /// What to do.
    step: Step,
    /// When to go, if that is the step.
    at: Option<SlotView>,
    /// Where most misses happened, if the hour is the reason.
    missed_at: Option<SlotView>,
    /// Households the step could gain.
    gain: i64,
    /// Households by cause, the largest first.
    shares: Vec<ShareView>,
}

impl From<Lag> for LagView {
    fn from(lag: Lag) -> Self {
        Self {
            why: lag.why,
            step: lag.step,
            at: lag.at.map(SlotView::from),
            missed_at: lag.missed_at.map(SlotView::from),
            gain: lag.gain,
            shares: lag
                .shares
                .into_iter()
                .map(|share| ShareView { why: share.why, households: share.households })
                .collect(),
        }
    }
}

/// How many homes are probably in no list.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MissingView {
    /// In neither list.
    homes: i64,
    /// 95 % interval.
    low: i64,
    high: i64,
}

/// Where the households come from, and what is probably missing.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct RegisterView {
    /// In the register as it was handed in: n1.
    register: i64,
    /// Found on foot: n2.
    on_foot: i64,
    /// In both: m.
    both: i64,
    /// Found on foot and taken into the register by the ward.
    approved: i64,
    /// Found on foot, waiting for the ward.
    waiting: i64,
    /// The estimate; nothing when the lists say too little.
    missing: Option<MissingView>,
    /// Fewest homes in both lists that an estimate needs.
    need_in_both: i64,
}

impl RegisterView {
    fn of(tally: &Tally, found: &OnFoot) -> Self {
        let lists = Lists::of(tally, found);
        let missing = match chapman::estimate(lists) {
            Ok(e) => Some(MissingView {
                homes: e.missing.round() as i64,
                low: e.between.0.floor() as i64,
                high: e.between.1.ceil() as i64,
            }),
            Err(NoEstimate::TooFewInBoth { .. } | NoEstimate::Contradiction) => None,
        };
        Self {
            register: lists.register,
            on_foot: lists.on_foot,
            both: lists.both,
            approved: found.approved,
            waiting: found.waiting,
            missing,
            need_in_both: chapman::FEWEST_IN_BOTH,
        }
    }
}

/// One residential group on the board.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoardGroupView {
    id: GroupId,
    code: String,
    name: String,
    tally: TallyView,
    lag: LagView,
    /// Whole days since the last visit, or since an alley was given to a team when that is later.
    idle_days: Option<i64>,
    alleys: i64,
    alleys_assigned: i64,
    /// People in the teams that hold some of it; nothing where 1 to 4 are kept from the reader.
    walkers: Option<i64>,
    hours: Vec<HourView>,
    mostly_missed: Option<MostlyMissedView>,
    register: RegisterView,
}

/// What waits for the ward.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AskedWhat {
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

/// How much waits, and since when.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct OpenView {
    what: AskedWhat,
    /// Nothing where 1 to 4 residents are kept from the reader.
    count: Option<i64>,
    oldest_at: Option<Millis>,
    /// Of these, past the day they were due.
    overdue: Option<i64>,
}

impl OpenView {
    fn of(open: &Open, reach: Reach) -> Self {
        let what = match open.asked {
            Asked::Doors => AskedWhat::Doors,
            Asked::Doubles => AskedWhat::Doubles,
            Asked::Inbox => AskedWhat::Inbox,
            Asked::Withdrawals => AskedWhat::Withdrawals,
            Asked::Quality => AskedWhat::Quality,
            Asked::Checks => AskedWhat::Checks,
        };
        // Only these are counts of residents.
        let told = |n| match open.asked {
            Asked::Withdrawals => people(n, reach),
            _ => Some(n),
        };
        Self {
            what,
            count: told(open.count),
            oldest_at: open.oldest.filter(|_| told(open.count).is_some()),
            overdue: told(open.overdue).filter(|_| told(open.count).is_some()),
        }
    }
}

/// A phone that needs the ward.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoardPhoneView {
    device_id: DeviceId,
    /// What its holder calls it.
    name: String,
    /// Who signed in on it last.
    account: String,
    team: Option<TeamRef>,
    last_seen_at: Millis,
    /// Operations that waited on it then.
    queued: i64,
    needs: Needs,
}

/// The phones in short.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoardPhonesView {
    /// Phones that anybody walks with; nothing where 1 to 4 are kept from the reader.
    phones: Option<i64>,
    /// Of these, that hold work and were not heard of for a day.
    silent: Option<i64>,
    /// Of these, that need the ward for whatever reason.
    help: Option<i64>,
    /// Operations that are on phones, as far as the phones said.
    queued: i64,
    /// Those that need the ward most; for ward staff only.
    named: Vec<BoardPhoneView>,
}

impl BoardPhonesView {
    fn of(phones: Vec<PhoneLine>, reach: Reach) -> Self {
        let phones: Vec<_> = phones.into_iter().filter(|p| p.revoked_at.is_none()).collect();
        let count = |test: fn(&PhoneLine) -> bool| {
            people(phones.iter().filter(|p| test(p)).count() as i64, reach)
        };
        Self {
            phones: count(|_| true),
            silent: count(|p| p.needs == Needs::Silent),
            help: count(|p| p.needs != Needs::Nothing),
            queued: phones.iter().map(|p| p.facts.queued).sum(),
            named: phones
                .into_iter()
                .filter(|p| reach == Reach::Ward && p.needs != Needs::Nothing)
                .take(PHONES_NAMED)
                .map(|p| BoardPhoneView {
                    device_id: p.device,
                    name: p.name,
                    account: p.account.1,
                    team: p.team,
                    last_seen_at: p.facts.last_seen_at,
                    queued: p.facts.queued,
                    needs: p.needs,
                })
                .collect(),
        }
    }
}

/// The ward's board.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardView {
    ward: WardRef,
    campaign: Option<CampaignRef>,
    /// The number the figures reach.
    seq: i64,
    /// When they were read.
    as_of: Millis,
    /// The business day it was then.
    today: Day,
    /// The first day the figures speak of: the campaign's, or the first on which anything happened.
    starts_on: Day,
    total: TallyView,
    /// The target the pace is measured by.
    target: Option<TargetView>,
    pace: PaceView,
    forecast: Option<ForecastView>,
    no_forecast: Option<NoForecastView>,
    /// Days on which nothing happened are left out.
    days: Vec<ServedDay>,
    /// What would gain most comes first.
    groups: Vec<BoardGroupView>,
    /// The ward's hours, those that were ever tried.
    hours: Vec<HourView>,
    /// Fewest visits an hour is judged by.
    need_visits: i64,
    /// Days without a visit after which a group counts as left alone.
    idle_days: i64,
    phones: BoardPhonesView,
    open: Vec<OpenView>,
    register: RegisterView,
    /// Households that left the denominator with the ward's approval.
    left: i64,
    /// When the ward last let one leave or enter.
    decided_at: Option<Millis>,
    /// Are counts of 1 to 4 people kept from this reader?
    suppressed: bool,
}

/// The target of the board's indicator; the latest when there are several.
fn target_of(targets: Vec<Target>) -> Option<Target> {
    let ours = |t: &Target| t.indicator == INDICATOR && t.unit == "percent" && t.value > 0.0;
    targets.into_iter().filter(ours).max_by_key(|t| t.due_on)
}

fn forecast_of(
    course: &Course,
    pace: &Pace,
    days: &[(Day, i64)],
) -> Result<Forecast, NoForecastView> {
    let Some(aim) = course.aim.filter(|_| course.whole > 0) else {
        return Err(NoForecastView { why: NoForecastWhy::NoTarget, have: None, need: None });
    };
    let asked = Campaign {
        days,
        starts_on: course.starts_on,
        today: course.today,
        done: course.done,
        goal: pace.goal,
        whole: course.whole,
        due: aim.due,
    };
    forecast::forecast(&asked).map_err(NoForecastView::from)
}

fn group_view(
    group: GroupCoverage,
    known: &GroupBoard,
    ward_hours: &[Hour],
    today: Day,
    reach: Reach,
) -> BoardGroupView {
    let since = group.last_visit_at.max(known.given_at);
    let idle_days = since.map(|at| pace::days_between(at.day(), today).max(0));
    let lag = lag::lag(&Facts {
        tally: group.tally,
        hours: &known.hours,
        ward_hours,
        untried_unassigned: known.untried_unassigned,
        assigned: group.alleys_assigned > 0,
        idle_days,
        asked: known.asked,
    });
    BoardGroupView {
        id: group.id,
        code: group.code,
        name: group.name,
        tally: TallyView::of(&group.tally, reach),
        lag: lag.into(),
        idle_days,
        alleys: group.alleys,
        alleys_assigned: group.alleys_assigned,
        walkers: people(known.walkers, reach),
        hours: known.hours.iter().map(HourView::from).collect(),
        mostly_missed: lag::mostly_missed(&known.hours)
            .map(|(at, percent)| MostlyMissedView { at: at.into(), percent }),
        register: RegisterView::of(&group.tally, &known.found),
    }
}

impl BoardView {
    fn of(book: Board, reach: Reach, now: Millis) -> Self {
        let Board { coverage, days, hours, groups: known, phones, open, left, decided_at } = book;
        let today = now.day();
        let first = days.first().map_or(today, |(day, _)| *day);
        let starts_on = coverage.campaign.as_ref().map_or(first, |campaign| campaign.starts_on);
        let served: Vec<(Day, i64)> = days.iter().map(|(day, t)| (*day, t.hh_served)).collect();
        let target = target_of(coverage.targets);
        let total = coverage.total;
        let course = Course {
            aim: target.as_ref().map(|t| Aim { percent: t.value, due: t.due_on }),
            starts_on,
            today,
            done: total.hh_served,
            whole: total.hh_total,
        };
        let pace = pace::pace(&course);
        let (forecast, no_forecast) = match forecast_of(&course, &pace, &served) {
            Ok(forecast) => (Some(forecast.into()), None),
            Err(why) => (None, Some(why)),
        };
        let nothing = GroupBoard::default();
        let mut found = OnFoot::default();
        let mut groups: Vec<_> = coverage
            .groups
            .into_iter()
            .map(|group| {
                let known = known.get(&group.id).unwrap_or(&nothing);
                found += known.found;
                group_view(group, known, &hours, today, reach)
            })
            .collect();
        // Among equals the ward's own order stays.
        groups.sort_by_key(|group| std::cmp::Reverse(group.lag.gain));
        Self {
            ward: coverage.ward,
            campaign: coverage.campaign,
            seq: coverage.seq,
            as_of: now,
            today,
            starts_on,
            total: TallyView::of(&total, reach),
            target: target.map(TargetView::from),
            pace: PaceView {
                verdict: pace.verdict,
                goal: pace.goal,
                missing: pace.missing,
                days: pace.days,
                needed: pace.needed,
                speed: pace::speed(&served, starts_on, today),
            },
            forecast,
            no_forecast,
            days: served
                .into_iter()
                .filter(|(_, n)| *n != 0)
                .map(|(day, hh_served)| ServedDay { day, hh_served })
                .collect(),
            groups,
            hours: hours.iter().map(HourView::from).collect(),
            need_visits: hours::ENOUGH_VISITS,
            idle_days: lag::IDLE_DAYS,
            phones: BoardPhonesView::of(phones, reach),
            open: open
                .iter()
                .filter(|open| open.asked.told_to(reach))
                .map(|open| OpenView::of(open, reach))
                .collect(),
            register: RegisterView::of(&total, &found),
            left,
            decided_at,
            suppressed: reach == Reach::WardAggregates,
        }
    }
}

/// Whose board is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct BoardQuery {
    /// Code of the caller's own ward; may be left out.
    ward: Option<String>,
}

/// The board of the caller's ward: pace and forecast, what lags and why, the hours people are at
/// home, phones, what waits for the ward, and what its register probably lacks.
#[utoipa::path(
    tag = "coverage",
    params(BoardQuery),
    responses(
        (status = 200, description = "The board, with the ward's number in its ETag", body = BoardView),
        (status = 304, description = "Nothing changed since the ETag sent"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/board")]
pub async fn board(
    app: State,
    caller: Caller,
    request: HttpRequest,
    query: web::Query<BoardQuery>,
) -> Result<HttpResponse, Problem> {
    let reach = caller.may(Action::ReadBoard)?;
    let ward = own_ward(&caller, query.ward.as_deref())?;
    let now = app.now();
    let tag_of = |seq: i64| format!("\"b{seq}-{reach:?}-{}\"", now.0 / KEPT_MS);
    let tag = tag_of(app.store.ward_seq(ward).await?);
    if matches(&request, &tag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    let key = format!("board {ward} {reach:?}");
    let body = match app.coverage.get(&key, &tag) {
        Some(body) => body,
        None => {
            let view = BoardView::of(app.store.board(ward, now).await?, reach, now);
            let read = tag_of(view.seq);
            let body = Bytes::from(serde_json::to_vec(&view).unwrap_or_default());
            app.coverage.put(key, read, body.clone());
            body
        }
    };
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header((VARY, "Authorization"))
        .content_type("application/json")
        .body(body))
}
