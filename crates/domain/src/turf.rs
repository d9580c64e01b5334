//! Turfs: which team walks which alleys, and how a fair sharing is proposed.
//!
//! A turf is made of whole alleys: a house has one team, and a team knows where its ground ends
//! without looking at a screen. What is shared is work, not doors: a home that nobody has knocked at
//! is more of it than one to come back to, and one that is done is none. A proposal changes nothing;
//! what would give a team an alley in another team's group comes as a question.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::coverage::Tally;
use crate::id::{AlleyId, GroupId, TeamId};

/// Work of a home nobody has knocked at, in half knocks: the knock, and every second one asks for
/// another.
pub const FRESH_WORK: i64 = 3;
/// Work of a home to come back to, in half knocks: one knock.
pub const REVISIT_WORK: i64 = 2;
/// A share is fair when it is this close to what the team can do, as a part of it.
pub const FAIR: f64 = 0.10;

/// Homes on which somebody has still to knock: never visited, or to come back to.
pub fn remaining(tally: &Tally) -> i64 {
    (tally.hh_total - tally.hh_visited).max(0) + tally.hh_revisit.max(0)
}

/// The work left in an alley, in half knocks.
pub fn work(tally: &Tally) -> i64 {
    (tally.hh_total - tally.hh_visited).max(0) * FRESH_WORK + tally.hh_revisit.max(0) * REVISIT_WORK
}

/// What a team can do, in half knocks: its people, the homes one of them knocks at of an evening, and
/// the evenings that are planned.
pub fn capacity(people: i64, doors_per_evening: i64, evenings: i64) -> i64 {
    2 * people.max(0) * doors_per_evening.max(0) * evenings.max(0)
}

/// A fact the ward decides about its evenings; the book keeps its amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// Homes one person knocks at of an evening.
    DoorsPerEvening,
    /// Evenings a team goes out that has none planned.
    Evenings,
}

impl Term {
    /// What a new ward begins with: twelve homes in the two hours before nobody knocks any more, ten
    /// minutes each, and five evenings.
    pub const DEFAULTS: [(Self, i32); 2] = [(Self::DoorsPerEvening, 12), (Self::Evenings, 5)];

    /// May the ward say so?
    pub fn allows(self, amount: i32) -> bool {
        match self {
            Self::DoorsPerEvening => (1..=60).contains(&amount),
            Self::Evenings => (1..=60).contains(&amount),
        }
    }
}

/// One alley as a sharing sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct TurfAlley {
    /// The alley.
    pub id: AlleyId,
    /// Its residential group.
    pub group: GroupId,
    /// Place of its group in the ward's order.
    pub group_order: i64,
    /// Where its group lies: longitude, latitude in degrees.
    pub at: Option<[f64; 2]>,
    /// The way it turns off.
    pub parent: Option<AlleyId>,
    /// Order along the group's ways.
    pub sort: String,
    /// Work left in it, in half knocks.
    pub work: i64,
    /// The team that holds it.
    pub held: Option<TeamId>,
}

/// One team as a sharing sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurfTeam {
    /// The team.
    pub id: TeamId,
    /// What it can do, in half knocks; a team that can do nothing is given nothing.
    pub capacity: i64,
}

/// What is asked of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Give what nobody holds; leave the rest where it is.
    Fill,
    /// Even everything out.
    Balance,
}

/// Why an alley would change hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TurfWhy {
    /// The team holds other alleys of the group.
    OwnGroup,
    /// It turns off an alley of the team, or an alley of the team turns off it.
    WithNeighbours,
    /// Nobody held anything in its group.
    FreeGroup,
    /// The team has less to do than the one that holds it.
    EvenOut,
}

/// Why an alley nobody holds stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TurfLeft {
    /// There is nothing left to do in it.
    NothingLeft,
    /// No team has anybody who could go.
    NoTeam,
    /// It would go to a team from another group: the desk is asked.
    Asked,
}

/// An alley that changes hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurfMove {
    /// The alley.
    pub alley: AlleyId,
    /// Who holds it.
    pub from: Option<TeamId>,
    /// Who would.
    pub to: TeamId,
    /// Why.
    pub why: TurfWhy,
}

