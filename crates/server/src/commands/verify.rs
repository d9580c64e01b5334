//! `gocua verify`: counts every visit again, proves the rollups, and that no number to call back is kept
//! too long.

use gocua_store::{Store, StoreError};

use crate::app::Clock;

/// Verifies wards (all of them without a code) and prints what was found. Returns whether all is well.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn run(store: &Store, ward: Option<&str>) -> Result<bool, StoreError> {
    let wards = match ward {
        Some(code) => vec![code.to_owned()],
        None => store.wards().await?,
    };
    let today = Clock::system().now().day();
    let mut well = true;
    for code in wards {
        let report = store.verify(&code).await?;
        println!(
            "{code}: {} households, {} visits, {} differences",
            report.households,
            report.visits,
            report.drifts.len()
        );
        for drift in report.drifts.iter().take(50) {
            println!(
                "  {} {}: stored {}, counted {}",
                drift.table, drift.key, drift.stored, drift.counted
            );
        }
        let overdue = store.overdue_phones(&code, today).await?;
        if overdue > 0 {
            println!("  {overdue} numbers to call back should have been deleted");
        }
        well &= report.drifts.is_empty() && overdue == 0;
    }
    Ok(well)
}
