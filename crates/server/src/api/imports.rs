//! Household lists on their way into the register: read, looked through, brought in, taken back.
//!
//! A file comes in the body of a request and ends with it: it is written nowhere, and of what it holds
//! only the few columns a register may keep leave the reader.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use actix_web::{delete, get, post, web};
use gocua_domain::account::Action;
use gocua_domain::address::Address;
use gocua_domain::edit::holds_number;
use gocua_domain::id::{HouseholdId, ImportId};
use gocua_domain::import::{
    MAX_ADDRESS, MAX_FILE_BYTES, MAX_NAME, RowAct, RowDoubt, RowFate, doubts_of, draft_ends,
    file_label, letters_for_digits, rolls_back_until,
};
use gocua_domain::time::Millis;
use gocua_paper::register::SheetReading;
use gocua_paper::{ColumnHints, Register, SheetHints, interpret};
use gocua_store::{Commit, Draft, DraftLine, ImportLine, NewDraft, RowOutlook, Stay, Undo};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use super::register::RegisterHousehold;
use crate::app::{App, State};
use crate::intake::{draft_rows, read_fault};

/// What stands before the file in the body may take so many bytes.
const MAX_HEAD: usize = 64 * 1024;
/// How long a file may take to arrive: ten megabytes over a poor line.
const PATIENCE: Duration = Duration::from_secs(180);
/// Rows of a page.
const PAGE: usize = 50;
/// Most residential groups one list may found.
const MOST_GROUPS: usize = 100;
/// Most households named that stay when an import is taken back.
const NAMED: usize = 200;

/// What is said about a file, one line of JSON before its bytes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileHead {
    /// Of the draft it becomes, made by the desk: sent twice, it is one draft. Not needed to look.
    id: Option<ImportId>,
    /// Name of the file.
    name: String,
    /// What is known better than the guess, by the place of the sheet in the file, from 0.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Object>)]
    sheets: BTreeMap<usize, SheetHints>,
}

/// How a column was understood.
#[derive(Debug, Serialize, ToSchema)]
pub struct ColumnView {
    /// The column, from 0.
    at: u32,
    /// Its header as written, or its letter; long numbers masked.
    label: String,
    /// What it is read as; null when it is left behind.
    field: Option<String>,
    /// Why it is left behind.
    why: Option<String>,
    /// May it not be held at all, whatever is said?
    forbidden: bool,
    /// A few values, of columns that are read only.
    samples: Vec<String>,
}

/// How a sheet was read.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListSheetView {
    /// The tab; null for CSV.
    name: Option<String>,
    taken: bool,
    /// The rows of the header, first and last, from 1.
    header: Option<(u32, u32)>,
    /// Its households.
    households: usize,
    /// The residential group of the rows that name none themselves.
    group: Option<String>,
    /// The old letters it was written in: `tcvn3` or `vni`.
    letters: Option<String>,
    /// What is wrong with the whole sheet.
    faults: Vec<String>,
    columns: Vec<ColumnView>,
}

/// How a file was read. Nothing of it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileView {
    /// Its name, without long numbers.
    file: String,
    /// Its households, and the lines that were refused.
    rows: usize,
    sheets: Vec<ListSheetView>,
}

/// The code of a value that serializes as one word.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(serde_json::Value::Object(tagged)) => {
            tagged.get("code").and_then(|code| code.as_str()).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

fn sheet_views(register: &Register) -> Vec<ListSheetView> {
    let view = |sheet: &SheetReading| ListSheetView {
        name: sheet.name.as_deref().map(file_label),
        taken: sheet.taken,
        header: sheet.header,
        households: sheet.households,
        group: sheet.group.clone(),
        letters: sheet.letters.as_ref().map(word),
        faults: register
            .issues
            .iter()
            .filter(|issue| issue.row.is_none() && issue.sheet == sheet.name)
            .map(|issue| word(&issue.issue))
            .collect(),
        columns: sheet
            .columns
            .iter()
            .map(|column| ColumnView {
                at: column.at,
                label: column.label.clone(),
                field: column.field.as_ref().map(word),
                why: column.why.as_ref().map(word),
                forbidden: column.why.is_some_and(|why| why.is_forbidden()),
                samples: column.samples.clone(),
            })
            .collect(),
    };
    register.sheets.iter().map(view).collect()
}

