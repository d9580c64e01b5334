//! Names of places: residential groups and streets, each marked by how well it is known.

/// How well a name of the demonstration is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// Found in public sources for this ward.
    Verified,
    /// Plausible, made up for the demonstration.
    Sample,
}

/// The name of a residential group and the former ward it is placed in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroupName {
    pub(crate) name: &'static str,
    pub(crate) former_ward: &'static str,
    pub(crate) provenance: Provenance,
}

const fn verified(former_ward: &'static str, name: &'static str) -> GroupName {
    GroupName { name, former_ward, provenance: Provenance::Verified }
}

const fn sample(former_ward: &'static str, name: &'static str) -> GroupName {
    GroupName { name, former_ward, provenance: Provenance::Sample }
}

/// Residential groups of Phường Chu Văn An. The order is that of importance: a small ward takes the
/// first ones. The official list is not public; see the provenance of each. The former ward of a
/// sample is a sample too.
pub(crate) const CHU_VAN_AN_GROUPS: &[GroupName] = &[
    verified("Sao Đỏ", "Nguyễn Trãi 2"),
    verified("Sao Đỏ", "Thái Học 2"),
    verified("Thái Học", "Ninh Chấp 5"),
    verified("Văn An", "Trại Sen"),
    verified("Văn An", "Kinh Trung"),
    verified("Văn An", "Kiệt Đông"),
    verified("Văn An", "Kiệt Đoài"),
    verified("Văn An", "Kiệt Thượng"),
    verified("Văn An", "Kỳ"),
    verified("Văn An", "Trại Thượng"),
    verified("Văn An", "Tường"),
    verified("Văn An", "Hữu Lộc"),
    sample("Sao Đỏ", "Nguyễn Trãi 1"),
    sample("Sao Đỏ", "Thái Học 1"),
    sample("Sao Đỏ", "Thái Học 3"),
    sample("Sao Đỏ", "Hùng Vương"),
    sample("Sao Đỏ", "Trần Hưng Đạo"),
    sample("Sao Đỏ", "Chu Văn An"),
    sample("Thái Học", "Ninh Chấp 6"),
    sample("Thái Học", "Ninh Chấp 7"),
    sample("Thái Học", "Lạc Sơn"),
    sample("Thái Học", "Miếu Sơn"),
    sample("Chí Minh", "Mật Sơn"),
    sample("Chí Minh", "Nhân Hưng"),
    sample("Chí Minh", "Khang Thọ"),
    sample("Chí Minh", "Đồi Thông"),
    sample("Sao Đỏ", "Nguyễn Trãi 3"),
    sample("Sao Đỏ", "Nguyễn Trãi 4"),
    sample("Sao Đỏ", "Thái Học 4"),
    sample("Sao Đỏ", "Thái Học 5"),
    sample("Sao Đỏ", "Hùng Vương 2"),
    sample("Sao Đỏ", "Hùng Vương 3"),
    sample("Sao Đỏ", "Trần Hưng Đạo 2"),
    sample("Sao Đỏ", "Trần Hưng Đạo 3"),
    sample("Sao Đỏ", "Chu Văn An 2"),
    sample("Sao Đỏ", "Chu Văn An 3"),
    sample("Thái Học", "Ninh Chấp 1"),
    sample("Thái Học", "Ninh Chấp 2"),
    sample("Thái Học", "Ninh Chấp 3"),
    sample("Thái Học", "Ninh Chấp 4"),
    sample("Thái Học", "Lạc Sơn 2"),
    sample("Thái Học", "Miếu Sơn 2"),
    sample("Chí Minh", "Mật Sơn 2"),
    sample("Chí Minh", "Mật Sơn 3"),
    sample("Chí Minh", "Nhân Hưng 2"),
    sample("Chí Minh", "Khang Thọ 2"),
    sample("Chí Minh", "Đồi Thông 2"),
    sample("Văn An", "Trại Thượng 2"),
];

/// Roughly where a former ward lies (degrees), so that names of one former ward end up together. The
/// places are a sample: no public map of the old wards was used.
pub(crate) fn former_ward_anchor(former_ward: &str) -> Option<(f64, f64)> {
    Some(match former_ward {
        "Sao Đỏ" => (106.391, 21.113),
        "Văn An" => (106.356, 21.105),
        "Chí Minh" => (106.398, 21.092),
        "Thái Học" => (106.374, 21.086),
        _ => return None,
    })
}

/// Streets. All are found in public sources for Phường Chu Văn An; elsewhere they are samples. The
/// first one carries the walked demonstration alley.
pub(crate) const STREETS: &[&str] = &[
    "Nguyễn Trãi",
    "Nguyễn Thị Duệ",
    "Nguyễn Thái Học",
    "Chu Văn An",
    "Trần Hưng Đạo",
    "Kim Đồng",
    "Phạm Văn Đồng",
    "Nam Cao",
    "Phan Bội Châu",
    "Hồ Xuân Hương",
    "Hoàng Diệu",
    "Phan Chu Trinh",
    "Nguyễn Trung Trực",
    "Nguyễn Thượng Hiền",
    "Chùa Vần",
    "Triệu Quốc Đạt",
];
