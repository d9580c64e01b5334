//! What leaves the ward's desk as a file, and what it takes: figures go freely, a list that names
//! people only for a purpose said in words, behind a password, and never without a line in the log.

use serde::{Deserialize, Serialize};

use crate::note::{MAX_NOTE, holds_secret};

/// Fewest characters of a password that locks a file.
pub const LEAST_PASSWORD: usize = 12;
/// Fewest characters of the words that say what a list is for.
pub const LEAST_WORDS: usize = 10;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Export {
    /// Coverage by residential group.
    Groups,
    /// Coverage by alley.
    Alleys,
    /// What was new on each day.
    Days,
    /// Households with the names of their heads.
    Households,
}

impl Export {
    /// Every export.
    pub const ALL: [Self; 4] = [Self::Groups, Self::Alleys, Self::Days, Self::Households];

    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Groups => "groups",
            Self::Alleys => "alleys",
            Self::Days => "days",
            Self::Households => "households",
        }
    }

    /// The export of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.code() == code)
    }

    /// Does it name people?
    pub fn names_people(self) -> bool {
        self == Self::Households
    }
}

/// The form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A workbook: figures are numbers, definitions on a second sheet.
    Xlsx,
    /// Comma-separated text.
    Csv,
}

impl Format {
    /// The code in the book and the ending of the file.
    pub fn code(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }
}

/// What a list that names people is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExportPurpose {
    /// To compare the register with the group leader's own.
    CheckRegister,
    /// To walk without a phone.
    FieldWork,
    /// For a body that may inspect the ward's work.
    Inspection,
    /// Something else, said in words.
    Other,
}

impl ExportPurpose {
    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::CheckRegister => "check_register",
            Self::FieldWork => "field_work",
            Self::Inspection => "inspection",
            Self::Other => "other",
        }
    }
}

/// Somebody wants a file.
#[derive(Clone, Debug)]
pub struct ExportWish<'a> {
    /// What of.
    pub export: Export,
    /// In which form.
    pub format: Format,
    /// What for.
    pub purpose: Option<ExportPurpose>,
    /// What for, in words.
    pub words: Option<&'a str>,
    /// What is to lock it.
    pub password: Option<&'a str>,
}

/// What a wish lacks; each is one field of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFault {
    /// A list that names people needs a purpose.
    NoPurpose,
    /// The purpose is not said in at least [`LEAST_WORDS`] characters, or in too many.
    Words,
    /// The words hold a person's number or a secret: they would stand in the log.
    SecretInWords,
    /// A list that names people needs a password of at least [`LEAST_PASSWORD`] characters.
    Password,
    /// Only a workbook can be locked.
    Format,
}

impl ExportWish<'_> {
    /// The words as the log keeps them: nothing for figures.
    ///
    /// # Errors
    /// The first fault, in the order of the form.
    pub fn checked(&self) -> Result<Option<String>, ExportFault> {
        if !self.export.names_people() {
            return Ok(None);
        }
        if self.format != Format::Xlsx {
            return Err(ExportFault::Format);
        }
        if self.purpose.is_none() {
            return Err(ExportFault::NoPurpose);
        }
        let words = self.words.unwrap_or_default();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        if !(LEAST_WORDS..=MAX_NOTE).contains(&words.chars().count()) {
            return Err(ExportFault::Words);
        }
        if holds_secret(&words) {
            return Err(ExportFault::SecretInWords);
        }
        if self.password.unwrap_or_default().chars().count() < LEAST_PASSWORD {
            return Err(ExportFault::Password);
        }
        Ok(Some(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish() -> ExportWish<'static> {
        ExportWish {
            export: Export::Households,
            format: Format::Xlsx,
            purpose: Some(ExportPurpose::CheckRegister),
            words: Some("  đối chiếu với sổ   bác tổ trưởng "),
            password: Some("bốn từ ghép lại"),
        }
    }

    #[test]
    fn a_list_of_people_needs_a_purpose_words_and_a_password() {
        assert_eq!(wish().checked(), Ok(Some("đối chiếu với sổ bác tổ trưởng".to_owned())));
        let faults = [
            (ExportWish { format: Format::Csv, ..wish() }, ExportFault::Format),
            (ExportWish { purpose: None, ..wish() }, ExportFault::NoPurpose),
            (ExportWish { words: None, ..wish() }, ExportFault::Words),
            (ExportWish { words: Some("  sổ    cũ  "), ..wish() }, ExportFault::Words),
            (
                ExportWish { words: Some("đọc mật khẩu cho tôi"), ..wish() },
                ExportFault::SecretInWords,
            ),
            (ExportWish { password: None, ..wish() }, ExportFault::Password),
            (ExportWish { password: Some("mười một ký"), ..wish() }, ExportFault::Password),
        ];
        for (wish, fault) in faults {
            assert_eq!(wish.checked(), Err(fault), "{wish:?}");
        }
        let long = "a ".repeat(MAX_NOTE);
        assert_eq!(ExportWish { words: Some(&long), ..wish() }.checked(), Err(ExportFault::Words));
    }

    #[test]
    fn figures_need_nothing_and_leave_no_words() {
        for export in Export::ALL.into_iter().filter(|e| !e.names_people()) {
            let plain = ExportWish { export, format: Format::Csv, purpose: None, ..wish() };
            assert_eq!(plain.checked(), Ok(None));
        }
    }

    #[test]
    fn codes_are_their_names_on_the_wire() {
        for export in Export::ALL {
            assert_eq!(serde_json::to_value(export).expect("a code"), export.code());
            assert_eq!(Export::from_code(export.code()), Some(export));
        }
        for purpose in [
            ExportPurpose::CheckRegister,
            ExportPurpose::FieldWork,
            ExportPurpose::Inspection,
            ExportPurpose::Other,
        ] {
            assert_eq!(serde_json::to_value(purpose).expect("a code"), purpose.code());
        }
    }
}