/// Takes a file in and reads it: first the line of JSON, then the bytes.
async fn take_in(app: &App, payload: web::Payload) -> Result<(FileHead, Register), Problem> {
    let body = tokio::time::timeout(PATIENCE, payload.to_bytes_limited(MAX_FILE_BYTES + MAX_HEAD))
        .await
        .map_err(|_| Problem::new(Code::Timeout))?
        .map_err(|_| Problem::new(Code::PayloadTooLarge))?
        // It broke off: nobody is there to read this.
        .map_err(|_| Problem::new(Code::Timeout))?;
    let end = body.iter().take(MAX_HEAD).position(|b| *b == b'\n');
    let end = end.ok_or_else(|| Problem::new(Code::MalformedJson))?;
    let head: FileHead =
        serde_json::from_slice(&body[..end]).map_err(|_| Problem::new(Code::MalformedJson))?;
    let file = body.slice(end + 1..);
    if file.len() > MAX_FILE_BYTES {
        return Err(Problem::new(Code::PayloadTooLarge));
    }
    let hints = ColumnHints { sheets: head.sheets.clone(), ..ColumnHints::default() };
    let reader = app.reader;
    // Reading takes a processor's time and a child's: the worker goes on meanwhile.
    let read = web::block(move || reader.sheets(&file).map(|sheets| interpret(sheets, &hints)));
    let register = read.await.map_err(|_| Problem::new(Code::Unavailable))?;
    let register = register
        .map_err(|error| Problem::field(Code::UnreadableFile, "/file", read_fault(&error)))?;
    Ok((head, register))
}

/// Reads a file and says how it was understood. Nothing is kept.
#[utoipa::path(
    tag = "imports",
    request_body(content = String, content_type = "application/octet-stream",
        description = "One line of JSON (`FileHead`), a line feed, and the bytes of the file: XLSX or CSV, at most 10 MB"),
    responses(
        (status = 200, description = "How it was understood", body = FileView),
        (status = 422, description = "`unreadable_file`; the field `/file` says why", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/imports/read")]
pub async fn read_file(
    app: State,
    caller: Caller,
    payload: web::Payload,
) -> Result<web::Json<FileView>, Problem> {
    caller.may(Action::ImportRegister)?;
    let (head, register) = take_in(&app, payload).await?;
    Ok(web::Json(FileView {
        file: file_label(&head.name),
        rows: draft_rows(&register).len(),
        sheets: sheet_views(&register),
    }))
}

/// Which draft was kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptView {
    id: ImportId,
    rows: usize,
}

/// Reads a file and keeps its rows as a draft; the file itself is kept nowhere. The same id again takes
/// the place of the draft.
#[utoipa::path(
    tag = "imports",
    request_body(content = String, content_type = "application/octet-stream",
        description = "As for `/imports/read`, with an `id`"),
    responses(
        (status = 200, description = "Kept", body = KeptView),
        (status = 409, description = "The id is of an import that is in the book", body = ProblemBody),
        (status = 422, description = "`unreadable_file`; the field `/file` says why", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/imports")]
pub async fn keep(
    app: State,
    caller: Caller,
    payload: web::Payload,
) -> Result<web::Json<KeptView>, Problem> {
    caller.may(Action::ImportRegister)?;
    let ward = caller.ward()?;
    let (head, register) = take_in(&app, payload).await?;
    let id = head.id.ok_or_else(|| Problem::invalid("/id"))?;
    let rows = draft_rows(&register);
    if rows.is_empty() {
        return Err(Problem::field(Code::UnreadableFile, "/file", "no_households"));
    }
    let mut sheets = sheet_views(&register);
    for column in sheets.iter_mut().flat_map(|sheet| &mut sheet.columns) {
        column.samples.clear();
    }
    let count = rows.len();
    let sheets = serde_json::to_value(&sheets).map_err(Problem::internal)?;
    let file = file_label(&head.name);
    let draft = NewDraft { id, by: caller.0.account, file, sheets, rows };
    app.store.keep_draft(ward, &draft, app.now()).await?;
    Ok(web::Json(KeptView { id, rows: count }))
}

/// A draft in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftLineView {
    id: ImportId,
    /// Name of the file.
    file: String,
    /// Who brought it.
    by: String,
    created_at: Millis,
    touched_at: Millis,
    /// When it is forgotten if nobody works on it.
    ends_at: Millis,
    rows: u64,
}

impl From<DraftLine> for DraftLineView {
    fn from(line: DraftLine) -> Self {
        Self {
            id: line.id,
            file: line.file,
            by: line.by,
            created_at: line.created_at,
            touched_at: line.touched_at,
            ends_at: draft_ends(line.touched_at),
            rows: line.rows,
        }
    }
}

/// Who took an import back, and when.
#[derive(Debug, Serialize, ToSchema)]
pub struct UndoneView {
    by: String,
    at: Millis,
    /// Households that stayed, because they had been touched since.
    stayed: i32,
}

/// An import that is, or was, in the book.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportLineView {
    id: ImportId,
    /// Name of the file.
    file: String,
    by: String,
    at: Millis,
    /// Until when it can be taken back; null when it cannot any more.
    undo_until: Option<Millis>,
    added: i32,
    confirmed: i32,
    updated: i32,
    unchanged: i32,
    heads_differ: i32,
    repeated: i32,
    left_out: i32,
    groups: i32,
    alleys: i32,
    undone: Option<UndoneView>,
}

impl ImportLineView {
    fn of(line: ImportLine, now: Millis) -> Self {
        let until = rolls_back_until(line.committed_at);
        let stayed = line.stayed.unwrap_or_default();
        Self {
            undo_until: (line.undone.is_none() && now <= until).then_some(until),
            id: line.id,
            file: line.file,
            by: line.by,
            at: line.committed_at,
            added: line.added,
            confirmed: line.confirmed,
            updated: line.updated,
            unchanged: line.unchanged,
            heads_differ: line.heads_differ,
            repeated: line.repeated,
            left_out: line.left_out,
            groups: line.groups,
            alleys: line.alleys,
            undone: line.undone.map(|(by, at)| UndoneView { by, at, stayed }),
        }
    }
}

/// Drafts and imports of the ward.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportsView {
    drafts: Vec<DraftLineView>,
    /// At most the latest 100.
    imports: Vec<ImportLineView>,
}

