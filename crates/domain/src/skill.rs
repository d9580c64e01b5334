//! The campaign's skills. The catalogue is data that a ward may edit, never a list in code.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One skill of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Skill {
    /// Immutable code, e.g. `SEC-01`.
    pub code: String,
    /// Name in plain Vietnamese.
    pub vi: String,
    /// Name in English.
    pub en: String,
    /// One of the five core skills of a digital family.
    #[serde(default)]
    pub core: bool,
    /// Offered first at the door.
    #[serde(default)]
    pub quick: bool,
}

/// The skills a campaign coaches, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skills(BTreeMap<String, Skill>);

impl Skills {
    /// Is the code in the catalogue?
    pub fn has(&self, code: &str) -> bool {
        self.0.contains_key(code)
    }

    /// All skills in code order.
    pub fn iter(&self) -> impl Iterator<Item = &Skill> {
        self.0.values()
    }
}

impl FromIterator<Skill> for Skills {
    fn from_iter<I: IntoIterator<Item = Skill>>(skills: I) -> Self {
        Self(skills.into_iter().map(|s| (s.code.clone(), s)).collect())
    }
}
