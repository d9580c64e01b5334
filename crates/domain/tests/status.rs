//! The shared cases of status: the phone's twin runs the same file.

use gocua_domain::household::HouseholdState;
use gocua_domain::id::VisitId;
use gocua_domain::time::Millis;
use gocua_domain::visit::{Comeback, Outcome, VisitFact};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    visits: Vec<Visit>,
    status: String,
    revisit: bool,
    last_outcome: Option<Outcome>,
    visited: bool,
    contacted: bool,
    served: bool,
}

#[derive(Deserialize)]
struct Visit {
    id: VisitId,
    at: Millis,
    outcome: Outcome,
    #[serde(default)]
    withdrawn: bool,
    comeback: Option<Comeback>,
}

#[test]
fn shared_cases_of_status() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../tests/vectors/status.json")).expect("cases");
    assert!(cases.len() >= 20, "{} cases", cases.len());
    for case in cases {
        let visits: Vec<VisitFact> = case
            .visits
            .into_iter()
            .map(|v| VisitFact {
                id: v.id,
                made_at: v.at,
                outcome: v.outcome,
                team: None,
                coach_occ: 0,
                people: 0,
                people_60: 0,
                comeback: v.comeback,
                withdrawn: v.withdrawn,
            })
            .collect();
        let state = HouseholdState::derive(&visits);
        let name = case.name;
        assert_eq!(state.status.code(), case.status, "{name}");
        assert_eq!(state.revisit, case.revisit, "{name}: revisit");
        assert_eq!(state.last_outcome, case.last_outcome, "{name}: last outcome");
        assert_eq!(state.first_visited.is_some(), case.visited, "{name}: visited");
        assert_eq!(state.first_contacted.is_some(), case.contacted, "{name}: contacted");
        assert_eq!(state.first_served.is_some(), case.served, "{name}: served");
    }
}