/// Drafts that wait, and imports, the latest first.
#[utoipa::path(
    tag = "imports",
    responses(
        (status = 200, description = "Drafts and imports", body = ImportsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/imports")]
pub async fn list_imports(app: State, caller: Caller) -> Result<web::Json<ImportsView>, Problem> {
    caller.may(Action::ImportRegister)?;
    list(&app, caller.ward()?).await
}

async fn list(app: &App, ward: &str) -> Result<web::Json<ImportsView>, Problem> {
    let now = app.now();
    let drafts = app.store.drafts(ward).await?.into_iter();
    let imports = app.store.imports(ward).await?.into_iter();
    Ok(web::Json(ImportsView {
        drafts: drafts.map(DraftLineView::from).filter(|d| d.ends_at > now).collect(),
        imports: imports.map(|line| ImportLineView::of(line, now)).collect(),
    }))
}

/// An address somebody is typing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressText {
    /// At most 200 characters.
    text: String,
}

/// An address as it is understood.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddressView {
    /// Street, lanes, number, landmark: the way to the door.
    steps: Vec<String>,
    doubts: Vec<RowDoubt>,
    /// What it may have meant.
    suggestions: Vec<String>,
}

/// Reads an address the way the register would.
#[utoipa::path(
    tag = "imports",
    request_body = AddressText,
    responses(
        (status = 200, description = "As it is understood", body = AddressView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/imports/address")]
pub async fn read_address(
    caller: Caller,
    body: Body<AddressText>,
) -> Result<web::Json<AddressView>, Problem> {
    caller.may(Action::ImportRegister)?;
    let Body(AddressText { text }) = body;
    if text.chars().count() > MAX_ADDRESS || holds_number(&text) {
        return Err(Problem::invalid("/text"));
    }
    let address = Address::parse(&text);
    Ok(web::Json(AddressView {
        steps: address.steps(),
        doubts: doubts_of(&address),
        suggestions: letters_for_digits(&address.raw).into_iter().collect(),
    }))
}

/// Which rows of a draft to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// Those a person should look at.
    #[default]
    Look,
    /// All.
    All,
    /// Households the book does not have.
    New,
    /// Households whose numbers of people change.
    Updated,
    /// Households the book has just so.
    Same,
    /// Proposals of phones that are confirmed.
    Confirmed,
    /// Another head than in the book.
    HeadDiffers,
    /// The same household again.
    Repeated,
    /// Left out by a person.
    LeftOut,
    /// Those that would be lost.
    Blocked,
    /// Households of the book that the file does not name.
    Absent,
}

impl Show {
    fn takes(self, outlook: &RowOutlook) -> bool {
        let fate = outlook.fate;
        match self {
            Self::Look => fate.needs_look(&outlook.row),
            Self::All => true,
            Self::New => fate == RowFate::New,
            Self::Updated => fate == RowFate::Updated,
            Self::Same => fate == RowFate::Same,
            Self::Confirmed => fate == RowFate::Confirmed,
            Self::HeadDiffers => fate == RowFate::HeadDiffers,
            Self::Repeated => fate == RowFate::Repeated,
            Self::LeftOut => fate == RowFate::LeftOut,
            Self::Blocked => fate.blocks(),
            Self::Absent => false,
        }
    }
}

/// A page of a draft.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Which rows.
    #[serde(default)]
    #[param(inline)]
    show: Show,
    /// How many of them to skip.
    #[serde(default)]
    from: usize,
}