/// What a team has to do, in half knocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurfLoad {
    /// The team.
    pub team: TeamId,
    /// Its fair share of all that is left to do.
    pub share: i64,
    /// As things are.
    pub before: i64,
    /// After the moves.
    pub after: i64,
    /// After the moves, when every question is answered with yes.
    pub with_questions: i64,
}

/// A sharing that nobody has agreed to yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sharing {
    /// What would change hands.
    pub moves: Vec<TurfMove>,
    /// What would, if the desk says yes: an alley in another team's group.
    pub questions: Vec<TurfMove>,
    /// Alleys that stay with nobody.
    pub left: Vec<(AlleyId, TurfLeft)>,
    /// The teams, in the order given.
    pub loads: Vec<TurfLoad>,
}

// What a sharing costs besides being uneven. The unevenness of a team is (load - share)² / share: ten
// percent off a share of 600 cost 6.
/// An alley parted from the one it turns off.
const PARTED: f64 = 0.6;
/// Neighbours along one way parted.
const NEIGHBOURS: f64 = 0.3;
/// One more team in a group.
const CROWD: f64 = 0.8;
/// An alley in a group where the team holds nothing and another does.
const STRANGER: f64 = 0.6;
/// A way as long as the ward is wide, per alley.
const FAR: f64 = 6.0;
/// An alley that leaves its team: people have begun to know each other there.
const STIR: f64 = 0.15;
/// Rounds over all alleys; each takes only steps that make it better, so it ends long before.
const ROUNDS: usize = 80;

/// Proposes who takes what. Says the same for the same ward whenever it is asked, in whatever order
/// the alleys come.
pub fn share(alleys: &[TurfAlley], teams: &[TurfTeam], scope: Scope) -> Sharing {
    let mut plan = Plan::new(alleys, teams, scope);
    if plan.able.is_empty() {
        let left = plan.alleys.iter().filter(|a| a.held.is_none());
        let why = |a: &TurfAlley| if a.work > 0 { TurfLeft::NoTeam } else { TurfLeft::NothingLeft };
        let left = left.map(|a| (a.id, why(a))).collect();
        return Sharing { left, loads: plan.loads(&plan.start, &plan.start), ..Sharing::default() };
    }
    plan.give_what_is_free();
    plan.settle();
    plan.follow_kin();
    plan.tell()
}

/// Cuts a team's turf in two of equal work along its ways; the second part, which the other team
/// would take. Whole alleys only, neighbours together.
pub fn halve(alleys: &[TurfAlley], team: TeamId, other: TeamId) -> Vec<TurfMove> {
    let mut held: Vec<&TurfAlley> = alleys.iter().filter(|a| a.held == Some(team)).collect();
    held.sort_by(|a, b| place(a).cmp(&place(b)));
    let total: i64 = held.iter().map(|a| a.work).sum();
    let mut upto = 0;
    let mut best: Option<(i64, usize)> = None;
    for (n, alley) in held.iter().enumerate() {
        // Between two groups a cut is cheaper than between two alleys of one, and dearest between an
        // alley and what turns off it. Twentieths of the turf.
        let before = n.checked_sub(1).map(|n| held[n]);
        let torn = match before {
            Some(before) if before.group != alley.group => 0,
            Some(_) if alley.parent.is_some_and(|p| held[..n].iter().any(|h| h.id == p)) => 2,
            _ => 1,
        };
        let off = (2 * upto - total).abs() + total * torn / 20;
        if n > 0 && best.is_none_or(|(least, _)| off < least) {
            best = Some((off, n));
        }
        upto += alley.work;
    }
    let Some((_, cut)) = best else { return Vec::new() };
    held[cut..]
        .iter()
        .map(|a| TurfMove { alley: a.id, from: a.held, to: other, why: TurfWhy::EvenOut })
        .collect()
}

fn place(a: &TurfAlley) -> (i64, &str, AlleyId) {
    (a.group_order, &a.sort, a.id)
}

