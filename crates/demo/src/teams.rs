//! Teams, the people who sign in, and who walks which alley.

use gocua_domain::id::{AccountId, DeviceId, TeamId};

use crate::alleys::Layout;
use crate::boundary::{LON_SHRINK, WardSource};
use crate::catalogue::Campaign;
use crate::dice::{Dice, Stream};
use crate::groups::{HOME, Plan};
use crate::{Account, Assignment, Team, people};

/// Teams for each residential group: 14 for 48.
const TEAMS_A_GROUP: f64 = 0.29;
/// Groups in which the work has only begun and most alleys have no team yet.
const BEGUN_SHARE: f64 = 0.28;
/// The least and most covered group of each kind, as shares of its households.
const BEGUN_AIMS: (f64, f64) = (0.095, 0.27);
const WALKED_AIMS: (f64, f64) = (0.46, 0.95);
/// How far the demonstration group has come.
const HOME_AIM: f64 = 0.56;
/// In a group where work has begun, this share of the doors is assigned at least.
const BEGUN_ASSIGNED: f64 = 0.3;

/// Teams with their people and turf.
pub(crate) struct Crew {
    pub(crate) teams: Vec<Team>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) assignments: Vec<Assignment>,
    /// Who walks in each team: places in `accounts`, the first volunteer first, the lead last.
    pub(crate) walkers: Vec<Vec<usize>>,
    /// The alleys of each team, group by group: (place of the group, places of alleys).
    pub(crate) turf: Vec<Vec<(usize, Vec<usize>)>>,
    /// The share of each group's households to be visited by now.
    pub(crate) aims: Vec<f64>,
}

/// Forms the teams and shares out the ward. The first team holds the demonstration group and nothing
/// else, so that one phone's first pull is of ordinary size.
pub(crate) fn muster(
    source: &WardSource,
    plan: &Plan,
    layout: &Layout,
    campaign: &Campaign,
    seed: u64,
) -> Crew {
    let mut dice = Dice::new(seed, source.salt(), Stream::Teams);
    let count = ((plan.groups.len() as f64 * TEAMS_A_GROUP).round() as usize).max(3);
    let (aims, begun) = aims(plan.groups.len(), &mut dice);
    let turf = share_groups(plan, count, &mut dice)
        .into_iter()
        .map(|groups| {
            groups.into_iter().map(|g| (g, alleys_of(g, layout, plan, begun[g], aims[g]))).collect()
        })
        .collect::<Vec<Vec<_>>>();

    let mut crew = Crew {
        teams: Vec::new(),
        accounts: officials(plan, &mut dice),
        assignments: Vec::new(),
        walkers: vec![Vec::new(); count],
        turf,
        aims,
    };
    for (t, turf) in crew.turf.iter().enumerate() {
        let lead = account(
            format!("doitruong{}", t + 1),
            people::volunteer(&mut dice),
            "team_lead",
            &mut dice,
        );
        crew.teams.push(Team {
            id: TeamId(dice.uuid()),
            name: team_name(t, turf, plan),
            lead_id: lead.id,
        });
        crew.accounts.push(lead);
    }
    let leads = crew.accounts.len() - count;
    // `tnv1` and `tnv2` are the first volunteers of two teams; the numbers go on from there.
    let sizes: Vec<u32> = (0..count).map(|_| dice.between(7, 9)).collect();
    let most = sizes.iter().max().copied().unwrap_or_default();
    let seats = (0..most).flat_map(|seat| (0..count).map(move |team| (seat, team)));
    for (n, (_, team)) in seats.filter(|&(seat, team)| seat < sizes[team]).enumerate() {
        crew.walkers[team].push(crew.accounts.len());
        let name = people::volunteer(&mut dice);
        crew.accounts.push(account(format!("tnv{}", n + 1), name, "volunteer", &mut dice));
    }
    for (team, walkers) in crew.walkers.iter_mut().enumerate() {
        walkers.push(leads + team);
        for &walker in walkers.iter() {
            crew.accounts[walker].team_id = Some(crew.teams[team].id);
            crew.accounts[walker].device_id = Some(DeviceId(dice.uuid()));
        }
    }
    let since = campaign.starts_on.start().unwrap_or(gocua_domain::time::Millis(0));
    for (team, turf) in crew.teams.iter().zip(&crew.turf) {
        for &alley in turf.iter().flat_map(|(_, alleys)| alleys) {
            crew.assignments.push(Assignment {
                team_id: team.id,
                alley_id: layout.rows[alley].id,
                since,
            });
        }
    }
    // Last, so that everybody else stays who they were.
    for n in 1..=2 {
        let name = people::official(&mut dice);
        crew.accounts.push(account(format!("motcua{n}"), name, "one_stop_helper", &mut dice));
    }
    crew
}