/// How many rows of each kind a draft has.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftCounts {
    all: usize,
    look: usize,
    new: usize,
    updated: usize,
    same: usize,
    confirmed: usize,
    head_differs: usize,
    repeated: usize,
    left_out: usize,
    blocked: usize,
    absent: usize,
}

/// How many rows wait because of one doubt and no other.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoubtCount {
    doubt: RowDoubt,
    rows: usize,
}

/// Where a row stands in its file.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowPlace {
    sheet: Option<String>,
    row: u32,
}

/// The household of the book a row speaks of.
#[derive(Debug, Serialize, ToSchema)]
pub struct BookSays {
    household: RegisterHousehold,
    /// Of an updated household: members as the book has them.
    members: Option<i32>,
    /// The same of those from 14 years.
    adults: Option<i32>,
}

/// A row of a draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowView {
    /// Its place in the draft, from 0.
    at: usize,
    place: RowPlace,
    group: Option<String>,
    /// The address as the file says it, or as it was typed since.
    written: String,
    /// The address as it is understood.
    steps: Vec<String>,
    head: Option<String>,
    members: Option<i32>,
    adults: Option<i32>,
    /// Longitude and latitude.
    point: Option<(f64, f64)>,
    doubts: Vec<RowDoubt>,
    /// Addresses it may have meant.
    suggestions: Vec<String>,
    fate: RowFate,
    /// Should a person look at it?
    look: bool,
    settled: bool,
    /// Of a repeated row: the earlier one.
    first: Option<RowPlace>,
    book: Option<BookSays>,
}

/// A draft: its counts, and a page of its rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftView {
    #[serde(flatten)]
    line: DraftLineView,
    #[schema(value_type = Vec<ListSheetView>)]
    sheets: serde_json::Value,
    counts: DraftCounts,
    /// What many rows wait for, the most frequent first.
    doubts: Vec<DoubtCount>,
    /// Residential groups the ward does not have.
    unknown_groups: Vec<String>,
    /// Those of them that will be founded.
    founds: Vec<String>,
    /// Streets and lanes that will be founded.
    alleys: usize,
    show: Show,
    from: usize,
    /// How many there are of what is shown.
    of: usize,
    rows: Vec<RowView>,
    /// With `absent`: the households.
    absent: Vec<RegisterHousehold>,
}

