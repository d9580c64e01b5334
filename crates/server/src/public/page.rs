//! The pages as text. Vietnamese first, one line of English below; large, without a script, without
//! pictures.

use std::fmt::Write as _;

use gocua_domain::alert::ScamKind;
use gocua_domain::id::GroupId;
use gocua_domain::time::Day;
use gocua_domain::trust::Animal;
use gocua_store::{TrustBoard, WardNow};

use super::{PATH, STYLE_PATH};

/// What somebody typed: it stays when something of it is wrong.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    /// Code of the ward.
    pub(super) phuong: String,
    /// Id of the residential group.
    pub(super) to: String,
    /// The badge's number.
    pub(super) so: String,
    /// Digits of the code of the day.
    pub(super) ma: String,
    /// Code of its animal.
    pub(super) vat: String,
}

/// Why a question cannot be answered as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The number of a badge has six digits.
    Number,
    /// The code has four.
    Code,
    /// A code is a group's.
    NoGroup,
}

impl Wrong {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Number => {
                ("Số thẻ có 6 chữ số. Bác xem lại trên thẻ.", "The badge number has 6 digits.")
            }
            Self::Code => (
                "Mã hôm nay có 4 chữ số. Bác xem lại, hoặc để trống.",
                "The code has 4 digits; it may stay empty.",
            ),
            Self::NoGroup => (
                "Bác chọn tổ dân phố để so mã hôm nay.",
                "Choose the residential group the code is of.",
            ),
        }
    }
}

/// The form, with what was typed if something of it is wrong.
pub(super) fn form(
    ward: &WardNow,
    board: &TrustBoard,
    typed: &Typed,
    wrong: Option<Wrong>,
) -> String {
    let mut page = begin(Some(&ward.name));
    questions(&mut page, ward, board, typed, wrong);
    end(&mut page, Some(board));
    page
}

/// The answer: yes or no, and nothing of anybody. Both are of one length, and everything around them is
/// the same.
pub(super) fn answer(ward: Option<(&WardNow, &TrustBoard)>, yes: bool, at: &str) -> String {
    let mut page = begin(ward.map(|(ward, _)| ward.name.as_str()));
    let (mine, other) = if yes { (YES, NO) } else { (NO, YES) };
    page.push_str(mine);
    page.extend(std::iter::repeat_n(' ', other.len().saturating_sub(mine.len())));
    let _ = write!(
        page,
        "<section><p>Phường trả lời lúc {at}. Câu trả lời chỉ đúng vào lúc này.</p><p lang=\"en\">Answered at {at}. It is true for this moment only.</p></section>"
    );
    let again = match ward {
        Some((ward, _)) => format!("{PATH}?phuong={}", escaped(&ward.code)),
        None => PATH.to_owned(),
    };
    let _ = write!(
        page,
        "<p class=\"again\"><a class=\"big\" href=\"{again}\">Kiểm tra người khác, hoặc so cả mã hôm nay</a></p>"
    );
    end(&mut page, ward.map(|(_, board)| board));
    page
}

const YES: &str = "<section class=\"said yes\" role=\"status\"><b>✓ CÓ</b>\
<p>Thẻ này đúng, và hôm nay phường có cử người mang thẻ này đi.</p>\
<p lang=\"en\">Yes. This badge is valid and its holder is expected today.</p>\
<p>Bác vẫn nhớ ba điều dưới đây. Người lạ cầm thẻ của người khác thì bác gọi phường.</p></section>";

const NO: &str = "<section class=\"said no\" role=\"status\"><b>✕ KHÔNG</b>\
<p>Phường không xác nhận người này.</p>\
<p lang=\"en\">No. The ward does not confirm this person.</p>\
<p>Bác xem lại số trên thẻ và hỏi lại một lần. Vẫn không thì bác đừng mời vào nhà, đừng đưa giấy tờ, điện thoại. \
Bác gọi Công an phường hoặc tổ trưởng.</p></section>";

/// Which ward? Asked when the book holds several.
pub(super) fn wards(wards: &[WardNow]) -> String {
    let mut page = begin(None);
    if wards.is_empty() {
        page.push_str("<section><p>Máy chủ này chưa có phường nào.</p><p lang=\"en\">No ward has been set up here.</p></section>");
    } else {
        page.push_str(
            "<section><h2>Bác ở phường nào?</h2><p lang=\"en\">Which ward do you live in?</p>",
        );
        for ward in wards {
            let (code, name) = (escaped(&ward.code), escaped(&ward.name));
            let _ = write!(page, "<a class=\"big\" href=\"{PATH}?phuong={code}\">{name}</a>");
        }
        page.push_str("</section>");
    }
    end(&mut page, None);
    page
}