/// How far each group has come, and whether its work has only begun. Evenly spread, so that a map of
/// the ward shows every shade.
fn aims(groups: usize, dice: &mut Dice) -> (Vec<f64>, Vec<bool>) {
    let mut others: Vec<usize> = (0..groups).filter(|&g| g != HOME).collect();
    dice.shuffle(&mut others);
    let begun_count = (others.len() as f64 * BEGUN_SHARE).round().max(1.0) as usize;
    let (mut aims, mut begun) = (vec![HOME_AIM; groups], vec![false; groups]);
    let (few, many) = others.split_at(begun_count);
    for (list, (low, high)) in [(few, BEGUN_AIMS), (many, WALKED_AIMS)] {
        for (i, &group) in list.iter().enumerate() {
            // From the far end: a list of one gets the extreme that matters more.
            let step = (high - low) / (list.len() - 1).max(1) as f64;
            aims[group] =
                if low < HOME_AIM / 2.0 { low + step * i as f64 } else { high - step * i as f64 };
        }
    }
    for &group in few {
        begun[group] = true;
    }
    (aims, begun)
}

/// Shares the groups out: the first team takes the demonstration group, the others gather neighbours.
fn share_groups(plan: &Plan, teams: usize, dice: &mut Dice) -> Vec<Vec<usize>> {
    let mut free: Vec<usize> = (0..plan.groups.len()).filter(|&g| g != HOME).collect();
    let mut shares = vec![Vec::new(); teams];
    shares[0].push(HOME);
    let gap = |a: usize, b: usize| {
        let ([ax, ay], [bx, by]) = (plan.groups[a].label_point, plan.groups[b].label_point);
        let dx = (ax - bx) * LON_SHRINK;
        dx * dx + (ay - by) * (ay - by)
    };
    while !free.is_empty() {
        for share in shares.iter_mut().skip(1) {
            let next = match share.first() {
                _ if free.is_empty() => break,
                None => dice.index(free.len()),
                Some(&first) => (0..free.len())
                    .min_by(|&a, &b| gap(first, free[a]).total_cmp(&gap(first, free[b])))
                    .unwrap_or_default(),
            };
            share.push(free.swap_remove(next));
        }
    }
    shares
}

/// The alleys of a group its team holds: all, or the first few where work has only begun.
fn alleys_of(group: usize, layout: &Layout, plan: &Plan, begun: bool, aim: f64) -> Vec<usize> {
    let all = (0..layout.rows.len()).filter(|&a| layout.fronts[a].group == group);
    if !begun {
        return all.collect();
    }
    let enough = f64::from(plan.sizes[group]) * BEGUN_ASSIGNED.max(aim * 1.1);
    let mut doors = 0;
    all.take_while(|&a| {
        let more = f64::from(doors) < enough;
        doors += layout.fronts[a].doors;
        more
    })
    .collect()
}

fn team_name(team: usize, turf: &[(usize, Vec<usize>)], plan: &Plan) -> String {
    let students = team / 3 + 1;
    match (team, turf.first()) {
        (1, _) => "Đoàn trường Đại học Sao Đỏ, đội 1".to_owned(),
        (5, _) => "Chi đoàn Công an phường".to_owned(),
        (9, _) => "Chi đoàn cơ quan phường".to_owned(),
        (t, _) if t % 3 == 1 => format!("Đoàn trường Đại học Sao Đỏ, đội {students}"),
        (_, Some(&(group, _))) => {
            let name = &plan.groups[group].name;
            let name = name.strip_prefix("Tổ dân phố ").unwrap_or(name);
            format!("Chi đoàn tổ dân phố {name}")
        }
        (t, None) => format!("Đội hình tình nguyện số {}", t + 1),
    }
}

/// Everybody who does not walk: the desk, the police, the heads of the groups.
fn officials(plan: &Plan, dice: &mut Dice) -> Vec<Account> {
    let posts: [(&str, &'static str, u32); 6] = [
        ("admin", "admin", 1),
        ("canbo", "ward_staff", 3),
        ("bxd", "party_board", 2),
        ("dpo", "dpo", 1),
        ("congan", "police", 4),
        ("totruong", "tdp_coordinator", plan.groups.len() as u32),
    ];
    let mut accounts = Vec::new();
    for (login, role, count) in posts {
        for n in 1..=count {
            let login = if role == "admin" { login.to_owned() } else { format!("{login}{n}") };
            let mut one = account(login, people::official(dice), role, dice);
            if role == "tdp_coordinator" {
                one.group_id = Some(plan.groups[n as usize - 1].id);
            }
            accounts.push(one);
        }
    }
    accounts
}

fn account(login: String, display_name: String, role: &'static str, dice: &mut Dice) -> Account {
    let id = AccountId(dice.uuid());
    Account { id, login, display_name, role, team_id: None, group_id: None, device_id: None }
}
