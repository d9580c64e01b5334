//! Invented names with real frequencies.
//!
//! Family names follow the north of the country; middle and given names follow sex and generation, as
//! heads of household are of all ages and volunteers are young.

use crate::dice::Dice;

/// Family names, by how many in a thousand bear them.
const FAMILIES: &[(&str, u32)] = &[
    ("Nguyễn", 380),
    ("Trần", 105),
    ("Phạm", 82),
    ("Lê", 80),
    ("Vũ", 72),
    ("Hoàng", 46),
    ("Bùi", 34),
    ("Đỗ", 32),
    ("Đặng", 24),
    ("Phan", 18),
    ("Ngô", 16),
    ("Dương", 16),
    ("Đào", 14),
    ("Đoàn", 12),
    ("Trịnh", 11),
    ("Đinh", 11),
    ("Mạc", 9),
    ("Lương", 9),
    ("Cao", 7),
    ("Tạ", 5),
    ("Mai", 5),
    ("Hà", 4),
    ("Tô", 3),
    ("Phùng", 3),
    ("Chu", 2),
];

/// When somebody was born, as far as names show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Generation {
    Elder,
    Middle,
    Young,
}

const MIDDLE_MEN_ELDER: &[(&str, u32)] = &[
    ("Văn", 62),
    ("Đình", 8),
    ("Xuân", 7),
    ("Đức", 6),
    ("Hữu", 6),
    ("Quang", 4),
    ("Bá", 3),
    ("Trọng", 4),
];
const MIDDLE_MEN_MIDDLE: &[(&str, u32)] = &[
    ("Văn", 46),
    ("Đức", 10),
    ("Xuân", 7),
    ("Đình", 7),
    ("Quang", 8),
    ("Hữu", 5),
    ("Ngọc", 6),
    ("Công", 4),
    ("Mạnh", 4),
    ("Duy", 3),
];
const MIDDLE_MEN_YOUNG: &[(&str, u32)] = &[
    ("Minh", 15),
    ("Đức", 14),
    ("Văn", 12),
    ("Quang", 11),
    ("Gia", 8),
    ("Tuấn", 8),
    ("Hoàng", 8),
    ("Duy", 8),
    ("Ngọc", 6),
    ("Hải", 5),
    ("Thành", 5),
];
const MIDDLE_WOMEN_ELDER: &[(&str, u32)] = &[("Thị", 97), ("Thị Kim", 2), ("Thị Bích", 1)];
const MIDDLE_WOMEN_MIDDLE: &[(&str, u32)] = &[
    ("Thị", 72),
    ("Thị Thu", 7),
    ("Thị Thanh", 6),
    ("Thị Kim", 4),
    ("Thu", 4),
    ("Thanh", 4),
    ("Bích", 3),
];
const MIDDLE_WOMEN_YOUNG: &[(&str, u32)] = &[
    ("Thị", 28),
    ("Thu", 12),
    ("Thùy", 10),
    ("Khánh", 10),
    ("Ngọc", 10),
    ("Phương", 9),
    ("Thanh", 8),
    ("Minh", 7),
    ("Quỳnh", 6),
];

