//! What a resident is shown before he agrees. Every text ever shown stays here word for word: the
//! ledger of consents names it by version and hash for as long as a consent has to be proved.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::consent::{Language, Purpose};

/// A purpose in the words of the notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PurposeText {
    /// The purpose.
    pub code: Purpose,
    /// What it means.
    pub text: String,
}

/// One notice in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notice {
    /// Which text, e.g. `2026-11`.
    pub version: String,
    /// Its language.
    pub language: Language,
    /// The question.
    pub title: String,
    /// What is kept, and for how long.
    pub body: String,
    /// What does not depend on the answer.
    pub promise: String,
    /// What may be agreed to, each by itself.
    pub purposes: Vec<PurposeText>,
    /// How to change one's mind, and who sees it.
    pub rights: String,
    /// [`Notice::digest`] of the above.
    pub hash: String,
}

impl Notice {
    /// Hex SHA-256 over `title\nbody\npromise\n{purpose code}:{text}\n...rights` in UTF-8.
    pub fn digest(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.title, self.body, self.promise);
        for purpose in &self.purposes {
            text += &format!("{}:{}\n", purpose.code.code(), purpose.text);
        }
        text += &self.rights;
        Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Title, body and promise; the purposes; the rights.
type Texts<'a> = ([&'a str; 3], &'a [(Purpose, &'a str)], &'a str);

fn notice(version: &str, language: Language, (head, purposes, rights): Texts<'_>) -> Notice {
    let [title, body, promise] = head.map(str::to_owned);
    let purposes =
        purposes.iter().map(|(code, text)| PurposeText { code: *code, text: (*text).to_owned() });
    let mut notice = Notice {
        version: version.to_owned(),
        language,
        title,
        body,
        promise,
        purposes: purposes.collect(),
        rights: rights.to_owned(),
        hash: String::new(),
    };
    notice.hash = notice.digest();
    notice
}

/// Every notice ever shown to a resident, the newest version first.
pub fn published() -> &'static [Notice] {
    static PUBLISHED: OnceLock<Vec<Notice>> = OnceLock::new();
    PUBLISHED.get_or_init(|| {
        use Purpose::{Call, Learn, Refer};
        let vi_head = [
            "Bác có đồng ý để phường ghi lại việc học hôm nay?",
            "Chỉ ghi: tên gọi, nhóm tuổi, kỹ năng đã học. Giữ đến 31/3/2027.",
            "Không đồng ý, cháu vẫn hướng dẫn.",
        ];
        let vi_learn = (Learn, "Ghi kỹ năng đã học, để lần sau dạy tiếp");
        let vi_refer = (Refer, "Chuyển Công an phường hẹn làm Mức 2");
        let vi_rights = "Đổi ý lúc nào cũng được: nói với đội, hoặc gọi phường. Ai xem: đội phụ \
                         trách và cán bộ phường.";
        let en_head = [
            "May the ward keep a record of what you learn today?",
            "Only: what you are called, your age group, the skills you learned. Kept until \
             31/3/2027.",
            "If you say no, I will help you all the same.",
        ];
        let en_learn = (Learn, "Keep the skills I learned, to go on from there next time");
        let en_refer = (Refer, "Ask the ward police to arrange a Level 2 appointment");
        let en_rights = "Change your mind at any time: tell the team or call the ward. Who sees it: \
                         the team in charge and the ward's staff.";
        let now = "2026-12";
        let first = "2026-11";
        vec![
            notice(
                now,
                Language::Vi,
                (
                    vi_head,
                    &[
                        vi_learn,
                        (Refer, "Chuyển Công an phường để hẹn làm định danh"),
                        (Call, "Cho Công an phường số điện thoại để gọi hẹn, xóa sau ngày hẹn 3 ngày"),
                    ],
                    "Đổi ý lúc nào cũng được: nói với đội, hoặc gọi phường. Ai xem: đội phụ trách, \
                     cán bộ phường; Công an phường chỉ xem việc đã chuyển.",
                ),
            ),
            notice(
                now,
                Language::En,
                (
                    en_head,
                    &[
                        en_learn,
                        (Refer, "Ask the ward police to arrange help with my digital identity"),
                        (Call, "Give the ward police a number to call me on, deleted 3 days after the appointment"),
                    ],
                    "Change your mind at any time: tell the team or call the ward. Who sees it: the \
                     team in charge and the ward's staff; the ward police only what was passed on.",
                ),
            ),
            notice(first, Language::Vi, (vi_head, &[vi_learn, vi_refer], vi_rights)),
            notice(first, Language::En, (en_head, &[en_learn, en_refer], en_rights)),
        ]
    })
}

/// Was this text shown to anybody under this version and language?
pub fn known(version: &str, language: Language, hash: &str) -> bool {
    published().iter().any(|n| n.version == version && n.language == language && n.hash == hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_short_and_its_hash_covers_every_word() {
        for notice in published() {
            let words = [&notice.title, &notice.body, &notice.promise, &notice.rights]
                .into_iter()
                .chain(notice.purposes.iter().map(|p| &p.text))
                .map(|text| text.split_whitespace().count())
                .sum::<usize>();
            assert!(words <= 120, "{words} words");
            let mut changed = notice.clone();
            changed.purposes[1].text.push('.');
            assert_ne!(changed.digest(), notice.hash);
            assert!(known(&notice.version, notice.language, &notice.hash));
            assert!(!known("2026-10", notice.language, &notice.hash));
        }
    }
}
