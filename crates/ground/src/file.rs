//! A file of outlines: a GeoJSON feature collection from whatever drew it.

use serde_json::Value;

/// One feature of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// What it may be called: the values of its properties that are text or whole numbers, those
    /// under names like `name`, `ten` or `code` first.
    pub called: Vec<String>,
    /// Its geometry.
    pub geometry: Value,
}

/// Why a file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// No GeoJSON feature collection.
    #[error("not a feature collection")]
    NotFeatures,
    /// It says that its coordinates are no longitudes and latitudes.
    #[error("another coordinate system")]
    OtherCoordinates,
}

/// Properties whose value is most likely the name or code of a group.
const NAMES: [&str; 9] = ["name", "ten", "tên", "tdp", "ten_tdp", "to", "code", "ma", "mã"];

/// The features of a collection.
///
/// # Errors
/// [`FileFault`] when it is none, or not in longitude and latitude.
pub fn features(file: &Value) -> Result<Vec<Feature>, FileFault> {
    if file["type"] != "FeatureCollection" {
        return Err(FileFault::NotFeatures);
    }
    // An old member that programs of Viet Nam's surveyors still write for VN-2000.
    let system = file["crs"]["properties"]["name"].as_str().unwrap_or("CRS84");
    if !(system.contains("CRS84") || system.ends_with(":4326")) {
        return Err(FileFault::OtherCoordinates);
    }
    let list = file["features"].as_array().ok_or(FileFault::NotFeatures)?;
    Ok(list
        .iter()
        .map(|f| Feature { called: called(&f["properties"]), geometry: f["geometry"].clone() })
        .collect())
}

fn called(properties: &Value) -> Vec<String> {
    let Some(members) = properties.as_object() else { return Vec::new() };
    let mut words: Vec<(usize, String)> = members
        .iter()
        .filter_map(|(key, value)| {
            let word = match value {
                Value::String(text) => text.trim().to_owned(),
                Value::Number(n) if n.is_i64() || n.is_u64() => n.to_string(),
                _ => return None,
            };
            let key = key.to_lowercase();
            let rank = NAMES.iter().position(|n| *n == key).unwrap_or(NAMES.len());
            (!word.is_empty()).then_some((rank, word))
        })
        .collect();
    words.sort_by_key(|(rank, _)| *rank);
    words.into_iter().map(|(_, word)| word).collect()
}