const MEN_ELDER: &[&str] = &[
    "Bình", "Bính", "Chiến", "Chính", "Đạt", "Định", "Hòa", "Hùng", "Khải", "Khiêm", "Lợi", "Lực",
    "Mạnh", "Nghĩa", "Nhân", "Phúc", "Quý", "Quyết", "Sinh", "Sửu", "Tấn", "Thạch", "Thiện",
    "Thịnh", "Thụ", "Tiến", "Toán", "Trung", "Tường", "Vinh", "Vượng", "Xuyên",
];
const MEN_MIDDLE: &[&str] = &[
    "Bảo",
    "Cường",
    "Dũng",
    "Đông",
    "Đức",
    "Giang",
    "Hải",
    "Hiếu",
    "Hoàn",
    "Hùng",
    "Huy",
    "Hưng",
    "Kiên",
    "Lâm",
    "Linh",
    "Long",
    "Minh",
    "Nam",
    "Phong",
    "Quân",
    "Quyền",
    "Sơn",
    "Tân",
    "Thắng",
    "Thành",
    "Thủy",
    "Toàn",
    "Trường",
    "Tuấn",
    "Tùng",
    "Tuyên",
    "Việt",
];
const MEN_YOUNG: &[&str] = &[
    "An", "Anh", "Bách", "Duy", "Dương", "Đạt", "Hiệp", "Hiếu", "Hoàng", "Huy", "Khánh", "Khoa",
    "Kiệt", "Lộc", "Long", "Minh", "Nam", "Nguyên", "Nhật", "Phúc", "Quân", "Sơn", "Thái", "Thịnh",
    "Tiến", "Trung", "Tú", "Vũ",
];
const WOMEN_ELDER: &[&str] = &[
    "Bé", "Bích", "Chiên", "Chín", "Cúc", "Dần", "Đào", "Gái", "Hiền", "Hồng", "Huệ", "Lan", "Lụa",
    "Lý", "Mận", "Miến", "Mơ", "Mùi", "Nga", "Nhàn", "Nhung", "Sen", "Tâm", "Thêu", "Thoa", "Tuất",
    "Tý", "Vân", "Xuân", "Yến",
];
const WOMEN_MIDDLE: &[&str] = &[
    "Bình", "Duyên", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa", "Hồng", "Huyền", "Hương", "Lan", "Liên",
    "Loan", "Luyến", "Mai", "Minh", "Ngà", "Ngân", "Nguyệt", "Nhung", "Oanh", "Phương", "Quyên",
    "Tâm", "Thảo", "Thơm", "Thu", "Thủy", "Tuyết", "Vân", "Xuyến", "Yến",
];
const WOMEN_YOUNG: &[&str] = &[
    "Anh", "Chi", "Dung", "Giang", "Hà", "Hân", "Hiền", "Huyền", "Hương", "Lan", "Linh", "Ly",
    "Mai", "My", "Ngân", "Ngọc", "Nhi", "Như", "Phương", "Quỳnh", "Thảo", "Thư", "Trang", "Trâm",
    "Uyên", "Vân", "Vy", "Yến",
];

/// The name of a head of household: two in three are men, most are past forty.
pub(crate) fn head(dice: &mut Dice) -> String {
    let generation = dice.weighted(&[
        (Generation::Elder, 34),
        (Generation::Middle, 54),
        (Generation::Young, 12),
    ]);
    let man = dice.chance(0.64);
    name(man, generation, dice)
}

/// The name of a volunteer: students and young workers.
pub(crate) fn volunteer(dice: &mut Dice) -> String {
    let man = dice.chance(0.45);
    name(man, Generation::Young, dice)
}

/// The name of somebody who holds a post.
pub(crate) fn official(dice: &mut Dice) -> String {
    let man = dice.chance(0.58);
    name(man, Generation::Middle, dice)
}

fn name(man: bool, generation: Generation, dice: &mut Dice) -> String {
    let family = dice.weighted(FAMILIES);
    let (middles, givens) = match (man, generation) {
        (true, Generation::Elder) => (MIDDLE_MEN_ELDER, MEN_ELDER),
        (true, Generation::Middle) => (MIDDLE_MEN_MIDDLE, MEN_MIDDLE),
        (true, Generation::Young) => (MIDDLE_MEN_YOUNG, MEN_YOUNG),
        (false, Generation::Elder) => (MIDDLE_WOMEN_ELDER, WOMEN_ELDER),
        (false, Generation::Middle) => (MIDDLE_WOMEN_MIDDLE, WOMEN_MIDDLE),
        (false, Generation::Young) => (MIDDLE_WOMEN_YOUNG, WOMEN_YOUNG),
    };
    let given = *dice.pick(givens);
    // Nobody is called Hoàng Hoàng, or Minh Minh; Đăng or Thị goes with everything.
    let middle = match dice.weighted(middles) {
        m if m == family || m.ends_with(given) => {
            if man {
                "Đăng"
            } else {
                "Thị"
            }
        }
        m => m,
    };
    format!("{family} {middle} {given}")
}
