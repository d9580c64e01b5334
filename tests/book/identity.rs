//! The police's monthly counts: versions that stay, months carried forward, groups that became one; and
//! the rows a report is made of.

use gocua_domain::id::GroupId;
use gocua_domain::identity::{Counts, Month, Origin};
use gocua_domain::report::{Period, Report};
use gocua_domain::time::Day;
use gocua_store::{Act, CountLine, NewCounts, StoreError};
use gocua_tests::fixture::{self, GROUP_1, GROUP_2, WARD};
use gocua_tests::{TestApp, fresh_id, on_both};

use crate::people::run;

fn counts(n: i64) -> Counts {
    Counts { from_14: n, l2_issued: n - 2, activated: n - 4 }
}

fn of(month: i32, as_of: i32, rows: Vec<(GroupId, Counts)>) -> NewCounts {
    let origin =
        Origin { month: Month(month), as_of: Day(as_of), source: "Báo cáo tháng".into() };
    NewCounts { origin, rows, by: fixture::account("police") }
}

async fn save(app: &TestApp, new: &NewCounts) -> i64 {
    app.store().save_identity_counts(WARD, new, app.now()).await.expect("saved")
}

async fn told(app: &TestApp, month: i32) -> Vec<(Option<i64>, Option<(i64, i32)>)> {
    let today = app.now().day();
    let book = app.store().identity_counts(WARD, Month(month), today).await.expect("read");
    let own = |line: &CountLine| line.counts.from_14;
    book.groups
        .iter()
        .map(|g| {
            let standing = g.standing.as_ref();
            (g.own.as_ref().map(own), standing.map(|s| (s.counts.from_14, s.origin.as_of.0)))
        })
        .collect()
}