/// A sharing on the way.
struct Plan<'a> {
    /// In walking order.
    alleys: Vec<&'a TurfAlley>,
    teams: &'a [TurfTeam],
    /// Teams that can do anything, by place.
    able: Vec<usize>,
    scope: Scope,
    /// Who holds each alley as things are, and in the plan; by place.
    start: Vec<Option<usize>>,
    held: Vec<Option<usize>>,
    /// May the alley change hands?
    free: Vec<bool>,
    /// Alleys that like to stay together.
    links: Vec<Vec<(usize, f64)>>,
    /// Each alley with what turns off it.
    branch: Vec<Vec<usize>>,
    /// Group of each alley, by place.
    group: Vec<usize>,
    /// Teams that held something of the group to begin with.
    home: Vec<BTreeSet<usize>>,
    /// How far each group is from each team's groups, as a part of the ward's width.
    far: Vec<Vec<f64>>,
    load: Vec<i64>,
    share: Vec<f64>,
    /// Alleys of each group in each team's hands.
    crowd: Vec<Vec<u32>>,
}

impl<'a> Plan<'a> {
    fn new(alleys: &'a [TurfAlley], teams: &'a [TurfTeam], scope: Scope) -> Self {
        let mut alleys: Vec<&TurfAlley> = alleys.iter().collect();
        alleys.sort_by(|a, b| place(a).cmp(&place(b)));
        let team_at: BTreeMap<TeamId, usize> =
            teams.iter().enumerate().map(|(n, t)| (t.id, n)).collect();
        let able: Vec<usize> = (0..teams.len()).filter(|n| teams[*n].capacity > 0).collect();
        let start: Vec<Option<usize>> =
            alleys.iter().map(|a| a.held.and_then(|t| team_at.get(&t).copied())).collect();
        let free = alleys
            .iter()
            .zip(&start)
            .map(|(a, held)| a.work > 0 && (held.is_none() || scope == Scope::Balance))
            .collect();
        let mut groups: BTreeMap<GroupId, usize> = BTreeMap::new();
        let group: Vec<usize> = alleys
            .iter()
            .map(|a| {
                let next = groups.len();
                *groups.entry(a.group).or_insert(next)
            })
            .collect();
        let mut home = vec![BTreeSet::new(); groups.len()];
        let mut crowd = vec![vec![0; teams.len()]; groups.len()];
        let mut load = vec![0; teams.len()];
        for (n, held) in start.iter().enumerate() {
            if let Some(team) = *held {
                home[group[n]].insert(team);
                crowd[group[n]][team] += 1;
                load[team] += alleys[n].work;
            }
        }
        let total: i64 = alleys.iter().map(|a| a.work).sum();
        let might: i64 = teams.iter().map(|t| t.capacity.max(0)).sum();
        let share = teams
            .iter()
            .map(|t| total as f64 * t.capacity.max(0) as f64 / might.max(1) as f64)
            .collect();
        let far = distances(&alleys, &group, &home, teams.len());
        let (links, branch) = kin(&alleys, &group);
        let held = start.clone();
        Self {
            alleys,
            teams,
            able,
            scope,
            start,
            held,
            free,
            links,
            branch,
            group,
            home,
            far,
            load,
            share,
            crowd,
        }
    }

    /// Puts an alley into a team's hands and says what that costs.
    fn put(&mut self, n: usize, to: Option<usize>) -> f64 {
        let from = self.held[n];
        if from == to {
            return 0.0;
        }
        let mut cost = 0.0;
        let (work, group) = (self.alleys[n].work, self.group[n]);
        for (team, sign) in [(from, -1), (to, 1)] {
            let Some(team) = team else { continue };
            cost -= self.uneven(team);
            self.load[team] += sign * work;
            cost += self.uneven(team);
            cost += f64::from(sign as i32) * self.strange(n, team);
            let crowd = &mut self.crowd[group][team];
            if sign < 0 {
                *crowd -= 1;
                cost -= if *crowd == 0 { CROWD } else { 0.0 };
            } else {
                cost += if *crowd == 0 { CROWD } else { 0.0 };
                *crowd += 1;
            }
        }
        for &(other, weight) in &self.links[n] {
            let parted = |team: Option<usize>| match (self.held[other], team) {
                (Some(a), Some(b)) if a != b => weight,
                _ => 0.0,
            };
            cost += parted(to) - parted(from);
        }
        self.held[n] = to;
        cost
    }

    fn uneven(&self, team: usize) -> f64 {
        let off = self.load[team] as f64 - self.share[team];
        off * off / self.share[team].max(1.0)
    }

    fn strange(&self, n: usize, team: usize) -> f64 {
        let group = self.group[n];
        let home = &self.home[group];
        let stranger = if home.is_empty() || home.contains(&team) { 0.0 } else { STRANGER };
        let stir = if self.start[n].is_some_and(|held| held != team) { STIR } else { 0.0 };
        stranger + stir + FAR * self.far[group][team]
    }

