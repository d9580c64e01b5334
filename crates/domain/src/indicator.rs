//! The indicators the book can answer today: what each counts, out of what, and by which rule of the
//! book. Whatever shows or writes a figure names it by its code.

use serde::Serialize;

use crate::coverage::Tally;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Hộ.
    Household,
    /// Lượt.
    Occurrence,
    /// Người, or lượt of people: kept from readers outside the desk while they are few.
    Person,
    /// Phần trăm of a whole.
    Share,
}

/// One indicator.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Indicator {
    /// Its code in the ward's catalogue.
    pub code: &'static str,
    /// Its name, in Vietnamese.
    pub name: &'static str,
    /// What is counted.
    pub unit: Unit,
    /// How the book counts it, in Vietnamese.
    pub formula: &'static str,
    /// The code of the denominator.
    pub whole: Option<&'static str>,
}

const fn count(
    code: &'static str,
    name: &'static str,
    unit: Unit,
    formula: &'static str,
) -> Indicator {
    Indicator { code, name, unit, formula, whole: None }
}

const fn share(
    code: &'static str,
    name: &'static str,
    formula: &'static str,
    whole: &'static str,
) -> Indicator {
    Indicator { code, name, unit: Unit::Share, formula, whole: Some(whole) }
}

/// Counts of people smaller than this do not leave the ward's desk.
const SMALLEST_CELL: i64 = 5;

/// A count of people as a reader outside the ward's desk may see it: `None` from 1 to 4.
pub fn of_few(n: i64) -> Option<i64> {
    (n == 0 || n >= SMALLEST_CELL).then_some(n)
}

/// Every indicator a tally answers, in the order tables show them.
pub const INDICATORS: &[Indicator] = &[
    count(
        "HH_TOTAL",
        "Tổng số hộ",
        Unit::Household,
        "hộ đang có hiệu lực trong sổ: không tính hộ trùng đã gộp, hộ đã đưa ra khỏi sổ, nhà chờ duyệt",
    ),
    count(
        "HH_VISITED",
        "Hộ đã đến",
        Unit::Household,
        "hộ có ít nhất một lượt đến chưa rút lại; không tính lượt không tìm thấy, trùng hộ, không phải nhà ở",
    ),
    share("COV_VISIT", "Tỷ lệ hộ đã đến", "HH_VISITED / HH_TOTAL", "HH_TOTAL"),
    count(
        "HH_CONTACTED",
        "Hộ đã gặp",
        Unit::Household,
        "hộ có ít nhất một lượt gặp được người lớn",
    ),
    count(
        "HH_SERVED",
        "Hộ đã được hướng dẫn",
        Unit::Household,
        "hộ có ít nhất một lượt có người được hướng dẫn",
    ),
    share("COV_SERVED", "Tỷ lệ hộ đã được hướng dẫn", "HH_SERVED / HH_TOTAL", "HH_TOTAL"),
    count(
        "HH_REVISIT",
        "Hộ cần quay lại",
        Unit::Household,
        "hộ chưa gặp ai, hoặc đã gặp nhưng việc còn dở",
    ),
    count(
        "HH_UNREACH",
        "Hộ chưa gặp sau 3 lần",
        Unit::Household,
        "ít nhất 3 lượt không gặp, trong 2 khung giờ và 2 ngày khác nhau, chưa gặp lần nào",
    ),
    count("HH_DECLINED", "Hộ từ chối", Unit::Household, "người lớn gặp lần cuối đã từ chối"),
    count(
        "HH_VACANT",
        "Hộ báo vắng chủ, chờ phường xem",
        Unit::Household,
        "lượt đến cuối báo không có người ở hoặc đã chuyển đi, phường chưa quyết",
    ),
    count("VISITS", "Lượt đến hộ", Unit::Occurrence, "mọi lượt đến chưa rút lại"),
    count(
        "COACH_OCC",
        "Lượt hướng dẫn",
        Unit::Person,
        "mỗi người × mỗi kỹ năng của một lượt đến là một lượt",
    ),
    count(
        "COACH_PER",
        "Người được hướng dẫn",
        Unit::Person,
        "cộng số người của các lượt đến; một người học hai buổi có thể tính hai lần",
    ),
    count(
        "COACH_60",
        "Người từ 60 tuổi được hướng dẫn",
        Unit::Person,
        "như COACH_PER, nhóm tuổi từ 60",
    ),
];

/// How far the households that were drawn by chance and asked again agree with the book: of the whole
/// ward and not of its parts, for which too few are asked.
pub const CHECK_AGREE: Indicator = Indicator {
    code: "CHECK_AGREE",
    name: "Hộ được hỏi lại xác nhận đúng",
    unit: Unit::Share,
    formula: "trong các hộ được chọn ngẫu nhiên để hỏi lại và trả lời được: số hộ nói đúng như sổ ghi; \
              nói kèm khoảng tin cậy 95 %, chỉ nói khi có từ 20 câu trả lời",
    whole: None,
};