async fn draft_view(
    app: &App,
    ward: &str,
    draft: Draft,
    PageQuery { show, from }: PageQuery,
) -> Result<DraftView, Problem> {
    let of_fate = |fate| draft.rows.iter().filter(|r| r.fate == fate).count();
    let counts = DraftCounts {
        all: draft.rows.len(),
        look: draft.rows.iter().filter(|r| Show::Look.takes(r)).count(),
        new: of_fate(RowFate::New),
        updated: of_fate(RowFate::Updated),
        same: of_fate(RowFate::Same),
        confirmed: of_fate(RowFate::Confirmed),
        head_differs: of_fate(RowFate::HeadDiffers),
        repeated: of_fate(RowFate::Repeated),
        left_out: of_fate(RowFate::LeftOut),
        blocked: draft.rows.iter().filter(|r| r.fate.blocks()).count(),
        absent: draft.absent.len(),
    };
    let mut alone: BTreeMap<RowDoubt, usize> = BTreeMap::new();
    for outlook in draft.rows.iter().filter(|r| r.row.doubtful() && !r.row.unread()) {
        if let [doubt] = outlook.row.doubts[..] {
            *alone.entry(doubt).or_default() += 1;
        }
    }
    let mut doubts: Vec<DoubtCount> =
        alone.into_iter().map(|(doubt, rows)| DoubtCount { doubt, rows }).collect();
    doubts.sort_by_key(|d| std::cmp::Reverse(d.rows));
    let shown: Vec<&RowOutlook> = draft.rows.iter().filter(|r| show.takes(r)).collect();
    let page: Vec<&RowOutlook> = shown.iter().skip(from).take(PAGE).copied().collect();
    let ids: Vec<HouseholdId> = match show {
        Show::Absent => draft.absent.iter().skip(from).take(PAGE).copied().collect(),
        _ => page.iter().filter_map(|r| r.household).collect(),
    };
    let entries = app.store.households_by_id(ward, &ids).await?;
    let (mut known, mut absent) = (HashMap::new(), Vec::new());
    for entry in entries {
        match show {
            Show::Absent => absent.push(RegisterHousehold::from(entry)),
            _ => drop(known.insert(entry.id, entry)),
        }
    }
    let place = |at: usize| {
        let found = draft.rows.get(at)?;
        Some(RowPlace { sheet: found.row.sheet.clone(), row: found.row.row })
    };
    let rows = page.into_iter().map(|outlook| {
        let row = &outlook.row;
        let entry = outlook.household.and_then(|id| known.get(&id)).cloned();
        let (members, adults) = outlook.was.unwrap_or_default();
        RowView {
            at: outlook.position,
            place: RowPlace { sheet: row.sheet.clone(), row: row.row },
            group: row.group.clone(),
            written: row.address.raw.clone(),
            steps: row.address.steps(),
            head: row.head.clone(),
            members: row.members,
            adults: row.adults,
            point: row.point,
            doubts: row.doubts.clone(),
            suggestions: row.suggestions(),
            fate: outlook.fate,
            look: outlook.fate.needs_look(row),
            settled: row.settled,
            first: outlook.first.and_then(place),
            book: entry.map(|entry| BookSays { household: entry.into(), members, adults }),
        }
    });
    let rows = rows.collect();
    Ok(DraftView {
        of: if show == Show::Absent { counts.absent } else { shown.len() },
        counts,
        doubts,
        rows,
        absent,
        line: draft.line.into(),
        sheets: draft.sheets,
        unknown_groups: draft.unknown_groups,
        founds: draft.founds,
        alleys: draft.alleys,
        show,
        from,
    })
}

async fn answer(
    app: &App,
    caller: &Caller,
    id: ImportId,
    page: PageQuery,
) -> Result<web::Json<DraftView>, Problem> {
    let ward = caller.ward()?;
    let draft = app.store.draft(ward, id).await?;
    if draft_ends(draft.line.touched_at) <= app.now() {
        return Err(Problem::new(Code::NotFound));
    }
    draft_view(app, ward, draft, page).await.map(web::Json)
}

