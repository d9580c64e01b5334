//! Does the book hold together? Counted with queries of our own, not with the store's.

use futures_util::future::join_all;
use gocua_store::{Engine, Store};

use crate::book::{Book, WARD};
use crate::crowd::Walker;

/// What may never be found in a book, each as a count that must be nothing.
const NEVER: [(&str, &str); 10] = [
    (
        "visits without their operation",
        "SELECT count(*) FROM visit v \
         WHERE NOT EXISTS (SELECT 1 FROM op o WHERE o.op_id = v.id AND o.outcome = 'applied')",
    ),
    (
        "operations without their visit",
        "SELECT count(*) FROM op o WHERE o.kind IN ('visit.record', 'visit.correct') \
         AND o.outcome = 'applied' AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.id = o.op_id)",
    ),
    (
        "visits without exactly one version that counts",
        "SELECT count(*) FROM (SELECT coalesce(corrects, id) FROM visit \
         GROUP BY coalesce(corrects, id) \
         HAVING sum(CASE WHEN replaced_by IS NULL THEN 1 ELSE 0 END) <> 1) torn",
    ),
    (
        "details of homes without their operation, or the reverse",
        "SELECT abs((SELECT count(*) FROM op WHERE kind = 'household.edit' AND outcome = 'applied') \
         - (SELECT count(*) FROM household_edit e JOIN op o ON o.op_id = e.op_id))",
    ),
    (
        "operations that wait though they are booked",
        "SELECT count(*) FROM held_op h JOIN op o ON o.op_id = h.op_id",
    ),
    (
        "numbers given twice",
        "SELECT count(*) FROM (SELECT seq FROM op WHERE outcome = 'applied' \
         GROUP BY seq HAVING count(*) > 1) twice",
    ),
    (
        "applied operations without a number",
        "SELECT count(*) FROM op WHERE outcome = 'applied' AND seq IS NULL",
    ),
    (
        "numbers beyond the ward's",
        "SELECT count(*) FROM op o JOIN ward w ON w.code = o.ward WHERE o.seq > w.seq",
    ),
    (
        "undos more or fewer than visits taken back",
        "SELECT abs((SELECT count(*) FROM op WHERE kind = 'visit.withdraw' AND outcome = 'applied') \
         - (SELECT count(*) FROM visit WHERE withdrawn_at IS NOT NULL))",
    ),
    ("operations refused by the database", "SELECT count(*) FROM op WHERE reason = 'refused'"),
];

/// Everything that is wrong with a book; nothing when it is sound.
pub async fn faults(book: &Book) -> Vec<String> {
    let mut faults = Vec::new();
    for (what, sql) in NEVER {
        match book.number(sql).await {
            0 => {}
            count => faults.push(format!("{what}: {count}")),
        }
    }
    if book.engine == Engine::Sqlite {
        let torn = book.numbers("SELECT length(integrity_check) FROM pragma_integrity_check").await;
        if torn != ["ok".len() as i64] {
            faults.push(format!("the file is damaged in {} places", torn.len()));
        }
        let loose = "SELECT count(*) FROM pragma_foreign_key_check";
        match book.number(loose).await {
            0 => {}
            count => faults.push(format!("rows that refer to nothing: {count}")),
        }
    }
    let report = Store::open(&book.url).await.expect("the book opens").verify(WARD).await;
    faults.extend(report.expect("verifies").drifts.iter().map(|drift| format!("{drift:?}")));
    faults
}

/// Operations that the book took in.
pub async fn applied(book: &Book) -> i64 {
    book.number("SELECT count(*) FROM op WHERE outcome = 'applied'").await
}

/// What is left over on the phones is delivered; then every promise since the last look is called in,
/// and the book is looked through. Answers everything that is not as it must be.
pub async fn look(book: &Book, walkers: &mut [Walker]) -> Vec<String> {
    let broken = join_all(walkers.iter_mut().map(|walker| async {
        if !walker.deliver_all().await {
            return vec!["the line broke though nobody was killed".to_owned()];
        }
        let mut broken = walker.hold_to_promise().await;
        broken.append(&mut walker.faults);
        broken
    }))
    .await;
    let mut faults: Vec<_> = broken.into_iter().flatten().collect();
    faults.extend(self::faults(book).await);
    let promised = walkers.iter().flat_map(|w| w.receipts.values());
    let promised = promised.filter(|receipt| receipt.booked()).count() as i64;
    let applied = applied(book).await;
    if promised != applied {
        faults.push(format!("{promised} operations were promised, {applied} are in the book"));
    }
    match book.number("SELECT count(*) FROM held_op").await {
        0 => {}
        held => faults.push(format!("{held} operations wait though nothing is missing")),
    }
    faults
}
