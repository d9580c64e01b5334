//! `gocua verify`: counts every visit again and proves the rollups.

use gocua_store::{Store, StoreError};

/// Verifies wards (all of them without a code) and prints what was found. Returns whether all is well.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn run(store: &Store, ward: Option<&str>) -> Result<bool, StoreError> {
    let wards = match ward {
        Some(code) => vec![code.to_owned()],
        None => store.wards().await?,
    };
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
        well &= report.drifts.is_empty();
    }
    Ok(well)
}