/// Too many questions came from one address.
pub(super) fn slow_down(seconds: i64) -> String {
    let mut page = begin(None);
    let _ = write!(
        page,
        "<section class=\"said\" role=\"status\"><h2>Có quá nhiều câu hỏi từ mạng này</h2>\
         <p>Bác chờ {seconds} giây rồi hỏi lại. Không chờ được thì bác so mã hôm nay dán ở nhà văn hóa, \
         hoặc gọi Công an phường, tổ trưởng.</p>\
         <p lang=\"en\">Too many questions from this network. Wait {seconds} seconds, or compare the code \
         posted at the house of culture.</p></section>"
    );
    end(&mut page, None);
    page
}

/// The server cannot say.
pub(super) fn not_now() -> String {
    let mut page = begin(None);
    page.push_str(
        "<section class=\"said\" role=\"status\"><h2>Máy chủ chưa trả lời được</h2>\
         <p>Bác chờ một phút rồi hỏi lại. Trong lúc chờ, bác đừng mời vào nhà.</p>\
         <p lang=\"en\">The server cannot answer now. Try again in a minute.</p></section>",
    );
    end(&mut page, None);
    page
}

fn begin(ward: Option<&str>) -> String {
    let mut page = String::with_capacity(12 * 1024);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><meta name=\"format-detection\" content=\"telephone=no\">\
         <title>Kiểm tra người đến nhà</title><link rel=\"stylesheet\" href=\"{STYLE_PATH}\"></head><body>\
         <header><h1>Kiểm tra người đến nhà</h1><p lang=\"en\">Check who is at your door</p>"
    );
    if let Some(name) = ward {
        let _ = write!(page, "<p>{}</p>", escaped(name));
    }
    page.push_str("</header><main>");
    page
}

fn questions(
    page: &mut String,
    ward: &WardNow,
    board: &TrustBoard,
    typed: &Typed,
    wrong: Option<Wrong>,
) {
    let _ = write!(
        page,
        "<form method=\"post\" action=\"{PATH}\"><input type=\"hidden\" name=\"phuong\" value=\"{}\">",
        escaped(&ward.code)
    );
    if let Some(wrong) = wrong {
        let (vi, en) = wrong.words();
        let _ = write!(page, "<p class=\"wrong\" role=\"alert\">{vi}</p><p lang=\"en\">{en}</p>");
    }
    let _ = write!(
        page,
        "<label for=\"so\">Số trên thẻ (6 chữ số)</label><p lang=\"en\">Badge number</p>\
         <input id=\"so\" name=\"so\" inputmode=\"numeric\" autocomplete=\"off\" maxlength=\"12\" required value=\"{}\">\
         <label for=\"to\">Nhà bác ở tổ nào?</label><p lang=\"en\">Your residential group</p>\
         <select id=\"to\" name=\"to\"><option value=\"\">Không nhớ</option>",
        escaped(&short(&typed.so))
    );
    for (id, name) in &board.groups {
        let id = id.to_string();
        let chosen = if id == typed.to { " selected" } else { "" };
        let _ = write!(page, "<option value=\"{id}\"{chosen}>{}</option>", escaped(name));
    }
    let _ = write!(
        page,
        "</select><label for=\"ma\">Mã hôm nay của tổ (4 chữ số), nếu có</label><p lang=\"en\">Today's code, if you have it</p>\
         <input id=\"ma\" name=\"ma\" inputmode=\"numeric\" autocomplete=\"off\" maxlength=\"8\" value=\"{}\">\
         <label for=\"vat\">Con vật đi với mã</label><p lang=\"en\">The animal beside it</p>\
         <select id=\"vat\" name=\"vat\"><option value=\"\">Không chọn</option>",
        escaped(&short(&typed.ma))
    );
    for animal in Animal::ALL {
        let chosen = if animal.code() == typed.vat { " selected" } else { "" };
        let _ =
            write!(page, "<option value=\"{}\"{chosen}>{}</option>", animal.code(), animal.vi());
    }
    page.push_str("</select><button>Kiểm tra</button><p lang=\"en\">Check</p></form>");
}