/// What the police count and are asked: not of a tally, but of their monthly counts, the helps they log
/// and the referrals passed on to them.
pub const IDENTITY: &[Indicator] = &[
    count(
        "EID_14",
        "Công dân từ đủ 14 tuổi (theo Công an)",
        Unit::Person,
        "Công an phường nhập mỗi tháng theo từng tổ; tháng chưa nhập thì lấy tháng gần nhất đã biết",
    ),
    count(
        "EID_L2",
        "Đã cấp tài khoản mức 2",
        Unit::Person,
        "trong EID_14: số đã được cấp tài khoản định danh điện tử mức 2",
    ),
    count("EID_ACT", "Đã kích hoạt", Unit::Person, "trong EID_L2: số đã kích hoạt"),
    share(
        "EID_ACT_RATE",
        "Tỷ lệ kích hoạt",
        "EID_ACT / EID_L2; mẫu số thứ hai là EID_14",
        "EID_L2",
    ),
    count(
        "EID_HELP",
        "Lượt hỗ trợ định danh",
        Unit::Occurrence,
        "mỗi lần bấm là một lượt, theo loại việc H01 đến H15; tính lượt xong và lượt đang chờ, không tính \
         lượt không thực hiện được",
    ),
    count(
        "MOBILE_SES",
        "Buổi thu nhận lưu động",
        Unit::Occurrence,
        "buổi đã ghi kết quả của ít nhất một nhà",
    ),
    count(
        "MOBILE_PER",
        "Người được thu nhận lưu động tại nhà",
        Unit::Person,
        "cộng số người của các lượt H02, kể cả hồ sơ đang chờ",
    ),
    count(
        "REF_OPEN",
        "Chuyển tiếp còn tồn",
        Unit::Occurrence,
        "việc chuyển Công an chưa xong, chưa trả lại, chưa rút, tính đến hết ngày cuối kỳ",
    ),
    share(
        "REF_SLA",
        "Chuyển tiếp làm đúng hạn",
        "trong số việc làm xong trong kỳ có hạn: số xong không sau ngày hạn",
        "REF_DONE",
    ),
    count(
        "REF_DONE",
        "Chuyển tiếp làm xong có hạn",
        Unit::Occurrence,
        "việc chuyển Công an làm xong trong kỳ và có ngày hạn",
    ),
];

/// Every definition: what a tally answers, the agreement, and what the police count.
pub fn definitions() -> impl Iterator<Item = &'static Indicator> {
    INDICATORS.iter().chain([&CHECK_AGREE]).chain(IDENTITY)
}

/// The indicator of a code.
pub fn indicator(code: &str) -> Option<&'static Indicator> {
    INDICATORS.iter().find(|i| i.code == code)
}

/// An indicator's count in a tally; `None` for shares and for what a tally does not hold.
pub fn count_in(code: &str, tally: &Tally) -> Option<i64> {
    Some(match code {
        "HH_TOTAL" => tally.hh_total,
        "HH_VISITED" => tally.hh_visited,
        "HH_CONTACTED" => tally.hh_contacted,
        "HH_SERVED" => tally.hh_served,
        "HH_REVISIT" => tally.hh_revisit,
        "HH_UNREACH" => tally.hh_unreachable,
        "HH_DECLINED" => tally.hh_declined,
        "HH_VACANT" => tally.hh_vacant,
        "VISITS" => tally.visits,
        "COACH_OCC" => tally.coach_occ,
        "COACH_PER" => tally.coach_people,
        "COACH_60" => tally.coach_people_60,
        _ => return None,
    })
}

/// A share's value in a tally, or `None` when its whole is empty or the code names no share.
pub fn share_in(code: &str, tally: &Tally) -> Option<f64> {
    let (part, whole) = match code {
        "COV_VISIT" => (tally.hh_visited, tally.hh_total),
        "COV_SERVED" => (tally.hh_served, tally.hh_total),
        _ => return None,
    };
    (whole != 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_indicator_is_answered_by_a_tally_and_every_field_of_a_tally_by_one() {
        let fields = Tally::FIELDS.len();
        let mut seen = 0;
        for i in INDICATORS {
            assert!(!i.name.is_empty() && !i.formula.is_empty(), "{}", i.code);
            match i.unit {
                Unit::Share => {
                    let whole = i.whole.expect("a share is of something");
                    assert!(indicator(whole).is_some(), "{}", i.code);
                    let none = Tally::default();
                    assert_eq!(share_in(i.code, &none), None, "{}: nothing of nothing", i.code);
                    let all = Tally { hh_total: 4, hh_visited: 3, hh_served: 1, ..none };
                    assert!(share_in(i.code, &all).is_some_and(|s| s > 0.0), "{}", i.code);
                }
                _ => {
                    assert!(count_in(i.code, &Tally::default()).is_some(), "{}", i.code);
                    seen += 1;
                }
            }
        }
        assert_eq!(seen, fields, "no figure of the book is without a definition");
    }

    #[test]
    fn few_people_are_not_counted_out_loud() {
        let shown: Vec<_> = (0..=6).map(of_few).collect();
        assert_eq!(shown, [Some(0), None, None, None, None, Some(5), Some(6)]);
    }

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<_> = definitions().map(|i| i.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), INDICATORS.len() + 1 + IDENTITY.len());
        for i in IDENTITY {
            let known = |whole| definitions().any(|d| d.code == whole);
            assert!(i.whole.is_none_or(known) && !i.formula.contains("  "), "{}", i.code);
        }
        assert!(indicator("HH_NONE").is_none());
        assert_eq!(count_in("COV_VISIT", &Tally::default()), None);
        assert_eq!(share_in("VISITS", &Tally::default()), None);
    }
}