/// A draft with a page of 50 of its rows, and what the book makes of them today.
#[utoipa::path(
    tag = "imports",
    params(("id" = ImportId, Path, description = "The draft"), PageQuery),
    responses(
        (status = 200, description = "The draft", body = DraftView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/imports/{id}")]
pub async fn look_through(
    app: State,
    caller: Caller,
    id: web::Path<ImportId>,
    page: web::Query<PageQuery>,
) -> Result<web::Json<DraftView>, Problem> {
    caller.may(Action::ImportRegister)?;
    answer(&app, &caller, *id, *page).await
}

/// Forget a draft.
#[utoipa::path(
    tag = "imports",
    params(("id" = ImportId, Path, description = "The draft")),
    responses(
        (status = 200, description = "Drafts and imports", body = ImportsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[delete("/imports/{id}")]
pub async fn discard(
    app: State,
    caller: Caller,
    id: web::Path<ImportId>,
) -> Result<web::Json<ImportsView>, Problem> {
    caller.may(Action::ImportRegister)?;
    let ward = caller.ward()?;
    app.store.discard_draft(ward, *id).await?;
    list(&app, ward).await
}

/// Do something about one row; the answer is the page as it stands then.
#[utoipa::path(
    tag = "imports",
    params(
        ("id" = ImportId, Path, description = "The draft"),
        ("at" = usize, Path, description = "The row's place in it, from 0"),
        PageQuery,
    ),
    request_body = RowAct,
    responses(
        (status = 200, description = "The draft", body = DraftView),
        (status = 422, description = "A field holds what may not be kept", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/imports/{id}/rows/{at}")]
pub async fn act_on_row(
    app: State,
    caller: Caller,
    place: web::Path<(ImportId, usize)>,
    page: web::Query<PageQuery>,
    body: Body<RowAct>,
) -> Result<web::Json<DraftView>, Problem> {
    caller.may(Action::ImportRegister)?;
    let (id, at) = *place;
    let Body(act) = body;
    let done = app.store.act_on_row(caller.ward()?, id, at, &act, app.now()).await?;
    done.map_err(|fault| Problem::invalid(format!("/{}", fault.field())))?;
    answer(&app, &caller, id, *page).await
}

/// What to do about many rows at once.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ManyAct {
    /// They are right as they stand.
    Settle,
    /// They stay out of the book.
    LeaveOut,
}

/// Rows that are all alike.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManyRows {
    act: ManyAct,
    /// Those that wait because of this doubt and no other; without one, those that would be lost.
    doubt: Option<RowDoubt>,
}

/// Do the same about many rows.
#[utoipa::path(
    tag = "imports",
    params(("id" = ImportId, Path, description = "The draft"), PageQuery),
    request_body = ManyRows,
    responses(
        (status = 200, description = "The draft", body = DraftView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/imports/{id}/rows")]
pub async fn act_on_rows(
    app: State,
    caller: Caller,
    id: web::Path<ImportId>,
    page: web::Query<PageQuery>,
    body: Body<ManyRows>,
) -> Result<web::Json<DraftView>, Problem> {
    caller.may(Action::ImportRegister)?;
    let Body(ManyRows { act, doubt }) = body;
    let act = match act {
        ManyAct::Settle => RowAct::Settle,
        ManyAct::LeaveOut => RowAct::LeaveOut,
    };
    app.store.act_on_rows(caller.ward()?, *id, doubt, &act, app.now()).await?;
    answer(&app, &caller, *id, *page).await
}

/// Residential groups a draft may found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundGroups {
    /// By name, as the rows name them; at most 100. An empty list takes it back.
    groups: Vec<String>,
}

/// Say which residential groups the import founds: these, and no others.
#[utoipa::path(
    tag = "imports",
    params(("id" = ImportId, Path, description = "The draft"), PageQuery),
    request_body = FoundGroups,
    responses(
        (status = 200, description = "The draft", body = DraftView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/imports/{id}/groups")]
pub async fn found_groups(
    app: State,
    caller: Caller,
    id: web::Path<ImportId>,
    page: web::Query<PageQuery>,
    body: Body<FoundGroups>,
) -> Result<web::Json<DraftView>, Problem> {
    caller.may(Action::ImportRegister)?;
    let Body(FoundGroups { groups }) = body;
    let fine = |name: &String| name.chars().count() <= MAX_NAME && !holds_number(name);
    if groups.len() > MOST_GROUPS || !groups.iter().all(fine) {
        return Err(Problem::invalid("/groups"));
    }
    app.store.found_with_draft(caller.ward()?, *id, &groups, app.now()).await?;
    answer(&app, &caller, *id, *page).await
}

/// Bring a draft into the register, in one transaction. Asked again, it answers what it has done.
#[utoipa::path(
    tag = "imports",
    params(("id" = ImportId, Path, description = "The draft")),
    responses(
        (status = 200, description = "It is in the book", body = ImportLineView),
        (status = 409, description = "Rows would be lost without anybody having said so: nothing was written", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/imports/{id}/commit")]
pub async fn commit(
    app: State,
    caller: Caller,
    id: web::Path<ImportId>,
) -> Result<web::Json<ImportLineView>, Problem> {
    caller.may(Action::ImportRegister)?;
    let now = app.now();
    let ward = caller.ward()?;
    match app.store.commit_draft(ward, *id, caller.0.account, now).await? {
        Commit::Done(line) => {
            // The list is in the register whether or not outlines follow from its doors.
            if let Err(fault) = app.store.derive_outlines(ward, now).await {
                tracing::warn!(%fault, "outlines were not derived after an import");
            }
            Ok(web::Json(ImportLineView::of(line, now)))
        }
        Commit::Blocked(_) => Err(Problem::new(Code::Conflict)),
    }
}

/// Why a household stays when its import is taken back.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StayWhy {
    /// Somebody was at its door.
    Visited,
    /// Somebody changed it, or wrote something about it.
    Changed,
    /// A later list names it too.
    NamedAgain,
}

/// A household that stays.
#[derive(Debug, Serialize, ToSchema)]
pub struct StayView {
    household: RegisterHousehold,
    why: StayWhy,
}

/// What taking an import back would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct UndoView {
    import: ImportLineView,
    /// Households that go.
    households: usize,
    /// Households whose numbers of people go back.
    counts: usize,
    /// Households of the register that stand where they stood before.
    points: usize,
    /// Proposals that wait for the ward again.
    proposals: usize,
    alleys: usize,
    groups: usize,
    /// How many stay as they are.
    staying: usize,
    /// At most 200 of them.
    stays: Vec<StayView>,
}

/// What taking an import back would do. Nothing is written.
#[utoipa::path(
    tag = "imports",
    params(("id" = ImportId, Path, description = "The import")),
    responses(
        (status = 200, description = "What it would do", body = UndoView),
        (status = 409, description = "It can no longer be taken back", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/imports/{id}/undo")]
pub async fn undo_outlook(
    app: State,
    caller: Caller,
    id: web::Path<ImportId>,
) -> Result<web::Json<UndoView>, Problem> {
    caller.may(Action::ImportRegister)?;
    let (ward, now) = (caller.ward()?, app.now());
    let Undo { import, households, counts, points, proposals, alleys, groups, stays } =
        app.store.undo_outlook(ward, *id, now).await?;
    let why: HashMap<HouseholdId, Stay> = stays.iter().copied().collect();
    let ids: Vec<HouseholdId> = stays.iter().take(NAMED).map(|(id, _)| *id).collect();
    let named = app.store.households_by_id(ward, &ids).await?.into_iter();
    let named = named.filter_map(|entry| {
        let why = match why.get(&entry.id)? {
            Stay::Visited => StayWhy::Visited,
            Stay::Changed => StayWhy::Changed,
            Stay::NamedAgain => StayWhy::NamedAgain,
        };
        Some(StayView { household: entry.into(), why })
    });
    Ok(web::Json(UndoView {
        import: ImportLineView::of(import, now),
        households,
        counts,
        points,
        proposals,
        alleys,
        groups,
        staying: stays.len(),
        stays: named.collect(),
    }))
}

/// Take an import back: exactly what nobody has touched since. Asked again, it changes nothing more.
#[utoipa::path(
    tag = "imports",
    params(("id" = ImportId, Path, description = "The import")),
    responses(
        (status = 200, description = "It is taken back", body = ImportLineView),
        (status = 409, description = "It can no longer be taken back", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/imports/{id}/undo")]
pub async fn undo(
    app: State,
    caller: Caller,
    id: web::Path<ImportId>,
) -> Result<web::Json<ImportLineView>, Problem> {
    caller.may(Action::ImportRegister)?;
    let now = app.now();
    let line = app.store.undo_import(caller.ward()?, *id, caller.0.account, now).await?;
    Ok(web::Json(ImportLineView::of(line, now)))
}