    /// Puts some alleys into a team's hands if that is better; what is better by nothing is not.
    fn try_move(&mut self, set: &[usize], to: usize) -> bool {
        let before: Vec<Option<usize>> = set.iter().map(|n| self.held[*n]).collect();
        let cost: f64 = set.iter().map(|n| self.put(*n, Some(to))).sum();
        if cost < -1e-9 {
            return true;
        }
        for (n, from) in set.iter().zip(before).rev() {
            self.put(*n, from);
        }
        false
    }

    /// What nobody holds goes, the largest branch first, where it costs least.
    fn give_what_is_free(&mut self) {
        let mut roots: Vec<Vec<usize>> = Vec::new();
        let mut seen = vec![false; self.alleys.len()];
        for n in 0..self.alleys.len() {
            if seen[n] || self.held[n].is_some() || !self.free[n] {
                continue;
            }
            let open = |m: &&usize| self.held[**m].is_none() && self.free[**m] && !seen[**m];
            let set: Vec<usize> = self.branch[n].iter().filter(open).copied().collect();
            for m in &set {
                seen[*m] = true;
            }
            roots.push(set);
        }
        let work = |set: &[usize]| set.iter().map(|n| self.alleys[*n].work).sum::<i64>();
        let mut roots: Vec<(i64, Vec<usize>)> = roots.into_iter().map(|s| (work(&s), s)).collect();
        roots.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, set) in roots {
            let mut best: Option<(f64, usize)> = None;
            for team in self.able.clone() {
                let cost: f64 = set.iter().map(|n| self.put(*n, Some(team))).sum();
                for n in set.iter().rev() {
                    self.put(*n, None);
                }
                if best.is_none_or(|(least, _)| cost < least - 1e-9) {
                    best = Some((cost, team));
                }
            }
            if let Some((_, team)) = best {
                for n in set {
                    self.put(n, Some(team));
                }
            }
        }
    }

    /// Moves branches, then single alleys, as long as it gets better.
    fn settle(&mut self) {
        for _ in 0..ROUNDS {
            let mut better = false;
            for n in 0..self.alleys.len() {
                let Some(from) = self.held[n] else { continue };
                let with: Vec<usize> = self.branch[n]
                    .iter()
                    .filter(|m| self.free[**m] && self.held[**m] == Some(from))
                    .copied()
                    .collect();
                for team in self.able.clone() {
                    if team == from || self.held[n] != Some(from) {
                        continue;
                    }
                    better |= !with.is_empty() && self.try_move(&with, team)
                        || self.free[n] && self.try_move(&[n], team);
                }
            }
            if !better {
                return;
            }
        }
    }

    /// An alley in which nothing is left to do goes with the way it turns off, or with what turns off
    /// it: a house that the register lacks may still be found there.
    fn follow_kin(&mut self) {
        loop {
            let mut more = false;
            for n in 0..self.alleys.len() {
                if self.held[n].is_some() {
                    continue;
                }
                let mut near = self.links[n].clone();
                near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                let team = near.iter().find_map(|(m, _)| self.held[*m]);
                if let Some(team) = team.filter(|team| self.able.contains(team)) {
                    self.put(n, Some(team));
                    more = true;
                }
            }
            if !more {
                return;
            }
        }
    }

    fn tell(&self) -> Sharing {
        let mut told = Sharing::default();
        // What happens without anybody saying yes.
        let mut sure = self.held.clone();
        for (n, alley) in self.alleys.iter().enumerate() {
            let (from, to) = (self.start[n], self.held[n]);
            let Some(to) = to else {
                told.left.push((alley.id, TurfLeft::NothingLeft));
                continue;
            };
            if from == Some(to) {
                continue;
            }
            let home = &self.home[self.group[n]];
            let asks = !home.is_empty() && !home.contains(&to);
            let why = match from {
                Some(_) => TurfWhy::EvenOut,
                None if asks => TurfWhy::EvenOut,
                None if home.is_empty() => TurfWhy::FreeGroup,
                None if self.links[n]
                    .iter()
                    .any(|(m, w)| *w >= PARTED && self.held[*m] == Some(to)) =>
                {
                    TurfWhy::WithNeighbours
                }
                None => TurfWhy::OwnGroup,
            };
            let held = from.map(|team| self.teams[team].id);
            let step = TurfMove { alley: alley.id, from: held, to: self.teams[to].id, why };
            if asks {
                sure[n] = from;
                told.questions.push(step);
                if from.is_none() {
                    told.left.push((alley.id, TurfLeft::Asked));
                }
            } else {
                told.moves.push(step);
            }
        }
        debug_assert!(self.scope == Scope::Balance || told.moves.iter().all(|m| m.from.is_none()));
        told.loads = self.loads(&sure, &self.held);
        told
    }

    fn loads(&self, sure: &[Option<usize>], all: &[Option<usize>]) -> Vec<TurfLoad> {
        let sum = |held: &[Option<usize>], team: usize| {
            held.iter()
                .zip(&self.alleys)
                .filter(|(held, _)| **held == Some(team))
                .map(|(_, alley)| alley.work)
                .sum()
        };
        self.teams
            .iter()
            .enumerate()
            .map(|(n, team)| TurfLoad {
                team: team.id,
                share: self.share[n].round() as i64,
                before: sum(&self.start, n),
                after: sum(sure, n),
                with_questions: sum(all, n),
            })
            .collect()
    }
}

