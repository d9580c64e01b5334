//! The ward's ground: residential groups and the tree of streets and alleys.

use serde::{Deserialize, Serialize};

/// What kind of way an alley is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AlleyKind {
    /// Đường, phố.
    Street,
    /// Ngõ: turns off a street.
    Lane,
    /// Ngách: turns off a ngõ.
    Alley,
    /// Hẻm: turns off a ngách.
    SubAlley,
}

impl AlleyKind {
    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Street => "street",
            Self::Lane => "lane",
            Self::Alley => "alley",
            Self::SubAlley => "sub_alley",
        }
    }

    /// The kind of a code, or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Street, Self::Lane, Self::Alley, Self::SubAlley].into_iter().find(|k| k.code() == code)
    }
}