fn end(page: &mut String, board: Option<&TrustBoard>) {
    page.push_str(
        "<section><h2>Ba điều người của phường không bao giờ làm</h2>\
         <p lang=\"en\">Three things a real volunteer never does</p><ol>\
         <li>Không hỏi mật khẩu, mã OTP.<span lang=\"en\">Ask for a password or OTP.</span></li>\
         <li>Không cầm điện thoại của bác.<span lang=\"en\">Hold your phone.</span></li>\
         <li>Không chụp căn cước.<span lang=\"en\">Photograph your ID card.</span></li></ol>\
         <p>Ai làm một trong ba điều này thì bác mời ra, dù thẻ đúng.</p></section>",
    );
    if let Some(board) = board {
        if !board.duty_phone.is_empty() {
            let _ = write!(
                page,
                "<section><h2>Còn nghi thì gọi số trực của phường</h2><p lang=\"en\">In doubt? Call the ward</p>\
                 <p class=\"phone\">{}</p></section>",
                telephone(&board.duty_phone)
            );
        }
        if !board.alerts.is_empty() {
            page.push_str("<section class=\"warn\"><h2>Phường đang cảnh báo</h2><p lang=\"en\">Warnings in force</p><ul>");
            for alert in board.alerts.iter().take(ALERTS) {
                let groups = names(&board.groups, alert.groups.iter());
                let _ = write!(
                    page,
                    "<li>{}<span>{}</span><span>{}. Đến hết {}.</span></li>",
                    pretends(alert.kind),
                    escaped(&alert.words),
                    if groups.is_empty() { "Cả phường".to_owned() } else { escaped(&groups) },
                    day(alert.until)
                );
            }
            page.push_str("</ul></section>");
        }
    }
    page.push_str(
        "</main><footer><p>Mã hôm nay có thể bị người khác nhìn thấy. Vì vậy bác so cả số thẻ, và còn nghi thì gọi phường.</p>\
         <p>Trang này không hỏi tên bác và không lưu gì trên máy của bác.</p>\
         <p lang=\"en\">A code may have been seen by others: compare the badge too. This page keeps nothing on your phone.</p>\
         </footer></body></html>\n",
    );
}

/// Warnings on one page at most.
const ALERTS: usize = 5;
/// Groups of one warning named at most.
const NAMED: usize = 4;

fn names<'a>(all: &[(GroupId, String)], ids: impl Iterator<Item = &'a GroupId>) -> String {
    let mut names: Vec<&str> = ids
        .filter_map(|id| all.iter().find(|(other, _)| other == id).map(|(_, name)| name.as_str()))
        .collect();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let named = names.join(", ");
    if more > 0 { format!("{named} và {more} tổ khác") } else { named }
}

fn pretends(kind: ScamKind) -> &'static str {
    match kind {
        ScamKind::FakeOfficer => "Giả công an, cán bộ phường",
        ScamKind::FakeApp => "Đường dẫn, ứng dụng giả",
        ScamKind::SmallFee => "Đòi phí qua đường dẫn",
        ScamKind::CameraFace => "Bảo nhìn vào camera",
        ScamKind::FakeService => "Giả điện lực, bảo hiểm, ngân hàng",
        ScamKind::FakeTransfer => "Chuyển khoản giả, mã QR bị dán đè",
        ScamKind::EasyMoney => "Việc nhẹ lương cao, rủ đầu tư",
        ScamKind::FamilyCrisis => "Giả người thân gặp nạn, mượn tiền",
        ScamKind::Other => "Kiểu khác",
    }
}

/// A telephone number that is called by a tap, when the text is nothing more than one.
fn telephone(text: &str) -> String {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    if text.chars().all(|c| c.is_ascii_digit() || " .-+()".contains(c)) {
        format!("<a href=\"tel:{digits}\">{}</a>", escaped(text))
    } else {
        escaped(text)
    }
}

/// A day as it is read: dd/MM/yyyy.
pub(super) fn day(day: Day) -> String {
    format!("{:02}/{:02}/{:04}", day.0 % 100, day.0 / 100 % 100, day.0 / 10_000)
}

fn short(typed: &str) -> String {
    typed.chars().take(16).collect()
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_are_of_one_length() {
        let lengths = [true, false].map(|yes| answer(None, yes, "19:30, 22/11/2026").len());
        assert_eq!(lengths[0], lengths[1]);
        let (yes, no) = (answer(None, true, ""), answer(None, false, ""));
        assert!(yes.contains("✓ CÓ") && !yes.contains("KHÔNG</b>"));
        assert!(no.contains("✕ KHÔNG") && !no.contains("CÓ</b>"));
    }

    #[test]
    fn what_is_typed_is_shown_as_text() {
        assert_eq!(escaped("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
        assert_eq!(telephone("<b>1</b>"), "&lt;b&gt;1&lt;/b&gt;");
        assert_eq!(telephone("156"), "<a href=\"tel:156\">156</a>");
        assert_eq!(day(Day(20261105)), "05/11/2026");
    }
}
