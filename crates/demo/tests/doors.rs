//! The doors and the people behind them.

use std::collections::{BTreeMap, BTreeSet};

use gocua_demo::{DemoWard, Household, Scale, WardSource, build};
use gocua_domain::address::{Address, HouseKind, PathNode};
use gocua_domain::territory::AlleyKind;
use gocua_domain::time::Millis;

/// 2026-11-22 20:15 in Viet Nam, a Sunday.
const NOW: Millis = Millis(1_795_353_300_000);

fn chu_van_an(seed: u64, factor: f64) -> DemoWard {
    build(WardSource::CHU_VAN_AN, seed, Scale::new(factor).expect("a scale"), NOW)
}

fn share(ward: &DemoWard, test: impl Fn(&Household) -> bool) -> f64 {
    ward.households.iter().filter(|h| test(h)).count() as f64 / ward.households.len() as f64
}

#[test]
fn a_whole_ward_has_16500_households_in_groups_of_300_to_400() {
    let ward = chu_van_an(1, 1.0);
    assert_eq!(ward.households.len(), 16_500);
    let mut sizes: BTreeMap<_, u32> = BTreeMap::new();
    for household in &ward.households {
        *sizes.entry(household.group_id).or_default() += 1;
    }
    assert!(sizes.values().all(|s| (300..=400).contains(s)), "{sizes:?}");
    assert_eq!(sizes[&ward.groups[0].id], 351);
}

#[test]
fn scale_sets_the_number_of_households() {
    for factor in [0.02, 0.1, 0.5, 2.0, 10.0] {
        let ward = chu_van_an(1, factor);
        assert_eq!(ward.households.len(), (16_500.0 * factor) as usize);
        assert!(ward.groups.len() >= 3);
    }
    assert!(Scale::new(0.01).is_err());
    assert!(Scale::new(10.5).is_err());
    assert!(Scale::new(f64::NAN).is_err());
}

#[test]
fn every_household_opens_to_an_alley_of_its_group() {
    let ward = chu_van_an(2, 1.0);
    let alleys: BTreeMap<_, _> = ward.alleys.iter().map(|a| (a.id, a)).collect();
    let groups: BTreeMap<_, _> = ward.groups.iter().map(|g| (g.id, g)).collect();
    let (mut codes, mut ids, mut doors) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for household in &ward.households {
        assert_eq!(alleys[&household.alley_id].group_id, household.group_id);
        assert!(codes.insert(&household.code), "{} twice", household.code);
        assert!(ids.insert(household.id));
        let stem = format!("CVA-{}-", groups[&household.group_id].code);
        let number = household.code.strip_prefix(&stem).expect("code of its group");
        assert!(
            number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit()),
            "{}",
            household.code
        );
        assert!(household.house_no.is_some() != household.landmark.is_some(), "{}", household.code);
        let door = (household.alley_id, &household.house_no, &household.landmark);
        assert!(doors.insert(door), "{} has a door twice", household.code);
    }
}

#[test]
fn members_and_names_are_as_in_a_register() {
    let ward = chu_van_an(4, 1.0);
    let members: f64 = ward.households.iter().map(|h| f64::from(h.member_count)).sum();
    let mean = members / ward.households.len() as f64;
    assert!((3.3..3.5).contains(&mean), "mean of {mean} members");
    assert!(ward.households.iter().all(|h| (1..=8).contains(&h.member_count)));
    assert!(ward.households.iter().all(|h| (1..=h.member_count).contains(&h.adult_count)));

    let nameless = share(&ward, |h| h.head_name.is_none());
    assert!((0.02..0.04).contains(&nameless), "{nameless} without a name");
    let nguyen = share(&ward, |h| h.head_name.as_ref().is_some_and(|n| n.starts_with("Nguyễn ")));
    assert!((0.34..0.40).contains(&nguyen), "{nguyen} Nguyễn");
    let numberless = share(&ward, |h| h.house_no.is_none());
    assert!((0.045..0.07).contains(&numberless), "{numberless} without a number");
    let has = |part: &str| {
        ward.households.iter().any(|h| h.house_no.as_ref().is_some_and(|n| n.contains(part)))
    };
    assert!(has("A") && has("B") && has("/") && has("Lô 05 LK") && has("chợ Sao Đỏ"));
    assert!(
        ward.households.iter().any(|h| h.landmark.as_deref() == Some("sau nhà văn hóa Trại Sen"))
    );
}

/// The letters of Vietnamese, lower case and precomposed.
const LETTERS: &str =
    "aăâbcdđeêghiklmnoôơpqrstuưvxyàằầèềìòồờùừỳáắấéếíóốớúứýảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹạặậẹệịọộợụựỵ";

#[test]
fn names_carry_only_vietnamese_letters() {
    let ward = chu_van_an(5, 1.0);
    let people = ward.households.iter().filter_map(|h| h.head_name.as_deref());
    for name in people.chain(ward.accounts.iter().map(|a| a.display_name.as_str())) {
        let words: Vec<&str> = name.split(' ').collect();
        assert!((3..=4).contains(&words.len()), "{name}");
        for word in &words {
            assert!(word.chars().next().is_some_and(char::is_uppercase), "{name}");
            assert!(word.to_lowercase().chars().all(|c| LETTERS.contains(c)), "{name}");
        }
        assert!(words.windows(2).all(|w| w[0] != w[1]), "{name}");
    }
}

#[test]
fn no_text_holds_what_could_be_a_telephone_or_an_identity_number() {
    let ward = chu_van_an(6, 1.0);
    let mut texts: Vec<&str> = Vec::new();
    for h in &ward.households {
        texts.extend([h.code.as_str(), h.address.as_str()]);
        texts.extend(
            [&h.house_no, &h.landmark, &h.head_name].into_iter().flatten().map(String::as_str),
        );
    }
    texts.extend(ward.accounts.iter().flat_map(|a| [a.login.as_str(), a.display_name.as_str()]));
    texts.extend(ward.groups.iter().flat_map(|g| [g.code.as_str(), g.name.as_str()]));
    texts.extend(ward.alleys.iter().map(|a| a.label.as_str()));
    texts.extend(ward.teams.iter().map(|t| t.name.as_str()));
    for text in texts {
        let digits =
            text.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or_default();
        assert!(digits < 9, "{text}");
    }
}

/// The written address leads to the door it was written for.
#[test]
fn addresses_read_as_written() {
    for (source, seed) in WardSource::ALL.into_iter().zip(8..) {
        let ward = build(source, seed, Scale::FULL, NOW);
        let alleys: BTreeMap<_, _> = ward.alleys.iter().map(|a| (a.id, a)).collect();
        let (mut wrong, mut doors) = (Vec::new(), BTreeSet::new());
        for household in &ward.households {
            let alley = alleys[&household.alley_id];
            let address = Address::parse(&household.address);
            // A number is one door of the whole street; a landmark only of its group.
            let within = household.landmark.is_some().then_some(alley.group_id);
            let door = (alley.street, within, address.sort_key());
            assert!(
                doors.insert(door),
                "{}: two households at {}",
                household.code,
                household.address
            );
            let fits = address.street.as_deref() == Some(alley.street)
                && address.landmark == household.landmark
                && address.sort_key() == expected(household, &alley.path).sort_key()
                && address.doubts.is_empty() == household.house_no.is_some();
            if !fits {
                wrong
                    .push(format!("{} ({:?}): {address:?}", household.address, household.house_no));
            }
        }
        assert!(
            wrong.is_empty(),
            "{} of {}: {:#?}",
            wrong.len(),
            ward.households.len(),
            &wrong[..wrong.len().min(8)]
        );
    }
}

/// The address put together from its parts, without the grammar of whole addresses.
fn expected(household: &Household, path: &[u32]) -> Address {
    let kinds = [AlleyKind::Lane, AlleyKind::Alley, AlleyKind::SubAlley];
    Address {
        house: household.house_no.as_deref().and_then(|no| Address::parse(no).house),
        lane: path.iter().zip(kinds).map(|(&n, kind)| PathNode::numbered(kind, n)).collect(),
        landmark: household.landmark.clone(),
        ..Address::default()
    }
}

#[test]
fn house_numbers_read_alone() {
    let ward = chu_van_an(9, 1.0);
    for no in ward.households.iter().filter_map(|h| h.house_no.as_deref()) {
        let address = Address::parse(no);
        let house = address.house.unwrap_or_else(|| panic!("{no} has no house number"));
        assert!(address.doubts.is_empty(), "{no}: {:?}", address.doubts);
        let kind = match no.chars().next() {
            Some('L') => HouseKind::Lot,
            Some('K') => HouseKind::Kiosk,
            _ => HouseKind::House,
        };
        assert_eq!(house.kind, kind, "{no}");
    }
}

#[test]
fn the_demonstration_lane_is_always_there() {
    for (source, factor) in WardSource::ALL.into_iter().zip([0.02, 0.1, 1.0]) {
        let ward = build(source, 11, Scale::new(factor).expect("a scale"), NOW);
        let lane = ward.alleys.iter().find(|a| a.label == "Ngõ 34, Nguyễn Trãi").expect("ngõ 34");
        assert_eq!(lane.group_id, ward.groups[0].id);
        let side =
            ward.alleys.iter().find(|a| a.parent_id == Some(lane.id) && a.label == "Ngách 34/5");
        let doors = |id| ward.households.iter().filter(|h| h.alley_id == id).collect::<Vec<_>>();
        assert_eq!(doors(side.expect("ngách 34/5").id).len(), 12);
        let doors = doors(lane.id);
        assert_eq!(doors.len(), 46);
        assert!(doors.iter().any(|h| h.house_no.as_deref() == Some("11A")));
        assert_eq!(doors.iter().filter(|h| h.landmark.is_some()).count(), 1);
        assert_eq!(doors[6].head_name.as_deref(), Some("Trần Thị Lan"));
    }
}
