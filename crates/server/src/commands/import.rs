//! `gocua import`: a residential group's register, from a spreadsheet as group leaders keep it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use gocua_domain::import::file_label;
use gocua_paper::register::Severity;
use gocua_paper::{ColumnHints, Register, RegisterRow, interpret};
use gocua_store::{Act, GroundReport, ImportOptions, ImportReport, ImportRow, Refusal, Store};

use crate::app::Clock;

use crate::intake::Reader;

/// What to import, and where to.
#[derive(Clone, Debug, Args)]
pub struct ImportArgs {
    /// The file: XLSX or CSV.
    pub register: PathBuf,
    /// Code of the ward; needed when the book holds several.
    #[arg(long)]
    pub ward: Option<String>,
    /// The residential group, where the file names none.
    #[arg(long)]
    pub group: Option<String>,
    /// Found residential groups the ward does not have yet.
    #[arg(long)]
    pub new_groups: bool,
    /// Write it to the book. Without this nothing is written, only reported.
    #[arg(long)]
    pub commit: bool,
}

/// Reads, reports, and with `--commit` writes. Returns whether every row found its place.
///
/// # Errors
/// When the file cannot be read as a register, or the book fails; nothing is half-written.
pub async fn run(store: &Store, args: &ImportArgs) -> anyhow::Result<bool> {
    let register = read(&args.register).await?;
    println!("{}", args.register.display());
    print_register(&register);
    let ward = pick_ward(store, args.ward.as_deref()).await?;
    let rows: Vec<ImportRow> =
        register.households().map(|row| import_row(row, args.group.as_deref())).collect();
    anyhow::ensure!(!rows.is_empty(), "the file holds no household that can be imported");
    let act = Act::program(Clock::system().now());
    let name = args.register.file_name().unwrap_or_default().to_string_lossy();
    let options = ImportOptions {
        act,
        commit: args.commit,
        new_groups: args.new_groups,
        file: file_label(&name),
    };
    let report = store.import(&ward, &rows, options).await.context("importing")?;
    print_report(&report, args.commit);
    if args.commit {
        let now = Clock::system().now();
        let outlines = store.derive_outlines(&ward, now).await.context("deriving outlines")?;
        print_outlines(&outlines);
    }
    Ok(report.refused.is_empty())
}

/// Says what the doors' places have changed of the map.
fn print_outlines(told: &GroundReport) {
    if !told.derived.is_empty() {
        println!("  ranh giới suy ra từ cửa nhà: {} tổ", told.derived.len());
    }
    if !told.astray.is_empty() {
        println!("  cửa ngoài ranh giới tổ của mình: {}", told.astray.len());
    }
}

/// The register in a file, read by a child process with a memory limit: a hostile workbook can make
/// its reader abort, which no code in the same process could catch.
///
/// # Errors
/// When the file cannot be opened, or is not a workbook that can be read.
pub async fn read(path: &Path) -> anyhow::Result<Register> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let sheets = tokio::task::spawn_blocking(move || Reader::child().sheets(&bytes))
        .await?
        .map_err(|e| anyhow::anyhow!("{}\n{}", e.message_vi(), e.message_en()))?;
    Ok(interpret(sheets, &ColumnHints::default()))
}

async fn pick_ward(store: &Store, asked: Option<&str>) -> anyhow::Result<String> {
    let wards = store.wards().await?;
    match (asked, wards.as_slice()) {
        (Some(code), _) if wards.iter().any(|w| w == code) => Ok(code.to_owned()),
        (Some(code), _) => anyhow::bail!("there is no ward {code} in the book"),
        (None, [only]) => Ok(only.clone()),
        (None, []) => anyhow::bail!("the book holds no ward yet"),
        (None, many) => anyhow::bail!("name the ward with --ward, one of {}", many.join(", ")),
    }
}

/// A row of a register as the store takes it in.
pub fn import_row(row: &RegisterRow, fallback_group: Option<&str>) -> ImportRow {
    let sheet = row.sheet.as_deref().unwrap_or("CSV");
    ImportRow {
        place: format!("{sheet}!{}", row.row_number),
        group: row.group_name.clone().or_else(|| fallback_group.map(str::to_owned)),
        address: row.address.clone(),
        head_name: row.head_name.clone(),
        members: row.member_count.map(i32::from),
        adults: row.adult_count.map(i32::from),
        code: row.code.clone(),
        point: row.point,
    }
}

fn print_register(register: &Register) {
    println!("  {} hộ đọc được", register.rows.len());
    let mut dropped: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for column in &register.dropped {
        let sheet = column.sheet.as_deref().unwrap_or("CSV");
        let key = (column.header.as_str(), column.why.message_vi().to_owned());
        dropped.entry(key).or_default().push(sheet);
    }
    for ((header, why), sheets) in dropped {
        println!("  bỏ cột «{header}» ({}): {why}", sheets.join(", "));
    }
    let (notes, faults): (Vec<_>, Vec<_>) =
        register.issues.iter().partition(|i| i.issue.severity() == Severity::Note);
    for fault in faults {
        let sheet = fault.sheet.as_deref().unwrap_or("CSV");
        let row = fault.row.map(|n| format!("!{n}")).unwrap_or_default();
        let column = fault.column.as_deref().map(|c| format!(" «{c}»")).unwrap_or_default();
        println!("  {sheet}{row}{column}: {}", fault.issue.message_vi());
    }
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for note in notes {
        *told.entry(note.issue.message_vi()).or_default() += 1;
    }
    for (note, times) in told {
        println!("  {times} dòng: {note}");
    }
    for twice in &register.duplicates_in_file {
        let place = |at: usize| {
            register.rows.get(at).map_or_else(String::new, |r| {
                format!("{}!{}", r.sheet.as_deref().unwrap_or("CSV"), r.row_number)
            })
        };
        println!("  {} trùng với {}", place(twice.again), place(twice.first));
    }
}

fn print_report(report: &ImportReport, committed: bool) {
    println!(
        "  {}: thêm {}, nhận {} nhà tình nguyện viên đã đề nghị, cập nhật {}, giữ nguyên {}; \
         tổ mới {}, ngõ mới {}",
        if committed {
            "ĐÃ GHI"
        } else {
            "CHẠY THỬ, chưa ghi gì (thêm --commit để ghi)"
        },
        report.added,
        report.confirmed,
        report.updated,
        report.unchanged,
        report.groups_added.len(),
        report.alleys_added,
    );
    for place in &report.heads_differ {
        println!("  {place}: tên chủ hộ khác với sổ; giữ nguyên sổ, hãy hỏi tổ trưởng");
    }
    for (place, why) in &report.refused {
        let why = match why {
            Refusal::NoGroup => "không rõ tổ dân phố (thêm --group)",
            Refusal::UnknownGroup => "phường chưa có tổ dân phố này (thêm --new-groups)",
            Refusal::NothingToFindItBy => "không có số nhà, mốc hay tên chủ hộ",
            Refusal::Repeated => "trùng với một dòng ở trên",
        };
        println!("  bỏ dòng {place}: {why}");
    }
}