on_both! {
    async fn every_save_is_a_version_and_the_latest_stands(app: &TestApp) {
        let before = app.store().ward_seq(WARD).await.expect("a number");
        let first = of(202_611, 20_261_120, vec![(GROUP_1, counts(100)), (GROUP_2, counts(50))]);
        assert_eq!(save(app, &first).await, before + 1, "phones and desk hear of it");
        assert_eq!(save(app, &first).await, before + 1, "the same twice is once");
        let again = of(202_611, 20_261_121, vec![(GROUP_1, counts(101))]);
        assert_eq!(save(app, &again).await, before + 2);
        assert_eq!(
            told(app, 202_611).await,
            [
                (Some(101), Some((101, 20_261_121))),
                (Some(50), Some((50, 20_261_120))),
            ]
        );
        let history = app.store().identity_history(WARD, GROUP_1).await.expect("read");
        let versions: Vec<_> = history.iter().map(|l| (l.version, l.counts.from_14, l.by.as_str())).collect();
        assert_eq!(versions, [(2, 101, "Người police"), (1, 100, "Người police")]);
        let nobody = app.store().identity_history(WARD, GroupId(fresh_id())).await;
        assert!(matches!(nobody, Err(StoreError::NotFound)));
    }

    async fn all_of_a_grid_is_written_or_none(app: &TestApp) {
        let before = app.store().ward_seq(WARD).await.expect("a number");
        let strange = of(202_611, 20_261_120, vec![(GROUP_1, counts(100)), (GroupId(fresh_id()), counts(5))]);
        let refused = app.store().save_identity_counts(WARD, &strange, app.now()).await;
        assert!(matches!(refused, Err(StoreError::NotFound)));
        assert_eq!(app.store().ward_seq(WARD).await.expect("a number"), before);
        assert_eq!(told(app, 202_611).await, [(None, None), (None, None)]);
        assert_eq!(save(app, &of(202_611, 20_261_120, vec![])).await, before, "nothing says nothing");
    }

    async fn the_latest_known_month_is_carried_forward(app: &TestApp) {
        save(app, &of(202_609, 20_260_930, vec![(GROUP_1, counts(90))])).await;
        assert_eq!(told(app, 202_611).await, [(None, Some((90, 20_260_930))), (None, None)]);
        assert_eq!(told(app, 202_608).await, [(None, None), (None, None)], "not backwards");
        save(app, &of(202_610, 20_261_102, vec![(GROUP_1, counts(95))])).await;
        assert_eq!(told(app, 202_610).await[0], (Some(95), Some((95, 20_261_102))));
        let coverage = app.store().coverage(WARD).await.expect("read");
        let standing = coverage.groups[0].identity.clone().expect("counted");
        assert_eq!((standing.counts.from_14, standing.origin.month), (95, Month(202_610)));
        assert!(coverage.groups[1].identity.is_none());
    }

    async fn a_merged_group_is_counted_with_the_one_it_became_part_of(app: &TestApp) {
        save(app, &of(202_610, 20_261_031, vec![(GROUP_1, counts(100)), (GROUP_2, counts(50))])).await;
        let act = Act::of(fixture::account(fixture::STAFF), app.now());
        app.store().merge_groups(WARD, GROUP_2, GROUP_1, &act).await.expect("merged");
        assert_eq!(told(app, 202_611).await, [(None, Some((150, 20_261_031)))]);
        let gone = of(202_611, 20_261_122, vec![(GROUP_2, counts(1))]);
        let refused = app.store().save_identity_counts(WARD, &gone, app.now()).await;
        assert!(matches!(refused, Err(StoreError::NotFound)), "what is no more is not counted");
        save(app, &of(202_611, 20_261_122, vec![(GROUP_1, counts(148))])).await;
        assert_eq!(told(app, 202_611).await, [(Some(148), Some((148, 20_261_122)))]);
        let kept = app.store().identity_history(WARD, GROUP_2).await.expect("read");
        assert_eq!(kept.len(), 1, "its own stay readable");
        let book = app.store().identity_counts(WARD, Month(202_611), app.now().day()).await.expect("read");
        assert!(book.groups[0].aliases.contains(&"Tổ dân phố 2".to_owned()), "and its name leads there");
    }

    async fn a_report_adds_up_what_the_book_holds(app: &TestApp) {
        save(app, &of(202_610, 20_261_031, vec![(GROUP_1, counts(100))])).await;
        // Officers' counts come by another way; the report only reads them.
        run(app, "INSERT INTO help_log (id, ward, day, made_at, kind, channel, group_id, age_band, result, why, \
             minutes, people, referral_id, session_id, account_id, device_id, taken_back_at, seq) SELECT \
             r.id, r.ward, 20261110, 1, 'H03', 'office', r.id, NULL, 'done', NULL, NULL, 1, NULL, NULL, r.id, r.id, NULL, 1 \
             FROM residential_group r").await;
        run(app, "INSERT INTO help_log (id, ward, day, made_at, kind, channel, group_id, age_band, result, why, \
             minutes, people, referral_id, session_id, account_id, device_id, taken_back_at, seq) SELECT \
             h.id, h.ward, 20261110, 2, 'H02', 'home', NULL, NULL, 'not_done', 'absent', NULL, 1, h.id, NULL, h.id, h.id, NULL, 1 \
             FROM household h").await;
        run(app, "INSERT INTO referral (id, ward, household_id, learner_id, kind, state, opened_at, due_on, \
             account_id, team_id, device_id, seq, source) SELECT h.id, h.ward, h.id, NULL, 'POLICE_MOBILE', 'new', \
             CAST(1790000000 AS BIGINT) * 1000, 20261001, h.id, NULL, h.id, 1, 'door' FROM household h").await;
        run(app, "UPDATE help_log SET taken_back_at = 5 WHERE kind = 'H03' AND group_id = \
             (SELECT id FROM residential_group WHERE name = 'Tổ dân phố 2')").await;
        let period = Period { from: Day(20_261_101), to: Day(20_261_122) };
        let rows = app.store().report_rows(WARD, period).await.expect("read");
        assert_eq!(rows.help_types.len(), 15);
        let report = Report::of(period, &rows.rows);
        let lines: Vec<_> = report.rows.iter().map(|r| (r.work.activation, r.work.mobile, r.work.open)).collect();
        assert_eq!(lines, [(1, 0, 4), (0, 0, 2)], "doors lie in their groups, what was taken back is gone");
        let reasons = &report.work.reasons;
        assert_eq!((reasons.len(), reasons[0].n), (1, 6), "all were tried");
        assert_eq!((report.backlog.len(), report.all_referrals.overdue), (6, 6));
        assert_eq!((report.sum.groups, report.sum.lacking), (1, 1));
        assert_eq!(report.rows[0].standing.as_ref().map(|s| s.counts.from_14), Some(100));
    }
}
