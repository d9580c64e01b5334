//! The ward's ground: residential groups and the tree of streets and alleys.

use serde::{Deserialize, Serialize};

/// What kind of way an alley is, from the widest to the narrowest.
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

    /// The Vietnamese word for it, lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Street => "đường",
            Self::Lane => "ngõ",
            Self::Alley => "ngách",
            Self::SubAlley => "hẻm",
        }
    }

    /// The kind it turns off, where an address names it by number; a ngõ turns off a street.
    pub fn outer(self) -> Option<Self> {
        match self {
            Self::Street | Self::Lane => None,
            Self::Alley => Some(Self::Lane),
            Self::SubAlley => Some(Self::Alley),
        }
    }

    /// The kind of a code, or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Street, Self::Lane, Self::Alley, Self::SubAlley]
            .into_iter()
            .find(|k| k.code() == code)
    }
}