/// Who likes to stay together, and what turns off what.
#[expect(clippy::type_complexity, reason = "two lists by place, used together once")]
fn kin(alleys: &[&TurfAlley], group: &[usize]) -> (Vec<Vec<(usize, f64)>>, Vec<Vec<usize>>) {
    let at: BTreeMap<AlleyId, usize> = alleys.iter().enumerate().map(|(n, a)| (a.id, n)).collect();
    let parent: Vec<Option<usize>> = alleys
        .iter()
        .enumerate()
        .map(|(n, a)| a.parent.and_then(|p| at.get(&p).copied()).filter(|p| *p != n))
        .collect();
    let mut links = vec![Vec::new(); alleys.len()];
    let mut join = |a: usize, b: usize, weight: f64| {
        links[a].push((b, weight));
        links[b].push((a, weight));
    };
    let mut last: BTreeMap<(usize, Option<usize>), usize> = BTreeMap::new();
    for n in 0..alleys.len() {
        // A ngõ whose street runs through two groups belongs to its own group's neighbours.
        if let Some(p) = parent[n].filter(|p| group[*p] == group[n]) {
            join(p, n, PARTED);
        }
        if let Some(before) = last.insert((group[n], parent[n]), n) {
            join(before, n, NEIGHBOURS);
        }
    }
    let mut branch: Vec<Vec<usize>> = (0..alleys.len()).map(|n| vec![n]).collect();
    for n in 0..alleys.len() {
        // A loop of parents ends where it has been.
        let mut seen = BTreeSet::from([n]);
        let mut up = parent[n];
        while let Some(p) = up.filter(|p| group[*p] == group[n] && seen.insert(*p)) {
            branch[p].push(n);
            up = parent[p];
        }
    }
    (links, branch)
}

/// How far each group is from the nearest group of each team, as a part of the ward's width.
fn distances(
    alleys: &[&TurfAlley],
    group: &[usize],
    home: &[BTreeSet<usize>],
    teams: usize,
) -> Vec<Vec<f64>> {
    let mut at: Vec<Option<[f64; 2]>> = vec![None; home.len()];
    for (alley, group) in alleys.iter().zip(group) {
        at[*group] = at[*group].or(alley.at);
    }
    let gap = |a: [f64; 2], b: [f64; 2]| ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt();
    let known: Vec<[f64; 2]> = at.iter().flatten().copied().collect();
    let wide = known
        .iter()
        .flat_map(|a| known.iter().map(|b| gap(*a, *b)))
        .fold(f64::MIN_POSITIVE, f64::max);
    at.iter()
        .enumerate()
        .map(|(g, here)| {
            (0..teams)
                .map(|team| {
                    let theirs = (0..home.len()).filter(|h| home[*h].contains(&team));
                    if home[g].contains(&team) {
                        return 0.0;
                    }
                    let nearest =
                        theirs.filter_map(|h| Some(gap((*here)?, at[h]?))).min_by(f64::total_cmp);
                    nearest.map_or(0.0, |gap| gap / wide)
                })
                .collect()
        })
        .collect()
}
